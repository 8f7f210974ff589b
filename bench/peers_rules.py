#!/usr/bin/env python3
"""peers_rules.py FILE...: Gopher quality, Gopher repetition and FineWeb rules by datatrove and by corpus.

FILE are JSON Lines (.zst too) of any shape; the longest string of each record is its text. Both keep the same
records in the same order of rules, datatrove with two workers on its head, corpus with two threads on the
same head and on all of it, again and again. Needs the packages of tests/parity (CORPUS_PEERS_PYTHON names
their Python) and build/release/bin/corpus (or CORPUS_BINARY). Best of three for corpus.
"""
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
BINARY = os.environ.get("CORPUS_BINARY", str(ROOT / "build/release/bin/corpus"))
PYTHON = os.environ.get("CORPUS_PEERS_PYTHON", str(ROOT / "build/peers-venv/bin/python"))
HEAD = int(os.environ.get("PEERS_HEAD", 6 << 20))   # bytes that datatrove gets
WHOLE = int(os.environ.get("PEERS_WHOLE", 1 << 30))  # bytes that corpus gets
PEER = """
from datatrove.executor import LocalPipelineExecutor
from datatrove.pipeline.filters import FineWebQualityFilter, GopherQualityFilter, GopherRepetitionFilter
from datatrove.pipeline.readers import JsonlReader
from datatrove.pipeline.writers import JsonlWriter
if __name__ == '__main__':
    LocalPipelineExecutor([JsonlReader('IN'), GopherRepetitionFilter(), GopherQualityFilter(), FineWebQualityFilter(),
      JsonlWriter('OUT', compression=None)], tasks=2, workers=2, logging_dir='OUT.log').run()
"""
RULES = [{"filters.gopher_repetition": {}}, {"filters.gopher_quality": {}}, {"filters.fineweb": {}}]


def longest(value):
    if isinstance(value, str):
        return value
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else []
    return max((longest(v) for v in parts), key=len, default="")


def texts(paths):
    for path in paths:
        command = ["zstd", "-dc", path] if path.endswith(".zst") else ["cat", path]
        for line in subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout.split(b"\n"):
            try:
                text = longest(json.loads(line))
                text.encode()
            except (ValueError, UnicodeEncodeError):
                continue
            yield json.dumps({"text": text}).encode() + b"\n"


def corpus(source, folder, times=3):
    recipe = folder / "rules.yaml"
    recipe.write_text(json.dumps({"corpus": 1, "input": {"paths": [str(source)]}, "stages": RULES, "output": {"null": True}}))
    best, kept = None, 0
    for _ in range(times):
        done = subprocess.run([BINARY, "run", str(recipe), "--threads", "2", "--json"], stdout=subprocess.PIPE, check=True)
        report = json.loads(done.stdout)
        best = min(best or 1e9, report["seconds"])
        kept = report["kept"]
    return best, kept


def main():
    lines = list(texts(sys.argv[1:]))
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        head, whole = folder / "head", folder / "whole.jsonl"
        head.mkdir()
        shards = [open(head / f"{i}.jsonl", "wb") for i in range(2)]
        size = 0
        for i, line in enumerate(lines):
            if size >= HEAD:
                break
            shards[i % 2].write(line)
            size += len(line)
        for shard in shards:
            shard.close()
        written = 0
        with open(whole, "wb") as out:
            while written < WHOLE:
                for line in lines:
                    out.write(line)
                    written += len(line)
        seconds, kept = corpus(head, folder)
        print(f"corpus, 2 threads: {size} bytes in {seconds:.3f} s = {size / seconds / 1e6:.0f} MB/s, {kept} kept")
        all_seconds, _ = corpus(whole, folder)
        rate = written / all_seconds / 1e6
        print(f"corpus, 2 threads: {written} bytes in {all_seconds:.3f} s = {rate:.0f} MB/s")
        script = folder / "peer.py"
        script.write_text(PEER.replace("IN", str(head)).replace("OUT", str(folder / "out")))
        start = time.perf_counter()
        done = subprocess.run([PYTHON, "-W", "ignore", str(script)], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        seconds = time.perf_counter() - start
        if done.returncode != 0:
            sys.exit(f"datatrove: {(done.stderr.decode().strip().splitlines() or ['failed'])[-1]}")
        theirs = sum(sum(1 for _ in open(p, "rb")) for p in (folder / "out").glob("*.jsonl"))
        print(f"datatrove, 2 workers: {size} bytes in {seconds:.1f} s = {size / seconds / 1e6:.3f} MB/s, {theirs} kept")
        print(f"corpus is faster by {rate * 1e6 * seconds / size:.0f} x")


if __name__ == "__main__":
    main()
