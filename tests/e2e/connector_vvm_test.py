"""Question: does the vvm connector tell which greeting plays, change nothing in
the mailbox, and say what is wrong when the mail server is not what it should be?

Dovecot is the real neighbour (own configuration, loopback); a small server of
ours lies, stalls, floods and injects. Without Dovecot those tests are skipped.
"""

import imaplib
import time
import unittest

import connector_dovecot
import connector_imap
from connector_dovecot import Dovecot, record
from connector_imap import Imap, fetched, honest
from connector_kit import ConnectorCase

PASSWORD = "correct horse"
ALU = "/private/vendor/vendor.alu/messaging/GreetingType"


class VvmCase(ConnectorCase):
    def section(self, url, rows, *, ca=None, **keys):
        mailboxes = self.write("mailboxes.csv", "tel;user;password\n" + "".join(
            f"{tel};{user};{word}\n" for tel, user, word in rows))
        lines = {"server": url, "ca_file": str(ca or self.ca),
                 "mailboxes_file": str(mailboxes), **keys}
        return "vvm:\n" + "".join(f"  {k}: '{v}'\n" for k, v in lines.items())

    def look(self, *args, expect=0, changes=None, **keys):
        config = self.config(self.section(*args, **keys), **(changes or {}))
        return self.run_json("vvm", config, expect=expect)

    def words(self):
        return {subject: value for (subject, _), value in self.facts().items()}


@unittest.skipUnless(connector_dovecot.PROGRAM, "dovecot is not installed")
class WithDovecot(VvmCase):
    USERS = ["personal", "name", "empty", "absence", "off", "busy", "nofolder",
             "alu", "unseen"]

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.mail = Dovecot(cls.shared / "dovecot", cls.crt, cls.tls_key,
                           {user: PASSWORD for user in cls.USERS},
                           {"service": "service word"})
        # Also when the rest here fails.
        cls.addClassCleanup(cls.mail.close)
        cls.fill()

    @classmethod
    def fill(cls):
        greetings = {
            "personal": [("normal-greeting", True), ("voice-signature", False)],
            "name": [("normal-greeting", False), ("voice-signature", True)],
            "empty": [],
            "absence": [("normal-greeting", True),
                        ("extended-absence-greeting", True)],
            "off": [("normal-greeting", False)],
            "busy": [("busy-greeting", True)],
            "unseen": [("normal-greeting", True)],
        }
        for user in cls.USERS:
            box = cls.mail.client(user, PASSWORD, cls.ca)
            if user in greetings:
                folder = "GREETINGS" if user == "absence" else "Greetings"
                box.create(folder)
                for kind, is_on in greetings[user]:
                    record(box, folder, kind, is_on)
            elif user == "alu":
                box.xatom("SETMETADATA", "INBOX", f'({ALU} "Personal")')
            box.logout()

    def rows(self, *users, word=PASSWORD):
        return [(f"+4670123450{i}", user, word)
                for i, user in enumerate(users)]

    def test_greetings_of_both_dialects(self):
        users = ["personal", "name", "empty", "absence", "off", "busy", "alu"]
        out = self.look(self.mail.url, self.rows(*users))
        self.assertEqual(out["skipped"], [])
        self.assertEqual(
            [self.words()[f"tel:+4670123450{i}"] for i in range(len(users))],
            ["personal", "name-only", "default", "absence", "default",
             "unknown", "personal"])
        methods = {item["method"] for item in self.receiver.items()}
        self.assertEqual(methods, {"vvm-imap"})
        self.assertEqual(self.receiver.items()[-1]["detail"], "alu")

    def test_a_dialect_that_is_asked_for(self):
        out = self.look(self.mail.url, self.rows("personal", "alu"),
                        dialect="omtp", expect=3)
        self.assertEqual(out["facts"], 1)
        self.assertIn("no folder Greetings", out["skipped"][0]["reason"])
        out = self.look(self.mail.url, self.rows("personal", "alu"),
                        dialect="alu", expect=3)
        self.assertEqual(out["facts"], 1)
        self.assertIn("says nothing about the greeting",
                      out["skipped"][0]["reason"])

    def test_select_where_examine_is_stale(self):
        self.look(self.mail.url, self.rows("personal"), open="select")
        self.assertEqual(list(self.words().values()), ["personal"])

    def test_nothing_changes_in_the_mailbox(self):
        def flags():
            box = self.mail.client("unseen", PASSWORD, self.ca)
            box.select("Greetings", readonly=True)
            _, said = box.fetch("1:*", "(UID FLAGS)")
            box.logout()
            # \Recent is the session's, not the message's.
            return [set(imaplib.ParseFlags(one)) - {b"\\Recent"}
                    for one in said]
        before = flags()
        self.assertEqual(before, [{b"$CNS-Greeting-On"}])
        for way in ("examine", "select"):
            self.look(self.mail.url, self.rows("unseen"), open=way)
        self.assertEqual(flags(), before)

    def test_failures_are_told_apart(self):
        rows = [("+46701234500", "personal", "wrong"),
                ("+46701234501", "nofolder", PASSWORD),
                ("+46701234502", "name", PASSWORD)]
        out = self.look(self.mail.url, rows, expect=3)
        reasons = {row["line"]: row["reason"] for row in out["skipped"]}
        self.assertIn("refuses this user or password", reasons[2])
        self.assertIn("no folder Greetings", reasons[3])
        self.assertEqual(list(self.words().values()), ["name-only"])
        out = self.look(self.mail.url, rows, ca=self.other_ca, expect=4)
        self.assertIn("not trusted", out["error"])
        said = str(out)
        for secret in ("wrong;", PASSWORD):
            self.assertNotIn(secret, said)

    def test_a_service_user_acts_for_others(self):
        word = self.write("service.txt", "service word\n")
        rows = [("+46701234500", "personal", ""), ("+46701234501", "name", "")]
        self.look(self.mail.url, rows, user="service", password_file=word)
        self.assertEqual(sorted(self.words().values()),
                         ["name-only", "personal"])

    def test_the_file_of_passwords_is_private(self):
        config = self.config(self.section(self.mail.url, self.rows("name")))
        (self.folder / "mailboxes.csv").chmod(0o644)
        done = self.run_program("vvm", "--config", config, expect=1)
        self.assertIn("chmod 600", done.stderr)


class WithHostile(VvmCase):
    def scene(self, **replies):
        """replies by command, "_" for a blank."""
        table = {word.replace("_", " "): reply
                 for word, reply in replies.items()}
        return self.serve(lambda session: honest(session, table))

    def serve(self, scene):
        imap = Imap(self.crt, self.tls_key, scene)
        self.addCleanup(imap.close)
        return imap

    def one(self, imap, expect=3, seconds=20, **keys):
        started = time.monotonic()
        out = self.look(imap.url, [("0701234567", "a", "b"),
                                   ("0701234568", "c", "d")],
                        expect=expect, changes={"timeout": "2s"}, **keys)
        self.assertLess(time.monotonic() - started, seconds)
        return out

    def reasons(self, out):
        return [row["reason"] for row in out["skipped"]]

    def test_the_honest_one(self):
        imap = self.scene()
        self.one(imap, expect=0)
        self.assertEqual(set(self.words().values()), {"personal"})
        for command in imap.heard:
            verb = command.split()[0].upper()
            self.assertIn(verb, ("CAPABILITY", "AUTHENTICATE", "LIST",
                                 "EXAMINE", "UID", "LOGOUT"))
            self.assertNotIn("INBOX", command.upper())
            self.assertNotIn("STORE", command.upper())

    def test_the_alu_form(self):
        def listed(session, tag, command):
            session.say(f'* LIST () "/" INBOX\r\n{tag} OK\r\n')

        def metadata(session, tag, command):
            session.say(f'* METADATA "INBOX" ({ALU} "StandardWithName")\r\n'
                        f"{tag} OK\r\n")
        self.one(self.scene(LIST=listed, GETMETADATA=metadata), expect=0)
        self.assertEqual(set(self.words().values()), {"name-only"})

    def test_login_refused(self):
        def no(session, tag, command):
            session.say(f"{tag} NO [AUTHENTICATIONFAILED] secret reason\r\n")
        out = self.one(self.scene(AUTHENTICATE=no))
        self.assertEqual(out["facts"], 0)
        for reason in self.reasons(out):
            self.assertIn("refuses this user or password", reason)
            self.assertNotIn("secret", reason)

    def test_no_plain_no_password(self):
        imap = self.serve(lambda session: honest(
            session, capability="IMAP4rev1 LOGINDISABLED AUTH=GSSAPI"))
        out = self.one(imap)
        self.assertEqual(out["facts"], 0)
        self.assertFalse([c for c in imap.heard if c.startswith("LOGIN")])

    def test_a_command_refused(self):
        def no(session, tag, command):
            session.say(f"{tag} NO not today\r\n")
        for verb in ("EXAMINE", "UID_FETCH", "LIST"):
            with self.subTest(verb):
                out = self.one(self.scene(**{verb: no}))
                self.assertEqual(out["facts"], 0)
                for reason in self.reasons(out):
                    self.assertIn("refuses", reason)

    def test_injected_answers(self):
        """A line inside a literal is no answer, whatever it looks like."""
        def injected(session, tag, command):
            inside = ("X-CNS-Greeting-Type: voice-signature\r\n"
                      "X: * 2 FETCH\r\n" + fetched("normal-greeting") +
                      "* LIST () \"/\" x\r\n\r\n")
            session.say("* 1 FETCH (UID 1 FLAGS ($CNS-Greeting-On) "
                        "BODY[HEADER.FIELDS (X-CNS-GREETING-TYPE)] "
                        f"{{{len(inside)}}}\r\n{inside})\r\n{tag} OK\r\n")
        self.one(self.scene(UID_FETCH=injected), expect=0)
        self.assertEqual(set(self.words().values()), {"name-only"})

    def test_an_ok_inside_a_literal(self):
        """libcurl takes it for the end; the answer is cut then, and no fact."""
        def injected(session, tag, command):
            inside = f"X-CNS-Greeting-Type: a\r\n{tag} OK done\r\n\r\n"
            session.say("* 1 FETCH (UID 1 FLAGS ($CNS-Greeting-On) BODY[X] "
                        f"{{{len(inside)}}}\r\n{inside})\r\n{tag} OK\r\n")
        out = self.one(self.scene(UID_FETCH=injected))
        self.assertEqual(out["facts"], 0)
        self.assertIn("cut or malformed", self.reasons(out)[0])

    def test_a_folder_name_that_would_be_a_command(self):
        def evil(session, tag, command):
            name = 'Greetings"\r\nA9 STORE 1 +FLAGS \\Deleted'
            session.say(f'* LIST () "/" {{{len(name)}}}\r\n{name}\r\n'
                        f'* LIST () "/" "Greetings\\" x"\r\n{tag} OK\r\n')
        imap = self.scene(LIST=evil)
        out = self.one(imap)
        self.assertEqual(out["facts"], 0)
        self.assertFalse([c for c in imap.heard
                          if "STORE" in c or c.startswith("EXAMINE")])

    def test_malformed_answers(self):
        answers = {
            "huge literal": "* 1 FETCH (BODY[X] {4294967295}\r\nabc)\r\n",
            "literal of no size": "* 1 FETCH (BODY[X] {}\r\n)\r\n",
            "number that overflows": "* 1 FETCH (BODY[X] {" + "9" * 40 + "}\r\n)\r\n",
            "never closed": "* 1 FETCH (UID 1 FLAGS ($CNS-Greeting-On\r\n",
            "deep": "* 1 FETCH (X " + "(" * 500 + ")" * 500 + ")\r\n",
            "too many": fetched() * 100,
            "NUL": b"* 1 FETCH (UID \x00 FLAGS ())\r\n",
        }
        for name, answer in answers.items():
            with self.subTest(name):
                def reply(session, tag, command, answer=answer):
                    session.say(answer)
                    session.say(f"{tag} OK\r\n")
                out = self.one(self.scene(UID_FETCH=reply))
                self.assertEqual((out["facts"], self.receiver.reports),
                                 (0, []))

    def test_a_flood(self):
        def flood(session, tag, command):
            line = b"* 1 FETCH (UID 1 FLAGS (" + b"x" * 900 + b"))\r\n"
            for _ in range(20000):
                session.say(line)
            session.say(f"{tag} OK\r\n")
        out = self.one(self.scene(UID_FETCH=flood))
        self.assertIn("says too much", self.reasons(out)[0])

    def test_one_line_without_end(self):
        def endless(session, tag, command):
            for _ in range(20000):
                session.say(b"x" * 1000)
        out = self.one(self.scene(UID_FETCH=endless), expect=(3, 4))
        self.assertEqual(out["facts"], 0)

    def test_stalls(self):
        def stall(session, *more):
            session.sleep(20)
            return True
        scenes = {
            "greeting": self.serve(stall),
            "login": self.scene(AUTHENTICATE=stall),
            "answer": self.scene(UID_FETCH=stall),
        }
        for name, imap in scenes.items():
            with self.subTest(name):
                out = self.one(imap, expect=(3, 4))
                self.assertEqual(out["facts"], 0)
                self.assertIn("did not answer in time", str(out))

    def test_a_drop_at_a_time(self):
        def drip(session, *more):
            for _ in range(200):
                session.say(b"* OK x\r\n")
                session.sleep(0.1)
            return True
        out = self.one(self.scene(UID_FETCH=drip), expect=(3, 4))
        self.assertEqual(out["facts"], 0)

    def test_early_close(self):
        def close(session, *more):
            return True
        for verb in ("AUTHENTICATE", "LIST", "EXAMINE", "UID_FETCH"):
            with self.subTest(verb):
                out = self.one(self.scene(**{verb: close}), expect=(3, 4))
                self.assertEqual(out["facts"], 0)

    def test_no_tls_no_password(self):
        heard = []

        def clear(imap):
            import socket
            while not imap.is_closing:
                try:
                    raw, _ = imap.listener.accept()
                except TimeoutError:
                    continue
                except OSError:
                    return
                with raw:
                    raw.settimeout(5)
                    try:
                        raw.sendall(b"* OK IMAP4rev1 AUTH=PLAIN ready\r\n")
                        heard.append(raw.recv(65536))
                    except (OSError, socket.timeout):
                        pass

        class Clear(Imap):
            serve = clear
        imap = Clear(self.crt, self.tls_key, None)
        self.addCleanup(imap.close)
        out = self.one(imap, expect=4)
        self.assertIn("TLS", out["error"])
        for bytes_ in heard:
            self.assertNotIn(b"AUTH", bytes_)

    def test_nobody_there(self):
        imap = self.scene()
        imap.close()
        out = self.one(imap, expect=(3, 4))
        self.assertIn("not reached", str(out))


if __name__ == "__main__":
    unittest.main()
