#!/usr/bin/env python3
"""peer_signatures.py OUT DATA...: MinHash signatures by the tools themselves, to compare ours with.

Reads up to LIMIT records of each *.jsonl.zst in DATA and, for each tool that is installed, appends
to OUT one record per text:

  record := u8 length, tool; u32 length, UTF-8 text; u32 count, count * u64 minima

Numbers are little-endian; count 0 means no signature. Says on stderr what is not installed and why.
"""
import json
import random
import struct
import subprocess
import sys

LIMIT = 400
EDGE = ["", " ", "one two three four", "one two three four five", "a,b;c--d  e\tf\ng", "x" * 100,
        "In 3.14 or 1,000 or 2.3.4 ways, no. 5 of 12/24", "Stra\u00dfe \u0130stanbul \u039f\u03a3 na\u00efve cafe\u0301 x y z",
        "\u0663\u0661\u066b\u0665 \u0967\u0968 \u00bd \u2167 \u2460 five six seven", "\u4eca\u5929\u5929\u6c14\u5f88\u597d\uff0c\u6211\u4eec \u4e00\u8d77 \u53bb \u516c\u56ed \u5427\u3002",
        "zero\u200bwidth and\u00a0no\u2003break\u3000spaces \ufeff mark here ok", "emoji \U0001f600 and \U0001d400\U0001d7ce math letters four five",
        "can't won't it's \u2018quoted\u2019 \u201ctext\u201d \u2014 dash \u2026 dots", "_under_score_ a_b __init__ x1 y2 z3 w4",
        "tabs\tand\x0bvertical\x0cfeeds\x1cfs\x85nel more words here", "\u0928\u092e\u0938\u094d\u0924\u0947 \u0926\u0941\u0928\u093f\u092f\u093e a b c d e f"]
FIELDS = ["instruction", "prompt", "question", "input", "output", "response", "answer", "text", "completion"]


def texts(paths):
    yield from EDGE
    alphabet = "ab AB09.,-_'\n\t\u00e9\u00c9\u0301\u03a3\u0130\u4e2d\u3002\uff11\u066b\u0661\u200d\U0001f600"
    rng = random.Random(7)
    for _ in range(1500):
        yield "".join(rng.choice(alphabet) for _ in range(rng.randrange(80)))
    for path in paths:
        process = subprocess.Popen(["zstd", "-dc", path], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        for number, line in zip(range(LIMIT), process.stdout):
            try:
                record = json.loads(line)
            except ValueError:
                continue
            parts = [record[f] for f in FIELDS if isinstance(record, dict) and isinstance(record.get(f), str)]
            text = "\n".join(parts)
            try:
                text.encode()
            except UnicodeEncodeError:
                continue
            if text:
                yield text
        process.kill()
        process.wait()


def datatrove():
    import numpy
    from datatrove.pipeline.dedup.minhash import MinhashConfig, MinhashDedupSignature
    from datatrove.utils.hashing import create_hash_func
    from datatrove.utils.text import ngrams, simplify_text
    from datatrove.utils.word_tokenizers import load_word_tokenizer
    tokenizer = load_word_tokenizer("en")
    tokenizer.word_tokenize("fails here without spaCy")
    stage = MinhashDedupSignature.__new__(MinhashDedupSignature)  # its constructor wants a folder
    stage.config = MinhashConfig()
    stage.num_hashes = stage.config.num_buckets * stage.config.hashes_per_bucket
    stage._parameters = None
    hash_of = create_hash_func(stage.config.hash_config)

    def signature(text):
        words = tokenizer.word_tokenize(simplify_text(text, stage.config.norm_config))
        shingles = [hash_of(" ".join(x)) for x in ngrams(words, stage.config.n_grams)]
        if not shingles:
            return []
        return sum(stage.get_signature(numpy.array(shingles, dtype=numpy.uint64).reshape((-1, 1))), [])
    return signature


def text_dedup():
    import numpy
    from text_dedup.minhash import embed_func, sha1_hash, SEED, SIGNATURE_COLUMN
    rng = numpy.random.RandomState(SEED)
    prime, most = numpy.uint64((1 << 61) - 1), numpy.uint32((1 << 32) - 1)
    hashes = 240
    permutations = (rng.randint(1, prime, size=(hashes,), dtype=numpy.uint64),
                    rng.randint(0, prime, size=(hashes,), dtype=numpy.uint64))

    def signature(text):
        row = embed_func(text, 0, num_perm=hashes, ngram_size=5, min_length=5, hashranges=[(0, hashes)],
                         permutations=permutations, hash_func=sha1_hash, dtype=numpy.uint64, max_hash=most,
                         modulo_prime=prime)
        minima = struct.unpack(f">{hashes}Q", row[SIGNATURE_COLUMN][0])
        return [] if min(minima) == most else minima
    return signature


def datasketch(tokens, n, hashes):
    """RedPajama and Data-Juicer copied datasketch's arithmetic, so it stands for both."""
    from datasketch import MinHash

    def signature(text):
        words = tokens(text)
        if len(words) < n:
            return []
        minhash = MinHash(num_perm=hashes, seed=42, scheme="legacy")
        minhash.update_batch([" ".join(words[i:i + n]).encode() for i in range(len(words) - n + 1)])
        return [int(v) for v in minhash.hashvalues]
    return signature


def data_juicer():
    return datasketch(lambda text: [w for w in text.lower().split(" ") if w], 5, 256)


def redpajama():
    import re
    import string
    import unicodedata
    table = str.maketrans("", "", string.punctuation)

    def tokens(text):
        text = re.sub(r"\s+", " ", text.translate(table).lower().strip())
        return unicodedata.normalize("NFD", text).split()
    return datasketch(tokens, 13, 128)


def main():
    samples = list(texts(sys.argv[2:]))
    with open(sys.argv[1], "wb") as out:
        for name, make in (("datatrove", datatrove), ("text-dedup", text_dedup),
                           ("data-juicer", data_juicer), ("redpajama", redpajama)):
            try:
                signature = make()
            except Exception as error:  # whatever a package throws while it loads
                print(f"{name}: {type(error).__name__}: {error}", file=sys.stderr)
                continue
            for text in samples:
                minima = signature(text)
                data = text.encode()
                out.write(struct.pack("<B", len(name)) + name.encode() + struct.pack("<I", len(data)) + data)
                out.write(struct.pack(f"<I{len(minima)}Q", len(minima), *(int(v) for v in minima)))


if __name__ == "__main__":
    main()
