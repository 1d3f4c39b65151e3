"""Does a return at the counter take two people and two accounts, typed into the
command line; and does it answer who had the phone on a day?"""

import datetime
import os
import subprocess
import unittest
import zoneinfo

import harness

PHONE, LEAVER, CHIEF = "COUNTER1", "Ingrid Solberg", "Märta Ålander"


class Counter(harness.Case):
    def refused(self, *args):
        done = self.cli.run(*args, ok=False)
        self.assertNotEqual(done.returncode, 0, done.stdout)
        return done.stderr

    def test_1_two_accounts(self):
        for name in (LEAVER, CHIEF):
            self.cli.post("/api/v1/people", {"name": name})
        self.cli.post("/api/v1/devices", {
            "kind": "android", "serial": PHONE, "model": "Galaxy"})
        self.cli.post("/api/v1/assignments", {
            "person": LEAVER, "phone": PHONE})
        self.cli.run("departure", "open", LEAVER, "--phone", PHONE,
                     "--reason", "new one", "--yes")
        self.cli.run("return", "custody", PHONE, "--note", "a scratch")
        said = self.refused("return", "sign-holder", PHONE, "--signed", CHIEF)
        self.assertIn("own name", said)
        self.cli.run("return", "sign-holder", PHONE, "--signed",
                     "solberg, INGRID", "--codes", "handed_over")
        said = self.refused("return", "sign-receiver", PHONE, "--person",
                            CHIEF, "--signed", CHIEF)
        self.assertIn("one account does not give both", said)
        made = self.cli.json("token", "create", "--name", "marta", "--person",
                             CHIEF, "--scope", "cases:write")
        self.assertTrue(made["person"])
        token = self.server.folder / "marta.token"
        token.touch(0o600)
        token.write_text(made["token"])
        said = self.with_token(token, "--person", LEAVER, "--signed", LEAVER)
        self.assertIn("nobody confirms their own return", said.stderr)
        said = self.with_token(token, "--signed", CHIEF)
        self.assertEqual(said.returncode, 0, said.stderr)
        self.assertNotIn("signature", said.stdout)

    def with_token(self, token, *args):
        """The receiver signs, from elsewhere."""
        return subprocess.run(
            [harness.CLI, "return", "sign-receiver", PHONE, *args],
            capture_output=True, text=True, timeout=harness.PATIENCE,
            env={**os.environ, "WORKPHONE_URL": self.server.office_url,
                 "WORKPHONE_CA_FILE": str(self.server.ca),
                 "WORKPHONE_TOKEN_FILE": str(token)})

    def test_2_nobody_for_nobody(self):
        """A token of a person who is none is not made."""
        said = self.refused("token", "create", "--name", "x", "--person",
                            "Nobody Here", "--scope", "cases:write")
        self.assertIn("no person", said)

    def test_3_on_a_day(self):
        self.assertIn(LEAVER, self.cli.run("holders", PHONE).stdout)
        begun = datetime.datetime.fromisoformat(
            self.cli.json("holders", PHONE)[0]["from"].replace("Z", "+00:00"))
        day = begun.astimezone(
            zoneinfo.ZoneInfo("Europe/Stockholm")).date().isoformat()
        self.assertIn(LEAVER, self.cli.run(
            "holders", PHONE, "--on", day).stdout)
        self.assertIn("Nobody had it", self.cli.run(
            "holders", PHONE, "--on", "2020-01-01").stdout)
        self.assertIn("is no day", self.refused(
            "holders", PHONE, "--on", "yesterday"))


if __name__ == "__main__":
    unittest.main()
