#!/usr/bin/env python3
"""Question: what does one phone's request cost a real server on this machine?

Enrols phones made of software at the release build, lets them speak over TLS
with client certificates and over phones_proxy, and prints one table; --json
FILE writes the same for programs. Disk writes are real: the data lies in a
temporary folder on a real file system, with fsync.

    tests/bench/checkins/run.py --build build/release [--phones 2000]
        [--json FILE] [--only NAME,NAME] [--folder DIR] [--keep]
"""

import argparse
import datetime
import json
import os
import pathlib
import platform
import statistics
import subprocess
import tempfile
import time

import rows
import stage as stages
from stage import say

THREADS = 2  # limits.io_threads, as the server's default
HISTORY_PHONES = 200
HISTORY = 1000


class Report:
    """Rows of the table: (what, goal, unit, value, more)."""

    def __init__(self):
        self.rows = []

    def add(self, name, what, value, unit, goal=None, at_least=False, **more):
        met = None
        if goal is not None:
            met = value >= goal if at_least else value <= goal
        self.rows.append({"name": name, "what": what, "value": value,
                          "unit": unit, "goal": goal, "at_least": at_least,
                          "met": met, **more})
        say("  %-44s %s %s" % (what, number(value), unit))

    def load(self, name, what, rounds, goal, unit="µs CPU"):
        """The round with the median cost."""
        rounds = sorted(rounds, key=lambda seen: seen["cpu_us"])
        seen = rounds[len(rounds) // 2]
        self.add(name, what, seen["cpu_us"], unit, goal,
                 per_second=seen["per_second"], p50_ms=seen["p50_ms"],
                 p99_ms=seen["p99_ms"], answers=seen["answers"],
                 keeper_us=seen["cpu_ns"][1] / 1e3 / seen["answers"],
                 spread_us=[round(one["cpu_us"], 1) for one in rounds])

    def table(self):
        lines = ["%-46s %10s %-8s %10s %10s %8s %8s" % (
            "what", "measured", "", "goal", "a second", "p50 ms", "p99 ms")]
        for row in self.rows:
            goal = ""
            if row["goal"] is not None:
                goal = ("≥ " if row["at_least"] else "≤ ") + number(row["goal"])
                goal += "" if row["met"] else " !"
            lines.append("%-46s %10s %-8s %10s %10s %8s %8s" % (
                row["what"], number(row["value"]), row["unit"], goal,
                number(row.get("per_second")), number(row.get("p50_ms")),
                number(row.get("p99_ms"))))
        lines.append("! goal missed")
        return "\n".join(line.rstrip() for line in lines)


def number(value):
    if value is None:
        return ""
    if abs(value) >= 100:
        return "%.0f" % value
    return "%.2f" % value if abs(value) < 10 else "%.1f" % value


class Bench:
    def __init__(self, stage, report, args):
        self.stage = stage
        self.report = report
        self.rounds = args.rounds
        self.seconds = args.seconds

    def repeat(self, kind, **options):
        return [self.stage.load(kind, seconds=self.seconds, **options)
                for _ in range(self.rounds)]

    # ---- one measurement each; the server runs before and after ----

    def idle(self):
        self.report.load("idle_tls", "Idle, nothing queued, TLS",
                         self.repeat("idle"), 45)
        self.report.load("idle_proxy", "Idle, nothing queued, phones_proxy",
                         self.repeat("idle", proxy=True), 45)

    def token(self):
        self.report.load("token_tls", "TokenUpdate on disk, TLS",
                         self.repeat("token"), 100)
        self.report.load("token_proxy", "TokenUpdate on disk, phones_proxy",
                         self.repeat("token", proxy=True), 100)
        self.report.load("token_unlock_tls",
                         "the same with UnlockToken, TLS",
                         self.repeat("token-unlock"), None)
        self.drain()

    def drain(self):
        """A new UnlockToken makes the server ask: the passcode may be new."""
        self.stage.load("cycle")

    def cycles(self, first, count, proxy=False, **commands):
        """Of these phones, from commands written for them."""
        rows.queue_commands(self.stage.server,
                            self.stage.udids[first:first + count], **commands)
        return self.stage.load("cycle", skip=first, phones=count, proxy=proxy)

    def cycle(self):
        count = self.stage.phones

        def repeat(**how):
            return [self.cycles(0, count, **how) for _ in range(self.rounds)]
        profile = {"kinds": ["InstallProfile"]}
        self.report.load("cycle_tls", "Idle → profile → Acknowledged, TLS",
                         repeat(**profile), 200)
        self.report.load("cycle_proxy", "the same, phones_proxy",
                         repeat(proxy=True, **profile), 200)
        self.report.load("cycle_facts_tls",
                         "Idle → question → answer with facts, TLS",
                         repeat(), 200)
        self.report.load("cycle_facts_proxy", "the same, phones_proxy",
                         repeat(proxy=True), 200)
        self.report.load("cycle_row_tls", "each of 10 questions in a row, TLS",
                         repeat(each=10), None)

    def history(self):
        """Phones with a long past and phones with none, in turn."""
        count = min(HISTORY_PHONES, self.stage.phones // 2)
        say("  writing %d old commands" % (count * HISTORY))
        self.stage.stop()
        rows.add_history(self.stage.server, self.stage.udids[:count], HISTORY)
        self.stage.start()
        seen = {"idle": ([], []), "cycle": ([], [])}
        for number in range(2 * self.rounds):
            for side in ((0, 1), (1, 0))[number % 2]:
                seen["cycle"][side].append(
                    self.cycles(side * count, count, each=5)["cpu_us"])
                seen["idle"][side].append(self.stage.load(
                    "idle", skip=side * count, phones=count,
                    seconds=1)["cpu_us"])
        for kind, (old, new) in seen.items():
            old, new = statistics.median(old), statistics.median(new)
            self.report.add(
                "history_" + kind, "%s of phones with %d old commands"
                % (kind.capitalize(), HISTORY), old / new, "times", 1.10,
                with_us=old, without_us=new, phones=count)

    def connect(self):
        """In turn, so that what else the machine does hits both."""
        bare = stages.BareLoop(self.stage, THREADS)
        ours, theirs = [], []
        try:
            for _ in range(self.rounds):
                theirs.append(self.stage.load(
                    "connect", pids=[bare.process.pid], connections=32,
                    port=bare.port, sources=8, seconds=self.seconds))
                ours.append(self.stage.load("connect", connections=32,
                                            sources=8, seconds=self.seconds))
        finally:
            bare.close()
        self.report.load("connect", "new TLS connection and its first Idle",
                         ours, None)
        self.report.load("connect_bare", "the same at the bare accept loop",
                         theirs, None)
        rate = [statistics.median(seen["per_second"] for seen in side)
                for side in (ours, theirs)]
        cpu = [statistics.median(seen["cpu_us"] for seen in side)
               for side in (ours, theirs)]
        self.report.add("connect_ratio", "rate of connections, ours of bare",
                        rate[0] / rate[1], "times", 0.85, at_least=True)
        self.report.add("connect_cpu_ratio", "CPU a connection, bare of ours",
                        cpu[1] / cpu[0], "times")

    def paced(self):
        """Open loop: a request leaves when it is due, answered or not."""
        for kind, proxy, what in (("token", False, "TLS"),
                                  ("token", True, "phones_proxy")):
            rounds = [self.stage.load(kind, proxy=proxy, rate=1000,
                                      outstanding=0, seconds=10, warm=2)
                      for _ in range(self.rounds)]
            seen = sorted(rounds, key=lambda one: one["p99_ms"])[
                len(rounds) // 2]
            self.report.add(
                "paced_" + what, "p99 at 1,000 TokenUpdates/s, " + what,
                seen["p99_ms"], "ms", 10, per_second=seen["per_second"],
                p50_ms=seen["p50_ms"], p99_ms=seen["p99_ms"],
                max_ms=seen["max_ms"], late=seen["late"])

    def memory(self):
        """Started anew, then all phones at work, 200 at a time."""
        count = self.stage.phones
        self.stage.stop()
        rows.queue_commands(self.stage.server, self.stage.udids, 2)
        self.stage.start()
        for first in range(0, count, 200):
            for kind in ("cycle", "token-unlock", "cycle", "idle"):
                self.stage.load(kind, skip=first, phones=200, warm=0,
                                seconds=0.1)
        self.report.add("memory", "resident, %d phones at work" % count,
                        self.stage.memory("VmRSS") / 1e6, "MB",
                        60 if count == 2000 else None)
        # Held and silent. OpenSSL alone takes 25 KiB of each.
        holders = stages.Holders(self.stage, count, 1, 1)
        try:
            resident = self.stage.memory("VmRSS")
        finally:
            holders.close()
        self.report.add("memory_held", "and each with a TLS connection open",
                        resident / 1e6, "MB")
        self.report.add("memory_peak", "peak of it",
                        self.stage.memory("VmHWM") / 1e6, "MB")

    def hold(self):
        """As many as a process may have files, and the rest by proportion."""
        wanted = 20000
        limit = int(next(line.split()[4] for line in pathlib.Path(
            "/proc/%d/limits" % self.stage.pids()[0]).read_text().splitlines()
            if line.startswith("Max open files")))
        count = min(wanted, limit - 500) // 2 * 2
        self.stage.stop()
        self.stage.start()
        before = self.stage.memory("VmRSS")
        holders = stages.Holders(self.stage, count, 2, 8)
        try:
            after = self.stage.memory("VmRSS")
        finally:
            holders.close()
        each = (after - before) / holders.held
        self.report.add("hold", "resident, 20,000 idle TLS connections",
                        (before + each * wanted) / 1e6, "MB", 600,
                        held=holders.held, each_bytes=each,
                        measured_mb=after / 1e6)

    def disk(self):
        """After enrolment and its first commands, log written back."""
        self.stage.stop()
        size = self.stage.disk()
        self.stage.start()
        self.report.add("disk", "on disk, a phone just enrolled",
                        size / self.stage.phones / 1e3, "kB",
                        total_bytes=size)


ORDER = ["disk", "idle", "token", "cycle", "connect", "paced", "memory",
         "hold", "history"]


def fsync_ms(folder):
    """Median of appending 4 KiB and waiting for the disk."""
    times = []
    path = pathlib.Path(folder) / "probe"
    with open(path, "wb", buffering=0) as file:
        for _ in range(50):
            file.write(b"x" * 4096)
            start = time.monotonic()
            os.fdatasync(file.fileno())
            times.append((time.monotonic() - start) * 1e3)
    path.unlink()
    return statistics.median(times)


def machine(folder):
    cpu = [line.split(":")[1].strip() for line in
           pathlib.Path("/proc/cpuinfo").read_text().splitlines()
           if line.startswith("model name")]
    kind = subprocess.run(["stat", "-f", "-c", "%T", str(folder)],
                          capture_output=True, text=True).stdout.strip()
    return {"cpu": cpu[0] if cpu else "unknown", "cores": os.cpu_count(),
            "kernel": platform.release(), "file_system": kind,
            "fdatasync_ms": round(fsync_ms(folder), 3),
            "load_average": os.getloadavg()[0],
            "date": datetime.datetime.now(datetime.timezone.utc).isoformat(
                timespec="seconds")}


def parse():
    parser = argparse.ArgumentParser(
        description=__doc__.splitlines()[0],
        epilog="measurements: " + " ".join(ORDER))
    parser.add_argument("--build", default=str(stages.ROOT / "build/release"))
    parser.add_argument("--phones", type=int, default=2000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=3)
    parser.add_argument("--only", help="names, separated by commas")
    parser.add_argument("--json", help="write the figures to this file")
    parser.add_argument("--folder", help="where the data is made "
                        "(default: a temporary folder in the build folder)")
    parser.add_argument("--keep", action="store_true",
                        help="leave the data there")
    args = parser.parse_args()
    args.names = args.only.split(",") if args.only else ORDER
    for name in args.names:
        if name not in ORDER:
            parser.error("no measurement " + name)
    return args


def measure(bench, names):
    for name in ORDER:
        if name in names:
            say("%s (load average %.1f)" % (name, os.getloadavg()[0]))
            getattr(bench, name)()


def main():
    args = parse()
    programs = stages.Programs(args.build)
    if not programs.is_release():
        say("not a release build: the figures are of no use to anyone")
    # Not /tmp: that may be memory, and then nothing is written to a disk.
    folder = tempfile.mkdtemp(prefix="checkins-",
                              dir=os.path.abspath(args.folder or args.build))
    report = Report()
    about = machine(folder)
    stage = stages.Stage(programs, folder)
    try:
        stage.start()
        say("enrolling %d phones; they share one RSA key" % args.phones)
        begun = time.monotonic()
        stage.enrol(args.phones)
        about["enrolments_per_second"] = round(
            args.phones / (time.monotonic() - begun), 1)
        measure(Bench(stage, report, args), args.names)
        stage.stop()
    finally:
        stage.server.kill()
        if args.keep:
            say("kept: " + folder)
        else:
            stages.remove(folder)
    about["phones"] = args.phones
    print("%(phones)d phones sharing one RSA key; %(cpu)s, %(cores)d cores, "
          "Linux %(kernel)s, %(file_system)s, fdatasync %(fdatasync_ms).2f ms"
          % about)
    print(report.table())
    if args.json:
        pathlib.Path(args.json).write_text(json.dumps(
            {"machine": about, "rows": report.rows}, indent=1,
            ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
