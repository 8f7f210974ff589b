// language.id: which language each part of a record is in, as
//   "language": {"response": {"language": "en", "score": 0.98, "script": "Latn"}, ...}
//
// Parts are the whole record, the prompt, the response, and each turn by itself ("turns" is an
// array in the order of the turns).
#include <algorithm>
#include <charconv>
#include <memory>
#include <string>
#include <vector>

#include "core/joined_turns.h"
#include "corpus/component.h"
#include "json/escape.h"
#include "language/identifier.h"
#include "text/scripts.h"

namespace corpus {
namespace {

using language::Guess;
using language::Identifier;

struct Scratch final : State {
  explicit Scratch(const Identifier& identifier) : words(identifier.scratch()) {}
  Identifier::Scratch words;
  std::string joined, json;
};

class LanguageTag final : public Map {
 public:
  LanguageTag(Identifier identifier, std::vector<std::string> parts, std::string key)
      : identifier_(std::move(identifier)), parts_(std::move(parts)), key_(std::move(key)) {}
  std::uint32_t fields() const override { return Fields::kTurns; }
  std::unique_ptr<State> scratch() const override { return std::make_unique<Scratch>(identifier_); }

  Result<void> run(Batch& batch, State* state) const override {
    auto& scratch = static_cast<Scratch&>(*state);
    for (std::size_t i = 0; i < batch.records.size(); ++i) {
      const Record& record = batch.records[i];
      if (record.drop) continue;
      scratch.json = "{";
      for (const std::string& part : parts_) {
        if (scratch.json.size() > 1) scratch.json += ',';
        scratch.json.append(1, '"').append(part).append("\":");
        if (part == "turns") {
          say_turns(record, scratch);
        } else {
          say(joined_turns(record, *parse_scope(part), scratch.joined), scratch);
        }
      }
      scratch.json += '}';
      batch.tag(i, key_, batch.arena.copy(scratch.json));
    }
    return {};
  }

 private:
  void say_turns(const Record& record, Scratch& scratch) const {
    scratch.json += '[';
    for (const Turn& turn : record.turns) {
      if (scratch.json.back() != '[') scratch.json += ',';
      say(turn.text, scratch);
    }
    scratch.json += ']';
  }
  void say(std::string_view text, Scratch& scratch) const {
    Guess guess = identifier_.guess(text, scratch.words);
    scratch.json += "{\"language\":";
    json::append_quoted(scratch.json, guess.language);
    char digits[32];
    auto end =
        std::to_chars(digits, digits + sizeof digits, guess.score, std::chars_format::general, 4)
            .ptr;
    scratch.json.append(",\"score\":").append(digits, end);
    std::string_view script = scripts_.most(identifier_.sample(text, scratch.words)).script;
    scratch.json.append(",\"script\":\"").append(script).append("\"}");
  }

  Identifier identifier_;
  text::Scripts scripts_;
  std::vector<std::string> parts_;
  std::string key_;
};

}  // namespace

Result<Stages> make_language_id(const Value& options, BuildContext& context) {
  CORPUS_TRY(Identifier identifier, Identifier::from_options(options));
  auto parts = options.strings("parts");
  if (parts.empty()) parts = {"text"};
  CORPUS_CHECK(context.memory->reserve(identifier.memory(), "language.id"));
  return stages(std::make_unique<LanguageTag>(std::move(identifier), std::move(parts),
                                              options.get("key", "language")));
}

}  // namespace corpus
