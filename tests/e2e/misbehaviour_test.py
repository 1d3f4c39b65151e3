"""Question: does every command arrive once, however badly a phone behaves?

Virtual phones that answer twice, late, in disorder, lose answers and replies,
say NotNow, send rubbish, lie about an erase. What they were sent and said is
read from their own record of the wire.
"""

import plistlib
import re
import unittest

from harness import Case, wait_for

# What is set before the phone first asks for work.
BEHAVIOURS = {
    "NOTNOW": ["not_now=4"],
    "TWICE": ["answer_twice=9"],
    "DISORDER": ["out_of_order=3"],
    "LOSTANSWER": ["lose_answer=3"],
    "LOSTREPLY": ["lose_reply=3"],
    "RUBBISH": ["rubbish"],
    "ALL": ["not_now=2", "answer_twice=2", "out_of_order=1", "lose_answer=1",
            "lose_reply=1", "rubbish=3"],
}


class Misbehaviour(Case):

    def wire(self, serial):
        """[(sent, got)]: plists of each exchange, in order; None if no plist."""
        pairs = {}
        for name in self.phones.dump.iterdir():
            match = re.match(r"(\d+)-%s-(sent|got)-" % serial, name.name)
            if match:
                pair = pairs.setdefault(int(match.group(1)), {})
                pair[match.group(2)] = self.plist(name.read_bytes())
        return [(pairs[number].get("sent"), pairs[number].get("got"))
                for number in sorted(pairs)]

    def plist(self, data):
        try:
            found = plistlib.loads(data)
        except Exception:
            return None
        return found if isinstance(found, dict) else None

    def nothing_came_again(self, serial):
        """No command after the server answered its acknowledgement."""
        done, given = set(), 0
        for sent, got in self.wire(serial):
            if sent and got and sent.get("Status") in ("Acknowledged", "Error"):
                # An answer whose reply was lost may not have arrived.
                done.add(sent.get("CommandUUID"))
            if got and "Command" in got:
                given += 1
                self.assertNotIn(got["CommandUUID"], done)
        self.assertGreater(given, 0)

    def settle(self, serial):
        def quiet():
            self.phones.poll(serial, ok=False)  # a dropped line is a 1
            return not self.cli.json("commands", serial, "--open")
        wait_for("an empty queue", quiet)

    def test_each_arrives_once(self):
        self.cli.run("push-policy", "--yes")
        for number, (name, settings) in enumerate(BEHAVIOURS.items()):
            serial = "VVKMIS00%04d" % number
            with self.subTest(behaviour=name):
                self.phones.enrol(self.cli.link(serial)["url"], serial, "--pin",
                                  "--no-poll")
                self.phones.set(serial, *settings)
                self.settle(serial)
                self.nothing_came_again(serial)
                commands = self.cli.json("commands", serial)
                self.assertEqual({item["state"] for item in commands
                                  if item["request_type"] == "InstallProfile"},
                                 {"acknowledged"})
                self.assertEqual(
                    len([item for item in commands
                         if item["request_type"] == "InstallProfile"]), 1)

    def test_removed_by_its_user(self):
        """CheckOut: what waited is cancelled, and nothing more is given."""
        phone = self.enrolled_phone("VVKMIS002000")
        self.cli.run("push-policy", "VVKMIS002000", "--yes")
        phone.check_in(phone.message(MessageType="CheckOut",
                                     Topic=phone.mdm["Topic"]))
        self.assertEqual(self.cli.json("commands", "VVKMIS002000", "--open"),
                         [])
        refused = self.cli.run("wipe", "VVKMIS002000", "--yes", ok=False)
        self.assertNotEqual(refused.returncode, 0)


class Lie(Case):
    """By itself, because it moves the clock."""

    def test_a_lie_about_an_erase_is_noticed(self):
        serial = "VVKMIS001000"
        self.phones.enrol(self.cli.link(serial)["url"], serial, "--pin")
        self.phones.set(serial, "lie_erase")
        self.cli.run("wipe", serial, "--reason", "left", "--yes")
        self.phones.poll(serial)
        wipe = self.cli.device(serial)["wipe"]
        self.assertEqual(wipe["state"], "acknowledged")
        # It did not erase itself: it comes again, and is heard.
        self.server.move_clock(5 * 60)
        self.phones.poll(serial)
        self.server.move_clock(6 * 60)
        self.phones.poll(serial)
        wait_for("the warning", lambda: self.cli.device(serial)["wipe"]
                 ["warning"])
        self.assertEqual(self.cli.device(serial)["wipe"]["state"],
                         "acknowledged")
        erases = [item for item in self.cli.json("commands", serial)
                  if item["request_type"] == "EraseDevice"]
        self.assertEqual(len(erases), 1)


if __name__ == "__main__":
    unittest.main(verbosity=2)
