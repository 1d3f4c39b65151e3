#!/usr/bin/env python3
"""Counts test cases in a report: prints "passed failed skipped", and on
standard error why anything was skipped.

Takes a JUnit file of ctest, or the output of one Python test run. A program
that says how many cases it ran (cmocka, unittest) counts case by case; any
other counts as one.
"""

import re
import sys
import xml.etree.ElementTree as tree

CMOCKA_RUN = re.compile(r"^\[=+\] .*?(\d+) test\(s\) run\.", re.M)
CMOCKA_SKIPPED = re.compile(r"^\[  SKIPPED \] .*?(\d+) test\(s\)", re.M)
CMOCKA_FAILED = re.compile(r"^\[  FAILED  \] .*?(\d+) test\(s\)", re.M)
UNITTEST_RUN = re.compile(r"^Ran (\d+) tests? in", re.M)
UNITTEST_END = re.compile(r"^(OK|FAILED)(?: \((.*)\))?$", re.M)


def count_cmocka(text):
    ran = sum(int(n) for n in CMOCKA_RUN.findall(text))
    skipped = sum(int(n) for n in CMOCKA_SKIPPED.findall(text))
    failed = sum(int(n) for n in CMOCKA_FAILED.findall(text))
    return ran - skipped - failed, failed, skipped


def count_unittest(text):
    ran = sum(int(n) for n in UNITTEST_RUN.findall(text))
    failed = skipped = 0
    for _, detail in UNITTEST_END.findall(text):
        for word, number in re.findall(r"(\w+)=(\d+)", detail):
            if word in ("failures", "errors"):
                failed += int(number)
            elif word == "skipped":
                skipped += int(number)
    # Several rows of one test may fail.
    return max(ran - failed - skipped, 0), failed, skipped


def count_output(text):
    """Cases as the program itself tells; None when it tells nothing."""
    if UNITTEST_RUN.search(text):
        return count_unittest(text)
    if CMOCKA_RUN.search(text):
        return count_cmocka(text)
    return None


def print_skips(name, text):
    """ctest keeps the output of what passed to itself; a skip must show."""
    for line in text.splitlines():
        if "SKIP: " in line:
            print(f"SKIP: {name}: {line.split('SKIP: ', 1)[1]}",
                  file=sys.stderr)


def count_case(case):
    """One program of a ctest report."""
    text = case.findtext("system-out") or ""
    print_skips(case.get("name"), text)
    status = case.get("status")
    if case.find("skipped") is not None or status in ("notrun", "disabled"):
        return 0, 0, 1
    counted = count_output(text) or (1, 0, 0)
    if case.find("failure") is not None or status == "fail":
        passed, failed, skipped = counted
        # A crash after the last case, or before any, is one failure.
        return (passed if failed else max(passed - 1, 0),
                max(failed, 1), skipped)
    return counted


def count_report(path):
    with open(path, encoding="utf-8", errors="replace") as file:
        text = file.read()
    if not text.lstrip().startswith("<"):
        counted = count_output(text)
        # No summary at the end: the run broke off.
        return counted if counted else (0, 1, 0)
    # ctest may pass on control bytes that XML has no place for.
    text = re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f]", "?", text)
    cases = [count_case(case) for case in tree.fromstring(text).iter("testcase")]
    return tuple(sum(column) for column in zip(*cases)) if cases else (0, 1, 0)


if __name__ == "__main__":
    for name in sys.argv[1:]:
        print(*count_report(name))
