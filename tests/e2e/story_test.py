"""Question: does one phone's whole story come true, from link to wipe?

link → profile → SCEP → enrolled → PIN profile → no PIN: broken; PIN: met;
facts aged: unknown; wipe → acknowledged → silent; enrolled again: a new life
in which nothing old is delivered. The phone is the program virtual-phones.
"""

import plistlib
import unittest

from harness import Case, wait_for

HOUR = 3600
SERIAL = "VVKE2E000001"


class Story(Case):
    """The steps build on each other: one test, told in order."""

    CHANGES = {"times": {"silence": "10m", "refresh": "12h"}}
    identity = ()

    def work(self):
        """The phone asks for work until there is none."""
        self.phones.poll(SERIAL, *self.identity)

    def verdict_becomes(self, wanted):
        def look():
            self.work()
            verdict, reason = self.cli.verdict(SERIAL)
            return reason if verdict == wanted else None
        return wait_for(f"the verdict {wanted}", look)

    def delivered(self):
        """CommandUUIDs that went over the wire to the phone so far."""
        found = []
        for name in sorted(self.phones.dump.rglob("*")):
            if not name.is_file():
                continue
            try:
                message = plistlib.loads(name.read_bytes())
            except Exception:
                continue  # a profile, a SCEP message, an empty body
            if isinstance(message, dict) and "Command" in message:
                found.append(message["CommandUUID"])
        return found

    def test_story(self):
        self.a_link_enrols_once()
        self.the_rule_is_judged()
        self.facts_grow_old()
        self.a_wipe_climbs_its_ladder()
        self.a_new_life_begins()

    def a_link_enrols_once(self):
        link = self.cli.link(SERIAL)
        self.assertTrue(link["url"].startswith(self.server.url + "/enrol/"))
        self.phones.enrol(link["url"], SERIAL, "--no-pin", "--name", "Telefon")
        device = self.cli.device(SERIAL)
        self.assertEqual(device["state"], "enrolled")
        self.assertEqual(device["person"], "Astrid Lindqvist")
        states = {item["id"]: item["state"] for item in self.cli.json("links")}
        self.assertEqual(states[link["id"]], "enrolled")
        again = self.phones.enrol(link["url"], "VVKE2E000099", ok=False)
        self.assertNotEqual(again.returncode, 0)
        self.assertIsNone(self.cli.device("VVKE2E000099"))

    def the_rule_is_judged(self):
        self.cli.run("push-policy", "--yes")
        reason = self.verdict_becomes("broken")
        self.assertRegex(reason.lower(), "passcode|pin|code")
        self.phones.set(SERIAL, "pin=on")
        self.server.move_clock(13 * HOUR)  # facts are asked for again
        self.verdict_becomes("met")

    def facts_grow_old(self):
        self.server.move_clock(72 * HOUR)
        verdict, reason = self.cli.verdict(SERIAL)
        self.assertEqual(verdict, "unknown", reason)
        self.verdict_becomes("met")

    def a_wipe_climbs_its_ladder(self):
        dry = self.cli.json("wipe", SERIAL, "--dry-run")
        self.assertTrue(dry["allowed"], dry)
        self.assertIsNone(self.cli.device(SERIAL)["wipe"])
        refused = self.cli.run("wipe", SERIAL, "--reason", "left", ok=False,
                               data="NOT THE SERIAL\n")
        self.assertEqual(refused.returncode, 6)
        self.assertIsNone(self.cli.device(SERIAL)["wipe"])
        # Something is left in the queue behind the erase.
        self.server.move_clock(13 * HOUR)
        wait_for("a query in the queue", lambda: self.cli.json(
            "commands", SERIAL, "--open"))
        self.before = {item["id"] for item in self.cli.json("commands", SERIAL)}
        self.cli.run("wipe", SERIAL, "--reason", "employment ended", "--yes")
        again = self.cli.run("wipe", SERIAL, "--yes", ok=False)
        self.assertEqual(again.returncode, 5, again.stderr)
        self.assertEqual(self.wipe()["state"], "ordered")
        self.work()
        self.assertEqual(self.wipe()["state"], "acknowledged")
        self.server.move_clock(11 * 60)
        wait_for("silence", lambda: self.wipe()["state"] == "silent")
        erase = [item for item in self.cli.json("commands", SERIAL)
                 if item["request_type"] == "EraseDevice"]
        self.assertEqual([item["state"] for item in erase], ["acknowledged"])
        self.assertEqual(erase[0]["sent_count"], 1)

    def wipe(self):
        return self.cli.device(SERIAL)["wipe"]

    def a_new_life_begins(self):
        self.assertEqual(self.cli.json("commands", SERIAL, "--open"), [])
        old = {item["id"] for item in self.cli.json("commands", SERIAL)}
        seen = set(self.delivered())
        # By signature: TLS looks at certificates' dates by the machine's
        # clock, and the server's is days ahead of it by now.
        self.identity = ("--sign",)
        self.phones.enrol(self.cli.link(SERIAL, "Birger Öhman")["url"], SERIAL,
                          "--pin", *self.identity)
        device = self.cli.device(SERIAL)
        self.assertEqual(device["state"], "enrolled")
        self.assertEqual(device["person"], "Birger Öhman")
        self.verdict_becomes("met")
        fresh = [uuid for uuid in self.delivered() if uuid not in seen]
        self.assertTrue(fresh, "the new life got no command at all")
        self.assertEqual(old.intersection(fresh), set())


if __name__ == "__main__":
    unittest.main(verbosity=2)
