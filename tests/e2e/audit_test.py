"""Can an auditor see who did what, take the log away, and check it elsewhere:
by our own program, and by a dozen lines written from docs/audit.md alone?"""

import base64
import datetime
import hashlib
import json
import pathlib
import sqlite3
import subprocess
import tempfile
import unittest

import harness

ZERO = "0" * 64
FIELDS = ("organisation_id seq at action actor subject_kind subject_id "
          "person_id device_id case_id body_sha256").split()


def net(value):
    data = str(value).encode()
    return b"%d:%s," % (len(data), data)


def milliseconds(text):
    """Of RFC 3339 in UTC, as the log writes it."""
    whole, _, fraction = text[:-1].partition(".")
    at = datetime.datetime.fromisoformat(whole + "+00:00")
    return int(at.timestamp()) * 1000 + int((fraction + "000")[:3])


def check(path):
    """Walks an export as docs/audit.md says; the number of entries shown."""
    lines = [json.loads(line) for line in
             pathlib.Path(path).read_text("utf-8").splitlines()]
    head, lines = lines[0], lines[1:]
    assert head["format"] == "workphone-audit-1"
    last, shown, seq = head["after_sha256"], 0, head["after_seq"]
    signed = {}
    for line in lines:
        if "checkpoint" in line:
            signed[line["checkpoint"]["seq"]] = line["checkpoint"]
            continue
        if "end_seq" in line:
            assert (line["end_seq"], line["sha256"]) == (seq, last)
            return shown, signed
        assert line["seq"] == seq + 1
        seq += 1
        if "entry_sha256" in line:
            entry = bytes.fromhex(line["entry_sha256"])
        else:
            shown += 1
            if line["body"]:
                body = bytes.fromhex(line["salt"]) + line["body"].encode()
                assert hashlib.sha256(body).hexdigest() == line["body_sha256"]
            values = dict(line, at=milliseconds(line["at"]))
            entry = hashlib.sha256(b"workphone-audit-entry-v1\n" + b"".join(
                net("" if values[field] is None else values[field])
                for field in FIELDS)).digest()
        last = hashlib.sha256(bytes.fromhex(last) + entry).hexdigest()
        if "sha256" in line:
            assert last == line["sha256"], line
        if seq in signed:
            assert signed[seq]["sha256"] == last
    raise AssertionError("the export has no end")


def invented(after=None):
    """An export that holds together, and that nobody signed. after: a true
    checkpoint, behind which it claims to go on."""
    org_id = after["organisation_id"] if after else \
        "00000000-0000-7000-8000-000000000001"
    seq = after["seq"] if after else 0
    last = after["sha256"] if after else ZERO
    lines = [{"format": "workphone-audit-1", "organisation_id": org_id,
              "after_seq": seq, "after_sha256": last, "person_id": None,
              "device_id": None}]
    if after:
        lines.append({"checkpoint": after})
    for action in ("wipe.ordered", "wipe.moved"):
        seq += 1
        body, salt = '{"why":"nobody ever said so"}', "ab" * 16
        line = {"seq": seq, "at": "2026-11-22T08:00:0%dZ" % (seq % 10),
                "organisation_id": org_id, "action": action, "actor": "Ada",
                "subject_kind": "wipe", "subject_id": "x", "person_id": None,
                "device_id": None, "case_id": None, "body": body,
                "salt": salt, "body_sha256": hashlib.sha256(
                    bytes.fromhex(salt) + body.encode()).hexdigest()}
        values = dict(line, at=milliseconds(line["at"]))
        entry = hashlib.sha256(b"workphone-audit-entry-v1\n" + b"".join(
            net("" if values[field] is None else values[field])
            for field in FIELDS)).digest()
        last = hashlib.sha256(bytes.fromhex(last) + entry).hexdigest()
        lines.append(dict(line, sha256=last))
    lines.append({"end_seq": seq, "sha256": last})
    return "".join(json.dumps(line, separators=(",", ":")) + "\n"
                   for line in lines)


def signature_holds(key, row):
    """By openssl: over the text that docs/audit.md gives."""
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        (folder / "text").write_text("workphone-audit-v1\n%s\n%d\n%s\n%d\n" % (
            row["organisation_id"], row["seq"], row["sha256"],
            milliseconds(row["at"])))
        (folder / "signature").write_bytes(base64.b64decode(row["signature"]))
        return subprocess.run(
            ["openssl", "dgst", "-sha256", "-verify", str(key), "-signature",
             str(folder / "signature"), str(folder / "text")],
            capture_output=True, check=False).returncode == 0


class Desk(harness.Case):
    """What both need; each has a server of its own."""

    def setUp(self):
        super().setUp()
        self.folder = pathlib.Path(tempfile.mkdtemp(dir=self.server.folder))
        self.key = self.server.keys / "orders.pub"

    def ledger(self, *lines):
        path = self.folder / "ledger.jsonl"
        path.write_text("".join(json.dumps(line) + "\n" for line in lines))
        self.cli.run("ledger", "apply", str(path), "--yes")

    def verify(self, *args, ok=True):
        return self.server.run("verify", "--config", str(self.server.config),
                               *args, ok=ok)

    def export(self, name, *args):
        path = self.folder / name
        self.cli.run("audit", "export", "--output", str(path), *args)
        return path

    def deeds(self):
        self.ledger({"person": {"name": "Eva Ek", "mail": "eva@example.org"}},
                    {"person": {"name": "=HYPERLINK(1)",
                                "mail": "bo@example.org"}})
        self.cli.link("F2LAUDIT0001", "Eva Ek")
        self.cli.json("token", "create", "--name", "=cmd", "--scope",
                      "audit:read")

    def checkpoint(self):
        def made():
            done = self.cli.run("audit", "checkpoint", ok=False)
            return done.returncode == 0 and json.loads(done.stdout)
        return harness.wait_for("a signed checkpoint", made)["checkpoint"]


class Audit(Desk):
    def test_the_whole_way(self):
        self.deeds()
        shown = self.cli.run("audit").stdout
        for word in ("link.created", "token.created", "ledger.saved",
                     "Eva Ek"):
            self.assertIn(word, shown)
        about = self.cli.json("audit", "person", "eva@example.org")
        self.assertGreaterEqual(len(about), 2)
        self.assertEqual({one["person"] for one in about}, {"Eva Ek"})
        row = self.checkpoint()
        self.assertTrue(signature_holds(self.key, row))
        self.assertFalse(signature_holds(self.key, dict(row, seq=99)))

        done = self.cli.run("audit", "verify")
        self.assertIn("The log is whole.", done.stdout)
        done = self.verify()
        self.assertIn("  whole\n", done.stdout)
        self.assertIn("signed up to entry", done.stdout)

        whole = self.export("all.jsonl")
        self.assertEqual(whole.stat().st_mode & 0o777, 0o600)
        entries, signed = check(whole)
        self.assertGreater(entries, 3)
        self.assertTrue(all(signature_holds(self.key, one)
                            for one in signed.values()))
        # Elsewhere: no configuration, no server.
        done = self.server.run("verify", "--config", "/none", "--key",
                               str(self.key), str(whole))
        self.assertIn("  whole\n", done.stdout)

        one = self.export("eva.jsonl", "--person", "eva@example.org")
        self.assertGreater(check(one)[0], 1)
        self.assertNotIn("token.created", one.read_text())
        self.assertIn("more by their hashes", self.verify(str(one)).stdout)
        self.assertNotEqual(
            self.cli.run("audit", "export", "--output", str(one),
                         ok=False).returncode, 0)

        table = self.export("all.csv", "--format", "csv").read_text()
        self.assertIn('"name: =cmd', table)
        self.assertNotIn(',"=', table)

    def test_a_checkpoint_is_in_the_journal(self):
        self.deeds()
        self.checkpoint()
        lines = [json.loads(line) for line in self.server.log().splitlines()
                 if '"audit_checkpoint"' in line]
        row = json.loads(lines[-1]["checkpoint"])["checkpoint"]
        self.assertTrue(signature_holds(self.key, row))


class Tampering(Desk):
    def test_it_is_told(self):
        self.deeds()
        row = self.checkpoint()
        held = self.folder / "held.jsonl"
        held.write_text(json.dumps({"checkpoint": row}) + "\n")
        path = self.export("all.jsonl")
        text = path.read_text()
        path.write_text(text.replace("ledger.saved", "ledger.ended", 1))
        done = self.verify(str(path), ok=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn("FAULT: entry 1 was changed", done.stdout)
        path.write_text(text[:-30])
        self.assertIn("NOT WHOLE", self.verify(str(path), ok=False).stdout)
        path.write_text("hello\n")
        done = self.verify(str(path), ok=False)
        self.assertEqual(done.returncode, 1)
        self.assertNotIn("whole", done.stdout)

        with sqlite3.connect(self.server.data / "workphone.db",
                             timeout=30) as db:
            db.execute("DELETE FROM audit_checkpoints")
            db.execute("DELETE FROM audit_entries")
            db.execute("DELETE FROM audit_heads")
        # Nothing is there, and nothing says that it was.
        self.assertIn("  nothing is noted\n", self.verify().stdout)
        done = self.verify("--checkpoints", str(held), ok=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn("a signed checkpoint names entry", done.stdout)

    def test_what_nobody_signed_is_not_whole(self):
        self.deeds()
        row = self.checkpoint()
        path = self.folder / "invented.jsonl"
        for after in (None, row):
            path.write_text(invented(after))
            self.assertEqual(check(path)[0], 2)
            for args in ((str(path), "--key", str(self.key)), (str(path),)):
                done = self.verify(*args, ok=False)
                self.assertEqual(done.returncode, 1, done.stdout)
                self.assertIn("FAULT: nobody signed any of it", done.stdout)
                self.assertIn("  NOT WHOLE\n", done.stdout)

    def test_each_export_is_signed(self):
        """Also of what was done a moment ago, before any round."""
        self.deeds()
        path = self.export("all.jsonl")
        entries, signed = check(path)
        self.assertIn(entries, signed)
        self.assertTrue(all(signature_holds(self.key, one)
                            for one in signed.values()))
        done = self.verify("--key", str(self.key), str(path))
        self.assertIn("signed up to entry %d at" % entries, done.stdout)
        self.assertIn("; 0 after it\n  whole\n", done.stdout)

    def test_a_log_that_is_not_signed_yet(self):
        self.deeds()
        self.server.stop()  # who would sign it in a moment
        self.addCleanup(self.server.start)
        with sqlite3.connect(self.server.data / "workphone.db") as db:
            db.execute("DELETE FROM audit_checkpoints")
        done = self.verify(ok=False)
        self.assertEqual(done.returncode, 3, done.stdout)
        self.assertIn("  not signed yet: nobody vouches", done.stdout)
        self.assertNotIn("whole", done.stdout)


if __name__ == "__main__":
    unittest.main()
