// scim-node speaks to SCIM behind Gluu's UMA. This is the little of Gluu that
// it needs: where tokens come from, the prefix of its paths, and the two
// resource types that it looks for. All else is between the library and the
// server: requests and answers pass through byte for byte.
import { createServer } from "node:http";

const PREFIX = "/identity/restv1";

async function read(request) {
  const parts = [];
  for await (const part of request) parts.push(part);
  return Buffer.concat(parts);
}

async function forward(request, target, token) {
  const headers = { accept: request.headers.accept ?? "*/*" };
  for (const name of ["authorization", "content-type"])
    if (request.headers[name]) headers[name] = request.headers[name];
  // scim-node asks what there is without a token, as Gluu lets it.
  if (/\/(ServiceProviderConfig|ResourceTypes)$/.test(target))
    headers.authorization = `Bearer ${token}`;
  const body = await read(request);
  return fetch(target, {
    method: request.method,
    headers,
    body: body.length ? body : undefined,
  });
}

// Gluu's endpoints stand behind its prefix, RFC 7643's behind the base URL.
function likeGluu(text) {
  const list = JSON.parse(text);
  for (const one of list.Resources) one.endpoint = "/scim/v2" + one.endpoint;
  for (const id of ["FidoDevice", "Fido2Device"])
    list.Resources.push({ id, name: id, endpoint: `/scim/v2/${id}s` });
  return JSON.stringify(list);
}

// Answers { domain, seen, close }; seen: what went to the server, in order.
export async function gluu(url, token) {
  const seen = [];
  const server = createServer((request, response) => {
    const { port } = server.address();
    answer(request, response, `http://127.0.0.1:${port}`).catch((error) => {
      response.writeHead(502);
      response.end(String(error));
    });
  });

  async function answer(request, response, domain) {
    if (request.url === "/.well-known/uma2-configuration")
      return response.end(JSON.stringify({ token_endpoint: domain + "/token" }));
    if (request.url === "/token") {
      await read(request);
      return response.end(JSON.stringify({ access_token: token }));
    }
    const path = request.url.replace(PREFIX, "");
    const said = await forward(request, url + path, token);
    const text = await said.text();
    seen.push({
      method: request.method,
      path,
      status: said.status,
      said: text && JSON.parse(text),
    });
    const headers = {};
    for (const name of ["content-type", "www-authenticate", "etag", "location"])
      if (said.headers.get(name)) headers[name] = said.headers.get(name);
    response.writeHead(said.status, headers);
    return response.end(path.endsWith("/ResourceTypes") ? likeGluu(text) : text);
  }

  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  return {
    domain: `http://127.0.0.1:${server.address().port}`,
    seen,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}
