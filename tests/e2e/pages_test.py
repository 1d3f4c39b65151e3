"""Are the pages behind one-time links what they should be: shown as often as one
likes, answered once, in the reader's language, with nothing of a visitor's own
in them; and does an order open the gate that the policy keeps shut?"""

import html.parser
import re
import unittest
import urllib.parse

import harness
from pages_world import ALBERTSLUND, World


class Form(html.parser.HTMLParser):
    """The form of a page: where it goes, what it holds."""

    def __init__(self, text):
        super().__init__()
        self.action, self.fields, self.languages = None, {}, []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        found = dict(attrs)
        if tag == "html":
            self.languages.append(found.get("lang"))
        if tag == "form":
            self.action = found["action"]
        if tag == "input" and found.get("type") == "hidden":
            self.fields[found["name"]] = found["value"]


def answered(form, **said):
    return urllib.parse.urlencode({**form.fields, **said})


class Pages(World):
    def open(self, url, status=200, **headers):
        got, heads, text = self.ask("GET", url, **headers)
        self.assertEqual(got, status, text)
        return heads, text

    def post(self, url, form, status=303, body=None, **said):
        at = urllib.parse.urljoin(url, form.action or "")
        got, heads, text = self.ask(
            "POST", at, body if body is not None else answered(form, **said))
        self.assertEqual(got, status, text)
        return heads, text

    def test_a_statement(self):
        url = self.link(self.task("astrid", "RON-17"))
        for _ in range(3):  # mail programs look, too
            heads, text = self.open(url)
        self.ask("HEAD", url)
        self.assertIn("Astrid Lindqvist", text)
        self.assertIn("readonly", text)
        form = Form(text)
        self.assertEqual(form.languages, ["sv"])
        # Nothing chosen: the page says so and holds the answer back.
        _, again = self.post(url, form, 422)
        self.assertIn('role="alert"', again)
        self.assertIn("Välj ett av svaren", again)
        heads, _ = self.post(url, form, answer="yes")
        self.assertRegex(heads["Location"], r"^/t/[0-9a-f]{40}\?lang=sv$")
        _, text = self.open(urllib.parse.urljoin(url, heads["Location"]))
        self.assertIn("Tack, ditt svar är sparat", text)
        self.assertIn("Ja, det stämmer", text)
        # From another tab, otherwise: nothing happens, and it says so.
        _, text = self.post(url, form, 409, answer="no")
        self.assertIn("Du har redan svarat", text)
        self.assertIn("Det första svaret gäller", text)
        self.assertIn("Ja, det stämmer", text)
        self.assertNotIn("Tack", text)
        self.assertNotIn('role="alert"', text)
        _, text = self.open(url)
        self.assertIn("Tack, ditt svar är sparat", text)
        self.assertIn("Ja, det stämmer", text)
        stated = [one for one in self.api("GET", "/statements")["items"]
                  if one["rule"] == "RON-17"]
        self.assertEqual([one["yes"] for one in stated], [True])

    def test_headers(self):
        heads, text = self.open(self.link(self.task("astrid", "RON-14")))
        policy = heads["Content-Security-Policy"]
        self.assertIn("default-src 'none'", policy)
        self.assertIn("form-action 'self'", policy)
        self.assertIn("frame-ancestors 'none'", policy)
        self.assertEqual(heads["Cache-Control"], "no-store")
        self.assertEqual(heads["Referrer-Policy"], "no-referrer")
        self.assertEqual(heads["X-Content-Type-Options"], "nosniff")
        self.assertIsNone(heads["Set-Cookie"])
        self.assertNotIn("<script", text)
        self.assertNotIn("<style", text)
        self.assertIsNone(re.search(r"\bon[a-z]+=", text))
        # The one style sheet, kept for ever under its own name.
        path = re.search(r'href="(/assets/[^"]+)"', text).group(1)
        style = urllib.parse.urljoin(self.server.office_url, path)
        heads, css = self.open(style)
        self.assertIn("immutable", heads["Cache-Control"])
        self.assertEqual(heads.get_all("Cache-Control"),
                         [heads["Cache-Control"]])
        self.assertTrue(heads["Content-Type"].startswith("text/css"))
        self.assertNotIn("url(", css)
        status, _, body = self.ask("GET", style, If_None_Match=heads["ETag"])
        self.assertEqual((status, body), (304, ""))
        self.open(style.replace("pages-", "pages-0"), 404)

    def test_languages(self):
        url = self.link(self.task("olle", "RON-14"))
        for language, word in (("sv", "Ditt svar"), ("da", "Dit svar"),
                               ("en", "Your answer")):
            heads, text = self.open(f"{url}?lang={language}")
            self.assertIn(word, text)
            self.assertEqual(Form(text).languages, [language])
            self.assertEqual(heads["Content-Language"], language)
        # Nobody said one: the browser's, then the organisation's.
        _, text = self.open(url, Accept_Language="fi;q=1, da-DK;q=0.9")
        self.assertEqual(Form(text).languages, ["da"])
        _, text = self.open(url, Accept_Language="fi, *")
        self.assertEqual(Form(text).languages, ["sv"])
        _, text = self.open(url + "?lang=xx")
        self.assertEqual(Form(text).languages, ["sv"])
        danish = self.link(self.task("astrid", "", ALBERTSLUND), ALBERTSLUND)
        _, text = self.open(danish)
        self.assertEqual(Form(text).languages, ["da"])
        self.assertIn("Albertslund Kommune", text)
        self.assertNotIn("ALB-08", text)

    def test_links_that_lead_nowhere(self):
        base = self.server.office_url + "/t/"
        for token in ("0" * 40, "x", "%00", "..%2f..%2fetc", "0" * 4000,
                      "%3Cscript%3E", "'\"><b>"):
            status, _, text = self.ask(
                "GET", base + urllib.parse.quote(token, safe="%"))
            self.assertIn(status, (400, 404, 414), token)
            self.assertNotIn("<script>", text)
            self.assertNotIn("<b>", text)
        _, text = self.open(base + "0" * 40, 404, Accept_Language="da")
        self.assertIn("Linket findes ikke", text)
        status, _, _ = self.ask("POST", base + "0" * 40, "answer=yes")
        self.assertEqual(status, 404)

    def test_forms_that_are_none(self):
        url = self.link(self.task("maria", "RON-14"))
        form = Form(self.open(url)[1])
        for body in ("answer=yes&answer=no", "x=1", "answer=maybe",
                     "answer=%ff", "%00=1", "answer", "&&&"):
            status, _, _ = self.ask("POST", url, body)
            self.assertEqual(status, 400, body)
        status, _, _ = self.ask("POST", url, '{"answer":"yes"}',
                                Content_Type="application/json")
        self.assertEqual(status, 415)
        status, _, _ = self.ask("POST", url, "why=" + "x" * 9000)
        self.assertEqual(status, 413)
        # The text of another page, or none: read it again.
        wrong = Form("")
        wrong.action, wrong.fields = form.action, {"text": "0" * 64}
        _, text = self.post(url, wrong, 409, answer="yes")
        self.assertIn("Texten har ändrats", text)
        self.post(url, form, answer="no")

    def test_names_are_text(self):
        name = "<script>alert('1')</script> \"Ö\" & </title>"
        self.ledger("ronneby", [
            {"person": {"external_id": "evil", "name": name,
                        "first_name": "<b>", "last_name": "</textarea>",
                        "unit": "bygg"}},
            {"employment": {"person": "evil", "unit": "bygg",
                            "from": "2020-01-01"}}])
        _, text = self.open(self.link(self.task("evil", "RON-17")))
        for markup in ("<script", "<b>", "alert('1')"):
            self.assertNotIn(markup, text)
        self.assertIn("&lt;script&gt;alert(&#39;1&#39;)", text)
        self.assertEqual(text.count("</title>"), 1)
        self.assertEqual(text.count("<textarea"), text.count("</textarea>"))

    def test_reading_the_rules(self):
        url = self.link(self.task("olle", "", kind="acknowledge"))
        _, text = self.open(url)
        self.assertIn("RON-05", text)
        self.assertIn("Källa:", text)
        form = Form(text)
        _, again = self.post(url, form, 422)
        self.assertIn("Kryssa i", again)
        self.post(url, form, answer="yes")
        self.assertIn("Jag har läst reglerna", self.open(url)[1])

    def test_time_goes_on(self):
        url = self.link(self.task("kim", "RON-14"))
        # The fifteenth day may be one off: until after that week-end.
        self.server.move_clock(20 * 24 * 3600)
        try:
            _, text = self.open(url, 410)
            self.assertIn("Länken gäller inte längre", text)
            status, _, _ = self.ask("POST", url, "answer=yes&text=" + "0" * 64)
            self.assertEqual(status, 410)
            # Reminded a week ago, and the manager has been told by now.
            harness.wait_for("the escalation", lambda: [
                task for task in self.tasks(rule="RON-14")
                if task["state"] == "escalated"])
        finally:
            self.server.move_clock(-20 * 24 * 3600)

    def test_ron27_an_order_opens_the_gate(self):
        args = ("enrol-link", "--organisation", "ronneby", "--person",
                "Olle Berg", "--serial", "RON27-1")
        refused = self.cli.run(*args, ok=False)
        self.assertNotEqual(refused.returncode, 0)
        self.assertIn("RON-27", refused.stderr)
        order = self.order("olle", "Jour på natten")
        refused = self.cli.run(*args, ok=False)
        self.assertIn("approv", refused.stderr)
        task = self.task("maria", "RON-27", kind="approve_order")
        url = self.link(task)
        _, text = self.open(url)
        self.assertIn("Jour på natten", text)
        self.assertIn("Olle Berg", text)
        form = Form(text)
        _, again = self.post(url, form, 422, answer="no", why=" ")
        self.assertIn("Skriv en motivering", again)
        _, again = self.post(url, form, 422, answer="no", why="å" * 501)
        self.assertIn("högst 500 tecken", again)
        self.post(url, form, answer="yes", why="")
        self.assertIn("Godkänn", self.open(url)[1])
        self.cli.run(*args)
        found = self.api("GET", f"/equipment-orders/{order['id']}")
        self.assertEqual(found["state"], "approved")
        # One order is one phone.
        refused = self.cli.run(*args[:-1], "RON27-2", ok=False)
        self.assertIn("promised", refused.stderr)
        # Albertslund's policy has no such rule.
        self.cli.run("enrol-link", "--organisation", "albertslund",
                     "--person", "Olle Berg", "--serial", "ALB-1")

    def test_a_deputy(self):
        self.ledger("ronneby", [
            {"absence": {"person": "astrid", "deputy": "olle",
                         "from": harness.day(-1),
                         "until": harness.day(20)}}])
        url = self.link(self.task("olle", "RON-21"))
        _, text = self.open(url)
        self.assertIn("Vill du ta emot samtal åt Astrid Lindqvist?", text)
        self.post(url, Form(text), answer="no")
        self.assertIn("Den frånvarandes chef", self.open(url)[1])


if __name__ == "__main__":
    unittest.main()
