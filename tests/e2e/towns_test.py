"""Question: do several municipalities live on one server, each by itself?

Two with policies of their own and one that shares a pack; the ledger file of
docs/ledger.md; a server that had one organisation gets a second; kill -9 while
lines are applied.
"""

import contextlib
import json
import re
import sqlite3
import subprocess
import threading
import unittest

from harness import CLI, ROOT, Case, Server, VirtualPhones, wait_for

PACKS = ROOT / "policies/packs"
TOWNS = [
    {"id": "vastervik", "name": "Västerviks kommun",
     "policy": str(PACKS / "vastervik")},
    {"id": "botkyrka", "name": "Botkyrka kommun",
     "policy": str(PACKS / "botkyrka")},
    {"id": "laxa", "name": "Laxå kommun",
     "policy": str(PACKS / "askersund-hallsberg-laxa")},
    {"id": "hallsberg", "name": "Hallsbergs kommun",
     "policy": str(PACKS / "askersund-hallsberg-laxa")},
]


class Town:
    """The program workphone for one organisation."""

    def __init__(self, server, name):
        self.server = server
        self.name = name

    def run(self, verb, *args, ok=True, data=None):
        done = subprocess.run(
            [CLI, verb, "--socket", str(self.server.admin),
             *(["--organisation", self.name] if self.name else []), *args],
            capture_output=True, text=True, input=data, timeout=60)
        if ok and done.returncode != 0:
            raise AssertionError(f"{verb}: {done.stdout}{done.stderr}")
        return done

    def json(self, verb, *args):
        return json.loads(self.run(verb, *args, "--json").stdout)

    def apply(self, lines, ok=True):
        return self.run("ledger", "apply", "-", "--yes", ok=ok, data=lines)

    def enrol(self, phones, serial, person, *options):
        link = self.json("enrol-link", "--person", person, "--serial", serial)
        phones.enrol(link["url"], serial, *options)


def ledger_lines():
    text = (ROOT / "docs/ledger.md").read_text()
    lines = re.search(r"<<'LINES'\n(.*?)\n> LINES\n", text, re.S).group(1)
    return re.sub(r"^> ", "", lines, flags=re.M) + "\n"


class Towns(Case):
    CHANGES = {"organisation_name": None, "policy": None, "organisations": TOWNS}

    def town(self, name):
        return Town(self.server, name)

    def test_one_must_be_named(self):
        done = self.town(None).run("devices", ok=False)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("4 organisations", done.stderr)
        done = self.town("nowhere").run("devices", ok=False)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("nowhere", done.stderr)
        # The short name or the whole.
        self.assertEqual(self.town("Laxå kommun").json("devices"), [])

    def test_same_phone_two_policies(self):
        towns = {}
        for slug, serial in (("vastervik", "TWN0000000V1"),
                             ("botkyrka", "TWN0000000B1")):
            towns[slug] = self.town(slug)
            towns[slug].enrol(self.phones, serial, "Alma Sjölin", "--no-pin")
        def rules(slug, serial):
            self.phones.poll(serial)
            return {row["rule"]: row["verdict"]
                    for row in towns[slug].json("verdicts", serial)}
        wait_for("VST-33 is broken", lambda: rules(
            "vastervik", "TWN0000000V1").get("VST-33") == "broken")
        wait_for("BOT-21 is broken", lambda: rules(
            "botkyrka", "TWN0000000B1").get("BOT-21") == "broken")
        self.assertFalse([rule for rule in rules("botkyrka", "TWN0000000B1")
                          if not rule.startswith("BOT-")])
        # Of one name in both towns, two people; neither sees the other's.
        for slug, own, other in (("vastervik", "TWN0000000V1", "TWN0000000B1"),
                                 ("botkyrka", "TWN0000000B1", "TWN0000000V1")):
            serials = [row["serial"] for row in towns[slug].json("devices")]
            # Other tests of this class enrol a private phone in each.
            private = {"botkyrka": "TWN0000000P1", "vastervik": "TWN0000000P2"}
            self.assertEqual(set(serials) - {private[slug]}, {own})
            for verb in ("device", "holders", "wipe"):
                more = ["--dry-run"] if verb == "wipe" else []
                done = towns[slug].run(verb, other, *more, ok=False)
                self.assertNotEqual(done.returncode, 0, done.stdout)
            self.assertEqual(
                len(towns[slug].json("people", "Sjölin")), 1)

    def test_private_phone(self):
        """BOT-22; invariants 1 and 9."""
        town = self.town("botkyrka")
        town.enrol(self.phones, "TWN0000000P1", "Pia Privat")
        line = '{"phone": {"phone": "TWN0000000P1", "is_private": %s}}\n'
        self.assertIn("1 changed", town.apply(line % "true").stdout)
        done = town.apply(line % "false", ok=False)
        self.assertIn("stays one", done.stderr)
        done = town.run("enrol-link", "--person", "Pia Privat",
                        "--serial", "TWN0000000P1", ok=False)
        self.assertIn("BOT-22", done.stderr)
        done = town.run("wipe", "TWN0000000P1", "--dry-run", ok=False)
        self.assertIn("private phone", done.stdout + done.stderr)
        # It goes on answering, and its name and IMEI stay away.
        self.phones.poll("TWN0000000P1")
        phone = town.json("device", "TWN0000000P1")
        self.assertFalse(phone.get("imei"), phone)

    def test_private_phone_enrols_again(self):
        """Invariant 9: a new life brings back neither name nor number."""
        town = self.town("vastervik")
        serial = "TWN0000000P2"
        town.enrol(self.phones, serial, "Pia Privat")
        self.phones.poll(serial)
        imei = wait_for("its IMEI", lambda: town.json(
            "device", serial).get("imei"))
        self.assertTrue(self.is_kept(imei))
        town.apply('{"phone": {"phone": "%s", "is_private": true}}\n' % serial)
        self.assertFalse(self.is_kept(imei))
        town.enrol(self.phones, serial, "Pia Privat")
        for _ in range(3):
            self.phones.poll(serial)
        wait_for("its system", lambda: town.json(
            "device", serial).get("os_version"))
        self.assertFalse(self.is_kept(imei))

    def is_kept(self, text):
        """In any row of the database."""
        [path] = [path for path in self.server.folder.rglob("*.db")]
        with contextlib.closing(sqlite3.connect(path)) as base:
            return text in "\n".join(base.iterdump()) or any(
                text.encode() in bytes(body) for body,
                in base.execute("SELECT body FROM answers"))

    def test_exception_and_responsible(self):
        """AHL-18, and how somebody is excepted from a rule."""
        town = self.town("hallsberg")
        town.enrol(self.phones, "TWN0000000H1", "Alma Sjölin")
        town.apply('{"person": {"name": "Bo Lind"}}\n')
        give = ('{"assignment": {"phone": "TWN0000000H1", '
                '"person": "Bo Lind"}}\n')
        done = town.apply(give, ok=False)
        self.assertIn("AHL-18: Alma Sjölin is responsible", done.stderr)
        done = town.run("exception", "grant", "VST-33", "TWN0000000H1",
                        "--reason", "x", "--valid-for", "90d", ok=False)
        self.assertIn('no rule "VST-33"', done.stderr)
        town.run("exception", "grant", "AHL-18", "TWN0000000H1", "--reason",
                 "Provtelefon", "--valid-for", "90d")
        [made] = town.json("exceptions")
        self.assertEqual((made["state"], made["subject"]["name"]),
                         ("in_force", "TWN0000000H1"))
        def verdict():
            [row] = town.json("judgements", "--subject", "phone",
                              "--rule", "AHL-18", "--language", "sv")
            return row
        self.assertEqual(verdict()["verdict"], "exempt")
        self.assertIn("Provtelefon", verdict()["reason"])
        self.assertIn("Provtelefon", town.run("exceptions").stdout)
        done = town.run("exception", "revoke", made["id"])
        self.assertIn("is revoked", done.stdout)
        self.assertEqual(verdict()["verdict"], "met")

    def test_ledger_of_the_document(self):
        town = self.town("laxa")
        lines = ledger_lines()
        dry = town.run("ledger", "apply", "-", data=lines)
        self.assertIn("6 lines: 6 added", dry.stdout)
        self.assertIn("Nothing was changed", dry.stdout)
        self.assertEqual(town.json("people"), [])
        self.assertIn("Done.", town.apply(lines).stdout)
        self.assertEqual([row["name"] for row in town.json("people")],
                         ["Ture Almgren"])
        self.assertIn("6 as they are", town.apply(lines).stdout)
        self.assertEqual(self.town("hallsberg").json("people", "Almgren"),
                         [])
        done = town.apply('{"person": {"name": "A B"}}\n{"pet": {}}\n',
                          ok=False)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("line 2", done.stderr)
        self.assertEqual(len(town.json("people")), 1)

    def test_killed_while_applying(self):
        """What was answered is there; a file is there whole or not at all."""
        town = self.town("hallsberg")
        done = []

        def apply_on():
            for number in range(10000):
                lines = "".join(
                    '{"person": {"name": "File %d No %d"}}\n' % (number, n)
                    for n in range(20))
                if town.apply(lines, ok=False).returncode != 0:
                    return
                done.append(number)
        thread = threading.Thread(target=apply_on)
        thread.start()
        wait_for("a few files", lambda: len(done) >= 5)
        self.server.kill()
        thread.join()
        self.server.start()
        names = [row["name"] for row in town.json("people", "File")]
        count = {}
        for name in names:
            number = int(name.split()[1])
            count[number] = count.get(number, 0) + 1
        self.assertEqual(set(count.values()), {20})
        self.assertGreaterEqual(set(count), set(done))
        self.assertLessEqual(len(count), len(done) + 1)


class Growing(Case):
    """A server of one municipality becomes one of two."""

    def test_a_second_one(self):
        alone = Town(self.server, None)
        phones = VirtualPhones(self.server, self.folder)
        alone.enrol(phones, "TWN0000000G1", "Alma Sjölin", "--pin")
        self.assertEqual(self.server.stop(), 0)
        self.server.settings.pop("organisation_name")
        self.server.settings.pop("policy")
        self.server.settings["organisations"] = TOWNS[:1]
        self.server.init().start()
        self.assertEqual(self.server.stop(), 0)
        # Not made by init yet: it says so and does not start.
        self.server.settings["organisations"] = TOWNS[:2]
        self.server.write_config()
        done = self.server.run("check-config", "--config",
                               str(self.server.config))
        self.assertIn("ok", done.stdout)
        done = self.server.run("serve", "--config", str(self.server.config),
                               ok=False)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("Botkyrka kommun", done.stderr)
        self.assertIn("init", done.stderr)
        self.server.init().start()
        first, second = (Town(self.server, town["id"]) for town in TOWNS[:2])
        self.assertEqual([row["serial"] for row in first.json("devices")],
                         ["TWN0000000G1"])
        self.assertEqual(second.json("devices"), [])
        phones.poll("TWN0000000G1")  # it is still ours


if __name__ == "__main__":
    unittest.main()
