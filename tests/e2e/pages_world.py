"""Two municipalities with their real packs, a few people in each, and links to
every kind of page: for pages_test.py and for the browser in tests/web."""

import http.client
import json
import ssl
import urllib.parse

import harness

PACKS = harness.ROOT / "policies/packs"
RONNEBY, ALBERTSLUND = "ronneby", "albertslund"

# The people of the stories are invented.
LEDGER = [
    {"unit": {"external_id": "top", "name": "Kommunen"}},
    {"unit": {"external_id": "bygg", "name": "Byggenheten",
              "parent": "top"}},
    {"person": {"external_id": "kim", "name": "Kim Direktör",
                "unit": "top"}},
    {"person": {"external_id": "maria", "name": "Maria Chef",
                "unit": "bygg", "number": "+46457600001"}},
    {"person": {"external_id": "astrid", "name": "Astrid Lindqvist",
                "first_name": "Astrid", "last_name": "Lindqvist",
                "mail": "astrid@kommun.example", "unit": "bygg",
                "number": "+46701234567"}},
    {"person": {"external_id": "olle", "name": "Olle Berg",
                "first_name": "Olle", "last_name": "Berg",
                "unit": "bygg", "number": "+46457600002"}},
    {"employment": {"person": "kim", "unit": "top", "roles": ["manager"],
                    "from": "2020-01-01"}},
    {"employment": {"person": "maria", "unit": "bygg",
                    "roles": ["manager"], "from": "2020-01-01"}},
    {"employment": {"person": "astrid", "unit": "bygg",
                    "from": "2020-01-01"}},
    {"employment": {"person": "olle", "unit": "bygg",
                    "from": "2020-01-01"}},
    {"unit": {"external_id": "top", "manager": "kim",
              "coordinator": "olle"}},
    {"unit": {"external_id": "bygg", "manager": "maria"}},
]


class World(harness.Case):
    """A server of two organisations; order_gate as the packs have it."""

    CHANGES = {
        "policy": None,
        "order_gate": "enforce",
        "organisations": [
            {"id": RONNEBY, "name": "Ronneby kommun",
             "policy": str(PACKS / RONNEBY)},
            {"id": ALBERTSLUND, "name": "Albertslund Kommune",
             "policy": str(PACKS / ALBERTSLUND)},
        ],
        "limits": {"requests_per_address": 60000,
                   "failures_per_address": 60000},
    }

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        try:
            for organisation in (RONNEBY, ALBERTSLUND):
                cls.ledger(organisation, LEDGER)
        except BaseException:
            cls.tearDownClass()
            raise

    @classmethod
    def api(cls, method, path, body=None, organisation=RONNEBY, status=None):
        """JSON over the admin socket."""
        line = harness.UnixConnection(cls.server.admin)
        mark = "&" if "?" in path else "?"
        data = body if isinstance(body, bytes) else (
            None if body is None else json.dumps(body).encode())
        kind = ("application/jsonl" if isinstance(body, bytes)
                else "application/json")
        try:
            line.request(method,
                         f"/api/v1{path}{mark}organisation={organisation}",
                         data, {"Content-Type": kind} if data else {})
            answer = line.getresponse()
            text = answer.read()
        finally:
            line.close()
        wanted = (status,) if status else (200, 201)
        if answer.status not in wanted:
            raise AssertionError(f"{method} {path}: {answer.status} {text!r}")
        return json.loads(text) if text else None

    @classmethod
    def ledger(cls, organisation, lines):
        text = "".join(json.dumps(line) + "\n" for line in lines)
        return cls.api("POST", "/ledger", text.encode(), organisation)

    @classmethod
    def person(cls, name, organisation=RONNEBY):
        return cls.api("GET", f"/people/{name}", None, organisation)

    @classmethod
    def tasks(cls, organisation=RONNEBY, **wanted):
        found, cursor = [], ""
        while cursor is not None:
            page = cls.api("GET", "/tasks?limit=200" + cursor, None,
                           organisation)
            found += page["items"]
            cursor = page.get("next") and "&cursor=" + page["next"]
        return [task for task in found
                if all(task.get(key) == value
                       for key, value in wanted.items())]

    @classmethod
    def task(cls, person, rule, organisation=RONNEBY, kind=None):
        """Waits for the round that makes it."""
        who = cls.person(person, organisation)
        who = who.get("id") or who["person"]["id"]

        def look():
            for task in cls.tasks(organisation):
                if (cls.owner(task) == who and (task["rule"] or "") == rule and
                        task["state"] in ("open", "reminded", "escalated") and
                        kind in (None, task["kind"])):
                    return task
            return None
        return harness.wait_for(f"a task of {rule} for {person}", look)

    @staticmethod
    def owner(task):
        return (task.get("person") or {}).get("id", task.get("person_id"))

    @classmethod
    def link(cls, task, organisation=RONNEBY):
        return cls.api("POST", f"/tasks/{task['id']}/links", {},
                       organisation)["url"]

    @classmethod
    def order(cls, person, need, what="phone", organisation=RONNEBY):
        who = cls.person(person, organisation)
        return cls.api("POST", "/equipment-orders", {
            "what": what, "person_id": who.get("id") or who["person"]["id"],
            "need": need, "item": "iPhone 16"}, organisation)

    @classmethod
    def ask(cls, method, url, body=None, **headers):
        """(status, headers, text) at the office listener, as a browser."""
        at = urllib.parse.urlsplit(url)
        context = ssl.create_default_context(cafile=str(cls.server.ca))
        line = http.client.HTTPSConnection(at.hostname, at.port, timeout=60,
                                           context=context)
        path = at.path + ("?" + at.query if at.query else "")
        headers = {key.replace("_", "-"): value
                   for key, value in headers.items()}
        if body is not None:
            headers.setdefault("Content-Type",
                               "application/x-www-form-urlencoded")
        try:
            line.request(method, path, body, headers)
            answer = line.getresponse()
            return answer.status, answer.headers, answer.read().decode()
        finally:
            line.close()
