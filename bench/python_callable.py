#!/usr/bin/env python3
"""python_callable.py FILE [MEGABYTES] [ROUNDS]: one Python function as a stage, here and in datatrove.

The function decides by a record's answer whether it stays. Both read the same head of FILE (JSON Lines, 100 MB) whose records
have their text in "text", call the function for each record and write what it keeps to a file. datatrove has two
workers on two halves; ours calls it from one thread, as it always does, while another reads and writes. In turn, ROUNDS
times (3); medians and their ratio. Needs the packages libcorpus (Release) and datatrove. Both have to keep the same
number of records. Exits 1 when ours is less than 5 times as fast.
"""
import json
import pathlib
import statistics
import sys
import tempfile
import time

import libcorpus
from datatrove.executor import LocalPipelineExecutor
from datatrove.pipeline.filters import LambdaFilter
from datatrove.pipeline.readers import JsonlReader
from datatrove.pipeline.writers import JsonlWriter

WANTED = 5


def keeps(text):
    return len(text) > 200 and text.count("\n") < 40 and not text.startswith("I'm sorry")


def keeps_document(document):
    return keeps(document.text)


def keeps_record(record):
    return keeps(record.response)


def head(source, folder, size):
    """Two files of records with "text", as datatrove wants them: its readers take a file each."""
    written, paths = 0, [folder / "in" / f"{i}.jsonl" for i in range(2)]
    paths[0].parent.mkdir()
    outs = [open(path, "w") for path in paths]
    for record in libcorpus.read(source).batches():
        for i in range(len(record)):
            text = record[i].response or record[i].prompt
            written += outs[written > size // 2].write(json.dumps({"text": text}) + "\n")
        if written >= size:
            break
    for out in outs:
        out.close()
    return paths


def ours(paths, folder, number):
    out = folder / f"ours{number}.jsonl"
    report = libcorpus.read(*paths).map(keeps_record).write(out, threads=2)
    return report["kept"]


def theirs(paths, folder, number):
    out = folder / f"theirs{number}"
    LocalPipelineExecutor(
        [JsonlReader(str(paths[0].parent)), LambdaFilter(keeps_document), JsonlWriter(str(out), compression=None)],
        tasks=2, workers=2, logging_dir=str(folder / f"log{number}")).run()
    return sum(1 for path in out.glob("*.jsonl") for _ in open(path))


def main():
    source = sys.argv[1]
    size = int(sys.argv[2] if len(sys.argv) > 2 else 100) * 1_000_000
    rounds = int(sys.argv[3]) if len(sys.argv) > 3 else 3
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        paths = head(source, folder, size)
        taken, kept = {ours: [], theirs: []}, {}
        for number in range(rounds):
            for way in taken:
                start = time.perf_counter()
                kept[way] = way(paths, folder, number)
                taken[way].append(time.perf_counter() - start)
        if len(set(kept.values())) != 1:
            sys.exit(f"they keep different records: {kept[ours]} and {kept[theirs]}")
        middle = {way: statistics.median(seconds) for way, seconds in taken.items()}
    ratio = middle[theirs] / middle[ours]
    print(f"libcorpus {middle[ours]:.2f} s, datatrove {middle[theirs]:.2f} s, {kept[ours]} records kept: {ratio:.1f} times")
    sys.exit(ratio < WANTED)


if __name__ == "__main__":
    main()
