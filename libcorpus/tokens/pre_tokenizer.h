// Pre-tokenizers of tokenizer.json: Sequence, Split, ByteLevel, Digits, Metaspace, WhitespaceSplit.
// Any other is refused by name. What the usual models have is recognised and runs as a scanner
// (scan.h).
//
// Immutable; threads share one, each with its own Memory.
#ifndef CORPUS_TOKENS_PRE_TOKENIZER_H_
#define CORPUS_TOKENS_PRE_TOKENIZER_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "corpus/arena.h"
#include "corpus/result.h"
#include "corpus/value.h"
#include "tokens/regex_split.h"
#include "tokens/scan.h"

namespace corpus::tokens {

class PreTokenizer {
 public:
  static Result<PreTokenizer> parse(const Value& json);  // null: a text is one piece
  static PreTokenizer of(Pattern pattern);
  static Result<PreTokenizer> of_regex(std::string_view regex);

  // Set: all it does is to cut where this scanner cuts.
  std::optional<Pattern> scanner() const { return scanner_; }
  bool byte_level() const { return byte_level_; }
  std::string_view metaspace() const { return metaspace_; }  // what stands for a space, or empty
  bool prepends_space() const { return prepends_space_; }

  struct Memory {
    RegexSplit::Memory regex;
    std::vector<std::string_view> next;
    Arena arena;  // of texts that were changed; reset by the caller
  };
  // The pieces of `text`, in `text` or memory.arena. `first`: the text is where the input begins.
  void split(std::string_view text, bool first, Memory& memory,
             std::vector<std::string_view>& pieces) const;

 private:
  enum class Behavior { kRemoved, kIsolated, kWithPrevious, kWithNext, kContiguous };
  enum class Prepend { kNever, kFirst, kAlways };
  struct Step {
    std::optional<RegexSplit> regex;  // or else:
    std::string space;                // puts this for each space, and before the text
    Prepend prepend = Prepend::kNever;
    Behavior behavior = Behavior::kIsolated;
    bool invert = false;
    std::string source;  // of the regex, to recognise it
  };

  Result<void> add(const Value& json, int depth);
  Result<void> add_split(std::string_view regex, Behavior behavior, bool invert);
  Result<void> add_split(const Value& json);
  Result<void> add_byte_level(const Value& json);
  Result<void> add_metaspace(const Value& json);
  void recognise();
  static void cut(const Step& step, std::string_view text, Memory& memory,
                  std::vector<std::string_view>& out);
  static std::string_view put_spaces(const Step& step, std::string_view text, bool first,
                                     Arena& arena);

  std::vector<Step> steps_;
  std::optional<Pattern> scanner_;
  std::string metaspace_;
  bool byte_level_ = false;
  bool prepends_space_ = false;
};

}  // namespace corpus::tokens

#endif  // CORPUS_TOKENS_PRE_TOKENIZER_H_
