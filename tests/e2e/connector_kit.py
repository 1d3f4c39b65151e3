"""The connector's neighbours, in Python: certificates, the server that takes
evidence, an API over HTTPS, and the program itself, each on loopback.

The receiver believes nothing: it checks the signature with the openssl
command over the bytes as they came, and that numbers rise.
"""

import base64
import http.server
import json
import os
import pathlib
import shutil
import ssl
import subprocess
import tempfile
import threading
import unittest

CONNECTOR = os.environ.get("WORKPHONE_CONNECTOR_PROGRAM")
ROOT = pathlib.Path(__file__).resolve().parents[2]
MAPS = ROOT / "agent/connector/maps"


def openssl(*args, data=None):
    return subprocess.run(["openssl", *map(str, args)], input=data, check=True,
                          capture_output=True, timeout=30).stdout


def make_ca(folder, name="ca"):
    """A CA of its own; returns the file of its certificate."""
    key, crt = folder / f"{name}.key", folder / f"{name}.crt"
    openssl("req", "-x509", "-newkey", "ec", "-pkeyopt",
            "ec_paramgen_curve:P-256", "-nodes", "-keyout", key, "-out", crt,
            "-days", "2", "-subj", f"/CN=test {name}")
    return crt


def make_leaf(folder, ca, name="leaf"):
    """A certificate for 127.0.0.1 and localhost under that CA."""
    key, csr = folder / f"{name}.key", folder / f"{name}.csr"
    crt, ext = folder / f"{name}.crt", folder / f"{name}.ext"
    ext.write_text("subjectAltName=IP:127.0.0.1,DNS:localhost\n")
    openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
            "-nodes", "-keyout", key, "-out", csr, "-subj", "/CN=localhost")
    openssl("x509", "-req", "-in", csr, "-CA", ca, "-CAkey",
            ca.with_suffix(".key"), "-CAcreateserial", "-out", crt,
            "-days", "2", "-extfile", ext)
    return crt, key


class Https:
    """answer(method, path, headers, body) -> (status, headers, bytes)."""

    def __init__(self, crt, key, answer):
        outer = self
        self.answer = answer
        self.requests = []

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_any(self):
                length = int(self.headers.get("Content-Length") or 0)
                body = self.rfile.read(length)
                outer.requests.append(
                    (self.command, self.path, dict(self.headers), body))
                status, headers, out = outer.answer(
                    self.command, self.path, self.headers, body)
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(out)))
                self.end_headers()
                self.wfile.write(out)

            do_GET = do_POST = do_any

            def log_message(self, *args):
                pass

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, request, address):
                pass  # a client that distrusts us, for one

        self.server = Server(("127.0.0.1", 0), Handler)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(crt, key)
        self.server.socket = context.wrap_socket(
            self.server.socket, server_side=True)
        self.url = "https://127.0.0.1:%d" % self.server.server_address[1]
        self.thread = threading.Thread(target=self.server.serve_forever,
                                       args=(0.05,), daemon=True)
        self.thread.start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()


def json_answer(value, status=200, **headers):
    return status, {"Content-Type": "application/json", **headers}, \
        json.dumps(value).encode()


class Receiver:
    """Stands where POST /api/v1/evidence stands."""

    def __init__(self, folder, crt, key, public_pem, key_id):
        self.folder, self.public, self.key_id = folder, public_pem, key_id
        self.reports, self.bodies, self.faults = [], [], []
        self.plan = []  # statuses to answer before it takes anything
        self.refuse = []  # indices of items to refuse
        self.https = Https(crt, key, self.take)
        self.url = self.https.url

    def signature_holds(self, body, signature):
        files = []
        for name, data in (("body", body),
                           ("sig", base64.b64decode(signature))):
            path = self.folder / f"check.{name}.{len(self.bodies)}"
            path.write_bytes(data)
            files.append(path)
        done = subprocess.run(
            ["openssl", "pkeyutl", "-verify", "-pubin", "-inkey", self.public,
             "-rawin", "-in", files[0], "-sigfile", files[1]],
            capture_output=True, timeout=30)
        return done.returncode == 0

    def take(self, method, path, headers, body):
        self.bodies.append(body)
        if (method, path) != ("POST", "/api/v1/evidence"):
            self.faults.append(f"{method} {path}")
            return json_answer({"title": "no such page"}, 404)
        if self.plan:
            status, extra, said = self.plan.pop(0)
            return status, extra, json.dumps(said).encode()
        if headers["X-Evidence-Key"] != self.key_id:
            return json_answer({"detail": "unknown key"}, 401)
        if not self.signature_holds(body, headers["X-Evidence-Signature"]):
            self.faults.append("wrong signature")
            return json_answer({"detail": "wrong signature"}, 401)
        report = json.loads(body)
        if self.reports and report["seq"] <= self.reports[-1]["seq"]:
            self.faults.append("the number does not rise")
            return json_answer({"detail": "an old number"}, 409)
        self.reports.append(report)
        refused = [{"item": i, "reason": "scope"} for i in self.refuse]
        return json_answer({"accepted": len(report["items"]) - len(refused),
                            "refused": refused})

    def items(self):
        return [item for report in self.reports for item in report["items"]]

    def close(self):
        self.https.close()


@unittest.skipUnless(CONNECTOR, "WORKPHONE_CONNECTOR_PROGRAM is not set")
class ConnectorCase(unittest.TestCase):
    """A folder, a key, two CAs and a receiver."""

    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.shared = pathlib.Path(tempfile.mkdtemp(prefix="wp-connector-"))
        cls.addClassCleanup(shutil.rmtree, cls.shared, ignore_errors=True)
        cls.ca = make_ca(cls.shared)
        cls.other_ca = make_ca(cls.shared, "other")
        cls.crt, cls.tls_key = make_leaf(cls.shared, cls.ca)
        cls.key = cls.shared / "connector.pem"
        done = subprocess.run(
            [CONNECTOR, "keygen", "--out", str(cls.key), "--json"],
            capture_output=True, text=True, check=True, timeout=60)
        cls.key_about = json.loads(done.stdout)
        cls.public = cls.shared / "public.pem"
        cls.public.write_bytes(openssl("pkey", "-in", cls.key, "-pubout"))

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(dir=self.shared))
        self.receiver = Receiver(self.folder, self.crt, self.tls_key,
                                 self.public, self.key_about["key_id"])
        self.addCleanup(self.receiver.close)

    def write(self, name, text, mode=0o600):
        path = self.folder / name
        if isinstance(text, bytes):
            path.write_bytes(text)
        else:
            path.write_text(text, encoding="utf-8")
        path.chmod(mode)
        return path

    def config(self, section, **changes):
        """section: YAML text; returns the file."""
        keys = {"connector": "test-source", "country": "SE",
                "server": self.receiver.url, "ca_file": str(self.ca),
                "key_file": str(self.key), "timeout": "5s",
                "state": str(self.folder / "state"), **changes}
        head = "".join(f"{name}: {json.dumps(value)}\n"
                       for name, value in keys.items() if value is not None)
        return self.write("connector.yaml", head + section)

    def run_program(self, *args, expect=0, seconds=60, **environment):
        done = subprocess.run([CONNECTOR, *map(str, args)],
                              capture_output=True, timeout=seconds,
                              stdin=subprocess.DEVNULL,
                              env={**os.environ, **environment})
        wanted = expect if isinstance(expect, tuple) else (expect,)
        self.assertIn(done.returncode, wanted, (done.stdout, done.stderr))
        done.stdout = done.stdout.decode()
        done.stderr = done.stderr.decode()
        return done

    def run_json(self, kind, config, *args, expect=0, **more):
        done = self.run_program(kind, "--config", config, "--json", *args,
                                expect=expect, **more)
        return json.loads(done.stdout)

    def facts(self):
        """{(subject, fact): value} of all that was received."""
        self.assertEqual(self.receiver.faults, [])
        return {(item["subject"], item["fact"]): item["value"]
                for item in self.receiver.items()}
