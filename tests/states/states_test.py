#!/usr/bin/env python3
"""Question: are the pictures of the state tables in docs/states those of the
tables?

What is in docs/states.md and docs/states/*.dot is made from what states_dump
says; each picture (*.svg, drawn by graphviz) names the hash of the text it was
drawn from. Where they differ, the test says so; to draw them anew:

    states_test.py --write PROGRAM      (needs graphviz: dot)
"""

import hashlib
import os
import pathlib
import re
import subprocess
import sys
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
PICTURES = DOCS / "states"

# What each is, and where its table stands.
TITLES = {
    "phone": ("A phone", "where it is in its service", "phone"),
    "lost_mode": ("Lost Mode", "one time that a phone is in it", "lost_mode"),
    "life": ("A life", "one enrolment of a phone", "life"),
    "command": ("A command", "one order to a phone", "command"),
    "wipe": ("A wipe", "one ordered erase and its ladder", "wipe"),
    "task": ("A task", "one thing a person is asked to do", "task"),
    "equipment_order": ("An equipment order", "a phone, a SIM or a function",
                        "equipment_order"),
    "bench_order": ("A work order", "for the bench", "bench_order"),
    "approval": ("An approval", "a second person’s yes", "approval"),
    "return_case_managed": ("A return case", "of the organisation’s phone",
                            "return_case"),
    "return_case_private": ("A return case", "of a person’s own phone",
                            "return_case"),
}


# Where an event may lead to several states, what it hangs on.
HANGS_ON = {
    "phone": "managed? held?",
    "return_case_managed": "by its marks",
    "return_case_private": "by its marks",
}
# An event that leads from so many states to one is drawn once.
MANY = 4


def tables(program):
    """{table: {state: [(event, next)]}}, in the order of the program."""
    text = subprocess.run([program], capture_output=True, text=True,
                          check=True).stdout
    found = {}
    for line in text.splitlines():
        parts = line.split("\t")
        states = found.setdefault(parts[0], {})
        steps = states.setdefault(parts[1], [])
        if len(parts) == 4:
            steps.append((parts[2], parts[3]))
    return found


def words(name):
    return name.replace("_", " ")


def drop_unreached(states):
    """A table’s states that a step leads to or from, and its first."""
    used = {next(iter(states))}
    for state, steps in states.items():
        used |= {state} if steps else set()
        used |= {to for _, to in steps}
    return {state: steps for state, steps in states.items() if state in used}


def goals_of(steps):
    """{event: [next]} of one state."""
    found = {}
    for event, to in steps:
        found.setdefault(event, []).append(to)
    return found


def edges_of(name, states, lines):
    """(from, to, label, style) of the picture; adds the nodes it needs."""
    found = {}
    several = set()
    for state, steps in states.items():
        for event, goals in goals_of(steps).items():
            if len(goals) > 1:
                several |= set(goals)
                found.setdefault((event, "several"), []).append(state)
            elif goals[0] != state:
                found.setdefault((event, goals[0]), []).append(state)
    if several:
        lines.append(f'  several [label="{HANGS_ON[name]}", shape=diamond,'
                     ' style=filled, fillcolor="#fff6e0"];')
    pairs = {}
    hubs = {}
    for (event, to), sources in found.items():
        if len(sources) < MANY:
            for state in sources:
                pairs.setdefault((state, to), []).append(words(event))
        else:
            hubs.setdefault((to, tuple(sources)), []).append(words(event))
    for number, ((to, sources), events) in enumerate(hubs.items()):
        label = "\\n".join([*events, f"from {len(sources)} states"])
        lines.append(f'  hub{number} [label="{label}", shape=plaintext,'
                     ' style="", fontsize=9];')
        yield f"hub{number}", to, "", ", style=bold"
    for (state, to), events in pairs.items():
        yield state, to, "\\n".join(events), ""
    for to in states:
        if to in several:
            yield "several", to, "", ", style=dashed"


def dot_text(name, states):
    lines = [f"digraph {name} {{",
             "  rankdir=TB; nodesep=0.35; ranksep=0.55;",
             '  node [shape=box, style="rounded,filled", fillcolor="#ffffff",'
             ' color="#1e5a8a", fontname="Helvetica", fontsize=12];',
             '  edge [color="#5a6b78", fontname="Helvetica", fontsize=9,'
             ' fontcolor="#33414c", arrowsize=0.7];']
    states = drop_unreached(states)
    for state, steps in states.items():
        ends = all(to == state for _, to in steps)
        extra = ', fillcolor="#e8eef3", peripheries=2' if ends else ""
        lines.append(f'  {state} [label="{words(state)}"{extra}];')
    for one, other, label, style in edges_of(name, states, lines):
        lines.append(f'  {one} -> {other} [label="{label}"{style}];')
    return "\n".join([*lines, "}"]) + "\n"


def page_text(found):
    lines = [
        "# States",
        "",
        "<!-- Made by tests/states/states_test.py --write; do not edit. -->",
        "",
        "What may follow what, of everything that has states. The tables stand"
        " in\n`server/lifecycle`; what a table does not list is refused and"
        " changes nothing.\nThis page and its pictures are made from those"
        " very tables; a test says when\nthey no longer agree. A double border:"
        " nothing leads on from there. What leaves a\nstate as it is, is in"
        " the list and not in the picture; an event that leads from many"
        " states\nto one is drawn once. Return cases of phones that are not"
        " supervised, never\nmanaged or shared go by the same table: they"
        " need other marks.",
        ""]
    for name, states in found.items():
        title, what, file = TITLES[name]
        lines += [f"## {title}: {what}", "",
                  f"[lifecycle/{file}.h](../server/lifecycle/{file}.h)", "",
                  f"![{title}: {what}](states/{name}.svg)", "",
                  "| state | what may follow |", "|---|---|"]
        for state, steps in drop_unreached(states).items():
            cell = "; ".join(
                f"{words(event)} → " + " or ".join(
                    "as it is" if to == state else f"*{words(to)}*"
                    for to in goals)
                for event, goals in goals_of(steps).items())
            lines.append(f"| **{words(state)}** | {cell or 'nothing'} |")
        lines.append("")
    return "\n".join(lines)


def digest(text):
    return hashlib.sha256(text.encode()).hexdigest()


def write(program):
    found = tables(program)
    PICTURES.mkdir(exist_ok=True)
    for old in PICTURES.iterdir():
        old.unlink()
    for name, states in found.items():
        text = dot_text(name, states)
        svg = subprocess.run(["dot", "-Tsvg"], input=text, check=True,
                             capture_output=True, text=True).stdout
        svg = svg[svg.index("<svg"):]
        title, what, _ = TITLES[name]
        svg = svg.replace("<svg", '<svg role="img" aria-label="'
                          f'{title}: {what}"', 1)
        (PICTURES / f"{name}.dot").write_text(text, encoding="utf-8")
        (PICTURES / f"{name}.svg").write_text(
            f"<!-- drawn from {name}.dot, sha256 {digest(text)} -->\n" + svg,
            encoding="utf-8")
    (DOCS / "states.md").write_text(page_text(found), encoding="utf-8")


class Fresh(unittest.TestCase):

    @classmethod
    def setUpClass(cls):
        program = os.environ.get("WORKPHONE_STATES_PROGRAM")
        if not program:
            print("SKIP: WORKPHONE_STATES_PROGRAM is not set")
            raise unittest.SkipTest("the program is not given")
        cls.found = tables(program)

    def test_every_table_has_a_picture_and_no_more(self):
        self.assertEqual(set(self.found), set(TITLES))
        self.assertEqual(
            {file.name for file in PICTURES.iterdir()},
            {name + end for name in TITLES for end in (".dot", ".svg")})

    def test_pictures_are_those_of_the_tables(self):
        for name, states in self.found.items():
            with self.subTest(table=name):
                text = dot_text(name, states)
                kept = (PICTURES / f"{name}.dot").read_text(encoding="utf-8")
                self.assertEqual(kept, text, "run states_test.py --write")
                svg = (PICTURES / f"{name}.svg").read_text(encoding="utf-8")
                drawn = re.match(r"<!-- drawn from \S+, sha256 (\w+) -->",
                                 svg)
                self.assertEqual(drawn.group(1), digest(text))
                self.assertTrue(svg.rstrip().endswith("</svg>"))
                for state in drop_unreached(states):
                    self.assertIn(f">{words(state)}<", svg)

    def test_the_page(self):
        self.assertEqual((DOCS / "states.md").read_text(encoding="utf-8"),
                         page_text(self.found), "run states_test.py --write")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--write"]:
        write(sys.argv[2])
    else:
        unittest.main()
