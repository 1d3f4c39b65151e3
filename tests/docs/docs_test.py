#!/usr/bin/env python3
"""Question: does what the documents say still work when typed in?

Every ```console block is typed into a shell, document by document, with data
in a temporary folder. A document that does not start the demo itself is typed
into one demo, which such documents share. Of commands that are not run (blocks
marked ```console not-run, indented lines, `workphone …` in a sentence) program,
command, verb and options exist. Links lead somewhere; every document is found
from the README; the glossary is in order; the configuration reference names the
keys the server knows, with its defaults.
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
START = "./start.sh demo --background"
# A line of an indented block, with the lines that a backslash continues.
INDENTED = re.compile(r"^ {4,}(workphone (?:[^\n]*\\\n)*[^\n]*)$", re.M)
INLINE = re.compile(r"`(workphone [^`]+)`")
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

    @staticmethod
    def environment(folder):
        return {**os.environ, "WORKPHONE_VAR": folder,
                "WORKPHONE_SOCKET": str(pathlib.Path(folder) / "demo/admin.sock"),
                "WORKPHONE_ORGANISATION": "vastervik"}

    def type_in(self, commands, environment):
        script = ["set -e", "set -o pipefail"]
        for command in commands:
            script += ["printf '%%s\\n' %s" % shlex.quote("$ " + command),
                       command]
        done = subprocess.run(
            ["bash", "-c", "\n".join(script)], cwd=ROOT, text=True,
            env=environment, stdin=subprocess.DEVNULL, timeout=900,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.assertEqual(done.returncode, 0, done.stdout[-4000:])

    def type_in_all(self, typed, before=()):
        """Documents and their commands, in a demo that is theirs."""
        folder = tempfile.mkdtemp(prefix="workphone-docs-")
        environment = self.environment(folder)
        try:
            if before:
                self.type_in(before, environment)
                programs = str(ROOT / "build/release/bin")
                environment["PATH"] = programs + ":" + environment["PATH"]
                environment["WORKPHONE_KEYS"] = os.path.join(folder, "demo/keys")
            for path, commands in typed:
                with self.subTest(document=name_of(path)):
                    self.type_in(commands, environment)
        finally:
            subprocess.run([str(ROOT / "start.sh"), "stop"], env=environment,
                           capture_output=True, timeout=120)
            shutil.rmtree(folder, ignore_errors=True)

    def test_typed_in(self):
        shared = []
        for path in documents():
            commands = commands_of(path)
            if any(START in command for command in commands):
                self.type_in_all([(path, commands)])
            elif commands:
                shared.append((path, commands))
        self.assertGreater(len(shared), 5)
        self.type_in_all(shared, before=[START])

    def test_not_run(self):
        """./test.sh and other programs of ours; workphone: see Texts."""
        usage = subprocess.run([str(ROOT / "test.sh"), "--help"],
                               capture_output=True, text=True).stdout
        for path in documents():
            for command in commands_of(path, run=False):
                with self.subTest(document=name_of(path), command=command):
                    program, *words = shlex.split(command)
                    if program == "workphone":
                        continue
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

    @staticmethod
    def calls_of(path):
        """Every call of workphone that the document shows."""
        text = path.read_text(encoding="utf-8")
        found = [call.replace("\\\n", " ") for call in INDENTED.findall(text)]
        found += [call.replace("\n", " ") for call in INLINE.findall(text)]
        found += [command[command.index("workphone "):] for run in (True, False)
                  for command in commands_of(path, run)
                  if re.match(r"(\w+=\$\()?workphone ", command)]
        return found

    @staticmethod
    def help_of(command, known={}):
        if command not in known:
            done = subprocess.run([CLI, "help", command], capture_output=True,
                                  text=True)
            known[command] = done.stdout if done.returncode == 0 else None
        return known[command]

    def wrong_with(self, call):
        """What the program does not know of a call; None: it knows all."""
        # What follows is another program's, a comment or an explanation.
        call = re.split(r" [|#>]|\)| {3,}", call)[0]
        command, *words = call.replace("…", "").split()[1:]
        if not re.fullmatch(r"[a-z-]+", command):
            return None if command.startswith("--") else "no command"
        told = self.help_of(command)
        if told is None:
            return "no such command"
        for option in re.findall(r"(?<!\S)--[a-z-]+", call):
            if not re.search(rf"^  {option}\b", told, re.M):
                return "no option " + option
        usage = told.splitlines()[0]
        takes_verb = re.search(r"\b(VERB|STEP)\b", usage)
        if takes_verb and words and re.fullmatch(r"[a-z-]+", words[0]):
            if not re.search(rf"(^|[\s,]){words[0]}([\s,]|$)", told, re.M):
                return "no verb " + words[0]
        return None

    def test_commands_of_the_text_exist(self):
        """`workphone WORD`, its verb and its options are what help lists."""
        if not CLI:
            print("SKIP: no program given")
            self.skipTest("no program given")
        calls = [(name_of(path), call) for path in documents()
                 for call in self.calls_of(path)]
        self.assertGreater(len(calls), 100)
        for wrong in ("workphone lost PHONE", "workphone phone loose X",
                      "workphone wipe X --now"):
            self.assertIsNotNone(self.wrong_with(wrong))
        wrong = [f"{name}: {call}: {self.wrong_with(call)}"
                 for name, call in calls if self.wrong_with(call)]
        self.assertEqual(wrong, [])

    def test_every_document_is_found_from_the_readme(self):
        seen, open_ = set(), [ROOT / "README.md"]
        while open_:
            path = open_.pop()
            if path in seen or not path.is_file():
                continue
            seen.add(path)
            if path.suffix != ".md":
                continue
            for target in LINK.findall(path.read_text(encoding="utf-8")):
                if "://" not in target:
                    open_.append((path.parent / target.strip()).resolve())
        self.assertEqual([name_of(path) for path in documents()
                          if path not in seen], [])

    def test_each_subject_is_named_by_the_readme(self):
        """A newcomer looks there first, not three links away."""
        listed = {(ROOT / target).resolve() for target in
                  LINK.findall((ROOT / "README.md").read_text(encoding="utf-8"))}
        self.assertEqual([name_of(path) for path in
                          sorted((ROOT / "docs").glob("*.md"))
                          if path not in listed], [])

    def test_the_glossary_is_in_order_and_says_each_word_once(self):
        text = (ROOT / "docs/glossary.md").read_text(encoding="utf-8")
        words = re.findall(r"^\| (?!word \||---)(.+?) \|", text, re.M)
        self.assertGreater(len(words), 150)
        plain = [re.sub(r"[^\w ]", "", word).casefold() for word in words]
        self.assertEqual(plain, sorted(plain))
        each = [one for word in words for one in word.split(", ")]
        self.assertEqual(sorted(set(each)), sorted(each))


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
        return ('organisation_name: "x"\nphones_url: "https://x:1"\n')

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
        known |= {"guard." + name for name in re.findall(
            r'^\s*GUARD\((\w+), "', source, re.M)}
        known |= set(re.findall(r'^\s*\{"([a-z_.]+)", KEY_', source, re.M))
        known |= {"limits." + name for name in re.findall(
            r'^\s*LIMIT\((\w+), "', source, re.M)}
        known |= set(re.findall(r'^\s*CYAML_FIELD_SEQUENCE\("(\w+)"', source,
                                re.M))
        self.assertGreater(len(known), 20)
        self.assertEqual(known, set(self.rows))

    def test_no_key_is_a_word_of_the_command(self):
        """What tells `workphone` something would tell the server another."""
        words = set()
        for path in (ROOT / "server/cli").glob("*.c"):
            words |= set(re.findall(r'"(WORKPHONE_\w+)"',
                                    path.read_text(encoding="utf-8")))
        self.assertIn("WORKPHONE_ORGANISATION", words)
        self.assertEqual(words & {
            "WORKPHONE_" + key.replace(".", "_").upper()
            for key in self.rows}, set())

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
        for name, value in re.findall(r'^\s*GUARD\((\w+), "(\d+)"', source,
                                      re.M):
            told["guard." + name] = value
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
