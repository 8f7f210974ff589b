"""The manual's examples are tests: docs_test.py [--update] [PAGE...] runs the ```console blocks of
docs/howto/*.md.

Blocks of one page share a folder, in order. A fenced block whose info string has file=NAME makes that
file. In a console block, "$ command" lines run (a command goes on after a line that ends in a
backslash); the lines below are what it shows, stdout before stderr. Times, rates and memory may
differ; a line "..." stands for any lines. A line "(exit N)" tells an exit status that is not 0.
--update writes what the commands show into the page.
"""
import difflib
import pathlib
import re
import sys
import tempfile

import shown

FENCE = re.compile(r"^```(\S*)[ ]?([^\n]*)\n(.*?)^```$", re.M | re.S)


def steps(block):
    """[(command, expected output)] of a console block."""
    out = []
    lines = block.splitlines(True)
    while lines:
        line = lines.pop(0)
        if not line.startswith("$ "):
            if not out:
                raise ValueError(f"output before the first command: {line!r}")
            out[-1][1].append(line)
            continue
        command = line[2:]
        while command.endswith("\\\n") and lines:
            command += lines.pop(0)
        out.append((command, []))
    return [(command, "".join(output)) for command, output in out]


def run_block(body, folder, page):
    """The block as it should read: what does not match is replaced by what was shown."""
    out = []
    for command, wanted in steps(body):
        stdout, stderr, status = shown.run(command, folder)
        got = stdout + stderr + (f"(exit {status})\n" if status else "")
        pattern = re.sub(r"^\.\.\.$", "{{**}}", shown.steady(wanted), flags=re.M)
        if shown.matches(pattern, shown.steady(got)):
            got = wanted
        else:
            print(f"{page.name}: $ {command}", end="")
            sys.stdout.writelines(difflib.unified_diff(wanted.splitlines(True), got.splitlines(True),
                                                       "page", "program"))
        out.append(f"$ {command}{got}")
    return "".join(out)


def check_page(page, update):
    """Whether every command shows what the page says; with `update` the page is made to say it."""
    text = page.read_text()
    with tempfile.TemporaryDirectory(prefix="corpus-docs-") as folder:

        def fence(match):
            language, info, body = match.groups()
            if info.startswith("file="):
                target = pathlib.Path(folder, info[5:])
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_text(body)
            if language != "console":
                return match.group()
            return f"```console\n{run_block(body, folder, page)}```"

        new = FENCE.sub(fence, text)
    if "```console" not in text:
        print(f"{page.name}: has no example")
        return False
    if update:
        page.write_text(new)
    return new == text or update


def main():
    update = "--update" in sys.argv
    names = [a for a in sys.argv[1:] if a != "--update"]
    pages = [pathlib.Path(p) for p in names] or sorted((shown.ROOT / "docs/howto").glob("*.md"))
    bad = [page.name for page in pages if not check_page(page, update)]
    print(f"{len(pages) - len(bad)} of {len(pages)} pages as written" + (f"; not: {', '.join(bad)}" if bad else ""))
    return 1 if bad or not pages else 0


if __name__ == "__main__":
    sys.exit(main())
