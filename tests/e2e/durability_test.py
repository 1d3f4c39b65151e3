"""Question: does what was answered stay, and is nothing else let in?

kill -9, a full disk, a second server on the same data, stopping with work
under way, who may use the admin socket, what a wrong configuration says.
"""

import os
import plistlib
import shutil
import socket
import subprocess
import tempfile
import threading
import unittest

import phone as raw
from harness import Case, Cli, Server, wait_for


class Stopping(Case):

    def setUp(self):
        # One test's failure must not be the next one's.
        if self.server.process is None:
            self.server.start()

    def test_kill_and_start_again(self):
        phone = self.enrolled_phone("VVKDUR000001")
        link = self.cli.link("VVKDUR000002")
        self.cli.run("push-policy", "--yes")
        before = [(item["serial"], item["state"])
                  for item in self.cli.json("devices")]
        self.server.kill()
        self.server.start()
        self.assertEqual([(item["serial"], item["state"])
                          for item in self.cli.json("devices")], before)
        self.assertEqual(phone.connect().status, 200)
        raw.Phone(self.server, self.folder, "VVKDUR000002").enrol(link["url"])

    def test_graceful_stop_answers_what_runs(self):
        phone = self.enrolled_phone("VVKDUR000003")
        answers = []

        def ask():
            for _ in range(200):
                try:
                    answers.append(phone.connect().status)
                except OSError:
                    return
        thread = threading.Thread(target=ask)
        thread.start()
        wait_for("some answers", lambda: len(answers) > 3)
        status = self.server.stop()
        thread.join()
        self.assertEqual(status, 0)
        self.assertEqual(set(answers), {200})
        self.server.start()
        self.assertEqual(phone.connect().status, 200)

    def test_second_server_is_refused(self):
        other = Server(tempfile.mkdtemp(dir=self.folder), data=self.server.data)
        shutil.copytree(self.server.keys, other.keys)
        other.write_config()
        done = other.run("serve", "--config", str(other.config), ok=False)
        self.assertNotEqual(done.returncode, 0)
        self.assertNotEqual(done.stderr.strip(), "")
        self.assertEqual(self.server.ops("/readyz")[0], 200)

    def test_taken_port_is_said(self):
        other = Server(tempfile.mkdtemp(dir=self.folder))
        other.settings["listeners"]["phones"] = \
            self.server.settings["listeners"]["phones"]
        other.init()
        done = other.run("serve", "--config", str(other.config), ok=False)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn(other.settings["listeners"]["phones"],
                      done.stdout + done.stderr)

    def test_init_twice_keeps_the_keys(self):
        before = (self.server.keys / "ca.crt").read_bytes()
        self.server.run("init", "--config", str(self.server.config))
        self.assertEqual((self.server.keys / "ca.crt").read_bytes(), before)


class Admin(Case):

    def test_socket_is_for_its_owner(self):
        self.assertEqual(self.server.admin.stat().st_mode & 0o777, 0o600)

    def test_another_user_is_refused(self):
        if os.geteuid() != 0:
            print("SKIP: needs root to become somebody else")
            self.skipTest("needs root")
        os.chmod(self.folder, 0o755)
        child = os.fork()
        if child == 0:
            os._exit(self.connect_as(65534))
        self.assertEqual(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), 0)

    def connect_as(self, user):
        """0 when the socket refuses that user."""
        try:
            os.setgroups([])
            os.setgid(user)
            os.setuid(user)
            with socket.socket(socket.AF_UNIX) as probe:
                probe.connect(str(self.server.admin))
        except PermissionError:
            return 0
        except OSError:
            return 2
        return 1

    def test_orders_are_not_served_to_phones(self):
        for base in (self.server.url, self.server.proxy_url,
                     self.server.ops_url):
            answer = raw.send(base + "/api/v1/devices", ca=self.server.ca)
            self.assertEqual(answer.status, 404, base)


class Configuration(Case):

    def wrong(self, change):
        text = self.server.config.read_text()
        path = self.server.folder / "wrong.yaml"
        path.write_text(change(text))
        done = self.server.run("check-config", "--config", str(path), ok=False)
        self.assertNotEqual(done.returncode, 0, done.stdout)
        return str(path), done.stdout + done.stderr

    def test_right(self):
        self.server.run("check-config", "--config", str(self.server.config))

    def test_unknown_key_is_named_with_its_line(self):
        path, text = self.wrong(lambda t: t + "phons_url: \"x\"\n")
        line = self.server.config.read_text().count("\n") + 1
        self.assertIn("phons_url", text)
        self.assertIn(f"{path}:{line}", text)

    def test_wrong_values(self):
        for old, new, word in (
            ("tick: \"1s\"", "tick: \"soon\"", "tick"),
            ("phones_url: \"https:", "phones_url: \"ftp:", "phones_url"),
        ):
            with self.subTest(new=new):
                self.assertIn(old, self.server.config.read_text())
                path, text = self.wrong(lambda t: t.replace(old, new))
                self.assertIn(word, text)
                self.assertIn(path, text)

    def test_not_yaml(self):
        path, text = self.wrong(lambda t: t + "  : [\n")
        self.assertIn(path, text)

    def test_missing_file(self):
        done = self.server.run("check-config", "--config", "/nowhere/x.yaml",
                               ok=False)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("/nowhere/x.yaml", done.stdout + done.stderr)


class FullDisk(unittest.TestCase):
    """The database on a small file system that is filled to the brim."""

    def setUp(self):
        if os.geteuid() != 0:
            self.give_up("needs root to mount a small file system")
        self.folder = tempfile.mkdtemp(prefix="workphone-full-")
        self.addCleanup(shutil.rmtree, self.folder, True)
        self.disk = os.path.join(self.folder, "disk")
        os.mkdir(self.disk)
        done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=6m",
                               "tmpfs", self.disk], capture_output=True,
                              text=True)
        if done.returncode != 0:
            self.give_up("cannot mount: " + done.stderr.strip())
        self.addCleanup(subprocess.run, ["umount", "-l", self.disk])
        self.server = Server(self.folder, data=self.disk + "/data")
        self.server.init().start()
        self.addCleanup(self.server.stop)
        self.cli = Cli(self.server)

    def give_up(self, reason):
        print("SKIP: full disk: " + reason)
        self.skipTest(reason)

    def fill(self):
        """Leaves no byte free, as another program would."""
        path = os.path.join(self.disk, "filler")
        with open(path, "ab", buffering=0) as file:
            for size in (1 << 16, 1 << 12, 1):
                try:
                    while True:
                        file.write(b"\0" * size)
                except OSError:
                    pass
        return path

    def test_full_disk_answers_503_and_loses_nothing(self):
        link = self.cli.link("VVKFUL000001")
        phone = raw.Phone(self.server, self.folder, "VVKFUL000001")
        phone.enrol(link["url"])
        # Whatever is answered 200 must be there afterwards.
        self.empty_queue(phone)
        filler = self.fill()
        stored, refused = b"", None
        for number in range(5000):
            token = b"%08d" % number + os.urandom(12000)
            answer = phone.check_in(phone.message(
                MessageType="SetBootstrapToken", BootstrapToken=token))
            if answer.status != 200:
                refused = answer
                break
            stored = token
        self.assertIsNotNone(refused, "the disk never became full")
        self.assertEqual(refused.status, 503, refused)
        self.assertIsNotNone(refused.headers.get("Retry-After"))
        # Reading goes on, and gives what was last answered 200.
        self.assertEqual(phone.connect().status, 200)
        self.assertEqual(self.bootstrap_token(phone), stored)
        self.server.kill()
        os.remove(filler)
        self.server.start()
        self.assertEqual(self.bootstrap_token(phone), stored)
        self.assertEqual(self.cli.device("VVKFUL000001")["state"], "enrolled")
        self.assertEqual(phone.token_update(PushMagic="after").status, 200)

    def empty_queue(self, phone):
        uuid, _ = phone.next_command()
        while uuid is not None:
            uuid, _ = phone.next_command("Acknowledged", uuid)

    def bootstrap_token(self, phone):
        answer = phone.check_in(phone.message(MessageType="GetBootstrapToken"))
        self.assertEqual(answer.status, 200, answer)
        return plistlib.loads(answer.body)["BootstrapToken"] \
            if answer.body else b""

    def test_room_again_and_it_writes_again(self):
        """Without a new start."""
        phone = raw.Phone(self.server, self.folder, "VVKFUL000003")
        phone.enrol(self.cli.link("VVKFUL000003")["url"])
        filler = self.fill()
        wait_for("a full disk", lambda: phone.check_in(phone.message(
            MessageType="SetBootstrapToken",
            BootstrapToken=os.urandom(12000))).status == 503)
        os.remove(filler)
        wait_for("room", lambda: phone.token_update().status == 200, 10)

    def test_link_is_not_used_up_by_a_full_disk(self):
        """Each link gives its profile once: 503 is not once."""
        waiting = ["VVKFUL1%05d" % number for number in range(40)]
        links = {serial: self.cli.link(serial)["url"] for serial in waiting}
        filler = self.fill()
        given, refused, made = [], [], []
        while waiting and not refused:
            made += self.make_links("S%02d" % len(waiting))
            serial = waiting.pop()
            answer = raw.send(links[serial], ca=self.server.ca)
            self.assertIn(answer.status, (200, 503), answer)
            (given if answer.status == 200 else refused).append(serial)
        self.assertTrue(refused, "the disk never became full")
        os.remove(filler)
        for serial in given:
            self.assertEqual(raw.send(links[serial],
                                      ca=self.server.ca).status, 410)
        for serial in refused:
            raw.Phone(self.server, self.folder, serial).enrol(links[serial])
        known = {item["serial"] for item in self.cli.json("links")}
        self.assertEqual(set(made) - known, set(), "a link made was lost")

    def make_links(self, prefix):
        """Until the disk is full; the serials of those that were made."""
        made = []
        for number in range(300):
            serial = "%s%04d" % (prefix, number)
            done = self.cli.run("enrol-link", "--person", "x" * 200,
                                "--serial", serial, ok=False)
            if done.returncode != 0:
                break
            made.append(serial)
        return made


if __name__ == "__main__":
    unittest.main(verbosity=2)
