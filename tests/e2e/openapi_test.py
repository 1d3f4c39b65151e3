"""Is docs/openapi.yaml the truth, both ways: every route of the server stands
in it and every operation in the server, and is every answer and every request
of a whole working day as it says?"""

import base64
import datetime
import json
import pathlib
import re
import subprocess
import unittest
import uuid

import harness
import office_world
from office import Office

try:
    import openapi
except ImportError as missing:
    print("SKIP: " + str(missing))
    raise unittest.SkipTest(str(missing))

ROLES = [{"person": {"name": "Cecilia Chef", "mail": "chef@example.org"}},
         {"unit": {"name": "Kommunledningen", "manager": "chef@example.org"}},
         {"person": {"name": "Ivar Tekniker", "mail": "it@example.org"}}]


class Routes(unittest.TestCase):
    def test_every_route_and_nothing_else(self):
        described = openapi.Description()
        theirs = {
            (method, path, " ".join(sorted(operation["x-scopes"])),
             tuple(sorted(operation["x-listeners"])),
             operation["operationId"])
            for (method, path), operation in described.operations.items()}
        text = subprocess.run([harness.SERVER, "routes"], text=True,
                              capture_output=True, check=True).stdout
        ours = set()
        for line in text.splitlines():
            method, path, listeners, scopes, name = line.split("\t")
            if not path.startswith("/api/"):
                continue
            path = "/".join("{%s}" % step[1:] if step.startswith(":")
                            else step for step in path.split("/"))
            ours.add((method, path, " ".join(sorted(scopes.split())),
                      tuple(sorted(listeners.split(","))), name))
        self.assertEqual(theirs, ours)
        self.assertGreater(len(ours), 50)

    def test_scopes_are_those_that_tokens_take(self):
        described = openapi.Description()
        named = {scope for operation in described.operations.values()
                 for scope in operation["x-scopes"]}
        given = set(office_world.EVERYTHING.split(","))
        self.assertEqual(named - given, {"tokens:read", "tokens:write"})


class Judged(Office):
    """An office whose every answer is held against the description."""

    def __init__(self, server, token, described, seen):
        super().__init__(server, token)
        self.described = described
        self.seen = seen

    def ask(self, method, path, body=None, headers=None):
        answer = super().ask(method, path, body, headers)
        operation = self.described.judge_answer(method, path, answer)
        if 200 <= answer.status < 300:
            name = operation["operationId"]
            self.seen.setdefault(name, (path, body, headers))
            schema = self.described.request_schema(operation)
            if schema and isinstance(body, dict):
                self.described.judge(schema, body, name + " request")
        return answer


class LocalJudged(Judged):
    """The same over the admin socket."""

    def connect(self):
        return harness.UnixConnection(self.server.admin)


class Day(harness.Case):
    # Nobody answers there: mails wait, which is enough to look at them.
    CHANGES = {"limits": office_world.Two.LIMITS,
               "mail": {"server": "127.0.0.1:9", "security": "none",
                        "from": "workphone@example.org", "window": "1s"}}

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.described = openapi.Description()
        cls.seen = {}
        token = cls.cli.json("token", "create", "--name", "day", "--scope",
                             office_world.EVERYTHING)["token"]
        cls.office = Judged(cls.server, token, cls.described, cls.seen)
        cls.local = LocalJudged(cls.server, None, cls.described, cls.seen)

    @classmethod
    def tearDownClass(cls):
        if hasattr(cls, "office"):
            cls.office.close()
            cls.local.close()
        super().tearDownClass()

    def good(self, method, path, body=None, headers=None, line=None):
        answer = (line or self.office).ask(method, path, body, headers)
        self.assertIn(answer.status, (200, 201, 202), (method, path, answer))
        return answer.json()

    def items(self, path):
        return self.good("GET", path)["items"]

    def ledger(self):
        today = harness.day()
        lines = "\n".join(json.dumps(line) for line in ROLES)
        self.good("POST", "/api/v1/ledger?dry_run=1", lines.encode(),
                  {"Content-Type": "application/jsonl"})
        self.assertEqual(self.items("/api/v1/people"), [])
        staff = "key;name;mail;unit\n1;Ulla Berg;ulla@example.org;Arkivet\n"
        path = "/api/v1/people/import?source=staff&full=1"
        plan = self.good("POST", path + "&dry_run=1", staff.encode(),
                         {"Content-Type": "text/csv"})["plan"]
        self.office.post(path + "&expect=0", staff.encode(),
                         {"Content-Type": "text/csv"})
        self.good("POST", path + "&expect=" + plan, staff.encode(),
                  {"Content-Type": "text/csv"})
        self.office.post("/api/v1/ledger", b'{"unit": {"nam": "x"}}',
                         {"Content-Type": "application/jsonl"})
        self.good("POST", "/api/v1/people", {
            "name": "Cecilia Chef", "mail": "chef@example.org"})
        self.good("POST", "/api/v1/units", {
            "name": "Kommunledningen", "manager": "chef@example.org"})
        self.good("POST", "/api/v1/ledger", lines.encode(),
                  {"Content-Type": "application/jsonl"})
        for mail, roles in (("chef@example.org", ["employee", "manager"]),
                            ("it@example.org", ["employee", "it",
                                                "telephony_service"])):
            self.good("POST", "/api/v1/employments", {
                "person": mail, "unit": "Kommunledningen", "roles": roles,
                "from": "2026-01-01"})
        self.good("POST", "/api/v1/absences", {
            "person": "chef@example.org", "deputy": "it@example.org",
            "from": today, "until": "2030-01-01"})
        self.good("POST", "/api/v1/subscriptions", {
            "number": "+46701234567", "iccid": "8946000000000000001",
            "operator": "telia", "flags": ["data"]})
        for path in ("units", "subscriptions", "people?q=chef"):
            self.assertTrue(self.items("/api/v1/" + path))
        for path in ("it@example.org", "chef@example.org"):
            self.good("GET", "/api/v1/people/" + path)
        self.office.get("/api/v1/people/nobody")

    def phone(self):
        link = self.good("POST", "/api/v1/enrolment-links", {
            "person": "Ivar Tekniker", "serial": "DAY1"})
        self.phones.enrol(link["url"], "DAY1")
        self.phones.poll("DAY1")
        self.assertTrue(self.items("/api/v1/enrolment-links"))
        self.assertTrue(self.items("/api/v1/devices"))
        first = self.good("GET", "/api/v1/devices/DAY1")
        self.office.get("/api/v1/devices/NONE")
        self.good("POST", "/api/v1/assignments", {
            "person": "it@example.org", "subscription": "+46701234567"})
        holdings = "/api/v1/holdings?what=%2B46701234567"
        self.assertTrue(self.items(holdings))
        self.assertEqual(self.items(holdings + "&on=2020-01-01"), [])
        self.office.get(holdings + "&on=2026-02-30")
        self.good("POST", "/api/v1/policy/push", {"dry_run": True})
        self.good("POST", "/api/v1/policy/push", {})
        self.good("POST", "/api/v1/devices/DAY1/roaming", {"data": False})
        commands = self.items("/api/v1/commands")
        self.assertTrue(commands)
        for command in commands[:3]:
            self.good("GET", f"/api/v1/commands/{command['id']}?raw=1")
        self.assertTrue(self.items("/api/v1/verdicts?device=DAY1"))
        self.office.get("/api/v1/verdicts?device=NONE")
        return first["id"]

    def clock(self):
        seen = self.good("GET", "/api/v1/clock", line=self.local)
        self.assertEqual((seen["believed"], seen["doubt"]), (True, None))
        right = {"reason": "jämförd med en annan"}
        self.local.post("/api/v1/clock", right)  # 409: nobody doubts it
        file = self.server.clock_file
        was = file.read_text() if file.exists() else "0"
        wall, boot = int(was.split()[0]) + 5 * 86400000, int(was.split()[0])
        file.write_text(f"{wall} {boot} 0")
        seen = self.good("GET", "/api/v1/clock", line=self.local)
        self.assertIn("in doubt", seen["doubt"])
        file.write_text(was)
        self.good("GET", "/api/v1/clock", line=self.local)
        file.write_text(f"{boot + 3 * 3600000} {boot} 0")
        self.assertTrue(self.good(
            "POST", "/api/v1/clock", right, line=self.local)["believed"])
        file.write_text(was)

    def guard(self, device):
        self.good("GET", "/api/v1/guard")
        self.clock()
        body = {"what": "wipe", "phones": ["DAY1"], "reason": "sista dagen"}
        made = self.good("POST", "/api/v1/approvals", body)
        path = "/api/v1/approvals/" + made["id"]
        self.assertEqual(self.good("GET", path)["phones"][0]["serial"], "DAY1")
        self.assertTrue(self.items("/api/v1/approvals?open=1"))
        yes = {"approve": True, "params_sha256": made["params_sha256"]}
        self.assertEqual(
            self.office.post(path + "/decision", yes).status, 403)
        self.good("POST", path + "/decision", yes, line=self.local)
        self.good("POST", path + "/withdraw")
        self.office.post(path + "/withdraw")
        self.office.post("/api/v1/approvals", dict(body, what="departures"))
        body = {"phone": "DAY1", "reference": "Dnr 2026/4711"}
        made = self.good("POST", "/api/v1/holds", body)
        self.office.post("/api/v1/holds", dict(body, person="it@example.org"))
        path = "/api/v1/holds/" + made["id"]
        self.good("GET", path)
        self.assertTrue(self.items("/api/v1/holds"))
        plan = self.good("POST", f"/api/v1/devices/{device}/wipe",
                         {"dry_run": True})
        self.assertEqual((plan["allowed"], plan["guard"]), (False, "held"))
        self.assertIn("Dnr 2026/4711", plan["refusal"])
        self.good("POST", path + "/lift", {"reason": "avgjort"})
        self.office.post(path + "/lift", {"reason": "igen"})
        person = "/api/v1/people/it@example.org/everything"
        kinds = {one["kind"] for one in self.good("GET", person)["items"]}
        self.assertLessEqual({"phone", "subscription"}, kinds)
        self.office.get("/api/v1/people/nobody@example.org/everything")
        back = self.good("POST", person + "-return",
                         {"dry_run": True, "reason": "slutar"})
        self.assertEqual((back["departure"], back["cases"]), (None, 1))
        self.good("POST", "/api/v1/retention", {"dry_run": True})

    def wipe(self, device):
        path = f"/api/v1/devices/{device}/wipe"
        self.office.get(path)
        self.good("POST", path, {"dry_run": True})
        self.good("POST", path, {"dry_run": False, "reason": "slut"},
                  {"Idempotency-Key": str(uuid.uuid4())})
        self.assertEqual(
            self.office.post(path, {"dry_run": False,
                                    "reason": "igen"}).status, 409)
        whole = self.good("GET", path)
        command = f"/api/v1/commands/{whole['wipe']['command_id']}"
        self.good("POST", command + "/cancel", None)
        self.office.post(command + "/cancel")
        self.good("GET", "/api/v1/devices/DAY1")

    def bench(self, device):
        station = self.good("POST", "/api/v1/stations", {"name": "Bänk A"})
        self.items("/api/v1/stations")
        order = self.good("POST", f"/api/v1/devices/{device}/work-orders",
                          {"kind": "read_facts"})
        self.items("/api/v1/work-orders?open=1")
        self.good("POST", f"/api/v1/work-orders/{order['id']}/cancel")
        self.good("POST", f"/api/v1/stations/{station['id']}/revoke")
        self.items("/api/v1/bench-phones")

    def policy(self):
        whole = self.good("GET", "/api/v1/policy")
        self.assertEqual(whole["pack"], "vastervik")
        for rule in self.items("/api/v1/rules?limit=1000"):
            self.good("GET", f"/api/v1/rules/{rule['id']}?language=en")
        self.office.get("/api/v1/rules?language=xx")
        self.office.get("/api/v1/rules/NONE-1")
        packs = harness.ROOT / "policies/packs/vastervik"
        body = {"packs": [{"name": "vastervik", "files": {
            file.name: file.read_text("utf-8")
            for file in sorted(packs.glob("*.yaml"))}}]}
        same = self.good("POST", "/api/v1/policy/plan", body)
        self.assertTrue(same["is_in_force"])
        files = body["packs"][0]["files"]
        files["pack.yaml"] += "\n# another version\n"
        plan = self.good("POST", "/api/v1/policy/plan", body)
        self.good("POST", "/api/v1/policy/apply",
                  {**body, "replaces": plan["replaces"] or ""})

    def evidence(self):
        folder = pathlib.Path(self.folder)
        key, body, signature = (folder / name for name in
                                ("pair.pem", "body", "signature"))
        subprocess.run(["openssl", "genpkey", "-algorithm", "ed25519",
                        "-out", str(key)], check=True)
        public = subprocess.run(
            ["openssl", "pkey", "-in", str(key), "-pubout"],
            capture_output=True, text=True, check=True).stdout
        made = self.good("POST", "/api/v1/evidence-keys", {
            "name": "vaxel", "public_key": public,
            "facts": ["voicemail.greeting"]})
        now = datetime.datetime.now(datetime.timezone.utc)
        report = {
            "v": 1, "connector": "vaxel", "run": str(uuid.uuid4()), "seq": 1,
            "observed_at": now.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "items": [{"subject": subject, "fact": "voicemail.greeting",
                       "value": "personal", "method": "csv-import"}
                      for subject in ("tel:+46701234567",
                                      "tel:+46709999999")]}
        body.write_bytes(json.dumps(report).encode())
        subprocess.run(["openssl", "pkeyutl", "-sign", "-rawin", "-inkey",
                        str(key), "-in", str(body), "-out", str(signature)],
                       check=True)
        headers = {"X-Evidence-Key": made["id"], "X-Evidence-Signature":
                   base64.b64encode(signature.read_bytes()).decode()}
        anybody = Judged(self.server, None, self.described, self.seen)
        taken = anybody.post("/api/v1/evidence", body.read_bytes(), headers)
        self.assertEqual(taken.status, 200, taken)
        self.assertEqual(taken.json()["refused"][0]["reason"], "subject")
        self.described.judge(
            self.described.request_schema(
                self.described.find("POST", "/api/v1/evidence")),
            report, "the report")
        again = anybody.post("/api/v1/evidence", body.read_bytes(), headers)
        self.assertEqual(again.text, taken.text)
        for change in (b"", b"{}", body.read_bytes() + b" "):
            answer = anybody.post("/api/v1/evidence", change, headers)
            self.assertEqual(answer.status, 401, answer)
        anybody.close()
        for kind in ("person", "phone", "subscription", "unit",
                     "organisation"):
            self.items("/api/v1/evidence?subject_kind=" + kind)
        self.office.get("/api/v1/evidence")
        path = "/api/v1/evidence-keys/" + made["id"]
        tag = self.office.get(path).headers["ETag"]
        answer = self.office.ask("GET", path,
                                 headers={"If-None-Match": tag})
        self.assertEqual(answer.status, 304)
        self.items("/api/v1/evidence-keys")
        self.office.post(path + "/revoke", None, {"If-Match": '"x"'})
        self.good("POST", path + "/revoke", None, {"If-Match": tag})

    def tasks(self):
        found = harness.wait_for(
            "a task", lambda: self.items("/api/v1/tasks?open=1"))
        for task in found[:5]:
            self.good("GET", f"/api/v1/tasks/{task['id']}?language=en")
        path = f"/api/v1/tasks/{found[0]['id']}"
        link = self.good("POST", path + "/links", {"valid_for": "1d"})
        self.assertIn("/t/", link["url"])
        self.good("POST", path + "/cancel", {"reason": "provat färdigt"})
        self.office.post(path + "/cancel", {"reason": "igen"})
        self.items("/api/v1/statements?newest=1")
        self.items("/api/v1/acknowledgements")
        self.assertTrue(self.items("/api/v1/judgements"))
        for word in ("met", "unknown"):
            self.items("/api/v1/judgements?subject_kind=person&language=sv"
                       "&verdict=" + word)

    def audit(self):
        self.items("/api/v1/audit?limit=5")
        self.items("/api/v1/audit?person=it@example.org")
        self.office.get("/api/v1/audit?person=nobody@example.org")
        self.office.get("/api/v1/audit?person=a&device=b")
        self.assertTrue(self.good("GET", "/api/v1/audit/verify")["whole"])
        harness.wait_for(
            "a signed checkpoint", lambda: self.office.get(
                "/api/v1/audit/checkpoint").status == 200)
        self.good("GET", "/api/v1/audit/checkpoint")
        part = self.good("GET", "/api/v1/audit/export?format=csv")
        self.assertTrue(part["text"].startswith("entry,time,action"))
        part = self.good("GET", "/api/v1/audit/export")
        self.assertIn('"format":"workphone-audit-1"', part["text"])
        self.good("GET", "/api/v1/audit/export?after=1")
        self.office.get("/api/v1/audit/export?format=pdf")

    def exceptions(self):
        rule = next(rule for rule in self.items("/api/v1/rules?limit=200")
                    if rule["subject"] == "person" and rule["class"] == "attest")
        body = {"rule": rule["id"], "subject": "it@example.org",
                "reason": "Ensam på posten", "valid_for": "30d"}
        made = self.good("POST", "/api/v1/exceptions", body)
        self.office.post("/api/v1/exceptions", body)
        self.office.post("/api/v1/exceptions", dict(body, rule="XXX-1"))
        self.office.post("/api/v1/exceptions", dict(body, valid_for="9000d"))
        self.items("/api/v1/exceptions")
        path = "/api/v1/exceptions/" + made["id"]
        tag = self.office.get(path).headers["ETag"]
        judged = self.items("/api/v1/judgements?subject_kind=person"
                            "&verdict=exempt&language=en&rule=" + rule["id"])
        self.assertIn("Ensam på posten", [one["note"] for one in judged])
        self.good("POST", path + "/revoke", None, {"If-Match": tag})
        self.office.post(path + "/revoke")
        self.good("GET", path)

    def departures(self):
        self.good("POST", "/api/v1/people", {
            "name": "Sara Slutar", "mail": "sara@example.org"})
        for serial in ("LEAVE1", "LEAVE2"):
            self.good("POST", "/api/v1/devices", {
                "kind": "android", "serial": serial, "model": "Galaxy"})
            self.good("POST", "/api/v1/assignments", {
                "person": "sara@example.org", "phone": serial})
        body = {"person": "sara@example.org", "phone": "LEAVE1",
                "note": "Byter telefon"}
        dry = self.good("POST", "/api/v1/departures",
                        dict(body, dry_run=True))
        self.assertEqual((dry["cases"], dry["reason"]), (1, "hand_back"))
        self.assertEqual(self.items("/api/v1/departures"), [])
        made = self.good("POST", "/api/v1/departures", body)
        self.office.post("/api/v1/departures", dict(body, person="nobody"))
        self.assertEqual(len(self.items(
            "/api/v1/departures?open=1&person=sara@example.org")), 1)
        self.office.get("/api/v1/departures?person=nobody")
        path = "/api/v1/departures/" + made["id"]
        whole = self.good("GET", path)
        self.assertEqual(whole["return_cases"][0]["device"]["serial"],
                         "LEAVE1")
        self.assertEqual(len(self.items("/api/v1/return-cases?open=1")), 1)
        self.step({"step": "custody", "note": "Repad"})
        own = self.office.post("/api/v1/return-cases/LEAVE1/steps", {
            "step": "sign", "signer": "receiver", "typed_name": "Sara",
            "person": "sara@example.org"})
        self.assertEqual(own.status, 403, own)
        self.office.post("/api/v1/return-cases/LEAVE1/steps",
                         {"step": "erase"})
        self.step({"step": "state_proof", "note": "Återställd på plats"})
        self.step({"step": "sign", "signer": "holder", "codes": "handed_over",
                   "typed_name": "Sara Slutar", "person": "sara@example.org"})
        # The other signature comes from another account.
        receiver = {"step": "sign", "signer": "receiver",
                    "typed_name": "Ivar Tekniker", "person": "it@example.org"}
        path = "/api/v1/return-cases/LEAVE1/steps"
        self.assertEqual(self.office.post(path, receiver).status, 403)
        self.good("POST", path, receiver, line=self.local)
        harness.wait_for("the case to be released", lambda: (
            self.good("GET", "/api/v1/return-cases/LEAVE1")["state"]
            == "released"))
        made = self.good("POST", "/api/v1/departures",
                         {"person": "sara@example.org", "note": "Allt"})
        path = "/api/v1/departures/" + made["id"]
        self.good("POST", path + "/pause", {
            "until": "2031-01-01", "why": "Tjänstledig"})
        self.good("POST", path + "/cancel", {"why": "Stannar"})

    def step(self, order):
        self.good("POST", "/api/v1/return-cases/LEAVE1/steps", order)

    def handouts(self):
        body = {"person": "it@example.org", "phone": "DAY1",
                "accessories": ["Laddare"], "note": "Ny"}
        made = [self.good("POST", "/api/v1/handouts", body)]
        self.office.post("/api/v1/handouts", body)
        self.office.post("/api/v1/handouts", {"person": "it@example.org"})
        made += [self.good("POST", "/api/v1/handouts", {
            "person": "it@example.org", "accessories": [name]})
            for name in ("Fodral", "Hörlur")]
        self.assertEqual(len(self.items("/api/v1/handouts?open=1")), 3)
        paths = ["/api/v1/handouts/" + one["id"] for one in made]
        self.good("GET", paths[0])
        self.assertEqual(self.office.post(
            paths[0] + "/accept", {"typed_name": " "}).status, 400)
        whole = self.good("POST", paths[0] + "/accept",
                          {"typed_name": "Ivar Tekniker"})
        self.good("POST", paths[1] + "/refuse", {"reason": "Fel fodral"})
        self.good("POST", paths[2] + "/withdraw", {"reason": "Fel person"})
        self.assertEqual(self.office.post(
            paths[0] + "/withdraw", {"reason": "x"}).status, 409)
        return whole["receipt"]

    def receipts(self, receipt):
        self.good("POST", "/api/v1/devices", {
            "kind": "android", "serial": "ANDROID1", "model": "Galaxy"})
        path = "/api/v1/devices/ANDROID1/erasure-certificate"
        self.assertEqual(self.office.post(path).status, 409)
        self.good("POST", "/api/v1/devices/ANDROID1/steps", {
            "event": "prove_wiped", "reason": "Återställd, startad på nytt"})
        self.good("POST", path)
        self.assertEqual(
            sorted(one["kind"] for one in self.items("/api/v1/receipts")),
            ["erasure", "hand_out"])
        whole = self.good("GET", "/api/v1/receipts/" + receipt)
        self.good("GET", "/api/v1/receipts/" + whole["number"])
        for form, begins in (("pdf", b"%PDF-1."), ("twin", b"0"),
                             ("json", b"{")):
            file = self.good("GET", f"/api/v1/receipts/{receipt}/file"
                                    f"?form={form}")
            self.assertTrue(
                base64.b64decode(file["data"]).startswith(begins), form)
        self.office.get("/api/v1/receipts/1999-1")
        self.office.get(f"/api/v1/receipts/{receipt}/file?form=doc")

    def equipment(self):
        chef, tech = (self.good("GET", "/api/v1/people/" + mail)["id"]
                      for mail in ("chef@example.org", "it@example.org"))
        self.office.post("/api/v1/equipment-orders", {
            "what": "phone", "item": "iPhone", "person_id": tech,
            "need": "Fältarbete"})
        items = [self.good("POST", "/api/v1/catalogue", {
            "what": "phone", "name": name}) for name in ("iPhone", "Gammal")]
        self.good("GET", "/api/v1/catalogue/" + items[1]["id"])
        self.good("POST", f"/api/v1/catalogue/{items[1]['id']}/retire")
        self.assertEqual(len(self.items("/api/v1/catalogue")), 2)
        body = {"what": "phone", "item": "iPhone", "person_id": tech,
                "need": "Fältarbete", "requested_by": tech}
        made = [self.good("POST", "/api/v1/equipment-orders", body)
                for _ in range(2)]
        self.items("/api/v1/equipment-orders?open=1")
        path = "/api/v1/equipment-orders/" + made[0]["id"]
        self.good("GET", path)
        own = self.office.post(path + "/decision", {
            "approve": True, "as_person": tech})
        self.assertEqual(own.status, 403, own)
        self.good("POST", path + "/decision", {
            "approve": True, "as_person": chef, "why": "Ja"})
        self.good("POST", path + "/place", {"as_person": tech})
        self.good("POST", "/api/v1/equipment-orders/" + made[1]["id"]
                  + "/cancel", {"why": "Ångrat"})

    def tokens(self):
        made = self.good("POST", "/api/v1/tokens", {
            "name": "x", "scopes": ["status:read"], "valid_for": "1d"},
            line=self.local)
        path = "/api/v1/tokens/" + made["id"]
        self.good("GET", path, line=self.local)
        self.good("GET", "/api/v1/tokens", line=self.local)
        self.good("POST", path + "/revoke", line=self.local)
        self.local.post(path + "/revoke")

    def outbox(self):
        self.assertTrue(self.good("GET", "/api/v1/outbox")["mail"]["is_on"])
        mails = self.items("/api/v1/outbox/mails?state=waiting")
        self.good("POST", f"/api/v1/outbox/mails/{mails[0]['id']}/retry")
        self.office.get("/api/v1/outbox/mails?state=lost")
        made = self.good("POST", "/api/v1/webhooks", {
            "url": "https://127.0.0.1:9/hook", "events": ["task.asked"]})
        self.office.post("/api/v1/webhooks", {"url": "ftp://127.0.0.1/"})
        self.items("/api/v1/webhooks")
        path = "/api/v1/webhooks/" + made["id"]
        self.assertNotIn("secret", self.good("GET", path))
        self.good("POST", path + "/rotate")
        self.good("POST", path + "/test")
        one = self.items(path + "/deliveries")[0]
        self.good("POST", path + "/replay", {"delivery_id": one["id"]})
        self.office.post(path + "/replay", {})
        self.good("POST", path + "/start")
        self.good("POST", path + "/remove")
        self.office.get(path)

    def register(self):
        path = "/api/v1/devices/DAYLOST"
        self.good("POST", "/api/v1/devices", {
            "kind": "android", "serial": "DAYAND", "is_ordered": True})
        self.office.post("/api/v1/devices", {"kind": "fax", "serial": "X"})
        self.good("POST", "/api/v1/devices/DAYAND/steps",
                  {"event": "receive"})
        self.office.post("/api/v1/devices/DAYAND/steps",
                         {"event": "repaired"})
        self.assertTrue(self.items("/api/v1/devices/DAYAND/steps"))
        self.good("POST", "/api/v1/accessories", {
            "label": "HS-1", "name": "Headset", "person": "it@example.org"})
        self.assertTrue(self.items("/api/v1/accessories"))
        link = self.good("POST", "/api/v1/enrolment-links", {
            "person": "Cecilia Chef", "serial": "DAYLOST"})
        self.phones.enrol(link["url"], "DAYLOST", "--supervised")
        for _ in range(3):
            self.phones.poll("DAYLOST")
        self.office.get(path + "/lost-mode")
        self.good("POST", path + "/lost-mode", {"reason": "borta"})
        self.phones.poll("DAYLOST")
        self.good("POST", path + "/lost-mode/locate", {"reason": "var?"})
        self.phones.poll("DAYLOST")
        self.good("GET", path + "/lost-mode")
        self.good("POST", path + "/lost-mode/lift", {"reason": "hittad"})
        self.good("GET", path + "/activation-lock")
        said = {"kind": "bypass_code", "reason": "låst"}
        asked = self.office.post(path + "/escrow", said).json()["detail"]
        request = "/api/v1/approvals/" + re.search(
            r"request ([0-9a-f-]{36})", asked).group(1)
        shown = self.good("GET", request, line=self.local)
        self.good("POST", request + "/decision", {
            "approve": True, "params_sha256": shown["params_sha256"]},
            line=self.local)
        self.assertTrue(self.good("POST", path + "/escrow", said)["items"])

    def test_a_whole_day(self):
        self.good("GET", "/api/v1/status")
        self.good("GET", "/api/v1/status", line=self.local)
        self.ledger()
        device = self.phone()
        self.policy()
        self.bench(device)
        self.evidence()
        self.tasks()
        self.exceptions()
        self.outbox()
        self.equipment()
        self.receipts(self.handouts())
        self.departures()
        self.guard(device)
        self.register()
        self.wipe(device)
        self.audit()
        self.good("POST", "/api/v1/returns", {
            "subscription": "+46701234567"})
        self.tokens()
        names = {operation["operationId"] for operation
                 in self.described.operations.values()}
        self.assertEqual(names - set(self.seen), set(),
                         "these were never answered well")
        self.requests_are_as_described()

    def requests_are_as_described(self):
        """What the description demands is demanded, and what it does not know
        is refused: for each body that was taken, with less and with more."""
        tried = 0
        for method, path in list(self.described.operations):
            operation = self.described.operations[method, path]
            schema = self.described.request_schema(operation)
            if not schema or "x-scopes" not in operation or \
                    operation["operationId"] == "office_evidence_take":
                continue
            real, body, _ = self.seen[operation["operationId"]]
            if not isinstance(body, dict):
                body = {}
            line = (self.office if "office" in operation["x-listeners"]
                    else self.local)
            worse = [{key: value for key, value in body.items()
                      if key != gone} for gone in schema.get("required", [])]
            if schema.get("additionalProperties") is False:
                worse.append({**body, "nonsense": 1})
            for one in worse:
                answer = line.post(real, one)
                self.assertEqual(answer.status, 400,
                                 (operation["operationId"], one, answer))
                tried += 1
        self.assertGreater(tried, 40)


if __name__ == "__main__":
    unittest.main()
