#!/usr/bin/env python3
"""provenance.py: what accountability costs.

    bench/provenance.py [--binary build/release/bin/corpus] [--input FILE...] [--size 1G] [--rounds 5] [--threads 2]

Lineage: curate with tags.lineage against curate without any tag. Commitments: the time of `corpus sign` less that of
`corpus verify` (signing verifies first), against curate. Both as CPU seconds (user and system) of the process, runs
interleaved, medians: that can be measured on a machine with other work, too. Verification: `corpus verify` of a
signed corpus against as many `openssl dgst -sha256` over the same bytes, wall clock, so the machine has to be quiet;
CPU seconds are printed beside it.

Without --input the records of ../shared/data (CORPUS_TEST_DATA) are taken, several times over with a number in each,
until --size is reached. Exits 1 when a target is missed: 10 % of curate, 1.3 times openssl.
"""
import argparse
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
DATA = pathlib.Path(os.environ.get("CORPUS_TEST_DATA", ROOT.parent / "shared/data"))
BASES = ["alpaca_eval/*.jsonl.zst", "gpteacher/*.jsonl.zst", "codealpaca/*.jsonl.zst", "llm_adapters/*.jsonl.zst"]


def run(*commands):
    """Wall-clock and CPU seconds of commands that run at the same time."""
    start = time.perf_counter()
    children = [subprocess.Popen([str(c) for c in command], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
                for command in commands]
    cpu = 0
    for child in children:
        words = child.stderr.read()
        _, status, usage = os.wait4(child.pid, 0)
        cpu += usage.ru_utime + usage.ru_stime
        if os.waitstatus_to_exitcode(status) != 0:
            sys.exit(f"{child.args}: {words.decode(errors='replace')[-500:]}")
    return time.perf_counter() - start, cpu


def grow(path, size):
    """Real records, again and again; a number in each makes it another text."""
    lines = []
    for pattern in BASES:
        for file in sorted(DATA.glob(pattern)):
            text = subprocess.run(["zstd", "-dqc", str(file)], capture_output=True, check=True).stdout
            lines += [line for line in text.split(b"\n") if line.startswith(b"{") and line.endswith(b"}")]
    if not lines:
        sys.exit(f"no records at {DATA}; name files with --input")
    written = copy = 0
    with open(path, "wb") as out:
        while written < size:
            for number, line in enumerate(lines):
                mark = b'"output":"' if b'"output":"' in line else b'"output": "'
                line = line.replace(mark, mark + b"%d-%d. " % (copy, number), 1)
                written += out.write(line + b"\n")
                if written >= size:
                    break
            copy += 1


def parse_size(text):
    return int(float(text[:-1]) * 1024 ** " KMG".index(text[-1])) if text[-1] in "KMG" else int(text)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--binary", type=pathlib.Path, default=ROOT / "build/release/bin/corpus")
    parser.add_argument("--input", nargs="*", type=pathlib.Path)
    parser.add_argument("--size", default="1G")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--set", action="append", default=[], help="for curate, such as stages.dedup.minhash=false")
    args = parser.parse_args()
    corpus = args.binary
    with tempfile.TemporaryDirectory(prefix="corpus-provenance-") as folder:
        folder = pathlib.Path(folder)
        inputs = args.input
        if not inputs:
            inputs = [folder / "in.jsonl"]
            grow(inputs[0], parse_size(args.size))
        size = sum(p.stat().st_size for p in inputs)
        common = [corpus, "curate", *inputs, "-q", "--threads", args.threads,
                  *(word for value in args.set for word in ("--set", value))]
        key = folder / "key"
        run([corpus, "key", "create", key])
        cpu = {"bare": [], "lineage": [], "sign": [], "verify": []}
        for number in range(args.rounds):
            for name, more in (("bare", ["--set", "stages.tags.lineage=false"]), ("lineage", [])):
                shutil.rmtree(folder / name, ignore_errors=True)
                cpu[name].append(run([*common, "-o", folder / name, *more])[1])
            out = folder / "lineage"
            cpu["verify"].append(run([corpus, "verify", out, "-q", "--threads", args.threads])[1])
            cpu["sign"].append(run([corpus, "sign", out, "-q", "--key", key, "--unchecked-policy", "--threads",
                                    args.threads])[1])
        median = {name: statistics.median(values) for name, values in cpu.items()}
        lineage = median["lineage"] / median["bare"] - 1
        commitments = (median["sign"] - median["verify"]) / median["lineage"]

        # The bytes that verify reads, in as many piles as there are threads.
        files = sorted((p for p in out.rglob("*") if p.is_file()), key=lambda p: -p.stat().st_size)
        stored = sum(p.stat().st_size for p in files)
        piles = [files[i::args.threads] for i in range(args.threads)]
        ours, theirs = [], []
        for _ in range(args.rounds):
            ours.append(run([corpus, "verify", out, "-q", "--threads", args.threads, "--key", f"{key}.pub"]))
            theirs.append(run(*(["openssl", "dgst", "-sha256", *pile] for pile in piles if pile)))
        wall = statistics.median(o[0] for o in ours) / statistics.median(t[0] for t in theirs)
        busy = statistics.median(o[1] for o in ours) / statistics.median(t[1] for t in theirs)
        kept = json.loads((out / "manifest.json").read_text())["counts"]["kept"]

    print(f"input {size / 1e6:.0f} MB, {kept} records kept, {stored / 1e6:.0f} MB stored, {args.rounds} rounds")
    print("| what | CPU s | of curate |\n|---|---|---|")
    print(f"| curate without tags | {median['bare']:.2f} | |")
    print(f"| curate with lineage | {median['lineage']:.2f} | {100 * lineage:+.1f} % |")
    print(f"| sign less verify | {median['sign'] - median['verify']:.2f} | {100 * commitments:+.1f} % |")
    print(f"| both | | {100 * (lineage + commitments):+.1f} % (target: at most 10 %) |")
    print(f"| verify a signed corpus | {statistics.median(o[1] for o in ours):.2f} | {busy:.2f} x openssl's CPU, "
          f"{wall:.2f} x its time (target: at most 1.3) |")
    return 1 if lineage + commitments > 0.1 or wall > 1.3 else 0


if __name__ == "__main__":
    sys.exit(main())
