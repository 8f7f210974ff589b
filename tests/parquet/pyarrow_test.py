"""Parquet between the command line and pyarrow: run with a Python that has it. datasets is tried when installed."""
import json
import pathlib
import sys
import tempfile
import unittest

import pyarrow as pa
import pyarrow.parquet as pq

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from support.corpus_cli import DATA, corpus  # noqa: E402

RECORDS = [
    {"id": "a1", "messages": [{"role": "user", "content": "caf\u00e9?"},
                              {"role": "assistant", "content": "Yes.\n\"Two\""}], "model": "gpt-4"},
    {"instruction": "Say", "input": "", "output": "x"},
    {"text": "running text"},
]


class Parquet(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.dir = pathlib.Path(folder.name)
        self.lines = "".join(json.dumps(r) + "\n" for r in RECORDS).encode()
        self.jsonl = self.dir / "in.jsonl"
        self.jsonl.write_bytes(self.lines)
        self.parquet = self.dir / "out.parquet"

    def test_pyarrow_reads_what_we_write(self):
        corpus("convert", self.jsonl, "-o", self.parquet, "-q")
        table = pq.read_table(self.parquet, page_checksum_verification=True)
        table.validate(full=True)
        self.assertEqual(table.column_names, ["id", "teacher", "shape", "turns", "json"])
        rows = table.to_pylist()
        self.assertEqual([r["id"] for r in rows], ["a1", None, None])
        self.assertEqual([r["teacher"] for r in rows], ["gpt-4", None, None])
        self.assertEqual(rows[0]["turns"], [{"role": "user", "text": "caf\u00e9?"},
                                            {"role": "assistant", "text": "Yes.\n\"Two\""}])
        self.assertEqual("".join(r["json"] + "\n" for r in rows).encode(), self.lines)
        self.assertEqual(pq.ParquetFile(self.parquet).metadata.row_group(0).column(0).compression, "ZSTD")

    def test_converted_records_have_the_new_turns(self):
        corpus("convert", self.jsonl, "--to", "text", "-o", self.parquet, "-q")
        for row in pq.read_table(self.parquet).to_pylist():
            self.assertEqual([t["text"] for t in row["turns"]], [json.loads(row["json"])["text"]])
            self.assertEqual(row["shape"], "text")

    def test_we_read_what_pyarrow_writes(self):
        rows = [{**r, "n": i, "f": i / 4, "tags": {"lang": "en"}, "none": None} for i, r in enumerate(RECORDS * 50)]
        table = pa.Table.from_pylist(rows, schema=pa.schema([
            ("id", pa.string()), ("instruction", pa.large_string()), ("output", pa.string()), ("text", pa.string()),
            ("messages", pa.list_(pa.struct([("role", pa.dictionary(pa.int32(), pa.string())),
                                             ("content", pa.string())]))),
            ("n", pa.int64()), ("f", pa.float64()), ("tags", pa.struct([("lang", pa.string())])), ("none", pa.null())]))
        for options in ({"compression": "snappy"}, {"compression": "gzip", "data_page_version": "2.0"},
                        {"compression": "none", "use_dictionary": False}, {"compression": "lz4", "row_group_size": 7},
                        {"compression": "brotli"}, {"compression": "zstd", "use_dictionary": True}):
            with self.subTest(options):
                pq.write_table(table, self.parquet, **options)
                got = [json.loads(line) for line in corpus("cat", self.parquet, "-q").stdout.splitlines()]
                self.assertEqual(got, table.to_pylist())

    def test_only_the_columns_that_are_asked_for(self):
        rows = [{"messages": RECORDS[0]["messages"], "id": "a", "blob": b"no word in JSON"}] * 3
        pq.write_table(pa.Table.from_pylist(rows), self.parquet)
        recipe = self.dir / "r.yaml"

        def run(columns):
            recipe.write_text(json.dumps({"corpus": 1, "input": {"paths": [str(self.parquet)], "columns": columns},
                                          "stages": [], "output": {"file": "-"}}))
            return corpus("run", recipe, "-q", check=False)

        got = [json.loads(line) for line in run(["messages", "id", "other"]).stdout.splitlines()]
        self.assertEqual(got, [{"messages": RECORDS[0]["messages"], "id": "a"}] * 3)
        self.assertIn(b"input.columns: none of these columns is here, which are messages, id, blob",
                      run(["other"]).stderr)
        self.assertIn(b"column blob", run([]).stderr)

    def test_names_alone_do_not_make_a_table_of_ours(self):
        text, turns, other = pa.array(["{}"]), pa.array([[{"role": "user", "text": "x"}]]), pa.array(["kept"])
        for columns in ({"json": text.dictionary_encode(), "turns": turns, "other": other},
                        {"json": text, "turns": pa.array(["none"]), "other": other}):
            table = pa.table(columns)
            pq.write_table(table, self.parquet)
            got = [json.loads(line) for line in corpus("cat", self.parquet, "-q").stdout.splitlines()]
            self.assertEqual(got, table.to_pylist())
        pq.write_table(pa.table({"other": other, "turns": turns, "json": text}), self.parquet)
        self.assertEqual(corpus("cat", self.parquet, "-q").stdout, b"{}\n")

    def test_a_folder_of_both(self):
        corpus("convert", self.jsonl, "-o", self.parquet, "-q")
        corpus("pack", self.dir, "-o", self.dir / "packed", "-q")
        manifest = json.loads((self.dir / "packed/manifest.json").read_text())
        self.assertEqual(manifest["counts"]["in"], 6)
        self.assertIn("parquet", [i["format"] for i in manifest["inputs"]])
        corpus("verify", self.dir / "packed")

    def test_types_without_json_are_refused_by_name(self):
        pq.write_table(pa.table({"text": ["a"], "when": pa.array([0], pa.timestamp("ms"))}), self.parquet)
        done = corpus("cat", self.parquet, check=False)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn(b"out.parquet", done.stderr)
        self.assertIn(b"column when", done.stderr)

    def test_a_pipe_is_refused(self):
        corpus("convert", self.jsonl, "-o", self.parquet, "-q")
        done = corpus("cat", "-", check=False, stdin=self.parquet.read_bytes())
        self.assertIn(b"save the pipe to a file", done.stderr)

    def test_real_records_come_back(self):
        files = sorted(DATA.glob("**/*.jsonl.zst")) if DATA.is_dir() else []
        if not files:
            self.skipTest(f"no data in {DATA.name}")
        for path in files[:4]:
            with self.subTest(path.name):
                corpus("cat", path, "-o", self.jsonl, "-q")
                corpus("convert", self.jsonl, "-o", self.parquet, "-q")
                corpus("cat", self.parquet, "-o", self.dir / "back.jsonl", "-q")
                self.assertEqual((self.dir / "back.jsonl").read_bytes(), self.jsonl.read_bytes())
                self.assertEqual(pq.read_metadata(self.parquet).num_rows, self.jsonl.read_bytes().count(b"\n"))

    def test_datasets_loads_what_we_write(self):
        try:
            import datasets
        except ImportError:
            self.skipTest("datasets is not installed")
        corpus("convert", self.jsonl, "-o", self.parquet, "-q")
        loaded = datasets.load_dataset("parquet", data_files=str(self.parquet), cache_dir=str(self.dir / "cache"),
                                       split="train")
        self.assertEqual([json.loads(j) for j in loaded["json"]], RECORDS)
        self.assertEqual(loaded[1]["turns"][0], {"role": "user", "text": "Say"})
        loaded.to_parquet(str(self.dir / "again.parquet"))
        self.assertEqual(corpus("cat", self.dir / "again.parquet", "-q").stdout, self.lines)

    def test_a_folder_with_its_card_is_a_dataset(self):
        try:
            import datasets
            import zstandard  # noqa: F401: what datasets opens .zst with
        except ImportError as error:
            self.skipTest(f"{error.name} is not installed")
        clean, hub = self.dir / "clean", self.dir / "hub"
        chats = [{"messages": [{"role": "user", "content": f"What is {n} plus {n}? Say it in one sentence."},
                               {"role": "assistant", "content": f"The sum of {n} and {n} is {2 * n}, as you can count."}]} for n in range(20)]
        self.jsonl.write_text("".join(json.dumps(r) + "\n" for r in chats) + '{"cut off\n')
        corpus("curate", self.jsonl, "-o", clean, "-q", "--set", "stages.dedup.minhash=false")
        self.assertTrue((clean / "rejects").is_dir())
        hub.mkdir()
        corpus("convert", clean, "-o", hub / "part-00000.parquet", "-q")
        card = corpus("disclose", clean, "--format", "hf-card", "--unchecked-policy").stdout
        for folder in (clean, hub):
            (folder / "README.md").write_bytes(card)
            loaded = datasets.load_dataset(str(folder), cache_dir=str(self.dir / "cache"), split="train")
            self.assertEqual(len(loaded), len(chats))
            rows = [json.loads(j) for j in loaded["json"]] if folder == hub else loaded
            self.assertEqual([row["messages"] for row in rows], [chat["messages"] for chat in chats])


if __name__ == "__main__":
    unittest.main()
