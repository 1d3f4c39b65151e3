// Do scimmy and scim-patch agree with the server? See README.md.
import SCIMMY from "scimmy";
import { patchBodyValidation, scimPatch } from "scim-patch";
import { filter as matching, parse } from "scim2-parse-filter";
import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { API, Client, CORE, ENTERPRISE, user } from "./client.mjs";

const client = new Client(process.env.SCIM_URL, process.env.SCIM_TOKEN);
afterEach(() => client.empty());

const anna = () =>
  user("anna.ek@example.org", {
    externalId: "a1",
    displayName: "Anna Ek",
    name: { givenName: "Anna", familyName: "Ek" },
    emails: [{ value: "anna.ek@example.org", type: "work", primary: true }],
    phoneNumbers: [{ value: "+46701740601", type: "work", primary: true }],
    preferredLanguage: "sv",
    [ENTERPRISE]: { employeeNumber: "1001", department: "Skolan" },
  });

test("create, read, replace, delete", async () => {
  const made = await client.create("Users", anna());
  assert.deepEqual(await client.good("GET", `/Users/${made.id}`), made);
  const changed = { ...made, displayName: "Anna Alm" };
  const answer = await client.ask("PUT", `/Users/${made.id}`, changed);
  assert.equal(answer.status, 200);
  assert.equal(answer.said.displayName, "Anna Alm");
  assert.equal(answer.headers.get("etag"), answer.said.meta.version);
  const gone = await client.ask("DELETE", `/Users/${made.id}`);
  assert.equal(gone.status, 204);
  await client.refused(404, undefined, "GET", `/Users/${made.id}`);
  await client.refused(404, undefined, "DELETE", `/Users/${made.id}`);
});

test("the same again is a conflict, once and at once", async () => {
  await client.create("Users", anna());
  await client.refused(409, "uniqueness", "POST", "/Users", anna());
  const answers = await Promise.all(
    Array.from({ length: 10 }, () => client.ask("POST", "/Users", user("bo"))),
  );
  assert.deepEqual(
    answers.map((one) => one.status).sort(),
    [201, ...Array(9).fill(409)],
  );
});

test("a version that is gone is refused", async () => {
  const made = await client.create("Users", anna());
  const path = `/Users/${made.id}`;
  const first = { "If-Match": made.meta.version };
  const change = [{ op: "replace", path: "displayName", value: "A" }];
  assert.equal((await client.patch(path, change, first)).status, 200);
  await client.refused(412, undefined, "PUT", path, anna(), first);
  await client.refused(412, undefined, "DELETE", path, undefined, first);
  assert.equal((await client.patch(path, change, first)).status, 412);
  assert.equal((await client.good("GET", path)).displayName, "A");
});

test("of PATCHes at once none is lost", async () => {
  const members = [];
  for (let number = 0; number < 30; number++)
    members.push((await client.create("Users", user(`u${number}`))).id);
  const group = await client.create("Groups", {
    schemas: [CORE + "Group"],
    displayName: "Alla",
  });
  await Promise.all(
    members.map(async (value) => {
      const done = await client.patch(`/Groups/${group.id}`, [
        { op: "add", path: "members", value: [{ value }] },
      ]);
      assert.equal(done.status, 204);
    }),
  );
  let now = await client.good("GET", `/Groups/${group.id}`);
  assert.deepEqual(now.members.map((one) => one.value).sort(), members.sort());
  await Promise.all(
    members.slice(1).map((value) =>
      client.patch(`/Groups/${group.id}`, [
        { op: "remove", path: `members[value eq "${value}"]` },
      ]),
    ),
  );
  now = await client.good("GET", `/Groups/${group.id}`);
  assert.deepEqual(
    now.members.map((one) => one.value),
    [members[0]],
  );
});

// What the server makes of a PATCH, and what scim-patch makes of it.
const PATCHES = [
  [{ op: "replace", path: "displayName", value: "A E" }],
  [{ op: "Replace", path: "name.familyName", value: "Alm" }],
  [{ op: "add", path: "name", value: { givenName: "Ann" } }],
  [{ op: "remove", path: "displayName" }],
  [{ op: "remove", path: "name.givenName" }],
  [{ op: "replace", value: { active: false, displayName: "B" } }],
  [{ op: "Add", value: { "name.familyName": "Berg" } }],
  [
    {
      op: "replace",
      path: 'emails[type eq "work"].value',
      value: "ny@example.org",
    },
  ],
  [{ op: "remove", path: 'emails[type eq "work"]' }],
  [{ op: "replace", path: "emails", value: [] }],
  [
    {
      op: "add",
      path: `${ENTERPRISE}:department`,
      value: "Parken",
    },
  ],
  [{ op: "replace", path: `${ENTERPRISE}:employeeNumber`, value: "7" }],
  [
    { op: "replace", path: "userName", value: "a@example.org" },
    { op: "remove", path: "externalId" },
    { op: "add", path: "externalId", value: "a2" },
  ],
];

function plain(resource) {
  const { meta, groups, schemas, ...rest } = JSON.parse(
    JSON.stringify(resource),
  );
  // An empty list or object and none at all are the same (RFC 7643, 2.5).
  for (const [name, value] of Object.entries(rest))
    if (typeof value === "object" && !Object.keys(value).length)
      delete rest[name];
  return rest;
}

for (const [number, operations] of PATCHES.entries())
  test(`scim-patch agrees: ${JSON.stringify(operations)}`, async () => {
    const made = await client.create("Users", anna());
    const body = { schemas: [API + "PatchOp"], Operations: operations };
    patchBodyValidation(structuredClone(body));
    const theirs = scimPatch(structuredClone(made), structuredClone(operations));
    const answer = await client.ask("PATCH", `/Users/${made.id}`, body);
    assert.equal(answer.status, 200, `${number}`);
    assert.deepEqual(plain(answer.said), plain(theirs));
  });

const FILTERS = [
  'userName eq "anna.ek@example.org"',
  'userName sw "u" and active eq true',
  'userName ew "3"',
  'displayName co "k"',
  "displayName pr",
  'not (userName sw "u")',
  'emails[type eq "work" and value co "example.org"]',
  'emails.value ew ".org"',
  'name.familyName eq "Ek" or userName eq "u1"',
  '(userName eq "u1" or userName eq "u2") and active eq true',
  'userName eq "u1" or userName eq "u2" and active eq false',
  "active eq false",
  'externalId eq "a1"',
  `${ENTERPRISE}:department eq "Skolan"`,
  'userName gt "u2"',
  'userName le "u1"',
  'userName ne "u1"',
];

test("another reader of filters finds the same", async () => {
  await client.create("Users", anna());
  for (let number = 0; number < 5; number++)
    await client.create("Users", user(`u${number}`, { active: number !== 2 }));
  const everybody = await client.all("Users");
  assert.equal(everybody.length, 6);
  for (const filter of FILTERS) {
    const theirs = everybody
      .filter(matching(parse(filter)))
      .map((one) => one.userName);
    const ours = (await client.filter("Users", filter)).map(
      (one) => one.userName,
    );
    assert.deepEqual(ours.sort(), theirs.sort(), filter);
  }
});

test("what another reader of filters refuses is refused", async () => {
  for (const filter of [
    "userName",
    "userName eq",
    "(userName pr",
    "userName pr)",
    'userName is "x"',
    'emails[type eq "x"',
    "userName eq x",
  ]) {
    assert.throws(() => parse(filter), filter);
    const query = new URLSearchParams({ filter });
    await client.refused(400, "invalidFilter", "GET", `/Users?${query}`);
  }
});

test("Bulk and search", async () => {
  const bulk = new SCIMMY.Messages.BulkRequest({
    schemas: [API + "BulkRequest"],
    Operations: [
      { method: "POST", path: "/Users", bulkId: "q", data: user("alice") },
      {
        method: "POST",
        path: "/Groups",
        bulkId: "g",
        data: {
          schemas: [CORE + "Group"],
          displayName: "Guider",
          members: [{ type: "User", value: "bulkId:q" }],
        },
      },
    ],
  });
  const done = await client.good("POST", "/Bulk", bulk);
  assert.deepEqual(
    done.Operations.map((one) => one.status),
    ["201", "201"],
  );
  const [group] = await client.all("Groups");
  assert.equal(group.members[0].display, "alice");
  const search = new SCIMMY.Messages.SearchRequest({
    schemas: [API + "SearchRequest"],
    filter: 'userName eq "alice"',
    count: 5,
  });
  const found = await client.good("POST", "/Users/.search", search);
  assert.equal(found.totalResults, 1);
  assert.equal(found.Resources[0].groups[0].display, "Guider");
});

test("what it says of itself", async () => {
  const config = await client.good("GET", "/ServiceProviderConfig");
  new SCIMMY.Schemas.ServiceProviderConfig(config);
  assert.equal(config.etag.supported, true);
  for (const one of (await client.good("GET", "/ResourceTypes")).Resources)
    new SCIMMY.Schemas.ResourceType(one);
  const schemas = (await client.good("GET", "/Schemas")).Resources;
  const known = {
    [CORE + "User"]: SCIMMY.Schemas.User,
    [CORE + "Group"]: SCIMMY.Schemas.Group,
    [ENTERPRISE]: SCIMMY.Schemas.EnterpriseUser,
  };
  assert.deepEqual(
    schemas.map((one) => one.id).sort(),
    Object.keys(known).sort(),
  );
  // Every attribute of ours is one of RFC 7643, of the same type.
  for (const schema of schemas)
    for (const attribute of schema.attributes) {
      const theirs = known[schema.id].definition.attribute(attribute.name);
      assert.equal(theirs.type, attribute.type, attribute.name);
      assert.equal(
        Boolean(theirs.config.multiValued),
        attribute.multiValued,
        attribute.name,
      );
    }
});
