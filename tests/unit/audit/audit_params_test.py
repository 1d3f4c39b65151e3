#!/usr/bin/env python3
"""Question: does every note that the sources write name only parameters that
its action's row lists, and does some use case write every action?

Looks at the text of the sources; a note that is put together elsewhere is left
to the tests that run it.
"""

import pathlib
import re
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[3]
SERVER = ROOT / "server"
TABLE = (SERVER / "service/audit/audit_actions.h").read_text("utf-8")

# Has a word before it has a use case: the unlock at Apple.
NOT_WRITTEN_YET = {"AUDIT_ACTIVATION_UNLOCK"}

# constant → parameters
ROW = re.compile(r'ACTION\((AUDIT_\w+),\s*"([^"]+)",\s*"([^"]+)",\s*'
                 r'((?:"[^"]*"\s*)+)\)')
KEY = re.compile(r'\{"(\w+)",')


def actions():
    text = TABLE.replace("\\\n", "\n")
    return {constant: "".join(re.findall(r'"([^"]*)"', params)).split()
            for constant, _, _, params in ROW.findall(text)}


def sources():
    for path in sorted(SERVER.rglob("*.c")):
        yield path, path.read_text("utf-8")


class Params(unittest.TestCase):
    def test_the_table_is_read(self):
        self.assertGreater(len(actions()), 40)
        self.assertEqual(actions()["AUDIT_TOKEN_REVOKED"], ["name"])
        self.assertEqual(len(actions()), TABLE.count("ACTION(AUDIT_"))

    def test_every_parameter_is_listed(self):
        table, seen, wrong = actions(), 0, []
        for path, text in sources():
            for match in re.finditer(r"struct audit_note\b", text):
                # To the end of the initialiser: brackets in balance.
                start = text.find("{", match.end())
                if start < 0 or ";" in text[match.end():start]:
                    continue
                depth, end = 0, start
                for end in range(start, len(text)):
                    depth += {"{": 1, "}": -1}.get(text[end], 0)
                    if depth == 0:
                        break
                note = text[start:end]
                named = re.findall(r"\bAUDIT_\w+", note)
                named = [name for name in named if name in table]
                if not named:
                    continue
                seen += 1
                allowed = {key for name in named for key in table[name]}
                for key in KEY.findall(note):
                    if key not in allowed:
                        wrong.append("%s: %s does not list %s" % (
                            path.relative_to(ROOT), named, key))
        self.assertEqual(wrong, [])
        self.assertGreater(seen, 20)

    def test_parameters_put_in_later(self):
        """note.params[1] = (struct audit_param){"facts", …}: of one of the
        actions that the file names."""
        table, wrong = actions(), []
        for path, text in sources():
            allowed = {key for name in re.findall(r"\bAUDIT_[A-Z_]+\b", text)
                       for key in table.get(name, [])}
            for key in re.findall(
                    r'\(struct audit_param\)\s*\{\s*"(\w+)"', text):
                if key not in allowed:
                    wrong.append("%s: %s" % (path.relative_to(ROOT), key))
        self.assertEqual(wrong, [])

    def test_every_action_is_written(self):
        used = set()
        for path, text in sources():
            used |= set(re.findall(r"\bAUDIT_[A-Z_]+\b", text))
        self.assertLessEqual(set(actions()) - used, NOT_WRITTEN_YET)


if __name__ == "__main__":
    unittest.main()
