"""A server of two organisations and the programs that ask at its office
listener, for the tests here."""

import subprocess

import harness
from office import Office

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

    def evidence_key(self, office):
        pair = subprocess.run(["openssl", "genpkey", "-algorithm", "ed25519"],
                              capture_output=True, check=True).stdout
        public = subprocess.run(["openssl", "pkey", "-pubout"], input=pair,
                                capture_output=True, check=True).stdout
        answer = office.post("/api/v1/evidence-keys", {
            "name": "växel", "public_key": public.decode(),
            "facts": ["voicemail.greeting"]})
        self.assertEqual(answer.status, 201, answer)
        return answer.json()["id"]
