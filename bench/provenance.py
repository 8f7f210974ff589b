#!/usr/bin/env python3
"""provenance.py: what accountability costs.

    bench/provenance.py [--binary build/release/bin/corpus] [--input FILE...] [--size 1G] [--rounds 5] [--threads 2]

Lineage: curate with tags.lineage against curate without any tag. Commitments: what output.digests adds to that, and
`corpus sign`, which takes the records' digests from there, less `corpus verify` of the result, which reads the same
stored bytes and makes no tree. Both as shares of curate without them, in CPU seconds (user and system) of the process,
runs interleaved, the least of the rounds, as other work on the machine only adds. Beside them `corpus sign` as a whole,
and of the same corpus made without digests, which has to read the records. Starting a process and reading the policy
registry cost some 30 ms, so that small sizes say too much. Verification: `corpus verify` of a signed corpus against as
many `openssl dgst -sha256` over the same bytes, wall clock, so the machine has to be quiet; CPU seconds are printed
beside it.

Without --input the records of ../shared/data (CORPUS_TEST_DATA) are taken, several times over with a number in each,
until --size is reached. Exits 1 when a target is missed: 10 % of curate, 1.3 times openssl. --only costs leaves the
verification out; --only verify packs the input uncompressed, so that --size is what is verified, and leaves the costs out.
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


def measure_costs(corpus, folder, common, key, args):
    """Shares of curate, and the least CPU seconds, by what was done."""
    curates = {"bare": ["--set", "stages.tags.lineage=false"], "lineage": [],
               "digests": ["--set", "output.digests=true"]}
    cpu = {name: [] for name in (*curates, "sign lineage", "sign digests", "verify")}
    for number in range(args.rounds):
        for name, more in curates.items():
            shutil.rmtree(folder / name, ignore_errors=True)
            cpu[name].append(run([*common, "-o", folder / name, *more])[1])
        for name in ("lineage", "digests"):
            cpu[f"sign {name}"].append(run([corpus, "sign", folder / name, "-q", "--key", key,
                                            "--unchecked-policy", "--threads", args.threads])[1])
        cpu["verify"].append(run([corpus, "verify", folder / "digests", "-q", "--threads", args.threads, "--key",
                                  f"{key}.pub"])[1])
    run([corpus, "verify", folder / "digests", "-q", "--records", "--threads", args.threads])  # the answer is right
    least = {name: min(values) for name, values in cpu.items()}
    share = {"lineage": least["lineage"] - least["bare"], "digests": least["digests"] - least["lineage"],
             "sign": least["sign digests"], "trees": least["sign digests"] - least["verify"],
             "sign after": least["sign lineage"]}
    share = {name: seconds / least["bare"] for name, seconds in share.items()}
    return share, least


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--binary", type=pathlib.Path, default=ROOT / "build/release/bin/corpus")
    parser.add_argument("--input", nargs="*", type=pathlib.Path)
    parser.add_argument("--size", default="1G")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--only", choices=["costs", "verify"])
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
        if args.only == "verify":
            out = folder / "packed"
            run([corpus, "pack", *inputs, "-q", "--compress", "none", "-o", out])
            if not args.input:
                inputs[0].unlink()
            run([corpus, "sign", out, "-q", "--key", key, "--unchecked-policy", "--threads", args.threads])
        else:
            out = folder / "digests"
            share, least = measure_costs(corpus, folder, common, key, args)

        # The bytes that verify reads, in as many piles as there are threads.
        files = sorted((p for p in out.rglob("*") if p.is_file()), key=lambda p: -p.stat().st_size)
        stored = sum(p.stat().st_size for p in files)
        piles = [files[i::args.threads] for i in range(args.threads)]
        ours, theirs = [], []
        for _ in range(0 if args.only == "costs" else args.rounds):
            ours.append(run([corpus, "verify", out, "-q", "--threads", args.threads, "--key", f"{key}.pub"]))
            theirs.append(run(*(["openssl", "dgst", "-sha256", *pile] for pile in piles if pile)))
        kept = json.loads((out / "manifest.json").read_text())["counts"]["kept"]

    print(f"input {size / 1e6:.0f} MB, {kept} records kept, {stored / 1e6:.0f} MB stored, {args.rounds} rounds")
    both = 0
    if args.only != "verify":
        commitments = share["digests"] + share["trees"]
        both = share["lineage"] + commitments
        print("| what | CPU s | of curate |\n|---|---|---|")
        print(f"| curate without tags | {least['bare']:.2f} | |")
        for what, name, of in (("curate with lineage", "lineage", "lineage"), ("and with digests", "digests", "digests"),
                               ("sign with them", "sign digests", "sign"),
                               ("sign without them", "sign lineage", "sign after")):
            print(f"| {what} | {least[name]:.2f} | {100 * share[of]:+.1f} % |")
        print(f"| verify | {least['verify']:.2f} | |")
        print(f"lineage {100 * share['lineage']:.1f} %, commitments {100 * commitments:.1f} %, both {100 * both:.1f} % "
              "of curate (target: at most 10 %)")
    wall = 0
    if ours:
        wall = statistics.median(o[0] for o in ours) / statistics.median(t[0] for t in theirs)
        busy = statistics.median(o[1] for o in ours) / statistics.median(t[1] for t in theirs)
        print(f"verify a signed corpus: {statistics.median(o[1] for o in ours):.2f} CPU s, {busy:.2f} x openssl's, "
              f"{wall:.2f} x its time (target: at most 1.3)")
    return 1 if both > 0.1 or wall > 1.3 else 0


if __name__ == "__main__":
    sys.exit(main())
