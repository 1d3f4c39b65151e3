"""Question: does the csv connector report what an export says, and nothing
else, whatever is wrong with the file?

The receiver is Python with the openssl command; numbers are made up.
"""

import json
import os
import pathlib
import signal
import subprocess
import time
import unittest

from connector_kit import CONNECTOR, ConnectorCase

SECTION = """
csv:
  - file: {file}
    subject: {{kind: tel, from: Nummer}}
    facts:
      - fact: voicemail.greeting
        from: Hälsning
        values:
          - {{is: Personlig, says: personal}}
          - {{is: Standard, says: default}}
"""


class Csv(ConnectorCase):
    def source(self, text, section=SECTION, **changes):
        file = self.write("export.csv", text)
        return self.config(section.format(file=file), **changes)

    def test_sent_signed_and_numbered(self):
        config = self.source("Nummer;Hälsning\n070-123 45 67;Personlig\n"
                             "070-123 45 68;Standard\n")
        out = self.run_json("csv", config)
        self.assertEqual((out["facts"], out["skipped_count"]), (2, 0))
        self.assertEqual(self.facts(), {
            ("tel:+46701234567", "voicemail.greeting"): "personal",
            ("tel:+46701234568", "voicemail.greeting"): "default"})
        report = self.receiver.reports[0]
        self.assertEqual(
            list(report),
            ["v", "connector", "run", "seq", "observed_at", "items"])
        self.assertEqual(report["connector"], "test-source")
        self.assertEqual(out["reports"], [{
            "seq": report["seq"], "items": 2, "accepted": 2, "refused": 0}])
        self.run_json("csv", config)
        self.assertGreater(self.receiver.reports[1]["seq"], report["seq"])

    def test_same_rows_in_every_dress(self):
        plain = "Nummer;Hälsning\n0701234567;Personlig\n"
        dresses = {
            "bom": b"\xef\xbb\xbf" + plain.encode(),
            "latin-1": plain.encode("latin-1"),
            "comma": plain.replace(";", ",").encode(),
            "tab": plain.replace(";", "\t").encode(),
            "crlf": plain.replace("\n", "\r\n").encode(),
            "cr": plain.replace("\n", "\r").encode(),
            "quoted": '"Nummer";"Hälsning"\n"070 1234567";"Personlig"'.encode(),
            "sep": ("sep=;\r\n" + plain).encode(),
        }
        for name, text in dresses.items():
            with self.subTest(name):
                out = self.run_json("csv", self.source(text), "--dry-run")
                self.assertEqual(
                    [(i["subject"], i["value"]) for i in out["evidence"]],
                    [("tel:+46701234567", "personal")])

    def test_broken_rows_are_named_and_others_taken(self):
        config = self.source(
            b"Nummer;H\xc3\xa4lsning\n"
            b"0701234561;Personlig\n"
            b"=HYPERLINK(1);Personlig\n"           # 3
            b"0701234562;Personlig;extra\n"        # 4
            b"0701234563\n"                        # 5
            b"0701234\x0064;Personlig\n"           # 6
            b"\"0701234565;Personlig\n"            # 7: never closed
            b"0701234566;Okej\n"                   # 8
            b"0701234567;" + b"x" * 9000 + b"\n"   # 9
            b"0701234568;\"Pers\"onlig\n"          # 10
            b"0701234569;Personlig\n")
        out = self.run_json("csv", config, expect=3)
        self.assertEqual(sorted(self.facts()), [
            ("tel:+46701234561", "voicemail.greeting"),
            ("tel:+46701234569", "voicemail.greeting")])
        self.assertEqual(sorted(row["line"] for row in out["skipped"]),
                         [3, 4, 5, 6, 7, 8, 9, 10])
        said = json.dumps(out["skipped"])
        for foreign in ("HYPERLINK", "07012345", "Okej", "xxxx"):
            self.assertNotIn(foreign, said)

    def test_lines_in_a_cell(self):
        config = self.source(
            'Nummer;Hälsning;Anm\n0701234567;Personlig;"två\nrader; ""ja"""\n'
            '0701234568;Standard;\n')
        self.assertEqual(self.run_json("csv", config)["facts"], 2)

    def test_a_column_that_went_away_ends_the_run(self):
        config = self.source("Nummer;Greeting\n0701234567;Personlig\n")
        out = self.run_json("csv", config, expect=1)
        self.assertIn('no column "Hälsning"', out["error"])
        self.assertEqual(self.receiver.reports, [])

    def test_an_old_file_is_not_reported_as_new(self):
        config = self.source("Nummer;Hälsning\n0701234567;Personlig\n")
        file = self.folder / "export.csv"
        os.utime(file, (time.time() - 3 * 86400,) * 2)
        self.run_json("csv", config)
        item = self.receiver.items()[0]
        self.assertLess(item["observed_at"],
                        self.receiver.reports[0]["observed_at"])
        os.utime(file, (time.time() - 40 * 86400,) * 2)
        out = self.run_json("csv", config, expect=1)
        self.assertIn("more than 31d ago", out["error"])

    def test_structured_facts(self):
        section = """
targets:
  - {{number: "+46490000000", says: switchboard}}
  - {{number: "+4670123*", says: colleague}}
equipment_file: {equipment}
csv:
  - file: {file}
    subject: {{kind: iccid, from: SIM}}
    facts:
      - fact: call.forward.unconditional
        from: Vidare
        values: [{{is: "", says: inactive}}, {{is: "*", says: active}}]
        target_from: Vidare
      - fact: call.referral
        from: Till
        values: [{{is: "", says: none}}, {{is: "*", says: set}}]
        until_from: Till
      - fact: sim.device
        imei_from: IMEI
"""
        own, foreign = "490154203237518", "356938035643809"
        equipment = self.write("own.csv", f"imei\n{own}\n")
        file = self.write("export.csv", (
            "SIM;Vidare;Till;IMEI\n"
            f"8946 1090 3063 9157 3011;0490-00 00 00;2026-12-24;{own}\n"
            f"89461090306391573012F;070-123 00 00;;{foreign}\n"
            f"89461090306391573013;+4580000000;25.12.2026;{own}11\n"))
        config = self.config(section.format(file=file, equipment=equipment))
        self.run_json("csv", config, expect=3)
        facts = self.facts()
        sim = "iccid:8946109030639157301"
        self.assertEqual(facts[sim + "1", "call.forward.unconditional"],
                         {"state": "active", "target_class": "switchboard"})
        self.assertEqual(facts[sim + "2", "call.forward.unconditional"],
                         {"state": "active", "target_class": "colleague"})
        self.assertEqual(facts[sim + "3", "call.forward.unconditional"],
                         {"state": "active", "target_class": "other"})
        self.assertEqual(facts[sim + "1", "call.referral"],
                         {"state": "set", "until": "2026-12-24T23:59:59Z"})
        self.assertEqual(facts[sim + "2", "call.referral"],
                         {"state": "none"})
        self.assertEqual(facts[sim + "1", "sim.device"],
                         {"state": "imei", "imei": own})
        self.assertEqual(facts[sim + "2", "sim.device"],
                         {"state": "foreign"})
        # Invariant 9: what is not ours never leaves the machine.
        for body in self.receiver.bodies:
            self.assertNotIn(foreign.encode(), body)
            self.assertNotIn(b"0490", body)

    def test_equipment_is_needed_for_imeis(self):
        section = ("csv:\n  - file: {file}\n    subject: "
                   "{{kind: tel, from: Nummer}}\n    facts:\n"
                   "      - {{fact: sim.device, imei_from: IMEI}}\n")
        config = self.source("Nummer;IMEI\n", section)
        done = self.run_program("check-config", "--config", config, expect=1)
        self.assertIn("equipment_file", done.stderr)

    def test_many_rows_go_in_several_reports(self):
        rows = "".join(f"070{i:07d};Personlig\n" for i in range(1000000, 1002500))
        out = self.run_json("csv", self.source("Nummer;Hälsning\n" + rows))
        self.assertEqual(out["facts"], 2500)
        self.assertEqual(len(self.receiver.items()), 2500)
        self.assertGreaterEqual(len(self.receiver.reports), 3)
        for body in self.receiver.bodies:
            self.assertLessEqual(len(body), 256 * 1024)
        self.assertEqual(self.receiver.faults, [])

    def test_what_the_server_says(self):
        config = self.source("Nummer;Hälsning\n0701234567;Personlig\n")
        cases = {400: "wrong", 401: "does not know this key",
                 403: "takes no such facts", 409: "a later number",
                 413: "too large", 422: "clock"}
        for status, words in cases.items():
            with self.subTest(status):
                self.receiver.plan = [
                    (status, {}, {"detail": "because\x1b[31m \u00e5"})]
                out = self.run_json("csv", config, expect=5)
                self.assertIn(words, out["error"])
                self.assertIn("because [31m å", out["error"])
        self.receiver.refuse = [0]
        out = self.run_json("csv", config, expect=3)
        self.assertIn("refused it: scope", out["skipped"][0]["reason"])

    def test_the_same_bytes_again_when_it_is_busy(self):
        config = self.source("Nummer;Hälsning\n0701234567;Personlig\n")
        self.receiver.plan = [(503, {"Retry-After": "1"}, {}), (500, {}, {})]
        self.run_json("csv", config)
        self.assertEqual(len(set(self.receiver.bodies)), 1)
        self.assertEqual(len(self.receiver.bodies), 3)

    def test_a_server_that_is_not_trusted(self):
        config = self.source("Nummer;Hälsning\n0701234567;Personlig\n",
                             ca_file=str(self.other_ca))
        out = self.run_json("csv", config, expect=5)
        self.assertIn("not trusted", out["error"])
        self.assertEqual(self.receiver.bodies, [])

    def test_numbers_rise_when_killed(self):
        rows = "".join(f"070{i:07d};Personlig\n" for i in range(1000000, 1006000))
        config = self.source("Nummer;Hälsning\n" + rows)
        for moment in (0.15, 0.25, 0.35, 0.5, 0.7):
            process = subprocess.Popen(
                [CONNECTOR, "csv", "--config", str(config), "--quiet"],
                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            time.sleep(moment)
            process.send_signal(signal.SIGKILL)
            process.wait()
        self.run_json("csv", config)
        self.assertEqual(self.receiver.faults, [])
        numbers = [report["seq"] for report in self.receiver.reports]
        self.assertEqual(numbers, sorted(set(numbers)))
        # Not even a lost folder leads back.
        state = pathlib.Path(self.folder / "state")
        (state / "seq").unlink()
        last = numbers[-1]
        time.sleep(max(0, last + 1 - time.time()))
        self.run_json("csv", config)
        self.assertGreater(self.receiver.reports[-1]["seq"], last)

    def test_two_runs_at_once(self):
        config = self.source("Nummer;Hälsning\n0701234567;Personlig\n")
        (self.folder / "state").mkdir(mode=0o700)
        with open(self.folder / "state/lock", "w") as lock:
            import fcntl
            fcntl.flock(lock, fcntl.LOCK_EX)
            done = self.run_program("csv", "--config", config, expect=1)
        self.assertIn("another run", done.stderr)

    def test_the_key_stays_secret(self):
        config = self.source("Nummer;Hälsning\n")
        self.assertEqual(self.key.stat().st_mode & 0o777, 0o600)
        done = self.run_program("keygen", "--out", self.key, expect=1)
        self.assertIn("exists", done.stderr)
        loose = self.write("loose.pem", self.key.read_text(), 0o644)
        text = config.read_text().replace(str(self.key), str(loose))
        config.write_text(text)
        done = self.run_program("csv", "--config", config, expect=1)
        self.assertIn("chmod 600", done.stderr)
        self.assertNotIn("PRIVATE KEY", done.stdout + done.stderr)
        # systemd's way: LoadCredential.
        config.write_text(text.replace(str(loose), "credential:key"))
        self.write("key", self.key.read_text(), 0o440)
        self.run_json("csv", config, CREDENTIALS_DIRECTORY=str(self.folder))

    def test_wrong_configurations_are_named_by_line(self):
        cases = {
            "csv: []\n": "one section",
            "csv:\n  - {file: x}\n": "subject",
            "vvm: {server: 'imap://x', mailboxes_file: y}\n": "imaps://",
            "http_json: {map: m, base_url: 'http://x'}\n": "https://",
            "vvm: {server: 'imaps://x', mailboxes_file: y, colour: red}\n":
                "colour",
        }
        for section, words in cases.items():
            with self.subTest(section):
                config = self.config(section)
                done = self.run_program("check-config", "--config", config,
                                        expect=1)
                self.assertIn(words, done.stderr)
                self.assertIn("connector.yaml:", done.stderr)

    def test_samples(self):
        samples = os.environ.get("WORKPHONE_SAMPLES")
        if not samples:
            self.skipTest("WORKPHONE_SAMPLES is not set")
        section = ("csv:\n  - file: {file}\n    subject: "
                   "{{kind: person, from: \"{column}\"}}\n    facts:\n"
                   "      - fact: directory.number\n        from: \"{number}\"\n"
                   "        values: [{{is: \"*\", says: match}}]\n")
        columns = {
            "entra-downloadusers-2021-header.csv":
                ("userPrincipalName", "telephoneNumber"),
            "googleworkspace-users-header.csv":
                ("Email Address [Required]", "Mobile Phone"),
        }
        for name, (column, number) in columns.items():
            with self.subTest(name):
                path = pathlib.Path(samples) / "csv" / name
                config = self.config(section.format(
                    file=path, column=column, number=number))
                text = config.read_text().replace(
                    "    subject", "    max_age: 36500d\n    subject")
                config.write_text(text)
                out = self.run_json("csv", config, "--dry-run")
                self.assertEqual(out["looked_at"], 0)


if __name__ == "__main__":
    unittest.main()
