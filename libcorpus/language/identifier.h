// Which language a text is in: CLD2's tables, or a fastText model (lid.176).
//
// Both are asked about the text as it is. With a sample size only a part of a longer text is read:
// its beginning and its middle; where that leaves a doubt, the whole text. Immutable after open();
// threads may share one, each with its own Scratch (CLD2 keeps no state between calls).
#ifndef CORPUS_LANGUAGE_IDENTIFIER_H_
#define CORPUS_LANGUAGE_IDENTIFIER_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "corpus/component.h"
#include "corpus/result.h"
#include "corpus/value.h"
#include "text/fasttext_model.h"

namespace corpus::language {

inline constexpr std::string_view kUndetermined = "und";  // BCP 47

struct Guess {
  std::string_view language = kUndetermined;  // BCP 47, as the model has it: "en", "zh-Hant"
  double score = 0;   // CLD2: share of the text in that language; fastText: probability
  bool sure = false;  // CLD2: what it calls reliable; fastText: a score of 0.5 or more
};

class Identifier {
 public:
  // `model`: "cld2" or the path of a fastText model. `sample`: bytes to read of a text; 0: all.
  static Result<Identifier> open(const std::string& model, std::size_t sample);
  // The options "model" and "sample" of a component.
  static Result<Identifier> from_options(const Value& options, int default_sample = 0);

  std::uint64_t memory() const { return model_ ? model_->memory() : 0; }  // bytes held, about

  struct Scratch {
    std::string clean, sampled;
    std::optional<text::FastTextModel::Scratch> words;
  };
  Scratch scratch() const;
  Guess guess(std::string_view text, Scratch& scratch) const;
  Guess guess_whole(std::string_view text, Scratch& scratch) const;  // whatever the sample size
  // A few bytes that stand for the text: the part that guess() reads at first. May point into the
  // text or into the scratch.
  std::string_view sample(std::string_view text, Scratch& scratch) const;

 private:
  std::size_t sample_ = 0;
  std::unique_ptr<const text::FastTextModel> model_;  // null: CLD2
};

}  // namespace corpus::language

#endif  // CORPUS_LANGUAGE_IDENTIFIER_H_
