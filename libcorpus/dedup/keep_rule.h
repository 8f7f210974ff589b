// KeepRule: which record of several near duplicates stays. Each record gets a rank; the highest
// stays, of equal ones the first in input order.
#ifndef CORPUS_DEDUP_KEEP_RULE_H_
#define CORPUS_DEDUP_KEEP_RULE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "corpus/record.h"
#include "corpus/result.h"
#include "json/index.h"
#include "json/pointer.h"

namespace corpus {

class KeepRule {
 public:
  // "first", "longest" or "max:" and a JSON Pointer to a number.
  static Result<KeepRule> parse(std::string_view text);

  // One worker's memory.
  struct Scratch {
    json::Index index;
    std::string text;
  };
  // `bytes` of text in scope decide for "longest". For "max:" a record without a number there ranks
  // below all that have one.
  std::uint64_t rank(const Record& record, std::uint64_t bytes, Scratch& scratch) const;

 private:
  enum class What : std::uint8_t { kFirst, kLongest, kMax };
  What what_ = What::kFirst;
  std::optional<json::Pointer> pointer_;
};

}  // namespace corpus

#endif  // CORPUS_DEDUP_KEEP_RULE_H_
