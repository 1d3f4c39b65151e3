"""A town, its calendar, its mail and its bench, for whole_story_test.py.

The story begins some weeks before today by the clock of every program here, so
that certificates, which are looked at by the machine's clock, are valid from
its first day on.
"""

import datetime
import email
import email.policy
import html
import http.client
import json
import os
import pathlib
import re
import shutil
import ssl
import subprocess
import tempfile
import time
import unittest
import urllib.parse
import zoneinfo

import bench
import harness
import mail_sink
from harness import wait_for
from pages_test import Form
from ports import free_port

ZONE = zoneinfo.ZoneInfo("Europe/Stockholm")
DAY = datetime.timedelta(days=1)
# Slow machines: a step here passes through up to five programs.
LONG = 180

MAP = """# The staff export of every night
columns:
  key: Anst.nr
  first_name: Förnamn
  last_name: Efternamn
  mail: E-post
  unit: Enhet
  role: Befattning
  manager: Chef
  from: Anställd fr
  last_day: Anställd t
date: DD.MM.YYYY
roles:
  - {text: Enhetschef, role: manager}
"""
HEAD = ("Anst.nr;Förnamn;Efternamn;E-post;Enhet;Befattning;Chef;"
        "Anställd fr;Anställd t\n")
MARIA, ASTRID, BIRGER = (name + "@kommun.example"
                         for name in ("maria", "astrid", "birger"))
NAMES = {MARIA: "Maria Åkerblom", ASTRID: "Astrid Lindqvist",
         BIRGER: "Birger Öhman"}


def easter(year):
    """Sunday; the Gregorian computus of Meeus."""
    a, b, c = year % 19, year // 100, year % 100
    d, e = b // 4, b % 4
    g = (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = c // 4, c % 4
    m = (a + 11 * h) // 319
    n = (2 * e + 2 * i - k - h + m + 32) % 7
    month = (h - m + n + 90) // 25
    day = (h - m + n + month + 19) % 32
    return datetime.date(year, month, day)


def is_holiday(day):
    """Sweden's, and the eves on which its offices are closed."""
    fixed = {(1, 1), (1, 6), (5, 1), (6, 6), (12, 24), (12, 25), (12, 26),
             (12, 31)}
    moved = {easter(day.year) + n * DAY for n in (-2, 1, 39)}
    midsummer = day.month == 6 and 19 <= day.day <= 25 and day.weekday() == 4
    return (day.month, day.day) in fixed or day in moved or midsummer


def is_working_day(day):
    return day.weekday() < 5 and not is_holiday(day)


def next_working_day(day):
    while not is_working_day(day):
        day += DAY
    return day


def at(day, hour, minute=0):
    return datetime.datetime.combine(day, datetime.time(hour, minute), ZONE)


def last_day_of_story():
    """A Friday that is none of the last ten days, an ordinary Monday behind
    it: so a week-end lies between the end and the erase."""
    day = datetime.datetime.now(ZONE).date() - 10 * DAY
    while day.weekday() != 4 or not is_working_day(day) or not all(
            is_working_day(day + n * DAY) for n in (3, 4, 5)):
        day -= DAY
    return day


class Mail:
    """One mail: what it says, and its links with what stands before each."""

    def __init__(self, raw):
        message = email.message_from_bytes(raw["content"],
                                           policy=email.policy.default)
        self.to = raw["to"]
        self.id = message["Message-ID"]
        self.subject = message["Subject"]
        self.text = message.get_body(("plain",)).get_content()
        self.links = re.findall(r"https://\S+/t/[0-9a-f]{40}", self.text)


class Town(bench.Case):
    """A server with people, mail, a bench; its clock set by the story."""

    AGENT_NAME = "Bänken i stadshuset"

    @classmethod
    def setUpClass(cls):
        if not mail_sink.interpreter():
            print("SKIP: no python3-aiosmtpd")
            raise unittest.SkipTest("no python3-aiosmtpd")
        cls.mail_port = free_port()
        cls.CHANGES = {
            "mail": {"server": f"127.0.0.1:{cls.mail_port}",
                     "security": "starttls", "from": "telefoni@kommun.example",
                     "user": mail_sink.USER, "window": "1s", "gap": "1s"},
            "limits": {"requests_per_address": 60000,
                       "failures_per_address": 60000},
        }
        cls.last_day = last_day_of_story()
        cls.first_day = cls.last_day - 21 * DAY
        cls.monday = cls.last_day + 3 * DAY
        super().setUpClass()

    @classmethod
    def prepare(cls):
        secret = cls.server.folder / "mail.password"
        secret.write_text(mail_sink.PASSWORD + "\n")
        cls.server.settings["mail"].update(
            ca_file=str(cls.server.ca), password_file=str(secret))
        cls.clock(at(cls.first_day, 9))
        # One clock for all: the agent, the phones and the command line too.
        os.environ["WORKPHONE_TEST_CLOCK_FILE"] = str(cls.server.clock_file)

    @classmethod
    def tearDownClass(cls):
        os.environ.pop("WORKPHONE_TEST_CLOCK_FILE", None)
        super().tearDownClass()

    def setUp(self):
        super().setUp()
        folder = pathlib.Path(tempfile.mkdtemp(prefix="workphone-story-"))
        self.addCleanup(shutil.rmtree, folder)
        self.papers = folder
        self.sink = mail_sink.Sink(
            self.server.folder / "mails", self.mail_port, self.server.keys)
        self.sink.start()
        self.addCleanup(self.sink.stop)
        self.agent = self.new_agent(self.AGENT_NAME).start()

    # ---- time ----

    @classmethod
    def clock(cls, moment):
        """From now on it is this moment, for every program."""
        seconds = moment.timestamp() - time.time()
        cls.server.move_clock(
            int(seconds) - int(cls.server.clock_file.read_text()) // 1000)

    @classmethod
    def now(cls):
        offset = int(cls.server.clock_file.read_text()) / 1000
        return datetime.datetime.fromtimestamp(time.time() + offset, ZONE)

    def until(self, moment, *serials):
        """It becomes that moment, and phones on the air are heard then: so
        the server lived through it."""
        self.assertGreater(moment, self.now())
        self.clock(moment)
        self.time_went_on()
        for serial in serials:
            wait_for(f"{serial} to be heard at {moment}", lambda: moment_of(
                self.cli.device(serial)["last_seen_at"]) >= moment, LONG)

    def time_went_on(self):
        """Called before anybody waits for what that causes."""

    # ---- people ----

    def file(self, name, text):
        path = self.server.folder / name
        path.write_text(text)
        return str(path)

    def hr(self, *rows, full=True):
        """The file of one night, taken."""
        maps = self.file("hr.yaml", MAP)
        path = self.file("hr.csv", HEAD + "".join(
            ";".join(row) + "\n" for row in rows))
        args = ["people", "import", path, "--map", maps, "--yes"]
        return self.cli.run(*args, *(["--full"] if full else [])).stdout

    def staff(self, **last):
        """Rows of the HR system; last: the last day of some, by first name."""
        people = [("9001", MARIA, "Enhetschef", ""),
                  ("9002", ASTRID, "Handläggare", "9001"),
                  ("9003", BIRGER, "Handläggare", "9001")]
        begins = "%s" % self.first_day.strftime("%d.%m.%Y")
        rows = []
        for key, mail, role, boss in people:
            first, family = NAMES[mail].split()
            end = last.get(first.lower())
            rows.append((key, first, family, mail, "Byggenheten", role, boss,
                         begins if mail == ASTRID else "01.02.2019",
                         end.strftime("%d.%m.%Y") if end else ""))
        return rows

    def ledger(self, *lines):
        self.cli.run("ledger", "apply", "-", "--yes", data="".join(
            json.dumps(line) + "\n" for line in lines))

    def person_id(self, person):
        return self.cli.json("everything", person)["person"]["id"]

    # ---- mail and pages ----

    def mails(self, address):
        return [Mail(raw) for raw in self.sink.mails()
                if raw["to"] == [address]]

    def mailed_page(self, address, *words):
        """The page of the newest mailed link on which all these words stand:
        what somebody sees who opens their mails; (url, text)."""
        def look():
            for mail in reversed(self.mails(address)):
                for url in mail.links:
                    status, text = self.page(url)
                    if status == 200 and "<form" in text and all(
                            word in html.unescape(text) for word in words):
                        return url, text
            return None
        return wait_for(f"a mail to {address} about {words}", look, LONG)

    def page(self, url, method="GET", body=None):
        at_ = urllib.parse.urlsplit(url)
        context = ssl.create_default_context(cafile=str(self.server.ca))
        line = http.client.HTTPSConnection(at_.hostname, at_.port, timeout=60,
                                           context=context)
        try:
            line.request(method, at_.path, body, {
                "Content-Type": "application/x-www-form-urlencoded",
                "Accept-Language": "sv"} if body else {})
            answer = line.getresponse()
            return answer.status, answer.read().decode()
        finally:
            line.close()

    def sign(self, page, status=303, **said):
        url, text = page
        form = Form(text)
        got, answer = self.page(
            urllib.parse.urljoin(url, form.action or ""), "POST",
            urllib.parse.urlencode({**form.fields, **said}))
        self.assertEqual(got, status, answer)

    def mailed(self, address, *words):
        """A mail to this address that says all of this."""
        return wait_for(f"{address} to be told {words}", lambda: next(
            (mail for mail in self.mails(address)
             if all(word in mail.text for word in words)), None), LONG)

    # ---- phones ----

    def device(self, serial):
        return self.cli.device(serial)

    def phone_state(self, serial):
        return self.device(serial)["phone_state"]

    def wipes(self, serial):
        return self.records.rows(
            "SELECT w.state, w.ordered_at, w.case_id <> '' FROM wipes w JOIN"
            " devices d ON d.id = w.device_id WHERE d.serial = ?"
            " ORDER BY w.ordered_at", serial)

    def case(self, serial):
        return self.cli.json("return", "show", serial)

    def case_becomes(self, serial, state):
        return wait_for(f"the return of {serial} to be {state}", lambda: (
            lambda c: c if c["state"] == state else None)(
                self.case(serial)), LONG)

    def waits_for(self, serial, *words):
        """What its return still wants says all of this."""
        return wait_for(f"{serial} to wait for {words}", lambda: (
            lambda c: c if all(word in c["waits_for"] for word in words)
            else None)(self.case(serial)), LONG)

    def departure(self, person):
        found = self.cli.api("/departures?person=" + person)
        return found[-1] if found else None

    def departure_becomes(self, person, state):
        return wait_for(f"the departure of {person} to be {state}", lambda: (
            lambda d: d if d and d["state"] == state else None)(
                self.departure(person)), LONG)

    def wipe_becomes(self, serial, state):
        return wait_for(f"the erase of {serial} to be {state}", lambda: (
            lambda w: w if w and w["state"] == state else None)(
                self.cli.json("device", serial)["wipe"]), LONG)

    def verdict_becomes(self, serial, wanted, rule="VST-33"):
        return wait_for(f"{rule} of {serial} to be {wanted}", lambda: (
            lambda v: v if v[0] == wanted else None)(
                self.cli.verdict(serial, rule)), LONG)

    # ---- papers ----

    def receipts(self, kind, serial):
        return [row for row in self.cli.json("receipts")
                if row["kind"] == kind and row["serial"] == serial]

    def receipt_becomes(self, kind, serial, count=1):
        return wait_for(f"{kind} of {serial}", lambda: (
            lambda r: r[-1] if len(r) == count else None)(
                self.receipts(kind, serial)), LONG)

    def verified(self, receipt, *words):
        """Fetched, taken to a folder with nothing else but the CA's
        certificate, and believed there by three programs."""
        folder = self.papers / receipt["number"]
        folder.mkdir()
        pdf, twin, ca = (folder / name for name in
                         ("receipt.pdf", "receipt.p7m", "ca.crt"))
        shutil.copy(self.server.ca, ca)
        self.cli.run("receipt", "get", receipt["number"], "--output", str(pdf))
        self.cli.run("receipt", "get", receipt["number"], "--format", "twin",
                     "--output", str(twin))
        said = self.believed(pdf, twin, ca)
        body = self.seen_by_others(pdf, twin, ca)
        for word in words:
            self.assertIn(word, body)
        self.changed_is_refused(pdf, ca)
        return said, json.loads(body)

    def verify(self, *args):
        return subprocess.run(
            [harness.SERVER, "verify", *map(str, args)], capture_output=True,
            text=True, timeout=LONG, cwd=self.papers)

    def believed(self, pdf, twin, ca):
        done = self.verify(pdf, twin, "--ca", ca)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return done.stdout

    def changed_is_refused(self, pdf, ca):
        bad = pdf.with_name("changed.pdf")
        data = bytearray(pdf.read_bytes())
        data[len(data) // 3] ^= 1
        bad.write_bytes(data)
        self.assertNotEqual(self.verify(bad, "--ca", ca).returncode, 0)

    def seen_by_others(self, pdf, twin, ca):
        done = subprocess.run(
            ["openssl", "cms", "-verify", "-inform", "DER", "-in", str(twin),
             "-CAfile", str(ca), "-purpose", "any"], capture_output=True,
            timeout=LONG)
        self.assertEqual(done.returncode, 0, done.stderr)
        if shutil.which("pdfsig"):
            shown = subprocess.run(["pdfsig", str(pdf)], capture_output=True,
                                   text=True, timeout=LONG)
            self.assertIn("Signature is Valid", shown.stdout)
            self.assertIn("Total document signed", shown.stdout)
        else:
            print("SKIP: no pdfsig")
        if shutil.which("qpdf"):
            subprocess.run(["qpdf", "--check", str(pdf)], check=True,
                           capture_output=True, timeout=LONG)
        return done.stdout.decode()

    # ---- the log ----

    def audit(self, *args):
        """Entries, the oldest first: (action, why, parameters)."""
        found = []
        for row in self.cli.json("audit", *args):
            body = row.get("body") or {}
            found.append((row["seq"], row["action"], body.get("params") or {}))
        return [row[1:] for row in sorted(found, key=lambda row: row[0])]

    def log_is_whole(self):
        self.assertIn("whole", self.cli.run("audit", "verify").stdout)
        done = self.server.run("verify", "--config", str(self.server.config))
        self.assertIn("whole", done.stdout)

    def told_in_order(self, told, wanted):
        """wanted: (action, {some of its parameters}), each after the former."""
        rest = iter(told)
        for action, some in wanted:
            for found, params in rest:
                if found == action and some.items() <= params.items():
                    break
            else:
                self.fail(f"{action} {some} is not told where it belongs in\n"
                          + "\n".join(map(str, told)))


def moment_of(text):
    """Of "2026-11-22T07:00:00.000Z"; None is long ago."""
    return datetime.datetime.fromisoformat(
        (text or "1970-01-01T00:00:00Z").replace("Z", "+00:00"))
