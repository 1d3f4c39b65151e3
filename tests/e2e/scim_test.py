"""Does a directory that speaks SCIM bring people, groups and their ends into
the ledger: every message of real clients as the index says, repeated, at once,
in part, and wrong ones without a trace?"""

import csv
import datetime
import json
import os
import pathlib
import threading
import time
import unittest
import urllib.parse

import harness
import office_test
from office import Office

SAMPLES = os.environ.get("WORKPHONE_SAMPLES")
CORE = "urn:ietf:params:scim:schemas:core:2.0:"
API = "urn:ietf:params:scim:api:messages:2.0:"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
LIMITS = {"requests_per_token": 60000, "requests_per_address": 60000}


def patch(*operations):
    return {"schemas": [API + "PatchOp"], "Operations": list(operations)}


def user(user_name, **more):
    return {"schemas": [CORE + "User", ENTERPRISE], "userName": user_name,
            "active": True, **more}


class Directory(Office):
    """A SCIM client; its answers are judged by what all of them share."""

    def ask(self, method, path, body=None, headers=None):
        sent = {"Content-Type": "application/scim+json",
                "Accept": "application/scim+json", **(headers or {})}
        answer = super().ask(method, "/scim/v2" + path, body, sent)
        if answer.status in (204, 304):
            assert answer.text == b"", answer
            return answer
        assert answer.headers["Content-Type"] == "application/scim+json", (
            method, path, answer)
        if answer.status >= 400:
            said = answer.json()
            assert said["schemas"] == [API + "Error"], said
            assert said["status"] == str(answer.status), said
            assert said["detail"], said
        return answer


class Case(harness.Case):
    CHANGES = {"limits": LIMITS}

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.directory = cls.client()

    @classmethod
    def client(cls, scope="scim"):
        token = cls.cli.json("token", "create", "--name", "entra", "--scope",
                             scope)["token"]
        client = Directory(cls.server, token)
        cls.addClassCleanup(client.close)
        return client

    def tearDown(self):
        """Each test begins without users and groups."""
        for kind in ("Groups", "Users"):
            for one in self.all(kind):
                self.good("DELETE", f"/{kind}/{one['id']}")

    def good(self, method, path, body=None, headers=None, status=None):
        answer = self.directory.ask(method, path, body, headers)
        expected = (status,) if status else (200, 201, 204)
        self.assertIn(answer.status, expected, (method, path, body, answer))
        return answer.json() if answer.text else None

    def refused(self, method, path, body, status, word=None, headers=None):
        answer = self.directory.ask(method, path, body, headers)
        self.assertEqual(answer.status, status, (method, path, body, answer))
        self.assertEqual(answer.json().get("scimType"), word, answer)
        return answer.json()["detail"]

    def all(self, kind, **asked):
        query = urllib.parse.urlencode({"count": 500, **asked})
        return self.good("GET", f"/{kind}?{query}")["Resources"]

    def person(self, name):
        """What the ledger says of somebody."""
        line = harness.UnixConnection(self.server.admin)
        try:
            line.request("GET", "/api/v1/people/" + name)
            answer = line.getresponse()
            text = answer.read()
            self.assertEqual(answer.status, 200, text)
            return json.loads(text)
        finally:
            line.close()


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


class Lives(Case):
    """A user is somebody's employment."""

    def employment(self, name):
        """The last one: [from, to, unit id]."""
        return self.person(name)["employments"][-1]

    def day(self, ahead):
        return (datetime.date.today() +
                datetime.timedelta(ahead)).isoformat()

    def new(self, name, **more):
        return self.good("POST", "/Users", user(
            name, externalId="x-" + name, name={
                "givenName": name.capitalize(), "familyName": "Ek"},
            emails=[{"value": name + "@example.org", "type": "work",
                     "primary": True},
                    {"value": name + "@home.example", "type": "home"}],
            phoneNumbers=[{"value": "+46 70-174 06 01", "type": "work"}],
            **{ENTERPRISE: {"department": "Skolan",
                            "employeeNumber": "nr-" + name}}, **more))

    def test_whole_life(self):
        made = self.new("anna")
        self.assertEqual(made["meta"]["version"], 'W/"1"')
        self.assertTrue(made["meta"]["location"].endswith(
            "/scim/v2/Users/" + made["id"]))
        self.assertNotIn("home.example", json.dumps(made))
        person = self.person("nr-anna")
        self.assertEqual(
            (person["name"], person["mail"], person["unit"],
             person["number"], person["is_employed"]),
            ("Anna Ek", "anna@example.org", "Skolan", "+46701740601", True))
        self.assertEqual(self.employment("nr-anna")["from"], self.day(0))
        self.assertIsNone(self.employment("nr-anna")["to"])
        path = "/Users/" + made["id"]
        # The last day is today, and it can be taken back.
        self.good("PATCH", path, patch(
            {"op": "Replace", "path": "active", "value": "False"}))
        self.assertEqual(self.employment("nr-anna")["to"], self.day(1))
        self.good("PATCH", path, patch(
            {"op": "replace", "value": {"active": True}}))
        self.assertIsNone(self.employment("nr-anna")["to"])
        self.assertEqual(len(self.person("nr-anna")["employments"]), 1)
        # Another name and mail: the same person.
        self.good("PATCH", path, patch(
            {"op": "replace", "path": "name.familyName", "value": "Alm"},
            {"op": "replace", "path": 'emails[type eq "work"].value',
             "value": "anna.alm@example.org"}))
        again = self.person("nr-anna")
        self.assertEqual((again["id"], again["name"], again["mail"]),
                         (person["id"], "Anna Alm", "anna.alm@example.org"))
        self.good("DELETE", path, status=204)
        self.refused("GET", path, None, 404)
        self.assertEqual(self.employment("nr-anna")["to"], self.day(1))

    def test_comes_back_with_the_same_id(self):
        first = self.new("bo")
        person = self.person("nr-bo")["id"]
        self.good("DELETE", "/Users/" + first["id"])
        second = self.new("bo")
        self.assertNotEqual(first["id"], second["id"])
        self.assertEqual(self.person("nr-bo")["id"], person)
        self.assertIsNone(self.employment("nr-bo")["to"])

    def test_meets_who_is_in_the_ledger(self):
        self.assertEqual(self.cli.post("/api/v1/people", {
            "name": "Cilla Berg", "mail": "cilla@example.org"})[0], 200)
        before = self.person("cilla@example.org")["id"]
        self.new("cilla")
        after = self.person("cilla@example.org")
        self.assertEqual((after["id"], after["external_id"]),
                         (before, "nr-cilla"))

    def test_never_two_users_one_person(self):
        self.new("dan")
        count = len(self.all("Users"))
        body = user("dan2", emails=[{"value": "dan@example.org",
                                     "type": "work"}])
        self.refused("POST", "/Users", body, 409, "uniqueness")
        self.refused("POST", "/Users", user("DAN"), 409, "uniqueness")
        self.assertEqual(len(self.all("Users")), count)
        self.assertEqual(self.person("dan@example.org")["name"], "Dan Ek")

    def test_employments_of_others_stay(self):
        self.assertEqual(self.cli.post("/api/v1/ledger", {})[0], 415)
        for kind, body in (
                ("people", {"name": "Eva Hr", "mail": "eva@example.org"}),
                ("units", {"name": "Vården"}),
                ("employments", {"person": "eva@example.org",
                                 "unit": "Vården", "from": "2020-01-01"})):
            self.assertEqual(self.cli.post("/api/v1/" + kind, body)[0], 200)
        made = self.good("POST", "/Users", user("eva", active=False, emails=[
            {"value": "eva@example.org", "type": "work"}]))
        self.good("DELETE", "/Users/" + made["id"])
        self.assertIsNone(self.employment("eva@example.org")["to"])

    def test_inactive_is_nobody(self):
        self.good("POST", "/Users", user("frans", active=False))
        self.assertEqual([one for one in self.cli.api("/people")
                          if "frans" in json.dumps(one)], [])

    def test_end_in_the_middle_opens_no_other(self):
        made = self.new("gun")
        path = "/Users/" + made["id"]
        self.good("PATCH", path, patch(
            {"op": "replace", "path": "active", "value": False}))
        self.good("PATCH", path, patch(
            {"op": "replace", "path": "displayName", "value": "Gun G"}))
        # A PUT that says nothing of active employs nobody.
        body = self.good("GET", path)
        del body["active"]
        body["title"] = "Chef"
        self.assertFalse(self.good("PUT", path, body)["active"])
        self.assertEqual(self.employment("nr-gun")["to"], self.day(1))
        self.assertEqual(self.person("nr-gun")["name"], "Gun G")

    def test_moves_and_leads(self):
        boss = self.new("hans")
        made = self.new("ida")
        self.good("PATCH", "/Users/" + made["id"], patch(
            {"op": "Add", "path": ENTERPRISE + ":department",
             "value": "Parken"},
            {"op": "Add", "path": ENTERPRISE + ".manager",
             "value": boss["id"]}))
        person = self.person("nr-ida")
        self.assertEqual(person["unit"], "Parken")
        units = {one["name"]: one for one in self.cli.api("/units")}
        self.assertEqual(units["Parken"]["manager_id"],
                         self.person("nr-hans")["id"])
        shown = self.good("GET", "/Users/" + made["id"])
        self.assertEqual(shown[ENTERPRISE]["manager"]["value"], boss["id"])


class Leaver(Case):
    """Who is switched off in the directory gives back what they hold."""

    SERIAL = "SCIMLEAVER01"

    def entries(self, action):
        found = self.cli.json("audit", "person", "lisa@example.org")
        return [one for one in found if one["action"] == action]

    def test_departure_opens_and_closes(self):
        made = self.good("POST", "/Users", user(
            "lisa", externalId="l1", displayName="Lisa Lind",
            emails=[{"value": "lisa@example.org", "type": "work"}]))
        link = self.cli.link(self.SERIAL, "lisa@example.org")
        self.phones.enrol(link["url"], self.SERIAL)
        path = "/Users/" + made["id"]
        self.assertEqual(self.entries("departure.moved"), [])
        self.good("PATCH", path, patch(
            {"op": "Replace", "path": "active", "value": "False"}))
        opened = self.entries("departure.moved")
        self.assertEqual(len(opened), 1, opened)
        self.assertEqual(len(self.entries("scim.user_changed")), 1)
        # The same again opens no other; nothing is erased today.
        self.good("PATCH", path, patch(
            {"op": "Replace", "path": "active", "value": False}))
        self.assertEqual(len(self.entries("departure.moved")), 1)
        self.assertEqual(self.entries("wipe.ordered"), [])
        self.good("PATCH", path, patch(
            {"op": "Replace", "path": "active", "value": True}))
        self.assertEqual(len(self.entries("departure.moved")), 2)
        # Not on a Friday afternoon, a weekend or a holiday; then, once.
        self.good("PATCH", path, patch(
            {"op": "Replace", "path": "active", "value": False}))
        for _ in range(14):
            self.server.move_clock(24 * 3600)
            time.sleep(3)
            if self.entries("wipe.ordered"):
                break
        self.assertEqual(len(self.entries("wipe.ordered")), 1)
        self.assertTrue(self.cli.json("audit", "verify")["whole"])


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


class AtOnce(Case):
    """Eight clients, each with a line of its own."""

    def together(self, work):
        failed = []

        def run(number):
            client = Directory(self.server, self.directory.token)
            try:
                work(client, number)
            except Exception as error:
                failed.append(error)
            finally:
                client.close()

        threads = [threading.Thread(target=run, args=(number,))
                   for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(failed, [])

    def test_no_patch_is_lost(self):
        ids = [self.good("POST", "/Users", user(f"u{number}"))["id"]
               for number in range(40)]
        group = self.good("POST", "/Groups", {"displayName": "Alla"})["id"]

        def add(client, number):
            for one in ids[number::8]:
                answer = client.ask("PATCH", "/Groups/" + group, patch(
                    {"op": "add", "path": "members",
                     "value": [{"value": one}]}))
                assert answer.status == 204, answer

        self.together(add)
        members = self.good("GET", "/Groups/" + group)["members"]
        self.assertEqual(sorted(one["value"] for one in members), sorted(ids))

    def test_each_changes_its_own_attribute(self):
        made = self.good("POST", "/Users", user("kim"))["id"]
        parts = ["displayName", "name.givenName", "name.familyName",
                 "externalId", 'emails[type eq "work"].value',
                 ENTERPRISE + ":department", "name.formatted",
                 ENTERPRISE + ":employeeNumber"]

        def change(client, number):
            for turn in range(5):
                value = f"v{number}{turn}" + (
                    "@example.org" if "emails" in parts[number] else "")
                answer = client.ask("PATCH", "/Users/" + made, patch(
                    {"op": "replace", "path": parts[number],
                     "value": value}))
                assert answer.status == 200, answer

        self.together(change)
        shown = self.good("GET", "/Users/" + made)
        self.assertEqual(
            [shown["displayName"], shown["name"]["givenName"],
             shown["name"]["familyName"], shown["externalId"],
             shown["emails"][0]["value"], shown[ENTERPRISE]["department"],
             shown["name"]["formatted"],
             shown[ENTERPRISE]["employeeNumber"]],
            [f"v{number}4" + ("@example.org" if number == 4 else "")
             for number in range(8)])
        self.assertEqual(shown["meta"]["version"], 'W/"41"')

    def test_one_of_a_version_wins(self):
        made = self.good("POST", "/Users", user("kim"))
        done = []

        def put(client, number):
            done.append(client.ask(
                "PUT", "/Users/" + made["id"],
                user("kim", displayName=f"K{number}"),
                {"If-Match": made["meta"]["version"]}).status)

        self.together(put)
        self.assertEqual(sorted(done), [200] + [412] * 7)

    def test_one_post_wins(self):
        made = []

        def post(client, _):
            made.append(client.ask("POST", "/Users", user("kim")).status)

        self.together(post)
        self.assertEqual(sorted(made), [201] + [409] * 7)


class Walls(office_test.Two):
    """Of two towns on one server neither's directory reaches the other's."""

    def directory(self, organisation):
        token = office_test.make_token(
            self.cli, "directory", "scim", organisation=organisation)["token"]
        client = Directory(self.server, token)
        self.offices.append(client)
        return client

    def test_nothing_of_the_other(self):
        north = self.directory(office_test.NORTH)
        south = self.directory(office_test.SOUTH)
        body = user("kim", externalId="k", emails=[
            {"value": "kim@example.org", "type": "work"}])
        made = [client.ask("POST", "/Users", body).json()
                for client in (north, south)]
        self.assertNotEqual(made[0]["id"], made[1]["id"])
        group = north.ask("POST", "/Groups", {
            "displayName": "G", "members": [{"value": made[0]["id"]},
                                            {"value": made[1]["id"]}]})
        self.assertEqual(len(group.json()["members"]), 1)
        change = patch({"op": "replace", "path": "active", "value": False})
        for path in ("/Users/" + made[0]["id"],
                     "/Groups/" + group.json()["id"]):
            for method, what in (("GET", None), ("DELETE", None),
                                 ("PATCH", change), ("PUT", {
                                     "userName": "x", "displayName": "x"})):
                self.assertEqual(south.ask(method, path, what).status, 404)
        listed = south.ask("GET", "/Users").json()["Resources"]
        self.assertEqual([one["id"] for one in listed], [made[1]["id"]])
        self.assertTrue(north.ask(
            "GET", "/Users/" + made[0]["id"]).json()["active"])


if __name__ == "__main__":
    unittest.main()
