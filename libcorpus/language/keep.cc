// language.keep: drops records in other languages than the ones listed, or whose language is in
// doubt.
#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "core/joined_turns.h"
#include "corpus/component.h"
#include "language/identifier.h"

namespace corpus {
namespace {

using language::Identifier;

struct Scratch final : State {
  explicit Scratch(const Identifier& identifier) : words(identifier.scratch()) {}
  Identifier::Scratch words;
  std::string joined;
};

class LanguageKeep final : public Map {
 public:
  LanguageKeep(Identifier identifier, const Value& options, Scope scope)
      : identifier_(std::move(identifier)),
        languages_(options.strings("languages")),
        min_score_(options.get("min_score", 0.5)),
        keep_undetermined_(options.get("undetermined", "keep") == "keep"),
        scope_(scope) {}
  std::uint32_t fields() const override { return Fields::kTurns; }
  bool drops_only() const override { return true; }
  std::unique_ptr<State> scratch() const override { return std::make_unique<Scratch>(identifier_); }

  Result<void> run(Batch& batch, State* state) const override {
    auto& scratch = static_cast<Scratch&>(*state);
    for (Record& record : batch.records) {
      if (!record.drop) record.drop = judge(joined_turns(record, scope_, scratch.joined), scratch);
    }
    return {};
  }

 private:
  Reason judge(std::string_view text, Scratch& scratch) const {
    auto guess = identifier_.guess(text, scratch.words);
    if (guess.language == language::kUndetermined)
      return keep_undetermined_ ? Reason() : undetermined_;
    if (std::find(languages_.begin(), languages_.end(), guess.language) == languages_.end())
      return other_;
    return guess.score < min_score_ ? score_ : Reason();
  }

  Identifier identifier_;
  std::vector<std::string> languages_;
  double min_score_;
  bool keep_undetermined_;
  Scope scope_;
  Reason other_ = Reason::intern("language.keep.other"),
         score_ = Reason::intern("language.keep.low_score"),
         undetermined_ = Reason::intern("language.keep.undetermined");
};

}  // namespace

Result<Stages> make_language_keep(const Value& options, BuildContext& context) {
  CORPUS_TRY(Scope scope, parse_scope(options.get("scope", "response")));
  CORPUS_TRY(Identifier identifier, Identifier::from_options(options));
  CORPUS_CHECK(context.memory->reserve(identifier.memory(), "language.keep"));
  return stages(std::make_unique<LanguageKeep>(std::move(identifier), options, scope));
}

}  // namespace corpus
