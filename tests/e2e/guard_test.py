"""Question: is no phone erased past a legal hold, a second person's yes or the
limit of an hour, however it is tried, and does what was held back go on when it
may?
"""

import json
import pathlib
import re
import unittest

from harness import Case
from office import Office

ANNA, BO = "GRD00000001", "GRD00000002"
MORE = ["GRD000000%02d" % number for number in range(3, 9)]

LEDGER = (
    {"person": {"name": "Anna Ek", "mail": "anna@example.org"}},
    {"person": {"name": "Bo Lind", "mail": "bo@example.org"}},
    {"unit": {"name": "Skolan"}},
    {"employment": {"person": "anna@example.org", "unit": "Skolan",
                    "from": "2020-01-01"}},
    {"employment": {"person": "bo@example.org", "unit": "Skolan",
                    "from": "2020-01-01"}},
    {"subscription": {"number": "+46701112233",
                      "iccid": "8946000000000000019"}},
)


class Guard(Case):
    CHANGES = {"guard": {"bulk_above": 2, "destructive_per_hour": 4}}

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        ledger = pathlib.Path(cls.folder) / "ledger.jsonl"
        ledger.write_text("".join(json.dumps(line) + "\n" for line in LEDGER))
        cls.cli.run("ledger", "apply", str(ledger), "--yes")
        # One token a person, made before anything is asked.
        cls.people = {
            name: Office(cls.server, cls.cli.json(
                "token", "create", "--name", name, "--scope",
                "approvals:read,approvals:write,devices:read,devices:wipe"
            )["token"]) for name in ("cecilia", "david")}
        # By the clock of the phones, which the tests leave behind.
        cls.phone(ANNA, "anna@example.org")
        for serial in [BO] + MORE:
            cls.phone(serial, "bo@example.org")

    @classmethod
    def tearDownClass(cls):
        for office in getattr(cls, "people", {}).values():
            office.close()
        super().tearDownClass()

    @classmethod
    def phone(cls, serial, person):
        cls.phones.enrol(cls.cli.link(serial, person)["url"], serial)
        cls.phones.poll(serial)

    def wipe(self, serial, ok=True):
        return self.cli.run("wipe", serial, "--reason", "prov", "--yes", ok=ok)

    def last_command(self, serial):
        return next(one for one in self.cli.json("commands", serial)
                    if one["request_type"] == "EraseDevice")

    def is_erased(self, serial):
        self.phones.poll(serial, ok=False)
        command = self.last_command(serial)
        return command["state"] == "acknowledged"

    def test_1_held_between_order_and_delivery(self):
        self.wipe(ANNA)
        said = self.cli.run("hold", "add", "--person", "anna@example.org",
                            "--reason", "Dnr 2026/4711").stdout
        self.assertIn("1 erase(s) ordered before wait", said)
        for _ in range(3):
            self.assertFalse(self.is_erased(ANNA))
            self.server.move_clock(20 * 60)
        command = self.last_command(ANNA)
        self.assertEqual((command["state"], command["sent_count"]),
                         ("queued", 0))
        why = self.cli.run("why", command["id"]).stdout
        self.assertIn("It waits: a legal hold (Dnr 2026/4711", why)
        self.assertIn("Anna Ek", why)
        hold = self.cli.json("hold", "list")[0]
        self.assertEqual((hold["state"], hold["subject"]["name"]),
                         ("in_force", "Anna Ek"))
        everything = self.cli.run("everything", "anna@example.org").stdout
        self.assertIn("legal hold", everything)
        self.assertIn("a legal hold keeps it from being erased", everything)
        refused = self.cli.run("hold", "lift", hold["id"], ok=False)
        self.assertEqual(refused.returncode, 2)
        self.cli.run("hold", "lift", hold["id"], "--reason", "avgjort")
        self.assertTrue(self.is_erased(ANNA))
        actions = [one["action"] for one in self.cli.json("audit", "list")]
        for action in ("hold.set", "wipe.held", "hold.lifted"):
            self.assertIn(action, actions)

    def asked(self, refused):
        """The id of the request that a refusal names."""
        self.assertNotEqual(refused.returncode, 0, refused.stdout)
        self.assertIn("second person", refused.stderr)
        return re.search(r"request ([0-9a-f-]{36}) is asked",
                         refused.stderr).group(1)

    def decide(self, name, asked, **changes):
        office = self.people[name]
        shown = office.get("/api/v1/approvals/" + asked)
        self.assertEqual(shown.status, 200, shown)
        body = {"approve": True,
                "params_sha256": shown.json()["params_sha256"], **changes}
        return office.post(f"/api/v1/approvals/{asked}/decision", body)

    def test_2_a_second_person_and_an_hour(self):
        self.server.move_clock(2 * 3600)
        for serial in MORE[:2]:
            self.wipe(serial)
        plan = self.cli.run("wipe", MORE[2], "--dry-run", ok=False)
        self.assertNotEqual(plan.returncode, 0)
        self.assertIn("second person", plan.stderr)
        self.assertEqual(self.cli.json("approvals", "--open"), [])
        asked = self.asked(self.wipe(MORE[2], ok=False))
        # Asked twice is asked once.
        self.assertEqual(self.asked(self.wipe(MORE[2], ok=False)), asked)
        shown = self.cli.run("approval", "show", asked).stdout
        self.assertIn(MORE[2], shown)
        self.assertIn("Bo Lind", shown)
        self.assertRegex(shown, r"What +wipe\n")
        # A yes to a lock is none to a wipe.
        lock = self.asked(self.cli.run("phone", "lost-mode", MORE[2],
                                       "--reason", "borta", ok=False))
        self.assertNotEqual(lock, asked)
        self.assertRegex(self.cli.run("approval", "show", lock).stdout,
                         r"What +Lost Mode\n")
        self.assertIn("Lost Mode", self.cli.run("approvals", "--open").stdout)
        self.assertEqual(self.decide("cecilia", lock).status, 200)
        self.assertEqual(self.asked(self.wipe(MORE[2], ok=False)), asked)
        self.cli.run("approval", "withdraw", lock)
        # Who asked does not decide, nor a token made to.
        own = self.cli.run("approve", asked, "--yes", ok=False)
        self.assertEqual(own.returncode, 8, own)
        self.assertIn("second person", own.stderr)
        made = Office(self.server, self.cli.json(
            "token", "create", "--name", "made", "--scope",
            "approvals:read,approvals:write")["token"])
        self.people["made"] = made
        answer = self.decide("made", asked)
        self.assertEqual(answer.status, 403, answer)
        self.assertIn("after the question", answer.json()["detail"])
        # Nor a yes to what was not shown.
        answer = self.decide("cecilia", asked, params_sha256="0" * 64)
        self.assertEqual(answer.status, 409, answer)
        self.assertNotEqual(self.wipe(MORE[2], ok=False).returncode, 0)
        self.assertEqual(self.decide("cecilia", asked).status, 200)
        # For this phone, not for the next one; once.
        other = self.asked(self.wipe(MORE[3], ok=False))
        self.assertNotEqual(other, asked)
        self.wipe(MORE[2])
        command = self.last_command(MORE[2])
        self.cli.run("cancel", command["id"])
        again = self.asked(self.wipe(MORE[2], ok=False))
        self.assertNotEqual(again, asked)
        # Cecilia has her own two, but the hour has room for one more only.
        answer = self.people["cecilia"].post(
            f"/api/v1/devices/{MORE[3]}/wipe",
            {"dry_run": False, "reason": "prov"})
        self.assertEqual(answer.status, 202, answer)
        answer = self.people["david"].post(
            f"/api/v1/devices/{MORE[4]}/wipe",
            {"dry_run": False, "reason": "prov"})
        self.assertEqual(answer.status, 409, answer)
        self.assertIn("within an hour", answer.json()["detail"])
        limits = self.cli.json("limits")
        self.assertEqual(limits["by_hand"],
                         {"used": 4, "limit": 4, "within": "1h"})
        # Not with a yes either.
        self.assertEqual(self.decide("david", again).status, 200)
        late = self.wipe(MORE[2], ok=False)
        self.assertIn("within an hour", late.stderr)
        self.server.move_clock(3600)
        self.wipe(MORE[2])
        # Too late: what nobody decided ends.
        self.server.move_clock(8 * 24 * 3600)
        answer = self.decide("cecilia", other)
        self.assertEqual(answer.status, 409, answer)

    def test_3_everything_comes_back(self):
        self.cli.run("ledger", "apply", "-", "--yes", data=json.dumps(
            {"assignment": {"person": "bo@example.org",
                            "subscription": "+46701112233"}}) + "\n")
        whole = self.cli.json("everything", "bo@example.org")
        kinds = {one["kind"] for one in whole["items"]}
        self.assertLessEqual({"phone", "subscription"}, kinds)
        self.assertTrue(whole["person"]["is_employed"])
        dry = self.cli.run("everything", "bo@example.org", "--return",
                           "--reason", "slutar").stdout
        self.assertIn("Nothing was done yet", dry)
        phones = [one for one in whole["items"] if one["kind"] == "phone"]
        self.assertIn(f"{len(phones)} phone(s) would come back", dry)
        self.assertFalse(
            [one for one in self.cli.json("everything",
                                          "bo@example.org")["items"]
             if one["kind"] == "departure"])
        done = self.cli.json("everything", "bo@example.org", "--return",
                             "--reason", "slutar", "--yes")
        self.assertTrue(done["departure"])
        self.assertEqual(done["cases"], len(phones))
        kinds = [one["kind"] for one in done["items"]]
        self.assertEqual(kinds.count("departure"), 1)
        self.assertEqual(kinds.count("return_case"), done["cases"])
        again = self.cli.run("everything", "bo@example.org", "--return",
                             "--reason", "slutar", "--yes", ok=False)
        self.assertEqual(again.returncode, 5, again)

    def test_4_retention_says_whose(self):
        self.cli.run("ledger", "apply", "-", "--yes", data="\n".join(
            json.dumps(line) for line in (
                {"person": {"name": "Ulla Borta",
                            "mail": "ulla@example.org"}},
                {"employment": {"person": "ulla@example.org",
                                "unit": "Skolan", "from": "2010-01-01",
                                "to": "2015-01-01"}})) + "\n")
        dry = self.cli.run("retention").stdout
        self.assertIn("Ulla Borta, until 2015-01-01", dry)
        self.assertIn("Nothing was removed yet", dry)
        self.assertTrue(self.cli.json("people", "Ulla"))
        done = self.cli.json("retention", "--yes")
        self.assertEqual((done["due"], done["dry_run"]), (1, False))
        self.assertEqual(self.cli.json("people", "Ulla"), [])
        self.assertEqual(self.cli.json("retention", "--yes")["due"], 0)
        self.assertTrue(self.cli.run("audit", "verify").stdout)

    def ask(self, *phones):
        answer = self.people["cecilia"].post("/api/v1/approvals", {
            "what": "lost_mode", "phones": phones, "reason": "borta"})
        self.assertEqual(answer.status, 201, answer)
        return answer.json()["id"]

    def test_5_several_in_one_go(self):
        anna, bo, back, more = (self.ask(ANNA), self.ask(BO),
                                self.ask(MORE[0]), self.ask(*MORE[1:]))
        self.people["cecilia"].post(f"/api/v1/approvals/{back}/withdraw", {})
        serials = {one["id"]: one["serial"]
                   for one in self.cli.json("approvals", "--open")}
        self.assertLessEqual({anna: ANNA, bo: BO, more: None}.items(),
                             serials.items())
        listed = self.cli.run("approvals", "--open").stdout
        self.assertRegex(listed, f"{anna} .* {ANNA} ")
        self.assertRegex(listed, f"{more} .* 5 phones ")
        # Both are shown, and one yes is asked for.
        done = self.cli.run("approve", anna, bo, data="no\n", ok=False)
        self.assertEqual(done.returncode, 6, done)
        self.assertIn("these 2 requests", done.stderr)
        for word in (anna, bo, ANNA, BO):
            self.assertIn(word, done.stdout)
        # Each by itself: one that cannot be decided keeps none from it.
        done = self.cli.run("approve", anna, back, bo, "--yes", ok=False)
        self.assertEqual(done.returncode, 5, done)
        self.assertIn(f"{back}: the request is withdrawn already",
                      done.stderr)
        for one in (anna, bo):
            self.assertIn(f"Request {one} is approved.", done.stdout)
        done = self.cli.run("refuse", anna, more, "nothing", "--reason",
                            "nej", "--json", ok=False)
        self.assertEqual(done.returncode, 5, done)
        self.assertEqual([(one["id"], one["state"])
                          for one in json.loads(done.stdout)],
                         [(more, "refused")])
        for one, why in ((anna, "already"), ("nothing", "no such request")):
            self.assertRegex(done.stderr, f"{one}: .*{why}")


if __name__ == "__main__":
    unittest.main()
