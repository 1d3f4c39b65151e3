#!/usr/bin/env python3
"""Question: does every file keep to its layer?

Reads the sources, builds nothing: the direction of includes, no I/O and no
clock in proto and policies, no call that the house style bans, and one line in
each folder of tests that says which question it answers.
"""

import pathlib
import re
import subprocess
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]

# What each layer may include. The arrow never runs back.
MAY_INCLUDE = {
    "proto": {"proto"},
    "policies": {"proto", "policies"},
    "program": {"proto", "program"},
    "server": {"proto", "policies", "program", "server"},
    "agent": {"proto", "policies", "program", "agent"},
    "tests": {"proto", "policies", "program", "server", "agent", "tests"},
}

# Virtual phones judge the server's bytes, so they share no code with what
# makes them: only the base.
PHONES_MAY_INCLUDE = ("proto/base/", "tests/phones/")

BANNED = ("strcpy strcat sprintf vsprintf atoi atol atof strtok gets system "
          "popen plist_get_string_val plist_from_memory plist_from_bin "
          "plist_get_key_val tmpnam mktemp").split()

# Reads or writes the world, or asks for the time.
WORLD = ("open openat fopen fdopen opendir read write pread pwrite fread "
         "fwrite socket connect accept bind listen send recv sendto recvfrom "
         "sendmsg recvmsg poll select epoll_wait time gettimeofday "
         "clock_gettime localtime localtime_r sleep usleep nanosleep fork "
         "execve execvp posix_spawn getenv setenv printf fprintf puts putchar "
         "perror syslog unlink rename mkdir stat lstat").split()

# The only places in proto and policies that touch the world, with the reason.
WORLD_ALLOWED = {
    "proto/base/time.c": {"clock_gettime"},  # the real clock, handed down
    "proto/base/log.c": {"write"},           # the sink, handed down
    "policies/pack_load.c": {"open", "openat", "read", "opendir", "fopen",
                             "fread", "stat", "lstat"},  # a pack's folder
}


def listed_by_git():
    try:
        listed = subprocess.run(
            ["git", "-C", str(ROOT), "ls-files", "-co", "--exclude-standard"],
            capture_output=True, text=True)
    except FileNotFoundError:  # no git on this machine
        return None
    return listed.stdout.splitlines() if listed.returncode == 0 else None


def git_files():
    """Files of the project; what is ignored or built does not count."""
    names = listed_by_git()
    if names is None:
        names = [str(path.relative_to(ROOT)) for path in ROOT.rglob("*")]
    return [name for name in names
            if not name.startswith(("build", "var/", ".git/"))
            and (ROOT / name).is_file()]


def sources():
    return [name for name in git_files()
            if name.endswith((".c", ".h")) and name.split("/")[0] in MAY_INCLUDE]


def read(name):
    return (ROOT / name).read_text(encoding="utf-8")


TOKEN = re.compile(
    r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.S)


def code_only(text):
    """Comments and literals blanked; lines keep their numbers."""
    def blank(match):
        return re.sub(r"[^\n]", " ", match.group())
    return TOKEN.sub(blank, text)


def lines_with(name, pattern, text):
    """Places as "file:line: text", for a message a person can follow."""
    found = []
    whole = text.splitlines()
    for number, line in enumerate(whole, 1):
        for match in pattern.finditer(line):
            found.append((match, f"{name}:{number}: {line.strip()}"))
    return found


def calls_pattern(names):
    # Not a member (->read), not part of a longer name.
    return re.compile(r"(?<![\w.>])(" + "|".join(names) + r")\s*\(")


INCLUDE = re.compile(r'^\s*#\s*include\s*"([^"]+)"')


class Includes(unittest.TestCase):

    def test_sources_are_found(self):
        self.assertGreater(len(sources()), 50)

    def test_written_from_the_root(self):
        wrong = []
        for name in sources():
            for match, place in lines_with(name, INCLUDE, read(name)):
                target = match.group(1)
                generated = target.startswith("generated/")
                if not generated and not (ROOT / target).is_file():
                    wrong.append(place)
        self.assertEqual(wrong, [], "no such file seen from the root")

    def test_direction(self):
        wrong = []
        for name in sources():
            allowed = MAY_INCLUDE[name.split("/")[0]]
            for match, place in lines_with(name, INCLUDE, read(name)):
                layer = match.group(1).split("/")[0]
                if layer in MAY_INCLUDE and layer not in allowed:
                    wrong.append(place)
        self.assertEqual(wrong, [], "an arrow runs back")

    def test_base_knows_nobody(self):
        wrong = [place for name in sources() if name.startswith("proto/base/")
                 for match, place in lines_with(name, INCLUDE, read(name))
                 if not match.group(1).startswith("proto/base/")]
        self.assertEqual(wrong, [])

    def test_http_knows_no_route(self):
        wrong = [place for name in sources() if name.startswith("server/http/")
                 for match, place in lines_with(name, INCLUDE, read(name))
                 if not match.group(1).startswith(("server/http/",
                                                   "proto/base/"))]
        self.assertEqual(wrong, [])

    def test_lifecycle_is_pure(self):
        wrong = [place for name in sources()
                 if name.startswith("server/lifecycle/")
                 for match, place in lines_with(name, INCLUDE, read(name))
                 if not match.group(1).startswith(("server/lifecycle/",
                                                   "proto/base/"))]
        self.assertEqual(wrong, [])

    def test_store_knows_no_handler_and_no_service(self):
        wrong = [place for name in sources() if name.startswith("server/store/")
                 for match, place in lines_with(name, INCLUDE, read(name))
                 if not match.group(1).startswith(
                     ("server/store/", "server/lifecycle/", "proto/base/"))
                 and not match.group(1).startswith("generated/")]
        self.assertEqual(wrong, [])

    def test_virtual_phones_share_only_the_base(self):
        wrong = [place for name in sources() if name.startswith("tests/phones/")
                 for match, place in lines_with(name, INCLUDE, read(name))
                 if not match.group(1).startswith(PHONES_MAY_INCLUDE)]
        self.assertEqual(wrong, [])


class Calls(unittest.TestCase):

    def test_banned(self):
        pattern = calls_pattern(BANNED)
        wrong = []
        for name in sources():
            if name.startswith("tests/") and not name.startswith("tests/phones/"):
                continue
            for match, place in lines_with(name, pattern, code_only(read(name))):
                # A phone made of software stands in for Apple's own reader.
                if not (name.startswith("tests/phones/")
                        and match.group(1).startswith("plist_")):
                    wrong.append(place)
        self.assertEqual(wrong, [], "STYLE bans these calls")

    def test_proto_and_policies_touch_no_world(self):
        pattern = calls_pattern(WORLD)
        wrong = []
        for name in sources():
            if name.split("/")[0] not in ("proto", "policies"):
                continue
            allowed = WORLD_ALLOWED.get(name, set())
            for match, place in lines_with(name, pattern, code_only(read(name))):
                if match.group(1) not in allowed:
                    wrong.append(place)
        self.assertEqual(wrong, [], "I/O or a clock in a pure layer")

    def test_no_foreign_byte_reaches_an_abort(self):
        pattern = calls_pattern(["abort", "assert", "exit", "_exit", "quick_exit"])
        wrong = []
        for name in sources():
            if name.split("/")[0] not in ("proto", "policies"):
                continue
            wrong += [place for _, place in
                      lines_with(name, pattern, code_only(read(name)))]
        self.assertEqual(wrong, [], "a pure layer may not end the program")

    def test_the_checks_can_fail(self):
        sample = 'x = sprintf(a, b); /* strcpy( */ "atoi(" ; p->read(1); gets (s)\n'
        found = [match.group(1) for match, _ in
                 lines_with("x.c", calls_pattern(BANNED), code_only(sample))]
        self.assertEqual(found, ["sprintf", "gets"])
        self.assertEqual(
            lines_with("x.c", calls_pattern(WORLD), code_only(sample)), [])


class Names(unittest.TestCase):

    def test_no_path_of_a_machine(self):
        pattern = re.compile(r"(?<![\w.])/(?:work|home/\w+|tmp/wp|root)/")
        wrong = []
        for name in git_files():
            if name.startswith("tests/layers/") or name.endswith(".pdf"):
                continue
            try:
                text = read(name)
            except UnicodeDecodeError:
                continue
            wrong += [place for _, place in lines_with(name, pattern, text)]
        self.assertEqual(wrong, [])

    def test_no_typedef_of_structs(self):
        pattern = re.compile(r"^\s*typedef\s+(?:struct|enum|union)\b")
        wrong = [place for name in sources()
                 for _, place in lines_with(name, pattern, code_only(read(name)))]
        self.assertEqual(wrong, [])

    def test_files_begin_with_what_they_are(self):
        wrong = [name for name in sources()
                 if name.endswith(".h") and not read(name).startswith("/*")]
        self.assertEqual(wrong, [], "a header's first comment says what it is")


class Questions(unittest.TestCase):

    def test_each_folder_of_tests_says_its_question(self):
        folders = {name.rsplit("/", 1)[0] for name in git_files()
                   if name.startswith("tests/") and name.count("/") > 1}
        kinds = {"/".join(folder.split("/")[:2]) for folder in folders}
        missing = []
        for folder in sorted(kinds):
            readme = ROOT / folder / "README.md"
            first = readme.read_text(encoding="utf-8").splitlines()[:1] \
                if readme.is_file() else []
            if not first or "?" not in first[0]:
                missing.append(folder)
        self.assertEqual(
            missing, [], "README.md's first line asks the folder's question")

    def test_each_test_program_says_its_question(self):
        wrong = [name for name in sources()
                 if name.startswith("tests/") and name.endswith("_test.c")
                 and not read(name).lstrip().startswith("/*")]
        self.assertEqual(wrong, [])


if __name__ == "__main__":
    unittest.main()
