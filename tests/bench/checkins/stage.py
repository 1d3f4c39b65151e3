"""The stage of the benchmark: a release server, its phones, and the load."""

import concurrent.futures
import http.client
import json
import os
import pathlib
import shutil
import socket
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "tests" / "e2e"))


class Programs:
    """The programs of one build folder."""

    def __init__(self, build):
        self.build = pathlib.Path(build).resolve()
        self.server = self.find("server/workphone-server")
        self.phones = self.find("tests/phones/virtual-phones")
        self.load = self.find("tests/bench/checkins/checkin_load")
        self.bare = self.find("tests/bench/accept_loop/accept_loop")

    def find(self, name):
        path = self.build / name
        if not os.access(path, os.X_OK):
            raise SystemExit(f"{path} is not built: cmake --preset release && "
                             f"ninja -C {self.build} (see tests/bench/README.md)")
        return str(path)

    def is_release(self):
        cache = (self.build / "CMakeCache.txt").read_text()
        return "CMAKE_BUILD_TYPE:STRING=Release" in cache


class UnixConnection(http.client.HTTPConnection):
    """HTTP over the admin socket."""

    def __init__(self, path):
        super().__init__("localhost", timeout=30)
        self.path = str(path)

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


def say(text):
    print(text, file=sys.stderr, flush=True)


class Stage:
    """One server with its phones; `changes` are settings as in harness.py."""

    def __init__(self, programs, folder, **changes):
        import harness
        harness.SERVER = programs.server
        self.programs = programs
        self.folder = pathlib.Path(folder)
        settings = {
            "limits": {"connections": 25000, "connections_per_address": 25000},
            "deadlines": {"idle": "15m"},
            "times": {"tick": "5s"},
        }
        for key, value in changes.items():
            settings.setdefault(key, {}).update(value)
        self.server = harness.Server(folder, **settings)
        self.identities = self.folder / "identities"
        self.phones = 0
        self.udids = []
        self.server.init()

    # ---- processes ----

    def start(self):
        self.server.start()

    def stop(self):
        status = self.server.stop()
        if status != 0:
            raise SystemExit("the server ended with %d: %s"
                             % (status, self.server.log()[-2000:]))

    def pids(self):
        """[server, keeper]"""
        pid = self.server.process.pid
        children = pathlib.Path(f"/proc/{pid}/task/{pid}/children")
        return [pid] + [int(word) for word in children.read_text().split()]

    def memory(self, key):
        """Sum of VmRSS or VmHWM of the server's processes, bytes."""
        total = 0
        for pid in self.pids():
            text = pathlib.Path(f"/proc/{pid}/status").read_text()
            for line in text.splitlines():
                if line.startswith(key + ":"):
                    total += int(line.split()[1]) * 1024
        return total

    def disk(self):
        """Bytes that the data folder takes, as the file system counts."""
        return sum(path.stat().st_blocks * 512
                   for path in self.server.data.iterdir())

    # ---- phones ----

    def links(self, count):
        line = UnixConnection(self.server.admin)
        for number in range(count):
            body = json.dumps({"person": "Bench %d" % number,
                               "serial": "VB%08d" % number})
            line.request("POST", "/api/v1/enrolment-links", body,
                         {"Content-Type": "application/json"})
            answer = line.getresponse()
            text = answer.read()
            if answer.status != 201:
                raise SystemExit(f"no link: {answer.status} {text}")
            yield "%s VB%08d" % (json.loads(text)["url"], number)
        line.close()

    def enrol(self, count):
        """New phones with one shared RSA key, their first work done."""
        urls = self.folder / "urls"
        state = self.folder / "phones"
        urls.write_text("\n".join(self.links(count)) + "\n")
        self.run_phones("enrol", "--shared-key", "--pin", "--threads", "32",
                        "--ca-file", str(self.server.ca), "--state",
                        str(state), "--urls", str(urls))
        self.run_phones("export", "--state", str(state),
                        str(self.identities))
        table = (self.identities / "phones.tsv").read_text().splitlines()
        self.udids = [row.split("\t")[0] for row in table[1:]]
        self.phones = len(self.udids)
        if self.phones != count:
            raise SystemExit(f"{self.phones} of {count} phones enrolled")

    def run_phones(self, *args):
        done = subprocess.run([self.programs.phones, *args],
                              capture_output=True, text=True)
        if done.returncode != 0:
            raise SystemExit(f"virtual-phones {args[0]}: {done.stdout[-1000:]}"
                             f"{done.stderr[-1000:]}")

    # ---- load ----

    def load_args(self, kind, proxy=False, port=None, **options):
        url = self.server.proxy_url if proxy else self.server.url
        address = url.split("//")[1]
        if port:
            address = "127.0.0.1:%d" % port
        args = [self.programs.load, kind, "--identities",
                str(self.identities), "--address", address]
        args += ["--plain"] if proxy else ["--ca", str(self.server.ca)]
        for name, value in options.items():
            args += ["--" + name, str(value)]
        return args

    def load(self, kind, pids=None, errors_allowed=False, **options):
        """One load; what it saw, with the CPU of the server's processes."""
        args = self.load_args(kind, **options)
        for pid in pids or self.pids():
            args += ["--pid", str(pid)]
        done = subprocess.run(args, capture_output=True, text=True)
        if done.returncode != 0:
            raise SystemExit(f"{kind}: {done.stderr}{self.server.log()[-500:]}")
        seen = json.loads(done.stdout)
        if seen["errors"] and not errors_allowed:
            raise SystemExit(f"{kind}: {seen}")
        seen["per_second"] = seen["answers"] / seen["seconds"]
        seen["cpu_us"] = (sum(seen["cpu_ns"]) / 1e3 /
                          max(1, seen["answers"]))
        return seen


class BareLoop:
    """The accept loop without a server around it."""

    def __init__(self, stage, threads):
        keys = stage.server.keys
        self.process = subprocess.Popen(
            [stage.programs.bare, str(keys / "tls.crt"),
             str(keys / "tls.key"), str(stage.server.ca), str(threads)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.port = int(self.process.stdout.readline())

    def close(self):
        self.process.communicate()


class Holders:
    """Idle TLS connections, held by processes of their own."""

    def __init__(self, stage, connections, processes, sources):
        each = connections // processes
        self.processes = [subprocess.Popen(
            stage.load_args("hold", connections=each, sources=sources),
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True) for _ in range(processes)]
        with concurrent.futures.ThreadPoolExecutor(processes) as pool:
            lines = list(pool.map(lambda p: p.stdout.readline(),
                                  self.processes))
        if not all(lines):
            raise SystemExit("hold: " + "".join(
                p.stderr.read() for p in self.processes if p.poll()))
        self.held = sum(json.loads(line)["answers"] for line in lines)

    def close(self):
        for process in self.processes:
            process.communicate()


def remove(folder):
    shutil.rmtree(folder, ignore_errors=True)
