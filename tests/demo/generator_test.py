"""generator_test.py TEACHER_CORPUS CORPUS BENCH: what the demo shows can be relied on.

The generator's bytes do not depend on threads; planted duplicates are what their label says; the
scorer accounts for every record, and what it calls clean survives.
"""
import collections
import filecmp
import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

TEACHER, CORPUS, BENCH = sys.argv[1:4]
sys.dont_write_bytecode = True
sys.path.insert(0, BENCH)
import score  # noqa: E402


def generate(out, threads, seed="3"):
    subprocess.run([TEACHER, "--size", "6M", "--seed", seed, "-o", out, "--threads", threads], check=True,
                   stdout=subprocess.DEVNULL)


def turns(record):
    """The texts of a JSON Lines record, as exact deduplication sees them."""
    chat = record.get("conversations") or [{"value": record["prompt"]}, {"value": record["response"]}]
    return [t["value"].replace("\r\n", "\n").strip() for t in chat]


def shingles(texts):
    words = " ".join(texts).split()
    return {tuple(words[i:i + 5]) for i in range(len(words) - 4)}


class Generator(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.data = pathlib.Path(cls.folder.name) / "data"
        generate(cls.data, "1")

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def test_bytes_do_not_depend_on_threads_but_on_the_seed(self):
        other, seeded = self.data.parent / "threads", self.data.parent / "seed"
        generate(other, "5")
        generate(seeded, "1", seed="4")
        files = sorted(str(p.relative_to(self.data)) for p in self.data.rglob("*") if p.is_file())
        self.assertEqual(len(files), 8)
        self.assertEqual(filecmp.cmpfiles(self.data, other, files, shallow=False)[0], files)
        self.assertEqual(filecmp.cmpfiles(self.data, seeded, files, shallow=False)[0], [])

    def test_duplicates_are_what_their_label_says(self):
        labels, original = score.read_labels(self.data)
        texts = {}
        for line in (self.data / "input/sharegpt-000.jsonl").read_text().splitlines():
            try:
                record = json.loads(line)
            except ValueError:
                continue
            texts[record["id"]] = turns(record)
        checked = collections.Counter()
        for name, of in original.items():
            if name not in texts or of not in texts:
                continue
            same = texts[name] == texts[of]
            self.assertEqual(same, labels[name] == "exact_dup", name)
            a, b = shingles(texts[name]), shingles(texts[of])
            self.assertGreaterEqual(len(a & b) / len(a | b), 0.8, name)
            checked[labels[name]] += 1
        self.assertGreater(checked["exact_dup"], 10)
        self.assertGreater(checked["near_dup"], 10)

    def test_curation_finds_faults_and_keeps_what_is_clean(self):
        out = self.data.parent / "out"
        subprocess.run([CORPUS, "curate", self.data / "input", "-o", out, "--quiet"], check=True)
        result = score.score(self.data, out)
        self.assertTrue(result["conserved"])
        self.assertLessEqual(result["clean"]["lost"], result["clean"]["records"] // 1000)
        recall = {label: row["recall"] for label, row in result["labels"].items()}
        self.assertEqual(recall["exact_dup"], 1)
        self.assertEqual(recall["broken_json"], 1)
        for label in ("near_dup", "encoding"):
            self.assertGreater(recall[label], 0.98, label)

    def test_the_scorer_notices_a_record_that_is_gone(self):
        out = self.data.parent / "gone"
        subprocess.run([CORPUS, "curate", self.data / "input", "-o", out, "--quiet"], check=True)
        part = next(out.glob("part-*.zst"))
        lines = list(score.zstd_lines(part))
        packed = subprocess.run(["zstd", "-qc"], input=b"".join(lines[:-1]), stdout=subprocess.PIPE, check=True)
        part.write_bytes(packed.stdout)
        self.assertFalse(score.score(self.data, out)["conserved"])


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
