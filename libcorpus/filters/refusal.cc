// filters.refusal: answers in which the teacher refuses, or speaks of itself.
//
// Refusals stand at the beginning of a sentence near the beginning of an answer; disclaimers, names
// and cut-off dates may stand anywhere near it. What is inside quotation marks is somebody else's
// speech, and an answer that is a letter or a dialogue is written for somebody else.
#include <array>
#include <cstdint>
#include <string>

#include "corpus/component.h"
#include "filters/judge.h"
#include "filters/phrase_set.h"
#include "text/fold.h"
#include "text/utf8.h"

namespace corpus {
namespace {

enum Kind { apology_refusal, cannot, policy, identity, disclaimer, knowledge_cutoff, kKinds };
constexpr std::array<std::string_view, kKinds> kNames = {
    "apology_refusal", "cannot", "policy", "identity", "disclaimer", "knowledge_cutoff"};

const PhraseSet& phrases() {
  static const PhraseSet* set = [] {
    using enum PhraseSet::Where;
    auto* out = new PhraseSet;
#define LIST(name, alternatives) out->define(#name, alternatives);
#define PHRASE(reason, where, pattern) out->add(reason, where, pattern);
#include "filters/refusal_patterns.inc"
#undef LIST
#undef PHRASE
    return out;
  }();
  return *set;
}

// A letter, a mail, or a scene with named speakers.
bool is_for_somebody_else(std::string_view folded) {
  for (std::string_view opening : {"dear ", "subject:", "to whom ", "hi [", "hello [", "[", "int.",
                                   "ext.", "scene", "title:"}) {
    if (folded.starts_with(opening)) return true;
  }
  return false;
}

class Refusal {
 public:
  struct Scratch {
    std::string folded;
    PhraseSet::Scratch starts;
  };

  Refusal(Scope scope, std::size_t window, std::uint32_t kinds)
      : scope_(scope), window_(window), kinds_(kinds), phrases_(phrases()) {
    for (int kind = 0; kind < kKinds; ++kind) {
      reasons_[kind] = Reason::intern("filters.refusal." + std::string(kNames[kind]));
    }
  }

  std::uint32_t fields() const { return Fields::kTurns; }

  Reason operator()(const Record& record, Scratch& scratch) const {
    for (const Turn& turn : record.turns) {
      if (!is_judged(turn, scope_)) continue;
      if (std::uint32_t found = kinds_ & find(turn.text, scratch); found != 0) {
        return reasons_[static_cast<std::size_t>(__builtin_ctz(found))];
      }
    }
    return {};
  }

 private:
  std::uint32_t find(std::string_view text, Scratch& scratch) const {
    scratch.folded.clear();
    text::fold(text::first_chars(text::trim(text), window_), scratch.folded);
    if (is_for_somebody_else(scratch.folded)) return 0;
    return phrases_.find(scratch.folded, scratch.starts);
  }

  Scope scope_;
  std::size_t window_;
  std::uint32_t kinds_;
  const PhraseSet& phrases_;
  std::array<Reason, kKinds> reasons_;
};

}  // namespace

Result<Stages> make_filters_refusal(const Value& value, BuildContext&) {
  CORPUS_TRY(Scope scope, parse_scope(value.get("scope", "response")));
  std::uint32_t kinds = 0;
  if (value.find("reasons") == nullptr) kinds = (1U << kKinds) - 1;
  for (const auto& name : value.strings("reasons")) {
    for (std::size_t kind = 0; kind < kKinds; ++kind) {
      if (name == kNames[kind]) kinds |= 1U << kind;
    }
  }
  auto window = static_cast<std::size_t>(value.get("window", 400));
  return judged_by(Refusal(scope, window, kinds));
}

}  // namespace corpus
