// filters.length: bounds on how much a record says.
//
// Lengths are totals over the turns in scope. Whole records are too short or too long, not turns: a
// chat may well have an answer of one word. But a chat with an answer of no word, at its end or with
// the talk going on behind it, would teach silence: it is empty, however long the rest is.
#include <cstdint>
#include <limits>

#include "corpus/component.h"
#include "simd/utf8_count.h"
#include "text/utf8.h"
#include "text/words.h"

namespace corpus {
namespace {

struct Options {
  std::int64_t min_chars = 1;
  std::int64_t max_chars = 200000;
  std::int64_t min_words = 0;
  std::int64_t max_words = 0;
};

class Length {
 public:
  Length(Scope scope, const Options& options)
      : scope_(scope),
        min_chars_(static_cast<std::uint64_t>(options.min_chars)),
        max_chars_(limit(options.max_chars)),
        min_words_(static_cast<std::uint64_t>(options.min_words)),
        max_words_(limit(options.max_words)) {}

  Reason operator()(const Record& record) const {
    std::uint64_t bytes = 0;
    for (const Turn& turn : record.turns) {
      if (in_scope(turn, scope_)) bytes += text::trim(turn.text).size();
    }
    if (bytes == 0 || (scope_ == Scope::kResponse && has_silent_answer(record))) return empty_;
    // A character has one to four bytes, so most records need no counting.
    if (bytes > max_chars_ || bytes < 4 * min_chars_) {
      std::uint64_t chars = total(record, simd::count_code_points);
      if (chars < min_chars_) return too_short_;
      if (chars > max_chars_) return too_long_;
    }
    if (min_words_ > 0 || max_words_ < kNoLimit) {
      std::uint64_t words = total(record, text::count_words);
      if (words < min_words_) return too_short_;
      if (words > max_words_) return too_long_;
    }
    return {};
  }

 private:
  static constexpr std::uint64_t kNoLimit = std::numeric_limits<std::uint64_t>::max();
  static std::uint64_t limit(std::int64_t option) {
    return option == 0 ? kNoLimit : static_cast<std::uint64_t>(option);
  }

  // A tool call is an answer whose text may be blank; so may be one of several alternatives, and a
  // further part of an answer.
  static bool has_silent_answer(const Record& record) {
    const auto& turns = record.turns;
    for (std::size_t i = 0; i < turns.size(); ++i) {
      if (turns[i].role != Role::kAssistant || turns[i].rank != 0) continue;
      if (!text::trim(turns[i].text).empty()) continue;
      std::int32_t before = turns[i].parent;
      if (before >= 0 && turns[static_cast<std::size_t>(before)].role == Role::kAssistant) continue;
      bool last = i + 1 == turns.size();
      bool goes_on = !last && turns[i + 1].parent == static_cast<std::int32_t>(i) &&
                     turns[i + 1].role != Role::kCall && turns[i + 1].role != Role::kAssistant;
      if (last || goes_on) return true;
    }
    return false;
  }

  template <typename Count>
  std::uint64_t total(const Record& record, Count count) const {
    std::uint64_t n = 0;
    for (const Turn& turn : record.turns) {
      if (in_scope(turn, scope_)) n += count(text::trim(turn.text));
    }
    return n;
  }

  Scope scope_;
  std::uint64_t min_chars_, max_chars_, min_words_, max_words_;
  Reason empty_ = Reason::intern("filters.length.empty");
  Reason too_short_ = Reason::intern("filters.length.too_short");
  Reason too_long_ = Reason::intern("filters.length.too_long");
};

Result<void> check_order(std::int64_t low, std::int64_t high, const char* what) {
  if (high == 0 || low <= high) return {};
  return Error{Code::kInvalidArgument, std::string("min_") + what + " is above max_" + what +
                                           ": no record could pass; lower one or raise the other"};
}

}  // namespace

Result<Stages> make_filters_length(const Value& value, BuildContext&) {
  Options options;
  options.min_chars = value.get("min_chars", options.min_chars);
  options.max_chars = value.get("max_chars", options.max_chars);
  options.min_words = value.get("min_words", options.min_words);
  options.max_words = value.get("max_words", options.max_words);
  CORPUS_CHECK(check_order(options.min_chars, options.max_chars, "chars"));
  CORPUS_CHECK(check_order(options.min_words, options.max_words, "words"));
  CORPUS_TRY(Scope scope, parse_scope(value.get("scope", "response")));
  return stages(keep_if(Fields::kTurns, Length(scope, options)));
}

}  // namespace corpus
