"""Does a directory that speaks SCIM get the answers it should: to every message
of real clients as the index says, repeated, in part, and wrong ones without a
trace?"""

import csv
import json
import os
import pathlib
import unittest

from office import Office
from scim_world import API, CORE, Case, Directory, patch, user

SAMPLES = os.environ.get("WORKPHONE_SAMPLES")


class Samples(Case):
    """Every file of a real client, sent to where it is for."""

    def rows(self):
        if not SAMPLES:
            print("SKIP: WORKPHONE_SAMPLES is not set")
            self.skipTest("WORKPHONE_SAMPLES is not set")
        index = pathlib.Path(SAMPLES) / "INDEX.tsv"
        with open(index, encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file, delimiter="\t",
                                      quoting=csv.QUOTE_NONE):
                if row["group"] == "scim":
                    yield row, pathlib.Path(SAMPLES) / row["path"]

    def made(self, kind, number, **more):
        body = (user(f"sample{number}", **more) if kind == "Users" else
                {"schemas": [CORE + "Group"], "displayName": f"G{number}"})
        return self.good("POST", "/" + kind, body)["id"]

    def with_known_ids(self, text, number):
        """The ids of another server's users become one of ours."""
        member = self.made("Users", number)
        for foreign in ("89bb1940-b905-4575-9e7f-6f887cfb368e",
                        "23a35c27-23d3-4c03-b4c5-6443c09e7173",
                        "2819c223-7f76-453a-919d-413861904646",
                        "08e1d05d-121c-4561-8b96-473d93df9210"):
            text = text.replace(foreign, member)
        return text

    def send(self, path, number):
        """The answer to the request that the file is."""
        text = path.read_text("utf-8")
        if path.name.endswith(".url.txt"):
            kind = "Groups" if "/Groups" in text else "Users"
            target = text.split()[1]
            if "?" not in target:
                target = f"/{kind}/{self.made(kind, number)}"
            return self.directory.ask("GET", target)
        body = json.loads(self.with_known_ids(text, number))
        if API + "ListResponse" in body["schemas"]:
            return self.same_shape(body)
        if API + "BulkRequest" in body["schemas"]:
            return self.directory.ask("POST", "/Bulk", body)
        is_group = CORE + "Group" in body["schemas"] or (
            "Operations" in body and
            ("members" in text or "Test SCIMv2" in text))
        kind = "Groups" if is_group else "Users"
        if "Operations" in body or "put" in path.name or (
                path.name == "elimity-okta-update_user.request.json"):
            method = "PATCH" if "Operations" in body else "PUT"
            # Who has this address by now, by an earlier file: the user.
            has = {"emails": body["emails"]} if "emails" in body else {}
            target = f"/{kind}/{self.made(kind, f'{number}-it', **has)}"
            return self.directory.ask(method, target, body)
        return self.directory.ask("POST", "/" + kind, body)

    def same_shape(self, body):
        """An answer of another server to a question that finds nobody."""
        answer = self.directory.ask(
            "GET", "/Users?filter=userName+eq+%22non-existent+user%22")
        ours = answer.json()
        self.assertEqual(ours["schemas"], body["schemas"])
        self.assertEqual(ours["totalResults"], 0)
        self.assertEqual(set(ours), set(body))
        return answer

    def test_every_request(self):
        counted = {}
        for number, (row, path) in enumerate(self.rows()):
            answer = self.send(path, number)
            status = answer.status
            taken = status in (200, 201, 204)
            if row["expected"] == "either":
                self.assertTrue(taken or status == 400, (row["path"], status))
            else:
                self.assertEqual(taken, row["expected"] == "valid",
                                 (row["path"], answer))
            counted[status] = counted.get(status, 0) + 1
            self.tearDown()
        print("samples:", counted)
        self.assertGreaterEqual(sum(counted.values()), 38)

    def test_broken_answer_is_no_request(self):
        if not SAMPLES:
            self.skipTest("WORKPHONE_SAMPLES is not set")
        text = (pathlib.Path(SAMPLES) /
                "hostile-json/scimsdk-broken-listresponse.json").read_bytes()
        self.refused("POST", "/Users", text, 400, "invalidSyntax")


class Protocol(Case):
    def test_repeated_post(self):
        body = user("kim@example.org", externalId="k1")
        self.good("POST", "/Users", body, status=201)
        for _ in range(3):
            self.refused("POST", "/Users", body, 409, "uniqueness")
        group = {"schemas": [CORE + "Group"], "displayName": "Chefer"}
        self.good("POST", "/Groups", group, status=201)
        self.refused("POST", "/Groups", group, 409, "uniqueness")

    def test_unchanged_is_no_version(self):
        made = self.good("POST", "/Users", user("kim", externalId="k1"))
        path = "/Users/" + made["id"]
        again = self.good("PUT", path, made)
        self.assertEqual(again, made)
        self.assertEqual(self.good("PATCH", path, patch(
            {"op": "replace", "path": "userName", "value": "kim"},
            {"op": "add", "path": "nickName", "value": "K"})), made)

    def test_etag(self):
        made = self.directory.ask("POST", "/Users", user("kim"))
        path = "/Users/" + made.json()["id"]
        first = made.headers["ETag"]
        self.assertEqual(first, made.json()["meta"]["version"])
        change = patch({"op": "add", "path": "displayName", "value": "K"})
        second = self.directory.ask("PATCH", path, change,
                                    {"If-Match": first})
        self.assertEqual(second.status, 200)
        for method, body in (("PATCH", change), ("PUT", user("kim2")),
                             ("DELETE", None)):
            self.refused(method, path, body, 412, headers={"If-Match": first})
        self.assertEqual(self.good("GET", path)["userName"], "kim")
        known = self.directory.ask(
            "GET", path, headers={"If-None-Match": second.headers["ETag"]})
        self.assertEqual(known.status, 304)
        known = self.directory.ask("GET", path,
                                   headers={"If-None-Match": first})
        self.assertEqual(known.status, 200)
        self.good("DELETE", path, headers={"If-Match": "*"}, status=204)

    def test_lists(self):
        for number in range(7):
            self.good("POST", "/Users", user(f"user{number}", externalId=str(
                number), displayName="Åsa" if number % 2 else "Bo"))
        seen = []
        for start in (1, 4, 7, 8):
            page = self.good("GET", f"/Users?startIndex={start}&count=3")
            self.assertEqual(page["totalResults"], 7)
            self.assertEqual(page["itemsPerPage"], len(page["Resources"]))
            seen += [one["userName"] for one in page["Resources"]]
        self.assertEqual(seen, [f"user{number}" for number in range(7)])
        for query, found in (
                ("count=0", 0), ("count=-5", 0), ("startIndex=-3", 7),
                ("filter=userName+eq+%22USER3%22", 1),
                ("filter=externalId%20eq%20%225%22", 1),
                ("filter=displayName+eq+%22%C3%A5sa%22", 3),
                ("filter=displayName+eq+%22bo%22+and+userName+sw+"
                 "%22user%22&count=2&startIndex=2", 2),
                ("filter=not+(displayName+eq+%22bo%22)", 3),
                ("filter=meta.created+gt+%222020-01-01T00:00:00Z%22", 7),
                ("filter=emails[type+eq+%22work%22].value+pr", 0)):
            page = self.good("GET", "/Users?" + query)
            self.assertEqual(len(page["Resources"]), found, query)
        only = self.good("GET", "/Users?attributes=userName&count=1")
        self.assertEqual(set(only["Resources"][0]),
                         {"schemas", "id", "userName"})
        less = self.good("GET", "/Users?excludedAttributes=meta,userName")
        self.assertNotIn("meta", less["Resources"][0])
        searched = self.good("POST", "/Users/.search", {
            "schemas": [API + "SearchRequest"], "count": 1,
            "filter": 'displayName eq "bo"', "attributes": ["userName"]})
        self.assertEqual((searched["totalResults"],
                          len(searched["Resources"])), (4, 1))

    def test_plus_in_an_address(self):
        self.good("POST", "/Users", user("kim+a@example.org"))
        for name, found in (("kim%2Ba%40example.org", 1),
                            ("kim+a%40example.org", 0)):
            page = self.good("GET", f"/Users?filter=userName+eq+%22{name}%22")
            self.assertEqual(page["totalResults"], found)

    def test_groups(self):
        ids = [self.good("POST", "/Users", user(f"u{number}"))["id"]
               for number in range(4)]
        made = self.good("POST", "/Groups", {
            "displayName": "Chefer", "externalId": "g1",
            "members": [{"value": ids[0]}, {"value": "nobody"}]})
        path = "/Groups/" + made["id"]
        self.assertEqual([one["value"] for one in made["members"]], ids[:1])

        def members():
            return sorted(one["value"]
                          for one in self.good("GET", path)["members"])

        self.good("PATCH", path, patch(
            {"op": "Add", "path": "members",
             "value": [{"value": one, "$ref": None} for one in ids[1:]]}),
            status=204)
        self.assertEqual(members(), sorted(ids))
        self.good("PATCH", path, patch(
            {"op": "Remove", "path": "members",
             "value": [{"value": ids[1]}]}), status=204)
        self.good("PATCH", path, patch(
            {"op": "remove", "path": f'members[value eq "{ids[2]}"]'}))
        self.assertEqual(members(), sorted([ids[0], ids[3]]))
        shown = self.good("GET", "/Users/" + ids[0])
        self.assertEqual([(one["value"], one["display"])
                          for one in shown["groups"]],
                         [(made["id"], "Chefer")])
        self.assertNotIn("members", self.good(
            "GET", path + "?excludedAttributes=members"))
        for query, found in (
                ("displayName+eq+%22chefer%22", 1),
                (f"id+eq+%22{made['id']}%22+and+members+eq+%22{ids[0]}%22",
                 1),
                (f"members[value+eq+%22{ids[1]}%22]", 0)):
            page = self.good("GET", "/Groups?excludedAttributes=members"
                             "&filter=" + query)
            self.assertEqual(page["totalResults"], found, query)
            self.assertNotIn("members", json.dumps(page))
        # Not all were taken: the answer says which are in.
        partly = self.good("PATCH", path, patch(
            {"op": "add", "path": "members", "value": "string id 2"}),
            status=200)
        self.assertEqual(len(partly["members"]), 2)
        self.good("DELETE", "/Users/" + ids[0])
        self.assertEqual(members(), [ids[3]])
        self.good("PUT", path, {"displayName": "Nya", "members": []})
        self.assertEqual(members(), [])

    def test_bulk(self):
        answer = self.good("POST", "/Bulk", {
            "schemas": [API + "BulkRequest"], "Operations": [
                {"method": "POST", "path": "/Groups", "bulkId": "g",
                 "data": {"displayName": "Guider",
                          "members": [{"value": "bulkId:a"}]}},
                {"method": "POST", "path": "/Users", "bulkId": "a",
                 "data": user("alice")},
                {"method": "POST", "path": "/Users", "bulkId": "b",
                 "data": user("alice")},
                {"method": "PATCH", "path": "/Users/bulkId:a",
                 "data": patch({"op": "add", "path": "displayName",
                                "value": "Alice"})},
                {"method": "DELETE", "path": "/Users/bulkId:b"},
                {"method": "GET", "path": "/Users"}]})
        self.assertEqual([one["status"] for one in answer["Operations"]],
                         ["201", "201", "409", "200", "409", "400"])
        group = self.all("Groups")[0]
        self.assertEqual(group["members"][0]["display"], "Alice")
        stopped = self.good("POST", "/Bulk", {
            "schemas": [API + "BulkRequest"], "failOnErrors": 1,
            "Operations": [
                {"method": "DELETE", "path": "/Users/nobody"},
                {"method": "POST", "path": "/Users", "bulkId": "c",
                 "data": user("carl")}]})
        self.assertEqual(len(stopped["Operations"]), 1)
        self.assertEqual(len(self.all("Users")), 1)

    def test_discovery(self):
        config = self.good("GET", "/ServiceProviderConfig")
        for what, able in (("patch", True), ("bulk", True), ("filter", True),
                           ("etag", True), ("sort", False),
                           ("changePassword", False)):
            self.assertEqual(config[what]["supported"], able, what)
        types = self.good("GET", "/ResourceTypes")["Resources"]
        schemas = {one["id"] for one in
                   self.good("GET", "/Schemas")["Resources"]}
        for one in types:
            self.assertIn(one["schema"], schemas)
            self.assertEqual(self.good("GET", "/ResourceTypes/" + one["id"]),
                             one)
            self.good("GET", one["endpoint"])
        for urn in schemas:
            self.assertEqual(self.good("GET", "/Schemas/" + urn)["id"], urn)

    def test_bad_input(self):
        made = self.good("POST", "/Users", user("kim"))
        path = "/Users/" + made["id"]
        for method, where, body, status, word in (
                ("POST", "/Users", b"{", 400, "invalidSyntax"),
                ("POST", "/Users", b"[]", 400, "invalidSyntax"),
                ("POST", "/Users", b'{"userName":"a","username":"b"}', 400,
                 "invalidSyntax"),
                ("POST", "/Users", b'{"userName":"\\ud800"}', 400,
                 "invalidSyntax"),
                ("POST", "/Users", b"[" * 100000, 400, "invalidSyntax"),
                ("POST", "/Users", {}, 400, "invalidValue"),
                ("POST", "/Users", user("x" * 300), 400, "invalidValue"),
                ("POST", "/Users", user("x", active="ja"), 400,
                 "invalidValue"),
                ("PATCH", path, {}, 400, "invalidSyntax"),
                ("PATCH", path, patch({"op": "remove"}), 400, "noTarget"),
                ("PATCH", path, patch({"op": "remove", "path": "userName"}),
                 400, "invalidValue"),
                ("PATCH", path, patch({"op": "replace", "path": "id",
                                       "value": "1"}), 400, "mutability"),
                ("PATCH", path, patch({"op": "replace", "path": "a[",
                                       "value": "1"}), 400, "invalidPath"),
                # The first would do; the second is wrong: neither is done.
                ("PATCH", path, patch(
                    {"op": "replace", "path": "active", "value": False},
                    {"op": "replace", "path": "active", "value": "x"}), 400,
                 "invalidValue"),
                ("PATCH", "/Users/x", patch(
                    {"op": "add", "path": "title", "value": "x"}), 404, None),
                ("GET", "/Users?filter=userName", None, 400, "invalidFilter"),
                ("GET", "/Users?filter=" + "(" * 200, None, 400,
                 "invalidFilter"),
                ("GET", "/Users?count=x", None, 400, "invalidValue"),
                ("GET", "/Users?attributes=a&excludedAttributes=b", None, 400,
                 "invalidValue"),
                ("GET", "/Users/" + "x" * 300, None, 404, None),
                ("GET", "/Nothing", None, 404, None),
                ("GET", "/Schemas/urn:x", None, 404, None),
                ("GET", "/Me", None, 501, None)):
            self.refused(method, where, body, status, word)
        self.assertEqual(self.good("GET", path), made)

    def test_scope(self):
        other = self.client("people:read,people:write")
        self.assertEqual(other.ask("GET", "/Users").status, 403)
        nobody = Directory(self.server, "wp_nothing")
        self.addCleanup(nobody.close)
        self.assertEqual(nobody.ask("GET", "/Users").status, 401)
        directory = Office(self.server, self.directory.token)
        self.addCleanup(directory.close)
        self.assertEqual(directory.get("/api/v1/people").status, 403)


if __name__ == "__main__":
    unittest.main()
