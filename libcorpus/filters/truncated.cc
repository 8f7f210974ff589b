// filters.truncated: answers that were cut off.
//
// The recorded finish reason is the best witness. Without one, an answer was cut off when a code
// fence stays open, or when it ends within a sentence although the answer itself closes its
// sentences: the rest of the text shows whether the writer ends lines of that kind with a stop.
// Titles, lists without stops, verse, code, tables and signatures therefore do not count.
#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "corpus/component.h"
#include "filters/judge.h"
#include "filters/line_style.h"
#include "simd/utf8_count.h"
#include "text/fences.h"
#include "text/utf8.h"

namespace corpus {
namespace {

enum Kind : std::uint32_t { kFinishReason = 1, kUnfinishedSentence = 2, kOpenFence = 4, kAll = 7 };

// An answer that ends with a full sentence or with a fence was not cut off: its fences are only
// untidy.
bool ends_in_open_fence(std::string_view text) {
  if (text.empty() || std::string_view(".!?`").find(text.back()) != std::string_view::npos)
    return false;
  return text::walk_fences(text, [](std::string_view, std::string_view) {}).left_open();
}

// Words that lead on to another one, and hardly ever end a title or a list item.
bool leads_on(std::string_view word) {
  static constexpr std::string_view kWords[] = {
      "a",    "although", "an",      "and",   "because", "but",   "could", "her",
      "his",  "into",     "its",     "like",  "may",     "might", "must",  "my",
      "nor",  "of",       "or",      "our",   "than",    "the",   "their", "these",
      "upon", "very",     "whether", "which", "while",   "whose", "would", "your"};
  return std::binary_search(std::begin(kWords), std::end(kWords), word);
}

bool ends_within_sentence(std::string_view text) {
  const Ending ending = ending_of(text);
  if (ending != Ending::kLetter && ending != Ending::kComma) return false;
  std::string_view last = text.substr(text.rfind('\n') + 1);  // npos + 1 is 0
  const LineKind kind = kind_of(last);
  if (kind == LineKind::kOther) return false;
  const LastSentence sentence = last_sentence(last);
  if (!sentence.is_prose) return false;

  std::size_t closed = 0, open = 0;  // lines of the same kind before the last
  for_each_line(text.substr(0, text.size() - last.size()), [&](std::string_view line) {
    line = text::trim(line);
    if (line.size() < kProseBytes || kind_of(line) != kind) return;
    Ending other = ending_of(line);
    closed += other == Ending::kStop;
    open += other == Ending::kLetter || other == Ending::kComma;
  });
  if (leads_on(sentence.last_word)) return open <= closed + sentence.ended_before;
  if (open > 0) return false;
  if (ending == Ending::kComma) return closed + sentence.ended_before >= 1;
  return closed >= 3 || sentence.ended_before >= 2 || (closed >= 1 && sentence.ended_before >= 1);
}

class Truncated {
 public:
  using Scratch = int;  // none needed

  Truncated(Scope scope, std::uint32_t kinds, std::size_t min_chars,
            std::vector<std::string> finish_reasons)
      : scope_(scope),
        kinds_(kinds),
        min_chars_(min_chars),
        finish_reasons_(std::move(finish_reasons)) {}

  std::uint32_t fields() const {
    std::uint32_t fields = 0;
    if ((kinds_ & kFinishReason) != 0) fields |= Fields::kFinish;
    if ((kinds_ & ~kFinishReason) != 0) fields |= Fields::kTurns;
    return fields;
  }

  Reason operator()(const Record& record, Scratch&) const {
    if ((kinds_ & kFinishReason) != 0 && !record.finish_reason.empty() &&
        std::find(finish_reasons_.begin(), finish_reasons_.end(), record.finish_reason) !=
            finish_reasons_.end()) {
      return finish_reason_;
    }
    for (const Turn& turn : record.turns) {
      if (!is_judged(turn, scope_)) continue;
      std::string_view text = text::trim(turn.text);
      if ((kinds_ & kOpenFence) != 0 && ends_in_open_fence(text)) return open_fence_;
      if ((kinds_ & kUnfinishedSentence) != 0 && text.size() >= min_chars_ &&
          ends_within_sentence(text) && simd::count_code_points(text) >= min_chars_) {
        return unfinished_sentence_;
      }
    }
    return {};
  }

 private:
  Scope scope_;
  std::uint32_t kinds_;
  std::size_t min_chars_;
  std::vector<std::string> finish_reasons_;
  Reason finish_reason_ = Reason::intern("filters.truncated.finish_reason");
  Reason unfinished_sentence_ = Reason::intern("filters.truncated.unfinished_sentence");
  Reason open_fence_ = Reason::intern("filters.truncated.open_fence");
};

}  // namespace

Result<Stages> make_filters_truncated(const Value& value, BuildContext&) {
  CORPUS_TRY(Scope scope, parse_scope(value.get("scope", "response")));
  std::uint32_t kinds = 0;
  if (value.find("reasons") == nullptr) kinds = kAll;
  for (const auto& name : value.strings("reasons")) {
    kinds |= name == "finish_reason"         ? kFinishReason
             : name == "unfinished_sentence" ? kUnfinishedSentence
                                             : kOpenFence;
  }
  std::vector<std::string> finish = {"length", "max_tokens", "content_filter"};
  if (value.find("finish_reasons") != nullptr) finish = value.strings("finish_reasons");
  auto min_chars = static_cast<std::size_t>(value.get("min_chars", 200));
  return judged_by(Truncated(scope, kinds, min_chars, std::move(finish)));
}

}  // namespace corpus
