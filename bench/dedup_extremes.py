#!/usr/bin/env python3
"""dedup_extremes.py [RECORDS] [MEGABYTES]: the inputs that deduplicators are slow on, timed and checked.

  identical   RECORDS and a tenth of them (10^6), all with the same text: one bucket of each band has them all.
              dedup.minhash and dedup.exact keep one of each, in time that grows as the input does.
  one bucket  as many texts, each different, that share half of their words, with one row in each of 32 bands:
              some bucket holds nearly everything.
  substring   MEGABYTES (100) of text in which every eighth document has a passage of an earlier one:
              dedup.substring finds each passage that was planted; MB/s a core (10 are asked for).

Exits 1 when an answer is wrong, ten times the records take more than 15 times as long, or substring is slower than asked
for. The program is CORPUS_BINARY or build/release/bin/corpus.
"""
import json
import os
import pathlib
import random
import resource
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
BINARY = os.environ.get("CORPUS_BINARY", str(ROOT / "build/release/bin/corpus"))
failed = False


def expect(ok, what):
    global failed
    failed |= not ok
    return what + (": ok" if ok else ": MISSED")


def dedup(method, path, out, *options):
    """CPU seconds of all threads."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([BINARY, "dedup", method, path, "-o", out, "--compress", "none", "-q", *options], check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def kept(out):
    return [json.loads(line) for part in sorted(out.glob("part-*")) for line in open(part)]


def words(rng, n):
    return " ".join("%x" % rng.getrandbits(24) for _ in range(n))


def crowd(folder, name, records, text_of, runs):
    seconds = {}
    for n in (records // 10, records):
        path = folder / f"{name}-{n}.jsonl"
        with open(path, "w") as out:
            for i in range(n):
                out.write(json.dumps({"id": i, "text": text_of(i)}) + "\n")
        for method, options, left in runs:
            out = folder / f"{name}-{method}-{n}"
            seconds[method, n] = dedup(method, path, out, *options)
            ids = [record["id"] for record in kept(out)]
            good = ids == [0] if left == "one" else len(ids) < n // 2 and ids[0] == 0
            print(f"{name:<12}{method:<10}{n:>9} records {seconds[method, n]:8.2f} s CPU, {len(ids)} kept, {expect(good, 'answer')}",
                  flush=True)
        path.unlink()
    for method, _, _ in runs:
        ratio = seconds[method, records] / max(1e-3, seconds[method, records // 10])
        print(f"{name:<12}{method:<10}ten times the records take {ratio:.1f} times as long, {expect(ratio <= 15, 'linear')}")


def substring(folder, size):
    rng = random.Random(3)
    path, out, passages, recent, written, characters = folder / "spans.jsonl", folder / "spans", [], [], 0, 0
    with open(path, "w") as file:
        while written < size:
            text = words(rng, rng.randrange(60, 300))
            if recent and rng.random() < 0.125:
                passage = rng.choice(recent)[20:320]
                passages.append(passage)
                text = f"{text} {passage} {words(rng, 10)}"
            elif len(text) > 400:
                recent = (recent + [text])[-1000:]
            written += file.write(json.dumps({"text": text}) + "\n")
            characters += len(text)
    seconds = dedup("substring", path, out, "--set", "stages.dedup.substring.length=200")
    texts = [record["text"] for record in kept(out)]
    rest = "\n".join(texts)
    removed = characters - sum(map(len, texts))
    planted = sum(map(len, passages))
    rate = written / 1e6 / seconds
    # A few bytes beside a passage may be equal by chance.
    good = planted <= removed < 1.05 * planted and all(rest.count(passage) == 1 for passage in passages[:200])
    print(f"substring   {removed} characters removed, {planted} planted\nsubstring   {written / 1e6:.0f} MB, {len(passages)} passages: {rate:.1f} MB/s a core, {expect(good, 'answer')}, "
          f"{expect(rate >= 10, '>= 10 MB/s a core')}")


def main():
    records = int(float(sys.argv[1])) if len(sys.argv) > 1 else 1_000_000
    size = float(sys.argv[2]) * 1e6 if len(sys.argv) > 2 else 1e8
    rng = random.Random(1)
    same, half = words(rng, 60), words(rng, 30)
    with tempfile.TemporaryDirectory(dir=os.environ.get("TMPDIR")) as name:
        folder = pathlib.Path(name)
        crowd(folder, "identical", records, lambda i: same, [("minhash", (), "one"), ("exact", (), "one")])
        crowd(folder, "one bucket", records, lambda i: f"{half} {words(rng, 30)}",
              [("minhash", ("--bands", "32", "--rows", "1"), "few")])
        substring(folder, size)
    return failed


if __name__ == "__main__":
    sys.exit(main())
