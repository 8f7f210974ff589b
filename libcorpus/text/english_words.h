// What spaCy's rule-based English tokenizer does to a word that holds no punctuation: contractions
// that lost their apostrophe ("dont", "theyll") and units behind a digit ("0km") are cut. The rest
// of its rules concerns punctuation, which is gone before, and symbols such as the euro sign, which
// are not imitated.
#ifndef CORPUS_TEXT_ENGLISH_WORDS_H_
#define CORPUS_TEXT_ENGLISH_WORDS_H_

#include <string_view>

namespace corpus {

// A word is up to three tokens: [0, first), [first, second) and [second, size); empty ones are
// none.
struct EnglishCuts {
  std::string_view::size_type first, second;
};
EnglishCuts cut_english(std::string_view word);

}  // namespace corpus

#endif  // CORPUS_TEXT_ENGLISH_WORDS_H_
