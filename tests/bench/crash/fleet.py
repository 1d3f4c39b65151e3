"""Phones and an operator that remember what they were answered.

What was answered is a promise of the server. A request whose answer never came
promises nothing either way. Each phone speaks on one connection and says one
thing at a time, as a real one does.
"""

import csv
import http.client
import json
import pathlib
import plistlib
import random
import socket
import ssl
import struct
import threading
import time
import urllib.parse

from harness import PATIENCE
from phone import CHECKIN, CONNECT

PACE = 0.001  # seconds between two messages of one phone
TOKEN_BYTES = 32


class Broken(Exception):
    """The server did what it must never do."""


def token_of(number, count):
    return struct.pack(">IQ", number, count).ljust(TOKEN_BYTES, b"\xa5")


def count_of(token):
    return struct.unpack(">IQ", token[:12])[1]


def now_ms():
    return int(time.time() * 1000)


class Command:
    """One command as its phone knows it."""

    def __init__(self, command):
        self.request_type = command["RequestType"]
        self.delivered = 0    # answers that carried it
        self.not_now = 0      # NotNow answered 200
        self.closed = None    # "Acknowledged" or "Error" answered 200
        self.closing = False  # such a word was sent, answered or not


class Phone:
    """Half of them come by TLS, half as through a proxy."""

    def __init__(self, server, number, row, folder, seed):
        self.server = server
        self.number = number
        self.row = row
        self.random = random.Random("%s-%d" % (seed, number))
        self.by_proxy = number % 2 == 1
        self.context = ssl.create_default_context(cafile=str(server.ca))
        self.context.load_cert_chain(folder / row["cert_file"],
                                     folder / row["key_file"])
        self.line = None
        self.tokens_sent = 0
        self.tokens_kept = 0   # the newest answered 200
        self.unlock_kept = 0   # when the newest answered one was sent
        self.commands = {}
        self.answers = 0
        self.excused = threading.Event()  # its keeper is gone: 5xx is right

    @property
    def serial(self):
        return self.row["serial"]

    # ---- the wire ----

    def open(self):
        url = self.server.proxy_url if self.by_proxy else self.server.url
        parts = urllib.parse.urlsplit(url)
        if self.by_proxy:
            self.line = http.client.HTTPConnection(
                parts.hostname, parts.port, timeout=PATIENCE)
        else:
            self.line = http.client.HTTPSConnection(
                parts.hostname, parts.port, timeout=PATIENCE,
                context=self.context)

    def close(self):
        if self.line is not None:
            self.line.close()
            self.line = None

    def put(self, path, content_type, keys):
        headers = {"Content-Type": content_type}
        if self.by_proxy:
            headers["Client-Cert"] = self.row["client_cert"]
        body = plistlib.dumps({"UDID": self.row["udid"], **keys})
        self.line.request("PUT", path, body, headers)
        answer = self.line.getresponse()
        text = answer.read()
        if answer.status >= 500 and self.excused.is_set():
            raise ConnectionError("no promise")
        if answer.status != 200:
            raise Broken(f"{self.serial}: {keys.get('Status')} "
                         f"{keys.get('MessageType')}: {answer.status} {text}")
        self.answers += 1
        return text

    # ---- what it says ----

    def live(self, is_over):
        """Until the server is gone or is_over() says so."""
        self.open()
        try:
            while not is_over():
                if self.random.random() < 0.4:
                    self.update_token()
                else:
                    self.converse(is_over)
                time.sleep(PACE)
        except (OSError, http.client.HTTPException):
            pass  # the answer under way never came
        finally:
            self.close()

    def update_token(self):
        self.tokens_sent += 1
        keys = {"MessageType": "TokenUpdate", "Topic": self.row["topic"],
                "PushMagic": self.row["push_magic"], "NotOnConsole": False,
                "AwaitingConfiguration": False,
                "Token": token_of(self.number, self.tokens_sent)}
        begun = now_ms()
        if self.random.random() < 0.2:
            keys["UnlockToken"] = self.random.randbytes(900)
        count = self.tokens_sent
        self.put("/mdm/checkin", CHECKIN, keys)
        self.tokens_kept = count
        if "UnlockToken" in keys:
            self.unlock_kept = begun

    def converse(self, is_over):
        said = {"Status": "Idle"}
        while not is_over():
            text = self.put("/mdm/connect", CONNECT, said)
            self.note_heard(said)
            if not text:
                return
            said = self.answer_to(text)
            if self.random.random() < 0.05:  # the answer gets lost: twice
                self.put("/mdm/connect", CONNECT, said)
                self.note_heard(said)
                return

    def answer_to(self, text):
        plist = plistlib.loads(text, fmt=plistlib.FMT_XML)
        uuid = plist["CommandUUID"]
        command = self.commands.setdefault(uuid, Command(plist["Command"]))
        if command.closed:
            raise Broken(f"{self.serial}: {command.request_type} {uuid} was "
                         f"answered {command.closed}, and is delivered again")
        command.delivered += 1
        chance = self.random.random()
        if chance < 0.2:
            return {"Status": "NotNow", "CommandUUID": uuid}
        command.closing = True
        if chance < 0.27 and command.request_type != "EraseDevice":
            return {"Status": "Error", "CommandUUID": uuid, "ErrorChain": [
                {"ErrorCode": 12021, "ErrorDomain": "MCMDMErrorDomain",
                 "LocalizedDescription": "No.", "USEnglishDescription": "No."}]}
        return {"Status": "Acknowledged", "CommandUUID": uuid,
                **FACTS.get(command.request_type, {})}

    def note_heard(self, said):
        """`said` was answered 200."""
        if "CommandUUID" not in said:
            return
        command = self.commands[said["CommandUUID"]]
        if said["Status"] == "NotNow":
            command.not_now += 1
        else:
            command.closed = said["Status"]


# Never our profile: so that every push of the policy has work to do.
FACTS = {
    "SecurityInfo": {"SecurityInfo": {
        "HardwareEncryptionCaps": 3, "PasscodePresent": True,
        "PasscodeCompliant": True, "PasscodeCompliantWithProfiles": True}},
    "DeviceInformation": {"QueryResponses": {
        "DeviceName": "Telefon", "OSVersion": "17.5", "BuildVersion": "21F79",
        "Model": "MPVN3", "ModelName": "iPhone", "IsSupervised": True}},
    "ProfileList": {"ProfileList": []},
    "ActivationLockBypassCode": {
        "ActivationLockBypassCode": "5G0H1-2J3K4-5M6N-7P8Q-9R0T-1U2V"},
}


class AdminConnection(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("localhost", timeout=PATIENCE)
        self.path = str(path)

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


class Operator:
    """Pushes the policy over and over, and orders a wipe when told."""

    def __init__(self, server, devices, seed):
        self.server = server
        self.devices = devices      # serial → id of the device
        self.random = random.Random("%s-operator" % seed)
        self.to_wipe = []           # serials, ordered until answered
        self.wiped = set()          # ordered, or perhaps ordered
        self.wipes_kept = set()     # serials whose order was answered
        self.pushes_kept = {}       # serial → ms, begin of the answered push
        self.answers = 0
        self.excused = threading.Event()

    def post(self, line, path, body):
        line.request("POST", "/api/v1" + path, json.dumps(body),
                     {"Content-Type": "application/json"})
        answer = line.getresponse()
        text = answer.read().decode()
        if answer.status >= 500 and self.excused.is_set():
            raise ConnectionError("no promise")
        self.answers += 1
        return answer.status, text

    def live(self, is_over):
        line = AdminConnection(self.server.admin)
        try:
            while not is_over():
                if self.to_wipe:
                    self.wipe(line, self.to_wipe[0])
                self.push(line, self.random.choice(sorted(self.devices)))
                time.sleep(0.02)
        except (OSError, http.client.HTTPException):
            pass
        finally:
            line.close()

    def push(self, line, serial):
        begun = now_ms()
        status, text = self.post(line, "/policy/push", {
            "device": self.devices[serial], "dry_run": False})
        if status != 202:
            raise Broken(f"push: {status} {text}")
        if serial not in self.wiped and json.loads(text)["queued"] == 1:
            self.pushes_kept[serial] = begun

    def wipe(self, line, serial):
        again = serial in self.wiped
        self.wiped.add(serial)
        status, text = self.post(
            line, "/devices/%s/wipe" % self.devices[serial],
            {"dry_run": False, "reason": "tests/bench/crash"})
        # An order whose answer was lost may be refused as a repeat.
        if status != 202 and not (again and status == 409):
            raise Broken(f"wipe of {serial}: {status} {text}")
        self.wipes_kept.add(serial)
        self.to_wipe.remove(serial)


class Fleet:
    """All of them at work at once."""

    def __init__(self, server, identities, seed, devices):
        identities = pathlib.Path(identities)
        with open(identities / "phones.tsv", newline="") as table:
            rows = list(csv.DictReader(table, delimiter="\t"))
        self.phones = [Phone(server, number, row, identities, seed)
                       for number, row in enumerate(rows)]
        self.operator = Operator(server, devices, seed)
        self.threads = []
        self.over = threading.Event()
        self.excused = threading.Event()
        for who in [*self.phones, self.operator]:
            who.excused = self.excused
        self.broken = []

    def run(self, who):
        try:
            who.live(self.over.is_set)
        except Exception as error:  # whatever it is, the test must hear it
            self.broken.append(error)

    def begin(self):
        self.over.clear()
        self.excused.clear()
        self.threads = [threading.Thread(target=self.run, args=(who,))
                        for who in [*self.phones, self.operator]]
        for thread in self.threads:
            thread.start()

    def end(self):
        self.over.set()
        for thread in self.threads:
            thread.join()
        if self.broken:
            raise self.broken[0]

    def answers(self):
        return (sum(phone.answers for phone in self.phones) +
                self.operator.answers)
