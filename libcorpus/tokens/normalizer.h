// Normalizers of tokenizer.json: NFC, NFD, NFKC, NFKD, Prepend, Replace (of a string) and Sequence.
// Any other is refused by name.
#ifndef CORPUS_TOKENS_NORMALIZER_H_
#define CORPUS_TOKENS_NORMALIZER_H_

#include <string>
#include <string_view>
#include <vector>

#include "corpus/result.h"
#include "corpus/value.h"
#include "text/unicode_forms.h"

namespace corpus::tokens {

class Normalizer {
 public:
  Normalizer() = default;                              // changes nothing
  static Result<Normalizer> parse(const Value& json);  // null: changes nothing

  bool empty() const { return steps_.empty(); }
  // `text` normalised: a view of `text` itself when nothing changes, else of `buffer`.
  std::string_view apply(std::string_view text, std::string& buffer) const;
  // What it puts before a text ("\u2581"), which decoding takes away again; else empty.
  std::string_view prepends() const;
  bool spaces_become(std::string_view replacement) const;

 private:
  enum class Kind { kForm, kPrepend, kReplace };
  struct Step {
    Kind kind;
    text::Form form;
    std::string from, to;
  };
  Result<void> add(const Value& json, int depth);
  std::vector<Step> steps_;
};

}  // namespace corpus::tokens

#endif  // CORPUS_TOKENS_NORMALIZER_H_
