#!/usr/bin/env python3
"""count_results.py DIR: adds up scripts/test's results; exits 1 unless everything passed.

DIR/checks holds lines `passed|failed|skipped NAME`, DIR/*.xml are ctest's JUnit files.
"""
import pathlib
import re
import sys
import xml.etree.ElementTree as xml


def skip_reason(case):
    """What the test printed when it skipped: GoogleTest's message without its frame, or the last line."""
    text = case.findtext("system-out") or ""
    found = re.search(r"Skipped\n(?:\n)?(.*?)\n*\[  SKIPPED", text, re.S)
    said = found.group(1) if found else (text.strip().splitlines() or ["no reason given"])[-1]
    return " ".join(said.split())


def outcome(case):
    """ctest also says "notrun" of tests whose program is missing: only those that asked are skipped."""
    status = case.get("status")
    if status == "run":
        return "passed"
    skip = case.find("skipped")
    asked = status == "disabled" or (skip is not None and (skip.get("message") or "").startswith("SKIP_"))
    return "skipped" if asked else "failed"


def main():
    folder = pathlib.Path(sys.argv[1])
    passed, failed, skipped = [], [], []
    checks = folder / "checks"
    for line in checks.read_text().splitlines() if checks.exists() else []:
        result, name = line.split(" ", 1)
        {"passed": passed, "failed": failed, "skipped": skipped}[result].append(name)
    for path in sorted(folder.glob("*.xml")):
        for case in xml.parse(path).getroot().iter("testcase"):
            name = f"{path.stem}: {case.get('name')}"
            result = outcome(case)
            if result == "skipped":
                name += ": " + skip_reason(case)
            {"passed": passed, "failed": failed, "skipped": skipped}[result].append(name)
    print()
    for name in skipped:
        print(f"skipped  {name}")
    for name in failed:
        print(f"FAILED   {name}")
    print(f"{len(passed)} passed, {len(failed)} failed, {len(skipped)} skipped")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
