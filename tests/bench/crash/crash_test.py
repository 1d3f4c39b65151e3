#!/usr/bin/env python3
"""Question: is what was answered still there after kill -9, and not repeated?

Phones and an operator work at a real server, which is killed again and again
at random moments: all its processes at once, the server alone, its keeper
alone, or while it starts. After each kill every promise is looked up in a copy
of the database, and the server must start again by itself.

    crash_test.py [--kills 200] [--seed S] [--phones 16]
    crash_test.py --damage lost|repeated     does this test see it at all?

The programs come from the environment as in tests/e2e/harness.py, or from
--build FOLDER. kill -9 leaves what was handed to the kernel: this shows that
nothing is answered before it was written, not that it survives a power cut; for
that see tests/contract/store_disk_test.c.
"""

import argparse
import contextlib
import os
import pathlib
import random
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1] / "e2e"))

PROGRAMS = {"SERVER": "server/workphone-server",
            "CLI": "server/cli/workphone",
            "PHONES": "tests/phones/virtual-phones"}


def parse():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", default=None)
    parser.add_argument("--phones", type=int, default=16)
    parser.add_argument("--build", help="build folder of the programs")
    parser.add_argument("--damage", choices=["lost", "repeated"],
                        help="spoil the database behind the server's back; "
                        "exit 0 when that is noticed")
    parser.add_argument("--keep", action="store_true",
                        help="leave the data there")
    args = parser.parse_args()
    if args.seed is None:
        args.seed = str(random.randrange(10 ** 6))
    for role, name in PROGRAMS.items():
        if args.build:
            os.environ["WORKPHONE_%s_PROGRAM" % role] = \
                str(pathlib.Path(args.build).resolve() / name)
    return args


ARGS = parse()

import harness  # noqa: E402  reads the environment
from fleet import Broken, Fleet  # noqa: E402
from judge import Judge  # noqa: E402


class Server(harness.Server):
    """A server in a process group of its own, that can be killed in parts."""

    def launch(self):
        with open(self.log_file, "ab") as log:
            self.log_begin = log.tell()
            self.process = subprocess.Popen(
                [harness.SERVER, "serve", "--config", str(self.config)],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                env=self.environment(), start_new_session=True)

    def start(self):
        self.launch()
        harness.wait_for("the server to be ready", self.is_ready)
        return self

    def keeper(self):
        pid = self.process.pid
        children = pathlib.Path(f"/proc/{pid}/task/{pid}/children")
        return [int(word) for word in children.read_text().split()]

    def kill(self):
        if self.process is not None and self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
        if self.process is not None:
            self.process.wait(harness.PATIENCE)
        self.process = None

    def last_log(self):
        """What it logged since it was launched."""
        with open(self.log_file, "rb") as log:
            log.seek(self.log_begin)
            return log.read().decode("utf-8", "replace")


def is_gone(pid):
    """A zombie whose parent does not ask is gone as well."""
    try:
        stat = pathlib.Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return True
    return stat.rsplit(")", 1)[1].split()[0] == "Z"


# ---- ways to die ----

def kill_all(server):
    server.kill()


def kill_server(server):
    """The keeper must not stay behind."""
    keepers = server.keeper()
    server.process.kill()
    server.process.wait(harness.PATIENCE)
    for pid in keepers:
        harness.wait_for("the keeper to end", lambda: is_gone(pid), 20)
    server.process = None


def kill_keeper(server):
    """The server must not go on without keys, and says so by its status."""
    for pid in server.keeper():
        os.kill(pid, signal.SIGKILL)
    status = server.process.wait(harness.PATIENCE)
    if status != 1:
        raise Broken(f"without its keeper the server ended with {status}")
    server.process = None


WAYS = [(kill_all, 0.8), (kill_server, 0.1), (kill_keeper, 0.1)]


class Story:
    def __init__(self, folder, args):
        self.random = random.Random(args.seed)
        self.folder = pathlib.Path(folder)
        self.kills = args.kills
        # Facts are old at once: the server itself keeps asking, too.
        self.server = Server(folder, times={"tick": "1s", "refresh": "1s"})
        self.server.init().start()
        self.fleet = Fleet(self.server, self.enrol(args.phones), args.seed,
                           self.devices())
        self.judge = Judge(self.server, self.folder)
        self.counts = {}

    def enrol(self, count):
        cli = harness.Cli(self.server)
        serials = ["VBCR%06d" % number for number in range(count)]
        urls = self.folder / "urls"
        urls.write_text("".join(
            "%s %s\n" % (cli.link(serial)["url"], serial)
            for serial in serials))
        phones = harness.VirtualPhones(self.server, self.folder)
        phones.run("enrol", "--shared-key", "--no-poll", "--ca-file",
                   str(self.server.ca), "--urls", str(urls))
        identities = self.folder / "identities"
        phones.run("export", str(identities))
        return identities

    def devices(self):
        return {item["serial"]: item["id"]
                for item in harness.Cli(self.server).json("devices")}

    def count(self, what):
        self.counts[what] = self.counts.get(what, 0) + 1

    # ---- one kill ----

    def wipe_now_and_then(self, number):
        """Half of the phones are wiped in the course of all kills."""
        phones = self.fleet.phones
        wanted = (number + 1) * len(phones) // (2 * self.kills)
        operator = self.fleet.operator
        for phone in phones[:max(wanted, 1)]:
            if phone.serial not in operator.wiped and \
                    phone.serial not in operator.to_wipe:
                operator.to_wipe.append(phone.serial)

    def kill_at_start(self):
        """It is mending its database, or listens already."""
        self.server.launch()
        time.sleep(self.random.uniform(0, 0.3))
        self.server.kill()
        self.count("while it starts")

    def kill_at_work(self):
        way = self.random.choices([way for way, _ in WAYS],
                                  [weight for _, weight in WAYS])[0]
        if self.server.process is None:
            self.server.start()
        self.fleet.begin()
        try:
            time.sleep(self.random.uniform(0.02, 1.0))
            if way is kill_keeper:
                self.fleet.excused.set()
            way(self.server)
        finally:
            self.server.kill()
            self.fleet.end()
        self.count(way.__name__.replace("kill_", "").replace("all", "both"))
        self.check_log(way)

    def check_log(self, way):
        text = self.server.last_log()
        if re.search(r"ERROR: \w+Sanitizer|runtime error:", text):
            raise Broken("a sanitizer spoke: " + text[-3000:])
        errors = [line for line in text.splitlines()
                  if '"level":"error"' in line]
        if errors and way is not kill_keeper:
            raise Broken("the server logs an error: " + errors[0])

    # ---- what must be noticed ----

    def lose(self):
        """What is only in the log, as if it had not been written."""
        (self.server.data / "workphone.db-wal").unlink(missing_ok=True)

    def repeat(self):
        """Commands that were acknowledged wait again."""
        with contextlib.closing(sqlite3.connect(
                self.server.data / "workphone.db")) as db:
            db.execute("UPDATE commands SET state = 0, place = 1000000 + rowid"
                       " WHERE state = 3")
            db.commit()

    def run(self):
        for number in range(self.kills):
            self.wipe_now_and_then(number)
            before = self.fleet.answers()
            if self.server.process is None and self.random.random() < 0.1:
                self.kill_at_start()
            else:
                self.kill_at_work()
            if ARGS.damage == "lost":
                self.lose()
            self.judge.look(self.fleet)
            if ARGS.damage == "repeated":
                self.repeat()
                self.judge.closed = {}
            print("kill %d of %d: %d answers, all promises kept"
                  % (number + 1, self.kills, self.fleet.answers() - before),
                  flush=True)
        self.finish()

    def finish(self):
        """In peace all work gets done, and the server ends as it should."""
        self.server.start()
        self.fleet.begin()
        time.sleep(1)
        self.fleet.end()
        status = self.server.stop()
        if status != 0:
            raise Broken(f"the server ended with {status}: "
                         + self.server.last_log()[-3000:])
        self.judge.look(self.fleet)
        self.check_log(None)

    def summary(self):
        commands = [command for phone in self.fleet.phones
                    for command in phone.commands.values()]
        kinds = {}
        for command in commands:
            if command.closed:
                kinds[command.request_type] = \
                    kinds.get(command.request_type, 0) + 1
        return ("%d kills (%s); %d answers; %d commands closed (%s)" % (
            self.kills,
            ", ".join("%s %d" % item for item in sorted(self.counts.items())),
            self.fleet.answers(), sum(kinds.values()),
            ", ".join("%s %d" % item for item in sorted(kinds.items()))))


def main():
    for name in (harness.SERVER, harness.CLI, harness.PHONES):
        if not name or not os.access(name, os.X_OK):
            print("SKIP: the programs are not built or not given")
            return 77
    folder = tempfile.mkdtemp(prefix="workphone-crash-")
    print("seed %s, %d phones, in %s" % (ARGS.seed, ARGS.phones, folder),
          flush=True)
    story = None
    keep = ARGS.keep
    try:
        story = Story(folder, ARGS)
        story.run()
        if ARGS.damage:
            print("the damage was not noticed")
            return 1
        print("nothing lost, nothing repeated: " + story.summary())
        return 0
    except (Broken, AssertionError, sqlite3.DatabaseError) as broken:
        if ARGS.damage:
            print("noticed: %s" % broken)
            return 0
        keep = True
        print("BROKEN (seed %s): %s" % (ARGS.seed, broken))
        return 1
    finally:
        if story is not None:
            story.server.kill()
        if keep:
            print("kept: " + folder)
        else:
            shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
