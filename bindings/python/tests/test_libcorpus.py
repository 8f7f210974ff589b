"""What a Python user does, against the real packages; run by bindings/python/test."""
import json
import os
import pickle
import signal
import subprocess
import sys
import threading
import time

import pytest

import libcorpus

RECORDS = [{"prompt": f"question {i}", "response": f"answer number {i}", "id": f"r{i}"} for i in range(500)]


def importorskip(name):
    return pytest.importorskip(name, reason=f"{name} is not installed")


@pytest.fixture
def corpus(tmp_path):
    path = tmp_path / "in.jsonl"
    path.write_text("".join(json.dumps(r) + "\n" for r in RECORDS))
    return str(path)


def test_version_and_components():
    assert libcorpus.__version__ == libcorpus.version()
    assert libcorpus.has("dedup.minhash") and not libcorpus.has("nonsense")
    ids = [c["id"] for c in libcorpus.components()]
    assert "filters.refusal" in ids and ids == sorted(ids)


def test_iterates_records(corpus):
    assert list(libcorpus.read(corpus)) == RECORDS


def test_write_folder_and_reader(corpus, tmp_path):
    out = tmp_path / "out"
    report = libcorpus.read(corpus).tag("content_id").write(out, progress=None)
    assert report["in"] == report["kept"] == 500
    assert libcorpus.verify(out)["ok"]
    reader = libcorpus.Reader(str(out))
    assert len(reader) == 500 and json.loads(reader[-1])["id"] == "r499"
    assert reader.find("r17") == 17
    with pytest.raises(IndexError):
        reader[500]


def test_map_drops_tags_replaces(corpus, tmp_path):
    def judge(record):
        number = int(record.id[1:])
        if number % 2:
            return "odd"
        record.tag("half", json.dumps(number // 2))
        if number == 4:
            record.replace(1, 'say "four"\n')
        return None

    out = tmp_path / "out.jsonl"
    report = libcorpus.read(corpus).map(judge).write(out, progress=None)
    assert report["rejected"] == {"judge.odd": 250}
    kept = [json.loads(line) for line in out.read_text().splitlines()]
    assert len(kept) == 250 and kept[3]["corpus"] == {"half": 3}
    assert kept[2]["response"] == 'say "four"\n'


def test_stage_sees_one_view(corpus):
    seen = []
    libcorpus.read(corpus).map(lambda r: seen.append((r.shape, r.prompt, r.response, r.turns[1][0]))).count()
    assert seen[7] == ("prompt_response", "question 7", "answer number 7", "assistant")


def test_exception_in_a_stage_ends_the_run(corpus):
    def broken(record):
        raise RuntimeError("no more ink")

    with pytest.raises(libcorpus.Error, match="no more ink"):
        libcorpus.read(corpus).map(broken).count()


def test_record_kept_too_long(corpus):
    kept = []
    libcorpus.read(corpus).map(lambda r: kept.append(r)).count()
    with pytest.raises(ValueError, match="batch is gone"):
        kept[0].json
    batches = libcorpus.read(corpus).batches()
    batch = next(batches)
    with pytest.raises(ValueError, match="stage only"):
        batch[0].drop("late")
    del batches  # the run is over, and its memory gone
    with pytest.raises(ValueError, match="batch is gone"):
        batch[0]


def test_errors_are_python_exceptions(corpus, tmp_path):
    with pytest.raises(FileNotFoundError, match="nowhere.jsonl"):
        libcorpus.read(tmp_path / "nowhere.jsonl").count()
    with pytest.raises(ValueError, match="filters.lenght"):
        libcorpus.read(corpus).stage("filters.lenght").count()
    with pytest.raises(ValueError, match="batch"):
        libcorpus.read(corpus, batch="many").count()


def test_pickle_and_repr(corpus):
    chain = pickle.loads(pickle.dumps(libcorpus.read(corpus).filter("length", min_chars=1).dedup("exact")))
    assert chain.count()["kept"] == 500
    assert repr(chain) == "<libcorpus.Chain read | filters.length | dedup.exact>"


def test_after_fork(corpus):
    assert libcorpus.read(corpus).count()["in"] == 500
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            code = 0 if libcorpus.read(corpus).count()["in"] == 500 else 2
        finally:
            os._exit(code)
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        done, status = os.waitpid(pid, os.WNOHANG)
        if done:
            assert os.waitstatus_to_exitcode(status) == 0
            return
        time.sleep(0.05)
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    pytest.fail("the child did not end")


def test_keyboard_interrupt(corpus):
    program = f"""
import libcorpus, time
print("on", flush=True)
try:
    libcorpus.read({corpus!r}, batch=64).map(lambda r: time.sleep(0.05)).count()
except KeyboardInterrupt:
    print("interrupted", flush=True)
"""
    child = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    assert child.stdout.readline() == "on\n"
    time.sleep(1)
    child.send_signal(signal.SIGINT)
    out, _ = child.communicate(timeout=60)
    assert out == "interrupted\n" and child.returncode == 0


def test_threads(corpus):
    results = []
    workers = [threading.Thread(target=lambda: results.append(libcorpus.read(corpus).map(lambda r: None).count()["in"]))
               for _ in range(8)]
    for w in workers:
        w.start()
    for w in workers:
        w.join()
    assert results == [500] * 8


def test_plain_calls():
    view = libcorpus.adapt({"instruction": "Add", "input": "1 2", "output": "3"})
    assert view["shape"] == "alpaca" and view["turns"][-1]["text"] == "3"
    decision = libcorpus.policy("train_competing", teachers=["gpt-4"])
    assert decision["verdict"] == "deny" and decision["quote"]


# --- Arrow, with the real packages

def test_pyarrow_out_and_in(corpus):
    pa = importorskip("pyarrow")
    table = pa.table(libcorpus.read(corpus))
    assert table.column_names == ["id", "teacher", "shape", "turns", "json"]
    assert table.num_rows == 500 and table["teacher"].null_count == 500
    assert table["turns"][3].as_py() == [{"role": "user", "text": "question 3"},
                                         {"role": "assistant", "text": "answer number 3"}]
    assert [json.loads(x) for x in table["json"].to_pylist()] == RECORDS
    assert list(libcorpus.from_arrow(table)) == RECORDS
    sliced = pa.Table.from_pylist(RECORDS).slice(100, 50)
    assert list(libcorpus.from_arrow(sliced)) == RECORDS[100:150]


def test_pyarrow_gets_the_columns_it_asks_for(corpus):
    pa = importorskip("pyarrow")
    whole = pa.table(libcorpus.read(corpus))
    for names in (["json"], ["json", "id"], ["turns"], ["shape", "teacher"]):
        table = pa.table(libcorpus.read(corpus, columns=names))
        assert table.column_names == names
        assert table == whole.select(names)
    with pytest.raises(ValueError, match="output.columns.*nonsense"):
        pa.table(libcorpus.read(corpus, columns=["nonsense"]))


def test_columns_are_what_batches_decode(corpus, tmp_path):
    for batch in libcorpus.read(corpus, columns=["id"]).batches():
        assert [r.id for r in batch][:2] == ["r0", "r1"] and batch[0].turns == []
        assert json.loads(batch.lines.splitlines()[0]) == RECORDS[0]
    with pytest.raises(ValueError, match="output.columns"):
        libcorpus.read(corpus, columns=["id"]).write(tmp_path / "out")


def test_pyarrow_types_and_nesting():
    pa = importorskip("pyarrow")
    rows = [{"messages": [{"role": "user", "content": "a \"b\" \u00e9\n"}, {"role": "assistant", "content": None}],
             "n": -5, "u": 2**64 - 1, "f": 0.1, "b": True, "none": None, "map": [("k", 1)], "d": "x"}]
    schema = pa.schema([("messages", pa.large_list(pa.struct([("role", pa.string()), ("content", pa.large_string())]))),
                        ("n", pa.int8()), ("u", pa.uint64()), ("f", pa.float64()), ("b", pa.bool_()), ("none", pa.null()),
                        ("map", pa.map_(pa.string(), pa.int32())), ("d", pa.dictionary(pa.int8(), pa.string()))])
    table = pa.Table.from_pylist(rows * 9, schema=schema).slice(3)
    rows[0]["map"] = {"k": 1}
    assert list(libcorpus.from_arrow(table)) == rows * 6
    views = pa.table({"text": pa.array(["short", "longer than twelve bytes", None], pa.string_view())})
    assert [r["text"] for r in libcorpus.from_arrow(views)] == ["short", "longer than twelve bytes", None]
    with pytest.raises(libcorpus.Error, match="column day.*cast"):
        list(libcorpus.from_arrow(pa.table({"day": pa.array([1], pa.date32())})))


def test_python_stage_in_an_arrow_stream(corpus):
    pa = importorskip("pyarrow")
    table = pa.table(libcorpus.read(corpus).map(lambda r: r.id != "r1"))
    assert table.num_rows == 499


def test_polars_both_ways(corpus):
    pl = importorskip("polars")
    importorskip("pyarrow")
    frame = pl.DataFrame(libcorpus.read(corpus))
    assert frame.height == 500 and frame["id"][499] == "r499"
    assert list(libcorpus.from_arrow(pl.DataFrame(RECORDS))) == RECORDS


def test_datasets_both_ways(corpus, tmp_path, monkeypatch):
    monkeypatch.setenv("HF_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    datasets = importorskip("datasets")
    pa = importorskip("pyarrow")
    made = datasets.Dataset(pa.table(libcorpus.read(corpus)))
    assert made.num_rows == 500 and made[499]["id"] == "r499"
    assert list(libcorpus.from_arrow(made.data.table)) == RECORDS
    assert list(libcorpus.from_arrow(datasets.Dataset.from_list(RECORDS).data.table)) == RECORDS


def test_duckdb_both_ways(corpus):
    duckdb = importorskip("duckdb")
    pa = importorskip("pyarrow")
    stream = pa.RecordBatchReader.from_stream(libcorpus.read(corpus))
    assert duckdb.sql("select count(*), max(id) from stream").fetchall() == [(500, "r99")]
    made = duckdb.sql("select 'q' || i as prompt, 'a' || i as response from range(3) t(i)")
    assert list(libcorpus.from_arrow(made)) == [{"prompt": f"q{i}", "response": f"a{i}"} for i in range(3)]


def test_pandas_both_ways(corpus):
    pd = importorskip("pandas")
    pa = importorskip("pyarrow")
    frame = pa.table(libcorpus.read(corpus)).to_pandas()
    assert len(frame) == 500
    assert list(libcorpus.from_arrow(pa.Table.from_pandas(pd.DataFrame(RECORDS), preserve_index=False))) == RECORDS


def test_datasets_reads_what_write_made(corpus, tmp_path):
    datasets = importorskip("datasets")
    out = tmp_path / "out"
    libcorpus.read(corpus).write(out, compress="gzip", progress=None)
    data = datasets.load_dataset("json", data_files=str(out / "part-*.jsonl.gz"), split="train",
                                 cache_dir=str(tmp_path / "cache"))
    assert data.num_rows == 500 and data[3]["response"] == "answer number 3"
