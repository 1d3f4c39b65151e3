"""Question: does the command line say what is so, and what to do next? Never an
empty list for a name it does not know, nothing green that is not proven."""

import json
import os
import pathlib
import subprocess
import unittest

import harness
from harness import CLI, Case

PEOPLE = (
    {"unit": {"name": "Hamnen", "external_id": "H1"}},
    {"person": {"name": "Chef Ek", "mail": "chef@town.example",
                "unit": "Hamnen"}},
    {"person": {"name": "Bo Lind", "external_id": "bo",
                "mail": "bo@town.example", "unit": "Hamnen"}},
    {"employment": {"person": "bo", "unit": "Hamnen", "from": "2020-01-01"}},
    {"person": {"name": "Bartholomeus Södermöllebrogården", "unit": "Hamnen",
                "mail": "bartholomeus.wolfeschlegelstein@town.example"}},
    {"phone": {"phone": "AND-77", "kind": "android", "is_here": True}},
)


class Words(Case):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.people = pathlib.Path(cls.folder) / "people.jsonl"
        cls.people.write_text(
            "".join(json.dumps(line) + "\n" for line in PEOPLE))
        cls.cli.run("ledger", "apply", str(cls.people), "--yes")

    def said(self, *args, code=0):
        done = self.cli.run(*args, ok=False)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done.stdout + done.stderr

    def test_a_name_narrows_a_list(self):
        """A mail address is no id: it used to find nobody's tasks."""
        given = self.cli.json("handout", "give", "bo", "--phone", "AND-77",
                              "--with", "Laddare")
        self.assertIn("AND-77, Laddare", self.said("handouts", "--open"))
        self.cli.run("handout", "accept", given["id"], "--signed", "Bo Lind")
        self.said("equipment", "offer", "--what", "accessory", "--item",
                  "Headset")
        self.assertIn("Nobody can be asked to decide it", self.said(
            "equipment", "request", "--what", "accessory", "--item",
            "Headset", "--person", "bo", "--need", "Samtal"))
        # A mail address is longer than an id; a unit has a name.
        long = "bartholomeus.wolfeschlegelstein@town.example"
        for option, who in (("--person", long), ("--unit", "Hamnen")):
            made = self.cli.json("equipment", "request", "--what",
                                 "accessory", "--item", "Headset", option,
                                 who, "--need", "Samtal")
            self.assertEqual(made["unit"]["name"], "Hamnen")
        self.said("equipment", "request", "--what", "accessory", "--item",
                  "Headset", "--unit", "nowhere", "--need", "x", code=3)
        refused = self.said("equipment", "approve", made["id"], "--as", long,
                            code=8)
        self.assertNotIn("too long", refused)
        task = harness.wait_for("a task of Bo's", lambda: [
            task for task in self.cli.json("tasks")
            if (task["person"] or {}).get("name") == "Bo Lind"])[0]
        for who in ("bo@town.example", "Bo Lind", "bo",
                    task["person"]["id"]):
            with self.subTest(who=who):
                self.assertIn(task["id"], [
                    one["id"] for one in
                    self.cli.json("tasks", "--person", who)])
                receipt, = self.cli.json("receipts", "--person", who)
                self.assertEqual(receipt["serial"], "AND-77")
                self.assertEqual(len(self.cli.json(
                    "equipment", "list", "--person", who)), 1)
        self.assertEqual(
            self.cli.json("receipts", "--phone", "AND-77"),
            self.cli.json("receipts"))
        # More are asked meanwhile.
        harness.wait_for("the same tasks by name and by number", lambda: (
            self.cli.json("tasks", "--unit", "Hamnen") ==
            self.cli.json("tasks", "--unit", "H1")))
        self.assertEqual(len(self.cli.json("coverage", "--unit", "Hamnen")),
                         1)
        for what in ("tasks", "receipts", "statements"):
            self.assertIn('there is no person "nobody"', self.said(
                what, "--person", "nobody", code=3))
        self.said("equipment", "list", "--person", "nobody", code=3)
        self.said("receipts", "--phone", "NOPE", code=3)
        self.said("tasks", "--unit", "nowhere", code=3)

    def test_the_register_shows(self):
        self.said("phone", "add", "--kind", "android", "--serial", "AND-78")
        self.assertIn("in stock", self.said("devices", "AND-78"))
        self.assertIn("--reason", self.said("phone", "lost", "AND-78",
                                            code=2))
        self.said("phone", "lost", "AND-78", "--reason", "på bussen")
        self.assertIn("✘ lost", self.said("devices", "AND-78"))
        self.assertRegex(self.said("device", "AND-78"), r"Register +✘ lost")
        self.assertIn("is no verb", self.said("phone", "frob", "AND-78",
                                              code=2))

    def test_words_of_a_return(self):
        """What the API calls in_custody is read as "in custody"."""
        self.said("phone", "add", "--kind", "android", "--serial", "AND-79")
        given = self.cli.json("handout", "give", "Chef Ek", "--phone",
                              "AND-79")
        self.cli.run("handout", "accept", given["id"], "--signed", "Chef Ek")
        receipt = self.cli.json("receipts", "--person", "Chef Ek")[0]
        self.assertIn("(hand out)",
                      self.said("receipt", "show", receipt["number"]))
        self.assertIn("1 to come back, 0 SIM(s) to decide", self.said(
            "departure", "open", "Chef Ek", "--reason", "byter"))
        self.said("everything", "Chef Ek", "--return", "--reason", "byter",
                  "--yes")
        self.said("return", "custody", "AND-79")
        self.assertIn("in custody", self.said("returns"))
        said = self.said("return", "codes", "AND-79", "--codes",
                         "not_handed_over")
        self.assertIn("Chef Ek: in custody", said)
        self.assertIn("codes not handed over",
                      self.said("return", "show", "AND-79"))
        departure, = self.cli.json("departures", "--person", "Chef Ek")
        self.assertRegex(self.said(
            "departure", "pause", departure["id"], "--until", "2030-12-31",
            "--reason", "utomlands"), "rests until +2030-12-31")
        self.assertIn("nobody is known: name a manager",
                      self.said("departure", "show", departure["id"]))
        listed = self.said("everything", "Chef Ek")
        self.assertRegex(listed, "return case +AND-79")
        self.assertNotIn("return_", listed)

    def test_what_became_of_the_phones(self):
        """Nothing is to come back in a departure that is off."""
        self.said("phone", "add", "--kind", "android", "--serial", "AND-80")
        who = "bartholomeus.wolfeschlegelstein@town.example"
        given = self.cli.json("handout", "give", who, "--phone", "AND-80")
        self.cli.run("handout", "accept", given["id"], "--signed",
                     "Bartholomeus Södermöllebrogården")
        opened = self.cli.json("departure", "open", who, "--reason", "slutar",
                               "--yes")
        self.assertRegex(self.said(
            "departure", "pause", opened["id"], "--until", "2030-12-31",
            "--reason", "utomlands"), "phone +AND-80  (planned|asked)")
        off = self.said("departure", "cancel", opened["id"], "--reason",
                        "stannar")
        self.assertNotIn("to come back", off)
        self.assertRegex(off, "phone +AND-80  cancelled")
        self.assertEqual(off, self.said("departure", "show", opened["id"]))

    def test_nothing_to_do_is_said(self):
        again = self.said("ledger", "apply", str(self.people))
        self.assertIn("There is nothing to change.", again)
        self.assertNotIn("--yes", again)
        file = pathlib.Path(self.folder) / "hr.csv"
        file.write_text("Anst.nr;Namn;E-post\n9;Cia Dal;cia@town.example\n")
        self.assertIn("Nothing was changed yet",
                      self.said("people", "import", str(file)))
        self.said("people", "import", str(file), "--yes")
        again = self.said("people", "import", str(file))
        self.assertIn("There is nothing to change.", again)
        self.assertNotIn("--yes", again)
        kept = self.said("retention")
        self.assertIn("Nobody's time is over", kept)
        self.assertNotIn("--yes", kept)

    def test_half_a_command(self):
        self.assertIn("FILE", self.said("people", "import", code=2))
        self.assertIn("FILE", self.said("people", "--full", code=2))
        self.assertIn("see workphone help handout",
                      self.said("handout", code=2))
        self.assertIn("see workphone help tasks",
                      self.said("tasks", "--frob", code=2))
        self.assertIn("--format is pdf, twin or json", self.said(
            "receipt", "get", "2026-1", "--format", "doc", code=2))
        # Each command is told from what it does.
        for line in self.said("help").splitlines():
            if line.startswith("  policy "):
                self.assertNotIn("check", line)
        self.assertRegex(self.said("frob", code=2),
                         "see workphone help$")

    def test_an_export_says_how_it_is_checked(self):
        harness.wait_for("a signed checkpoint", lambda: self.cli.run(
            "audit", "checkpoint", ok=False).returncode == 0)
        path = str(pathlib.Path(self.folder) / "all.jsonl")
        said = self.said("audit", "export", "--output", path)
        self.assertIn("workphone-server verify --key orders.pub " + path,
                      said)
        # Without the key nothing is proven: it says what to give.
        bare = subprocess.run([harness.SERVER, "verify", path],
                              capture_output=True, text=True, cwd="/")
        whole = subprocess.run(
            [harness.SERVER, "verify", "--key",
             str(self.server.keys / "orders.pub"), path],
            capture_output=True, text=True, cwd="/")
        self.assertEqual(whole.returncode, 0, whole.stdout + whole.stderr)
        self.assertNotIn("--key", whole.stdout)
        self.assertEqual(bare.returncode, 1, bare.stdout + bare.stderr)
        self.assertIn("--key orders.pub", bare.stdout)
        self.assertIn("File exists", self.said(
            "audit", "export", "--output", path, code=1))

    def test_the_first_context_is_in_use(self):
        home = pathlib.Path(self.folder) / "config"
        home.mkdir()
        token = home / "token"
        token.write_text("wp_x\n")
        token.chmod(0o600)

        def add(name):
            return subprocess.run(
                [CLI, "context", "add", name, "--url",
                 "https://phones.example.org:8443", "--token-file",
                 str(token)],
                env={**os.environ, "XDG_CONFIG_HOME": str(home)},
                capture_output=True, text=True, check=True).stdout
        self.assertIn("in use from now on", add("one"))
        self.assertIn("Use it: workphone context use two", add("two"))


if __name__ == "__main__":
    unittest.main()
