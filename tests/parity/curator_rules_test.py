#!/usr/bin/env python3
"""Verdicts of filters.nemo_english against the real nemo-curator, of filters.data_juicer against py-data-juicer.

Texts and comparison are those of datatrove_rules_test.py. Both packages are asked one filter after the other, in the
order of NeMo's heuristic_filter_english_pipeline.yaml and of Data-Juicer's recipe alpaca-cot-en-refine; the latter
without flagged words, whose list and model its package fetches.

  curator_rules_test.py            LIMIT records a file, as the test suite runs it
  curator_rules_test.py all FILE.. every record of the files
"""
import rule_verdicts


def nemo(samples):
    from nemo_curator.stages.text.filters.heuristic import string
    from nemo_curator.stages.text.filters.heuristic.repetition import repetition as again
    # Of equally frequent n-grams it takes the one that a set happens to give first, another in each run.
    again.set = dict.fromkeys
    rules = [("alpha_numeric", string.NonAlphaNumericFilter(0.25)), ("symbol_to_word", string.SymbolsToWordsFilter(0.1)),
             ("numbers_ratio", string.NumbersFilter(0.15)), ("urls_ratio", string.UrlsFilter(0.2)),
             ("white_space", string.WhiteSpaceFilter(0.25)), ("parentheses_ratio", string.ParenthesesFilter(0.1)),
             ("boilerplate_string_ratio", string.BoilerPlateStringFilter(True, 0.4)),
             ("repeated_lines", again.RepeatedLinesFilter(0.7)),
             ("repeated_paragraphs", again.RepeatedParagraphsFilter(0.7)),
             ("repeated_lines_char", again.RepeatedLinesByCharFilter(0.8)),
             ("repeated_paragraphs_char", again.RepeatedParagraphsByCharFilter(0.8)),
             ("word_count", string.WordCountFilter(50, 100000)), ("punctuation", string.PunctuationFilter(0.85)),
             ("words_without_alphabets", string.WordsWithoutAlphabetsFilter(0.8)),
             ("common_english_words", string.CommonEnglishWordsFilter(2, True)),
             ("mean_word_length", string.MeanWordLengthFilter(3, 10)), ("max_word_length", string.LongWordFilter(1000)),
             ("ellipsis", string.EllipsisFilter(0.3))]
    for n, limit in zip((2, 3, 4), (0.2, 0.18, 0.16)):
        rules.append((f"repeating_top_{n}grams", again.RepeatingTopNGramsFilter(n, limit)))
    for n, limit in zip(range(5, 11), (0.15, 0.14, 0.13, 0.12, 0.11, 0.10)):
        rules.append((f"repeating_dup_{n}gram", again.RepeatingDuplicateNGramsFilter(n, limit)))
    rules.append(("bullet_ratio", string.BulletsFilter(0.9)))
    for _, rule in rules:
        rule._sentences = rule._paragraphs = rule._ngrams = None

    def verdict(text):
        for name, rule in rules:
            try:
                if not rule.keep_document(rule.score_document(text)):
                    return name
            except ZeroDivisionError:  # a text without words
                return "?"
        return ""

    return [(verdict(text), text) for text in samples]


def data_juicer(samples):
    from data_juicer.ops.filter.alphanumeric_filter import AlphanumericFilter
    from data_juicer.ops.filter.character_repetition_filter import CharacterRepetitionFilter
    from data_juicer.ops.filter.maximum_line_length_filter import MaximumLineLengthFilter
    from data_juicer.ops.filter.text_length_filter import TextLengthFilter
    from data_juicer.utils.constant import Fields
    rules = [("alnum_ratio", AlphanumericFilter(tokenization=False, min_ratio=0.1)),
             ("char_rep_ratio", CharacterRepetitionFilter(rep_len=10, max_ratio=0.6)),
             ("max_line_length", MaximumLineLengthFilter(min_len=20)), ("text_len", TextLengthFilter(min_len=30))]
    out = [""] * len(samples)
    for name, rule in rules:
        batch = {"text": samples, Fields.stats: [{} for _ in samples]}
        rule.compute_stats_batched(batch)
        for i, keep in enumerate(rule.process_batched(batch)):
            if not keep and not out[i]:
                out[i] = name
    return list(zip(out, samples))


SETS = {"nemo_english": nemo, "data_juicer": data_juicer}
PROBE = """import nemo_curator.stages.text.filters.heuristic.string
import data_juicer.ops.filter.alphanumeric_filter"""

if __name__ == "__main__":
    rule_verdicts.main(__file__, PROBE, lambda samples: rule_verdicts.compare(
        samples, SETS, {name: theirs(samples) for name, theirs in SETS.items()}))
