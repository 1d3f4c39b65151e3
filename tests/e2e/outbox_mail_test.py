"""Is what people are to be told mailed, once, in their language, whatever the
mail server, the register and the power do?"""

import email
import email.policy
import json
import re
import ssl
import unittest
import urllib.request

import harness
import mail_sink
from harness import wait_for
from ports import free_port

HOUR, DAY = 3600, 86400
# Hostile on purpose: names are what a register of others says.
NAMES = {
    "eva": 'Eva "<b>Bcc:</b>" =?utf-8?q?x?= Åström',
    "nils": "Nils \u202eBerg, Lång " + "Ö" * 60,
    "ida": "Ida O'Hara <ida@evil.example>",
}
LEDGER = [
    {"unit": {"external_id": "top", "name": "Kommunen"}},
    {"person": {"external_id": "kim", "name": "Kim Chef", "unit": "top",
                "mail": "kim@kommun.example"}},
    {"employment": {"person": "kim", "unit": "top", "roles": ["manager"],
                    "from": "2020-01-01"}},
    {"unit": {"external_id": "top", "manager": "kim"}},
]


def person(key, name, mail=True, **more):
    row = {"external_id": key, "name": name, "unit": "top", **more}
    if mail:
        row["mail"] = key + "@kommun.example"
    return [{"person": row},
            {"employment": {"person": key, "unit": "top",
                            "from": "2020-01-01"}}]


def read(mail):
    """(message, text, html); the parser complains about nothing."""
    message = email.message_from_bytes(mail["content"],
                                       policy=email.policy.default)
    parts = list(message.walk())
    for part in parts:
        if part.defects:
            raise AssertionError(part.defects)
    text = message.get_body(("plain",)).get_content()
    html = message.get_body(("html",)).get_content()
    return message, text, html


class World(harness.Case):
    TLS, SECURITY, AUTH = "starttls", "starttls", True
    MAIL = {}

    @classmethod
    def setUpClass(cls):
        if not mail_sink.interpreter():
            print("SKIP: no python3-aiosmtpd")
            raise unittest.SkipTest("no python3-aiosmtpd")
        cls.port = free_port()
        cls.CHANGES = {"mail": {
            "server": f"127.0.0.1:{cls.port}", "security": cls.SECURITY,
            "from": "telefoni@kommun.example", "window": "2s", "gap": "1h",
            **cls.MAIL}}
        super().setUpClass()

    def setUp(self):
        self.server.stop()
        folder = self.server.folder
        secret = folder / "mail.password"
        secret.write_text(mail_sink.PASSWORD + "\n")
        mail = self.server.settings["mail"]
        mail["ca_file"] = str(self.server.ca)
        if self.AUTH:
            mail["user"] = mail_sink.USER
            mail["password_file"] = str(secret)
        self.server.write_config()
        self.sink = mail_sink.Sink(folder / "mails", self.port,
                                   self.server.keys, self.TLS, self.AUTH)
        self.server.start()
        self.addCleanup(self.sink.stop)

    def ledger(self, lines):
        text = "".join(json.dumps(line) + "\n" for line in lines)
        line = harness.UnixConnection(self.server.admin)
        line.request("POST", "/api/v1/ledger", text.encode(),
                     {"Content-Type": "application/jsonl"})
        answer = line.getresponse()
        body = answer.read()
        line.close()
        self.assertEqual(answer.status, 200, body)

    def outbox(self):
        return self.cli.json("outbox")["mail"]

    def mails_to(self, address):
        return [mail for mail in self.sink.mails()
                if mail["to"] == [address]]

    def open_tasks(self, name):
        return [task for task in self.cli.json("tasks", "--open")
                if (task["person"] or {}).get("name") == name]

    def page(self, url):
        context = ssl.create_default_context(cafile=str(self.server.ca))
        with urllib.request.urlopen(url, context=context) as answer:
            return answer.status, answer.read().decode()


class Sent(World):
    def test_a_mail_holds_what_it_should(self):
        self.sink.start()
        self.ledger(LEDGER + person("astrid", "Astrid Lindqvist"))
        for key, name in NAMES.items():
            self.ledger(person(key, name))
        self.ledger(person("bo", "Bo Bang", language="da"))
        self.ledger(person("ann", "Ann Lee", language="en"))
        self.ledger(person("utan", "Utan Adress", mail=False))
        wait_for("every mail", lambda: len(self.sink.mails()) >= 7)
        wait_for("no more to send", lambda: self.outbox()["waiting"] == 1)
        self.one_each()
        self.digest_with_links()
        self.languages()
        self.hostile_names()
        self.no_address()
        self.tokens_lie_nowhere()

    def one_each(self):
        mails = self.sink.mails()
        self.assertEqual(len(mails), len({mail["to"][0] for mail in mails}))
        for mail in mails:
            self.assertTrue(mail["tls"])
            self.assertEqual(mail["user"], mail_sink.USER)
            self.assertEqual(mail["from"], "telefoni@kommun.example")
            self.assertEqual(mail["hello"], "kommun.example")
            message, _, _ = read(mail)
            self.assertEqual(message.get_content_type(),
                             "multipart/alternative")
            self.assertEqual(message["Auto-Submitted"], "auto-generated")
            self.assertEqual(
                message["From"].addresses[0].display_name,
                "Västerviks kommun")
            for line in mail["content"].split(b"\r\n"):
                self.assertLess(len(line), 79, line)
                self.assertNotIn(b"\n", line)

    def digest_with_links(self):
        message, text, html = read(self.mails_to("astrid@kommun.example")[0])
        tasks = self.open_tasks("Astrid Lindqvist")
        self.assertGreater(len(tasks), 1)
        self.assertEqual(message["Subject"],
                         f"{len(tasks)} saker om arbetstelefonen")
        links = re.findall(r"https://\S+/t/[0-9a-f]{40}", text)
        self.assertEqual(len(set(links)), len(tasks))
        self.assertEqual(sorted(set(links)), sorted(
            set(re.findall(r'href="(https://[^"]+)"', html))))
        for task in tasks:
            self.assertIn(task["title"], text)
        for link in links:
            status, page = self.page(link)
            self.assertEqual(status, 200)
            self.assertIn("Astrid Lindqvist", page)

    def languages(self):
        for address, words in (("bo@kommun.example", "Linket er personligt"),
                               ("ann@kommun.example", "The link is yours"),
                               ("kim@kommun.example", "Länken är personlig")):
            message, text, html = read(self.mails_to(address)[0])
            self.assertIn(words, text)
            self.assertIn(words, html)
            language = {"b": "da", "a": "en", "k": "sv"}[address[0]]
            self.assertIn(f'<html lang="{language}">', html)

    def hostile_names(self):
        wanted = {"From", "To", "Subject", "Date", "Message-ID",
                  "Auto-Submitted", "X-Auto-Response-Suppress",
                  "MIME-Version", "Content-Type"}
        for key, name in NAMES.items():
            mail = self.mails_to(key + "@kommun.example")[0]
            message, text, html = read(mail)
            self.assertEqual(set(message.keys()), wanted)
            to = message["To"].addresses
            self.assertEqual([str(one.addr_spec) for one in to],
                             [key + "@kommun.example"])
            self.assertNotIn("<b>", html)
            self.assertNotIn("\u202e", str(message["To"]))
            self.assertNotIn("<ida@evil", html)
        self.assertEqual(
            read(self.mails_to("eva@kommun.example")[0])[0]["To"]
            .addresses[0].display_name, NAMES["eva"])

    def no_address(self):
        waiting = self.cli.json("outbox", "waiting")
        self.assertEqual([mail["person"]["name"] for mail in waiting],
                         ["Utan Adress"])
        self.assertIn("no mail address", waiting[0]["result"])

    def tokens_lie_nowhere(self):
        self.server.stop()
        tokens = set()
        for mail in self.sink.mails():
            tokens |= set(re.findall(r"/t/([0-9a-f]{40})", read(mail)[1]))
        self.assertGreater(len(tokens), 6)
        rows = b"".join(path.read_bytes()
                        for path in self.server.data.iterdir()
                        if path.is_file())
        log = self.server.log()
        for token in tokens:
            self.assertNotIn(token.encode(), rows)
            self.assertNotIn(token, log)
        self.assertNotIn(mail_sink.PASSWORD, log)
        self.server.start()


class Down(World):
    def test_a_day_without_the_mail_server(self):
        """Nothing is lost, and nobody is flooded afterwards."""
        self.ledger(LEDGER)
        for number in range(20):
            self.ledger(person(f"p{number}", f"Person Nummer{number}"))
        wait_for("the mail server to be missed",
                 lambda: self.outbox()["failing_since"])
        for _ in range(24):
            self.server.move_clock(HOUR)
            state = self.outbox()
            self.assertEqual(state["sent_24h"], 0)
            self.assertEqual(state["given_up_24h"], 0)
        # Meanwhile there is more to say to the same person.
        self.ledger([{"unit": {"external_id": "ny", "name": "Nya enheten",
                               "manager": "p0", "parent": "top"}}])
        said = self.cli.run("outbox").stdout
        self.assertIn("The mail server fails since", said)
        self.sink.start()
        self.server.move_clock(HOUR)
        wait_for("all to be sent", lambda: self.outbox()["waiting"] == 0)
        mails = self.sink.mails()
        self.assertEqual(len(mails), 21)
        self.assertEqual(len({mail["to"][0] for mail in mails}), 21)
        for number in range(20):
            _, text, _ = read(self.mails_to(f"p{number}@kommun.example")[0])
            for task in self.open_tasks(f"Person Nummer{number}"):
                self.assertIn(task["title"], text)
        self.assertIsNone(self.outbox()["failing_since"])


class Killed(World):
    def test_killed_before_and_while_sending(self):
        self.ledger(LEDGER + person("lena", "Lena Larm"))
        wait_for("mails to wait", lambda: self.outbox()["waiting"] >= 2)
        self.server.kill()
        self.sink.set_mode("hang")
        self.sink.start()
        self.server.start()
        wait_for("a mail handed over", self.sink.mails)
        first = self.sink.mails()
        self.server.kill()
        self.sink.stop()
        self.sink.set_mode("take")
        self.sink.start()
        self.server.start()
        # What is asked after a mail was begun is for another one, which waits
        # for the hour between two: those that waited must go, not all.
        wait_for("both to be sent", lambda: self.outbox()["sent_24h"] == 2)
        ids = {}
        for mail in self.sink.mails():
            ids.setdefault(mail["to"][0], []).append(
                read(mail)[0]["Message-ID"])
        self.assertEqual(len(ids), 2)
        for mail in self.cli.json("outbox", "waiting"):
            self.assertNotIn(mail["id"], str(ids))
            self.assertEqual(mail["attempts"], 0)
        for address, seen in ids.items():
            self.assertEqual(len(set(seen)), 1, (address, seen))
        again = {mail["to"][0] for mail in first}
        for address in again:  # at least once, and to be known as the same
            self.assertEqual(len(ids[address]), 2)
        # The links of the first, which may have arrived, still lead there.
        for mail in first:
            for link in re.findall(r"https://\S+/t/[0-9a-f]{40}",
                                   read(mail)[1]):
                self.assertEqual(self.page(link)[0], 200)


class Refused(World):
    def attempts(self):
        """Of the mail that waits; None: it waits no more."""
        waiting = self.cli.json("outbox", "waiting")
        return waiting[0]["attempts"] if waiting else None

    def test_later_never_and_once_more(self):
        self.sink.set_mode("later")
        self.sink.start()
        self.ledger(LEDGER)
        wait_for("a refusal", lambda: [
            mail for mail in self.cli.json("outbox", "waiting")
            if "451" in (mail["result"] or "")])
        self.assertIsNone(self.outbox()["failing_since"])
        self.sink.set_mode("never")
        for _ in range(12):
            if self.cli.json("outbox", "failed"):
                break
            made = self.attempts()
            self.server.move_clock(12 * HOUR)
            wait_for("one more attempt", lambda: self.attempts() != made)
        wait_for("it to be given up", lambda: self.cli.json(
            "outbox", "failed"))
        mail = self.cli.json("outbox", "failed")[0]
        self.assertIn("550", mail["result"])
        self.assertGreater(mail["attempts"], 3)
        self.assertEqual(self.sink.mails(), [])
        self.sink.set_mode("take")
        self.assertIn("sent now", self.cli.run(
            "outbox", "retry", mail["id"]).stdout)
        wait_for("it to be sent", self.sink.mails)
        wait_for("its end", lambda: self.outbox()["waiting"] == 0)
        again = self.cli.run("outbox", "retry", mail["id"], ok=False)
        self.assertNotEqual(again.returncode, 0)
        self.assertIn("sent already", again.stderr)


class Dropped(World):
    def test_dropped_after_the_data_is_not_another_mail(self):
        self.sink.set_mode("drop")
        self.sink.start()
        self.ledger(LEDGER)
        wait_for("a mail handed over", self.sink.mails)
        wait_for("its end to be called unknown", lambda: [
            mail for mail in self.cli.json("outbox", "waiting")
            if "did not answer" in (mail["result"] or "")])
        self.sink.set_mode("take")
        self.server.move_clock(HOUR)
        wait_for("all to be sent", lambda: self.outbox()["waiting"] == 0)
        ids = [read(mail)[0]["Message-ID"] for mail in
               self.mails_to("kim@kommun.example")]
        self.assertEqual(len(ids), 2)
        self.assertEqual(len(set(ids)), 1)


class ClockBack(World):
    def test_a_clock_that_was_wrong_delays_nothing(self):
        self.server.move_clock(40 * DAY)
        self.sink.set_mode("later")
        self.sink.start()
        self.ledger(LEDGER)
        wait_for("a refusal", lambda: [
            mail for mail in self.cli.json("outbox", "waiting")
            if "451" in (mail["result"] or "")])
        self.sink.set_mode("take")
        self.server.move_clock(-40 * DAY)
        wait_for("it to be sent", self.sink.mails)


class NoTls(World):
    TLS, AUTH = "none", False

    def test_nothing_goes_without_starttls(self):
        self.sink.start()
        self.ledger(LEDGER)
        wait_for("the refusal", lambda: self.outbox()["error"])
        self.assertEqual(self.sink.mails(), [])
        self.assertGreater(self.outbox()["waiting"], 0)


class Settings(World):
    def test_what_cannot_be_is_said(self):
        for changes, sentence in (
                ({"security": "none", "server": "mail.example.org:25"},
                 "loopback only"),
                ({"from": "nobody"}, "mail.from"),
                ({"from": "a@b.example\r\nBcc: x@y.example"}, "mail.from"),
                ({"user": "x", "password_file": ""}, "belong together"),
                ({"password_file": "/nowhere"}, "mail.password_file"),
                ({"security": "maybe"}, "starttls")):
            mail = {**self.server.settings["mail"], **changes}
            self.server.config.write_text(harness.yaml_text(
                {**self.server.settings, "mail": mail}) + "\n")
            done = self.server.run("check-config", "--config",
                                   str(self.server.config), ok=False)
            self.assertNotEqual(done.returncode, 0, changes)
            self.assertIn(sentence, done.stdout + done.stderr)
        self.server.write_config()


class WrongCertificate(World):
    def test_another_authority_is_not_believed(self):
        self.server.stop()
        self.server.settings["mail"].pop("ca_file")
        self.server.write_config()
        self.server.start()
        self.sink.start()
        self.ledger(LEDGER)
        wait_for("the refusal", lambda: self.outbox()["error"])
        self.assertIn("ertificate", self.outbox()["error"])
        self.assertEqual(self.sink.mails(), [])


del World

if __name__ == "__main__":
    unittest.main()
