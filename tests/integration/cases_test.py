#!/usr/bin/env python3
"""One table of cases through the command line, C, C++ and the bindings that could be built: equal bytes.

CORPUS_BINARY, CORPUS_DRIVERS (C and C++ programs, separated by ':') come from CMake. CORPUS_PYTHON: a Python that has
libcorpus; CORPUS_RUST_CASES: bindings/rust's example; CORPUS_GO_TEST: bindings/go's test program.
"""
import json
import os
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
PYTHON = """
import sys, libcorpus, json
recipe = json.loads(sys.argv[1])
stream = libcorpus._libcorpus.Stream(json.dumps({**recipe, "input": {**recipe.get("input", {}), "paths": [sys.argv[2]]}}))
stream.start()
while (batch := stream.next()) is not None:
    sys.stdout.buffer.write(batch.lines)
"""


def run(command, text, **env):
    done = subprocess.run(command, input=text, capture_output=True, timeout=300, env={**os.environ, **env})
    if done.returncode != 0:
        return f"exit {done.returncode}: {done.stderr.decode()}".encode()
    return done.stdout


def through_cli(case, text, folder):
    recipe = json.loads(json.dumps(case["recipe"]))
    recipe.setdefault("input", {})["paths"] = "-"
    recipe.setdefault("output", {})["file"] = "-"
    path = folder / "recipe.json"
    path.write_text(json.dumps(recipe))
    return run([os.environ["CORPUS_BINARY"], "run", str(path), "-q"], text)


def through_go(program, recipe, text, folder):
    (folder / "in").write_bytes(text)
    run([program, "-test.run", "^TestCase$"], b"", CORPUS_CASE=recipe, CORPUS_CASE_IN=str(folder / "in"),
        CORPUS_CASE_OUT=str(folder / "out"))
    return (folder / "out").read_bytes()


def main():
    ways = {}
    for program in os.environ["CORPUS_DRIVERS"].split(":"):
        ways[pathlib.Path(program).name] = lambda r, t, f, p=program: run([p, r], t)
    python = os.environ.get("CORPUS_PYTHON")
    if python:
        def in_python(recipe, text, folder):
            (folder / "in").write_bytes(text)
            return run([python, "-c", PYTHON, recipe, str(folder / "in")], b"")
        ways["Python"] = in_python
    if os.environ.get("CORPUS_RUST_CASES"):
        ways["Rust"] = lambda r, t, f: run([os.environ["CORPUS_RUST_CASES"], r], t)
    if os.environ.get("CORPUS_GO_TEST"):
        ways["Go"] = lambda r, t, f: through_go(os.environ["CORPUS_GO_TEST"], r, t, f)
    failures = 0
    cases = [json.loads(line) for line in (HERE / "cases.jsonl").read_text().splitlines()]
    for case in cases:
        text = "".join(line + "\n" for line in case["input"]).encode()
        recipe = json.dumps(case["recipe"])
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            expected = through_cli(case, text, folder)
            for way, call in ways.items():
                got = call(recipe, text, folder)
                if got != expected:
                    failures += 1
                    print(f"{case['name']}: {way} gave {got!r}, the command line {expected!r}")
    print(f"{len(cases)} cases through the command line, {', '.join(ways)}: {failures} differences")
    return failures != 0


if __name__ == "__main__":
    sys.exit(main())
