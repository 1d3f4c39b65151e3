// Does scim-node, a SCIM client that others wrote, get along with the server?
// It knows no PATCH: that is client.test.mjs's.
import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, before, test } from "node:test";
import { judge } from "./client.mjs";
import { gluu } from "./gluu.mjs";

const scimNode = createRequire(import.meta.url)("scim-node");
const folder = mkdtempSync(join(tmpdir(), "scim-node-"));
let gateway;
let client;

before(async () => {
  const { privateKey } = generateKeyPairSync("rsa", {
    modulusLength: 2048,
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
    publicKeyEncoding: { type: "spki", format: "pem" },
  });
  writeFileSync(join(folder, "key.pem"), privateKey, { mode: 0o600 });
  gateway = await gluu(process.env.SCIM_URL, process.env.SCIM_TOKEN);
  client = scimNode({
    domain: gateway.domain,
    privateKey: join(folder, "key.pem"),
    clientId: "workphone",
    keyAlg: "RS256",
    keyId: "1",
  }).scim2;
});

after(async () => {
  gateway.close();
  rmSync(folder, { recursive: true });
});

const listOf = async (answer) => JSON.parse(await answer);
const people = () => listOf(client.getUsers(1, 100, undefined));
const groups = () => listOf(client.getGroups(1, 100, undefined));

afterEach(async () => {
  for (const one of (await groups()).Resources) await client.removeGroup(one.id);
  for (const one of (await people()).Resources) await client.removeUser(one.id);
  // What the library was told is what scimmy reads as well.
  for (const { said, status } of gateway.seen.splice(0))
    if (said) judge(said, status);
});

const person = (number) => ({
  userName: `p${number}@example.org`,
  displayName: `Person ${number}`,
  name: { givenName: "Person", familyName: `Nr${number}` },
  emails: [{ value: `p${number}@example.org`, type: "work", primary: true }],
  active: true,
});

const add = async (number) => JSON.parse(await client.addUser(person(number)));

// The library rejects with the answer that was refused.
const refused = (promise, status) =>
  assert.rejects(promise, (error) => {
    assert.equal(error.statusCode, status);
    assert.equal(JSON.parse(error.error).status, String(status));
    return true;
  });

test("a user from the first day to the last", async () => {
  const made = await add(1);
  assert.equal(made.userName, "p1@example.org");
  assert.deepEqual(JSON.parse(await client.getUser(made.id)), made);
  await refused(client.addUser(person(1)), 409);
  const changed = JSON.parse(
    await client.editUser(made.id, { ...person(1), displayName: "Annan" }),
  );
  assert.equal(changed.displayName, "Annan");
  assert.equal(changed.id, made.id);
  const ended = JSON.parse(
    await client.editUser(made.id, { ...person(1), active: false }),
  );
  assert.equal(ended.active, false);
  assert.equal(await client.removeUser(made.id), "");
  await refused(client.getUser(made.id), 404);
  await refused(client.removeUser(made.id), 404);
});

test("pages, and how many there are", async () => {
  for (let i = 0; i < 7; i++) await add(i);
  assert.equal((await listOf(client.getUsersCount())).totalResults, 7);
  const found = new Set();
  for (let start = 1; start <= 7; start += 3) {
    const page = await listOf(client.getUsers(start, 3, undefined));
    assert.equal(page.totalResults, 7);
    assert.equal(page.startIndex, start);
    assert.equal(page.Resources.length, start === 7 ? 1 : 3);
    for (const one of page.Resources) found.add(one.userName);
  }
  assert.equal(found.size, 7);
  assert.deepEqual(
    (await listOf(client.getUsers(8, 3, undefined))).Resources ?? [],
    [],
  );
});

test("filters, in the query and in a search", async () => {
  for (let i = 0; i < 4; i++) await add(i);
  for (const [filter, names] of [
    ['userName eq "p2@example.org"', ["p2"]],
    ['userName eq "P2@EXAMPLE.ORG"', ["p2"]],
    ['name.familyName sw "Nr" and displayName co "3"', ["p3"]],
    ['userName eq "p0@example.org" or emails.value eq "p1@example.org"', ["p0", "p1"]],
    ['not (userName sw "p0")', ["p1", "p2", "p3"]],
    ['userName eq "nobody"', []],
  ])
    for (const list of [
      await listOf(client.getUsers(1, 100, filter)),
      await listOf(client.searchUsers(filter, 1, 100)),
    ]) {
      assert.equal(list.totalResults, names.length, filter);
      assert.deepEqual(
        (list.Resources ?? []).map((one) => one.userName.split("@")[0]).sort(),
        names,
        filter,
      );
    }
  const two = await listOf(client.searchUsers('userName sw "p"', 2, 2));
  assert.equal(two.totalResults, 4);
  assert.equal(two.Resources.length, 2);
  await refused(client.searchUsers("userName eq", 1, 10), 400);
  await refused(client.getUsers(1, 10, "userName like x"), 400);
});

test("groups and who is in them", async () => {
  const [anna, bo] = [await add(1), await add(2)];
  const made = JSON.parse(
    await client.addGroup({
      displayName: "Skolan",
      members: [{ value: anna.id }],
    }),
  );
  assert.deepEqual(made.members.map((one) => one.value), [anna.id]);
  assert.equal((await listOf(client.getGroupCount())).totalResults, 1);
  const list = await listOf(client.getGroups(1, 10, 'displayName eq "Skolan"'));
  assert.equal(list.Resources[0].id, made.id);
  const changed = JSON.parse(
    await client.editGroup(made.id, {
      displayName: "Skolan",
      members: [{ value: anna.id }, { value: bo.id }],
    }),
  );
  assert.deepEqual(
    changed.members.map((one) => one.value).sort(),
    [anna.id, bo.id].sort(),
  );
  assert.deepEqual(JSON.parse(await client.getGroup(made.id)), changed);
  await client.removeGroup(made.id);
  await refused(client.getGroup(made.id), 404);
});

test("a token that is wrong lets nobody in", async () => {
  const stranger = await gluu(process.env.SCIM_URL, "wp_" + "A".repeat(43));
  const other = scimNode({
    domain: stranger.domain,
    privateKey: join(folder, "key.pem"),
    clientId: "workphone",
    keyAlg: "RS256",
    keyId: "1",
  }).scim2;
  await assert.rejects(other.addUser(person(9)));
  assert.ok(stranger.seen.every((one) => one.status === 401));
  stranger.close();
  assert.equal((await people()).totalResults, 0);
});
