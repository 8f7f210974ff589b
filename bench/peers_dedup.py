#!/usr/bin/env python3
"""peers_dedup.py [MEGABYTES [TOOL...]]: near-duplicate removal side by side with Daft, rensa, datasketch,
text-dedup and datatrove, on one generated file with planted duplicates (100 MB by default).

Each tool does what its documentation shows, in 14 bands of 8 rows over 5 words where it can be told (corpus: its default):
reading is part of the time where its users read with it (Daft, datatrove), else JSON is parsed before the
clock starts. corpus reads, always, and writes the result where the tool does (datatrove), else nothing. Tools that take a core minutes get the head of the file; corpus is timed on the same head.
Exits 1 when corpus is not as many times
faster, or its F1 lower, than asked for (TARGETS). Rates are MB of the file a second and a core; F1 is over the documents that should go (all of a planted
group but its first), so which member a tool keeps does not matter.

The Python packages are taken from CORPUS_PEERS_PYTHON or build/peers-venv (pip install daft rensa datasketch
text-dedup==0.4.0 'datatrove[processing]' spacy 'xxhash<3.6'); what is missing is said. The program is
CORPUS_BINARY or build/release/bin/corpus.
"""
import json
import os
import pathlib
import random
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
BINARY = os.environ.get("CORPUS_BINARY", str(ROOT / "build/release/bin/corpus"))
PYTHON = os.environ.get("CORPUS_PEERS_PYTHON", str(ROOT / "build/peers-venv/bin/python"))
MB = 1_000_000
HEADS = {"daft": 1000, "rensa": 200, "datasketch": 100, "text-dedup": 100, "datatrove": 60}  # MB at most
LIMIT_SECONDS = 300
# How many times faster corpus has to be, on one core each. Its F1 has to be no lower than theirs with all but Daft.
TARGETS = {"daft": 4, "rensa": 20, "datasketch": 50, "text-dedup": 50, "datatrove": 200}

BANDED = """
from collections import defaultdict
def cluster(signatures):  # of 112 minima each: what shares a band is one cluster
    parent = list(range(len(signatures)))
    def find(i):
        while parent[i] != i:
            parent[i] = parent[parent[i]]
            i = parent[i]
        return i
    for band in range(14):
        first = {}
        for i, s in enumerate(signatures):
            if s is None: continue
            k = find(first.setdefault(bytes(s[band * 8:band * 8 + 8]) if isinstance(s, bytes) else tuple(s[band * 8:band * 8 + 8]), i))
            j = find(i)
            parent[max(j, k)] = min(j, k)
    groups = defaultdict(list)
    for i in range(len(signatures)): groups[find(i)].append(i)
    return [g for g in groups.values() if len(g) > 1]
"""
READ = "texts = [json.loads(line)['text'] for line in open(FILE)]\n"
# Python that sets `seconds` and `groups`; FILE, FOLDER and BANDED are there.
TOOLS = {
    "daft": ("signatures alone, reading included; clustering is left to the user", """
import daft

start = time.perf_counter()
rows = daft.read_json(FILE).select(daft.col("text").minhash(num_hashes=112, ngram_size=5, seed=1, hash_function="xxhash64").alias("m")).to_pydict()["m"]
seconds = time.perf_counter() - start
groups = cluster([list(r) for r in rows])
"""),
    "rensa": ("R-MinHash and its LSH, shingles made in Python", READ + """
from rensa import RMinHash, RMinHashLSH
start = time.perf_counter()
signatures = []
for text in texts:
    words = text.lower().split()
    m = RMinHash(num_perm=112, seed=42)
    m.update([" ".join(words[i:i + 5]) for i in range(len(words) - 4)])
    signatures.append(m.digest())
groups = cluster([list(s) for s in signatures])
seconds = time.perf_counter() - start
"""),
    "datasketch": ("MinHash and MinHashLSH", READ + """
from datasketch import MinHash, MinHashLSH
start = time.perf_counter()
lsh = MinHashLSH(num_perm=112, params=(14, 8))
parent = list(range(len(texts)))
def find(i):
    while parent[i] != i: i = parent[i]
    return i
for number, text in enumerate(texts):
    words = text.lower().split()
    m = MinHash(num_perm=112, seed=1)
    m.update_batch([" ".join(words[i:i + 5]).encode() for i in range(len(words) - 4)])
    for other in lsh.query(m):
        a, b = find(number), find(other)
        parent[max(a, b)] = min(a, b)
    lsh.insert(number, m)
found = defaultdict(list)
for i in range(len(texts)): found[find(i)].append(i)
groups = [g for g in found.values() if len(g) > 1]
seconds = time.perf_counter() - start
"""),
    "text-dedup": ("its embed_func and its hash tables", READ + """
import numpy
from text_dedup.minhash import embed_func, sha1_hash, SEED, SIGNATURE_COLUMN
rng = numpy.random.RandomState(SEED)
prime, most = numpy.uint64((1 << 61) - 1), numpy.uint32((1 << 32) - 1)
permutations = (rng.randint(1, prime, size=(112,), dtype=numpy.uint64), rng.randint(0, prime, size=(112,), dtype=numpy.uint64))
start = time.perf_counter()
tables = [{} for _ in range(14)]
parent = list(range(len(texts)))
def find(i):
    while parent[i] != i: i = parent[i]
    return i
for number, text in enumerate(texts):
    row = embed_func(text, number, num_perm=112, ngram_size=5, min_length=5, hashranges=[(i * 8, i * 8 + 8) for i in range(14)],
                     permutations=permutations, hash_func=sha1_hash, dtype=numpy.uint64, max_hash=most, modulo_prime=prime)
    for table, key in zip(tables, row[SIGNATURE_COLUMN]):
        a, b = find(number), find(table.setdefault(key, number))
        parent[max(a, b)] = min(a, b)
found = defaultdict(list)
for i in range(len(texts)): found[find(i)].append(i)
groups = [g for g in found.values() if len(g) > 1]
seconds = time.perf_counter() - start
"""),
    "datatrove": ("its four stages, one after the other", """
import struct, pathlib
from datatrove.data import Document
from datatrove.pipeline.dedup.minhash import MinhashConfig, MinhashDedupBuckets, MinhashDedupCluster, MinhashDedupSignature
start = time.perf_counter()
docs = (Document(text=json.loads(line)["text"], id=str(i)) for i, line in enumerate(open(FILE)))
config = MinhashConfig()
for _ in [MinhashDedupSignature(FOLDER + "/sig", config).run(docs, 0, 1)]: pass
for bucket in range(config.num_buckets):
    MinhashDedupBuckets(FOLDER + "/sig", FOLDER + "/dups", config=config).run(None, bucket, config.num_buckets)
MinhashDedupCluster(FOLDER + "/dups", FOLDER + "/remove", config=config, save_cluster_id=True).run(None, 0, 1)
seconds = time.perf_counter() - start
found = defaultdict(list)
for doc, cluster_id in struct.iter_unpack("<II", pathlib.Path(FOLDER + "/remove/000000.clusters").read_bytes()):
    found[cluster_id].append(doc)
groups = list(found.values())
"""),
}


def generate(path, size):
    """Documents of 80 to 400 words, a third of them like an earlier one; returns the group of each."""
    rng = random.Random(5)
    vocabulary = ["".join(rng.choice("abcdefghijklmnopqrstuvwxyz") for _ in range(rng.randrange(2, 11))) for _ in range(30000)]
    recent, groups, written = [], [], 0
    with open(path, "w") as out:
        while written < size:
            if recent and rng.random() < 0.4:
                group, words = rng.choice(recent)
                words = list(words)
                # 0, 0.5, 1 and 2 % of the words changed: Jaccard 1 to 0.82. 15 %: 0.28, another document.
                share = rng.choice([0, 0.005, 0.01, 0.02, 0.15])
                for _ in range(round(share * len(words))):
                    words[rng.randrange(len(words))] = rng.choice(vocabulary)
                group = group if share < 0.1 else len(groups)
            else:
                words = [vocabulary[int(30000 * rng.random() ** 2)] for _ in range(rng.randrange(80, 400))]
                group = len(groups)
            recent.append((group, words))
            recent = recent[-2000:]
            groups.append(group)
            written += out.write(json.dumps({"text": " ".join(words)}) + "\n")
    return groups


def removed(groups):
    return {i for group in groups for i in sorted(group)[1:]}


def f1(found, truth):
    hits = len(found & truth)
    return 2 * hits / max(1, len(found) + len(truth))


def into_nothing(path, threads):
    start = time.perf_counter()
    subprocess.run([BINARY, "dedup", "minhash", path, "-o", "null:", "--threads", str(threads), "-q"], check=True)
    return time.perf_counter() - start


def ours(path, folder, threads):
    """Seconds, writing included, and the groups that clusters.jsonl tells."""
    out = pathlib.Path(folder, "ours")
    subprocess.run(["rm", "-rf", out], check=True)
    start = time.perf_counter()
    subprocess.run([BINARY, "dedup", "minhash", path, "-o", out, "--compress", "none", "--threads", str(threads), "-q"], check=True)
    seconds = time.perf_counter() - start
    numbers, offset = {}, 0
    with open(path, "rb") as file:
        for i, line in enumerate(file):
            numbers[offset] = i
            offset += len(line)
    groups = {}
    clusters = out / "clusters.jsonl"
    for line in open(clusters) if clusters.exists() else []:
        row = json.loads(line)
        of = numbers[int(row["of"].split(":")[1])]
        groups.setdefault(of, [of]).append(numbers[int(row["record"].split(":")[1])])
    return seconds, list(groups.values())


def theirs(name, code, path, folder):
    script = pathlib.Path(folder, "peer.py")
    script.write_text(f"import json, os, sys, time\nFILE, FOLDER = {str(path)!r}, {str(folder)!r}\n{BANDED}\n{code}\n"
                      "json.dump({'seconds': seconds, 'groups': groups}, open(FOLDER + '/result.json', 'w'))\n")
    one_core = {**os.environ, "OMP_NUM_THREADS": "1", "DAFT_PROGRESS_BAR": "0"}
    cpus = sorted(os.sched_getaffinity(0))[:1]
    try:
        done = subprocess.run([PYTHON, "-W", "ignore", script], capture_output=True, text=True, timeout=LIMIT_SECONDS, env=one_core,
                              cwd=folder, preexec_fn=lambda: os.sched_setaffinity(0, cpus))
    except subprocess.TimeoutExpired:
        return None, f"not done in {LIMIT_SECONDS} s"
    except FileNotFoundError:
        return None, f"no {PYTHON}"
    if done.returncode != 0:
        return None, (done.stderr.strip().splitlines() or ["failed"])[-1][:120]
    return json.load(open(f"{folder}/result.json")), None


def head(path, size, folder):
    small = pathlib.Path(folder, f"head-{size}.jsonl")
    with open(path, "rb") as source, open(small, "wb") as out:
        out.write(source.read(size))
        out.write(source.readline())
        lines = 0
    with open(small, "rb") as file:
        lines = sum(1 for _ in file)
    return small, lines


def truth_of(groups, lines):
    found = {}
    for i, group in enumerate(groups[:lines]):
        found.setdefault(group, []).append(i)
    return removed(found.values())


def main():
    size = int(float(sys.argv[1]) * MB) if len(sys.argv) > 1 else 100 * MB
    with tempfile.TemporaryDirectory(dir=os.environ.get("TMPDIR")) as folder:
        path = pathlib.Path(folder, "in.jsonl")
        groups = generate(path, size)
        print(f"{path.stat().st_size / MB:.0f} MB, {len(groups)} documents, {len(truth_of(groups, len(groups)))} to go\n")
        print("| tool | MB | MB/s a core | F1 | corpus on the same: MB/s a core | F1 | corpus is faster by | asked for | what is timed |\n|---|---|---|---|---|---|---|---|---|")
        missed = []
        for threads in (1, 2):
            seconds, found = min((ours(path, folder, threads) for _ in range(3)), key=lambda r: r[0])
            print(f"| corpus, {threads} threads | {size / MB:.0f} | {size / MB / seconds / threads:.0f} | "
                  f"{f1(removed(found), truth_of(groups, len(groups))):.4f} | | | | | all, writing included |", flush=True)
            seconds = min(into_nothing(path, threads) for _ in range(3))
            print(f"| corpus, {threads} threads | {size / MB:.0f} | {size / MB / seconds / threads:.0f} | | | | | | nothing is written |", flush=True)
        for name, (what, code) in TOOLS.items():
            if sys.argv[2:] and name not in sys.argv[2:]:
                continue
            part, lines = (path, len(groups)) if HEADS[name] * MB >= size else head(path, HEADS[name] * MB, folder)
            truth, bytes_ = truth_of(groups, lines), part.stat().st_size
            result, problem = theirs(name, code, part, folder)
            if problem:
                print(f"| {name} | {bytes_ / MB:.0f} | | | | | | | {problem} |", flush=True)
                continue
            seconds, found = min((ours(part, folder, 1) for _ in range(3)), key=lambda r: r[0])
            if name != "datatrove":
                seconds = min(into_nothing(part, 1) for _ in range(3))
            ratio, own, other = result["seconds"] / seconds, f1(removed(found), truth), f1(removed(result["groups"]), truth)
            if ratio < TARGETS[name]:
                missed.append(f"{ratio:.1f} x {name}, not {TARGETS[name]} x")
            if own < other and name != "daft":
                missed.append(f"F1 {own:.4f}, {name} has {other:.4f}")
            print(f"| {name} | {bytes_ / MB:.0f} | {bytes_ / MB / result['seconds']:.1f} | {other:.4f} | {bytes_ / MB / seconds:.0f} | "
                  f"{own:.4f} | {ratio:.1f} x | {TARGETS[name]} x | {what} |", flush=True)
        print("\n" + ("missed: " + "; ".join(missed) if missed else "all that was asked for is met, by the tools that ran"))
        return bool(missed)


if __name__ == "__main__":
    sys.exit(main())
