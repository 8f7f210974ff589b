#!/usr/bin/env python3
"""peers.py FILE: other tools on the file of bench/run.py, doing the same jobs on the same machine.

Two jobs: keep the records whose answer has at least 400 characters and write them; drop exact
duplicates and write the rest. The Python packages go into build/peers-venv. Each job has a time limit;
tools that are slow get only the head of the file, and rates are per byte. Answers are shown beside
those of `corpus`, which trims white space before it counts characters.
"""
import json
import pathlib
import shutil
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
WORK = ROOT / "build/bench"
VENV = ROOT / "build/peers-venv"
PACKAGES = ["duckdb", "polars", "datatrove", "dolma"]
LIMIT_SECONDS = 300
SMALL = 64 << 20  # bytes of the file's head for one-record-at-a-time tools

# What one would write in each tool; IN, OUT are replaced. `whole`: fast enough for the whole file.
JOBS = {
    "duckdb": (True, {
        "filter": """
import duckdb
duckdb.sql("SET threads=2; SET preserve_insertion_order=true")
duckdb.sql('''COPY (SELECT * FROM read_json('IN', format='newline_delimited', maximum_object_size=67108864, sample_size=-1)
  WHERE length(coalesce(output, response)) >= 400) TO 'OUT' (FORMAT json)''')
""",
        "exact": """
import duckdb
duckdb.sql("SET threads=2")
duckdb.sql('''COPY (SELECT * FROM read_json('IN', format='newline_delimited', maximum_object_size=67108864, sample_size=-1)
  QUALIFY row_number() OVER (PARTITION BY instruction, input, coalesce(output, response) ORDER BY grow_id) = 1) TO 'OUT' (FORMAT json)''')
"""}),
    "polars": (True, {
        "filter": """
import polars as pl
t = pl.scan_ndjson('IN', infer_schema_length=None)
t.filter(pl.coalesce('output', 'response').str.len_chars() >= 400).sink_ndjson('OUT')
""",
        "exact": """
import polars as pl
t = pl.scan_ndjson('IN', infer_schema_length=None)
t.unique(subset=['instruction', 'input', 'output', 'response'], keep='first', maintain_order=True).sink_ndjson('OUT')
"""}),
    "datatrove": (False, {
        "filter": """
import os, shutil
from datatrove.executor import LocalPipelineExecutor
from datatrove.pipeline.filters import LambdaFilter
from datatrove.pipeline.readers import JsonlReader
from datatrove.pipeline.writers import JsonlWriter
def adapt(self, data, path, id_in_file):
    return {'text': data.get('output') or data.get('response') or '', 'id': data['grow_id'], 'metadata': data}
if __name__ == '__main__':
    LocalPipelineExecutor([JsonlReader(os.path.dirname('IN'), glob_pattern=os.path.basename('IN'), adapter=adapt),
      LambdaFilter(lambda d: len(d.text) >= 400), JsonlWriter('OUT.d', compression=None)], logging_dir=None).run()
    shutil.move('OUT.d/00000.jsonl', 'OUT')
"""}),
    "python json": (False, {
        "filter": """
import json
with open('OUT', 'w') as out:
    for line in open('IN'):
        r = json.loads(line)
        if len(r.get('output') or r.get('response') or '') >= 400: out.write(line)
""",
        "exact": """
import hashlib, json
seen = set()
with open('OUT', 'w') as out:
    for line in open('IN'):
        r = json.loads(line)
        key = hashlib.md5(repr((r.get('instruction'), r.get('input'), r.get('output'), r.get('response'))).encode()).digest()
        if key not in seen:
            seen.add(key)
            out.write(line)
"""}),
}
JQ = {"filter": ["jq", "-c", "select(((.output // .response // \"\") | length) >= 400)"]}


def install():
    """Python of the venv, and why a package is not there."""
    python = VENV / "bin/python"
    if not python.exists() and subprocess.run([sys.executable, "-m", "venv", VENV]).returncode != 0:
        return sys.executable, {name: "no venv (apt-get install python3-venv)" for name in PACKAGES}
    missing = {}
    for name in PACKAGES:
        probe = f"import {name}" + (", regex" if name == "datatrove" else "")
        if subprocess.run([python, "-c", probe], capture_output=True).returncode == 0:
            continue
        wanted = ["datatrove[io]", "regex"] if name == "datatrove" else [name]
        try:
            result = subprocess.run([python, "-m", "pip", "install", "-q", "--disable-pip-version-check", *wanted],
                                    capture_output=True, text=True, timeout=LIMIT_SECONDS)
        except subprocess.TimeoutExpired:
            missing[name] = f"pip was not done in {LIMIT_SECONDS} s"
            continue
        if result.returncode != 0:
            missing[name] = (result.stderr.strip().splitlines() or ["pip failed"])[-1][:160]
    return python, missing


def head_of(data):
    small = WORK / "peers-head.jsonl"
    with open(data, "rb") as source, open(small, "wb") as out:
        out.write(source.read(SMALL))
        out.write(source.readline())
    return small


def lines(path):
    with open(path, "rb") as file:
        return sum(1 for _ in file)


def timed(command, stdout=None):
    start = time.perf_counter()
    try:
        result = subprocess.run([str(c) for c in command], stdout=stdout or subprocess.DEVNULL,
                                stderr=subprocess.PIPE, timeout=LIMIT_SECONDS, cwd=WORK)  # datatrove leaves logs/
    except subprocess.TimeoutExpired:
        return None, f"not done in {LIMIT_SECONDS} s"
    seconds = time.perf_counter() - start
    if result.returncode != 0:
        return None, (result.stderr.decode(errors="replace").strip().splitlines() or ["failed"])[-1][:160]
    return seconds, None


def ours(job, data):
    out = WORK / "peers-ours.jsonl"
    out.unlink(missing_ok=True)
    base = [ROOT / "build/release/bin/corpus"]
    command = ["filter", data, "--min-chars", "400"] if job == "filter" else ["dedup", "exact", data]
    seconds, problem = timed(base + command + ["-o", out, "--threads", "2"])
    if problem:
        sys.exit(f"peers.py: corpus itself: {problem}")
    return seconds, lines(out)


def main():
    data = pathlib.Path(sys.argv[1]).resolve()
    python, missing = install()
    small = head_of(data)
    print("\n| tool | job | bytes | seconds | MB/s | corpus is faster by | kept, corpus kept |\n|---|---|---|---|---|---|---|")
    results = []
    for job in ("filter", "exact"):
        reference = {}
        for path in (data, small):
            times = [ours(job, path) for _ in range(3)]
            reference[path] = sorted(times)[1]
        tools = [(name, whole, python, code[job]) for name, (whole, code) in JOBS.items() if job in code]
        for name, whole, interpreter, code in tools:
            if name in missing:
                print(f"| {name} | {job} | | | | not installed: {missing[name]} | |")
                continue
            path = data if whole else small
            out = WORK / "peers-out.jsonl"
            out.unlink(missing_ok=True)
            script = WORK / "peer.py"
            script.write_text(code.replace("IN", str(path)).replace("OUT", str(out)))
            row(results, name, job, path, timed([interpreter, script]), out, reference[path])
        if job in JQ and shutil.which("jq"):
            out = WORK / "peers-out.jsonl"
            with open(out, "wb") as stdout:
                row(results, "jq", job, small, timed(JQ[job] + [small], stdout), out, reference[small])
    if "dolma" in missing:
        print(f"| dolma | | | | | not installed: {missing['dolma']} | |")
    else:
        print("| dolma | | | | | not run: it reads its own {id, text, source} documents only | |")
    (WORK / "peers.json").write_text(json.dumps(results, indent=1) + "\n")


def row(results, name, job, path, outcome, out, reference):
    seconds, problem = outcome
    size = path.stat().st_size
    if problem:
        print(f"| {name} | {job} | {size} | | | {problem} | |")
        return
    kept = lines(out)
    results.append({"tool": name, "job": job, "bytes": size, "seconds": seconds, "kept": kept,
                    "corpus_seconds": reference[0], "corpus_kept": reference[1]})
    print(f"| {name} | {job} | {size} | {seconds:.2f} | {size / seconds / 1e6:.0f} | {seconds / reference[0]:.1f} x | "
          f"{kept}, {reference[1]} |", flush=True)


if __name__ == "__main__":
    main()
