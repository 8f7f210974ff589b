#!/usr/bin/env python3
"""Verdicts of filters.gopher_quality, gopher_repetition, fineweb and c4 against the real datatrove.

Takes texts of English corpora (up to LIMIT a file), asks datatrove's filters with their own word
splitter (spaCy), and `corpus run` with one rule set each. Verdict and reason have to be equal for
99.9% of the texts, and so have the texts that C4 rewrites; each difference is printed.

  datatrove_rules_test.py            LIMIT records a file, as the test suite runs it
  datatrove_rules_test.py all FILE.. every record of the files
"""
import importlib

import rule_verdicts

SETS = {"gopher_quality": "gopher_quality_filter.GopherQualityFilter", "fineweb": "fineweb_quality_filter.FineWebQualityFilter",
        "gopher_repetition": "gopher_repetition_filter.GopherRepetitionFilter", "c4": "c4_filters.C4QualityFilter"}
# Reasons that are named after what was measured here.
NAMES = {f"duplicated_{n}_n_grams": f"duplicated_{n}_grams" for n in range(5, 11)}


def theirs(samples):
    """Verdict and text by rule set. All filters see one text before the next: datatrove remembers its last words."""
    from datatrove.data import Document
    rules = {}
    for name, path in SETS.items():
        module, cls = path.split(".")
        rules[name] = getattr(importlib.import_module(f"datatrove.pipeline.filters.{module}"), cls)()
    out = {name: [] for name in SETS}
    for text in samples:
        for name, rule in rules.items():
            document = Document(text=text, id="0")
            try:
                verdict = rule.filter(document)
            except ZeroDivisionError:  # a text without words or lines
                verdict = (False, "?")
            reason = verdict[1].removeprefix("gopher_") if isinstance(verdict, tuple) else "" if verdict else "?"
            out[name].append((NAMES.get(reason, reason), document.text))
    return out


PROBE = """import spacy, datatrove.pipeline.filters
from datatrove.utils.word_tokenizers import load_word_tokenizer
load_word_tokenizer('en').word_tokenize('a b')"""

if __name__ == "__main__":
    rule_verdicts.main(__file__, PROBE, lambda samples: rule_verdicts.compare(samples, SETS, theirs(samples)))
