"""What the parity tests of rule sets share: texts, what `corpus run` says of them, and the comparison."""
import collections
import json
import os
import pathlib
import random
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import peers  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
DATA = pathlib.Path(os.environ.get("CORPUS_TEST_DATA", ROOT.parent / "shared/data"))
LIMIT = 40
FILES = ["alpaca_eval/gpt4.jsonl.zst", "alpaca_eval/guanaco_oasst_falcon.jsonl.zst", "llamafactory/c4_demo.jsonl.zst",
         "gpteacher/roleplay.jsonl.zst", "gpteacher/codegen-instruct.jsonl.zst", "llm_adapters/math_data.jsonl.zst",
         "oasst/en_100_message.jsonl.zst", "self_instruct/davinci_predictions.jsonl.zst", "bench/mmlu.jsonl.zst"]


def skip(why):
    print(f"SKIPPED: {why}")
    sys.exit(77)


def strings(value):
    """Every text of a record that is more than a label, and those of an object joined."""
    if isinstance(value, str):
        if len(value) > 40:
            yield value
    elif isinstance(value, dict):
        parts = [v for v in value.values() if isinstance(v, str)]
        for v in value.values():
            yield from strings(v)
        if len(parts) > 1:
            yield "\n".join(parts)
    elif isinstance(value, list):
        for v in value:
            yield from strings(v)


def texts(paths, limit):
    alphabet = ["the", "and", "of", "a", "be", "cat", "...", "#", "\u2026", "-", "\u2022", "\n", "\n\n", " ", "  ", "It's", "don't",
                "3.14", "U.S.A.", "e.g.", ":)", "\u4eca\u5929", "\u00e9t\u00e9", "\U0001f600", "x.y", "end.", "What?", "!", "[1]",
                "\r\n", "\t", "\u2028", "\u00a0", "lorem ipsum", "javascript", "cookie policy", "{"]
    rng = random.Random(5)
    for _ in range(1000):
        yield " ".join(rng.choice(alphabet) for _ in range(rng.choice([1, 5, 60, 200])))
    for path in paths:
        lines = subprocess.run(["zstd", "-dc", path], stdout=subprocess.PIPE, check=True).stdout.split(b"\n")
        if limit and len(lines) > limit:
            lines = rng.sample(lines, limit)
        for line in lines:
            try:
                record = json.loads(line)
            except ValueError:
                continue
            for text in strings(record):
                try:
                    text.encode()
                except UnicodeEncodeError:
                    continue
                yield text


def ours(name, samples, folder):
    source = folder / "in.jsonl"
    offsets, offset = {}, 0
    with open(source, "wb") as out:
        for i, text in enumerate(samples):
            line = json.dumps({"text": text}).encode() + b"\n"
            offsets[offset] = i
            offset += len(line)
            out.write(line)
    recipe = {"corpus": 1, "input": {"paths": [str(source)]}, "output": {"dir": str(folder / name), "compress": "none"},
              "stages": [{f"filters.{name}": {"scope": "text"}}, {"tags.source": {}}]}
    (folder / "r.yaml").write_text(json.dumps(recipe))
    subprocess.run([os.environ["CORPUS_BINARY"], "run", str(folder / "r.yaml"), "-q"], check=True)
    out = [None] * len(samples)
    for path in (folder / name).glob("*.jsonl"):
        for line in open(path, "rb"):
            record = json.loads(line)
            out[offsets[record["corpus"]["source"]["at"]]] = ("", record["text"])
    for path in (folder / name / "rejects").glob("*.jsonl"):
        for line in open(path, "rb"):
            record = json.loads(line)
            i = offsets[record["corpus"]["offset"]]
            out[i] = (record["corpus"]["reason"].split(".")[-1], samples[i])
    return out


def compare(samples, sets, theirs):
    """`theirs` as ours() gives it, by rule set; "?" is a verdict without a reason. Exit status 1: under 99.9 % agree."""
    failed = False
    for name in sets:
        with tempfile.TemporaryDirectory() as folder:
            mine = ours(name, samples, pathlib.Path(folder))
        other = theirs[name]
        differ = [i for i in range(len(samples)) if mine[i] != other[i] and not (other[i][0] == "?" and mine[i][0])]
        agree = 1 - len(differ) / len(samples)
        print(f"{name}: {len(samples)} texts, {sum(1 for o in other if o[0])} dropped by the other, {len(differ)} differ, "
              f"{100 * agree:.4f}% agree; reasons {dict(collections.Counter(o[0] for o in other))}")
        for i in differ[:20]:
            print(f"  ours {mine[i][0]!r} theirs {other[i][0]!r}: {samples[i][:200]!r}")
        failed |= agree < 0.999
    sys.exit(failed)


def main(script, probe, inside):
    """Runs `script` again, in the Python of peers.py if the code `probe` works there."""
    if len(sys.argv) > 1 and sys.argv[1] == "inside":
        return inside(list(texts(sys.argv[3:], int(sys.argv[2]))))
    if not os.path.exists(os.environ.get("CORPUS_BINARY", "")):
        skip("CORPUS_BINARY names no program")
    if why := peers.why_not(probe):
        skip(why)
    if len(sys.argv) > 1:
        arguments = ["0"] + sys.argv[2:]
    else:
        files = [str(DATA / f) for f in FILES if (DATA / f).exists()]
        if not files:
            print(f"no data in {DATA}: generated texts only")
        arguments = [str(LIMIT)] + files
    sys.exit(subprocess.run([peers.python(), "-W", "ignore", script, "inside"] + arguments,
                            stderr=subprocess.DEVNULL if len(sys.argv) == 1 else None).returncode)
