#!/usr/bin/env python3
"""The documents that datatrove's four MinHash stages remove, and those that `compat: datatrove` removes.

Runs both over the same texts (CORPUS_TEST_DATA, or generated ones) and compares which documents are
in which cluster and how many are removed; which member of a cluster stays is chosen differently
(the first here; there, whatever the order of unions made the root). At
least 99.9% of the documents must agree.

Needs Python with datatrove[processing] and spacy: CORPUS_PEERS_PYTHON, or build/peers-venv. Prints
why and skips (exit 77) when something is missing.
"""
import glob
import json
import os
import pathlib
import struct
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import peers  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
BYTES = int(os.environ.get("CORPUS_PARITY_BYTES", 6 << 20))
FIELDS = ["instruction", "prompt", "question", "input", "output", "response", "answer", "text", "completion"]


def skip(why):
    print("skipped:", why)
    sys.exit(77)


def documents():
    data = os.environ.get("CORPUS_TEST_DATA", str(ROOT / "../shared/data"))
    names = ["codealpaca/*", "gpteacher/*", "instructwild/*_en*", "llamafactory/*", "self_instruct/*", "llm_adapters/*"]
    paths = sorted(p for name in names for p in glob.glob(f"{data}/{name}.jsonl.zst"))
    if not paths:
        skip(f"no corpora below {data}; CORPUS_TEST_DATA names their folder")
    total = 0
    for path in paths:
        share = 0
        for line in subprocess.run(["zstd", "-dc", path], capture_output=True).stdout.splitlines():
            try:
                record = json.loads(line)
            except ValueError:
                continue
            text = "\n".join(record[f] for f in FIELDS if isinstance(record, dict) and isinstance(record.get(f), str))
            if not text or not text.isascii():
                continue
            share += len(text)
            if share > BYTES // len(paths) * 2 or total + share > BYTES:
                break
            yield text
        total += share


def datatrove(folder, texts):
    from datatrove.data import Document
    from datatrove.pipeline.dedup.minhash import (MinhashConfig, MinhashDedupBuckets, MinhashDedupCluster,
                                                  MinhashDedupSignature)
    config = MinhashConfig()
    docs = [Document(text=text, id=str(i)) for i, text in enumerate(texts)]
    for _ in [MinhashDedupSignature(f"{folder}/sig", config).run(docs, 0, 1)]:
        pass
    for bucket in range(config.num_buckets):
        MinhashDedupBuckets(f"{folder}/sig", f"{folder}/dups", config=config).run(None, bucket, config.num_buckets)
    MinhashDedupCluster(f"{folder}/dups", f"{folder}/remove", config=config, save_cluster_id=True).run(None, 0, 1)
    clusters = {}
    path = pathlib.Path(f"{folder}/remove/000000.clusters")
    for doc, cluster in struct.iter_unpack("<II", path.read_bytes()) if path.exists() else []:
        clusters[doc] = cluster
    path = pathlib.Path(f"{folder}/remove/000000.remove")
    return clusters, path.stat().st_size // 4 if path.exists() else 0


def ours(folder, texts):
    numbers, offset = {}, 0
    with open(f"{folder}/in.jsonl", "wb") as out:
        for i, text in enumerate(texts):
            line = json.dumps({"text": text}).encode() + b"\n"
            numbers[offset] = i
            offset += len(line)
            out.write(line)
    recipe = {"corpus": 1, "input": {"paths": [f"{folder}/in.jsonl"]}, "stages": [{"dedup.minhash": {"compat": "datatrove"}}],
              "output": {"dir": f"{folder}/out", "compress": "none"}}
    pathlib.Path(f"{folder}/r.yaml").write_text(json.dumps(recipe))
    subprocess.run([os.environ["CORPUS_BINARY"], "run", f"{folder}/r.yaml", "-q"], check=True)
    clusters, removed = {}, 0
    for path in glob.glob(f"{folder}/out/rejects/*.jsonl"):
        for line in open(path, "rb"):
            tag = json.loads(line)["corpus"]
            survivor = numbers[int(tag["dedup"]["of"].split(":")[1])]
            clusters[numbers[tag["offset"]]] = survivor
            clusters[survivor] = survivor
            removed += 1
    return clusters, removed


def by_document(clusters):
    members = {}
    for doc, cluster in clusters.items():
        members.setdefault(cluster, set()).add(doc)
    return {doc: frozenset(members[cluster]) for doc, cluster in clusters.items()}


def inside():
    texts = list(documents())
    with tempfile.TemporaryDirectory() as folder:
        theirs, their_removed = datatrove(folder, texts)
        mine, my_removed = ours(folder, texts)
    a, b = by_document(theirs), by_document(mine)
    differ = sum(a.get(i) != b.get(i) for i in range(len(texts)))
    agree = 1 - differ / len(texts)
    print(f"{len(texts)} documents; datatrove removes {their_removed}, corpus {my_removed}; "
          f"{differ} are in different clusters; {100 * agree:.3f}% agree")
    sys.exit(0 if agree >= 0.999 and abs(their_removed - my_removed) <= 0.001 * len(texts) else 1)


def main():
    if len(sys.argv) > 1:
        return inside()
    if not os.path.exists(os.environ.get("CORPUS_BINARY", "")):
        skip("CORPUS_BINARY names no program")
    check = "import spacy, datatrove.pipeline.dedup.minhash; from datatrove.utils.word_tokenizers import " \
            "load_word_tokenizer; load_word_tokenizer('en').word_tokenize('a b')"
    if why := peers.why_not(check):
        skip(why)
    sys.exit(subprocess.run([peers.python(), "-W", "ignore", __file__, "inside"], stderr=subprocess.DEVNULL).returncode)


if __name__ == "__main__":
    main()
