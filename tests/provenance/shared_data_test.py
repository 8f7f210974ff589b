"""curate --intent over real corpora and their table of sources: exactly the records whose stated licence
and teacher allow it pass, each of the others is in the rejects with the clause."""
import collections
import csv
import json
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))
from corpus_cli import DATA, CliTest, corpus, lines, needs_data

DATE = "2026-12-01"
TABLE = DATA / "SOURCES.tsv"

# Of 121 files: everything else was written by models whose terms forbid it, or under a licence that is
# non-commercial, not stated or unknown.
COMPETING = {
    "bench/HumanEval.jsonl.zst": 164,
    "bench/gsm8k_test.jsonl.zst": 1319,
    "bench/gsm8k_test_socratic.jsonl.zst": 1319,
    "bench/gsm8k_train.jsonl.zst": 7473,
    "bench/mt_bench_question.jsonl.zst": 80,
    "fastchat/dummy_conversation.jsonl.zst": 500,
    "fastchat/raw/dummy_conversation.json.zst": 500,
}


def rows():
    with open(TABLE, newline="") as table:
        return [r for r in csv.DictReader(table, delimiter="\t", quoting=csv.QUOTE_NONE) if r["file"].endswith(".zst")]


def files():
    return [DATA / row["file"] for row in rows()]


@needs_data
class SharedData(CliTest):
    def gate(self, out, *inputs, intent):
        """The gate alone, whatever other stages would drop afterwards."""
        recipe = self.write("gate.yaml", "corpus: 1\ninput: {paths: [unused]}\nstages: []\n")
        done = corpus("curate", *inputs, "--recipe", recipe, "-o", self.dir / out, "--intent", intent, "--date", DATE,
                      "--policy-table", TABLE, "--accept", "permitted_access", "--json")
        return json.loads(done.stdout), json.loads((self.dir / out / "manifest.json").read_text())

    def test_a_competing_student_on_everything(self):
        result, manifest = self.gate("out", *files(), intent="train_competing")
        sources = manifest["reports"][0]["report"]["sources"]
        counts = {pathlib.Path(s["input"]).relative_to(DATA).as_posix(): s for s in sources}
        self.assertEqual({name: s["passed"] for name, s in counts.items() if s["passed"]}, COMPETING)
        self.assertTrue(all(s["declared"] for s in sources))
        self.assertEqual(result["kept"], sum(COMPETING.values()))

        # Each file's records are all accounted for.
        for entry, source in zip(manifest["inputs"], sources):
            malformed = entry["records"] - source["passed"] - sum(source["rejected"].values())
            self.assertGreaterEqual(malformed, 0, entry["name"])
        self.assertEqual(manifest["policy"]["passed"], result["kept"])
        self.assertEqual(manifest["policy"]["rejected"], sum(
            n for reason, n in result["rejected"].items() if reason.startswith("policy.")))

        # None that passed is of a source that says non-commercial, or whose teacher is a model.
        for row in rows():
            if row["file"] in COMPETING:
                self.assertNotIn("NC", row["licence_as_stated"])
                self.assertTrue(row["teacher"].startswith("none") or row["teacher"] == "", row)

        # The clause stands in each reject; the records of a kind have the same one.
        seen = collections.Counter()
        for line in lines(self.dir / "out", rejects=True):
            tag = json.loads(line)["corpus"]
            if not tag["reason"].startswith("policy."):
                continue
            seen[tag["reason"]] += 1
            self.assertEqual(tag["policy"]["verdict"], "deny")
            self.assertTrue(tag["policy"]["why"])
            if seen[tag["reason"]] <= 3 and tag["reason"].split(".")[1] not in ("unknown_teacher", "unknown_licence"):
                self.assertTrue(tag["policy"]["quote"], tag)
                self.assertLessEqual(len(tag["policy"]["quote"]), 200)
        self.assertEqual(sum(seen.values()), manifest["policy"]["rejected"])

    def test_the_stricter_of_two_licences_of_the_same_records(self):
        conflicting = ["codealpaca/new_codealpaca.jsonl.zst", "gpteacher/codegen-instruct.jsonl.zst"]
        result, manifest = self.gate("out", *(DATA / name for name in conflicting), intent="train")
        self.assertEqual(result["rejected"], {"policy.cc-by-nc-4.0.train": 2 * 4535})
        self.assertEqual([s["rejected"] for s in manifest["reports"][0]["report"]["sources"]],
                         [{"policy.cc-by-nc-4.0.train": 4535}] * 2)
        twins = sum(b'"same_content_as":{"input":0' in line for line in lines(self.dir / "out", rejects=True))
        self.assertEqual(twins, 4535)
        # Alone, the second source's own licence allows it.
        alone, _ = self.gate("alone", DATA / conflicting[1], intent="train")
        self.assertEqual((alone["kept"], alone["rejected"]), (4535, {}))

    def test_the_date_decides_and_is_written_down(self):
        one = DATA / "gpteacher/roleplay.jsonl.zst"
        _, manifest = self.gate("out", one, intent="train")
        self.assertEqual(manifest["policy"]["date"], DATE)
        self.assertEqual(manifest["recipe"]["stages"][0]["policy.gate"]["date"], DATE)
        late = corpus("policy", "check", one, "--intent", "train", "--policy-table", TABLE, "--accept",
                      "permitted_access", "--date", "2028-01-01", check=False)
        self.assertEqual(late.returncode, 1, "reviews of 2026 are out of date in 2028")

    def test_a_checked_corpus_is_signed_without_more_ado(self):
        self.gate("out", DATA / "bench/gsm8k_test.jsonl.zst", intent="train")
        corpus("key", "create", self.dir / "key")
        corpus("sign", self.dir / "out", "--key", self.dir / "key")
        done = corpus("verify", self.dir / "out", "--key", f"{self.dir / 'key'}.pub", "--records", "--json")
        answer = json.loads(done.stdout)
        self.assertEqual((answer["ok"], answer["trusted"], answer["records"]), (True, True, 1319))


if __name__ == "__main__":
    unittest.main()
