"""May a program do at the office listener what its token says, in its own
organisation, at its own pace, once each time it is asked - and nothing else?"""

import csv
import json
import os
import pathlib
import sqlite3
import stat
import subprocess
import threading
import unittest

import harness
from office import Office, all_pages

SAMPLES = os.environ.get("WORKPHONE_SAMPLES")
NORTH, SOUTH = "nord", "syd"
PACK = str(harness.ROOT / "policies/packs/vastervik")
EVERYTHING = ",".join([
    "status:read", "devices:read", "devices:write", "devices:lost",
    "devices:wipe", "escrow:open", "commands:read",
    "commands:write", "links:read", "links:write", "stations:read",
    "stations:write", "bench:read", "bench:write", "rules:read",
    "policy:write", "verdicts:read", "evidence:read", "evidence:write",
    "evidence-keys:read", "evidence-keys:write", "tasks:read", "tasks:write",
    "statements:read", "statements:write", "orders:read", "orders:write",
    "orders:approve", "people:read", "people:write", "units:read",
    "units:write", "subscriptions:read", "subscriptions:write",
    "approvals:read", "approvals:write", "holds:read", "holds:write",
    "people:purge", "cases:read", "cases:write", "outbox:read", "outbox:write", "audit:read"])


def make_token(cli, name, scopes, *args, organisation=NORTH):
    return cli.json("token", "create", "--name", name, "--scope", scopes,
                    "--organisation", organisation, *args)


def routes():
    """(method, path, listeners, scopes) of every route of the server."""
    text = subprocess.run([harness.SERVER, "routes"], capture_output=True,
                          text=True, check=True).stdout
    for line in text.splitlines():
        method, path, listeners, scopes, _ = line.split("\t")
        yield method, path, listeners.split(","), scopes


def api_routes():
    return [(method, path, scopes) for method, path, listeners, scopes
            in routes() if "office" in listeners and path.startswith("/api/")]


class Two(harness.Case):
    """A server of two organisations, with all the pace it wants."""

    LIMITS = {"requests_per_token": 60000, "requests_per_address": 60000,
              "failures_per_address": 60000}
    CHANGES = {
        "organisation_name": None, "policy": None,
        "organisations": [
            {"id": NORTH, "name": "Nordköpings kommun", "policy": PACK},
            {"id": SOUTH, "name": "Sydstads kommun", "policy": PACK}],
        "limits": LIMITS,
    }

    @classmethod
    def setUpClass(cls):
        cls.offices = []
        super().setUpClass()

    @classmethod
    def tearDownClass(cls):
        for office in cls.offices:
            office.close()
        super().tearDownClass()

    def office(self, scopes=EVERYTHING, organisation=NORTH, *args):
        made = make_token(self.cli, "test", scopes, *args,
                          organisation=organisation)
        office = Office(self.server, made["token"])
        self.offices.append(office)
        return office

    def anybody(self, token=None):
        office = Office(self.server, token)
        self.offices.append(office)
        return office

    def problem(self, answer, status, code=None):
        self.assertEqual(answer.status, status, answer)
        self.assertEqual(answer.headers["Content-Type"],
                         "application/problem+json")
        found = answer.json()
        self.assertEqual(found["status"], status)
        self.assertTrue(found["detail"], found)
        self.assertEqual(found["request_id"], answer.headers["X-Request-Id"])
        if code:
            self.assertEqual(found["code"], code)
        return found


class Tokens(Two):
    def test_without_a_token_nothing_is_answered(self):
        """Every route of the table refuses before it looks at anything."""
        nobody = self.anybody()
        for method, path, _ in api_routes():
            path = path.replace(":", "x")
            for token in (None, "", "wp_", "wp_" + "A" * 43, "x" * 5000, "å"):
                headers = {}
                if token is not None:
                    headers["Authorization"] = ("Bearer " + token).encode(
                        "utf-8")
                answer = nobody.ask(method, path, headers=headers)
                self.assertEqual(answer.status, 401, (method, path, token))
                self.problem(answer, 401)
                if path != "/api/v1/evidence":
                    self.assertIn("Bearer",
                                  answer.headers["WWW-Authenticate"])

    def test_other_schemes_are_no_token(self):
        made = make_token(self.cli, "schemes", "status:read")["token"]
        for value in ("Basic " + made, made, "Bearer", "Bearer\t" + made,
                      "Bearer " + made + "x", "Bearer " + made[:-1],
                      "Bearer " + made.swapcase()):
            answer = self.anybody().get("/api/v1/status", Authorization=value)
            self.problem(answer, 401, "unauthorised")
        answer = self.anybody().get("/api/v1/status",
                                    Authorization="bearer  " + made)
        self.assertEqual(answer.status, 200, "the scheme has no case")

    def test_each_route_wants_its_scopes(self):
        """With every scope but those of the route it is 403, by name."""
        for method, path, scopes in api_routes():
            if path == "/api/v1/evidence" and method == "POST":
                continue  # the signature is who asks
            for scope in scopes.split():
                rest = ",".join(word for word in EVERYTHING.split(",")
                                if word != scope)
                office = self.office(rest)
                answer = office.ask(method, path.replace(":", "x"))
                found = self.problem(answer, 403, "denied")
                self.assertIn(scope, found["detail"])
                self.assertIn("insufficient_scope",
                              answer.headers["WWW-Authenticate"])

    def test_tokens_are_shown_once_and_kept_as_hashes(self):
        made = make_token(self.cli, "once", "status:read")
        self.assertRegex(made["token"], r"^wp_[A-Za-z0-9_-]{43}$")
        for row in self.cli.json("token", "list", "--organisation", NORTH):
            self.assertNotIn("token", row)
        kept = b"".join(path.read_bytes()
                        for path in self.server.data.iterdir()
                        if path.is_file())
        self.assertNotIn(made["token"].encode(), kept)
        self.assertNotIn(made["token"][3:].encode(), kept)
        self.anybody(made["token"]).get("/api/v1/status")
        self.assertNotIn(made["token"][3:], self.server.log())

    def test_a_revoked_token_is_dead_at_once(self):
        made = make_token(self.cli, "revoked", "status:read")
        office = self.anybody(made["token"])
        self.assertEqual(office.get("/api/v1/status").status, 200)
        self.cli.run("token", "revoke", made["id"], "--organisation", NORTH)
        found = self.problem(office.get("/api/v1/status"), 401)
        self.assertIn("revoked", found["detail"])
        again = self.cli.run("token", "revoke", made["id"],
                             "--organisation", NORTH, ok=False)
        self.assertEqual(again.returncode, 5)

    def test_last_used_is_written_later(self):
        made = make_token(self.cli, "used", "status:read")
        self.assertIsNone(made["last_used_at"])
        self.anybody(made["token"]).get("/api/v1/status")

        def last_used():
            rows = self.cli.json("token", "list", "--organisation", NORTH)
            return [row["last_used_at"] for row in rows
                    if row["id"] == made["id"]][0]
        harness.wait_for("last_used_at", last_used)

    def test_a_token_cannot_make_tokens(self):
        refused = self.cli.run(
            "token", "create", "--name", "x", "--scope", "tokens:write",
            "--organisation", NORTH, ok=False)
        self.assertEqual(refused.returncode, 8, refused.stderr)
        self.problem(self.office().post("/api/v1/tokens", {}), 404)

    def test_bad_tokens_are_not_made(self):
        for args in (("--scope", "devices"), ("--scope", "devices:read,x:y"),
                     ("--scope", "status:read", "--valid-for", "400d"),
                     ("--scope", "status:read", "--valid-for", "soon")):
            done = self.cli.run("token", "create", "--name", "bad", *args,
                                "--organisation", NORTH, ok=False)
            self.assertNotEqual(done.returncode, 0, args)
        names = [row["name"] for row in
                 self.cli.json("token", "list", "--organisation", NORTH)]
        self.assertNotIn("bad", names)


class Answers(Two):
    def test_headers_of_every_answer(self):
        office = self.office()
        for answer in (office.get("/api/v1/status"),
                       office.get("/api/v1/nothing"),
                       office.get("/"),
                       office.ask("DELETE", "/api/v1/status"),
                       self.anybody().get("/api/v1/status")):
            headers = answer.headers
            self.assertIn("max-age=", headers["Strict-Transport-Security"])
            self.assertEqual(headers["X-Content-Type-Options"], "nosniff")
            self.assertEqual(headers["Referrer-Policy"], "no-referrer")
            self.assertEqual(headers["Cache-Control"], "no-store")
            self.assertIn("default-src 'none'",
                          headers["Content-Security-Policy"])
            self.assertRegex(headers["X-Request-Id"], r"^[0-9a-f-]{36}$")

    def test_problems_of_http_itself(self):
        office = self.office()
        self.problem(office.get("/api/v1/nothing"), 404, "not_found")
        answer = office.ask("DELETE", "/api/v1/devices")
        self.problem(answer, 405, "method_not_allowed")
        self.assertEqual(answer.headers["Allow"], "GET, HEAD, POST")
        answer = office.post("/api/v1/stations", b"x" * (300 * 1024))
        self.problem(answer, 413, "limit")

    def test_a_request_is_found_in_the_log(self):
        answer = self.office("status:read").get("/api/v1/devices")
        identity = self.problem(answer, 403)["request_id"]
        lines = [json.loads(line) for line in self.server.log().splitlines()
                 if identity in line]
        self.assertEqual(len(lines), 1)
        self.assertEqual(lines[0]["event"], "office_request")
        self.assertEqual(lines[0]["status"], "403")
        self.assertEqual(lines[0]["user"], "token:test")

    def test_media_types(self):
        office = self.office()
        for accept in ("text/html", "application/xml, text/*;q=0.5",
                       "application/json;q=0", "*/*;q=0.0"):
            self.problem(office.get("/api/v1/status", Accept=accept), 406,
                         "not_acceptable")
        for accept in ("*/*", "application/*", "application/json;q=0.1",
                       "text/html, */*;q=0.1", ""):
            self.assertEqual(
                office.get("/api/v1/status", Accept=accept).status, 200)
        for kind in ("text/plain", "application/x-www-form-urlencoded",
                     "application/jsonx", ""):
            answer = office.post("/api/v1/stations", {"name": "x"},
                                 {"Content-Type": kind})
            self.problem(answer, 415, "media_type")
        self.problem(office.post("/api/v1/ledger", {"unit": {"name": "x"}}),
                     415, "media_type")

    def test_unknown_words_are_refused_by_name(self):
        office = self.office()
        for path in ("/api/v1/devices?x=1", "/api/v1/tasks?Open=1",
                     "/api/v1/devices?organisation=" + SOUTH):
            found = self.problem(office.get(path), 400, "invalid")
            self.assertIn("unknown query parameter", found["detail"])
        found = self.problem(
            office.post("/api/v1/stations", {"name": "x", "nmae": 1}), 400)
        self.assertIn("nmae", found["detail"])

    def test_head_is_get_without_a_body(self):
        office = self.office()
        answer = office.ask("HEAD", "/api/v1/rules/VST-33")
        self.assertEqual((answer.status, answer.text), (200, b""))
        self.assertTrue(answer.headers["ETag"])


class Pages(Two):
    def test_pages_make_up_the_whole_list(self):
        office = self.office()
        for number in range(23):
            answer = office.post("/api/v1/stations",
                                 {"name": f"Bänk {number:02}"})
            self.assertEqual(answer.status, 201, answer)
        for path in ("/api/v1/stations", "/api/v1/rules"):
            whole, pages = all_pages(office, path, 1000)
            self.assertEqual(pages, 1)
            for limit in (1, 7, 23):
                parts, pages = all_pages(office, path, limit)
                self.assertEqual(parts, whole)
                self.assertEqual(pages, -(-len(whole) // limit))

    def test_rows_that_come_meanwhile_repeat_nothing(self):
        office = self.office(EVERYTHING, SOUTH)
        for number in range(6):
            office.post("/api/v1/stations", {"name": f"A{number}"})
        first = office.get("/api/v1/stations?limit=3").json()
        office.post("/api/v1/stations", {"name": "newer"})
        second = office.get("/api/v1/stations?limit=100&cursor="
                            + first["next"]).json()
        names = [row["name"] for row in first["items"] + second["items"]]
        self.assertEqual(names, ["A5", "A4", "A3", "A2", "A1", "A0"])

    def test_cursors_of_others_are_refused(self):
        office = self.office()
        stolen = office.get("/api/v1/rules?limit=1").json()["next"]
        for cursor in (stolen, "x", "AAAA", "A" * 641, stolen[:-2],
                       "b2ZmaWNlX3N0YXRpb25zCgA"):
            answer = office.get("/api/v1/stations?cursor=" + cursor)
            self.assertIn(answer.status, (400, 413), cursor)
        self.problem(office.get("/api/v1/judgements?cursor="
                                "b2ZmaWNlX2p1ZGdlbWVudHMKOTk"), 400)
        for limit in ("0", "1001", "-1", "x", "1e3"):
            self.problem(office.get("/api/v1/stations?limit=" + limit), 400)


class Conditions(Two):
    def key(self, office):
        pair = subprocess.run(["openssl", "genpkey", "-algorithm", "ed25519"],
                              capture_output=True, check=True).stdout
        public = subprocess.run(["openssl", "pkey", "-pubout"], input=pair,
                                capture_output=True, check=True).stdout
        answer = office.post("/api/v1/evidence-keys", {
            "name": "växel", "public_key": public.decode(),
            "facts": ["voicemail.greeting"]})
        self.assertEqual(answer.status, 201, answer)
        return answer.json()["id"]

    def test_what_has_not_changed_is_not_sent_again(self):
        office = self.office()
        first = office.get("/api/v1/rules/VST-33")
        tag = first.headers["ETag"]
        self.assertRegex(tag, r'^"[0-9a-f]{32}"$')
        for value in (tag, "W/" + tag, '"x", ' + tag, "*"):
            answer = office.ask("GET", "/api/v1/rules/VST-33",
                                headers={"If-None-Match": value})
            self.assertEqual((answer.status, answer.text), (304, b""))
            self.assertEqual(answer.headers["ETag"], tag)
        for value in ('"x"', tag[:-2] + '"', tag.strip('"')):
            answer = office.ask("GET", "/api/v1/rules/VST-33",
                                headers={"If-None-Match": value})
            self.assertEqual(answer.status, 200)

    def test_a_change_over_a_change_is_refused(self):
        office = self.office()
        path = "/api/v1/evidence-keys/" + self.key(office)
        tag = office.get(path).headers["ETag"]
        answer = office.post(path + "/revoke", None, {"If-Match": '"x"'})
        self.problem(answer, 412, "changed_meanwhile")
        self.assertEqual(office.get(path).json()["state"], "active")
        # W/ is not good enough for a change (RFC 9110 section 13.1.1).
        answer = office.post(path + "/revoke", None, {"If-Match": "W/" + tag})
        self.problem(answer, 412)
        answer = office.post(path + "/revoke", None, {"If-Match": tag})
        self.assertEqual(answer.status, 200, answer)
        answer = office.post(path + "/revoke", None, {"If-Match": tag})
        self.problem(answer, 412)
        self.problem(office.post("/api/v1/evidence-keys/none/revoke", None,
                                 {"If-Match": tag}), 404)

    def test_if_match_is_never_ignored(self):
        answer = self.office().post("/api/v1/stations", {"name": "x"},
                                    {"If-Match": '"x"'})
        self.problem(answer, 400)

    def test_one_of_many_wins(self):
        office = self.office()
        path = "/api/v1/evidence-keys/" + self.key(office)
        tag = office.get(path).headers["ETag"]
        found = []

        def revoke():
            line = Office(self.server, office.token)
            found.append(line.post(path + "/revoke", None,
                                   {"If-Match": tag}).status)
            line.close()
        threads = [threading.Thread(target=revoke) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(sorted(found), [200] + [412] * 5)


class Repeats(Two):
    def units(self, office):
        return all_pages(office, "/api/v1/units", 100)[0]

    def test_the_same_call_is_done_once_and_answered_the_same(self):
        office = self.office()
        headers = {"Idempotency-Key": "unit-1"}
        body = {"name": "Hemtjänst Norr"}
        first = office.post("/api/v1/units", body, headers)
        self.assertEqual(first.status, 200, first)
        self.assertIsNone(first.headers["Idempotent-Replayed"])
        again = office.post("/api/v1/units", body, headers)
        self.assertEqual((again.status, again.text), (200, first.text))
        self.assertEqual(again.headers["Idempotent-Replayed"], "true")
        self.assertEqual(first.json()["items"][0]["effect"], "added")
        names = [row["name"] for row in self.units(office)]
        self.assertEqual(names.count("Hemtjänst Norr"), 1)
        # Without the key it is done anew, and says so.
        third = office.post("/api/v1/units", body)
        self.assertEqual(third.json()["items"][0]["effect"], "unchanged")

    def test_another_request_with_the_key_is_refused(self):
        office = self.office()
        headers = {"Idempotency-Key": "unit-2"}
        office.post("/api/v1/units", {"name": "Skola Syd"}, headers)
        for path, body in (("/api/v1/units", {"name": "Skola Nord"}),
                           ("/api/v1/people", {"name": "Skola Syd"})):
            self.problem(office.post(path, body, headers), 422)
        names = [row["name"] for row in self.units(office)]
        self.assertNotIn("Skola Nord", names)

    def test_what_was_refused_may_be_tried_again(self):
        office = self.office()
        headers = {"Idempotency-Key": "unit-3"}
        self.problem(office.post("/api/v1/units", {"nam": "x"}, headers), 400)
        answer = office.post("/api/v1/units", {"name": "Rätt"}, headers)
        self.assertEqual(answer.status, 200, answer)

    def test_keys_of_two_callers_do_not_meet(self):
        north, south = self.office(), self.office(EVERYTHING, SOUTH)
        for office in (north, south, self.office()):
            answer = office.post("/api/v1/units", {"name": "Delad"},
                                 {"Idempotency-Key": "shared"})
            self.assertIsNone(answer.headers["Idempotent-Replayed"])

    def test_secrets_are_not_kept_for_a_repeat(self):
        office = self.office()
        headers = {"Idempotency-Key": "station-1"}
        first = office.post("/api/v1/stations", {"name": "Hemlig"}, headers)
        code = first.json()["code"]
        found = self.problem(
            office.post("/api/v1/stations", {"name": "Hemlig"}, headers), 409)
        self.assertNotIn(code, json.dumps(found))
        names = [row["name"] for row
                 in all_pages(office, "/api/v1/stations", 100)[0]]
        self.assertEqual(names.count("Hemlig"), 1)
        kept = b"".join(path.read_bytes()
                        for path in self.server.data.iterdir()
                        if path.is_file())
        self.assertNotIn(code.encode(), kept)

    def test_bad_keys(self):
        office = self.office()
        for key in ("", "a b", "x" * 129, "a\tb"):
            self.problem(office.post("/api/v1/units", {"name": "x"},
                                     {"Idempotency-Key": key}), 400)
        self.problem(office.ask("GET", "/api/v1/units",
                                headers={"Idempotency-Key": "x"}), 400)

    def test_many_at_once_do_it_once(self):
        office = self.office()
        found = []

        def put():
            line = Office(self.server, office.token)
            found.append(line.post("/api/v1/units", {"name": "Samtidig"},
                                   {"Idempotency-Key": "race"}))
            line.close()
        threads = [threading.Thread(target=put) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        done = [answer for answer in found if answer.status == 200]
        self.assertTrue(done)
        self.assertEqual({answer.text for answer in done}, {done[0].text})
        self.assertEqual({answer.status for answer in found} - {200, 409},
                         set())
        self.assertEqual(
            len([1 for answer in done
                 if answer.headers["Idempotent-Replayed"] is None]), 1)


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
        key = Conditions.key(self, north)
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
        """How many rows there are, in all tables but those of repeats."""
        base = sqlite3.connect(
            f"file:{self.server.data}/workphone.db?mode=ro", uri=True)
        names = [row[0] for row in base.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table'")]
        found = {name: base.execute(
            f"SELECT count(*) FROM \"{name}\"").fetchone()[0]
            for name in names if name not in ("api_tokens", "judgements")}
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
            kind = ("application/jsonl" if path == "/api/v1/ledger"
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


class Pace(harness.Case):
    CHANGES = {"limits": {"requests_per_token": 30,
                          "requests_per_address": 100,
                          "failures_per_address": 4}}

    def test_the_pace_is_kept(self):
        def token(name):
            return self.cli.json("token", "create", "--name", name,
                                 "--scope", "status:read")["token"]
        one, two = Office(self.server, token("a")), Office(
            self.server, token("b"))
        self.assertEqual(two.get("/api/v1/status").status, 200)
        found = [one.get("/api/v1/status") for _ in range(40)]
        slow = [answer for answer in found if answer.status == 429]
        self.assertTrue(slow)
        self.assertGreaterEqual(len(found) - len(slow), 30)
        self.assertEqual(slow[0].json()["code"], "too_many")
        self.assertGreater(int(slow[0].headers["Retry-After"]), 0)
        self.assertEqual(two.get("/api/v1/status").status, 200,
                         "one token does not slow another down")

        self.server.move_clock(61)  # whatever failed before is forgotten
        self.assertEqual(two.get("/api/v1/status").status, 200)
        # Who fails too often is refused before the token is looked at ...
        guess = Office(self.server, "wp_" + "A" * 43)
        found = [guess.get("/api/v1/status").status for _ in range(6)]
        self.assertEqual(found[:4], [401] * 4)
        self.assertEqual(found[-1], 429)
        fresh = Office(self.server, token("c"))
        self.assertEqual(fresh.get("/api/v1/status").status, 429)
        # ... but who was let in before goes on, and so it is a minute later.
        self.assertEqual(two.get("/api/v1/status").status, 200)
        self.server.move_clock(61)
        self.assertEqual(fresh.get("/api/v1/status").status, 200)

        # The address as a whole has a pace of its own.
        found = [two.get("/api/v1/status").status for _ in range(30)]
        found += [fresh.get("/api/v1/status").status for _ in range(30)]
        nobody = Office(self.server)
        found += [nobody.get("/api/v1/status").status for _ in range(60)]
        self.assertIn(429, found[60:])
        self.assertIn(401, found[60:])
        for office in (one, two, guess, fresh, nobody):
            office.close()

    def test_a_token_ends(self):
        made = self.cli.json("token", "create", "--name", "short", "--scope",
                             "status:read", "--valid-for", "1h")
        office = Office(self.server, made["token"])
        self.server.move_clock(120)
        self.assertEqual(office.get("/api/v1/status").status, 200)
        self.server.move_clock(3600)
        answer = office.get("/api/v1/status")
        self.assertEqual(answer.status, 401)
        self.assertIn("expired", answer.json()["detail"])
        office.close()


class Contexts(Two):
    """The command line over the office, by a context and a token."""

    def setUp(self):
        self.home = pathlib.Path(self.folder) / self._testMethodName
        self.home.mkdir(mode=0o700)
        self.environment = {
            key: value for key, value in os.environ.items()
            if not key.startswith("WORKPHONE_")}
        self.environment["HOME"] = str(self.home)
        self.environment.pop("XDG_CONFIG_HOME", None)

    def run_cli(self, *args, **more):
        done = subprocess.run(
            [harness.CLI, *args], capture_output=True, text=True,
            env={**self.environment, **more}, timeout=harness.PATIENCE)
        self.assertNotIn("Sanitizer", done.stderr)
        return done

    def token_file(self, scopes=EVERYTHING):
        path = self.home / "token"
        path.write_text(make_token(self.cli, "cli", scopes)["token"] + "\n")
        path.chmod(0o600)
        return path

    def add(self, *args):
        return self.run_cli("context", "add", "work", "--url",
                            self.server.office_url, "--ca-file",
                            str(self.server.ca), "--token-file",
                            str(self.token_file()), *args)

    def test_a_context_is_used(self):
        done = self.add()
        self.assertEqual(done.returncode, 0, done.stderr)
        done = self.run_cli("status")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("Nordköpings kommun", done.stdout)
        rules = json.loads(self.run_cli("rules", "--json").stdout)
        self.assertGreater(len(rules), 30)
        done = self.run_cli("rules", "VST-33", "--language", "sv")
        self.assertIn("VST-33", done.stdout)
        listed = json.loads(self.run_cli("context", "list", "--json").stdout)
        self.assertEqual([(row["name"], row["is_current"])
                          for row in listed], [("work", True)])
        file = self.home / ".config/workphone/contexts.json"
        self.assertEqual(stat.S_IMODE(file.stat().st_mode), 0o600)
        token = (self.home / "token").read_text().strip()
        self.assertNotIn(token, file.read_text())
        self.assertEqual(self.run_cli("context", "use", "local").returncode, 0)
        done = self.run_cli("status", WORKPHONE_SOCKET=str(self.server.admin))
        self.assertIn("organisation", done.stderr)
        self.assertEqual(self.run_cli("context", "remove", "work").returncode,
                         0)
        self.assertEqual(self.run_cli("context", "use", "work").returncode, 3)

    def test_every_list_answers(self):
        self.add()
        for words in (["devices"], ["commands"], ["links"], ["stations"],
                      ["bench"], ["orders"], ["rules"], ["verdicts"],
                      ["tasks"], ["statements"], ["coverage"], ["people"],
                      ["units"], ["subscriptions"], ["equipment", "list"],
                      ["evidence-key", "list"]):
            done = self.run_cli(*words)
            self.assertEqual(done.returncode, 0, (words, done.stderr))
            self.assertTrue(done.stdout.strip())
            done = self.run_cli(*words, "--json")
            self.assertIsInstance(json.loads(done.stdout), list)

    def test_what_is_wrong_is_said(self):
        self.assertEqual(self.add().returncode, 0)
        token = self.home / "token"
        token.chmod(0o644)
        done = self.run_cli("status")
        self.assertEqual(done.returncode, 1)
        self.assertIn("chmod 600", done.stderr)
        token.chmod(0o600)
        token.write_text("wp_" + "A" * 43)
        done = self.run_cli("status")
        self.assertEqual(done.returncode, 8)
        self.assertIn("not valid", done.stderr)
        other = self.home / "other"
        other.write_text(make_token(self.cli, "few", "rules:read")["token"])
        other.chmod(0o600)
        done = self.run_cli("devices", WORKPHONE_TOKEN_FILE=str(other))
        self.assertEqual(done.returncode, 8)
        self.assertIn("devices:read", done.stderr)
        done = self.run_cli("rules", WORKPHONE_TOKEN_FILE=str(other))
        self.assertEqual(done.returncode, 0, done.stderr)
        done = self.run_cli("units", "--organisation", SOUTH)
        self.assertIn("token is of one organisation", done.stderr)
        done = self.run_cli(
            "status", WORKPHONE_URL=self.server.office_url,
            WORKPHONE_CONTEXT="", WORKPHONE_TOKEN_FILE=str(other))
        self.assertEqual(done.returncode, 4)
        self.assertIn("not trusted", done.stderr)
        for url in ("http://127.0.0.1:1", "https://a@b", "https://h/path",
                    "https://", "ftp://x"):
            done = self.run_cli("context", "add", "bad", "--url", url,
                                "--token-file", str(other))
            self.assertEqual(done.returncode, 2, url)
        done = self.run_cli("context", "add", "local", "--url",
                            "https://h:1", "--token-file", str(other))
        self.assertEqual(done.returncode, 2)


if __name__ == "__main__":
    unittest.main()
