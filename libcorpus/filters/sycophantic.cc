// filters.sycophantic: answers that flatter before they answer.
//
// Only tags: that a teacher writes "Great question!" says nothing about the answer behind it. What
// counts stands within the first characters of an answer, at the beginning of a sentence.
#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "corpus/component.h"
#include "filters/phrase_set.h"
#include "filters/record_rule_map.h"
#include "text/fold.h"
#include "text/utf8.h"

namespace corpus {
namespace {

enum Kind { praise, agreement, thanks, eager, kKinds };
constexpr std::array<std::string_view, kKinds> kNames = {"praise", "agreement", "thanks", "eager"};

const PhraseSet& phrases() {
  static const PhraseSet* set = [] {
    auto* out = new PhraseSet;
#define LIST(name, alternatives) out->define(#name, alternatives);
#define PHRASE(kind, pattern) out->add(kind, PhraseSet::Where::kSentence, pattern);
#include "filters/sycophantic_patterns.inc"
#undef LIST
#undef PHRASE
    return out;
  }();
  return *set;
}

class Sycophantic {
 public:
  static constexpr std::string_view kTag = "sycophantic";
  struct Scratch {
    std::string folded;
    PhraseSet::Scratch starts;
  };

  explicit Sycophantic(std::size_t window) : window_(window), phrases_(phrases()) {
    for (std::size_t kind = 0; kind < kKinds; ++kind) {
      reasons_[kind] = Reason::intern("filters.sycophantic." + std::string(kNames[kind]));
    }
  }

  Reason judge(const Record& record, Scratch& scratch, Signals*) const {
    for (const Turn& turn : record.turns) {
      if (turn.role != Role::kAssistant || turn.rank != 0) continue;
      scratch.folded.clear();
      text::fold(text::first_chars(text::trim(turn.text), window_), scratch.folded);
      std::uint32_t found = phrases_.find(scratch.folded, scratch.starts);
      if (found != 0) return reasons_[static_cast<std::size_t>(__builtin_ctz(found))];
    }
    return {};
  }

 private:
  std::size_t window_;
  const PhraseSet& phrases_;
  std::array<Reason, kKinds> reasons_;
};

}  // namespace

Result<Stages> make_filters_sycophantic(const Value& value, BuildContext&) {
  return answers_ruled_by(Sycophantic(static_cast<std::size_t>(value.get("window", 100))), true);
}

}  // namespace corpus
