#!/usr/bin/env python3
"""count_results.py DIR: adds up scripts/test's results; exits 1 unless everything passed.

DIR/checks holds lines `passed|failed|skipped NAME`, DIR/*.xml are ctest's JUnit files.
"""
import pathlib
import re
import sys
import xml.etree.ElementTree as xml


def skip_reason(case):
    """What the test printed when it skipped: GoogleTest's message, without its frame."""
    text = case.findtext("system-out") or ""
    found = re.search(r"Skipped\n(?:\n)?(.*?)\n*\[  SKIPPED", text, re.S)
    return " ".join(found.group(1).split()) if found else "no reason given"


def main():
    folder = pathlib.Path(sys.argv[1])
    passed, failed, skipped = [], [], []
    checks = folder / "checks"
    for line in checks.read_text().splitlines() if checks.exists() else []:
        outcome, name = line.split(" ", 1)
        {"passed": passed, "failed": failed, "skipped": skipped}[outcome].append(name)
    for path in sorted(folder.glob("*.xml")):
        for case in xml.parse(path).getroot().iter("testcase"):
            name = f"{path.stem}: {case.get('name')}"
            status = case.get("status")
            if status == "run":
                passed.append(name)
            elif status in ("notrun", "disabled"):
                skipped.append(f"{name}: {skip_reason(case)}")
            else:
                failed.append(name)
    print()
    for name in skipped:
        print(f"skipped  {name}")
    for name in failed:
        print(f"FAILED   {name}")
    print(f"{len(passed)} passed, {len(failed)} failed, {len(skipped)} skipped")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
