"""Question: does a greeting in a real mailbox become the right verdict?

Dovecot holds the greetings, the vvm connector looks at them, the server judges
AHL-22: personal or absence is met, only the name or the operator's own is
broken, and whose mailbox cannot be opened stays unknown.
"""

import json
import os
import pathlib
import subprocess
import unittest

import connector_dovecot
import harness
from connector_dovecot import Dovecot, record
from connector_kit import make_ca, make_leaf

CONNECTOR = os.environ.get("WORKPHONE_CONNECTOR_PROGRAM")
PASSWORD = "correct horse"
PACK = harness.ROOT / "policies/packs/askersund-hallsberg-laxa"

# user: greetings that are on, the verdict of AHL-22
PEOPLE = {
    "personal": (["normal-greeting"], "met"),
    "name": (["voice-signature"], "broken"),
    "default": ([], "broken"),
    "absence": (["normal-greeting", "extended-absence-greeting"], "met"),
    "locked": (["normal-greeting"], "unknown"),
}

CONFIG = """connector: mailboxes
country: SE
server: {server}
ca_file: {ca}
key_file: {key}
state: {state}
vvm:
  server: '{mail}'
  ca_file: '{mail_ca}'
  mailboxes_file: '{mailboxes}'
"""


@unittest.skipUnless(CONNECTOR and connector_dovecot.PROGRAM,
                     "the connector or dovecot is not there")
class Greeting(harness.Case):
    CHANGES = {"policy": str(PACK), "organisation_name": "Laxå kommun"}

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.here = pathlib.Path(cls.folder)
        cls.mail_ca = make_ca(cls.here, "mail")
        crt, key = make_leaf(cls.here, cls.mail_ca)
        cls.mail = Dovecot(cls.here / "dovecot", crt, key,
                           {user: PASSWORD for user in PEOPLE})
        cls.addClassCleanup(cls.mail.close)
        for user, (greetings, _) in PEOPLE.items():
            box = cls.mail.client(user, PASSWORD, cls.mail_ca)
            box.create("Greetings")
            for kind in greetings:
                record(box, "Greetings", kind, True)
            box.logout()
        cls.fill_ledger()
        cls.fill_connector()

    @classmethod
    def number(cls, user):
        return f"+467000001{list(PEOPLE).index(user):02d}"

    @classmethod
    def fill_ledger(cls):
        lines = []
        for user in PEOPLE:
            number = cls.number(user)
            lines += [
                {"person": {"name": user, "external_id": user}},
                {"employment": {"person": user, "external_id": "e-" + user,
                                "from": "2020-01-01"}},
                {"subscription": {"number": number}},
                {"assignment": {"person": user, "subscription": number}}]
        ledger = cls.here / "ledger.jsonl"
        ledger.write_text("".join(json.dumps(line) + "\n" for line in lines))
        cls.cli.run("ledger", "apply", str(ledger), "--yes")

    @classmethod
    def fill_connector(cls):
        key = cls.here / "mailboxes.key"
        subprocess.run([CONNECTOR, "keygen", "--out", str(key)], check=True,
                       capture_output=True, timeout=30)
        cls.cli.run("evidence-key", "add", "--name", "mailboxes", "--facts",
                    "voicemail.greeting", "--key-file", str(key) + ".pub")
        mailboxes = cls.here / "mailboxes.csv"
        mailboxes.touch(0o600)
        mailboxes.write_text("tel;user;password\n" + "".join(
            f"{cls.number(user)};{user};"
            f"{'wrong' if user == 'locked' else PASSWORD}\n"
            for user in PEOPLE))
        cls.config = cls.here / "vvm.yaml"
        cls.config.write_text(CONFIG.format(
            server=cls.server.office_url, ca=cls.server.ca, key=key,
            state=cls.here / "state", mail=cls.mail.url, mail_ca=cls.mail_ca,
            mailboxes=mailboxes))

    def judgements(self):
        return {item["subject"]["name"]: item for item in
                self.cli.json("judgements", "--rule", "AHL-22")}

    def test_greetings_become_verdicts(self):
        before = self.judgements()
        self.assertEqual({before[user]["verdict"] for user in PEOPLE},
                         {"unknown"}, before)
        done = subprocess.run(
            [CONNECTOR, "vvm", "--config", str(self.config), "--json"],
            capture_output=True, text=True, timeout=120)
        self.assertEqual(done.returncode, 3, done.stdout + done.stderr)
        skipped = json.loads(done.stdout)["skipped"]
        self.assertEqual(len(skipped), 1, skipped)
        after = self.judgements()
        self.assertEqual(
            {user: after[user]["verdict"] for user in PEOPLE},
            {user: verdict for user, (_, verdict) in PEOPLE.items()}, after)
        self.assertIn("line 77", after["name"]["source"])
        for user in PEOPLE:
            self.assertTrue(after[user]["reason"], user)


if __name__ == "__main__":
    unittest.main()
