"""Does a program reach nothing of another organisation, and hostile bytes
nothing at all?"""

import csv
import json
import os
import pathlib
import sqlite3
import unittest

import harness
from office import all_pages
from office_world import EVERYTHING, NORTH, SOUTH, Two, api_routes

SAMPLES = os.environ.get("WORKPHONE_SAMPLES")


class Walls(Two):
    """Invariant 8: one organisation never sees another's, by any route."""

    def test_nothing_of_the_other_is_seen_or_touched(self):
        north, south = self.office(), self.office(EVERYTHING, SOUTH)
        north.post("/api/v1/units", {"name": "Bara i norr"})
        north.post("/api/v1/people", {"name": "Nils Nord",
                                      "mail": "nils@example.org"})
        north.post("/api/v1/subscriptions", {"number": "+46700000001"})
        link = north.post("/api/v1/enrolment-links", {
            "person": "Nils Nord", "serial": "NORTH1"})
        self.assertEqual(link.status, 201, link)
        station = north.post("/api/v1/stations", {"name": "Nordbänk"}).json()
        key = self.evidence_key(north)
        person = all_pages(north, "/api/v1/people", 100)[0][0]
        whole = b""
        for method, path, _ in api_routes():
            if method != "GET" or ":" in path:
                continue
            query = {"/api/v1/evidence": "?subject_kind=person",
                     "/api/v1/holdings": "?what=%2B46700000001"}.get(path, "")
            if path == "/api/v1/rules":
                continue
            whole += south.get(path + query).text
        for mark in ("norr", "Nils", "NORTH1", "Nordb", station["id"], key,
                     person["id"], "46700000001", "Nordköping"):
            if mark == "46700000001":
                continue  # the question repeats it in its refusal
            self.assertNotIn(mark.encode(), whole, mark)
        for path in ("/api/v1/people/" + person["id"],
                     "/api/v1/people/nils@example.org",
                     "/api/v1/evidence-keys/" + key,
                     "/api/v1/devices/NORTH1"):
            self.problem(south.get(path), 404)
        for path in (f"/api/v1/stations/{station['id']}/revoke",
                     f"/api/v1/evidence-keys/{key}/revoke"):
            self.problem(south.post(path), 404)
        self.assertEqual(
            north.get("/api/v1/evidence-keys/" + key).json()["state"],
            "active")

    def test_the_admin_socket_must_say_which(self):
        line = harness.UnixConnection(self.server.admin)
        line.request("GET", "/api/v1/units")
        answer = line.getresponse()
        self.assertEqual(answer.status, 400)
        self.assertIn("2 organisations", json.loads(answer.read())["detail"])
        for name, status in ((NORTH, 200), ("Sydstads%20kommun", 200),
                             ("ost", 404)):
            line.request("GET", "/api/v1/units?organisation=" + name)
            answer = line.getresponse()
            answer.read()
            self.assertEqual(answer.status, status, name)
        line.close()


class Hostile(Two):
    def count(self):
        """How many rows there are, but for what the server writes when its time
        has come: when a token was used, judgements, seals of the log."""
        base = sqlite3.connect(
            f"file:{self.server.data}/workphone.db?mode=ro", uri=True)
        names = [row[0] for row in base.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table'")]
        found = {name: base.execute(
            f"SELECT count(*) FROM \"{name}\"").fetchone()[0]
            for name in names
            if name not in ("api_tokens", "judgements", "audit_checkpoints")}
        base.close()
        return found

    def test_hostile_json_at_every_post(self):
        if not SAMPLES:
            print("SKIP: WORKPHONE_SAMPLES is not set")
            self.skipTest("WORKPHONE_SAMPLES is not set")
        with open(pathlib.Path(SAMPLES) / "INDEX.tsv",
                  encoding="utf-8") as file:
            samples = [row["path"] for row
                       in csv.DictReader(file, delimiter="\t")
                       if row["group"] == "hostile-json"]
        self.assertGreater(len(samples), 20)
        bodies = [(name, (pathlib.Path(SAMPLES) / name).read_bytes())
                  for name in samples]
        bodies += [("deep", b'{"name":' * 5000 + b"1" + b"}" * 5000),
                   ("long", b'{"name":"' + b"x" * 200000 + b'"}'),
                   ("nul", b'{"name":"a\\u0000b"}'),
                   ("bytes", bytes(range(256))),
                   ("number", b'{"name":1e999}')]
        office = self.office()
        before = self.count()
        asked = 0
        for method, path, _ in api_routes():
            if method != "POST" or path == "/api/v1/evidence":
                continue
            kind = ("application/jsonl"
                    if path in ("/api/v1/ledger", "/api/v1/people/import")
                    else "application/json")
            for name, body in bodies:
                answer = office.post(path.replace(":", "x"), body,
                                     {"Content-Type": kind})
                self.assertIn(answer.status, (400, 413), (path, name, answer))
                found = self.problem(answer, answer.status)
                self.assertNotRegex(found["detail"], r"[\x00-\x1f\x7f]")
                asked += 1
        self.assertGreater(asked, 500)
        self.assertEqual(self.count(), before)
        self.assertEqual(office.get("/api/v1/status").status, 200)

    def test_reports_that_nobody_signed(self):
        office = self.anybody()
        before = self.count()
        for headers in ({}, {"X-Evidence-Key": "0123456789abcdef"},
                        {"X-Evidence-Key": "0123456789abcdef",
                         "X-Evidence-Signature": "AAAA"},
                        {"X-Evidence-Key": "' OR 1=1",
                         "X-Evidence-Signature": "A" * 88}):
            answer = office.post("/api/v1/evidence", {"v": 1}, headers)
            self.problem(answer, 401)
        self.assertEqual(self.count(), before)


if __name__ == "__main__":
    unittest.main()
