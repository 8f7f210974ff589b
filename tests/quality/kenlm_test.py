#!/usr/bin/env python3
"""N-gram models against KenLM: it reads the ARPA files that corpus quality train writes, gives the same log10
probabilities, and they sum to one. Then models with n-grams left out, as other tools prune them.
"""
import importlib.util
import json
import math
import os
import pathlib
import random
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
BINARY = os.environ.get("CORPUS_BINARY", str(ROOT / "build/dev/bin/corpus"))
TOLERANCE = 1e-5  # of the mean log10 probability of a word: the tag has six digits


def texts(seed, count):
    """Sentences of a made-up language: frequent words, rare ones, habits, line breaks, characters beyond ASCII."""
    rng = random.Random(seed)
    common = ["the", "a", "of", "house", "walks", "\u00fcber", "\u732b", "sees", "and", "river", "cold", "<b>", "it's"]
    for _ in range(count):
        words, out = rng.randint(1, 40), []
        for _ in range(words):
            if out and rng.random() < 0.4:
                out.append(common[(common.index(out[-1]) * 7 + 3) % len(common)] if out[-1] in common else "the")
            else:
                out.append(common[min(rng.randrange(13), rng.randrange(13))] if rng.random() < 0.85 else
                           f"w{int(rng.paretovariate(0.8))}")
        yield "".join(word + rng.choice([" ", " ", " ", "  ", "\t", "\n", "\n\n"]) for word in out)


def write(path, lines):
    path.write_text("".join(json.dumps({"text": line}) + "\n" for line in lines), encoding="utf-8")


def perplexities(folder, model, path):
    out = subprocess.run([BINARY, "quality", "apply", path, "--model", model, "--scope", "text", "-o", "-", "-q"],
                         stdout=subprocess.PIPE, check=True).stdout
    return [json.loads(line)["corpus"]["perplexity"] for line in out.splitlines()]


def mean_log10(model, text):
    total = count = 0
    for line in text.split("\n"):
        words = [word for word in re.split(r"[ \t]+", line) if word]
        if words:
            total += model.score(" ".join(words))
            count += len(words) + 1
    return total / count


def differences(kenlm, folder, arpa, path, lines):
    model = kenlm.Model(str(arpa))
    ours = [-math.log10(p) for p in perplexities(folder, arpa, path)]
    assert len(ours) == len(lines)
    return max(abs(a - mean_log10(model, line)) for a, line in zip(ours, lines)), model


def pruned(arpa, keep):
    """The model without some of its n-grams. What begins another one stays, as KenLM demands; what ends it need not."""
    rng = random.Random(3)
    sections = re.split(r"\n(?=\\\d-grams:|\\end\\)", arpa)
    needed = set()
    for n in range(len(sections) - 2, 1, -1):
        head, *grams = sections[n].strip("\n").split("\n")
        words = lambda gram: gram.split("\t")[1]
        grams = [gram for gram in grams if words(gram) in needed or rng.random() < keep]
        needed = {words(gram).rsplit(" ", 1)[0] for gram in grams}
        sections[0] = re.sub(rf"ngram {n}=\d+", f"ngram {n}={len(grams)}", sections[0])
        sections[n] = "\n".join([head, *grams]) + "\n"
    return "\n".join(sections)


def main():
    if importlib.util.find_spec("kenlm") is None:
        print("skipped: no package kenlm")
        sys.exit(77)
    import kenlm
    wrong = 0
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        lines = list(texts(2, 300))
        write(folder / "train.jsonl", texts(1, 3000))
        write(folder / "test.jsonl", lines)
        for order in (2, 3, 5):
            arpa = folder / f"{order}.arpa"
            subprocess.run([BINARY, "quality", "train", folder / "train.jsonl", "--scope", "text", "--order",
                            str(order), "-o", arpa, "-q"], check=True)
            worst, model = differences(kenlm, folder, arpa, folder / "test.jsonl", lines)
            unigrams = arpa.read_text(encoding="utf-8").split("\\1-grams:\n")[1].split("\n\n")[0].split("\n")
            vocabulary = [line.split("\t")[1] for line in unigrams]
            sums = []
            for context in ([], ["the"], ["a", "house"], ["never", "seen"], ["of", "the", "river", "and"]):
                state = kenlm.State()
                model.BeginSentenceWrite(state)
                for word in context:
                    after = kenlm.State()
                    model.BaseScore(state, word, after)
                    state = after
                sums.append(sum(10 ** model.BaseScore(state, word, kenlm.State())
                                for word in vocabulary if word != "<s>"))
            print(f"order {order}: log10 of a word differs by up to {worst:.1e}; "
                  f"sums of probabilities {min(sums):.6f} to {max(sums):.6f}")
            wrong += worst > TOLERANCE or max(abs(s - 1) for s in sums) > 1e-4
        whole = (folder / "5.arpa").read_text(encoding="utf-8")
        (folder / "pruned.arpa").write_text(pruned(whole, 0.5), encoding="utf-8")
        worst, _ = differences(kenlm, folder, folder / "pruned.arpa", folder / "test.jsonl", lines)
        print(f"n-grams left out: differs by up to {worst:.1e}")
        wrong += worst > TOLERANCE
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
