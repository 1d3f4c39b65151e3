"""Question: is data abroad switched on for one phone only on an approved order
(VST-06), and does a push of the policy leave it on?
"""

import json
import pathlib
import unittest

from harness import Case

SERIAL = "VVKROAM00001"

LEDGER = (
    {"person": {"name": "Chef Ek", "external_id": "chef"}},
    {"unit": {"name": "Gatukontoret", "manager": "chef"}},
    {"person": {"name": "Bo Lind", "external_id": "bo",
                "unit": "Gatukontoret"}},
    {"employment": {"person": "chef", "unit": "Gatukontoret",
                    "roles": ["employee", "manager"], "from": "2020-01-01"}},
    {"employment": {"person": "bo", "unit": "Gatukontoret",
                    "roles": ["employee"], "from": "2020-01-01"}},
)


class Roaming(Case):
    CHANGES = {"order_gate": "enforce"}

    def approved(self, what, need):
        self.cli.run("equipment", "offer", "--what", what, "--item",
                     f"Avtal {what}")
        order = self.cli.json("equipment", "request", "--what", what,
                              "--person", "Bo Lind", "--item", f"Avtal {what}",
                              "--need", need)
        self.cli.run("equipment", "approve", order["id"], "--as", "Chef Ek")

    def data_roaming(self):
        self.phones.poll(SERIAL)
        kept = json.loads((self.phones.state / f"{SERIAL}.json").read_text())
        return kept["data_roaming"]

    def test_on_an_order_only(self):
        ledger = pathlib.Path(self.folder) / "ledger.jsonl"
        ledger.write_text("".join(json.dumps(line) + "\n" for line in LEDGER))
        self.cli.run("ledger", "apply", str(ledger), "--yes")
        self.approved("phone", "Tjänst ute i kommunen")
        link = self.cli.link(SERIAL, "Bo Lind")
        self.phones.enrol(link["url"], SERIAL)
        self.assertFalse(self.data_roaming())  # as the policy says

        refused = self.cli.run("roaming", SERIAL, "on", ok=False)
        self.assertNotEqual(refused.returncode, 0)
        self.assertIn("VST-0", refused.stderr)
        self.assertIn("approved order", refused.stderr)
        self.assertFalse(self.data_roaming())

        self.approved("function", "Studieresa till Danmark")
        self.cli.run("roaming", SERIAL, "on")
        self.assertTrue(self.data_roaming())
        self.cli.run("push-policy", "--yes")
        self.assertTrue(self.data_roaming())

        self.cli.run("roaming", SERIAL, "off")  # needs nobody's word
        self.assertFalse(self.data_roaming())

    def test_words(self):
        said = self.cli.run("roaming", SERIAL, "maybe", ok=False)
        self.assertEqual(said.returncode, 2)
        said = self.cli.run("roaming", "NOBODYS00001", "on", ok=False)
        self.assertEqual(said.returncode, 3)


if __name__ == "__main__":
    unittest.main()
