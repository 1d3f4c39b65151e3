"""Question: does a phone fetch what is declared for it, obey it and say so?

The phone is the program virtual-phones; what the server says is judged by
Apple's schema.
"""

import json
import plistlib
import unittest

from harness import Case, judge, wait_for

SERIAL = "VVKDECL00001"


class Declarative(Case):

    def facts(self):
        for facts in self.cli.json("device", "show", SERIAL)["facts"]:
            if facts["kind"] == "DeclarativeStatus":
                return facts
        return None

    def poll(self):
        self.phones.poll(SERIAL)

    def talk(self):
        """[(Endpoint, answer)] of every declarative check-in so far."""
        found = []
        for sent in sorted(self.phones.dump.glob(
                f"*-{SERIAL}-sent-checkin-DeclarativeManagement.plist")):
            number = sent.name.split("-")[0]
            got, = self.phones.dump.glob(f"{number}-{SERIAL}-got-*")
            found.append((plistlib.loads(sent.read_bytes())["Endpoint"],
                          got.read_bytes()))
        return found

    def test_the_story(self):
        self.phones.enrol(self.cli.link(SERIAL)["url"], SERIAL, "--no-pin")

        def reported():
            self.poll()
            return self.facts()
        facts = wait_for("a status report", reported)
        self.assertEqual(facts["source"], "declarative")
        self.assertIs(facts["data"]["passcode_present"], False)
        self.assertIs(facts["data"]["passcode_compliant"], False)

        # What changes is told at the next waking, without being asked.
        self.phones.set(SERIAL, "pin=on")
        self.poll()
        facts = self.facts()
        self.assertIs(facts["data"]["passcode_present"], True)
        self.assertIs(facts["data"]["passcode_compliant"], True)
        self.assertTrue(facts["data"]["os_version"])

        talk = self.talk()
        endpoints = [endpoint for endpoint, _ in talk]
        self.assertEqual(endpoints[:2], ["tokens", "declaration-items"])
        self.assertEqual(endpoints.count("status"), 2)
        declared = [body for endpoint, body in talk
                    if endpoint.startswith("declaration/")]
        types = {json.loads(body)["Type"] for body in declared}
        self.assertIn("com.apple.configuration.passcode.settings", types)
        self.assertIn("com.apple.activation.simple", types)
        judge(self, "declaration", declared)
        judge(self, "tokens", [body for endpoint, body in talk
                               if endpoint == "tokens"])
        judge(self, "declaration-items",
              [body for endpoint, body in talk
               if endpoint == "declaration-items"])

    def test_what_is_not_there_is_404(self):
        phone = self.enrolled_phone("VVKDECL00002")

        def ask(endpoint, **keys):
            return phone.check_in(phone.message(
                MessageType="DeclarativeManagement", Endpoint=endpoint, **keys))
        for endpoint in ("declaration/configuration/none", "nothing"):
            self.assertEqual(ask(endpoint).status, 404, endpoint)
        answer = ask("tokens")
        self.assertEqual(answer.status, 200)
        self.assertIn("DeclarationsToken", json.loads(answer.body)["SyncTokens"])
        for data in (b"{", b"[]", b'{"StatusItems": 1}', b"\xff"):
            self.assertEqual(ask("status", Data=data).status, 400, data)


if __name__ == "__main__":
    unittest.main()
