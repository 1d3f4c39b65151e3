"""Are the pages good for everybody: read by a machine, on a narrow phone, by
keyboard, in the dark, in three languages? Judged in a real browser."""

import json
import os
import pathlib
import shutil
import subprocess
import sys
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "e2e"))

import harness  # noqa: E402
from pages_world import ALBERTSLUND, PACKS, RONNEBY, World  # noqa: E402

CHROMIUM = os.environ.get("WORKPHONE_CHROMIUM", "/usr/bin/chromium")
LANGUAGES = ("sv", "da", "en")


# A short one, and one that fits no line.
SERIALS = ("WEB1", "SERIENUMMER000000000000000WEB2")


class Web(World):
    @classmethod
    def setUpClass(cls):
        for what in (CHROMIUM, shutil.which("node")):
            if not what or not os.access(what, os.X_OK):
                print("SKIP: chromium or node is not installed")
                raise unittest.SkipTest("no browser")
        if not (HERE / "node_modules/playwright-core").is_dir():
            print("SKIP: `npm ci` was not run in tests/web")
            raise unittest.SkipTest("no judges")
        super().setUpClass()

    def answered(self, url, **said):
        import pages_test
        form = pages_test.Form(self.ask("GET", url)[2])
        status, _, text = self.ask("POST", url,
                                   pages_test.answered(form, **said))
        self.assertEqual(status, 303, text)

    def about(self, name):
        """The page for everybody, of a policy that knows the switchboard."""
        folder = pathlib.Path(self.folder) / f"{name}-here"
        folder.mkdir()
        shutil.copytree(PACKS / name, folder.parent / name)
        (folder / "pack.yaml").write_text(
            f"format: 2\nname: {name}-here\nextends: {name}\n"
            "parameters:\n  switchboard_number: 010-555 00 00\n")
        self.cli.run("policy", "apply", str(folder), "--organisation", name,
                     "--yes")
        return f"{self.server.office_url}/o/{name}"

    def handovers(self):
        """Pages on which somebody signs: a hand-out, a return, its receiver."""
        def give(**what):
            return self.api("POST", "/handouts", dict(
                what, person="astrid", note="Ny, i sin låda"), ALBERTSLUND)

        for serial in SERIALS:
            self.api("POST", "/devices", {
                "kind": "android", "serial": serial,
                "model": "Galaxy A55"}, ALBERTSLUND)
        made = [give(phone=serial, accessories=["Laddare, 20 W", "Fodral"])
                for serial in SERIALS]
        pages = {"handout": self.link({"id": made[0]["task"]}, ALBERTSLUND)}
        done = self.link({"id": made[1]["task"]}, ALBERTSLUND)
        self.answered(done, answer="yes", name="Astrid Lindqvist")
        pages["handout-done"] = done
        self.api("POST", "/departures", {
            "person": "astrid", "note": "byter tjänst"}, ALBERTSLUND)
        for name, person in (("return", "astrid"), ("confirm", "maria")):
            kind = {"return": "return_phone"}.get(name, "confirm_return")
            pages[name] = self.link(
                self.task(person, "", ALBERTSLUND, kind), ALBERTSLUND)
        return pages

    def make_pages(self):
        """{name: url} of one page of every kind and state."""
        self.ledger(RONNEBY, [
            {"person": {"external_id": "long", "unit": "bygg",
                        "name": "Annmarie Wolfeschlegelsteinhausenbergerdorff"
                                "-Hubertusdotter av Södermöllebrogården",
                        "first_name": "Annmarie",
                        "last_name": "Wolfeschlegelsteinhausenbergerdorff"}},
            {"employment": {"person": "long", "unit": "bygg",
                            "from": "2020-01-01"}},
            {"absence": {"person": "astrid", "deputy": "olle",
                         "from": harness.day(-1), "until": harness.day(20)}}])
        pages = {
            "statement": self.link(self.task("astrid", "RON-17")),
            "statement-long": self.link(self.task("long", "RON-17")),
            "statement-manager": self.link(self.task("maria", "RON-02")),
            "reading": self.link(self.task("olle", "")),
            "reading-danish": self.link(
                self.task("astrid", "", ALBERTSLUND), ALBERTSLUND),
            "deputy": self.link(self.task("olle", "RON-21")),
            "unknown": self.server.office_url + "/t/" + "0" * 40,
            "about": self.about(RONNEBY),
            "about-danish": self.server.office_url + "/o/" + ALBERTSLUND,
            "about-unknown": self.server.office_url + "/o/nowhere",
        }
        self.order("olle", "Jour på natten\nToken: "
                   + "mycket_lång_text_utan_mellanrum" * 4)
        pages["order"] = self.link(
            self.task("maria", "RON-27", kind="approve_order"))
        done = self.link(self.task("maria", "RON-14"))
        self.answered(done, answer="no")
        pages["done-no"] = done
        done = self.link(self.task("astrid", "RON-14"))
        self.answered(done, answer="yes")
        pages["done-yes"] = done
        task = self.task("kim", "RON-14")
        pages["withdrawn"] = self.link(task)
        pages.update(self.handovers())
        self.api("POST", f"/tasks/{task['id']}/cancel",
                 {"reason": "asked by mistake"})
        return pages

    def test_pages(self):
        entries = []
        for name, url in self.make_pages().items():
            status = 404 if name.endswith("unknown") else 200
            for language in LANGUAGES:
                entries.append({"name": f"{name}-{language}",
                                "url": f"{url}?lang={language}",
                                "status": status})
                if name in ("statement", "reading", "order", "handout",
                            "return", "confirm"):
                    entries.append({"name": f"{name}-wrong-{language}",
                                    "url": f"{url}?lang={language}",
                                    "status": 422, "submit": True})
        second = self.link(self.task("long", "RON-14"))
        entries.append({"name": "second-answer-en", "twice": True,
                        "url": f"{second}?lang=en", "status": 409})
        folder = pathlib.Path(self.folder)
        pages = folder / "pages.json"
        pages.write_text(json.dumps({"pages": entries}))
        command = ["node", str(HERE / "check.mjs"), str(pages)]
        shots = os.environ.get("WORKPHONE_SCREENSHOTS")
        if shots:
            os.makedirs(shots, exist_ok=True)
            command.append(shots)
        done = subprocess.run(command, cwd=HERE, capture_output=True,
                              text=True, timeout=840)
        print(done.stdout[-6000:], done.stderr[-3000:])
        self.assertEqual(done.returncode, 0, done.stdout[-6000:])


if __name__ == "__main__":
    unittest.main()
