"""Does the command line reach a server elsewhere by a context and a token, and
say what is wrong?"""

import json
import os
import pathlib
import stat
import subprocess
import unittest

import harness
from office_world import EVERYTHING, SOUTH, Two, make_token


class Contexts(Two):
    """The command line over the office, by a context and a token."""

    def setUp(self):
        self.home = pathlib.Path(self.folder) / self._testMethodName
        self.home.mkdir(mode=0o700)
        self.environment = {
            key: value for key, value in os.environ.items()
            if not key.startswith("WORKPHONE_")}
        self.environment["HOME"] = str(self.home)
        self.environment.pop("XDG_CONFIG_HOME", None)

    def run_cli(self, *args, **more):
        done = subprocess.run(
            [harness.CLI, *args], capture_output=True, text=True,
            env={**self.environment, **more}, timeout=harness.PATIENCE)
        self.assertNotIn("Sanitizer", done.stderr)
        return done

    def token_file(self, scopes=EVERYTHING):
        path = self.home / "token"
        path.write_text(make_token(self.cli, "cli", scopes)["token"] + "\n")
        path.chmod(0o600)
        return path

    def add(self, *args):
        return self.run_cli("context", "add", "work", "--url",
                            self.server.office_url, "--ca-file",
                            str(self.server.ca), "--token-file",
                            str(self.token_file()), *args)

    def test_a_context_is_used(self):
        done = self.add()
        self.assertEqual(done.returncode, 0, done.stderr)
        done = self.run_cli("status")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("Nordköpings kommun", done.stdout)
        rules = json.loads(self.run_cli("rules", "--json").stdout)
        self.assertGreater(len(rules), 30)
        done = self.run_cli("rules", "VST-33", "--language", "sv")
        self.assertIn("VST-33", done.stdout)
        listed = json.loads(self.run_cli("context", "list", "--json").stdout)
        self.assertEqual([(row["name"], row["is_current"])
                          for row in listed], [("work", True)])
        file = self.home / ".config/workphone/contexts.json"
        self.assertEqual(stat.S_IMODE(file.stat().st_mode), 0o600)
        token = (self.home / "token").read_text().strip()
        self.assertNotIn(token, file.read_text())
        self.assertEqual(self.run_cli("context", "use", "local").returncode, 0)
        done = self.run_cli("status", WORKPHONE_SOCKET=str(self.server.admin))
        self.assertIn("organisation", done.stderr)
        self.assertEqual(self.run_cli("context", "remove", "work").returncode,
                         0)
        self.assertEqual(self.run_cli("context", "use", "work").returncode, 3)

    def test_every_list_answers(self):
        self.add()
        for words in (["devices"], ["commands"], ["links"], ["stations"],
                      ["bench"], ["orders"], ["rules"], ["verdicts"],
                      ["tasks"], ["statements"], ["coverage"], ["people"],
                      ["units"], ["subscriptions"], ["equipment", "list"],
                      ["evidence-key", "list"]):
            done = self.run_cli(*words)
            self.assertEqual(done.returncode, 0, (words, done.stderr))
            self.assertTrue(done.stdout.strip())
            done = self.run_cli(*words, "--json")
            self.assertIsInstance(json.loads(done.stdout), list)

    def test_what_is_wrong_is_said(self):
        self.assertEqual(self.add().returncode, 0)
        token = self.home / "token"
        token.chmod(0o644)
        done = self.run_cli("status")
        self.assertEqual(done.returncode, 1)
        self.assertIn("chmod 600", done.stderr)
        token.chmod(0o600)
        token.write_text("wp_" + "A" * 43)
        done = self.run_cli("status")
        self.assertEqual(done.returncode, 8)
        self.assertIn("not valid", done.stderr)
        other = self.home / "other"
        other.write_text(make_token(self.cli, "few", "rules:read")["token"])
        other.chmod(0o600)
        done = self.run_cli("devices", WORKPHONE_TOKEN_FILE=str(other))
        self.assertEqual(done.returncode, 8)
        self.assertIn("devices:read", done.stderr)
        done = self.run_cli("rules", WORKPHONE_TOKEN_FILE=str(other))
        self.assertEqual(done.returncode, 0, done.stderr)
        done = self.run_cli("units", "--organisation", SOUTH)
        self.assertIn("token is of one organisation", done.stderr)
        done = self.run_cli(
            "status", WORKPHONE_URL=self.server.office_url,
            WORKPHONE_CONTEXT="", WORKPHONE_TOKEN_FILE=str(other))
        self.assertEqual(done.returncode, 4)
        self.assertIn("not trusted", done.stderr)
        for url in ("http://127.0.0.1:1", "https://a@b", "https://h/path",
                    "https://", "ftp://x"):
            done = self.run_cli("context", "add", "bad", "--url", url,
                                "--token-file", str(other))
            self.assertEqual(done.returncode, 2, url)
        done = self.run_cli("context", "add", "local", "--url",
                            "https://h:1", "--token-file", str(other))
        self.assertEqual(done.returncode, 2)


if __name__ == "__main__":
    unittest.main()
