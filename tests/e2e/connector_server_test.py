"""Question: does the real server take what the real connector signs, and only
what its key may bring, once?
"""

import json
import os
import pathlib
import subprocess
import time

import harness
from office import Office

CONNECTOR = os.environ.get("WORKPHONE_CONNECTOR_PROGRAM")
NUMBER = "+46700000001"

SECTION = """connector: export
country: SE
server: {server}
ca_file: {ca}
key_file: {key}
state: {state}
csv:
  - file: {file}
    subject: {{kind: tel, from: Nummer}}
    facts:
      - fact: voicemail.greeting
        from: Text
        values: [{{is: P, says: personal}}, {{is: S, says: default}}]
      - fact: sim.subscription
        from: SIM
        values: [{{is: aktiv, says: active}}]
"""


class WithServer(harness.Case):
    @classmethod
    def setUpClass(cls):
        if not CONNECTOR:
            print("SKIP: the connector is not built or not given")
            raise harness.unittest.SkipTest("the connector is not built")
        super().setUpClass()
        here = pathlib.Path(cls.folder)
        ledger = here / "ledger.jsonl"
        ledger.write_text("\n".join(json.dumps(line) for line in (
            {"person": {"name": "Astrid Ek", "external_id": "p1"}},
            {"employment": {"person": "p1", "external_id": "e1",
                            "from": "2020-01-01"}},
            {"subscription": {"number": NUMBER}},
            {"assignment": {"person": "p1", "subscription": NUMBER}})) + "\n")
        cls.cli.run("ledger", "apply", str(ledger), "--yes")
        cls.key = here / "export.key"
        made = subprocess.run(
            [CONNECTOR, "keygen", "--out", str(cls.key), "--json"],
            capture_output=True, text=True, check=True)
        cls.about = json.loads(made.stdout)
        cls.cli.run("evidence-key", "add", "--name", "export", "--facts",
                    "voicemail.greeting", "--key-file", str(cls.key) + ".pub")
        token = cls.cli.json("token", "create", "--name", "reader",
                             "--scope", "evidence:read")
        cls.office = Office(cls.server, token["token"])

    @classmethod
    def tearDownClass(cls):
        cls.office.close()
        super().tearDownClass()

    def send(self, rows, expect=0):
        here = pathlib.Path(self.folder)
        file, config = here / "export.csv", here / "connector.yaml"
        file.write_text("Nummer;Text;SIM\n" + rows)
        config.write_text(SECTION.format(
            server=self.server.office_url, ca=self.server.ca, key=self.key,
            state=here / "state", file=file))
        done = subprocess.run(
            [CONNECTOR, "csv", "--config", str(config), "--json"],
            capture_output=True, text=True, timeout=120)
        self.assertEqual(done.returncode, expect, done.stdout + done.stderr)
        return json.loads(done.stdout)

    def known(self):
        answer = self.office.get("/api/v1/evidence?subject_kind=person")
        self.assertEqual(answer.status, 200, answer)
        return answer.json()["items"]

    def test_taken_and_refused_by_item(self):
        out = self.send(f"{NUMBER};P;\n+46700000009;P;\n", expect=3)
        self.assertEqual(
            [(r["accepted"], r["refused"]) for r in out["reports"]], [(1, 1)],
            out)
        reasons = [row["reason"] for row in out["skipped"]]
        self.assertIn("the server refused it: subject, it knows no such "
                      "number, card, phone or person", reasons)
        items = [item for item in self.known()
                 if item["fact"] == "voicemail.greeting"]
        self.assertEqual(len(items), 1, items)
        self.assertIn("personal", json.dumps(items[0]))
        # What came later counts.
        time.sleep(1.1)
        self.send(f"{NUMBER};S;\n", expect=3)
        self.assertIn("default", json.dumps(self.known()))

    def test_what_the_key_may_not_bring(self):
        out = self.send(f"{NUMBER};;aktiv\n", expect=5)
        self.assertIn("takes no such facts", out["error"])
        self.assertNotIn("sim.subscription", json.dumps(self.known()))

    def test_another_key(self):
        kept = self.key
        self.key = pathlib.Path(self.folder) / "other.key"
        self.addCleanup(setattr, self, "key", kept)
        subprocess.run([CONNECTOR, "keygen", "--out", str(self.key)],
                       capture_output=True, check=True)
        out = self.send(f"{NUMBER};P;\n", expect=5)
        self.assertIn("does not know this key", out["error"])


if __name__ == "__main__":
    harness.unittest.main()
