"""A bench for the tests of the agent: virtual phones on a virtual cable, the
agent, and a server made of Python."""

import json
import os
import pathlib
import signal
import socket
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "usb"))

from cable import Bench, wait_for  # noqa: E402
from station_server import CODE, StationServer  # noqa: E402

AGENT = os.environ.get("WORKPHONE_AGENT_PROGRAM")


class Agent:
    def __init__(self, bench, name="agent"):
        self.bench = bench
        self.state = bench.folder / name
        self.errors = bench.folder / (name + ".stderr")
        self.process = None
        self.options = []  # more of them, of `run`
        self.wrapper = []  # what the agent is a child of
        self.environment = None

    def command(self, *words):
        return [AGENT, *words, "--state", str(self.state), "--usb", "off",
                "--usbmuxd", f"UNIX:{self.bench.mux}", "--poll", "300ms"]

    def say(self, *words, status=0):
        done = subprocess.run(self.command(*words), capture_output=True,
                              text=True, timeout=120)
        if done.returncode != status:
            raise AssertionError(
                f"{words}: {done.returncode}: {done.stderr}")
        return done

    def join(self, server, code=CODE, status=0):
        return self.say("join", "--server", server.url, "--ca-file",
                        str(server.ca), "--code", code, "--name", "Bench A",
                        status=status)

    def start(self):
        with open(self.errors, "ab") as errors:
            self.process = subprocess.Popen(
                [*self.wrapper, *self.command("run"), *self.options],
                env=self.environment, stdin=subprocess.DEVNULL, stderr=errors)
        wait_for("the agent", self.is_up)

    def is_up(self):
        """It answers: a socket of that name may be of one that was killed."""
        try:
            return self.look() is not None
        except (OSError, ValueError):
            return False

    def stop(self, how=signal.SIGTERM):
        """Its status; a sanitizer's report makes it other than 0."""
        self.process.send_signal(how)
        status = self.process.wait(30)
        self.process = None
        if how == signal.SIGKILL:
            (self.state / "agent.sock").unlink(missing_ok=True)
        return status

    def look(self):
        """What it sees; one that does not run looks once."""
        if not self.process:
            return json.loads(self.say("once", "--json").stdout)
        with socket.socket(socket.AF_UNIX) as line:
            line.settimeout(30)
            line.connect(str(self.state / "agent.sock"))
            with line.makefile(encoding="utf-8") as text:
                return json.loads(text.readline())

    def port(self, serial):
        for row in self.look()["ports"]:
            if row.get("serial") == serial or row.get("udid") == serial:
                return row
        return {}

    def wait_code(self, phone, code, seconds=30):
        return wait_for(f"{phone} to be {code}", lambda: (
            lambda row: row if row.get("code") == code else None)(
                self.port(phone)), seconds)

    def journal(self, udid):
        path = self.state / "journal" / (udid + ".journal")
        return [json.loads(line[17:]) for line in
                path.read_text().splitlines()] if path.exists() else []


class Case(unittest.TestCase):
    def setUp(self):
        self.bench = Bench("--shared-key")
        self.addCleanup(self.end_bench)
        self.agent = Agent(self.bench)
        self.server = None

    def end_bench(self):
        if self.agent.process:
            status = self.agent.stop()
            said = self.agent.errors.read_text()
            self.assertEqual(status, 0, said)
            self.assertNotIn("Sanitizer", said)
        if self.server:
            self.server.close()
        status, said = self.bench.close()
        self.assertEqual((status, said), (0, ""))

    def join(self):
        folder = self.bench.folder / "server"
        folder.mkdir()
        self.server = StationServer(folder)
        self.agent.join(self.server)

    def run_joined(self):
        self.join()
        self.agent.start()

    def phone(self, serial, **keys):
        """In Setup Assistant, activated: as on the bench after Wi-Fi."""
        udid = self.bench.new(serial, **keys)
        return udid

    def fresh(self, serial):
        udid = self.bench.new(serial, setup=True)
        self.bench.set(serial, activation="Activated")
        return udid

    def unplug(self, serial):
        """Once it is back from its erase or restart."""
        wait_for(f"{serial} to be back",
                 lambda: self.bench.say("detach", serial)["ok"])

    def wait_result(self, order, result="ok", seconds=40):
        return wait_for(f"{order} to be {result}", lambda: [
            code for got, code in self.server.results(order)
            if got == result], seconds)[0]

    def wait_refused(self, order, seconds=30):
        return wait_for("a refusal", lambda: self.server.of(
            "refused", order), seconds)[0]["refused"]["reason"]
