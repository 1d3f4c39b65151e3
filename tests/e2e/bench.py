"""A bench: virtual phones on a virtual cable, an agent, and what lies between
the agent and its server, for the tests here and in tests/bench/plug."""

import base64
import contextlib
import http.client
import http.server
import json
import os
import pathlib
import shutil
import signal
import socket
import sqlite3
import ssl
import subprocess
import sys
import threading
import time
import unittest

import harness
from harness import PATIENCE, ROOT, wait_for

sys.path.insert(0, str(pathlib.Path(ROOT) / "tests/unit/usb"))

import cable  # noqa: E402: it lies with the tests of the cable itself

AGENT = os.environ.get("WORKPHONE_AGENT_PROGRAM")
ORDER_CONTEXT = b"workphone-order-v1\n"
REPORT_CONTEXT = b"workphone-report-v1\n"


class Phones(cable.Bench):
    """Virtual phones on the cable; one poll a second over the air."""

    def __init__(self, *options):
        super().__init__("--poll", 1, "--shared-key", *options)

    def fresh(self, serial, attach=True, **keys):
        """Erased, activated, in Setup Assistant: ready to be prepared."""
        self.order("new", serial=serial, setup=True, **keys)
        self.set(serial, activation="Activated", return_ms=500)
        if attach:
            self.order("attach", serial)
        return self.state(serial)["udid"]

    def used(self, serial, attach=True, **keys):
        """Somebody's phone, who says yes to Trust."""
        self.order("new", serial=serial, **keys)
        self.set(serial, trust="yes", return_ms=500)
        if attach:
            self.order("attach", serial)
        return self.state(serial)["udid"]

    def plug_all(self, serials, do="attach"):
        for serial in serials:
            self.order(do, serial)

    def becomes(self, serial, what, test, seconds=PATIENCE):
        return wait_for(f"{serial}: {what}", lambda: (
            lambda s: s if test(s) else None)(self.state(serial)), seconds)


class Agent:
    """One workphone-agent with a state folder of its own."""

    def __init__(self, folder, phones, name="Bench A", **settings):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.state = self.folder / "state"
        self.config = self.folder / "agent.yaml"
        self.log_file = self.folder / "agent.log"
        self.name = name
        self.process = None
        self.settings = {"state": str(self.state), "usb": "off",
                         "usbmuxd": f"UNIX:{phones.mux}", "poll": "500ms",
                         **settings}
        self.config.write_text(harness.yaml_text(self.settings) + "\n")

    def run(self, verb, *args, ok=True):
        done = subprocess.run(
            [AGENT, verb, "--config", str(self.config), *args],
            capture_output=True, text=True, timeout=PATIENCE * 3)
        if ok and done.returncode != 0:
            raise AssertionError(f"workphone-agent {verb} {args}: exit "
                                 f"{done.returncode}: {done.stdout}"
                                 f"{done.stderr}")
        return done

    def join(self, server, cli, code=None, ok=True):
        if code is None:
            code = cli.json("station-code", "--name", self.name)["code"]
        return self.run("join", "--server", server.url, "--ca-file",
                        str(server.ca), "--code", code, "--name", self.name,
                        ok=ok)

    def start(self):
        with open(self.log_file, "ab") as log:
            self.process = subprocess.Popen(
                [AGENT, "run", "--config", str(self.config)],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        wait_for("the agent's socket", self.is_up)
        return self

    def is_up(self):
        if self.process.poll() is not None:
            raise AssertionError("the agent ended: " + self.log()[-3000:])
        with contextlib.suppress(OSError):
            return self.look() is not None
        return False

    def look(self):
        """What the running agent sees: its snapshot."""
        with socket.socket(socket.AF_UNIX) as line:
            line.settimeout(PATIENCE)
            line.connect(str(self.state / "agent.sock"))
            with line.makefile(encoding="utf-8") as text:
                return json.loads(text.readline())

    def ports(self):
        return {row.get("serial") or row.get("udid"): row
                for row in self.look()["ports"]}

    def port_becomes(self, serial, what, test, seconds=PATIENCE):
        return wait_for(f"{serial} at the bench: {what}", lambda: (
            lambda row: row if row and test(row) else None)(
                self.ports().get(serial)), seconds)

    def stop(self):
        if self.process is None:
            return 0
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            status = self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError("the agent does not end at SIGTERM")
        self.process = None
        return status

    def kill(self):
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.wait(PATIENCE)
        self.process = None

    def log(self):
        return self.log_file.read_text("utf-8", "replace")

    def events(self, event):
        """The log's lines about one kind of event."""
        found = []
        for line in self.log().splitlines():
            with contextlib.suppress(ValueError):
                row = json.loads(line)
                if row.get("event") == event:
                    found.append(row)
        return found

    def resident_kib(self):
        with open(f"/proc/{self.process.pid}/status", encoding="ascii") as file:
            for line in file:
                if line.startswith("VmRSS:"):
                    return int(line.split()[1])
        raise AssertionError("no VmRSS")

    # ---- what join left in the state folder ----

    @property
    def station(self):
        return self.state / "station"

    def identity(self):
        return json.loads((self.station / "station.json").read_text())

    def go_through(self, between):
        """Talks with its server over somebody in between, whom it trusts."""
        identity = self.identity()
        identity["server"] = between.url
        (self.station / "station.json").write_text(json.dumps(identity))
        with open(self.station / "ca.crt", "a", encoding="ascii") as file:
            file.write(between.certificate.read_text())


class Between:
    """Stands between agent and server and may be evil.

    mode: "up"; "cut", nobody answers; "deaf", the server hears and its answer
    is lost. change(path, answer) may give another answer (an object).
    """

    def __init__(self, folder, server, agent):
        self.folder = pathlib.Path(folder)
        self.server = server
        self.agent = agent
        self.mode = "up"
        self.change = lambda path, answer: answer
        self.seen = []  # (path, answer) as the server gave them
        self.certificate = self.folder / "between.pem"
        key = self.folder / "between.key"
        cable.openssl("req", "-x509", "-newkey", "ec", "-pkeyopt",
                      "ec_paramgen_curve:P-256", "-noenc", "-keyout", key,
                      "-out", self.certificate, "-days", "2", "-subj",
                      "/CN=between", "-addext", "subjectAltName=IP:127.0.0.1")
        between = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def log_message(self, *args):
                pass

            def do_GET(self):
                between.serve(self)

            do_POST = do_GET

        class Listener(http.server.ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, request, address):
                pass  # the agent hung up

        self.listener = Listener(("127.0.0.1", 0), Handler)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate, key)
        self.listener.socket = context.wrap_socket(
            self.listener.socket, server_side=True,
            do_handshake_on_connect=False)
        self.url = "https://127.0.0.1:%d" % self.listener.server_port
        self.thread = threading.Thread(target=self.listener.serve_forever,
                                       kwargs={"poll_interval": 0.05})
        self.thread.start()

    def close(self):
        self.listener.shutdown()
        self.listener.server_close()
        self.thread.join()

    def serve(self, handler):
        handler.close_connection = True
        length = int(handler.headers.get("Content-Length") or 0)
        body = handler.rfile.read(length) if length else None
        if self.mode == "cut":
            return
        status, answer = ask(self.server, self.agent, handler.command,
                             handler.path, body)
        self.seen.append((handler.path, answer))
        if self.mode == "deaf":
            return
        text = json.dumps(self.change(handler.path, answer)).encode()
        handler.send_response(status)
        handler.send_header("Content-Length", str(len(text)))
        handler.end_headers()
        handler.wfile.write(text)

    def orders(self):
        """Every signed order that the server gave, once."""
        found = {}
        for path, answer in self.seen:
            if path.startswith("/station/v1/orders"):
                for signed in answer.get("orders", []):
                    body = json.loads(base64.b64decode(signed["body"]))
                    found[body["id"]] = (body, signed)
        return found


def ask(server, agent, method, path, body=None, certificate=None, key=None):
    """One request with the station's certificate; (status, object)."""
    context = ssl.create_default_context(cafile=str(server.ca))
    context.load_cert_chain(certificate or agent.station / "station.crt",
                            key or agent.station / "station.key")
    line = http.client.HTTPSConnection(server.url.split("//")[1],
                                       context=context, timeout=30)
    try:
        if isinstance(body, dict):
            body = json.dumps(body)
        line.request(method, path, body,
                     {"Content-Type": "application/json"} if body else {})
        answer = line.getresponse()
        text = answer.read()
        try:
            return answer.status, json.loads(text)
        except ValueError:
            return answer.status, {"text": text.decode("utf-8", "replace")}
    finally:
        line.close()


def sign(folder, data, key=None):
    """ECDSA P-256 with SHA-256 by openssl, with a key of a stranger's."""
    name = pathlib.Path(folder) / "stranger.key"
    if key is None:
        key = name
        if not name.exists():
            cable.openssl("genpkey", "-algorithm", "EC", "-pkeyopt",
                          "ec_paramgen_curve:P-256", "-out", name)
    return base64.b64encode(
        cable.openssl("dgst", "-sha256", "-sign", key, data=data)).decode()


class Records:
    """The server's database, read beside it."""

    def __init__(self, server):
        self.server = server

    def rows(self, text, *values):
        path = next(self.server.data.glob("*.db"))
        with contextlib.closing(sqlite3.connect(
                f"file:{path}?mode=ro", uri=True, timeout=10)) as database:
            return database.execute(text, values).fetchall()

    def reports(self, kind=None):
        """(sequence, kind, serial, body as object), in order."""
        found = self.rows("SELECT sequence, kind, serial, body FROM"
                          " station_reports ORDER BY station_id, sequence")
        return [(number, what, serial, json.loads(body))
                for number, what, serial, body in found
                if kind in (None, what)]


class Case(harness.Case):
    """A test with a server, phones on a cable and an agent that joined."""

    @classmethod
    def setUpClass(cls):
        if not AGENT or not os.access(AGENT, os.X_OK):
            print("SKIP: workphone-agent is not built or not given")
            raise unittest.SkipTest("workphone-agent is not built")
        super().setUpClass()
        cls.records = Records(cls.server)

    def setUp(self):
        self.bench = Phones()
        self.agents = []
        self.betweens = []

    def tearDown(self):
        problems = []
        for agent in self.agents:
            status = agent.stop()
            text = agent.log() if agent.log_file.exists() else ""
            if status != 0 or "Sanitizer" in text or "runtime error" in text:
                problems.append(f"the agent ended with {status}:\n"
                                + text[-6000:])
            shutil.rmtree(agent.folder, ignore_errors=True)
        for between in self.betweens:
            between.close()
        self.bench.close_lines()
        status, said = self.bench.close()
        if status != 0 or "Sanitizer" in said or "runtime error" in said:
            problems.append(f"virtual-phones ended with {status}:\n"
                            + said[-4000:])
        if problems:
            raise AssertionError("\n".join(problems))

    def new_agent(self, name="Bench A", join=True, **settings):
        folder = pathlib.Path(self.folder) / f"agent-{time.monotonic_ns()}"
        agent = Agent(folder, self.bench, name, **settings)
        self.agents.append(agent)
        if join:
            agent.join(self.server, self.cli)
        return agent

    def new_between(self, agent):
        between = Between(agent.folder, self.server, agent)
        self.betweens.append(between)
        agent.go_through(between)
        return between

    def order_enrol(self, serial, person="Astrid Lindqvist"):
        return self.cli.link(serial, person, "--bench")

    def device_becomes(self, serial, state, seconds=PATIENCE):
        return wait_for(f"{serial} to be {state}", lambda: (
            lambda d: d and d["state"] == state and d)(
                self.cli.device(serial)), seconds)

    def wipe(self, serial):
        """(state, warning, proven_at …) of the newest wipe: a row."""
        found = self.records.rows(
            "SELECT w.state, w.warning, w.caught_at FROM wipes w JOIN"
            " devices d ON d.id = w.device_id WHERE d.serial = ?"
            " ORDER BY w.ordered_at DESC LIMIT 1", serial)
        return found[0] if found else None
