"""Question: does a changed policy say in words what it changes, before it does,
and does it survive the server?

policy check, show, diff ask no server; plan and apply do.
"""

import pathlib
import shutil
import unittest

from harness import ROOT, Case, wait_for

SERIAL = "VVKPOLI00001"
PACK = ROOT / "policies/packs/vastervik"


class Policy(Case):

    def changed_pack(self, name="changed", **replacements):
        folder = pathlib.Path(self.folder) / name
        shutil.copytree(PACK, folder)
        text = (folder / "pack.yaml").read_text()
        for old, new in replacements.values():
            self.assertEqual(text.count(old), 1, old)
            text = text.replace(old, new)
        (folder / "pack.yaml").write_text(text)
        return folder

    def in_force(self):
        return self.cli.json("policy", "plan", str(PACK))["replaces"]

    def test_a_changed_policy(self):
        self.phones.enrol(self.cli.link(SERIAL)["url"], SERIAL)
        folder = self.changed_pack(
            longer=("min_length: 6", "min_length: 8"))

        plan = self.cli.json("policy", "plan", str(folder))
        self.assertFalse(plan["is_in_force"])
        self.assertEqual(plan["phones"], 1)
        self.assertEqual(plan["queued"], 1)
        self.assertEqual([change["sentence"] for change in plan["changes"]],
                         ["VST-33 passcode.min_length: 6 → 8"])
        text = self.cli.run("policy", "plan", str(folder)).stdout
        self.assertIn("1 enrolled phones 1 get another profile", text)
        self.assertEqual(self.in_force(), plan["replaces"])  # only planned

        # Not confirmed: nothing happens. Then it does.
        said = self.cli.run("policy", "apply", str(folder), data="no\n",
                            ok=False)
        self.assertEqual(said.returncode, 6)
        self.assertEqual(self.in_force(), plan["replaces"])
        done = self.cli.json("policy", "apply", str(folder), "--yes")
        self.assertEqual(done["hash"], plan["hash"])
        self.assertEqual(self.in_force(), plan["hash"])

        # The phone, whose code has six digits, gets the profile.
        self.phones.poll(SERIAL)
        def judged():
            self.phones.poll(SERIAL)
            return self.cli.verdict(SERIAL)[0] == "broken"
        wait_for("the longer code to be asked for", judged)

        # Applied again it is in force already; a kill does not undo it.
        again = self.cli.run("policy", "apply", str(folder), "--yes").stdout
        self.assertIn("in force already", again)
        self.server.kill()
        self.server.start()
        self.assertEqual(self.in_force(), plan["hash"])
        self.assertIn("policy_folder_differs", self.server.log())

    def test_two_at_once(self):
        first = self.changed_pack("first", lock=("auto_lock_minutes: 5",
                                                 "auto_lock_minutes: 3"))
        plan = self.cli.json("policy", "plan", str(PACK))
        self.cli.run("policy", "apply", str(first), "--yes")
        status, problem = self.post("/api/v1/policy/apply", {
            "packs": self.files(PACK), "replaces": plan["hash"]})
        self.assertEqual(status, 409)
        self.assertIn("plan again", problem["detail"])

    def files(self, folder):
        return [{"name": "vastervik", "files": {
            name.name: name.read_text() for name in folder.glob("*.yaml")}}]

    def post(self, path, body):
        return self.cli.post(path, body)

    def test_bad_packs_are_named_by_line(self):
        folder = self.changed_pack("bad", typo=("auto_lock_minutes: 5",
                                                "auto_lok_minutes: 5"))
        for verb in ("check", "show", "plan", "apply"):
            said = self.cli.run("policy", verb, str(folder), ok=False)
            self.assertEqual(said.returncode, 1, said)
            self.assertRegex(said.stderr, r"pack\.yaml:\d+: .*auto_lok_minutes")
        packs = self.files(folder)
        status, problem = self.post("/api/v1/policy/plan", {"packs": packs})
        self.assertEqual(status, 400)
        self.assertRegex(problem["detail"], r"vastervik/pack\.yaml:\d+: ")
        for body in ({"packs": []}, {"packs": [{}]}, {"packs": 5},
                     {"packs": packs * 5}, {"nothing": 1}):
            status, problem = self.post("/api/v1/policy/plan", body)
            self.assertEqual(status, 400, body)
            self.assertTrue(problem["detail"])

    def test_show_and_diff(self):
        said = self.cli.run("policy", "check", str(PACK)).stdout
        self.assertIn("in order", said)
        rules = self.cli.json("policy", "show", str(PACK))
        self.assertEqual(len(rules), 36)
        rule = self.cli.json("policy", "show", str(PACK), "VST-33")
        self.assertEqual(rule["passcode.min_length"], "6")
        said = self.cli.run("policy", "show", str(PACK), "VST-99", ok=False)
        self.assertEqual(said.returncode, 3)
        folder = self.changed_pack("other", level=("erase_after", "erase_after"))
        self.assertEqual(self.cli.json("policy", "diff", str(PACK),
                                       str(folder)), [])


if __name__ == "__main__":
    unittest.main()
