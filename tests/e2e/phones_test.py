"""Question: does the register know every phone from order to end, and what each
may be next: by hand, by a file, by repair; lost, located, found; locked?
"""

import json
import pathlib
import plistlib
import re
import sqlite3
import unittest

from harness import Case, judge, wait_for
from office import Office

# The check digit of each fits.
IMEI = "490154203237518"
OTHER_IMEI = "356938035643809"

PEOPLE = (
    {"person": {"name": "Chef Ek", "external_id": "chef"}},
    {"unit": {"name": "Hamnen", "manager": "chef", "number": "+4649088000"}},
    {"person": {"name": "Bo Lind", "external_id": "bo", "unit": "Hamnen",
                "language": "da"}},
    {"employment": {"person": "chef", "unit": "Hamnen",
                    "roles": ["employee", "manager"], "from": "2020-01-01"}},
    {"employment": {"person": "bo", "unit": "Hamnen", "roles": ["employee"],
                    "from": "2020-01-01"}},
)


class Registered(Case):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        file = pathlib.Path(cls.folder) / "people.jsonl"
        file.write_text("".join(json.dumps(line) + "\n" for line in PEOPLE))
        cls.cli.run("ledger", "apply", str(file), "--yes")

    def lines(self, *lines, ok=True):
        file = pathlib.Path(self.folder) / "lines.jsonl"
        file.write_text("".join(json.dumps(line) + "\n" for line in lines))
        return self.cli.run("ledger", "apply", str(file), "--yes", ok=ok)

    def phone(self, *args):
        return self.cli.json("phone", *args)

    def refused(self, *args):
        done = self.cli.run("phone", *args, ok=False)
        self.assertNotEqual(done.returncode, 0, done.stdout)
        return done.stderr

    def steps(self, phone):
        return [(step["event"], step["to"])
                for step in self.phone("history", phone)]

    def kept(self, serial):
        return json.loads((self.phones.state / f"{serial}.json").read_text())


class Register(Registered):

    def test_by_hand_from_order_to_retirement(self):
        made = self.phone("add", "--kind", "android", "--serial", "AND-001",
                          "--imei", IMEI, "--model", "Fairphone 5",
                          "--ordered")
        self.assertEqual((made["phone_state"], made["kind"], made["imei"]),
                         ("ordered", "android", IMEI))
        self.assertIn("already", self.refused(
            "add", "--kind", "simple", "--imei", IMEI))
        self.assertEqual(self.phone("received", IMEI)["phone_state"],
                         "in_stock")
        self.lines({"assignment": {"person": "bo", "phone": "AND-001"}})
        self.assertEqual(self.cli.device("AND-001")["phone_state"],
                         "assigned")
        self.assertIn("Bo Lind", self.refused(
            "retire", "AND-001", "--reason", "gammal"))
        # Nothing of it can be erased from here: a person states it.
        self.assertIn("why", self.refused("emptied", "AND-001"))
        self.lines({"return": {"phone": "AND-001"}})
        self.phone("emptied", "AND-001", "--reason",
                   "fabriksåterställd på bänken, sedd 2026-11-22")
        self.phone("restock", "AND-001", "--reason", "nästa")
        self.phone("retire", "AND-001", "--reason", "skärmen sprack")
        self.assertEqual(self.steps("AND-001"), [
            ("receive", "ordered"), ("receive", "in_stock"),
            ("assign", "assigned"), ("unassign", "in_stock"),
            ("prove_wiped", "wiped_proven"), ("restock", "in_stock"),
            ("retire", "retired")])
        self.assertIn("retired", self.lines(
            {"assignment": {"person": "bo", "phone": "AND-001"}},
            ok=False).stderr)
        holders = self.cli.json("holders", "AND-001")
        self.assertEqual([item["person"] for item in holders],
                         ["Bo Lind"])

    def test_many_without_udid(self):
        for number in range(3):
            self.lines({"phone": {"phone": f"SIMPLE-{number}",
                                  "kind": "simple"}})
        again = self.lines({"phone": {"phone": "SIMPLE-1", "kind": "simple"}})
        self.assertIn("1 as they are", again.stdout)
        self.assertIn("there", self.lines(
            {"phone": {"phone": "SIMPLE-1", "kind": "android"}},
            ok=False).stderr)
        for item in self.cli.json("devices", "SIMPLE-2"):
            self.assertIsNone(item["udid"])

    def test_mistyped(self):
        wrong = IMEI[:-1] + "9"
        self.assertIn("no IMEI", self.refused(
            "add", "--kind", "simple", "--imei", wrong))
        self.assertIn("kind", self.refused(
            "add", "--kind", "fax", "--serial", "FAX-1"))
        self.assertIn("letters", self.refused(
            "add", "--kind", "simple", "--serial", "A B<C>"))
        self.assertIn("itself", self.refused_event("SIMPLE-X", "enrol"))

    def refused_event(self, serial, event):
        self.phone("add", "--kind", "simple", "--serial", serial)
        status, answer = self.cli.post(
            f"/api/v1/devices/{serial}/steps", {"event": event})
        self.assertGreaterEqual(status, 400)
        return answer["detail"]

    def test_registered_then_enrolled_is_one_phone(self):
        serial = "VVKREG00001"
        made = self.phone("add", "--kind", "iphone", "--serial",
                          serial.lower(), "--model", "iPhone 13")
        self.assertEqual(made["serial"], serial)
        link = self.cli.link(serial, "Bo Lind")
        self.phones.enrol(link["url"], serial)
        self.phones.poll(serial)
        found = [item for item in self.cli.json("devices")
                 if item["serial"] == serial]
        self.assertEqual([item["id"] for item in found], [made["id"]])
        self.assertEqual(found[0]["phone_state"], "enrolled")
        self.assertTrue(found[0]["udid"])
        self.assertIn("proves", self.refused(
            "emptied", serial, "--reason", "jag såg det"))

    def test_repair_with_another_phone(self):
        self.phone("add", "--kind", "android", "--serial", "AND-OLD")
        self.lines({"assignment": {"person": "bo", "phone": "AND-OLD"}})
        self.phone("repair", "AND-OLD", "--reason", "laddar inte")
        self.assertIn("repair", self.lines(
            {"assignment": {"person": "chef", "phone": "AND-OLD"}},
            ok=False).stderr)
        old = self.phone("replaced", "AND-OLD", "--serial", "AND-NEW",
                         "--imei", OTHER_IMEI, "--reason", "utbytt")
        self.assertEqual(old["phone_state"], "written_off")
        new = self.cli.device("AND-NEW")
        self.assertEqual(old["replaced_by"], new["id"])
        self.assertEqual((new["person"], new["phone_state"], new["imei"]),
                         ("Bo Lind", "assigned", OTHER_IMEI))
        self.lines({"return": {"phone": "AND-NEW"}})

    def test_accessories(self):
        self.lines({"accessory": {"label": "LADD-7", "name": "Laddare 20 W",
                                  "person": "bo"}})
        again = self.lines({"accessory": {"label": "LADD-7", "person": "bo"}})
        self.assertIn("1 as they are", again.stdout)
        self.lines({"accessory": {"label": "LADD-7", "person": "chef"}})
        item, = [item for item in self.cli.json("accessories")
                 if item["label"] == "LADD-7"]
        self.assertEqual(item["person"]["name"], "Chef Ek")
        self.lines({"accessory": {"label": "LADD-7", "person": ""}})
        item, = [item for item in self.cli.json("accessories")
                 if item["label"] == "LADD-7"]
        self.assertIsNone(item["person"])
        self.assertIn("what it is", self.lines(
            {"accessory": {"label": "NYTT-1"}}, ok=False).stderr)


class Enrolled(Registered):

    def enrolled(self, serial, *args, person="Bo Lind"):
        link = self.cli.link(serial, person)
        self.phones.enrol(link["url"], serial, *args)
        for _ in range(3):
            self.phones.poll(serial)

    def wire(self, kind):
        """What went over the wire with this RequestType: commands."""
        found = []
        for file in sorted(self.phones.dump.rglob("*")):
            if not file.is_file():
                continue
            body = file.read_bytes()
            if kind.encode() in body and b"<key>Command</key>" in body:
                found.append(body)
        return found

    def database(self):
        return sqlite3.connect(
            f"file:{next(self.server.data.glob('*.db'))}?mode=ro", uri=True)

    def everywhere(self, text):
        """Files of the data folder and the log that hold these bytes."""
        files = [*self.server.data.rglob("*"), self.server.log_file]
        return [str(file) for file in files if file.is_file() and
                text.encode() in file.read_bytes()]


class Lost(Enrolled):

    def test_the_whole_story(self):
        serial = "VVKLOST0001"
        self.enrolled(serial, "--supervised")
        self.assertIn("why", self.refused("lost", serial))
        self.phone("lost", serial, "--reason", "glömd på bussen")
        self.assertEqual(self.cli.device(serial)["phone_state"], "lost")
        # It is not located before it is in Lost Mode.
        self.assertIn("Lost Mode", self.refused(
            "locate", serial, "--reason", "var?"))
        ordered = self.phone("lost-mode", serial, "--reason",
                             "glömd på bussen")
        self.assertEqual(ordered["state"], "ordered")
        self.assertEqual(ordered["number"], "+4649088000")
        self.assertIn("Denne telefon tilhører Västerviks kommun",
                      ordered["message"])
        self.assertIn("not repeated", self.refused(
            "lost-mode", serial, "--reason", "igen"))
        self.phones.poll(serial)
        kept = self.kept(serial)
        self.assertTrue(kept["lost"]["is_on"])
        self.assertEqual(kept["lost"]["number"], "+4649088000")
        self.assertEqual(kept["lost"]["footnote"], "Västerviks kommun")
        self.assertEqual(self.phone("lost-mode", serial)["state"], "on")

        self.phone("locate", serial, "--reason", "polisen frågar, dnr 12")
        self.phones.poll(serial)
        place, = self.phone("lost-mode", serial)["places"]
        self.assertGreater(place["place"]["latitude"], 57)
        self.assertLess(place["place"]["longitude"], 17)
        self.assertEqual(place["reason"], "polisen frågar, dnr 12")
        # Only our own numbers of it are kept, no raw answer.
        latitude = str(place["place"]["latitude"]).rstrip("0")
        self.assertEqual(self.everywhere("<key>Latitude</key>"), [])

        # Nobody is handed it, nothing makes it found but a person.
        self.assertIn("found", self.lines(
            {"assignment": {"person": "chef", "phone": serial}},
            ok=False).stderr)
        found = self.phone("found", serial, "--reason", "hittegods, Kalmar")
        self.assertEqual(found["phone_state"], "enrolled")
        seen = self.phone("lost-mode", serial)
        self.assertEqual(seen["state"], "lifting")
        self.assertIsNone(seen["places"][0]["place"])
        self.assertTrue(seen["places"][0]["forgotten_at"])
        self.phones.poll(serial)
        self.assertFalse(self.kept(serial)["lost"]["is_on"])
        self.assertEqual(self.phone("lost-mode", serial)["state"], "off")
        rows = self.database().execute(
            "SELECT known_at, latitude, longitude FROM phone_places"
            " WHERE device_id = ?", (self.cli.device(serial)["id"],))
        self.assertEqual(set(rows), {(0, 0, 0)})
        self.assertIsNotNone(latitude)
        self.assertIn("reported lost", self.refused(
            "locate", serial, "--reason", "nyfiken"))
        self.audited(serial)
        self.judged()

    def audited(self, serial):
        device = self.cli.device(serial)["id"]
        actions = [row[0] for row in self.database().execute(
            "SELECT action FROM audit_entries WHERE device_id = ?"
            " ORDER BY seq", (device,))]
        for action in ("phone.moved", "lost_mode.moved", "phone.located"):
            self.assertIn(action, actions)

    def judged(self):
        """Every command that went out, by Apple's own schema."""
        for kind in ("EnableLostMode", "DisableLostMode", "DeviceLocation",
                     "ActivationLockBypassCode", "MDMOptions"):
            documents = self.wire(kind)
            self.assertTrue(documents, kind)
            judge(self, "command", documents, "--supervised")

    def test_answers_are_as_apple_has_them(self):
        serial = "VVKLOST0005"
        self.enrolled(serial, "--supervised")
        self.phone("lost-mode", serial, "--reason", "prov")
        self.phones.poll(serial)
        self.phone("locate", serial, "--reason", "prov")
        self.phones.poll(serial)
        answers = [file.read_bytes()
                   for file in self.phones.dump.rglob("*") if file.is_file()
                   and b"<key>HorizontalAccuracy</key>" in file.read_bytes()]
        self.assertTrue(answers)
        judge(self, "command-response", answers, "--supervised",
              "--request-type", "DeviceLocation")

    def test_never_handed_out_is_withdrawn(self):
        serial = "VVKLOST0002"
        self.enrolled(serial, "--supervised")
        self.phone("lost-mode", serial, "--reason", "borta")
        self.assertEqual(self.cli.device(serial)["phone_state"], "lost")
        self.phone("found", serial, "--reason", "i fickan")
        self.assertEqual(self.phone("lost-mode", serial)["state"],
                         "cancelled")
        self.phones.poll(serial)
        self.assertFalse(self.kept(serial)["lost"]["is_on"])

    def test_an_erase_or_lost_mode(self):
        serial = "VVKLOST0007"
        self.enrolled(serial, "--supervised")
        self.cli.run("wipe", serial, "--yes", "--reason", "byte")
        self.assertIn("erase is ordered", self.refused(
            "lost-mode", serial, "--reason", "borta"))
        # Nothing of it stands: not the state, not the order.
        self.assertEqual(self.cli.device(serial)["phone_state"], "enrolled")
        status, _ = self.cli.post(f"/api/v1/devices/{serial}/lost-mode/lift",
                                  {"reason": "x"})
        self.assertEqual(status, 409)

    def test_not_supervised_not_private(self):
        serial = "VVKLOST0003"
        self.enrolled(serial)
        self.assertIn("supervised", self.refused(
            "lost-mode", serial, "--reason", "borta"))
        self.assertEqual(self.cli.device(serial)["phone_state"], "enrolled")
        self.phone("stolen", serial, "--reason", "inbrott")
        self.assertEqual(self.cli.device(serial)["phone_state"], "stolen")
        own = "VVKLOST0004"
        self.enrolled(own, "--supervised", person="Chef Ek")
        self.lines({"phone": {"phone": own, "is_private": True}})
        self.assertIn("private", self.refused(
            "lost-mode", own, "--reason", "borta"))

    def test_stolen_phone_that_enrols_again_is_stolen(self):
        serial = "VVKLOST0006"
        self.enrolled(serial, "--supervised")
        link = self.cli.link(serial, "Bo Lind")  # lay in the mail
        self.phone("stolen", serial, "--reason", "väskryckt")
        self.assertIn("found", self.cli.run(
            "enrol-link", "--person", "Bo Lind", "--serial", serial,
            ok=False).stderr)
        self.phones.set(serial, "factory_reset")
        self.phones.enrol(link["url"], serial, "--supervised")
        self.phones.poll(serial)
        device = self.cli.device(serial)
        self.assertEqual((device["state"], device["phone_state"]),
                         ("enrolled", "stolen"))
        self.assertEqual(self.steps(serial)[-1], ("enrol", "stolen"))

    def test_codes_for_two_people_only(self):
        serial = "VVKLOCK0001"
        self.enrolled(serial, "--supervised")
        lock = self.phone("lock", serial)
        self.assertEqual((lock["state"], lock["bypass_codes"]),
                         ("prevented", 1))
        self.assertGreaterEqual(lock["unlock_tokens"], 0)
        self.assertFalse(self.kept(serial)["lost"]["may_lock_activation"])
        code = self.code_of(serial)
        self.assertRegex(code, r"^\w{5}-\w{5}-\w{4}-\w{4}-\w{4}-\w{4}$")
        self.assertEqual(self.everywhere(code), [])  # sealed

        token = self.cli.json("token", "create", "--name", "it-1", "--scope",
                              "devices:read,escrow:open,approvals:read,"
                              "approvals:write")["token"]
        office = Office(self.server, token)
        path = f"/api/v1/devices/{serial}/escrow"
        said = {"kind": "bypass_code", "reason": "kom tillbaka låst"}
        first = office.post(path, said)
        self.assertEqual(first.status, 403, first)
        request = re.search(r"request ([0-9a-f-]{36})",
                            first.json()["detail"]).group(1)
        again = office.post(path, said)
        self.assertIn(request, again.json()["detail"])
        # Who asks is no second person.
        one = "/api/v1/approvals/" + request
        asked = office.get(one).json()
        self.assertEqual((asked["what"], asked["reason"]),
                         ("bypass_code", said["reason"]))
        self.assertEqual(office.post(one + "/decision", {
            "approve": True,
            "params_sha256": asked["params_sha256"]}).status, 403)
        self.approve(request)
        # A yes is to this secret and to this reason, to nothing else.
        if lock["unlock_tokens"]:
            other = office.post(path, dict(said, kind="unlock_token"))
            self.assertEqual(other.status, 403, other)
            self.assertNotIn(request, other.json()["detail"])
        other = office.post(path, dict(said, reason="nyfiken"))
        self.assertEqual(other.status, 403, other)
        self.assertNotIn(request, other.json()["detail"])
        shown = office.post(path, said)
        self.assertEqual(shown.status, 200, shown)
        self.assertEqual(shown.json()["items"][0]["secret"], code)
        # Once: the next time somebody has to say yes again.
        self.assertEqual(office.post(path, said).status, 403)
        office.close()
        self.assertEqual(self.everywhere(code), [])
        row = self.database().execute(
            "SELECT asked_by, approved_by, reason FROM escrow_uses"
            " WHERE serial = ?", (serial,)).fetchall()
        self.assertEqual(len(row), 1)
        self.assertNotEqual(row[0][0], row[0][1])
        self.assertEqual(row[0][2], "kom tillbaka låst")

    def code_of(self, serial):
        udid = self.kept(serial)["hardware"]["udid"].encode()
        for file in sorted(self.phones.dump.rglob("*"), reverse=True):
            body = file.read_bytes() if file.is_file() else b""
            found = re.search(
                rb"<key>ActivationLockBypassCode</key>\s*<string>([^<]+)<",
                body)
            if found and udid in body:
                return found.group(1).decode()
        return self.fail("the phone gave no code")

    def approve(self, request):
        self.cli.run("approve", request, "--yes")

    def test_another_life_another_code(self):
        serial = "VVKLOCK0003"
        self.enrolled(serial, "--supervised")
        first = self.code_of(serial)
        link = self.cli.link(serial, "Bo Lind")
        self.phones.set(serial, "factory_reset")
        self.phones.enrol(link["url"], serial, "--supervised")
        for _ in range(3):
            self.phones.poll(serial)
        self.assertNotEqual(self.code_of(serial), first)
        # The former is kept beside it: which of them opens, nobody can say.
        self.assertEqual(self.phone("lock", serial)["bypass_codes"], 2)


class Later(Enrolled):
    """The clock goes on: a class of its own, since nothing turns it back."""

    def test_asked_once_and_kept(self):
        serial = "VVKLOCK0002"
        self.enrolled(serial, "--supervised")
        self.assertEqual(len(self.bypass_asked(serial)), 1)
        self.server.move_clock(13 * 3600)
        wait_for("facts to be asked again",
                 lambda: self.cli.device(serial)["commands_open"] > 0)
        self.phones.poll(serial)
        self.phones.poll(serial)
        self.assertEqual(len(self.bypass_asked(serial)), 1)

    def bypass_asked(self, serial):
        return [item for item in self.cli.json("commands", serial)
                if item["request_type"] == "ActivationLockBypassCode"]


if __name__ == "__main__":
    unittest.main()
