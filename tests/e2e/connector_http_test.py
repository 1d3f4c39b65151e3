"""Question: do the shipped maps read APIs as their public definitions write
them, take only what they are for, and stand what an API can do wrong?

Loopback HTTPS servers follow CAMARA Call Forwarding Signal and Device
Identifier (their error bodies included), Telavox and Webex Calling. No operator
was asked: numbers, tokens and people are made up.
"""

import base64
import json
import os
import pathlib
import time
import unittest
import urllib.parse

from connector_kit import MAPS, ConnectorCase, Https, json_answer

A, B, C, D = (f"+4670123456{i}" for i in range(1, 5))
IMEI = "490154203237518"


def problem(status, code):
    """CAMARA's ErrorInfo."""
    return json_answer({"status": status, "code": code, "message": "text"},
                       status)


class HttpCase(ConnectorCase):
    def serve(self, answer):
        api = Https(self.crt, self.tls_key, answer)
        self.addCleanup(api.close)
        return api

    def section(self, api, map_file, subjects=None, **keys):
        lines = {"map": str(map_file), "base_url": api.url + "/base",
                 "ca_file": str(self.ca), "auth": "bearer",
                 "token_file": str(self.write("token", "s3cret-token\n")),
                 **keys}
        if subjects:
            lines["subjects_file"] = str(self.write("subjects.csv", subjects))
        return "http_json:\n" + "".join(
            f"  {k}: {json.dumps(v)}\n" for k, v in lines.items() if v)

    def ask(self, api, map_file, subjects=None, *, expect=0, head="", changes=None,
            **keys):
        config = self.config(
            head + self.section(api, map_file, subjects, **keys),
            **(changes or {}))
        return self.run_json("http-json", config, expect=expect)

    def map(self, facts, **keys):
        request = {"name": "probe", "path": "/probe/{tel}", "each": "subject",
                   **keys}
        lines = "".join(f"    {k}: {json.dumps(v)}\n"
                        for k, v in request.items())
        return self.write("map.yaml", "name: probe\nrequests:\n  -" +
                          lines[3:] + "    facts:\n" + facts)


class Camara(HttpCase):
    MAP = MAPS / "camara-call-forwarding-signal.yaml"

    def test_call_forwarding_signal(self):
        states = {
            A: ({"active": True},
                ["unconditional", "conditional_busy", "conditional_no_answer"]),
            B: ({"active": False}, ["inactive"]),
            C: (404, 404),
            D: (422, 422),
        }

        def answer(method, path, headers, body):
            if headers["Authorization"] != "Bearer s3cret-token":
                return problem(401, "UNAUTHENTICATED")
            number = json.loads(body)["phoneNumber"]
            which = ["/base/unconditional-call-forwardings",
                     "/base/call-forwardings"].index(path)
            state = states[number][which]
            if state == 404:
                return problem(404, "CALL_FORWARDING.UNKNOWN_PHONE_NUMBER")
            if state == 422:
                return problem(422, "SERVICE_NOT_APPLICABLE")
            return json_answer(state)
        api = self.serve(answer)
        out = self.ask(api, self.MAP, f"tel\n{A}\n070-123 45 62\n{C}\n{D}\n",
                       expect=3)
        self.assertEqual(self.facts(), {
            ("tel:" + A, "call.forward.unconditional"): {"state": "active"},
            ("tel:" + A, "call.forward.conditional"):
                {"state": "active", "when": ["busy", "no_answer"]},
            ("tel:" + B, "call.forward.unconditional"): {"state": "inactive"},
            ("tel:" + B, "call.forward.conditional"): {"state": "inactive"}})
        self.assertEqual(
            sorted((row["line"], row["reason"][-5:]) for row in out["skipped"]),
            [(4, "(404)"), (4, "(404)"), (5, "(422)"), (5, "(422)")])
        for method, _, headers, body in api.requests:
            self.assertEqual((method, headers["Content-Type"]),
                             ("POST", "application/json"))

    def test_what_an_operator_leaves_out(self):
        def answer(method, path, headers, body):
            if path.endswith("/call-forwardings"):
                return problem(501, "NOT_IMPLEMENTED")
            return json_answer({"active": False})
        api = self.serve(answer)
        out = self.ask(api, self.MAP, f"tel\n{A}\n{B}\n", expect=3)
        self.assertEqual(len(self.facts()), 2)
        # Asked once, not once a person.
        self.assertEqual(len(api.requests), 3)
        self.assertIn("does not offer this (501)", out["skipped"][0]["reason"])

    def test_match_identifier(self):
        def answer(method, path, headers, body):
            asked = json.loads(body)
            self.assertEqual(path, "/base/match-identifier")
            self.assertEqual(
                sorted(asked),
                ["device", "providedIdentifier", "providedIdentifierType"])
            self.assertEqual(asked["providedIdentifierType"], "IMEI")
            number = asked["device"]["phoneNumber"]
            if number == C:
                return problem(404, "IDENTIFIER_NOT_FOUND")
            return json_answer({
                "match": asked["providedIdentifier"] == IMEI,
                "lastChecked": "2026-11-20T10:41:38.657Z"})
        api = self.serve(answer)
        out = self.ask(
            api, MAPS / "camara-device-identifier-match.yaml",
            f"tel;imei\n{A};{IMEI}\n{B};35-693803-564380-9\n{C};{IMEI}\n{D};\n",
            expect=3)
        self.assertEqual(self.facts(), {
            ("tel:" + A, "sim.device"): {
                "state": "match", "imei": IMEI,
                "last_checked": "2026-11-20T10:41:38.657Z"},
            ("tel:" + B, "sim.device"): {
                "state": "nomatch", "imei": "356938035643809",
                "last_checked": "2026-11-20T10:41:38.657Z"}})
        reasons = {row["line"]: row["reason"] for row in out["skipped"]}
        self.assertIn("(404)", reasons[4])
        self.assertIn("{imei} is not known", reasons[5])


class Exchanges(HttpCase):
    def test_telavox(self):
        people = [
            {"extension": "0490123401", "mobile": "0701234561", "name": "A",
             "email": "a@example.org", "profile": {
                 "available": False, "name": "Sjuk", "message": "influensa",
                 "until": "2026-12-24 16:00"}},
            {"extension": "0490123402", "mobile": "", "name": "B",
             "profile": {"available": True, "name": "Tillgänglig",
                         "until": None, "message": ""}},
            {"extension": "207", "mobile": None, "name": "C",
             "profile": {"available": True}},
            {"extension": "0490123404", "mobile": "0701234564", "name": "D",
             "calls": [{"callerid": "0709999999"}], "profile": {}},
        ]

        def answer(method, path, headers, body):
            self.assertEqual((method, path), ("GET", "/base/extensions"))
            return json_answer(people)
        out = self.ask(self.serve(answer), MAPS / "telavox-extensions.yaml",
                       expect=3)
        self.assertEqual(self.facts(), {
            ("tel:" + A, "call.referral"):
                {"state": "set", "until": "2026-12-24T16:00:00Z"},
            ("tel:+46490123402", "call.referral"): {"state": "none"}})
        self.assertEqual([row["line"] for row in out["skipped"]], [3, 4])
        # A reason for absence leaves no trace (C3).
        said = json.dumps(out).encode() + b"".join(self.receiver.bodies)
        for foreign in (b"Sjuk", b"influensa", b"0709999999", b"example.org"):
            self.assertNotIn(foreign, said)

    def test_webex(self):
        people = {
            "id-a/å": (A, {"enabled": True, "sendUnansweredCalls": {
                "enabled": True, "greeting": "CUSTOM",
                "greetingUploaded": True}},
                {"always": {"enabled": True, "destination": "+46490000000",
                            "destinationVoicemailEnabled": False},
                 "busy": {"enabled": False}, "noAnswer": {"enabled": False}}),
            "id-b": (B, {"enabled": True, "sendUnansweredCalls": {
                "enabled": True, "greeting": "DEFAULT",
                "greetingUploaded": True}},
                {"always": {"enabled": False},
                 "busy": {"enabled": True},
                 "noAnswer": {"enabled": True, "destination": B}}),
            "id-c": (C, {"enabled": False},
                     {"always": {"enabled": True,
                                 "destinationVoicemailEnabled": True},
                      "busy": {"enabled": False},
                      "noAnswer": {"enabled": False}}),
            "id-d": (D, None, None),
        }

        def answer(method, path, headers, body):
            parts = urllib.parse.urlsplit(path)
            if parts.path == "/base/people":
                page = int(dict(urllib.parse.parse_qsl(
                    parts.query)).get("cursor", 0))
                ids = list(people)[page:page + 2]
                extra = {} if page else {
                    "Link": f'<{self.api.url}/base/people?cursor=2>; '
                            'rel="next"'}
                return json_answer({"items": [
                    {"id": i, "displayName": "x", "phoneNumbers": [
                        {"type": "work", "value": people[i][0]}]}
                    for i in ids]}, **extra)
            person, _, feature = map(urllib.parse.unquote,
                                     parts.path.split("/")[3:])
            value = people[person][1 if feature == "voicemail" else 2]
            if value is None:
                return json_answer({"message": "not a calling user"}, 404)
            return json_answer(
                value if feature == "voicemail" else {"callForwarding": value})
        self.api = self.serve(answer)
        self.ask(self.api, MAPS / "webex-calling.yaml", expect=3,
                 head='targets:\n  - {number: "+46490000000", '
                      'says: switchboard}\n')
        greeting, always, other = ("voicemail.greeting",
                                   "call.forward.unconditional",
                                   "call.forward.conditional")
        self.assertEqual(self.facts(), {
            ("tel:" + A, greeting): "personal",
            ("tel:" + B, greeting): "default",
            ("tel:" + C, greeting): "off",
            ("tel:" + A, always):
                {"state": "active", "target_class": "switchboard"},
            ("tel:" + B, always): {"state": "inactive"},
            ("tel:" + C, always):
                {"state": "active", "target_class": "voicemail"},
            ("tel:" + A, other): {"state": "inactive"},
            ("tel:" + B, other): {"state": "active",
                                  "when": ["busy", "no_answer"],
                                  "target_class": "other"},
            ("tel:" + C, other): {"state": "inactive"}})
        for body in self.receiver.bodies:
            self.assertNotIn(b"+46490000000", body)


class Credentials(HttpCase):
    FACTS = ("      - fact: call.forward.unconditional\n        from: /active\n"
             "        values: [{is: \"true\", says: active}, "
             "{is: \"false\", says: inactive}]\n")

    def test_client_credentials(self):
        tokens = []

        def answer(method, path, headers, body):
            if path == "/token":
                user = base64.b64decode(
                    headers["Authorization"].split()[1]).decode()
                self.assertEqual(user, "our%20id:s%3Acret%2F")
                self.assertEqual(dict(urllib.parse.parse_qsl(body.decode())), {
                    "grant_type": "client_credentials", "scope": "a:read b"})
                tokens.append(f"token-{len(tokens)}")
                return json_answer({"access_token": tokens[-1],
                                    "token_type": "Bearer",
                                    "expires_in": 3600})
            if headers["Authorization"] == "Bearer token-0" and \
                    path.endswith(urllib.parse.quote(B, safe="")):
                return problem(401, "UNAUTHENTICATED")  # ended early
            self.assertIn(headers["Authorization"].split()[1], tokens)
            return json_answer({"active": True})
        api = self.serve(answer)
        secret = self.write("client", "s:cret/\n")
        oauth = {"auth": "oauth2", "token_url": api.url + "/token",
                 "client_id": "our id", "client_secret_file": str(secret),
                 "scope": "a:read b", "token_file": None}
        out = self.ask(api, self.map(self.FACTS), f"tel\n{A}\n{B}\n{C}\n",
                       **oauth)
        self.assertEqual((out["facts"], len(tokens)), (3, 2))

    def test_refused(self):
        for status in (400, 401):
            api = self.serve(lambda *_, s=status: json_answer(
                {"error": "invalid_client"}, s))
            with self.subTest(status):
                out = self.ask(
                    api, self.map(self.FACTS), f"tel\n{A}\n", expect=4,
                    auth="oauth2", token_url=api.url + "/token", client_id="x",
                    client_secret_file=str(self.write("client", "y")),
                    token_file=None)
                self.assertIn("refuses our client", out["error"])
        api = self.serve(lambda *_: problem(403, "PERMISSION_DENIED"))
        out = self.ask(api, self.map(self.FACTS), f"tel\n{A}\n{B}\n", expect=4)
        self.assertIn("refuses our credentials (403)", out["error"])
        self.assertEqual(len(api.requests), 1)

    def test_a_token_that_would_be_a_header(self):
        api = self.serve(lambda *_: json_answer(
            {"access_token": "a\r\nX-Evil: 1", "expires_in": 60}))
        out = self.ask(api, self.map(self.FACTS), f"tel\n{A}\n", expect=4,
                       auth="oauth2", token_url=api.url + "/token",
                       client_id="x", token_file=None,
                       client_secret_file=str(self.write("client", "y")))
        self.assertIn("gives no token", out["error"])


class Hostile(HttpCase):
    FACTS = Credentials.FACTS

    def probe(self, answer, expect=3, seconds=20, **keys):
        api = self.serve(answer)
        started = time.monotonic()
        out = self.ask(api, self.map(self.FACTS), f"tel\n{A}\n{B}\n",
                       expect=expect, changes={"timeout": "2s"}, **keys)
        self.assertLess(time.monotonic() - started, seconds)
        return out

    def raw(self, body, status=200, **headers):
        return lambda *_: (status, headers, body)

    def test_answers_that_are_none(self):
        cases = {
            "not JSON": b"<html>",
            "cut": b'{"active":tr',
            "twice": b'{"active":true,"active":false}',
            "bad UTF-8": b'{"active":"\xff"}',
            "NUL": b'{"active":"\\u0000"}',
            "behind": b'{"active":true} x',
            "deep": b"[" * 100000,
            "long": b'{"x":"' + b"x" * 5_000_000 + b'"}',
            "many": b"[" + b"1," * 600_000 + b"1]",
            "empty": b"",
            "missing": b"{}",
            "no word": b'{"active":"maybe"}',
            "an object": b'{"active":{}}',
            "a real": b'{"active":1.5}',
        }
        for name, body in cases.items():
            with self.subTest(name):
                out = self.probe(self.raw(body))
                self.assertEqual((out["facts"], len(out["skipped"])), (0, 2))

    def test_redirects_are_refused(self):
        other = self.serve(lambda *_: json_answer({"active": True}))
        out = self.probe(self.raw(b"", 302, Location=other.url))
        self.assertIn("redirects are refused", out["skipped"][0]["reason"])
        self.assertEqual(other.requests, [])

    def test_the_next_page_of_another(self):
        other = self.serve(lambda *_: json_answer([]))
        map_file = self.map(
            self.FACTS, path="/list", each="list", items="", paging="link")
        text = map_file.read_text().replace(
            "    facts:", "    subject: {kind: tel, from: /n}\n    facts:")
        map_file.write_text(text)
        for url in (other.url + "/x", "https://127.0.0.1:1/x", "file:///etc"):
            api = self.serve(lambda *_, u=url: json_answer(
                [{"n": A, "active": True}], Link=f'<{u}>; rel="next"'))
            out = self.ask(api, map_file, expect=4)
            self.assertIn("another address", out["error"])
        self.assertEqual(other.requests, [])
        # What the first page said is sent all the same.
        self.assertEqual(len(self.receiver.items()), 3)

    def test_pages_by_offset(self):
        people = [{"n": f"+467012345{i:02d}", "active": i % 2 == 0}
                  for i in range(25)]

        def answer(method, path, headers, body):
            query = dict(urllib.parse.parse_qsl(
                urllib.parse.urlsplit(path).query))
            start, limit = int(query["start"]), int(query["max"])
            return json_answer({"all": people[start:start + limit]})
        map_file = self.map(self.FACTS, path="/list", each="list",
                            items="/all", paging="offset", limit=10)
        map_file.write_text(map_file.read_text().replace(
            "    facts:", "    subject: {kind: tel, from: /n}\n    facts:"))
        api = self.serve(answer)
        out = self.ask(api, map_file)
        self.assertEqual((out["facts"], len(api.requests)), (25, 3))

    def test_busy_then_not(self):
        plan = [429, 503]

        def answer(*_):
            if plan:
                return json_answer({}, plan.pop(), **{"Retry-After": "1"})
            return json_answer({"active": True})
        self.assertEqual(self.probe(answer, expect=0)["facts"], 2)

    def test_silence(self):
        def answer(*_):
            time.sleep(4)
            return json_answer({})
        out = self.probe(answer)
        self.assertIn("in time", out["skipped"][0]["reason"])

    def test_not_trusted(self):
        out = self.probe(lambda *_: json_answer({"active": True}), expect=4,
                         ca_file=str(self.other_ca))
        self.assertIn("not trusted", out["error"])

    def test_a_key_cannot_leave_its_place(self):
        map_file = self.map(self.FACTS, path="/x/{key}/y")
        api = self.serve(lambda *_: json_answer({"active": True}))
        self.ask(api, map_file, f'tel;key\n{A};"../../a?b=c#d e%41"\n')
        self.assertEqual(api.requests[0][1],
                         "/base/x/..%2F..%2Fa%3Fb%3Dc%23d%20e%2541/y")
        map_file = self.map(self.FACTS, path="/x", method="POST",
                            body='{"k":"{key}"}')
        self.ask(api, map_file, f'tel;key\n{A};"a"",""b"":""c\\"\n')
        self.assertEqual(json.loads(api.requests[-1][3]),
                         {"k": 'a","b":"c\\'})

    def test_samples(self):
        samples = os.environ.get("WORKPHONE_SAMPLES")
        if not samples:
            self.skipTest("WORKPHONE_SAMPLES is not set")
        folder = pathlib.Path(samples)
        rows = [line.split("\t") for line in
                (folder / "INDEX.tsv").read_text(encoding="utf-8").splitlines()]
        names = [row[0] for row in rows if row[1] == "hostile-json"]
        self.assertGreater(len(names), 20)
        # Whatever it is, no fact comes of it and the run goes on.
        for name in names:
            with self.subTest(name):
                out = self.probe(self.raw((folder / name).read_bytes()))
                self.assertEqual((out["facts"], len(out["skipped"])), (0, 2))


if __name__ == "__main__":
    unittest.main()
