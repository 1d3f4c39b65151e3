"""Do SCIM libraries that others wrote agree with a running server?"""

import os
import pathlib
import shutil
import subprocess
import sys
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "e2e"))

import harness  # noqa: E402


class Client(harness.Case):
    CHANGES = {"limits": {"requests_per_token": 60000,
                          "requests_per_address": 60000}}

    @classmethod
    def setUpClass(cls):
        if not shutil.which("node") or not (
                HERE / "node_modules/scimmy").is_dir() or not (
                HERE / "node_modules/scim-node").is_dir():
            print("SKIP: node is not installed, or `npm ci` was not run in "
                  "tests/scim")
            raise unittest.SkipTest("no libraries")
        super().setUpClass()

    def test_libraries_agree(self):
        token = self.cli.json("token", "create", "--name", "directory",
                              "--scope", "scim")["token"]
        done = subprocess.run(
            ["node", "--test", "--test-concurrency=1",
             "client.test.mjs", "scim_node.test.mjs"], cwd=HERE, text=True,
            capture_output=True, timeout=240, env={
                **os.environ, "SCIM_URL": self.server.office_url,
                "SCIM_TOKEN": token,
                "NODE_EXTRA_CA_CERTS": str(self.server.ca)})
        print(done.stdout[-1500:])
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn("# fail 0", done.stdout)


if __name__ == "__main__":
    unittest.main()
