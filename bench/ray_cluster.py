#!/usr/bin/env python3
"""ray_cluster.py BIN [SIZE] [ROUNDS] [INPUT]: a chain on a local Ray cluster against the command line, same machine.

`BIN/grow` makes SIZE (1G) of JSON Lines with planted duplicates, or INPUT is taken; it is cut into shards of at most
128 MiB, eight at least. `BIN/corpus run --threads 2` and libcorpus.ray.curate on two workers of one CPU each then do the
same to them: filters.gopher_quality, dedup.minhash, a corpus folder. Ray's start is not counted, nor is the first round.
In turn, ROUNDS times (3); medians. `corpus cat` of both has to be equal, byte for byte. Files are kept in RAY_BENCH_WORK
or build/bench. Needs the packages libcorpus (Release), ray[data], pyarrow and numpy. Exits 1 below 70 % of the
command line's throughput.
"""
import hashlib
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import time

import libcorpus
import libcorpus.ray
import ray
import ray.data

WANTED = 0.7
SHARD = 128 << 20
WORK = pathlib.Path(os.environ.get("RAY_BENCH_WORK", pathlib.Path(__file__).resolve().parent.parent / "build/bench"))


def shards(binaries, size, given):
    """The input as files of consecutive records; made once for each size."""
    folder = WORK / f"shards-{size}"
    if folder.is_dir():
        return folder
    data, part = pathlib.Path(given) if given else WORK / f"ray-{size}.jsonl", WORK / f"shards-{size}.partial"
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    if not given:
        subprocess.run([binaries / "grow", "--size", size, "-o", data], check=True)
    limit = min(SHARD, data.stat().st_size // 8 + 1)
    with open(data, "rb") as file:
        number = 0
        while block := file.read(limit):
            (part / f"{number:04}.jsonl").write_bytes(block + file.readline())
            number += 1
    if not given:
        for made in WORK.glob(f"ray-{size}.jsonl*"):
            made.unlink()
    part.rename(folder)
    return folder


def through(command):
    done = subprocess.run([str(c) for c in command], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    if done.returncode != 0:
        sys.exit(done.stderr.decode(errors="replace"))
    return done.stdout


def digest(corpus, folders):
    with subprocess.Popen([corpus, "cat", *folders], stdout=subprocess.PIPE) as process:
        whole = hashlib.sha256()
        while block := process.stdout.read(1 << 20):
            whole.update(block)
    if process.returncode != 0:
        sys.exit(f"corpus cat: exit {process.returncode}")
    return whole.hexdigest()


def main():
    binaries = pathlib.Path(sys.argv[1])
    size = sys.argv[2] if len(sys.argv) > 2 else "1G"
    rounds = int(sys.argv[3]) if len(sys.argv) > 3 else 3
    source = shards(binaries, size, sys.argv[4] if len(sys.argv) > 4 else None)
    corpus = binaries / "corpus"
    chain = libcorpus.read(source).filter("gopher_quality").dedup("minhash")
    recipe = WORK / "ray-recipe.yaml"
    recipe.write_text(json.dumps({**chain.recipe(), "output": {}}))
    ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False)
    ray.data.DataContext.get_current().enable_progress_bars = False
    outs = {"corpus run": WORK / "ray-one", "ray.curate": WORK / "ray-many"}
    ways = {
        "corpus run": lambda out: through([corpus, "run", recipe, "-o", out, "--threads", "2", "--quiet"]),
        "ray.curate": lambda out: libcorpus.ray.curate(chain, out),
    }
    taken = {name: [] for name in ways}
    for number in range(rounds + 1):
        for name, way in ways.items():
            shutil.rmtree(outs[name], ignore_errors=True)
            start = time.perf_counter()
            way(outs[name])
            if number:
                taken[name].append(time.perf_counter() - start)
    parts = sorted(folder for folder in outs["ray.curate"].iterdir() if folder.name[0] != ".")
    same = digest(corpus, [outs["corpus run"]]) == digest(corpus, parts)
    ray.shutdown()
    for out in outs.values():
        shutil.rmtree(out)
    if not same:
        sys.exit("the records differ")
    read = sum(path.stat().st_size for path in source.iterdir())
    middle = {name: statistics.median(seconds) for name, seconds in taken.items()}
    for name, seconds in middle.items():
        print(f"{name}: {seconds:.2f} s ({min(taken[name]):.2f} to {max(taken[name]):.2f}), {read / seconds / 1e6:.0f} MB/s")
    share = middle["corpus run"] / middle["ray.curate"]
    print(f"{read / 1e9:.2f} GB, equal records: Ray has {100 * share:.0f} % of the command line's throughput")
    sys.exit(share < WANTED)


if __name__ == "__main__":
    main()
