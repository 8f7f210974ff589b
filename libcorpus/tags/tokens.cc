// tags.tokens: how many tokens a record has, as "tokens": N (or under another key).
//
// Counts the ids of the turns in scope, each encoded by itself without a template.
#include <charconv>
#include <memory>
#include <string>

#include "corpus/component.h"
#include "corpus/tokenizer.h"

namespace corpus {
namespace {

struct Scratch final : State {
  explicit Scratch(const Tokenizer& tokenizer) : memory(tokenizer.scratch()) {}
  std::unique_ptr<Tokenizer::Scratch> memory;
  std::vector<TokenId> ids;
};

class TokensTag final : public Map {
 public:
  TokensTag(std::unique_ptr<Tokenizer> tokenizer, Scope scope, std::string key)
      : tokenizer_(std::move(tokenizer)), scope_(scope), key_(std::move(key)) {}
  std::uint32_t fields() const override { return Fields::kTurns; }
  std::unique_ptr<State> scratch() const override { return std::make_unique<Scratch>(*tokenizer_); }

  Result<void> run(Batch& batch, State* state) const override {
    auto& scratch = static_cast<Scratch&>(*state);
    for (std::size_t i = 0; i < batch.records.size(); ++i) {
      const Record& record = batch.records[i];
      if (record.drop) continue;
      std::size_t tokens = 0;
      for (const Turn& turn : record.turns) {
        if (!in_scope(turn, scope_)) continue;
        scratch.ids.clear();
        tokenizer_->encode(turn.text, false, *scratch.memory, scratch.ids);
        tokens += scratch.ids.size();
      }
      char digits[20];
      auto end = std::to_chars(digits, digits + sizeof digits, tokens).ptr;
      batch.tag(i, key_, batch.arena.copy({digits, static_cast<std::size_t>(end - digits)}));
    }
    return {};
  }

 private:
  std::unique_ptr<Tokenizer> tokenizer_;
  Scope scope_;
  std::string key_;
};

}  // namespace

Result<Stages> make_tags_tokens(const Value& value, BuildContext&) {
  CORPUS_TRY(Scope scope, parse_scope(value.get("scope", "text")));
  CORPUS_TRY(auto tokenizer, Tokenizer::open(value.get("tokenizer", ""), value.get("pattern", "")));
  return stages(
      std::make_unique<TokensTag>(std::move(tokenizer), scope, value.get("key", "tokens")));
}

}  // namespace corpus
