"""Question: does Redocly find anything in docs/openapi.yaml, and would it?"""

import pathlib
import subprocess
import sys
import tempfile
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
DESCRIPTION = HERE.parents[1] / "docs/openapi.yaml"
FILES = ("package.json", "package-lock.json", "lint.mjs")
FOLDER = pathlib.Path(sys.argv.pop()) if len(sys.argv) > 1 and \
    not sys.argv[-1].startswith("-") else None

import npm_modules  # noqa: E402


class Lint(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.temporary = None
        cls.folder = FOLDER
        if cls.folder is None:
            cls.temporary = tempfile.TemporaryDirectory()
            cls.folder = pathlib.Path(cls.temporary.name)
        why = npm_modules.install(HERE, FILES, cls.folder)
        if why:
            print("SKIP: " + why)
            raise unittest.SkipTest(why)

    @classmethod
    def tearDownClass(cls):
        if cls.temporary:
            cls.temporary.cleanup()

    def lint(self, path):
        return subprocess.run(["node", "lint.mjs", str(path)],
                              cwd=self.folder, capture_output=True, text=True,
                              timeout=120)

    def test_nothing_is_found(self):
        done = self.lint(DESCRIPTION)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_what_is_wrong_is_found(self):
        text = DESCRIPTION.read_text("utf-8")
        faults = {
            "no-unresolved-refs": ("#/components/schemas/Status'",
                                   "#/components/schemas/Statos'"),
            "operation-operationId-unique": ("operationId: office_devices\n",
                                             "operationId: office_device\n"),
            "path-parameters-defined": ("/api/v1/rules/{rule}:",
                                        "/api/v1/rules/{rool}:"),
        }
        for rule, (right, wrong) in faults.items():
            self.assertIn(right, text)
            path = self.folder / "wrong.yaml"
            path.write_text(text.replace(right, wrong, 1), "utf-8")
            done = self.lint(path)
            self.assertEqual(done.returncode, 1, rule)
            self.assertIn(rule, done.stdout)


if __name__ == "__main__":
    unittest.main()
