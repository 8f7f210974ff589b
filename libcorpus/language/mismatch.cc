// language.mismatch: drops records with an answer in another language than its question.
//
// Sure before complete. An answer goes only when both it and its question are prose of one language
// each (no code, no list of names), without doubt and long enough to tell; when the languages are
// not ones that are taken for each other; when nothing in the prompt speaks of languages or
// translation; and when no line of the question is in the answer's language (a text to work on,
// say).
#include <algorithm>
#include <array>
#include <memory>
#include <string>
#include <utility>

#include "corpus/component.h"
#include "language/identifier.h"
#include "language/prose.h"
#include "text/scripts.h"

namespace corpus {
namespace {

using language::Guess;
using language::Identifier;

constexpr double kSure = 0.95;
// Letters that a text needs to be judged: by its script where that tells the languages apart, else
// by its words. An ideograph counts as three.
constexpr std::size_t kEnoughByScript = 30, kEnoughByWords = 120;

// Languages that identifiers take for each other.
constexpr std::array kClose = std::to_array<std::string_view>(
    {" no nb nn da sv is ", " hr sr bs sh sl mk bg cnr ", " id ms jv su ", " cs sk ",
     " es gl ca pt ast oc an it la ", " zh zh-Hant yue wuu ja ", " ru uk be bg ", " hi mr ne bh ",
     " fa ps ur ar ", " nl af fy li ", " tr az tk ", " en sco ", " fi et ", " de lb nds als ",
     " fr wa oc "});

bool close(std::string_view a, std::string_view b) {
  auto in = [](std::string_view group, std::string_view language) {
    std::size_t at = group.find(language);
    return at != std::string_view::npos && group[at - 1] == ' ' &&
           group[at + language.size()] == ' ';
  };
  return a == b || std::any_of(kClose.begin(), kClose.end(), [&](std::string_view group) {
           return in(group, a) && in(group, b);
         });
}

struct Scratch final : State {
  explicit Scratch(const Identifier& identifier) : words(identifier.scratch()) {}
  Identifier::Scratch words;
  std::string question, question_prose, answer_prose, lower;
};

class Mismatch final : public Map {
 public:
  explicit Mismatch(Identifier identifier) : identifier_(std::move(identifier)) {}
  std::uint32_t fields() const override { return Fields::kTurns; }
  bool drops_only() const override { return true; }
  std::unique_ptr<State> scratch() const override { return std::make_unique<Scratch>(identifier_); }

  Result<void> run(Batch& batch, State* state) const override {
    auto& scratch = static_cast<Scratch&>(*state);
    for (Record& record : batch.records) {
      if (record.drop) continue;
      for (std::size_t i = 0; i < record.turns.size(); ++i) {
        const Turn& turn = record.turns[i];
        // Alternatives of a lower rank are there to be worse.
        if (turn.role != Role::kAssistant || turn.rank != 0) continue;
        if (!differs(record, i, scratch)) continue;
        record.drop = reason_;
        break;
      }
    }
    return {};
  }

 private:
  bool differs(const Record& record, std::size_t answer, Scratch& scratch) const {
    std::string_view text = record.turns[answer].text;
    std::string_view question = question_of(record, answer, scratch.question);
    Guess asked = identifier_.guess(question, scratch.words);
    if (asked.language == language::kUndetermined) return false;
    Guess said = identifier_.guess(text, scratch.words);
    if (said.language == language::kUndetermined || close(asked.language, said.language))
      return false;
    return proved(record, question, text, scratch);
  }

  // Few records come this far.
  bool proved(const Record& record, std::string_view question, std::string_view answer,
              Scratch& scratch) const {
    for (const Turn& turn : record.turns) {
      if (in_scope(turn, Scope::kPrompt) && language::speaks_of_languages(turn.text, scratch.lower))
        return false;
    }
    language::prose(question, scratch.question_prose);
    language::prose(answer, scratch.answer_prose);
    Guess asked = identifier_.guess_whole(scratch.question_prose, scratch.words);
    Guess said = identifier_.guess_whole(scratch.answer_prose, scratch.words);
    if (!asked.sure || !said.sure || asked.score < kSure || said.score < kSure ||
        asked.language == language::kUndetermined || said.language == language::kUndetermined ||
        close(asked.language, said.language)) {
      return false;
    }
    auto asked_in = scripts_.most(scratch.question_prose),
         said_in = scripts_.most(scratch.answer_prose);
    std::size_t enough = asked_in.script == said_in.script ? kEnoughByWords : kEnoughByScript;
    if (letters(asked_in) < enough || letters(said_in) < enough || mixed(asked_in) ||
        mixed(said_in))
      return false;
    if (language::mostly_names(scratch.answer_prose) ||
        language::mostly_names(scratch.question_prose))
      return false;
    return !has_line_in(question, said.language, scratch);
  }

  static std::size_t letters(const text::Scripts::Most& most) {
    return most.script == "Hani" ? 3 * most.letters : most.letters;
  }

  // A word of another script may be what the question is about.
  static bool mixed(const text::Scripts::Most& most) {
    return static_cast<double>(most.letters) <
           kSure * static_cast<double>(most.letters + most.others);
  }

  bool has_line_in(std::string_view text, std::string_view language, Scratch& scratch) const {
    while (!text.empty()) {
      std::size_t end = std::min(text.find('\n'), text.size());
      if (identifier_.guess_whole(text.substr(0, end), scratch.words).language == language)
        return true;
      text.remove_prefix(std::min(end + 1, text.size()));
    }
    return false;
  }

  // What the users said since the last answer.
  static std::string_view question_of(const Record& record, std::size_t answer,
                                      std::string& buffer) {
    buffer.clear();
    for (auto at = record.turns[answer].parent; at >= 0;
         at = record.turns[static_cast<std::size_t>(at)].parent) {
      const Turn& turn = record.turns[static_cast<std::size_t>(at)];
      if (turn.role == Role::kAssistant) break;
      if (turn.role != Role::kUser) continue;
      if (!buffer.empty()) buffer.insert(0, 1, '\n');
      buffer.insert(0, turn.text);
    }
    return buffer;
  }

  Identifier identifier_;
  text::Scripts scripts_;
  Reason reason_ = Reason::intern("language.mismatch.answer");
};

}  // namespace

Result<Stages> make_language_mismatch(const Value& options, BuildContext& context) {
  CORPUS_TRY(Identifier identifier, Identifier::from_options(options, 96));
  CORPUS_CHECK(context.memory->reserve(identifier.memory(), "language.mismatch"));
  return stages(std::make_unique<Mismatch>(std::move(identifier)));
}

}  // namespace corpus
