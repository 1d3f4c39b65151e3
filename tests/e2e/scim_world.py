"""A directory that speaks SCIM to a server, for the tests here."""

import json
import urllib.parse

import harness
from office import Office

CORE = "urn:ietf:params:scim:schemas:core:2.0:"
API = "urn:ietf:params:scim:api:messages:2.0:"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
LIMITS = {"requests_per_token": 60000, "requests_per_address": 60000}


def patch(*operations):
    return {"schemas": [API + "PatchOp"], "Operations": list(operations)}


def user(user_name, **more):
    return {"schemas": [CORE + "User", ENTERPRISE], "userName": user_name,
            "active": True, **more}


class Directory(Office):
    """A SCIM client; its answers are judged by what all of them share."""

    def ask(self, method, path, body=None, headers=None):
        sent = {"Content-Type": "application/scim+json",
                "Accept": "application/scim+json", **(headers or {})}
        answer = super().ask(method, "/scim/v2" + path, body, sent)
        if answer.status in (204, 304):
            assert answer.text == b"", answer
            return answer
        assert answer.headers["Content-Type"] == "application/scim+json", (
            method, path, answer)
        if answer.status >= 400:
            said = answer.json()
            assert said["schemas"] == [API + "Error"], said
            assert said["status"] == str(answer.status), said
            assert said["detail"], said
        return answer


class Case(harness.Case):
    CHANGES = {"limits": LIMITS}

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.directory = cls.client()

    @classmethod
    def client(cls, scope="scim"):
        token = cls.cli.json("token", "create", "--name", "entra", "--scope",
                             scope)["token"]
        client = Directory(cls.server, token)
        cls.addClassCleanup(client.close)
        return client

    def tearDown(self):
        """Each test begins without users and groups."""
        for kind in ("Groups", "Users"):
            for one in self.all(kind):
                self.good("DELETE", f"/{kind}/{one['id']}")

    def good(self, method, path, body=None, headers=None, status=None):
        answer = self.directory.ask(method, path, body, headers)
        expected = (status,) if status else (200, 201, 204)
        self.assertIn(answer.status, expected, (method, path, body, answer))
        return answer.json() if answer.text else None

    def refused(self, method, path, body, status, word=None, headers=None):
        answer = self.directory.ask(method, path, body, headers)
        self.assertEqual(answer.status, status, (method, path, body, answer))
        self.assertEqual(answer.json().get("scimType"), word, answer)
        return answer.json()["detail"]

    def all(self, kind, **asked):
        query = urllib.parse.urlencode({"count": 500, **asked})
        return self.good("GET", f"/{kind}?{query}")["Resources"]

    def person(self, name):
        """What the ledger says of somebody."""
        line = harness.UnixConnection(self.server.admin)
        try:
            line.request("GET", "/api/v1/people/" + name)
            answer = line.getresponse()
            text = answer.read()
            self.assertEqual(answer.status, 200, text)
            return json.loads(text)
        finally:
            line.close()
