"""Invariant 8: does one organisation see or touch anything of another's?

One of each thing is made in the north; the south, with every scope there is,
then asks each route of docs/openapi.yaml that names one, with its id and every
other name it has. Whatever a new route names has to be made here.
"""

import json
import re
import subprocess
import unittest
import urllib.parse

import harness
from office import Office, all_pages
from openapi import Description

NORTH, SOUTH = "nord", "syd"
PACK = str(harness.ROOT / "policies/packs/vastervik")
MAIL = {"chef": "nora@nord.example", "leaver": "nils@nord.example",
        "tech": "tor@nord.example"}

LEDGER = [
    {"person": {"name": "Nora Nordchef", "mail": MAIL["chef"]}},
    {"unit": {"name": "Nordenheten", "manager": MAIL["chef"]}},
    *({"person": {"name": name, "mail": mail, "unit": "Nordenheten"}}
      for name, mail in (("Nils Nordman", MAIL["leaver"]),
                         ("Tor Nordtekniker", MAIL["tech"]))),
    *({"employment": {"person": MAIL[who], "unit": "Nordenheten",
                      "roles": roles, "from": "2026-01-01"}}
      for who, roles in (("chef", ["manager", "employee"]),
                         ("leaver", ["employee"]),
                         ("tech", ["employee", "it"]))),
    {"subscription": {"number": "+46700000001", "iccid": "8946010000000000019",
                      "operator": "Nordtel"}},
    {"assignment": {"person": MAIL["leaver"],
                    "subscription": "+46700000001"}},
]

# By the name of the schema, something that is well formed.
BODIES = {
    "WipeOrder": {"dry_run": False, "reason": "x"},
    "DeviceStepSaid": {"event": "report_lost", "reason": "x"},
    "LostModeSaid": {"reason": "x"}, "ReasonSaid": {"reason": "x"},
    "EscrowSaid": {"kind": "bypass_code", "reason": "x"},
    "WorkOrderOrder": {"kind": "read_facts"},
    "TaskCancel": {"reason": "x"}, "TaskLinkOrder": {},
    "EquipmentOrderDecision": {"approve": True, "as_person": "x"},
    "EquipmentOrderPlace": {"as_person": "x"},
    "EquipmentOrderCancel": {"why": "x"},
    "ApprovalDecision": {"approve": True, "params_sha256": "0" * 64},
    "LiftOrder": {"reason": "x"},
    "EverythingOrder": {"dry_run": False, "reason": "x"},
    "DepartureWhy": {"why": "x"},
    "DeparturePause": {"why": "x", "until": "2031-01-01"},
    "ReturnStepOrder": {"step": "lost", "note": "x"},
    "HandoutSignature": {"typed_name": "Nils Nordman"},
    "HandoutReason": {"reason": "x"}, "RoamingOrder": {"data": True},
    "ReplayOrder": {"since": "2026-01-01T00:00:00Z"}, "Empty": None,
}

# The rules of a policy are public; both towns have the same.
SHARED = {"/api/v1/rules", "/api/v1/rules/{rule}"}


class Walls(harness.Case):
    CHANGES = {
        "organisation": None, "policy": None,
        "organisations": [
            {"id": NORTH, "name": "Nordköpings kommun", "policy": PACK},
            {"id": SOUTH, "name": "Sydstads kommun", "policy": PACK}],
        "limits": {"requests_per_token": 60000, "requests_per_address": 60000,
                   "failures_per_address": 60000},
        # Nobody answers there: mails wait, which is enough to look at them.
        "mail": {"server": "127.0.0.1:9", "security": "none",
                 "from": "workphone@example.org", "window": "1s"},
    }

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.described = Description()
        scopes = {scope for operation in cls.described.operations.values()
                  for scope in operation["x-scopes"]} - {
                      "tokens:read", "tokens:write"}
        cls.tokens = {name: cls.cli.json(
            "token", "create", "--name", name, "--organisation", name,
            "--scope", ",".join(sorted(scopes) + ["scim"]))
            for name in (NORTH, SOUTH)}
        cls.north, cls.south = (Office(cls.server, cls.tokens[name]["token"])
                                for name in (NORTH, SOUTH))
        cls.names = {}  # by the route's parameter: what it may be called
        try:
            World(cls).make()
        except BaseException:
            cls.tearDownClass()
            raise

    @classmethod
    def tearDownClass(cls):
        for line in ("north", "south"):
            if hasattr(cls, line):
                getattr(cls, line).close()
        super().tearDownClass()

    def operations(self, with_parameter):
        for (method, path), operation in sorted(
                self.described.operations.items()):
            if ("{" in path) == with_parameter and path not in SHARED and (
                    "office" in operation["x-listeners"]):
                yield method, path, operation

    def body(self, operation):
        content = operation.get("requestBody", {}).get("content", {})
        schema = content.get("application/json", {}).get("schema")
        return BODIES[schema["$ref"].split("/")[-1]] if schema else None

    def each_address(self):
        """Every way to ask for something of the north by name."""
        for method, path, operation in self.operations(True):
            parameter = re.search(r"\{(\w+)\}", path)[1]
            kind = "work" if "/work-orders/" in path else parameter
            for name in self.names[kind]:
                yield (method, path.replace("{%s}" % parameter, name),
                       self.body(operation))

    def seen_in_the_north(self):
        """All of it, but times and what is judged anew all the time."""
        found = {}
        for method, path, _ in self.each_address():
            # Nobody answers at the address: its counters go on.
            if method == "GET" and "/webhooks/" not in path:
                found[path] = self.north.get(path).json()
        hook = self.north.get(
            "/api/v1/webhooks/" + self.names["webhook"][0]).json()
        found["hook"] = [hook["url"], hook["events"], hook["stopped_why"]]
        return still(found)

    def test_1_the_north_finds_all_of_it(self):
        """Else a 404 would prove nothing."""
        for method, path, _ in self.each_address():
            if method != "GET":
                continue
            answer = self.north.get(path)
            self.assertEqual(answer.status, 200, (path, answer))

    def test_2_by_its_name(self):
        before = self.seen_in_the_north()
        asked = 0
        for method, path, body in self.each_address():
            answer = self.south.ask(method, path, body)
            self.assertEqual(answer.status, 404, (method, path, answer))
            # The refusal repeats the name that it was asked by, and no more.
            said = answer.text.decode()
            for name in sum(self.names.values(), []):
                said = said.replace(urllib.parse.unquote(name), "")
            self.assertNotRegex(said, "[Nn]ord|NORTH")
            asked += 1
        self.assertGreater(asked, 90)
        self.assertEqual(self.seen_in_the_north(), before)

    def test_3_without_the_scope(self):
        """Whoever may not ask learns not even that there is nothing."""
        token = self.cli.json("token", "create", "--name", "bar",
                              "--organisation", SOUTH, "--scope",
                              "status:read")["token"]
        line = Office(self.server, token)
        for method, path, body in self.each_address():
            answer = line.ask(method, path, body)
            self.assertEqual(answer.status, 403, (method, path, answer))
        line.close()

    def test_4_lists(self):
        """The south has done nothing: all its lists are empty."""
        queries = {"/api/v1/evidence": "?subject_kind=person"}
        # What a town has from its first day: its own judgements and log.
        own = {"/api/v1/audit", "/api/v1/judgements"}
        lists = 0
        whole = b""
        for method, path, _ in self.operations(False):
            if method != "GET":
                continue
            if path == "/api/v1/holdings":
                for what in ("NORTH1", "%2B46700000001"):
                    answer = self.south.get(path + "?what=" + what)
                    self.assertEqual(answer.status, 404, answer)
                continue
            answer = self.south.get(path + queries.get(path, ""))
            self.assertIn(answer.status, (200, 404, 409), (path, answer))
            whole += answer.text
            if answer.status == 200 and b'"items"' in answer.text:
                lists += 1
                if path not in own:
                    self.assertEqual(answer.json()["items"], [], path)
                filled = self.north.get(path + queries.get(path, ""))
                if path not in EMPTY_IN_THE_NORTH:
                    self.assertTrue(filled.json()["items"], path)
        self.assertGreater(lists, 20)
        for mark in self.marks():
            self.assertNotIn(mark.encode(), whole, mark)

    def marks(self):
        ids = {name for names in self.names.values() for name in names
               if re.fullmatch(r"[0-9a-f-]{36}", name)}
        self.assertGreater(len(ids), 15)
        return ids | set(MAIL.values()) | {
            "Nord", "NORTH1", "NORTHA", "46700000001", "Nordtel"}

    def test_5_by_pointing_at_it(self):
        """A thing of the north named inside a body of the south."""
        person, device = MAIL["leaver"], "NORTH1"
        ids = {kind: self.names[kind][0] for kind in self.names}
        own = self.south.post("/api/v1/people", {
            "name": "Sune Syd", "mail": "sune@syd.example"})
        self.assertEqual(own.status, 200, own)
        android = self.south.post("/api/v1/devices", {
            "kind": "android", "serial": "SOUTHA", "model": "x"})
        self.assertLess(android.status, 300, android)
        orders = [
            ("departures", {"person": person, "note": "x"}),
            ("departures", {"person": ids["person"], "note": "x"}),
            ("departures", {"person": "sune@syd.example", "phone": device,
                            "note": "x"}),
            ("handouts", {"person": ids["person"], "phone": "SOUTHA"}),
            ("handouts", {"person": "sune@syd.example", "phone": device}),
            ("handouts", {"person": "sune@syd.example",
                          "phone": ids["device"]}),
            ("assignments", {"person": ids["person"], "phone": "SOUTHA"}),
            ("assignments", {"person": "sune@syd.example",
                             "phone": ids["device"]}),
            ("assignments", {"person": "sune@syd.example",
                             "subscription": "8946010000000000019"}),
            ("returns", {"phone": device}),
            ("accessories", {"label": "S-1", "name": "Headset",
                             "person": ids["person"]}),
            ("holds", {"person": ids["person"], "reference": "x"}),
            ("holds", {"phone": device, "reference": "x"}),
            ("approvals", {"what": "wipe", "phones": [device],
                           "reason": "x"}),
            ("approvals", {"what": "wipe", "phones": [ids["device"]],
                           "reason": "x"}),
            ("exceptions", {"rule": self.rule(), "subject": ids["person"],
                            "reason": "x", "valid_for": "30d"}),
            ("employments", {"person": ids["person"], "unit": "x",
                             "from": "2026-01-01"}),
            ("absences", {"person": ids["person"], "from": "2026-12-01"}),
        ]
        before = self.seen_in_the_north()
        for path, body in orders:
            answer = self.south.post("/api/v1/" + path, body)
            self.assertEqual(answer.status, 404, (path, body, answer))
            self.assertNotIn(b"Nord", answer.text)
        for query in ("departures?person=", "audit?person="):
            answer = self.south.get("/api/v1/" + query + ids["person"])
            self.assertIn(answer.status, (200, 404), answer)
            self.assertNotIn(b"Nord", answer.text)
        self.assertEqual(self.seen_in_the_north(), before)

    def rule(self):
        return next(rule["id"] for rule
                    in all_pages(self.north, "/api/v1/rules", 100)[0]
                    if (rule["subject"], rule["class"])
                    == ("person", "attest"))

    def test_6_over_scim(self):
        text = subprocess.run([harness.SERVER, "routes"], text=True,
                              capture_output=True, check=True).stdout
        asked = 0
        for line in text.splitlines():
            method, path = line.split("\t")[:2]
            if not path.startswith("/scim/") or ":" not in path:
                continue
            kind = re.search(r"/(Users|Groups)/:", path)
            if not kind:
                continue
            real = re.sub(r":\w+", self.scim[kind[1]]["id"], path)
            body = {"PUT": self.scim[kind[1]], "PATCH": {
                "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
                "Operations": [{"op": "replace", "path": "displayName",
                                "value": "x"}]}}.get(method)
            answer = self.south.ask(method, real, body, SCIM)
            self.assertEqual(answer.status, 404, (method, real, answer))
            asked += 1
        self.assertEqual(asked, 8)
        for kind, made in self.scim.items():
            found = self.south.get("/scim/v2/" + kind).json()
            self.assertEqual(found["totalResults"], 0, found)
            self.assertEqual(self.north.get(
                f"/scim/v2/{kind}/{made['id']}").json()["displayName"],
                made["displayName"])
        group = self.south.post("/scim/v2/Groups", {
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"],
            "displayName": "Syd", "members": [
                {"value": self.scim["Users"]["id"]}]}, SCIM)
        # Nobody of that id here: the group is made without.
        self.assertEqual(group.json()["members"], [])
        self.assertNotIn(b"Nord", group.text)

    def test_7_tokens_at_the_socket(self):
        """The socket is of every organisation, one at a time."""
        line = harness.UnixConnection(self.server.admin)
        path = f"/api/v1/tokens/{self.tokens[NORTH]['id']}"
        for method, tail, organisation, status in (
                ("GET", "", SOUTH, 404), ("POST", "/revoke", SOUTH, 404),
                ("GET", "", NORTH, 200)):
            line.request(method, f"{path}{tail}?organisation={organisation}")
            answer = line.getresponse()
            answer.read()
            self.assertEqual(answer.status, status, (method, organisation))
        line.close()


def still(tree):
    """Without what time alone moves."""
    if isinstance(tree, dict):
        return {key: still(value) for key, value in tree.items()
                if not key.endswith("_at") and key not in (
                    "judgements", "verdicts", "evidence", "why")}
    return [still(one) for one in tree] if isinstance(tree, list) else tree


SCIM = {"Content-Type": "application/scim+json"}
# Bench and phone-side answers that need a station or a signed report.
EMPTY_IN_THE_NORTH = {"/api/v1/bench-phones", "/api/v1/evidence",
                      "/api/v1/statements", "/api/v1/acknowledgements"}


class World:
    """One of each thing, in the north; its names go into walls.names."""

    def __init__(self, walls):
        self.walls = walls
        self.line = walls.north
        self.names = walls.names

    def good(self, method, path, body=None, headers=None):
        answer = self.line.ask(method, path, body, headers)
        if not 200 <= answer.status < 300:
            raise AssertionError((method, path, answer))
        return answer.json() if answer.text else None

    def new(self, kind, path, body):
        made = self.good("POST", "/api/v1/" + path, body)
        self.names.setdefault(kind, []).append(made["id"])
        return made

    def items(self, path):
        return self.good("GET", "/api/v1/" + path)["items"]

    def make(self):
        self.register()
        self.phone()
        self.desk()
        self.hooks()
        self.hand_over()
        self.leave()
        self.look()
        self.directory()

    def register(self):
        lines = "\n".join(json.dumps(line) for line in LEDGER)
        self.good("POST", "/api/v1/ledger", lines.encode(),
                  {"Content-Type": "application/jsonl"})
        person = self.good("GET", "/api/v1/people/" + MAIL["leaver"])
        self.names["person"] = [person["id"], MAIL["leaver"],
                                urllib.parse.quote(person["name"])]
        self.good("POST", "/api/v1/accessories", {
            "label": "N-1", "name": "Nordheadset", "person": MAIL["leaver"]})

    def phone(self):
        """Enrolled, supervised; lost and found, with codes in escrow."""
        walls = self.walls
        link = self.good("POST", "/api/v1/enrolment-links", {
            "person": "Nils Nordman", "serial": "NORTH1"})
        walls.phones.enrol(link["url"], "NORTH1", "--supervised")
        for _ in range(4):
            walls.phones.poll("NORTH1")
        device = self.good("GET", "/api/v1/devices/NORTH1")
        self.names["device"] = [device["id"], "NORTH1", device["udid"]]
        self.names["command"] = [self.items("commands?device=NORTH1")[0]["id"]]
        self.good("POST", "/api/v1/devices/NORTH1/lost-mode",
                  {"reason": "borta"})
        walls.phones.poll("NORTH1")
        self.good("POST", "/api/v1/devices/NORTH1/lost-mode/lift",
                  {"reason": "hittad"})

    def desk(self):
        key = subprocess.run(
            ["openssl", "genpkey", "-algorithm", "ed25519"],
            capture_output=True, check=True).stdout
        public = subprocess.run(["openssl", "pkey", "-pubout"], input=key,
                                capture_output=True, check=True).stdout
        self.new("key", "evidence-keys", {
            "name": "nordväxel", "public_key": public.decode(),
            "facts": ["voicemail.greeting"]})
        self.new("station", "stations", {"name": "Nordbänk"})
        order = self.good("POST", "/api/v1/devices/NORTH1/work-orders",
                          {"kind": "read_facts"})
        self.names["work"] = [order["id"]]
        self.approved_wipe()
        self.new("hold", "holds", {
            "phone": "NORTH1", "reference": "Nord 2026/1"})
        self.new("exception", "exceptions", {
            "rule": Walls.rule(self.walls), "subject": MAIL["tech"],
            "reason": "Nordvakt", "valid_for": "30d"})
        self.new("item", "catalogue", {"what": "phone", "name": "Nordfon"})
        tech = self.good("GET", "/api/v1/people/" + MAIL["tech"])["id"]
        self.new("order", "equipment-orders", {
            "what": "phone", "item": "Nordfon", "person_id": tech,
            "need": "Nord", "requested_by": tech})

    def approved_wipe(self):
        """Of somebody who is employed: a second person has said yes."""
        made = self.new("approval", "approvals", {
            "what": "wipe", "phones": ["NORTH1"], "reason": "nord"})
        line = harness.UnixConnection(self.walls.server.admin)
        line.request(
            "POST", f"/api/v1/approvals/{made['id']}/decision?organisation="
            + NORTH, json.dumps({"approve": True, "params_sha256":
                                 made["params_sha256"]}),
            {"Content-Type": "application/json"})
        if line.getresponse().status != 200:
            raise AssertionError("the yes was not taken")
        line.close()
        self.good("POST", "/api/v1/devices/NORTH1/wipe",
                  {"dry_run": False, "reason": "nord"})

    def hooks(self):
        made = self.new("webhook", "webhooks", {
            "url": "https://127.0.0.1:9/nord", "events": ["task.asked"]})
        self.good("POST", f"/api/v1/webhooks/{made['id']}/test")
        if not self.items(f"webhooks/{made['id']}/deliveries"):
            raise AssertionError("no delivery")

    def hand_over(self):
        self.good("POST", "/api/v1/devices", {
            "kind": "android", "serial": "NORTHA", "model": "Nordgalaxy"})
        made = self.new("handout", "handouts", {
            "person": MAIL["leaver"], "phone": "NORTHA",
            "accessories": ["Nordladdare"]})
        done = self.good("POST", f"/api/v1/handouts/{made['id']}/accept",
                         {"typed_name": "Nils Nordman"})
        receipt = self.good("GET", "/api/v1/receipts/" + done["receipt"])
        self.names["receipt"] = [receipt["id"]]
        harness.wait_for("the receipt to be drawn", lambda: self.line.get(
            f"/api/v1/receipts/{receipt['id']}/file?form=pdf").status == 200)

    def leave(self):
        made = self.new("departure", "departures", {
            "person": MAIL["leaver"], "phone": "NORTHA", "note": "Nordbyte"})
        case = self.good("GET", "/api/v1/departures/" + made["id"])[
            "return_cases"][0]
        self.names["case"] = [case["id"], "NORTHA"]
        path = "/api/v1/return-cases/" + case["id"]
        self.good("POST", path + "/steps",
                  {"step": "custody", "note": "Nordrepa"})
        harness.wait_for("what time does to it", lambda: (
            "asked" in self.good("GET", path)["marks"]))

    def look(self):
        """What others make by themselves: tasks, mails."""
        self.names["task"] = [harness.wait_for(
            "a task", lambda: self.items("tasks?open=1"))[0]["id"]]
        self.names["mail"] = [harness.wait_for(
            "a mail", lambda: self.items("outbox/mails"))[0]["id"]]

    def directory(self):
        user = self.good("POST", "/scim/v2/Users", {
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
            "userName": "nanna@nord.example", "active": True,
            "displayName": "Nanna Nordsdotter"}, SCIM)
        group = self.good("POST", "/scim/v2/Groups", {
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"],
            "displayName": "Nordgruppen",
            "members": [{"value": user["id"]}]}, SCIM)
        self.walls.scim = {"Users": user, "Groups": group}


if __name__ == "__main__":
    unittest.main()
