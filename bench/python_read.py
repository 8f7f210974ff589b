#!/usr/bin/env python3
"""python_read.py CORPUS FILE [ROUNDS]: what it costs to read FILE through Python rather than the CLI.

All do the same work, on all cores: read FILE, check each record, hand the kept lines on. `corpus cat` writes them to
/dev/null; Python takes them batch by batch, or as Arrow batches of one column; with every column it decodes more, which
is printed for comparison only. Taken in turn, ROUNDS times (5); the medians of each and their ratios to the CLI: of the
time on the clock, and of that of the processor, which a busy machine changes less. Needs the packages libcorpus (Release)
and pyarrow. Every way has to give the same number of records. Exits 1 when the same work takes over 10 % longer.
"""
import os
import statistics
import subprocess
import sys
import time

import libcorpus
import pyarrow

WANTED = 1.1
SAME_WORK = ("batches, json", "arrow, json")


def cli(program, path):
    lines = subprocess.run([program, "cat", path], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    if lines.returncode != 0:
        sys.exit(lines.stderr.decode(errors="replace"))


def batches(chain):
    return sum(len(batch) for batch in chain.batches())


def arrow(chain):
    return sum(batch.num_rows for batch in pyarrow.RecordBatchReader.from_stream(chain))


def main():
    program, path = sys.argv[1:3]
    rounds = int(sys.argv[3]) if len(sys.argv) > 3 else 5
    json_only = libcorpus.read(path, columns=["json"])
    ways = {
        "corpus cat": lambda: cli(program, path),
        "batches, json": lambda: batches(json_only),
        "arrow, json": lambda: arrow(json_only),
        "arrow, every column": lambda: arrow(libcorpus.read(path)),
    }
    taken = {name: [] for name in ways}
    burnt = {name: [] for name in ways}
    counts = set()
    for _ in range(rounds):
        for name, way in ways.items():
            start, before = time.perf_counter(), sum(os.times()[:4])
            count = way()
            taken[name].append(time.perf_counter() - start)
            burnt[name].append(sum(os.times()[:4]) - before)
            if count is not None:
                counts.add(count)
    if len(counts) != 1:
        sys.exit(f"the ways differ in the number of records: {sorted(counts)}")
    clock, processor = ({name: statistics.median(s) for name, s in of.items()} for of in (taken, burnt))
    for name in ways:
        print(f"{name:20} {clock[name]:7.3f} s   x {clock[name] / clock['corpus cat']:.2f}   "
              f"({min(taken[name]):.3f} to {max(taken[name]):.3f})   "
              f"processor {processor[name]:.2f} s   x {processor[name] / processor['corpus cat']:.2f}")
    sys.exit(any(clock[name] > WANTED * clock["corpus cat"] for name in SAME_WORK))


if __name__ == "__main__":
    main()
