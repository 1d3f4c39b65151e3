"""Question: do the pages on which somebody signs say what to do before, what was
signed, and where the receipt is; and is nothing said of a phone that it is not?"""

import json
import unittest

from pages_test import Form, answered
from pages_world import ALBERTSLUND, World

KEPT = "står på kvittot"
BEFORE = "stäng av Hitta"


class Handovers(World):
    def open(self, url):
        status, _, text = self.ask("GET", url + "?lang=sv")
        self.assertEqual(status, 200, text)
        return text

    def post(self, url, text, **said):
        status, _, text = self.ask(
            "POST", url + "?lang=sv", answered(Form(text), **said))
        return status, text

    def asked_back(self, person):
        self.api("POST", "/departures", {"person": person,
                                         "note": "byter tjänst"}, ALBERTSLUND)
        return self.link(self.task(person, "", ALBERTSLUND, "return_phone"),
                         ALBERTSLUND)

    def test_a_hand_out(self):
        self.api("POST", "/devices", {
            "kind": "android", "serial": "HAND1", "model": "Galaxy A55"},
            ALBERTSLUND)
        made = self.api("POST", "/handouts", {
            "person": "astrid", "phone": "HAND1",
            "accessories": ["Laddare"]}, ALBERTSLUND)
        url = self.link({"id": made["task"]}, ALBERTSLUND)
        text = self.open(url)
        # The button also sends "no": it does not say "sign".
        self.assertIn(">Skicka svaret</button>", text)
        self.assertIn(KEPT, text)
        self.assertNotIn(BEFORE, text)
        status, text = self.post(url, text, answer="no", why="å" * 501)
        self.assertEqual(status, 422)
        self.assertIn("Korta texten", text)
        status, text = self.post(url, text, answer="yes",
                                 name="Astrid Lindqvist", why="Laddaren")
        self.assertEqual(status, 422)
        self.assertIn('id="problem-why">Du har svarat ja', text)
        status, _ = self.post(url, text, answer="yes",
                              name="Astrid Lindqvist")
        self.assertEqual(status, 303)
        text = self.open(url)
        self.assertIn(">Du har skrivit under.</p>", text)
        self.assertNotIn("Du svarade", text)
        self.assertIn("Be IT om en kopia", text)
        # It cannot be erased from here: nothing is said of iCloud.
        text = self.open(self.asked_back("astrid"))
        self.assertNotIn(BEFORE, text)
        # What came with it is signed for with it, here and at the counter.
        self.assertIn("Galaxy A55, HAND1 (med Laddare)", text)
        self.assertIn("  with Laddare\n", self.cli.run(
            "return", "show", "HAND1", "--organisation", ALBERTSLUND).stdout)

    def test_all_that_is_signed_for_is_shown(self):
        self.api("POST", "/devices", {"kind": "android", "serial": "HAND2"},
                 ALBERTSLUND)
        things = [f"Sak {number}" for number in range(16)]
        made = self.api("POST", "/handouts", {
            "person": "astrid", "phone": "HAND2", "accessories": things},
            ALBERTSLUND)
        text = self.open(self.link({"id": made["task"]}, ALBERTSLUND))
        for thing in things:
            self.assertIn(f"<dd>{thing}</dd>", text)

    def test_more_comes_back_than_a_page_shows(self):
        """Two phones, then the SIMs: how many are not shown is said."""
        lines = []
        for number in range(2):
            lines += [{"phone": {"phone": f"MANY{number}",
                                 "kind": "android"}},
                      {"assignment": {"person": "Jens Holm",
                                      "phone": f"MANY{number}"}}]
        for number in range(30):
            name = f"+45209900{number:02}"
            lines += [{"subscription": {"number": name,
                                        "operator": "telia"}},
                      {"assignment": {"person": "Jens Holm",
                                      "subscription": name}}]
        lines.insert(0, {"person": {"name": "Jens Holm",
                                    "external_id": "jens",
                                    "mail": "jens@albertslund.example",
                                    "language": "sv"}})
        path = self.server.folder / "many.jsonl"
        path.write_text("".join(json.dumps(line) + "\n" for line in lines))
        self.cli.run("ledger", "apply", str(path), "--yes", "--organisation",
                     ALBERTSLUND)
        text = self.open(self.asked_back("jens"))
        self.assertEqual(text.count("<dd>"), 24)
        self.assertIn("Och 8 till, som inte ryms på sidan", text)

    def test_a_private_phone_stays_with_its_owner(self):
        lines = [{"person": {"name": "Kaj Lund", "external_id": "kaj",
                             "mail": "kaj@albertslund.example",
                             "language": "sv"}}]
        for serial, is_private in (("OWN0", True), ("OURS0", False)):
            lines += [{"phone": {"phone": serial, "kind": "android",
                                 "is_private": is_private}},
                      {"assignment": {"person": "Kaj Lund",
                                      "phone": serial}}]
        path = self.server.folder / "own.jsonl"
        path.write_text("".join(json.dumps(line) + "\n" for line in lines))
        self.cli.run("ledger", "apply", str(path), "--yes", "--organisation",
                     ALBERTSLUND)
        text = self.open(self.asked_back("kaj"))
        self.assertIn("OURS0", text)
        self.assertNotIn("OWN0", text)
        self.assertIn("Din privata telefon behåller du", text)

    def test_a_return_of_a_managed_phone(self):
        link = self.cli.json("enrol-link", "--organisation", ALBERTSLUND,
                             "--person", "Olle Berg", "--serial", "ALBHAND1")
        self.phones.enrol(link["url"], "ALBHAND1")
        self.phones.poll("ALBHAND1")
        url = self.asked_back("olle")
        text = self.open(url)
        self.assertIn(BEFORE, text)
        self.assertIn("så snart du kan", text)
        receiver = self.task("maria", "", ALBERTSLUND, "confirm_return")
        confirm = self.open(self.link(receiver, ALBERTSLUND))
        self.assertNotIn(BEFORE, confirm)
        self.assertIn("länken finns kvar", confirm)
        # All that is missing at once, each led to and marked.
        status, text = self.post(url, text)
        self.assertEqual(status, 422)
        for field, words in (("answer", "Kryssa för minst en telefon"),
                             ("codes-yes", "Svara om koder och konton"),
                             ("name", "Skriv ditt namn")):
            self.assertIn(f'<a href="#{field}">{words}', text)
            self.assertIn(f'id="problem-{field}">{words}', text)
            self.assertEqual(text.count(f'id="{field}"'), 1)
            self.assertRegex(
                text, f'id="{field}"[^>]*aria-describedby="problem-{field}')
        status, text = self.post(url, text, item0="yes", codes="yes")
        self.assertEqual(status, 422)
        self.assertIn("Skriv ditt namn", text)
        status, _ = self.post(url, text, item0="yes", codes="yes",
                              name="Olle Berg")
        self.assertEqual(status, 303)
        self.assertIn("Be IT om en kopia", self.open(url))

    def test_where_it_is(self):
        """A phone that is lost can be asked: the public page says so."""
        text = self.open(f"{self.server.office_url}/o/{ALBERTSLUND}")
        self.assertIn("anmäld förlorad", text)
        self.assertNotIn("frågar aldrig", text)


if __name__ == "__main__":
    unittest.main()
