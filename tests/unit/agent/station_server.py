"""A server made of Python for the agent's tests: joins stations, takes reports,
gives orders and signs challenges. It shares nothing with ours: http.server, ssl
and the openssl program.
"""

import base64
import datetime
import http.server
import json
import pathlib
import ssl
import threading
import urllib.parse
import uuid

from cable import Supervisor, openssl

CODE = "one-time-code"
REPORT = b"workphone-report-v1\n"
ORDER = b"workphone-order-v1\n"


def rfc3339(seconds_from_now):
    when = datetime.datetime.now(datetime.timezone.utc)
    when += datetime.timedelta(seconds=seconds_from_now)
    return when.strftime("%Y-%m-%dT%H:%M:%SZ")


def b64(data):
    return base64.b64encode(data).decode()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *args):
        pass

    def answer(self, status, body):
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def handle_one(self):
        world = self.server.world
        length = int(self.headers.get("Content-Length", 0))
        body = self.rfile.read(length)
        if world.is_out:
            return self.answer(503, {"error": "out of order"})
        url = urllib.parse.urlsplit(self.path)
        name = url.path.removeprefix("/station/v1/")
        shown = self.connection.getpeercert()
        if name != "join" and not shown:
            return self.answer(403, {"error": "no certificate"})
        if shown and shown["serialNumber"] not in world.shown:
            world.shown.append(shown["serialNumber"])
        status, answer = getattr(world, "on_" + name)(
            json.loads(body) if body else None, url.query)
        return self.answer(status, answer)

    do_GET = do_POST = handle_one


class QuietServer(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        """An agent that is killed in the middle is part of the tests."""


class StationServer:
    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.lock = threading.Lock()
        self.reports = []  # the bodies, each id once, in the order they came
        self.again = 0     # reports that came more than once
        self.orders = {}   # id: (body bytes, signature)
        self.asked = []    # queries for orders
        self.challenges = []
        self.days = 400  # how long a certificate is good
        self.renewed = 0
        self.shown = []  # serial numbers of the certificates, as they came
        self.is_out = False
        self.gives_done = False  # hands out orders whose result it has
        self.loses_answers = 0   # takes reports and does not say so
        self.ca_key = self.folder / "ca.key"
        self.ca = self.folder / "ca.crt"
        self.station_key = self.folder / "station.pub"
        self.orders_key = self.folder / "orders.key"
        self.make_keys()
        self.supervisor = Supervisor(self.folder)
        self.sign_options = ("-binary",)
        self.start()

    def make_keys(self):
        openssl("req", "-x509", "-newkey", "ec", "-pkeyopt",
                "ec_paramgen_curve:P-256", "-noenc", "-keyout", self.ca_key,
                "-out", self.ca, "-days", "30", "-subj", "/CN=Test CA",
                "-addext", "subjectAltName=IP:127.0.0.1")
        openssl("genpkey", "-algorithm", "EC", "-pkeyopt",
                "ec_paramgen_curve:P-256", "-out", self.orders_key)

    def start(self):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.ca, self.ca_key)
        context.load_verify_locations(self.ca)
        context.verify_mode = ssl.CERT_OPTIONAL
        self.http = QuietServer(("127.0.0.1", 0), Handler)
        self.http.world = self
        self.http.socket = context.wrap_socket(
            self.http.socket, server_side=True, do_handshake_on_connect=False)
        self.url = "https://127.0.0.1:%d" % self.http.server_address[1]
        threading.Thread(target=self.http.serve_forever, daemon=True).start()

    def close(self):
        self.http.shutdown()
        self.http.server_close()

    # ---- what the agent asks ----

    def on_join(self, body, _query):
        if body["code"] != CODE:
            return 403, {"error": "That code is not known."}
        self.id = str(uuid.uuid4())
        self.name = body.get("name", "Bench")
        return self.admit(body["csr"])

    def on_renew(self, body, _query):
        self.renewed += 1
        self.days = 700
        return self.admit(body["csr"])

    def admit(self, request):
        csr = self.folder / "csr.pem"
        csr.write_text(request)
        extensions = self.folder / "extensions"
        extensions.write_text("extendedKeyUsage=clientAuth\n")
        certificate = openssl(
            "x509", "-req", "-in", csr, "-CA", self.ca, "-CAkey", self.ca_key,
            "-subj", "/CN=station:" + self.id, "-days", self.days, "-extfile",
            extensions)
        (self.folder / "station.crt").write_bytes(certificate)
        self.station_key.write_bytes(openssl(
            "x509", "-in", self.folder / "station.crt", "-pubkey", "-noout"))
        return 200, {
            "station_id": self.id, "name": self.name,
            "certificate": certificate.decode(), "ca": self.ca.read_text(),
            "orders_key": openssl(
                "pkey", "-in", self.orders_key, "-pubout").decode(),
            "server_time": rfc3339(0)}

    def check_signature(self, body, signature):
        path = self.folder / ("signature-%s" % uuid.uuid4())
        path.write_bytes(signature)
        openssl("dgst", "-sha256", "-verify", self.station_key, "-signature",
                path, data=REPORT + body)
        path.unlink()

    def on_reports(self, body, _query):
        accepted = []
        for item in body["reports"]:
            data = base64.b64decode(item["body"])
            self.check_signature(data, base64.b64decode(item["signature"]))
            report = json.loads(data)
            with self.lock:
                if any(report["id"] == old["id"] for old in self.reports):
                    self.again += 1
                else:
                    self.reports.append(report)
            accepted.append(report["id"])
        if self.loses_answers > 0:
            self.loses_answers -= 1
            return 503, {"error": "lost"}
        return 200, {"accepted": accepted, "refused": []}

    def on_orders(self, _body, query):
        phones = urllib.parse.parse_qs(query, keep_blank_values=True)
        with self.lock:
            self.asked.append(query)
            over = {r["order_result"]["order_id"] for r in self.reports
                    if r["kind"] == "order_result" and
                    r["order_result"]["result"] in ("ok", "failed")}
            over |= {r["refused"].get("order_id") for r in self.reports
                     if r["kind"] == "refused"}
            given = [
                {"body": b64(data), "signature": b64(signature)}
                for order, (data, signature, udid) in self.orders.items()
                if (self.gives_done or order not in over) and
                (udid is None or udid in phones["udid"])]
        return 200, {"orders": given}

    def on_challenge(self, body, _query):
        self.challenges.append(body)
        return 200, {"cms": b64(self.supervisor.sign(
            base64.b64decode(body["challenge"]), *self.sign_options))}

    # ---- what a test does ----

    def order(self, kind, udid, serial, params=None, to_all=False, key=None,
              **keys):
        body = {
            "id": str(uuid.uuid4()), "station": self.id, "udid": udid,
            "serial": serial, "kind": kind, "issued_at": rfc3339(-5),
            "not_before": rfc3339(-5), "expires_at": rfc3339(600),
            "params": {
                "supervisors": [b64(self.supervisor.der)],
                "our_magic": "M-1", **(params or {})},
            **keys}
        data = json.dumps(body).encode()
        signature = openssl("dgst", "-sha256", "-sign", key or self.orders_key,
                            data=ORDER + data)
        with self.lock:
            self.orders[body["id"]] = (
                data, signature, None if to_all else udid)
        return body["id"]

    def of(self, kind, order=None):
        with self.lock:
            found = [r for r in self.reports if r["kind"] == kind]
        if order:
            found = [r for r in found if r[kind].get("order_id") == order]
        return found

    def results(self, order):
        return [(r["order_result"]["result"], r["order_result"]["code"])
                for r in self.of("order_result", order)]

    def cloud(self, **keys):
        return {"organisation": "Test", "magic": "M-1",
                "supervisors": [b64(self.supervisor.der)],
                "skip_setup": ["Siri"], "allow_pairing": True,
                "await_configured": False, **keys}
