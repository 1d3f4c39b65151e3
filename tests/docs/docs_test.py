#!/usr/bin/env python3
"""Question: does what the documents say still work when typed in?

Every ```console block is typed into a shell, document by document, with data
in a temporary folder. Blocks marked ```console not-run are only checked for
programs and parts that exist. Links lead somewhere; the configuration
reference names the keys the server knows, with its defaults.
"""

import os
import pathlib
import re
import shlex
import shutil
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
SERVER = os.environ.get("WORKPHONE_SERVER_PROGRAM")
CLI = os.environ.get("WORKPHONE_CLI_PROGRAM")

BLOCK = re.compile(r"^```console([^\n]*)\n(.*?)^```$", re.M | re.S)
LINK = re.compile(r"\]\(([^)#]+)(?:#[^)]*)?\)")


def documents():
    found = [ROOT / "README.md"]
    found += sorted((ROOT / "docs").rglob("*.md"))
    return found


def name_of(path):
    return str(path.relative_to(ROOT))


def commands_of(path, run=True):
    """What stands after "$ " in the blocks that are, or are not, to be run;
    lines after "> " go on with it, as a shell shows them."""
    found = []
    for mark, body in BLOCK.findall(path.read_text(encoding="utf-8")):
        if ("not-run" in mark) == run:
            continue
        for line in body.splitlines():
            if line.startswith("$ "):
                found.append(line[2:])
            elif line.startswith("> ") and found:
                found[-1] += "\n" + line[2:]
    return found


class Commands(unittest.TestCase):

    def test_documents_have_commands(self):
        self.assertGreater(len(commands_of(ROOT / "README.md")), 3)

    def run_document(self, path, folder):
        script = ["set -e", "set -o pipefail"]
        for command in commands_of(path):
            script += ["printf '%%s\\n' %s" % shlex.quote("$ " + command),
                       command]
        demo = pathlib.Path(folder) / "demo"
        environment = {**os.environ, "WORKPHONE_VAR": folder,
                       "WORKPHONE_SOCKET": str(demo / "admin.sock"),
                       "WORKPHONE_ORGANISATION": "vastervik"}
        try:
            done = subprocess.run(
                ["bash", "-c", "\n".join(script)], cwd=ROOT, text=True,
                env=environment, stdin=subprocess.DEVNULL, timeout=900,
                stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        finally:
            subprocess.run([str(ROOT / "start.sh"), "stop"], env=environment,
                           capture_output=True, timeout=120)
        self.assertEqual(done.returncode, 0, done.stdout[-4000:])

    def test_typed_in(self):
        for path in documents():
            if not commands_of(path):
                continue
            with self.subTest(document=name_of(path)):
                folder = tempfile.mkdtemp(prefix="workphone-docs-")
                try:
                    self.run_document(path, folder)
                finally:
                    shutil.rmtree(folder, ignore_errors=True)

    def test_not_run(self):
        usage = subprocess.run([str(ROOT / "test.sh"), "--help"],
                               capture_output=True, text=True).stdout
        for path in documents():
            for command in commands_of(path, run=False):
                with self.subTest(document=name_of(path), command=command):
                    program, *words = shlex.split(command)
                    self.assertTrue(os.access(ROOT / program, os.X_OK), program)
                    for word in words:
                        self.assertIn(word, usage)


class Texts(unittest.TestCase):

    def test_links_lead_somewhere(self):
        broken = []
        ours = [path for path in sorted((ROOT / "tests").rglob("README.md"))
                if "node_modules" not in path.parts]
        for path in documents() + ours:
            for target in LINK.findall(path.read_text(encoding="utf-8")):
                if "://" in target:
                    continue
                if not (path.parent / target.strip()).exists():
                    broken.append(f"{name_of(path)}: {target}")
        self.assertEqual(broken, [])

    def test_commands_of_the_text_exist(self):
        """`workphone WORD` in a text is a command that its help lists."""
        if not CLI:
            print("SKIP: no program given")
            self.skipTest("no program given")
        listed = subprocess.run([CLI, "help"], capture_output=True,
                                text=True).stdout
        known = set(re.findall(r"^  ([a-z-]+)", listed, re.M))
        self.assertIn("verdicts", known)
        wrong = []
        for path in documents():
            text = path.read_text(encoding="utf-8")
            for word in re.findall(r"`workphone ([a-z-]+)", text):
                if word not in known:
                    wrong.append(f"{name_of(path)}: workphone {word}")
        self.assertEqual(wrong, [])


class Configuration(unittest.TestCase):

    ROW = re.compile(r"^\| `([a-z_.]+)` \| (.+?) \|", re.M)

    def setUp(self):
        if not SERVER:
            print("SKIP: no program given")
            self.skipTest("no program given")
        self.folder = tempfile.mkdtemp(prefix="workphone-docs-")
        self.addCleanup(shutil.rmtree, self.folder, True)
        text = (ROOT / "docs/configuration.md").read_text(encoding="utf-8")
        self.text = text
        # The table of keys; the one of sub-commands comes after the example.
        self.rows = dict(self.ROW.findall(text.split("## An example")[0]))

    def check(self, text):
        path = os.path.join(self.folder, "c.yaml")
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return subprocess.run([SERVER, "check-config", "--config", path],
                              capture_output=True, text=True)

    def required(self):
        return ('organisation: "x"\nphones_url: "https://x:1"\n')

    def test_every_documented_key_is_taken_with_its_default(self):
        for key, default in self.rows.items():
            if default.startswith("*"):
                continue
            value = default.strip("`")
            if not value.isdigit():  # a number stands without quotes
                value = '"%s"' % value
            text = self.required()
            if "." in key:
                group, name = key.split(".")
                text += f'{group}:\n  {name}: {value}\n'
            else:
                text += f'{key}: {value}\n'
            with self.subTest(key=key):
                done = self.check(text)
                self.assertEqual(done.returncode, 0, done.stderr + done.stdout)

    def test_every_key_of_the_source_is_documented(self):
        source = (ROOT / "server/config.c").read_text(encoding="utf-8")
        known = set(re.findall(r'^\s*TOP\("(\w+)"', source, re.M))
        known |= {f"{group}.{name}" for group, name in re.findall(
            r"^\s*IN\((\w+), KEY_\w+, (\w+)", source, re.M)}
        known |= {"limits." + name for name in re.findall(
            r'^\s*LIMIT\((\w+), "', source, re.M)}
        known |= set(re.findall(r'^\s*CYAML_FIELD_SEQUENCE\("(\w+)"', source,
                                re.M))
        self.assertGreater(len(known), 20)
        self.assertEqual(known, set(self.rows))

    def test_every_key_of_an_organisation_is_in_its_example(self):
        source = (ROOT / "server/config.c").read_text(encoding="utf-8")
        fields = re.search(r"organisation_fields\[\] = \{(.*?)\};", source, re.S)
        known = set(re.findall(r'TEXT\("(\w+)"', fields.group(1)))
        section = self.text.split("## Several municipalities")[1]
        example = re.search(r"```yaml\n(.*?)```", section, re.S).group(1)
        self.assertEqual(known, set(re.findall(r"^  [- ] (\w+):", example,
                                               re.M)))

    def test_defaults_are_the_documented_ones(self):
        source = (ROOT / "server/config.c").read_text(encoding="utf-8")
        told = {}
        for group, name, value in re.findall(
                r'^\s*IN\((\w+), KEY_\w+, (\w+), "([^"]*)"', source, re.M):
            told[f"{group}.{name}"] = value
        for name, value in re.findall(r'^\s*LIMIT\((\w+), "(\d+)"', source,
                                      re.M):
            told["limits." + name] = value
        for key, value in told.items():
            if value:
                with self.subTest(key=key):
                    self.assertEqual(self.rows[key].strip("`"), value)

    def test_the_example(self):
        for example in re.findall(r"```yaml\n(.*?)```", self.text, re.S):
            # Where the packs are in the source, not once installed.
            done = self.check(example.replace(
                "/usr/share/workphone", str(ROOT / "policies")))
            self.assertEqual(done.returncode, 0, done.stderr + done.stdout)


class AgentConfiguration(unittest.TestCase):

    def test_keys_and_defaults_are_those_of_the_source(self):
        text = (ROOT / "docs/agent.md").read_text(encoding="utf-8")
        told = dict(Configuration.ROW.findall(text))
        source = (ROOT / "agent/config/config.c").read_text(encoding="utf-8")
        known = dict(re.findall(r'^    KEY\((\w+), "([^"]*)", \w+\),$', source,
                                re.M))
        self.assertGreater(len(known), 5)
        self.assertEqual(set(told), set(known) | {"ports"})
        for key, value in known.items():
            if value:
                with self.subTest(key=key):
                    self.assertEqual(told[key].strip("`"), value)


if __name__ == "__main__":
    unittest.main(verbosity=2)
