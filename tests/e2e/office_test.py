"""May a program do at the office listener what its token says, at its own pace,
and is it answered as the interface says - and nothing else?"""

import json
import unittest

import harness
from office import Office, all_pages
from office_world import (
    EVERYTHING, NORTH, SOUTH, Two, api_routes, make_token)


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

    def test_a_persons_token_ends_with_the_employment(self):
        it = self.office()
        mail = "chef@nord.example"

        def employed(until):
            answer = it.post("/api/v1/employments", {
                "person": mail, "unit": "Hamnen", "from": "2026-01-01",
                "to": until})
            self.assertEqual(answer.status, 200, answer)

        def state():
            return [row["state"] for row in
                    self.cli.json("token", "list", "--organisation", NORTH)
                    if row["id"] == made["id"]][0]
        it.post("/api/v1/people", {"name": "Nora Nordchef", "mail": mail})
        it.post("/api/v1/units", {"name": "Hamnen", "manager": mail})
        made = make_token(self.cli, "nora", "status:read", "--person", mail)
        nora = self.anybody(made["token"])
        self.assertEqual(nora.get("/api/v1/status").status, 200,
                         "no employment is known of a consultant")
        employed("2099-01-01")
        self.assertEqual(nora.get("/api/v1/status").status, 200)
        employed("2026-02-01")
        found = self.problem(nora.get("/api/v1/status"), 401)
        self.assertIn("employment", found["detail"])
        self.assertEqual(state(), "left")
        refused = self.cli.run(
            "token", "create", "--name", "again", "--scope", "status:read",
            "--person", mail, "--organisation", NORTH, ok=False)
        self.assertEqual(refused.returncode, 5, refused)
        self.assertIn("Nora Nordchef has ended", refused.stderr)
        employed("")  # the day was wrong
        self.assertEqual(nora.get("/api/v1/status").status, 200)
        self.assertEqual(state(), "active")

    def test_units_name_who_manages_them(self):
        it = self.office()
        it.post("/api/v1/people", {"name": "Siri Skolchef",
                                   "mail": "siri@nord.example"})
        it.post("/api/v1/units", {"name": "Skolan"})
        it.post("/api/v1/units", {"name": "Köket", "parent": "Skolan",
                                  "manager": "siri@nord.example"})
        listed = self.cli.run("units", "--organisation", NORTH).stdout
        row = [line for line in listed.splitlines() if "Köket" in line][0]
        self.assertIn("Skolan", row)
        self.assertIn("Siri Skolchef", row)

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


if __name__ == "__main__":
    unittest.main()
