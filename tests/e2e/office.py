"""A program that speaks to the office listener, for the tests here."""

import http.client
import json
import ssl
import urllib.parse


class Office:
    """One connection; a token or none."""

    def __init__(self, server, token=None):
        self.server = server
        self.token = token
        self.context = ssl.create_default_context(cafile=str(server.ca))
        self.line = None

    def connect(self):
        host = urllib.parse.urlsplit(self.server.office_url)
        return http.client.HTTPSConnection(
            host.hostname, host.port, timeout=60, context=self.context)

    def ask(self, method, path, body=None, headers=None):
        """An Answer; body: bytes, or what becomes JSON."""
        sent = dict(headers or {})
        if self.token is not None:
            sent.setdefault("Authorization", "Bearer " + self.token)
        if body is not None and not isinstance(body, bytes):
            body = json.dumps(body).encode()
        if body is not None:
            sent.setdefault("Content-Type", "application/json")
        if self.line is None:
            self.line = self.connect()
        try:
            self.line.request(method, path, body, sent)
            answer = self.line.getresponse()
            text = answer.read()
        except (http.client.HTTPException, OSError):
            self.line.close()
            self.line = None
            raise
        if answer.getheader("Connection") == "close":
            self.line.close()
            self.line = None
        return Answer(answer.status, answer.headers, text)

    def get(self, path, **headers):
        return self.ask("GET", path, headers=headers)

    def post(self, path, body=None, headers=None):
        return self.ask("POST", path, body, headers)

    def close(self):
        if self.line is not None:
            self.line.close()


class Answer:
    def __init__(self, status, headers, text):
        self.status = status
        self.headers = headers
        self.text = text

    def json(self):
        return json.loads(self.text)

    def __repr__(self):
        return f"{self.status} {self.text[:400]!r}"


def all_pages(office, path, limit):
    """Every item of a list, page by page, and how many pages there were."""
    items, pages, cursor = [], 0, None
    while True:
        mark = "&" if "?" in path else "?"
        full = f"{path}{mark}limit={limit}"
        if cursor:
            full += "&cursor=" + cursor
        answer = office.get(full)
        if answer.status != 200:
            raise AssertionError(f"{full}: {answer}")
        page = answer.json()
        items += page["items"]
        pages += 1
        cursor = page["next"]
        if cursor is None:
            return items, pages
