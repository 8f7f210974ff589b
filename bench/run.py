#!/usr/bin/env python3
"""run.py: the benchmarks of the README, each beside the machine's own limit on the same file.

    bench/run.py [--size 1G] [--rounds 5] [--only NAME,...] [--save] [--peers]

A file of known duplicates is made once (bench/grow.cc). Programs to be compared run interleaved,
A B A B; the medians of wall-clock times count. An answer is checked before its rate is printed. Prints
a Markdown table; --save also writes bench/baseline.json. --peers runs bench/peers.py afterwards.
Exits 1 when an answer is wrong or, with --strict, when a target is missed.
"""
import argparse
import collections
import datetime
import json
import os
import pathlib
import random
import shutil
import statistics
import subprocess
import sys
import time

sys.dont_write_bytecode = True
import score  # noqa: E402  (bench/score.py, next to this file)

ROOT = pathlib.Path(__file__).resolve().parent.parent
BIN = ROOT / "build/release/bin"
WORK = ROOT / "build/bench"
MIB = 1 << 20
# Base records: conversations with "output" or "response"; without them grow invents some.
BASES = ["alpaca_eval/*.jsonl.zst", "gpteacher/*.jsonl.zst", "codealpaca/*.jsonl.zst",
         "llamafactory/alpaca_en_demo.jsonl.zst"]
THREADS = "2"


class Wrong(Exception):
    """A program's answer is not what it has to be."""


def expect(condition, what):
    if not condition:
        raise Wrong(what)


def remove(path):
    if path is None:
        return
    if path.is_dir():
        shutil.rmtree(path)
    elif path.exists():
        path.unlink()


Run = collections.namedtuple("Run", "seconds rss stdout")


def run(command, out=None):
    """Wall-clock seconds, peak RSS in bytes and standard output; `out` is removed before.

    The kernel counts this process's own size as the child's until it execs, so it has to stay small.
    """
    remove(out)
    log = WORK / "stdout"
    with open(log, "wb") as stdout, open(WORK / "stderr", "wb") as stderr:
        start = time.perf_counter()
        process = subprocess.Popen([str(c) for c in command], stdout=stdout, stderr=stderr, stdin=subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        message = (WORK / "stderr").read_text(errors="replace").strip()[-400:]
        raise Wrong(f"{' '.join(str(c) for c in command)}: exit {process.returncode}: {message}")
    return Run(seconds, usage.ru_maxrss * 1024, log.read_bytes())


def interleaved(rounds, *sides):
    """Each side is (command, out). The runs of each side, first round (cold caches) left out."""
    runs = [[] for _ in sides]
    for number in range(rounds + 1):
        for side, (command, out) in zip(runs, sides):
            result = run(command, out)
            if number:
                side.append(result)
    return runs


def median(runs):
    return statistics.median(r.seconds for r in runs)


def corpus(*arguments):
    return [BIN / "corpus", *arguments, "--threads", THREADS, "--json"]


def conserved(report):
    return report["in"] == report["kept"] + sum(report["rejected"].values()) + report["malformed"]


def load_truth(data):
    original, labels = {}, {}
    with open(f"{data}.truth.tsv") as lines:
        next(lines)
        for line in lines:
            name, label, of = line.rstrip("\n").split("\t")
            labels[name], original[name] = label, of
    return labels, original


class Bench:
    def __init__(self, data, rounds):
        self.data, self.rounds = data, rounds
        self.meta = json.loads(pathlib.Path(f"{data}.json").read_text())
        self.size, self.records = self.meta["bytes"], self.meta["records"]
        self.rows = []

    def row(self, name, value, unit, limit, target, met):
        self.rows.append({"name": name, "value": value, "unit": unit, "limit": limit, "target": target, "met": met})

    def rate(self, runs):
        return self.size / median(runs) / 1e9

    def check_report(self, runs):
        for one in runs:
            report = json.loads(one.stdout)
            expect(conserved(report), f"records are lost: {report}")
            expect(report["in"] == self.records, f"{report['in']} records instead of {self.records}")
        return report

    def machine(self):
        """The machine's limits on the same bytes: one core, page cache warm."""
        limits = {}
        for what in ("memcpy", "xxh3", "read", "write"):
            out = WORK / "bare.out" if what == "write" else None
            times = []
            for _ in range(3):
                remove(out)
                result = run([BIN / "bare", what, self.data] + ([out] if out else []))
                times.append(json.loads(result.stdout)["seconds"])
            remove(out)
            limits[what] = self.size / statistics.median(times) / 1e9
        return limits

    def filter_null(self):
        ours, bare = interleaved(
            self.rounds,
            (corpus("filter", self.data, "-o", "null:", "--min-chars", "400"), None),
            ([BIN / "bare", "filter", self.data], None))
        report, count = self.check_report(ours), json.loads(bare[0].stdout)
        expect(report["kept"] == count["kept"], f"kept {report['kept']}, the bare loop {count['kept']}")
        rate = self.rate(ours)
        self.row("filter by length, into nothing", rate, "GB/s",
                 f"bare On-Demand loop {self.rate(bare):.2f} GB/s", ">= 2.0 GB/s", rate >= 2.0)

    def filter_file(self):
        out, bare_out = WORK / "filtered.jsonl", WORK / "bare.jsonl"
        ours, bare = interleaved(
            self.rounds,
            (corpus("filter", self.data, "-o", out, "--min-chars", "400"), out),
            ([BIN / "bare", "filter", self.data, bare_out], bare_out))
        self.check_report(ours)
        expect(subprocess.run(["cmp", "-s", out, bare_out]).returncode == 0, "the filtered files differ")
        remove(out)
        remove(bare_out)
        ratio = median(bare) / median(ours)
        self.row("filter into a plain file", self.rate(ours), "GB/s",
                 f"bare loop + write {self.rate(bare):.2f} GB/s", ">= 90% of it", ratio >= 0.9)

    def filter_zstd(self):
        out, packed = WORK / "shards", WORK / "data.zst"
        ours, zstd = interleaved(
            max(3, self.rounds // 2),
            (corpus("filter", self.data, "-o", out, "--min-chars", "400"), out),
            # As durable as ours: the product's files are synced before it reports.
            (["sh", "-c", f'zstd -q -3 -T{THREADS} -f "$0" -o "$1" && sync "$1"', self.data, packed], packed))
        report = self.check_report(ours)
        lines = sum(1 for path in sorted(out.glob("part-*.zst")) for _ in score.zstd_lines(path))
        expect(lines == report["kept"], f"{lines} records in the shards, {report['kept']} reported")
        remove(out)
        remove(packed)
        self.row("filter into zstd -3 shards", self.rate(ours), "GB/s",
                 f"zstd -3 -T{THREADS} alone {self.rate(zstd):.2f} GB/s", "faster than zstd",
                 median(ours) < median(zstd))

    def exact(self):
        ours, = interleaved(self.rounds, (corpus("dedup", "exact", self.data, "-o", "null:"), None))
        report = self.check_report(ours)
        found, planted = sum(report["rejected"].values()), self.meta["exact_dup"]
        expect(planted <= found <= planted * 1.001 + 2, f"{found} exact duplicates, {planted} planted")
        rate = self.rate(ours)
        self.row("exact dedup, into nothing", rate, "GB/s", f"{found} found, {planted} planted",
                 ">= 1.7 GB/s", rate >= 1.7)

    def minhash(self):
        out = WORK / "minhash"
        ours, = interleaved(max(3, self.rounds // 2), (corpus("dedup", "minhash", self.data, "-o", "null:"), None))
        self.check_report(ours)
        run(corpus("dedup", "minhash", self.data, "-o", out), out)
        dropped = {}
        for path in sorted((out / "rejects").glob("*.zst")):
            for line in score.zstd_lines(path):
                record = json.loads(line)
                dropped[record["grow_id"]] = record["corpus"]["reason"]
        remove(out)
        labels, original = load_truth(self.data)
        missed, emptied, roots = score.missed_duplicates(original, labels, dropped)
        recall = 1 - sum(missed.values()) / len(original)
        right = sum(n in original or n in roots for n in dropped) - emptied
        precision = right / max(1, len(dropped))
        f1 = 2 * precision * recall / max(1e-9, precision + recall)
        expect(recall > 0.95 and precision > 0.95, f"recall {recall:.4f}, precision {precision:.4f}")
        rate = self.rate(ours)
        self.row("MinHash 16 x 7, two passes, into nothing", rate * 1000, "MB/s",
                 f"F1 {f1:.4f} (recall {recall:.4f}, precision {precision:.4f})", ">= 400 MB/s", rate >= 0.4)

    def get(self):
        packed = WORK / "packed"
        run(corpus("pack", self.data, "-o", packed, "--shard", "4G"), packed)
        expect(len(list(packed.glob("part-*"))) == 1, "more than one shard")
        draw = random.Random(1)
        wanted = sorted(draw.randrange(self.records) for _ in range(21))
        lines = {}
        with open(self.data, "rb") as data:
            for number, line in enumerate(data):
                if number in wanted:
                    lines[number] = line
        times = []
        for number in wanted:
            result = run([BIN / "corpus", "get", packed, str(number)])
            expect(result.stdout == lines[number], f"get {number}: another record")
            times.append(result.seconds)
        remove(packed)
        ms = statistics.median(times) * 1000
        self.row("get one record of a 1 GB shard", ms, "ms", f"slowest {max(times) * 1000:.1f} ms", "< 10 ms", ms < 10)

    def memory(self):
        out = WORK / "capped"
        result = run(corpus("curate", self.data, "-o", out, "--memory", "512M"), out)
        expect(conserved(json.loads(result.stdout)), "records are lost")
        remove(out)
        peak = result.rss / MIB
        self.row("curate --memory 512M: peak RSS", peak, "MiB", f"{self.size / result.seconds / 1e6:.0f} MB/s",
                 "<= 512 MiB", peak <= 512)

    def start(self):
        times = [run([BIN / "corpus", "--help"]).seconds for _ in range(31)]
        empty = [run(["true"]).seconds for _ in range(31)]
        ms = statistics.median(times) * 1000
        self.row("corpus --help", ms, "ms", f"true {statistics.median(empty) * 1000:.1f} ms", "< 10 ms", ms < 10)


JOBS = ["filter_null", "filter_file", "filter_zstd", "exact", "minhash", "get", "memory", "start"]


def build():
    script = ". scripts/build.sh; build release corpus-cli bare grow"
    if subprocess.run(["bash", "-c", script], cwd=ROOT).returncode != 0:
        sys.exit("run.py: the build failed")


def make_data(size):
    """The file to measure on, made once for each size."""
    data = WORK / f"data-{size}.jsonl"
    if not pathlib.Path(f"{data}.json").exists():
        folder = pathlib.Path(os.environ.get("CORPUS_TEST_DATA", ROOT.parent / "shared/data"))
        bases = sorted(path for pattern in BASES for path in folder.glob(pattern)) if folder.is_dir() else []
        print(f"making {data.name} from {len(bases) or 'invented'} base files", file=sys.stderr)
        subprocess.run([BIN / "grow", "--size", size, "-o", data, *bases], check=True)
    with open(data, "rb") as file:  # into the page cache, not into this process: see run()
        while file.read(4 * MIB):
            pass
    return data


def machine_name():
    cpu = next((line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), "?")
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{cpu}, {os.cpu_count()} cores, {memory:.0f} GiB, Linux {os.uname().release}"


def commit():
    result = subprocess.run(["git", "-C", ROOT, "describe", "--always", "--dirty"], capture_output=True, text=True)
    return result.stdout.strip() or "unknown"


def show(about, limits, rows):
    print(f"{about['date']}, {about['machine']}, commit {about['commit']}, {about['bytes'] / 1e9:.2f} GB "
          f"of JSON Lines, medians of {about['rounds']}, load before {about['load']:.1f}")
    print("machine: " + ", ".join(f"{k} {v:.1f} GB/s" for k, v in limits.items()) + "\n")
    print("| job | measured | beside | target | |\n|---|---|---|---|---|")
    for r in rows:
        print(f"| {r['name']} | {r['value']:.4g} {r['unit']} | {r['limit']} | {r['target']} | "
              f"{'met' if r['met'] else '**missed**'} |")


def main():
    parser = argparse.ArgumentParser(description="The benchmarks of the README.")
    parser.add_argument("--size", default="1G")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", default=",".join(JOBS), help="comma-separated jobs of " + ", ".join(JOBS))
    parser.add_argument("--save", action="store_true", help="write bench/baseline.json")
    parser.add_argument("--strict", action="store_true", help="a missed target is a failure")
    parser.add_argument("--peers", action="store_true", help="run bench/peers.py on the same file afterwards")
    args = parser.parse_args()
    build()
    WORK.mkdir(parents=True, exist_ok=True)
    load = os.getloadavg()[0]
    data = make_data(args.size)
    bench = Bench(data, args.rounds)
    limits, wrong = bench.machine(), []
    for job in args.only.split(","):
        print(f"... {job}", file=sys.stderr)
        try:
            getattr(bench, job)()
        except Wrong as problem:
            wrong.append(f"{job}: {problem}")
            print(f"    WRONG: {problem}", file=sys.stderr)
    about = {"machine": machine_name(), "commit": commit(), "date": datetime.date.today().isoformat(),
             "bytes": bench.size, "records": bench.records, "rounds": args.rounds, "load": load}
    show(about, limits, bench.rows)
    result = {**about, "limits_gb_per_s": limits, "rows": bench.rows, "wrong": wrong}
    (WORK / "results.json").write_text(json.dumps(result, indent=1) + "\n")
    if args.save and not wrong:
        (ROOT / "bench/baseline.json").write_text(json.dumps(result, indent=1) + "\n")
    if args.peers:
        subprocess.run([sys.executable, ROOT / "bench/peers.py", data], check=False)
    for problem in wrong:
        print(f"WRONG {problem}", file=sys.stderr)
    return 1 if wrong or (args.strict and not all(r["met"] for r in bench.rows)) else 0


if __name__ == "__main__":
    sys.exit(main())
