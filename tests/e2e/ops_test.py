"""Question: can the server be watched, and does it keep its secrets?

Health, metrics in Prometheus' text form, one JSON object a log line, nothing
secret in log, metrics or database, and the keeper shut in.
"""

import json
import os
import pathlib
import re
import unittest

import pki
from harness import Case, wait_for
from phone import Phone

METRIC = re.compile(
    r'^([a-zA-Z_:][a-zA-Z0-9_:]*)(\{(?:[a-zA-Z_]\w*="(?:[^"\\\n]|\\.)*",?)*\})?'
    r' (-?\d+(?:\.\d+)?(?:e[+-]?\d+)?|NaN|[+-]Inf)$')


class Watching(Case):

    def test_health(self):
        self.assertEqual(self.server.ops("/healthz")[0], 200)
        self.assertEqual(self.server.ops("/readyz")[0], 200)
        self.assertEqual(self.server.ops("/metrics/")[0], 404)

    def test_metrics_are_well_formed(self):
        self.enrolled_phone("VVKOPS000001").connect()
        text = self.server.ops("/metrics")[1]
        typed, seen = {}, set()
        self.assertTrue(text.endswith("\n"))
        for line in text.splitlines():
            if line.startswith("# HELP "):
                self.assertGreater(len(line.split(" ", 3)), 3, line)
            elif line.startswith("# TYPE "):
                _, _, name, kind = line.split(" ")
                self.assertNotIn(name, typed, "typed twice")
                self.assertIn(kind, ("counter", "gauge", "histogram", "summary"))
                typed[name] = kind
            elif line:
                match = METRIC.match(line)
                self.assertIsNotNone(match, line)
                name, labels = match.group(1), match.group(2) or ""
                self.assertNotIn(name + labels, seen, "series twice")
                seen.add(name + labels)
                base = re.sub(r"_(bucket|sum|count)$", "", name)
                self.assertTrue(name in typed or base in typed, line)
                if typed.get(name) == "counter":
                    self.assertTrue(name.endswith("_total"), name)
        self.assertGreater(len(seen), 20)

    def test_metrics_move(self):
        before = self.server.metrics()
        self.enrolled_phone("VVKOPS000002").connect()
        after = self.server.metrics()
        moved = [name for name, value in after.items()
                 if value > before.get(name, 0)]
        for word in ("authenticate", "token_update", "certificates_issued",
                     "profiles_given", "links_created"):
            self.assertTrue(any(word in name for name in moved),
                            f"{word} not among {moved}")

    def test_log_is_json(self):
        self.enrolled_phone("VVKOPS000003")
        lines = [line for line in self.server.log().splitlines() if line]
        self.assertGreater(len(lines), 3)
        for line in lines:
            entry = json.loads(line)
            self.assertIsInstance(entry, dict)
            self.assertNotIn("\x1b", line)


class Secrets(Case):

    def test_no_secret_is_written_down(self):
        link = self.cli.link("VVKSEC000001")
        token = link["url"].rsplit("/", 1)[1]
        phone = Phone(self.server, self.folder, "VVKSEC000001")
        phone.open_link(link["url"])
        challenge = phone.scep["Challenge"]
        phone.get_certificate().authenticate()
        unlock = os.urandom(900)
        self.assertEqual(phone.token_update(UnlockToken=unlock).status, 200)
        bootstrap = os.urandom(64)
        self.assertEqual(phone.check_in(phone.message(
            MessageType="SetBootstrapToken",
            BootstrapToken=bootstrap)).status, 200)
        for path in ("/mdm/connect", "/enrol/" + token):
            phone.put(self.server.url + path, b"rubbish", "text/plain")
        database = b"".join(
            path.read_bytes() for path in sorted(self.server.data.rglob("*"))
            if path.is_file())
        self.assertGreater(len(database), 10000)
        for name, secret in (("unlock token", unlock),
                             ("bootstrap token", bootstrap),
                             ("link", token.encode()),
                             ("challenge", challenge.encode())):
            with self.subTest(secret=name):
                self.assertNotIn(secret, database)
        log = self.server.log() + self.server.ops("/metrics")[1]
        for name, secret in (("challenge", challenge), ("link", token),
                             ("push magic", "magic-VVKSEC000001"),
                             ("unlock token", unlock.hex())):
            with self.subTest(secret=name):
                self.assertNotIn(secret, log)

    def test_foreign_text_cannot_forge_a_line(self):
        phone = self.new_phone("VVKSEC000002").get_certificate()
        phone.check_in(phone.message(
            MessageType="Authenticate\n{\"event\": \"forged\"}"))
        phone.connect("Idle\r\nforged")
        for line in self.server.log().splitlines():
            self.assertNotEqual(json.loads(line).get("event"), "forged")

    def test_databases_are_private(self):
        for path in self.server.data.rglob("*"):
            if path.is_file():
                self.assertEqual(path.stat().st_mode & 0o007, 0, path)


class Keeper(Case):

    def keeper(self):
        """The server's only child."""
        if self.server.process is None:
            self.server.start()
        pid = self.server.process.pid
        children = pathlib.Path(f"/proc/{pid}/task/{pid}/children")
        if not children.exists():
            print("SKIP: this kernel does not list children")
            self.skipTest("this kernel does not list children")
        found = children.read_text().split()
        self.assertEqual(len(found), 1, found)
        return pathlib.Path("/proc") / found[0]

    def status(self, process):
        text = (process / "status").read_text()
        return dict(line.split(":\t", 1) for line in text.splitlines()
                    if ":\t" in line)

    def test_it_is_shut_in(self):
        status = self.status(self.keeper())
        self.assertEqual(status["NoNewPrivs"], "1")
        self.assertEqual(status["Seccomp"], "2")
        self.assertEqual(status["Threads"], "1")

    def test_it_holds_no_file_and_no_network(self):
        targets = [os.readlink(entry)
                   for entry in (self.keeper() / "fd").iterdir()]
        for target in targets:
            self.assertRegex(target, r"^(socket:|/dev/null|pipe:|anon_inode:)|"
                             + re.escape(str(self.server.log_file)))
        inodes = {target[8:-1] for target in targets
                  if target.startswith("socket:")}
        for table in ("tcp", "tcp6", "udp", "udp6"):
            for line in pathlib.Path("/proc/net", table).read_text() \
                    .splitlines()[1:]:
                self.assertNotIn(line.split()[9], inodes)

    def test_the_server_cannot_read_the_keys_from_its_memory(self):
        """The CA key's bytes are in the keeper, and not in the server."""
        if os.geteuid() != 0:
            print("SKIP: needs root to read another process's memory")
            self.skipTest("needs root")
        text = pki.openssl("rsa", "-in", self.server.keys / "ca.key",
                           "-noout", "-modulus")
        modulus = bytes.fromhex(text.decode().split("=")[1])
        # The prime, which only the private key has.
        dump = pki.openssl("rsa", "-in", self.server.keys / "ca.key",
                           "-noout", "-text").decode()
        prime = re.search(r"prime1:\s*([0-9a-f:\s]+)", dump).group(1)
        prime = bytes.fromhex(re.sub(r"[:\s]", "", prime)).lstrip(b"\0")
        self.new_phone("VVKKEY000001").get_certificate()
        self.assertTrue(self.in_memory(self.server.process.pid, modulus[:64]),
                        "the public half must be found, or this test is blind")
        # Little endian words is how OpenSSL keeps numbers.
        self.assertFalse(self.in_memory(self.server.process.pid, prime[-64:]))
        self.assertFalse(self.in_memory(self.server.process.pid,
                                        prime[::-1][:64]))

    def in_memory(self, pid, wanted):
        with open(f"/proc/{pid}/maps") as maps, \
                open(f"/proc/{pid}/mem", "rb", buffering=0) as memory:
            for line in maps:
                span, rights = line.split()[:2]
                start, end = (int(part, 16) for part in span.split("-"))
                # Sanitizers reserve terabytes of shadow; look at the rest.
                if "r" not in rights or end - start > 1 << 30:
                    continue
                try:
                    memory.seek(start)
                    data = memory.read(end - start)
                except (OSError, ValueError, OverflowError):
                    continue
                if wanted in data:
                    return True
        return False

    def test_it_ends_with_its_server(self):
        keeper = self.keeper()
        self.server.kill()
        wait_for("the keeper to end", lambda: not keeper.exists() or
                 self.status(keeper)["State"].startswith("Z"))
        self.server.start()

    def test_without_it_the_server_stops(self):
        """Whoever starts it starts both anew; half a server helps nobody."""
        os.kill(int(self.keeper().name), 9)
        self.assertNotEqual(self.server.process.wait(30), 0)
        self.server.process = None
        self.assertIn("keeper_ended", self.server.log())
        self.server.start()
        self.enrolled_phone("VVKKEY000002")


if __name__ == "__main__":
    unittest.main(verbosity=2)
