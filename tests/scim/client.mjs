// A SCIM client over HTTPS. Whatever the server says is read by scimmy first:
// a message that scimmy refuses is a failed test.
import SCIMMY from "scimmy";
import assert from "node:assert/strict";

export const CORE = "urn:ietf:params:scim:schemas:core:2.0:";
export const API = "urn:ietf:params:scim:api:messages:2.0:";
export const ENTERPRISE =
  "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

const { User, Group, EnterpriseUser } = SCIMMY.Schemas;
User.extend(EnterpriseUser);

// scimmy reads and writes the resource; nothing may be lost on the way.
function judgeResource(resource) {
  const Schema = resource.schemas.includes(CORE + "Group") ? Group : User;
  const read = JSON.parse(JSON.stringify(new Schema(resource, "out")));
  assert.deepEqual(read.schemas.slice().sort(), resource.schemas.slice().sort());
  for (const [name, value] of Object.entries(resource)) {
    if (name === "schemas") continue;
    if (name === "meta") {
      assert.match(value.version, /^W\/"\d+"$/);
      assert.ok(value.location.startsWith("https://"), value.location);
      assert.equal(Number.isNaN(Date.parse(value.lastModified)), false);
      continue;
    }
    assert.deepEqual(read[name], value, `scimmy reads ${name} otherwise`);
  }
}

export function judge(body, status) {
  const [schema] = body.schemas;
  if (status >= 400) {
    assert.equal(schema, API + "Error");
    assert.equal(body.status, String(status));
    // Throws when status and scimType do not go together in RFC 7644.
    const { schemas, ...said } = body;
    assert.deepEqual(
      JSON.parse(JSON.stringify(new SCIMMY.Messages.ErrorResponse(said))),
      { schemas, ...said },
    );
  } else if (schema === API + "ListResponse") {
    const list = new SCIMMY.Messages.ListResponse(body);
    assert.equal(list.totalResults, body.totalResults);
    assert.equal(body.itemsPerPage, body.Resources.length);
    for (const one of body.Resources)
      if (one.schemas?.some((urn) => /2\.0:(User|Group)$/.test(urn)) && one.meta)
        judgeResource(one);
  } else if (schema === API + "BulkResponse") {
    new SCIMMY.Messages.BulkResponse(body);
  } else if (/:(User|Group)$/.test(schema)) {
    judgeResource(body);
  }
}

export class Client {
  constructor(url, token) {
    this.url = url;
    this.token = token;
  }

  async ask(method, path, body, headers = {}) {
    const answer = await fetch(this.url + "/scim/v2" + path, {
      method,
      headers: {
        Accept: "application/scim+json, application/json",
        Authorization: `Bearer ${this.token}`,
        ...(body ? { "Content-Type": "application/scim+json" } : {}),
        ...headers,
      },
      body: body && JSON.stringify(body),
    });
    const text = await answer.text();
    if (text) {
      assert.equal(answer.headers.get("content-type"), "application/scim+json");
      answer.said = JSON.parse(text);
      if (!path.includes("ttributes=")) judge(answer.said, answer.status);
    }
    return answer;
  }

  async good(method, path, body, headers) {
    const answer = await this.ask(method, path, body, headers);
    assert.ok(answer.ok, `${method} ${path}: ${JSON.stringify(answer.said)}`);
    return answer.said;
  }

  async refused(status, scimType, method, path, body, headers) {
    const answer = await this.ask(method, path, body, headers);
    assert.equal(answer.status, status, JSON.stringify(answer.said));
    assert.equal(answer.said.scimType, scimType);
  }

  create(kind, resource) {
    return this.good("POST", `/${kind}`, resource);
  }

  // Our own messages are held against scimmy, too.
  patch(path, operations, headers) {
    const body = new SCIMMY.Messages.PatchOp({
      schemas: [API + "PatchOp"],
      Operations: operations,
    });
    return this.ask("PATCH", path, body, headers);
  }

  async filter(kind, filter) {
    const query = new URLSearchParams({ filter, count: "500" });
    return (await this.good("GET", `/${kind}?${query}`)).Resources;
  }

  async all(kind) {
    const found = [];
    for (let start = 1; ; ) {
      const page = await this.good(
        "GET",
        `/${kind}?startIndex=${start}&count=3`,
      );
      found.push(...page.Resources);
      start += page.Resources.length;
      if (!page.Resources.length || start > page.totalResults) return found;
    }
  }

  async empty() {
    for (const kind of ["Groups", "Users"])
      for (const one of await this.all(kind))
        await this.good("DELETE", `/${kind}/${one.id}`);
  }
}

export function user(userName, more = {}) {
  return { schemas: [CORE + "User", ENTERPRISE], userName, active: true, ...more };
}
