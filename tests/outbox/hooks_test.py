"""Question: are programs told of events, signed, once the right ones, and is
nobody led inside by it?"""

import json
import pathlib
import sys
import tempfile
import time
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "e2e"))

FOLDER = pathlib.Path(sys.argv.pop()) if len(sys.argv) > 1 and \
    sys.argv[-1].startswith("/") else None

import harness  # noqa: E402
import judges  # noqa: E402
import mail_sink  # noqa: E402
from harness import wait_for  # noqa: E402
from ports import free_port  # noqa: E402
from receiver import Receiver  # noqa: E402

HOUR = 3600
# Nobody here causes it: such a hook is told of its own test and nothing else.
# What people of an earlier test are asked comes when the server gets to it.
NOTHING = ("--events", "hold.changed")


def lines(*rows):
    return "".join(json.dumps(row) + "\n" for row in rows).encode()


class World(harness.Case):
    HOOKS = {"allow": "127.0.0.1", "timeout": "3s"}
    PLAIN = False

    @classmethod
    def setUpClass(cls):
        cls.temporary = tempfile.TemporaryDirectory()
        folder = FOLDER or pathlib.Path(cls.temporary.name)
        why = judges.install(folder)
        if why:
            print("SKIP: " + why)
            raise unittest.SkipTest(why)
        cls.port = free_port()
        cls.CHANGES = {"webhooks": dict(cls.HOOKS), "mail": {
            "server": f"127.0.0.1:{cls.port}", "security": "none",
            "from": "telefoni@kommun.example", "window": "1s"}}
        super().setUpClass()
        cls.server.stop()
        cls.server.settings["webhooks"]["ca_file"] = str(cls.server.ca)
        cls.server.write_config()
        cls.server.start()
        cls.judge = judges.Judge(folder)
        cls.people = 0

    @classmethod
    def tearDownClass(cls):
        if hasattr(cls, "judge"):
            cls.judge.close()
        super().tearDownClass()
        cls.temporary.cleanup()

    def receiver(self, *args, **more):
        found = Receiver(self.server.keys, *args, **more)
        self.addCleanup(found.close)
        return found

    def add(self, receiver, *args):
        hook = self.cli.json("webhook", "add", receiver.url, *args)
        self.addCleanup(self.cli.run, "webhook", "remove", hook["id"],
                        ok=False)
        return hook

    def hook(self, one):
        return next(hook for hook in self.cli.json("webhooks")
                    if hook["id"] == one["id"])

    def deliveries(self, one):
        return self.cli.json("webhook", "deliveries", one["id"])

    def cause(self):
        """A person comes: tasks are asked."""
        type(self).people += 1
        key = f"person{self.people}"
        line = harness.UnixConnection(self.server.admin)
        line.request("POST", "/api/v1/ledger", lines(
            {"unit": {"external_id": "top", "name": "Kommunen"}},
            {"person": {"external_id": key, "name": "Åsa " + key,
                        "unit": "top", "mail": key + "@kommun.example"}},
            {"employment": {"person": key, "unit": "top",
                            "from": "2020-01-01"}}),
            {"Content-Type": "application/jsonl"})
        answer = line.getresponse()
        body = answer.read()
        line.close()
        self.assertEqual(answer.status, 200, body)

    def verify(self, request, secret, **change):
        """The judge's word; its clock is the real one."""
        _, headers, body = request
        headers = {key.lower(): value for key, value in headers.items()}
        headers.update(change.get("headers", {}))
        return self.judge.ask(verify={
            "secret": secret, "headers": headers,
            "body": change.get("body", body.decode())})


class Told(World):
    # Nobody is slow here but the machine: a second attempt would count.
    HOOKS = {"allow": "127.0.0.1", "timeout": "30s"}

    def test_signed_and_only_what_is_wanted(self):
        good = self.receiver()
        other = self.receiver()
        hook = self.add(good, "--events", "task.asked")
        self.add(other, "--events", "receipt.issued,hold.changed")
        self.cause()
        wait_for("events", good.seen)
        wait_for("all of them", lambda: self.hook(hook)["waiting"] == 0)
        for request in good.seen():
            self.assertEqual(self.verify(request, hook["secret"]),
                             {"good": True})
            body = json.loads(request[2])
            self.assertEqual(body["type"], "task.asked")
            self.assertEqual(body["data"]["state"], "open")
            self.assertNotIn("Åsa", request[2].decode())
        request = good.seen()[0]
        self.assertIn("bad", self.verify(
            request, hook["secret"], body=request[2].decode() + " "))
        self.assertIn("bad", self.verify(
            request, hook["secret"], headers={"webhook-id": "another"}))
        self.assertIn("bad", self.verify(
            request, hook["secret"], headers={"webhook-timestamp": "1"}))
        ids = [request[1]["webhook-id"] for request in good.seen()]
        self.assertEqual(len(ids), len(set(ids)))
        self.assertEqual(other.seen(), [])
        self.assertNotIn("secret", self.hook(hook))
        rows = b"".join(path.read_bytes() for path in
                        self.server.data.iterdir() if path.is_file())
        import base64
        key = hook["secret"][len("whsec_"):]
        self.assertNotIn(key.encode(), rows)
        self.assertNotIn(base64.b64decode(key), rows)
        self.assertNotIn(key, self.server.log())

    def test_replay_is_the_same_event(self):
        good = self.receiver()
        hook = self.add(good, *NOTHING)
        self.cli.run("webhook", "test", hook["id"])
        wait_for("the event", good.seen)
        one = wait_for("its end", lambda: [
            row for row in self.deliveries(hook)
            if row["state"] == "delivered"])[0]
        self.assertEqual(one["event"], "webhook.test")
        self.cli.run("webhook", "replay", hook["id"], one["id"])
        wait_for("it again", lambda: len(good.seen()) == 2)
        first, second = good.seen()
        self.assertEqual(first[2], second[2])
        self.assertEqual(first[1]["webhook-id"], second[1]["webhook-id"])
        self.assertEqual(self.verify(second, hook["secret"]),
                         {"good": True})
        wait_for("its end", lambda: self.hook(hook)["waiting"] == 0)
        self.cli.run("webhook", "replay", hook["id"], "--since",
                     "2020-01-01T00:00:00Z")
        wait_for("all again", lambda: len(good.seen()) == 3)

    def test_two_secrets_for_a_day(self):
        good = self.receiver()
        hook = self.add(good, *NOTHING)
        fresh = self.cli.json("webhook", "rotate", hook["id"])
        self.assertNotEqual(fresh["secret"], hook["secret"])
        self.cli.run("webhook", "test", hook["id"])
        wait_for("the event", good.seen)
        for secret in (hook["secret"], fresh["secret"]):
            self.assertEqual(self.verify(good.seen()[0], secret),
                             {"good": True})

    def test_mail_is_read_by_another(self):
        if not mail_sink.interpreter():
            print("SKIP: no python3-aiosmtpd")
            self.skipTest("no python3-aiosmtpd")
        import base64
        sink = mail_sink.Sink(self.server.folder / "mails", self.port,
                              self.server.keys, "none", False).start()
        self.addCleanup(sink.stop)
        self.cause()
        self.server.move_clock(60)
        mails = wait_for("a mail", sink.mails)
        for mail in mails:
            read = self.judge.ask(
                mail=base64.b64encode(mail["content"]).decode())
            self.assertEqual([to["address"] for to in read["to"]],
                             mail["to"])
            self.assertTrue(read["to"][0]["name"].startswith("Åsa person"))
            self.assertEqual(read["from"]["name"], "Västerviks kommun")
            self.assertIn("Hej Åsa", read["text"])
            self.assertIn("Öppna sidan", read["html"])
            self.assertEqual(read["attachments"], 0)
            self.assertNotIn("bcc", read["headers"])


class Bad(World):
    def test_slow_and_dead_do_not_hold_up_others(self):
        slow = self.receiver("slow")
        dead = self.receiver()
        dead.close()
        good = self.receiver()
        hooks = [self.add(one) for one in (slow, dead, good)]
        begun = time.monotonic()
        for _ in range(8):
            self.cli.run("webhook", "test", hooks[2]["id"])
            self.cli.run("webhook", "test", hooks[0]["id"])
            self.cli.run("webhook", "test", hooks[1]["id"])
        wait_for("the good one", lambda: len(
            {one[1]["webhook-id"] for one in good.seen()}) == 8)
        wait_for("failures", lambda: all(
            self.hook(one)["state"] == "failing" for one in hooks[:2]))
        self.assertEqual(self.hook(hooks[2])["state"], "active")
        self.assertLess(time.monotonic() - begun, 40)
        # While it fails it is asked by one request at a time.
        self.assertLessEqual(len(slow.seen()), 6)
        # Back again: nothing was lost.
        slow.behaviour = 204
        for _ in range(40):
            self.server.move_clock(1800)
            time.sleep(0.5)
            if self.hook(hooks[0])["waiting"] == 0:
                break
        self.assertEqual(self.hook(hooks[0])["waiting"], 0)
        self.assertEqual(
            len({one[1]["webhook-id"] for one in slow.seen()}), 8)

    def test_redirects_are_not_followed(self):
        inner = self.receiver()
        outer = self.receiver("redirect", inner.url)
        hook = self.add(outer)
        self.cli.run("webhook", "test", hook["id"])
        row = wait_for("an answer", lambda: [
            row for row in self.deliveries(hook) if row["status"]])[0]
        self.assertEqual(row["status"], 302)
        self.assertIn("not followed", row["result"])
        self.assertEqual(row["state"], "waiting")
        self.assertEqual(inner.seen(), [])

    def test_floods_gone_and_given_up(self):
        flood = self.receiver("flood")
        gone = self.receiver(410)
        broken = self.receiver(400)
        hooks = [self.add(one) for one in (flood, gone, broken)]
        for hook in hooks:
            self.cli.run("webhook", "test", hook["id"])
        wait_for("the flood to be cut", lambda: [
            row for row in self.deliveries(hooks[0])
            if row["state"] == "delivered"])
        wait_for("the other to stop", lambda:
                 self.hook(hooks[1])["state"] == "stopped")
        self.cli.run("webhook", "start", hooks[1]["id"])
        self.assertEqual(self.hook(hooks[1])["state"], "active")
        wait_for("a refusal", lambda: self.deliveries(
            hooks[2])[0]["status"] == 400)
        for _ in range(10):
            self.server.move_clock(12 * HOUR)
            time.sleep(1)
        row = wait_for("it to be given up", lambda: [
            row for row in self.deliveries(hooks[2])
            if row["state"] == "given_up"])[0]
        self.assertGreater(row["attempts"], 3)

    def test_addresses_that_are_none(self):
        for url in ("http://example.org/", "ftp://example.org/",
                    "https://", "https://user:pass@example.org/",
                    "https://example.org/#x", "https://exam ple.org/",
                    "https://example.org/\r\nX: y", "file:///etc/passwd",
                    "https://" + "a" * 600 + ".example/"):
            done = self.cli.run("webhook", "add", url, ok=False)
            self.assertNotEqual(done.returncode, 0, url)
        done = self.cli.run("webhook", "add", "https://example.org/",
                            "--events", "task.nothing", ok=False)
        self.assertIn("no event", done.stderr)


class Inner(World):
    HOOKS = {"timeout": "3s"}

    def test_inner_addresses_are_refused_when_connecting(self):
        good = self.receiver()
        urls = [good.url,
                good.url.replace("127.0.0.1", "localhost"),
                good.url.replace("127.0.0.1", "[::ffff:127.0.0.1]"),
                good.url.replace("127.0.0.1", "2130706433"),
                good.url.replace("127.0.0.1", "0"),
                "https://10.1.2.3/", "https://169.254.169.254/latest",
                "https://[fe80::1]/", "https://[fd00::1]/"]
        for url in urls:
            good.url = url
            hook = self.add(good)
            self.cli.run("webhook", "test", hook["id"])
            row = wait_for("a refusal", lambda: [
                row for row in self.deliveries(hook) if row["attempts"]])[0]
            self.assertIn("inner address", row["result"] or "", url)
            self.assertEqual(row["status"], 0)
        self.assertEqual(good.seen(), [])


del World

if __name__ == "__main__":
    unittest.main()
