"""Golden tests of the command line: golden_test.py [--update] [FILE.test...]

A .test file holds sections that begin with a line "=== WORD": `file NAME` makes a file, `run` is a
bash script in a fresh folder, and `stdout`, `stderr` (empty when left out) and `exit N` (0) say what
the run before them shows. Text before the first section is a comment. Times, rates, memory and the
folder's name are shown as {{time}} and so on; {{*}} is anything within a line, a line {{**}} any
lines. --update rewrites what does not match.
"""
import difflib
import pathlib
import re
import sys
import tempfile

import shown

HERE = pathlib.Path(__file__).parent


def sections(text):
    """[(heading, body)]; the first heading is "" and holds the comment."""
    parts = re.split(r"^=== (.*)\n", text, flags=re.M)
    return [("", parts[0])] + list(zip(parts[1::2], parts[2::2]))


def check(wanted, got):
    """The run's sections as they should be written, with what does not match replaced."""
    out = []
    for what in ("stdout", "stderr"):
        body = got[what]
        if body and not body.endswith("\n"):
            body += "\\\n"  # no line end: shown as a backslash, as it cannot be seen otherwise
        if what in wanted and shown.matches(wanted[what], body):
            body = wanted[what]
        if body:
            out.append((what, body))
    if got["exit"] != 0:
        out.append((f"exit {got['exit']}", ""))
    return out


def run_file(path, update):
    old = path.read_text()
    new = []
    pieces = sections(old)
    with tempfile.TemporaryDirectory(prefix="corpus-cli-") as folder:
        i = 0
        while i < len(pieces):
            heading, body = pieces[i]
            new.append((heading, body))
            i += 1
            if heading.startswith("file "):
                target = pathlib.Path(folder, heading[5:])
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_text(body)
            if heading != "run":
                continue
            wanted = {}
            while i < len(pieces) and pieces[i][0].split()[0] in ("stdout", "stderr", "exit"):
                wanted[pieces[i][0]] = pieces[i][1]
                i += 1
            out, err, status = shown.run(body, folder)
            got = {"stdout": shown.steady(out, folder), "stderr": shown.steady(err, folder), "exit": status}
            new += check(wanted, got)
    text = "".join((f"=== {h}\n" if h else "") + b for h, b in new)
    if text == old:
        return True
    if update:
        path.write_text(text)
        print(f"updated {path.name}")
        return True
    sys.stdout.writelines(difflib.unified_diff(old.splitlines(True), text.splitlines(True),
                                               f"{path.name} (wanted)", f"{path.name} (got)"))
    return False


def main():
    names = [a for a in sys.argv[1:] if a != "--update"]
    files = [pathlib.Path(n) for n in names] or sorted(HERE.glob("*.test"))
    bad = [f.name for f in files if not run_file(f, "--update" in sys.argv)]
    print(f"{len(files) - len(bad)} of {len(files)} files as wanted" + (f"; not: {', '.join(bad)}" if bad else ""))
    return 1 if bad or not files else 0


if __name__ == "__main__":
    sys.exit(main())
