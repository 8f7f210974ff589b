"""The laws of the design, on the real program: conservation, determinism, bounded memory, crash safety,
bad records are data. Each test prints the seed of what it chose at random."""
import base64
import collections
import csv
import io
import json
import os
import pathlib
import random
import signal
import subprocess
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from corpus_cli import (BINARY, DATA, CliTest, corpus, lines, needs_data, snapshot, stored, untagged, zstd)


csv.field_size_limit(1 << 30)


def records_of(path):
    """(exact, loose) records of an input, read by Python alone: exact are bytes that must come back as
    they were, loose are values whose spelling the reader may change (array elements over several
    lines, CSV rows, plain text)."""
    text = stored(path)
    name = path.name.removesuffix(".zst").removesuffix(".gz")
    if name.endswith(".jsonl"):
        if text.startswith(b"\xef\xbb\xbf"):
            text = text[3:]
        return [l for l in text.split(b"\n") if l.strip()], []
    if name.endswith(".json"):
        value = json.loads(text)
        return [], value if isinstance(value, list) else [value]
    if name.endswith((".csv", ".tsv")):
        rows = csv.DictReader(io.StringIO(text.decode(), newline=""), delimiter="\t" if name.endswith(".tsv") else ",",
                              quoting=csv.QUOTE_MINIMAL)
        return [], list(rows)
    return [], [{"text": l.decode().rstrip("\r")} for l in text.split(b"\n") if l.strip()]


def canonical(value):
    return json.dumps(value, sort_keys=True, ensure_ascii=True)


def rebuilt(out):
    """Every record of a corpus and its rejects, as it was read."""
    pieces = {}
    for line in lines(out):
        yield untagged(line)
    for line in lines(out, rejects=True):
        tag = json.loads(line)["corpus"] if line.startswith(b'{"corpus":') else None
        if tag is None or ("raw" not in tag and "raw_base64" not in tag):
            yield untagged(line)
            continue
        raw = base64.b64decode(tag["raw_base64"]) if "raw_base64" in tag else tag["raw"].encode("utf-8", "surrogatepass")
        if "more" in tag:
            key = tag["input"]
            pieces[key] = pieces.get(key, b"") + raw
            if tag["more"]:
                continue
            raw = pieces.pop(key)
        yield raw


class Conservation(CliTest):
    @needs_data
    def test_every_shared_file_comes_back(self):
        files = sorted(p for p in DATA.rglob("*") if p.is_file() and p.name not in ("README.md", "SOURCES.tsv"))
        done = corpus("curate", *files, "-o", self.dir / "out", "--json")
        report = json.loads(done.stdout)
        self.assertEqual(report["in"], report["kept"] + sum(report["rejected"].values()) + report["malformed"])
        exact, loose = collections.Counter(), collections.Counter()
        for path in files:
            e, l = records_of(path)
            exact.update(e)
            loose.update(canonical(v) for v in l)
        self.assertEqual(report["in"], sum(exact.values()) + sum(loose.values()))
        extra = collections.Counter(rebuilt(self.dir / "out"))
        missing = exact - extra
        self.assertEqual(sum(missing.values()), 0, list(missing)[:3])
        rest = extra - exact
        values = collections.Counter(canonical(json.loads(r)) for r in rest.elements())
        self.assertEqual(values, loose)
        self.assertEqual(corpus("verify", self.dir / "out").returncode, 0)


def small_corpus(folder, seed, records=4000):
    """A folder of mixed files with everything that goes wrong in real ones, 2-3 MB."""
    rng = random.Random(seed)
    words = [f"{a}{b}" for a in ("lo", "mi", "ra", "te", "su", "ne") for b in ("ran", "tel", "vos", "kim", "d\u00e9", "\u4e2d")]
    prose = lambda n: " ".join(rng.choice(words) for _ in range(n)) + "."
    made = []
    for i in range(records):
        if made and rng.random() < 0.1:
            made.append(rng.choice(made))
            continue
        prompt, answer = prose(rng.randrange(3, 30)), prose(rng.randrange(3, 150))
        kind = rng.random()
        if kind < 0.03:
            answer = "I'm sorry, but I cannot assist with that request."
        elif kind < 0.05:
            answer = "again and again " * 80
        elif kind < 0.06:
            answer = ""
        made.append(rng.choice([
            lambda: {"instruction": prompt, "input": "", "output": answer},
            lambda: {"messages": [{"role": "user", "content": prompt}, {"role": "assistant", "content": answer}]},
            lambda: {"conversations": [{"from": "human", "value": prompt}, {"from": "gpt", "value": answer}]},
        ])())
    third = len(made) // 3
    text = [json.dumps(r, ensure_ascii=rng.random() < 0.5).encode() for r in made]
    for at in range(100, third, 311):
        text[at] = rng.choice([b'{"instruction": "cut', b"not json", b'{"a": NaN}', b'{"x":"\xff\xfe"}', b"   ", b"[1,2]"])
    (folder / "a.jsonl").write_bytes(b"\n".join(text[:third]))
    (folder / "b.jsonl.zst").write_bytes(b"".join(zstd(b"\n".join(text[i:i + 97]) + b"\r\n")
                                                  for i in range(third, 2 * third, 97)))
    (folder / "c.json").write_text(json.dumps(made[2 * third:], indent=1, ensure_ascii=False))


class Determinism(CliTest):
    def decompressed(self, out):
        return {name: stored(out / name) for name in snapshot(out) if name.endswith(".zst")}

    def test_threads_memory_and_batch_size(self):
        seed = random.randrange(1 << 30)
        print("seed", seed)
        data = self.dir / "in"
        data.mkdir()
        small_corpus(data, seed)
        corpus("curate", data, "-o", self.dir / "t1", "--threads", 1, "--batch", "64k")
        base = snapshot(self.dir / "t1")
        self.assertIn("manifest.json", base)
        for name, flags in {"t2": ["--threads", 2], "t4": ["--threads", 4],
                            "m": ["--threads", 4, "--memory", "256M"],
                            "ck": ["--threads", 2, "--checkpoint", 0]}.items():
            corpus("curate", data, "-o", self.dir / name, "--batch", "64k", *flags)
            self.assertEqual(snapshot(self.dir / name), base, name)
        text = self.decompressed(self.dir / "t1")
        for batch in ("1", "777", "4k", "1M", "8M"):
            out = self.dir / f"b{batch}"
            corpus("curate", data, "-o", out, "--threads", 2, "--batch", batch)
            self.assertEqual(self.decompressed(out), text, batch)

    def test_a_pipe_gives_what_a_file_gives(self):
        data = self.dir / "in"
        data.mkdir()
        small_corpus(data, 5)
        piped = corpus("curate", "-", "-o", "-", stdin=(data / "a.jsonl").read_bytes()).stdout
        filed = corpus("curate", data / "a.jsonl", "-o", "-").stdout
        self.assertEqual(piped, filed)
        self.assertGreater(len(piped), 100000)


class CrashSafety(CliTest):
    def test_kill_nine_anywhere_then_resume(self):
        seed = random.randrange(1 << 30)
        print("seed", seed)
        rng = random.Random(seed)
        data = self.dir / "in"
        data.mkdir()
        small_corpus(data, seed, records=6000)
        args = ["curate", str(data), "--batch", "32k", "--shard", "100k", "--checkpoint", "0", "--threads", "2"]
        start = time.monotonic()
        corpus(*args, "-o", self.dir / "whole")
        whole_time = time.monotonic() - start
        expected = snapshot(self.dir / "whole")
        kills = 0
        for round_ in range(12):
            out = self.dir / f"killed{round_}"
            attempts = 0
            while True:
                process = subprocess.Popen([BINARY, *args, "-o", str(out), "--resume"], stdout=subprocess.DEVNULL,
                                           stderr=subprocess.PIPE)
                try:
                    err = process.communicate(timeout=rng.uniform(0.005, whole_time * 0.9))[1]
                except subprocess.TimeoutExpired:
                    process.send_signal(signal.SIGKILL)
                    process.communicate()
                    kills += 1
                    attempts += 1
                    self.assertFalse((out / "manifest.json").exists() and (out / ".partial").exists() is False
                                     and snapshot(out) != expected)
                    if attempts < 6:
                        continue
                    err = corpus(*args, "-o", out, "--resume").stderr
                    break
                self.assertEqual(process.returncode, 0, err.decode())
                break
            self.assertEqual(snapshot(out), expected, f"round {round_}")
        print("kills", kills)
        self.assertGreaterEqual(kills, 10)

    def test_a_finished_corpus_of_another_recipe_is_not_taken_for_this_one(self):
        path = self.write("a.jsonl", '{"instruction":"Say hello to the world","output":"Hello to you, world."}\n')
        corpus("curate", path, "-o", self.dir / "out")
        again = corpus("curate", path, "-o", self.dir / "out", "--resume")
        self.assertIn("complete", again.stderr.decode())
        other = corpus("curate", path, "-o", self.dir / "out", "--profile", "code", "--resume", check=False)
        self.assertEqual(other.returncode, 2)
        self.assertIn("another recipe", other.stderr.decode())

    def test_interrupt_leaves_a_resumable_state(self):
        data = self.dir / "in"
        data.mkdir()
        small_corpus(data, 11, records=8000)
        out = self.dir / "out"
        args = [BINARY, "curate", str(data), "-o", str(out), "--batch", "1k", "--threads", "2", "--checkpoint", "0"]
        process = subprocess.Popen(args, stderr=subprocess.PIPE)
        time.sleep(0.15)
        process.send_signal(signal.SIGINT)
        err = process.communicate(timeout=60)[1].decode()
        self.assertEqual(process.returncode, 2, err)
        self.assertIn("--resume", err)
        self.assertFalse((out / "manifest.json").exists())
        again = corpus(*args[1:], check=False)
        self.assertEqual(again.returncode, 2)
        self.assertIn("--resume", again.stderr.decode())
        corpus(*args[1:], "--resume")
        corpus(*args[1:4], self.dir / "fresh", *args[5:])
        self.assertEqual(snapshot(out), snapshot(self.dir / "fresh"))


class BoundedMemory(CliTest):
    def test_memory_is_a_promise(self):
        """300 MB through 256 MiB: the peak the kernel saw stays below the cap."""
        path = self.dir / "big.jsonl"
        rng = random.Random(3)
        with open(path, "wb") as f:
            for i in range(200_000):
                f.write(b'{"instruction":"question %d","output":"%s."}\n' % (i, rng.randbytes(700).hex().encode()))
        report = json.loads(corpus("filter", path, "-o", self.dir / "out", "--min-chars", 1, "--memory", "256M",
                                   "--json").stdout)
        self.assertEqual(report["in"], 200_000)
        self.assertLess(report["peak_rss"], 256 << 20)


class PolicyIsSaid(CliTest):
    def test_a_run_without_intent_says_unchecked(self):
        path = self.write("a.jsonl", '{"instruction":"Say hello to the world","output":"Hello to you, world."}\n')
        done = corpus("curate", path, "-o", self.dir / "out")
        self.assertIn("policy: unchecked", done.stderr.decode())
        self.assertEqual(json.loads((self.dir / "out/manifest.json").read_text())["policy"], "unchecked")


if __name__ == "__main__":
    unittest.main(verbosity=2)
