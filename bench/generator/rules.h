// The word lists and templates, by domain. Flat tables: all words and sentences are our own.
#ifndef CORPUS_BENCH_GENERATOR_RULES_H_
#define CORPUS_BENCH_GENERATOR_RULES_H_

#include "grammar.h"

namespace corpus::demo {

void add_words(Grammar& g);
void add_story_rules(Grammar& g);
void add_number_rules(Grammar& g);
void add_code_rules(Grammar& g);
void add_advice_rules(Grammar& g);

}  // namespace corpus::demo

#endif  // CORPUS_BENCH_GENERATOR_RULES_H_
