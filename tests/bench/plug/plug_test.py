#!/usr/bin/env python3
"""Question: do journal, server and phones still agree after a bad day at the
bench?

Eight phones on a virtual cable; a day of random events: cables are plugged and
pulled, also in the middle of a request; phones hang in TLS, fall silent, talk
rubbish; agent, workers, server are killed -9; the way between agent and server
is cut; IT orders enrolments and wipes all the while. Then everything is healed
and all must come to rest, and agree:

  no phone was erased without a wipe, or twice for one; a wipe is proven only
  when its phone was erased; every order has an end that journal and server tell
  alike; reports are on the server, each once, none missing.

    plug_test.py [--events 200] [--seed S] [--build FOLDER]
    plug_test.py --figures          how fast are eight phones, idle machine
    plug_test.py --damage erase     does this test see a doubled erase at all?

The programs come from the environment as in tests/e2e, or from --build.
"""

import argparse
import collections
import contextlib
import json
import os
import pathlib
import random
import shutil
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1] / "e2e"))

PROGRAMS = {"SERVER": "server/workphone-server",
            "CLI": "server/cli/workphone",
            "PHONES": "tests/phones/virtual-phones",
            "AGENT": "agent/workphone-agent"}
WIPE_ACKNOWLEDGED, WIPE_PROVEN, WIPE_CANCELLED = 1, 3, 4
ORDER_OPEN = 2  # states up to this one wait or run


def parse():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--events", type=int, default=200)
    parser.add_argument("--seed", default=None)
    parser.add_argument("--phones", type=int, default=8)
    parser.add_argument("--build", help="build folder of the programs")
    parser.add_argument("--figures", action="store_true")
    parser.add_argument("--damage", choices=["erase"],
                        help="do it behind everybody's back; exit 0 when that "
                        "is noticed")
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

import bench  # noqa: E402  reads the environment
import harness  # noqa: E402


class Disagree(Exception):
    """What does not fit together."""


class World:
    """Server, somebody between, agent, phones; and who is up of them."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.server = harness.Server(folder, times={"tick": "1s"}).init()
        self.server.start()
        self.cli = harness.Cli(self.server)
        self.phones = bench.Phones()
        self.agent = bench.Agent(self.folder / "agent", self.phones,
                                 poll="300ms")
        self.agent.join(self.server, self.cli)
        self.between = bench.Between(self.folder / "agent", self.server,
                                     self.agent)
        self.agent.go_through(self.between)
        self.agent.start()
        self.records = bench.Records(self.server)
        self.serials = [f"VVKPLUG{i:05d}" for i in range(ARGS.phones)]
        for serial in self.serials:
            self.phones.fresh(serial, attach=False, pin=True)
            self.phones.set(serial, return_ms=400)
        self.erases = {serial: self.phones.state(serial)["erases"]
                       for serial in self.serials}

    def close(self):
        """What was said of sanitizers, or by an exit status."""
        said = []
        for name, end in (("agent", self.agent.stop),
                          ("server", self.server.stop)):
            try:
                status = end()
            except AssertionError as error:
                status = str(error)
            if status != 0:
                said.append(f"{name} ended with {status}")
        self.between.close()
        self.phones.close_lines()
        for name, text in (("agent", self.agent.log()),
                           ("server", self.server.log())):
            if "Sanitizer" in text or "runtime error:" in text:
                said.append(f"{name}: {text[-3000:]}")
        status, text = self.phones.close()
        if status != 0 or "Sanitizer" in text:
            said.append(f"virtual-phones ended with {status}: {text[-3000:]}")
        return said

    def up(self):
        if self.server.process is None:
            self.server.start()
        if self.agent.process is None:
            self.agent.start()

    def workers(self):
        if self.agent.process is None:
            return []
        pid = self.agent.process.pid
        with contextlib.suppress(OSError):
            text = pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text()
            return [int(word) for word in text.split()]
        return []


# ---- what may happen ----

def plug(world, rng, serial):
    if not world.phones.state(serial)["attached"]:
        world.phones.order("attach", serial)


def pull(world, rng, serial):
    if world.phones.state(serial)["attached"]:
        world.phones.order("detach", serial)


def pull_in_a_request(world, rng, serial):
    which = rng.choice(["drop_at", "drop_after"])
    world.phones.set(serial, replug_ms=rng.choice([100, 600]),
                     **{which: rng.randrange(1, 30)})


def hang(world, rng, serial):
    world.phones.set(serial, **rng.choice([
        {"tls": "hang"}, {"tls": "close"},
        {"mangle": "hang", "mangle_at": rng.randrange(1, 20)},
        {"mangle": "rubbish", "mangle_at": rng.randrange(1, 20)},
        {"mangle": "close", "mangle_at": rng.randrange(1, 20)}]))


def heal(world, rng, serial):
    world.phones.set(serial, tls="", mangle="", drop_at=0, drop_after=0)
    if world.phones.state(serial)["attached"]:  # a re-plug helps
        world.phones.order("detach", serial)
    world.phones.order("attach", serial)


def advance(world, rng, serial):
    """IT wants the next thing of this phone: to be enrolled, or wiped."""
    if world.server.process is None:
        return
    device = world.cli.device(serial)
    wipe = world.cli.json("device", serial).get("wipe") if device else None
    if device and device["state"] == "enrolled" and not wipe:
        if rng.random() < 0.7:  # only the cable reaches it
            world.phones.order("lose_network", serial, arg=100000)
        world.cli.run("wipe", serial, "--reason", "plug", "--yes", ok=False)
    elif not device or (wipe and wipe["state"] == "proven"):
        state = world.phones.state(serial)
        if state["activation"] != "Activated":
            world.phones.set(serial, activation="Activated")
            world.phones.order("lose_network", serial, arg=0)
        world.cli.run("enrol-link", "--bench", "--person", "Astrid Lindqvist",
                      "--serial", serial, ok=False)


def kill_agent(world, rng, serial):
    world.agent.kill()


def kill_worker(world, rng, serial):
    for pid in world.workers()[:1]:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, 9)


def kill_server(world, rng, serial):
    world.server.kill()
    time.sleep(0.3)  # its keeper ends by itself


def cut(world, rng, serial):
    world.between.mode = rng.choice(["cut", "deaf"])


def mend(world, rng, serial):
    world.between.mode = "up"


def wait(world, rng, serial):
    time.sleep(rng.random() * 2)


EVENTS = [(plug, 22), (pull, 10), (pull_in_a_request, 12), (hang, 8),
          (heal, 12), (advance, 26), (kill_agent, 5), (kill_worker, 5),
          (kill_server, 3), (cut, 4), (mend, 8), (wait, 10)]


def day(world, rng):
    happened = collections.Counter()
    for number in range(ARGS.events):
        event = rng.choices([one for one, _ in EVENTS],
                            [weight for _, weight in EVENTS])[0]
        serial = rng.choice(world.serials)
        # A while without them, no more: much is to happen in a day.
        if rng.random() < 0.4:
            world.up()
        event(world, rng, serial)
        happened[event.__name__] += 1
        time.sleep(rng.random() * 0.4)
    return happened


# ---- the evening ----

def open_orders(world):
    return world.records.rows(
        "SELECT kind, serial, state, result FROM work_orders WHERE state <= ?",
        ORDER_OPEN)


def unrest(world):
    """Why it is not quiet yet; "" when it is."""
    found = open_orders(world)
    if found:
        return f"orders are open: {found}"
    look = world.agent.look()
    if look["station"]["reports_waiting"]:
        return f"{look['station']['reports_waiting']} reports wait"
    if any(row["is_working"] for row in look["ports"]):
        return "workers run"
    wipes = world.records.rows("SELECT id FROM wipes WHERE state < ?",
                               WIPE_PROVEN)
    return f"{len(wipes)} wipes are open" if wipes else ""


def give_again(world):
    """What failed three times at the bench needs a person: IT orders it anew,
    now that the phone is well."""
    for serial, command in world.records.rows(
            "SELECT d.serial, w.command_id FROM wipes w"
            " JOIN devices d ON d.id = w.device_id WHERE w.state = 0 AND 3 <="
            " (SELECT count(*) FROM work_orders o WHERE o.wipe_id = w.id"
            " AND o.kind = 4 AND o.state IN (4, 5))"):
        world.cli.run("cancel", command, ok=False)
        world.cli.run("wipe", serial, "--reason", "again", "--yes", ok=False)


def come_to_rest(world, limit=400):
    mend(world, None, None)
    world.up()
    end = time.monotonic() + limit
    healed = -100
    quiet = 0
    while quiet < 8:
        # The operator does what the view says: unplugs and plugs in.
        if time.monotonic() - healed > 30:
            for serial in world.serials:
                heal(world, None, serial)
            give_again(world)
            healed = time.monotonic()
        why = unrest(world)
        quiet = 0 if why else quiet + 1
        if time.monotonic() > end:
            raise Disagree("no rest: " + why + "\n" + json.dumps(
                [{key: row.get(key) for key in
                  ("serial", "state", "code", "step", "order")}
                 for row in world.agent.look()["ports"]], indent=1))
        time.sleep(0.25)


def journal_entries(world):
    """{udid: entries} of the agent's journals, each line checked."""
    found = {}
    for path in (world.agent.state / "journal").glob("*.journal"):
        lines = path.read_bytes().split(b"\n")
        found[path.stem] = [json.loads(line[17:]) for line in lines if line]
    return found


def judge_erases(world):
    wipes = collections.defaultdict(list)
    for serial, state in world.records.rows(
            "SELECT d.serial, w.state FROM wipes w JOIN devices d"
            " ON d.id = w.device_id"):
        wipes[serial].append(state)
    for serial in world.serials:
        erased = world.phones.state(serial)["erases"] - world.erases[serial]
        proven = wipes[serial].count(WIPE_PROVEN)
        if not proven <= erased <= len(wipes[serial]):
            raise Disagree(f"{serial} was erased {erased} times; its wipes: "
                           f"{wipes[serial]}, {proven} of them proven")
    return sum(len(states) for states in wipes.values())


def ends_of(entries):
    """An order ends by its report; "finished" follows when there is time."""
    for entry in entries:
        if entry["event"] == "finished":
            yield entry["order"], entry["code"]
        elif entry["event"] == "report":
            result = json.loads(entry["report"]).get("order_result")
            if result and result["result"] in ("ok", "failed"):
                yield result["order_id"], result["code"]


def judge_orders(world):
    """Ended on the server as the journal says."""
    ends = {}
    for udid, entries in journal_entries(world).items():
        begun = {entry["order"] for entry in entries
                 if entry["event"] == "begun"}
        for order, code in ends_of(entries):
            if ends.setdefault(order, (udid, code))[1] != code:
                raise Disagree(f"{order} has two ends")
        open_here = begun - set(ends)
        if open_here:
            raise Disagree(f"begun and not finished in {udid}: {open_here}")
        told = {entry["id"] for entry in entries if entry["event"] == "report"}
        queued = {entry["id"] for entry in entries
                  if entry["event"] == "queued"}
        if told - queued:
            raise Disagree(f"never left the journal of {udid}: "
                           f"{told - queued}")
    states = dict(world.records.rows("SELECT id, state FROM work_orders"))
    for order, (udid, code) in ends.items():
        if order not in states:
            raise Disagree(f"the server does not know the order {order}")
        # 3 is done, 4 failed: see server/lifecycle/bench_order.h.
        if code == "ok" and states[order] not in (3, 6):
            raise Disagree(f"{order} is done here and {states[order]} there")
    return len(states)


def judge_reports(world):
    numbers = [number for number, *_ in world.records.reports()]
    # One told again under a new number is kept once, under its first.
    if numbers != sorted(set(numbers)):
        raise Disagree(f"reports are doubled: {numbers}")
    row = world.cli.json("stations")[0]
    if row["reports_missing"]:
        raise Disagree(f"the server misses {row['reports_missing']} reports")
    left = [path.name for name in ("outbox", "orders")
            for path in (world.agent.state / name).iterdir()
            if path.suffix in (".json", ".report", ".order")]
    if left:
        raise Disagree(f"left at the station: {left}")
    return len(numbers)


def judge_places(world):
    for serial, attached in world.records.rows(
            "SELECT serial, is_attached FROM bench_phones WHERE serial <> ''"):
        if not attached:
            raise Disagree(f"{serial} hangs there and the server thinks not")


def run_day(world):
    rng = random.Random(ARGS.seed)
    for serial in world.serials:  # the morning: each has its first order
        advance(world, rng, serial)
    happened = day(world, rng)
    print("happened: " + ", ".join(
        f"{name} {count}" for name, count in sorted(happened.items())))
    come_to_rest(world)
    if ARGS.damage:
        world.phones.order("factory_reset", world.serials[0])
        time.sleep(1)
    wipes = judge_erases(world)
    orders = judge_orders(world)
    reports = judge_reports(world)
    judge_places(world)
    print(f"at rest and of one mind: {orders} orders, {wipes} wipes, "
          f"{reports} reports")


# ---- figures ----

def timed(what, test, seconds=120):
    start = time.monotonic()
    harness.wait_for(what, test, seconds)
    return time.monotonic() - start


def figures(world):
    used = [serial.replace("PLUG", "USED") for serial in world.serials]
    for serial in used:
        world.phones.used(serial, attach=False)
    world.phones.plug_all(used)
    facts = timed("facts of all", lambda: [
        row["state"] for row in world.agent.look()["ports"]
    ].count("ready") == len(used))
    idle = world.agent.resident_kib()
    world.phones.plug_all(used, "detach")
    world.phones.set(used[0], tls="hang")
    world.phones.plug_all(used)
    beside = timed("facts of the others", lambda: [
        row["state"] for row in world.agent.look()["ports"]
    ].count("ready") == len(used) - 1)
    world.phones.plug_all(used, "detach")
    for serial in world.serials:
        world.cli.link(serial, "Astrid Lindqvist", "--bench")
    world.phones.plug_all(world.serials)
    enrolled = timed("all enrolled", lambda: sum(
        item["state"] == "enrolled" for item in world.cli.api("/devices")
    ) == len(world.serials))
    for serial in world.serials:
        world.phones.order("lose_network", serial, arg=100000)
    for serial in world.serials:
        world.cli.run("wipe", serial, "--reason", "plug", "--yes")
    wiped = timed("all proven", lambda: world.records.rows(
        "SELECT count(*) FROM wipes WHERE state = ?", WIPE_PROVEN
    )[0][0] == len(world.serials))
    rows = [("facts of all", facts, "3 s"),
            ("facts of the others beside one that hangs", beside, "3 s"),
            ("prepared and enrolled", enrolled, "30 s"),
            ("erased and proven", wiped, "-")]
    print(f"| {len(used)} phones at once | measured | goal |\n|---|---|---|")
    for what, took, goal in rows:
        print(f"| {what} | {took:.1f} s | {goal} |")
    print(f"| agent, resident | {max(idle, world.agent.resident_kib())} KiB |"
          " 30 MB |")


def main():
    for name in (harness.SERVER, harness.CLI, harness.PHONES, bench.AGENT):
        if not name or not os.access(name, os.X_OK):
            print("SKIP: the programs are not built or not given")
            return 77
    folder = tempfile.mkdtemp(prefix="workphone-plug-")
    world = World(folder)
    print(f"seed {ARGS.seed}")
    trouble = []
    try:
        figures(world) if ARGS.figures else run_day(world)
    except (Disagree, AssertionError) as error:
        trouble.append(str(error))
    trouble += world.close()
    if ARGS.keep or (trouble and not ARGS.damage):
        print("kept: " + folder)
    else:
        shutil.rmtree(folder, ignore_errors=True)
    for line in trouble:
        print("FAILED: " + line)
    if ARGS.damage:
        return 0 if len(trouble) == 1 and "was erased" in trouble[0] else 1
    return 1 if trouble else 0


if __name__ == "__main__":
    sys.exit(main())
