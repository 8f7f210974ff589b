#!/usr/bin/env python3
"""corpus decontaminate on real benchmarks: planted items are found, what was never planted is not.

Items of every benchmark are put into texts of another corpus, as they are and with other white space,
case and punctuation and with one word changed, left out or put in. At least 99% of the verbatim and 95%
of the edited ones have to be found. Then known leaks: GSM8K's test questions in a training set. Says
how many records of the untouched corpus are dropped, and why; -v shows each.
"""
import collections
import json
import os
import pathlib
import random
import re
import string
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
DATA = pathlib.Path(os.environ.get("CORPUS_TEST_DATA", ROOT.parent / "shared/data"))
BINARY = os.environ.get("CORPUS_BINARY", str(ROOT / "build/dev/bin/corpus"))
ITEMS = 40  # a benchmark and an edit
HOST = "gpteacher/roleplay.jsonl.zst"
FIELDS = ["question", "instruction", "Instruction", "prompt", "text"]


def records(path):
    for line in subprocess.run(["zstd", "-dc", path], stdout=subprocess.PIPE, check=True).stdout.split(b"\n"):
        try:
            yield json.loads(line)
        except ValueError:
            pass


def words(text):
    return re.findall(r"\w+", text)


def other_punctuation(text, rng):
    return "".join(rng.choice([c, c + "!", ""]) if c in ".,;:!?\"()" else c for c in text)


def other_word(text, rng):
    parts = text.split(" ")
    places = [i for i, part in enumerate(parts) if part.strip(string.punctuation).isalnum()]
    i = rng.choice(places)
    return " ".join(parts[:i] + rng.choice([["pineapple"], [], [parts[i], "pineapple"]]) + parts[i + 1:])


EDITS = {
    "verbatim": lambda text, rng: text,
    "white space": lambda text, rng: re.sub(r"\s+", lambda m: rng.choice([" ", "  ", "\n", "\t "]), text),
    "case": lambda text, rng: rng.choice([text.upper(), text.lower(), text.title()]),
    "punctuation": other_punctuation,
    "one word": other_word,
}


def decontaminate(folder, inputs, against, *more):
    command = [BINARY, "decontaminate", *inputs, "-o", str(folder), "--compress", "none", "-q"]
    for path in against:
        command += ["--against", str(path)]
    subprocess.run(command + list(more), check=True)
    manifest = json.loads((folder / "manifest.json").read_text())
    rejects = []
    for path in sorted(folder.glob("rejects/*.jsonl")):
        rejects += [json.loads(line) for line in open(path, "rb")]
    return manifest["counts"], rejects


def main():
    if not DATA.exists() or not os.path.exists(BINARY):
        print(f"SKIPPED: {DATA if os.path.exists(BINARY) else BINARY} is not there")
        return 77
    rng = random.Random(11)
    benchmarks = sorted(DATA.glob("bench/*.jsonl.zst"))
    hosts = [r["response"] for r in records(DATA / HOST)]
    planted, kinds, short = [], [], 0
    for path in benchmarks:
        texts = [next(r[f] for f in FIELDS if isinstance(r.get(f), str)) for r in records(path)
                 if any(isinstance(r.get(f), str) for f in FIELDS)]
        long = [t for t in texts if len(words(t)) >= 8]
        short += len(texts) - len(long)
        for kind, edit in EDITS.items():
            for text in rng.sample(long, min(ITEMS, len(long))):
                host = rng.choice(hosts)
                at = host.find(" ", rng.randrange(len(host)))
                planted.append({"text": f"{host[:at]} {edit(text, rng)} {host[at:]}"})
                kinds.append((path.name, kind))
    failed = False
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        offsets, offset = {}, 0
        with open(folder / "planted.jsonl", "wb") as out:
            for i, record in enumerate(planted):
                line = json.dumps(record).encode() + b"\n"
                offsets[offset] = i
                offset += len(line)
                out.write(line)
        _, rejects = decontaminate(folder / "planted", [str(folder / "planted.jsonl")], [DATA / "bench"])
        found = {offsets[r["corpus"]["offset"]] for r in rejects}
        totals = collections.Counter(kinds)
        hits = collections.Counter(kinds[i] for i in found)
        print(f"{len(planted)} planted items of {len(benchmarks)} files; {short} items are under 8 words and not looked for")
        for kind in EDITS:
            n = sum(v for (_, k), v in totals.items() if k == kind)
            h = sum(v for (_, k), v in hits.items() if k == kind)
            worst = min(((hits[f, kind] / totals[f, kind], f) for f, k in totals if k == kind))
            wanted = 0.99 if kind == "verbatim" else 0.95
            failed |= h / n < wanted
            print(f"  {kind}: {h}/{n} = {h / n:.4f} (at least {wanted}); worst {worst[1]} {worst[0]:.2f}")
        if "-v" in sys.argv:
            for i in sorted(set(range(len(planted))) - found)[:30]:
                print("  missed", kinds[i])

        counts, rejects = decontaminate(folder / "host", [str(DATA / HOST)], [DATA / "bench"])
        print(f"untouched corpus: {len(rejects)} of {counts['in']} records dropped")
        for r in rejects if "-v" in sys.argv else rejects[:5]:
            print("  ", json.dumps(r["corpus"]["decontaminate"])[:300])
        failed |= len(rejects) > counts["in"] / 200

        questions = {r["question"].strip() for r in records(DATA / "bench/gsm8k_test.jsonl.zst")}
        leaks = sum(r["instruction"].strip() in questions for r in records(DATA / "llm_adapters/math_data.jsonl.zst"))
        for what, inputs, against, expected in (
                ("GSM8K test in math_data", ["llm_adapters/math_data.jsonl.zst"], ["bench/gsm8k_test.jsonl.zst"], leaks),
                ("cot_gsm8k", ["llm_adapters/cot_gsm8k_1.jsonl.zst"], ["bench/gsm8k_test.jsonl.zst"], None),
                ("all of cot_*", ["llm_adapters/cot_*.jsonl.zst"], ["llm_adapters/cot_*.jsonl.zst"], None),
                ("GSM8K train against test", ["bench/gsm8k_train.jsonl.zst"], ["bench/gsm8k_test.jsonl.zst"], 0)):
            counts, rejects = decontaminate(folder / re.sub(r"\W", "", what), [str(DATA / i) for i in inputs],
                                            [DATA / a for a in against])
            expected = counts["in"] if expected is None else expected
            print(f"{what}: {len(rejects)} of {counts['in']} records, {expected} expected")
            failed |= len(rejects) != expected
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
