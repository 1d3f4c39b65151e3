"""A real server in a folder of its own, and its programs, for the tests here.

The programs come from the environment (CMake sets it); without them every test
is skipped aloud. What a test starts it also ends, by process id.
"""

import datetime
import http.client
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import unittest
import urllib.request
import zoneinfo

import phone as raw
from ports import free_port

ROOT = pathlib.Path(__file__).resolve().parents[2]
SERVER = os.environ.get("WORKPHONE_SERVER_PROGRAM")
CLI = os.environ.get("WORKPHONE_CLI_PROGRAM")
PHONES = os.environ.get("WORKPHONE_PHONES_PROGRAM")
SCHEMA = os.environ.get("WORKPHONE_APPLE_SCHEMA")
# Sanitizers make a step five to ten times slower; nothing here is a race.
PATIENCE = 60


ZONE = zoneinfo.ZoneInfo("Europe/Stockholm")  # of organisations, unsaid


def day(ahead=0):
    """"2026-11-22": today where the organisation is, and so many days on."""
    return (datetime.datetime.now(ZONE).date() +
            datetime.timedelta(ahead)).isoformat()


def wait_for(what, test, seconds=PATIENCE):
    """Asks until test() gives something true, and returns that."""
    end = time.monotonic() + seconds
    while True:
        found = test()
        if found:
            return found
        if time.monotonic() > end:
            raise AssertionError("waited in vain for: " + what)
        time.sleep(0.1)


def yaml_text(tree, indent=""):
    lines = []
    for key, value in tree.items():
        if isinstance(value, dict):
            lines.append(f"{indent}{key}:")
            lines.append(yaml_text(value, indent + "  "))
        else:
            lines.append(f"{indent}{key}: {json.dumps(value)}")
    return "\n".join(lines)


class Server:
    """One workphone-server, its configuration, data and clock."""

    def __init__(self, folder, data=None, **changes):
        self.folder = pathlib.Path(folder)
        self.data = pathlib.Path(data or self.folder / "data")
        self.keys = self.folder / "keys"
        self.ca = self.keys / "ca.crt"
        self.admin = self.folder / "admin.sock"
        self.config = self.folder / "workphone.yaml"
        self.log_file = self.folder / "server.log"
        self.clock_file = self.folder / "clock"
        self.clock_file.write_text("%020d\n" % 0)
        self.process = None
        ports = {name: free_port() for name in ("phones", "proxy", "ops", "office")}
        self.url = "https://127.0.0.1:%d" % ports["phones"]
        self.proxy_url = "http://127.0.0.1:%d" % ports["proxy"]
        self.office_url = "https://127.0.0.1:%d" % ports["office"]
        self.ops_url = "http://127.0.0.1:%d" % ports["ops"]
        self.settings = {
            "organisation_name": "Västerviks kommun",
            "data": str(self.data),
            "keys": str(self.keys),
            "policy": str(ROOT / "policies/packs/vastervik"),
            # Orders are another test's question: pages_test.py.
            "order_gate": "open",
            "phones_url": self.url,
            "listeners": {
                "phones": "127.0.0.1:%d" % ports["phones"],
                "phones_proxy": "127.0.0.1:%d" % ports["proxy"],
                "ops": "127.0.0.1:%d" % ports["ops"],
                "office": "127.0.0.1:%d" % ports["office"],
                "admin": "unix:%s" % self.admin,
            },
            "times": {"tick": "1s"},
        }
        for key, value in changes.items():
            if value is None:
                self.settings.pop(key, None)
            elif isinstance(value, dict):
                self.settings.setdefault(key, {}).update(value)
            else:
                self.settings[key] = value

    def write_config(self):
        self.config.write_text(yaml_text(self.settings) + "\n")

    def environment(self):
        return {**os.environ,
                "WORKPHONE_TEST_CLOCK_FILE": str(self.clock_file)}

    def run(self, *args, ok=True):
        done = subprocess.run([SERVER, *args], capture_output=True, text=True,
                              env=self.environment(), timeout=PATIENCE)
        if ok and done.returncode != 0:
            raise AssertionError(f"{args}: {done.stdout}{done.stderr}")
        return done

    def init(self):
        self.data.mkdir(parents=True, exist_ok=True)
        self.write_config()
        self.run("init", "--config", str(self.config), "--host", "127.0.0.1",
                 "--host", "localhost")
        return self

    def start(self):
        log = open(self.log_file, "ab")
        try:
            self.process = subprocess.Popen(
                [SERVER, "serve", "--config", str(self.config)],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                env=self.environment())
        finally:
            log.close()
        wait_for("the server to be ready", self.is_ready)
        return self

    def is_ready(self):
        if self.process.poll() is not None:
            raise AssertionError("the server ended: " + self.log()[-3000:])
        try:
            return self.ops("/readyz")[0] == 200
        except OSError:
            return False

    def stop(self):
        """Ends it gracefully; its exit status."""
        if self.process is None:
            return 0
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            status = self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError("the server does not end at SIGTERM")
        self.process = None
        return status

    def kill(self):
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.wait(PATIENCE)
        self.process = None

    def log(self):
        return self.log_file.read_text("utf-8", "replace")

    def ops(self, path):
        request = urllib.request.Request(self.ops_url + path)
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode()

    def metrics(self):
        """{'name{label="x"}': value} as /metrics shows them."""
        text = self.ops("/metrics")[1]
        found = {}
        for line in text.splitlines():
            match = re.match(r"^([a-zA-Z_:][\w:]*(?:\{.*\})?) (\S+)$", line)
            if match:
                found[match.group(1)] = float(match.group(2))
        return found

    def move_clock(self, seconds):
        """Time goes on for the server (debug builds re-read this file)."""
        now = int(self.clock_file.read_text())
        # In place and at one length: the server's fence knows the file, not
        # its name, and must never see half a number.
        with open(self.clock_file, "r+b", buffering=0) as file:
            file.write(b"%020d\n" % (now + seconds * 1000))

    def through_proxy(self, url):
        return url.replace(self.url, self.proxy_url)


class UnixConnection(http.client.HTTPConnection):
    """HTTP over the admin socket, as the command line does it."""

    def __init__(self, path):
        super().__init__("localhost", timeout=30)
        self.path = str(path)

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


class Cli:
    """The program workphone, talking to one server."""

    def __init__(self, server):
        self.server = server

    def run(self, *args, ok=True, data=None):
        done = subprocess.run(
            [CLI, "--socket", str(self.server.admin), *args],
            capture_output=True, text=True, input=data, timeout=PATIENCE)
        if (ok and done.returncode != 0) or "Sanitizer" in done.stderr:
            raise AssertionError(
                f"workphone {' '.join(args)}: exit {done.returncode}: "
                f"{done.stdout}{done.stderr}")
        return done

    def json(self, *args):
        return json.loads(self.run(*args, "--json").stdout)

    def api(self, path):
        """The items of one listing, without starting a program for it."""
        line = UnixConnection(self.server.admin)
        try:
            line.request("GET", "/api/v1" + path)
            answer = line.getresponse()
            text = answer.read()
            if answer.status != 200:
                raise AssertionError(f"{path}: {answer.status} {text!r}")
            return json.loads(text)["items"]
        finally:
            line.close()

    def post(self, path, body):
        """(status, answer) of one POST at the admin socket."""
        line = UnixConnection(self.server.admin)
        try:
            line.request("POST", path, json.dumps(body),
                         {"Content-Type": "application/json"})
            answer = line.getresponse()
            return answer.status, json.loads(answer.read())
        finally:
            line.close()

    def link(self, serial, person="Astrid Lindqvist", *args):
        return self.json("enrol-link", "--person", person, "--serial", serial,
                         *args)

    def device(self, serial):
        found = [item for item in self.json("devices")
                 if item["serial"] == serial]
        return found[0] if found else None

    def verdict(self, serial, rule="VST-33"):
        """(verdict, reason) of one phone and rule."""
        for item in self.json("verdicts", serial):
            if item["rule"] == rule:
                return item["verdict"], item["reason"]
        return None, None


class VirtualPhones:
    """The program virtual-phones over one folder of phones."""

    def __init__(self, server, folder):
        self.server = server
        self.state = pathlib.Path(folder) / "phones"
        self.dump = pathlib.Path(folder) / "wire"
        self.state.mkdir(exist_ok=True)
        self.dump.mkdir(exist_ok=True)

    def run(self, verb, *args, ok=True):
        done = subprocess.run(
            [PHONES, verb, "--state", str(self.state), *args],
            capture_output=True, text=True, timeout=PATIENCE)
        if (ok and done.returncode != 0) or "Sanitizer" in done.stderr:
            raise AssertionError(f"virtual-phones {verb} {args}: exit "
                                 f"{done.returncode}: {done.stdout}{done.stderr}")
        return done

    def enrol(self, url, serial, *args, ok=True):
        return self.run("enrol", "--ca-file", str(self.server.ca), "--dump",
                        str(self.dump), "--serial", serial, *args, url, ok=ok)

    def poll(self, serial, *args, ok=True):
        return self.run("poll", "--ca-file", str(self.server.ca), "--dump",
                        str(self.dump), *args, serial, ok=ok)

    def set(self, serial, *args):
        return self.run("set", serial, *args)


def judge(test, kind, documents, *options):
    """Apple's schema over documents (bytes by name): no violation."""
    if not SCHEMA:
        print("SKIP: WORKPHONE_APPLE_SCHEMA is not set")
        test.skipTest("WORKPHONE_APPLE_SCHEMA is not set")
    with tempfile.TemporaryDirectory() as folder:
        names = []
        for number, document in enumerate(documents):
            name = pathlib.Path(folder) / f"{number}.plist"
            name.write_bytes(document)
            names.append(str(name))
        test.assertTrue(names, "nothing to judge")
        done = subprocess.run(
            ["python3", os.path.join(SCHEMA, "validate.py"), "--schema",
             os.path.join(SCHEMA, "ios-schema.json"), "--kind", kind,
             "--quiet", *options, *names],
            capture_output=True, text=True, timeout=300)
        test.assertEqual(done.returncode, 0, done.stdout + done.stderr)


class Case(unittest.TestCase):
    """A test with a running server; CHANGES are its settings."""

    CHANGES = {}

    @classmethod
    def setUpClass(cls):
        for name in (SERVER, CLI, PHONES):
            if not name or not os.access(name, os.X_OK):
                print("SKIP: the programs are not built or not given")
                raise unittest.SkipTest("the programs are not built")
        cls.folder = tempfile.mkdtemp(prefix="workphone-e2e-")
        cls.server = Server(cls.folder, **cls.CHANGES)
        cls.is_ended = False
        # tearDownClass is not called when the rest of a set-up fails.
        cls.addClassCleanup(Case.end.__func__, cls)
        try:
            cls.prepare()
            cls.server.init().start()
        except BaseException:
            cls.tearDownClass()
            raise
        cls.cli = Cli(cls.server)
        cls.phones = VirtualPhones(cls.server, cls.folder)

    @classmethod
    def prepare(cls):
        """What must be so before the server is first initialised."""

    @classmethod
    def tearDownClass(cls):
        cls.end()

    @classmethod
    def end(cls):
        """The server, once, and what is to be said of its end."""
        if cls.is_ended:
            return
        cls.is_ended = True
        problem = None
        try:
            status = cls.server.stop()
            text = cls.server.log() if cls.server.log_file.exists() else ""
            if status != 0:
                problem = f"the server ended with {status}"
            elif re.search(r"ERROR: \w+Sanitizer|runtime error:|LeakSanitizer",
                           text):
                problem = "a sanitizer spoke"
            if problem:
                problem += ":\n" + text[-4000:]
        finally:
            if os.environ.get("WORKPHONE_E2E_KEEP"):
                print("kept: " + cls.folder)
            else:
                shutil.rmtree(cls.folder, ignore_errors=True)
        if problem:
            raise AssertionError(problem)

    def new_phone(self, serial, identity="tls", person="Astrid Lindqvist"):
        """A Python phone with its link opened, not enrolled yet."""
        link = self.cli.link(serial, person)
        return raw.Phone(self.server, self.folder, serial,
                         identity).open_link(link["url"])

    def enrolled_phone(self, serial, identity="tls"):
        link = self.cli.link(serial)
        return raw.Phone(self.server, self.folder, serial,
                         identity).enrol(link["url"])
