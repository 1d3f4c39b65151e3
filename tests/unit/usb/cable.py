"""A bench made of Python: usbmuxd's and lockdownd's client, for the tests here.

It shares nothing with the virtual phone: plistlib, ssl and the openssl program.
"""

import json
import os
import pathlib
import plistlib
import shutil
import signal
import socket
import ssl
import struct
import subprocess
import tempfile
import time
import unittest
import uuid

PHONES = os.environ.get("WORKPHONE_PHONES_PROGRAM")
PATIENCE = 30


def openssl(*args, data=None):
    done = subprocess.run(["openssl", *map(str, args)], input=data,
                          capture_output=True, timeout=PATIENCE)
    if done.returncode != 0:
        raise AssertionError("openssl %s: %s" % (args, done.stderr.decode()))
    return done.stdout


def wait_for(what, test, seconds=PATIENCE):
    end = time.monotonic() + seconds
    while True:
        found = test()
        if found:
            return found
        if time.monotonic() > end:
            raise AssertionError("waited in vain for: " + what)
        time.sleep(0.05)


def read_exactly(line, count):
    data = b""
    while len(data) < count:
        piece = line.recv(count - len(data))
        if not piece:
            raise ConnectionError("the phone hung up")
        data += piece
    return data


class Bench:
    """The program virtual-phones, its control socket and its usbmuxd."""

    def __init__(self, *options):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="workphone-usb-"))
        self.mux = self.folder / "mux"
        self.control = self.folder / "control"
        self.errors = self.folder / "stderr"
        self.lines = []  # every connection of a test, closed behind it
        with open(self.errors, "wb") as errors:
            self.process = subprocess.Popen(
                [PHONES, "run", "--state", str(self.folder / "phones"),
                 "--poll", "0", "--usbmuxd", str(self.mux), "--control",
                 str(self.control), *map(str, options)],
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                stderr=errors)
        wait_for("the mux socket", self.is_up)

    def keep(self, line):
        self.lines.append(line)
        return line

    def close_lines(self):
        while self.lines:
            self.lines.pop().close()

    def is_up(self):
        if self.process.poll() is not None:
            raise AssertionError("virtual-phones: " + self.errors.read_text())
        return self.mux.exists()

    def close(self):
        """What it said on stderr; a sanitizer's report is there too."""
        self.process.send_signal(signal.SIGTERM)
        status = self.process.wait(PATIENCE)
        said = self.errors.read_text()
        shutil.rmtree(self.folder)
        return status, said

    def say(self, do, phone=None, **keys):
        request = {"do": do, **keys}
        if phone:
            request["phone"] = phone
        with socket.socket(socket.AF_UNIX) as line:
            line.settimeout(PATIENCE)
            line.connect(str(self.control))
            line.sendall(json.dumps(request).encode() + b"\n")
            return json.loads(line.makefile().readline())

    def order(self, do, phone=None, **keys):
        answer = self.say(do, phone, **keys)
        if not answer["ok"]:
            raise AssertionError(f"{do} {keys}: {answer}")
        return answer

    def set(self, phone, **keys):
        self.order("usb_set", phone, set=keys)

    def state(self, phone):
        return self.order("usb", phone)["usb"]

    def new(self, serial, **keys):
        self.order("new", serial=serial, **keys)
        self.order("attach", serial)
        return self.state(serial)["udid"]

    def environment(self):
        return {**os.environ, "USBMUXD_SOCKET_ADDRESS": f"UNIX:{self.mux}"}


class Mux:
    """One connection to usbmuxd."""

    def __init__(self, bench):
        self.line = bench.keep(socket.socket(socket.AF_UNIX))
        self.line.settimeout(PATIENCE)
        self.line.connect(str(bench.mux))
        self.tag = 0

    def send(self, **message):
        self.tag += 1
        body = plistlib.dumps({"ProgName": "test", "kLibUSBMuxVersion": 3,
                               **message})
        self.line.sendall(
            struct.pack("<4I", len(body) + 16, 1, 8, self.tag) + body)

    def read(self):
        length, version, message, tag = struct.unpack(
            "<4I", read_exactly(self.line, 16))
        assert (version, message) == (1, 8), (version, message)
        return tag, plistlib.loads(read_exactly(self.line, length - 16))

    def ask(self, **message):
        self.send(**message)
        tag, answer = self.read()
        assert tag == self.tag, (tag, self.tag)
        return answer

    def devices(self):
        return {item["Properties"]["SerialNumber"]: item["DeviceID"]
                for item in self.ask(MessageType="ListDevices")["DeviceList"]}

    def close(self):
        self.line.close()


class Gone(ConnectionError):
    """The connection ended instead of an answer."""


class Service:
    """Frames of four bytes of length and a property list."""

    def __init__(self, line):
        self.line = line

    def send(self, request):
        body = plistlib.dumps(request)
        self.line.sendall(struct.pack(">I", len(body)) + body)

    def read_raw(self):
        length = struct.unpack(">I", read_exactly(self.line, 4))[0]
        return read_exactly(self.line, length)

    def read(self):
        return plistlib.loads(self.read_raw())

    def ask(self, **request):
        try:
            self.send(request)
            return self.read()
        except (ConnectionError, ssl.SSLError, OSError) as error:
            if isinstance(error, socket.timeout):
                raise
            raise Gone(str(error)) from error

    def close(self):
        self.line.close()


class Lockdown(Service):
    def ask(self, request, **keys):
        answer = super().ask(Label="test", Request=request, **keys)
        if answer.get("Request") != request:
            raise AssertionError(f"{request} was answered {answer}")
        return answer

    def value(self, key, domain=None):
        keys = {"Key": key}
        if domain:
            keys["Domain"] = domain
        return self.ask("GetValue", **keys)


class Host:
    """A pairing host with its own SHA-256 certificates of empty name."""

    def __init__(self, bench, udid):
        self.bench = bench
        self.udid = udid
        self.folder = pathlib.Path(tempfile.mkdtemp(dir=bench.folder))
        self.root = self.folder / "root.pem"
        self.root_key = self.folder / "root.key"
        self.host_id = str(uuid.uuid4()).upper()
        self.escrow = None
        openssl("genrsa", "-out", self.root_key, 2048)
        openssl("req", "-x509", "-new", "-key", self.root_key, "-subj", "/",
                "-days", "3650", "-out", self.root)

    def connect(self, port=62078):
        mux = Mux(self.bench)
        device = mux.devices().get(self.udid)
        if device is None:
            mux.close()
            raise Gone("not plugged in")
        answer = mux.ask(MessageType="Connect", DeviceID=device,
                         PortNumber=socket.htons(port))
        if answer["Number"] != 0:
            mux.close()
            raise Gone("refused: %s" % answer["Number"])
        return mux.line

    def lockdown(self):
        return Lockdown(self.connect())

    def record(self, lockdown):
        """A PairRecord over this phone's key."""
        public = self.folder / "device.pub"
        public.write_bytes(lockdown.value("DevicePublicKey")["Value"])
        spki = self.folder / "device.spki"
        openssl("rsa", "-RSAPublicKey_in", "-in", public, "-pubout", "-out",
                spki)
        device = self.folder / "device.pem"
        openssl("x509", "-new", "-force_pubkey", spki, "-CA", self.root,
                "-CAkey", self.root_key, "-subj", "/", "-days", "3650",
                "-out", device)
        return {"DeviceCertificate": device.read_bytes(),
                "HostCertificate": self.root.read_bytes(),
                "RootCertificate": self.root.read_bytes(),
                "HostID": self.host_id, "SystemBUID": "TEST"}

    def pair(self, lockdown=None, record=None, **options):
        lockdown = lockdown or self.lockdown()
        answer = lockdown.ask(
            "Pair", ProtocolVersion="2",
            PairRecord=record or self.record(lockdown),
            PairingOptions={"ExtendedPairingErrors": True, **options})
        self.escrow = answer.get("EscrowBag", self.escrow)
        return answer

    def tls(self, line, certificate=None, key=None):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        context.set_ciphers("ALL:@SECLEVEL=0")
        context.load_cert_chain(certificate or self.root, key or self.root_key)
        return self.bench.keep(context.wrap_socket(line))

    def session(self):
        """A lockdown connection with a session, under TLS."""
        lockdown = self.lockdown()
        answer = lockdown.ask("StartSession", HostID=self.host_id,
                              SystemBUID="TEST")
        if "Error" in answer:
            raise PermissionError(answer["Error"])
        try:
            lockdown.line = self.tls(lockdown.line)
        except OSError as error:
            raise Gone(str(error)) from error
        lockdown.session_id = answer["SessionID"]
        return lockdown

    def service(self, name, escrow=False):
        lockdown = self.session()
        keys = {"EscrowBag": self.escrow} if escrow else {}
        answer = lockdown.ask("StartService", Service=name, **keys)
        if "Error" in answer:
            raise PermissionError(answer["Error"])
        line = self.connect(answer["Port"])
        if answer["EnableServiceSSL"]:
            line = self.tls(line)
        lockdown.close()
        return Service(line)

    def mcinstall(self, **how):
        return self.service("com.apple.mobile.MCInstall", **how)


class Supervisor:
    """The identity that a station's server would keep."""

    def __init__(self, folder):
        self.key = pathlib.Path(folder) / "supervisor.key"
        self.certificate = pathlib.Path(folder) / "supervisor.pem"
        openssl("req", "-x509", "-newkey", "rsa:2048", "-noenc", "-keyout",
                self.key, "-out", self.certificate, "-days", "3650", "-subj",
                "/CN=Supervision")
        self.der = openssl("x509", "-in", self.certificate, "-outform", "DER")

    def sign(self, challenge, *options):
        return openssl("cms", "-sign", "-nodetach", "-outform", "DER", "-md",
                       "sha256", "-signer", self.certificate, "-inkey",
                       self.key, *(options or ("-binary",)), data=challenge)


class Case(unittest.TestCase):
    """A test at a bench of its own; nothing may be left on stderr."""

    OPTIONS = ("--shared-key",)

    @classmethod
    def setUpClass(cls):
        if not PHONES or not os.access(PHONES, os.X_OK):
            print("SKIP: virtual-phones is not built or not given")
            raise unittest.SkipTest("virtual-phones is not built")
        cls.bench = Bench(*cls.OPTIONS)

    @classmethod
    def tearDownClass(cls):
        status, said = cls.bench.close()
        if status != 0 or said:
            raise AssertionError(f"virtual-phones ended {status}: {said}")

    def tearDown(self):
        self.bench.close_lines()

    def paired(self, serial, **keys):
        """A new phone that trusts a host, and that host."""
        udid = self.bench.new(serial, **keys)
        host = Host(self.bench, udid)
        self.bench.set(serial, trust="yes")
        self.assertNotIn("Error", host.pair())
        return host
