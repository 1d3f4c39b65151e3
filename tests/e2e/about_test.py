"""Does an organisation's page for everybody say what the employer sees, which
rules hold for employees, and how the switchboard is called, without a word
about anybody; does the button on the phone lead there; and is the contact card
one that a phone reads?"""

import pathlib
import plistlib
import re
import shutil
import unittest
import urllib.parse

import phone as raw
from pages_world import ALBERTSLUND, PACKS, RONNEBY, World

OVERLAY = """format: 2
name: %s-here
extends: %s
parameters:
  switchboard_number: 010-555 00 00
"""


class About(World):
    def page(self, name, language="", status=200, **headers):
        query = f"?lang={language}" if language else ""
        url = f"{self.server.office_url}/o/{name}{query}"
        got, heads, text = self.ask("GET", url, **headers)
        self.assertEqual(got, status, text)
        return heads, text

    def card(self, name, status=200):
        got, heads, text = self.ask(
            "GET", f"{self.server.office_url}/contact/{name}")
        self.assertEqual(got, status, text)
        return heads, text

    def know_switchboard(self, name):
        """Lays an overlay with a number over the pack; once a server."""
        folder = pathlib.Path(self.folder) / "here" / f"{name}-here"
        if folder.exists():
            return
        folder.mkdir(parents=True)
        shutil.copytree(PACKS / name, folder.parent / name)
        (folder / "pack.yaml").write_text(OVERLAY % (name, name))
        self.cli.run("policy", "apply", str(folder), "--organisation", name,
                     "--yes")

    def test_three_languages(self):
        for language, words in (
                ("sv", ("Vad arbetsgivaren kan se", "lösenkoden",
                        "Vem som ansvarar")),
                ("da", ("Hvad arbejdsgiveren kan se", "adgangskoden",
                        "Hvem der har ansvaret")),
                ("en", ("What your employer can see", "passcode itself",
                        "Who keeps the rules"))):
            heads, text = self.page(RONNEBY, language)
            self.assertEqual(heads["Content-Language"], language)
            self.assertIn(f'<html lang="{language}">', text)
            for word in words:
                self.assertIn(word, text)
        # Nobody said one: the browser's, then the organisation's.
        self.assertIn('lang="en"', self.page(
            RONNEBY, Accept_Language="en")[1])
        self.assertIn('<html lang="da">', self.page(ALBERTSLUND)[1])

    def test_rules_of_employees(self):
        _, text = self.page(RONNEBY)
        rules = self.api("GET", "/rules?limit=200")["items"]
        self.assertGreater(len(rules), 20)
        for rule in rules:
            shown = re.search(r"\(%s\)" % re.escape(rule["id"]), text)
            wanted = ("employee" in rule["binds"] and
                      rule["class"] != "waived")
            self.assertEqual(bool(shown), wanted, rule["id"])
        # What is personal stays open; nobody is named.
        self.assertIn("[förnamn]", text)
        for name in ("Lindqvist", "Olle", "Maria", "+4670"):
            self.assertNotIn(name, text)
        self.assertIn("Enheten för näringsliv och kommunikation", text)
        # Waived: no employee is told to do it.
        _, text = self.page(ALBERTSLUND)
        self.assertIn("ALB-", text)
        self.assertNotIn("ALB-08", text)

    def test_headers(self):
        heads, text = self.page(RONNEBY)
        self.assertIn("default-src 'none'", heads["Content-Security-Policy"])
        self.assertEqual(heads["Referrer-Policy"], "no-referrer")
        self.assertIsNone(heads["Set-Cookie"])
        for markup in ("<script", "<style", "<form"):
            self.assertNotIn(markup, text)
        self.assertIsNone(re.search(r"\bon[a-z]+=", text))

    def test_no_such_organisation(self):
        for name in ("nowhere", "", "%00", "..%2f..%2fetc", "x" * 4000,
                     urllib.parse.quote("<script>\"'")):
            status, _, text = self.ask(
                "GET", f"{self.server.office_url}/o/{name}")
            self.assertIn(status, (400, 404, 414), name)
            self.assertNotIn("<script", text)
        self.assertIn("Siden findes ikke", self.page("nowhere", "da", 404)[1])
        status, _, _ = self.ask(
            "POST", f"{self.server.office_url}/o/{RONNEBY}", "x=1")
        self.assertEqual(status, 405)

    def test_the_contact_card(self):
        # Ronneby's document names no number: no card until somebody does.
        self.card(f"{RONNEBY}.vcf", 404)
        self.assertNotIn(".vcf", self.page(RONNEBY)[1])
        self.know_switchboard(RONNEBY)
        heads, text = self.card(f"{RONNEBY}.vcf")
        self.assertEqual(heads["Content-Type"], "text/vcard; charset=utf-8")
        self.assertTrue(text.endswith("\r\n"))
        lines = text.split("\r\n")[:-1]
        self.assertNotIn("\n", "".join(lines))
        self.assertTrue(all(len(line.encode()) <= 75 for line in lines))
        self.assertEqual((lines[0], lines[1], lines[-1]),
                         ("BEGIN:VCARD", "VERSION:3.0", "END:VCARD"))
        values = dict(line.split(":", 1) for line in lines)
        self.assertEqual(values["N"], "Ronneby kommun")
        self.assertTrue(values["FN"])
        self.assertEqual(values["TEL;TYPE=WORK,VOICE"], "010-555 00 00")
        # The page leads to the card and dials the number.
        _, page = self.page(RONNEBY)
        found = re.search(r'href="(/contact/[^"]+)"', page).group(1)
        self.assertEqual(self.card(found.split("/")[-1])[1], text)
        self.assertIn('href="tel:0105550000"', page)
        for name in ("nowhere.vcf", RONNEBY, ".vcf", "x" * 300 + ".vcf"):
            self.card(name, 404)

    def test_the_button_leads_here(self):
        self.know_switchboard(ALBERTSLUND)
        link = self.cli.link("ALBABOUT0001", "Olle Berg",
                             "--organisation", ALBERTSLUND)
        phone = raw.Phone(self.server, self.folder,
                          "ALBABOUT0001").enrol(link["url"])
        uuid, command = phone.next_command()
        while command and command["RequestType"] != "InstallProfile":
            uuid, command = phone.next_command("Acknowledged", uuid)
        signed = command["Payload"]
        begin = signed.index(b"<?xml")
        end = signed.index(b"</plist>") + len(b"</plist>")
        profile = plistlib.loads(signed[begin:end])
        clips = {payload["Label"]: payload["URL"]
                 for payload in profile["PayloadContent"]
                 if payload["PayloadType"] == "com.apple.webClip.managed"}
        self.assertEqual(len(clips), 2, clips)
        for url in clips.values():
            self.assertTrue(url.startswith(self.server.office_url + "/"), url)
            self.assertEqual(self.ask("GET", url)[0], 200)
        about = [url for url in clips.values() if "/o/" in url]
        self.assertIn("Albertslund Kommune", self.ask("GET", about[0])[2])


if __name__ == "__main__":
    unittest.main()
