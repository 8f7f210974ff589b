// Values that hold several turns and are no chat: instances, choices, samples, ranked answers.
#include <algorithm>
#include <charconv>

#include "adapters/extraction.h"

namespace corpus {
namespace {

// A number token; 0 for anything else.
double number(Extraction& x, json::Cursor value) {
  std::string_view text = value.peek() == '"' ? std::string_view() : x.turns.text(value);
  double out = 0;
  std::from_chars(text.data(), text.data() + text.size(), out);
  return out;
}

}  // namespace

bool add_strings(Extraction& x, json::Cursor array, Role role) {
  return for_each(array, [&](json::Cursor& at) {
    if (at.peek() != '"') return false;
    x.last = x.turns.add(role, at, x.last);
    at.next();
    return true;
  });
}

bool add_history(Extraction& x, json::Cursor array) {
  return for_each(array, [&](json::Cursor& pair) {
    if (pair.peek() != '[') return false;
    bool ok = add_chat(x, pair);
    pair.skip();
    return ok;
  });
}

bool add_instances(Extraction& x, json::Cursor array) {
  int instruction = x.last;
  return for_each(array, [&](json::Cursor& at) {
    if (at.peek() != '{' || !x.read(x.element, at)) return false;
    const Members& m = x.element;
    int parent = instruction;
    if (m.has(Key::kInput) && is_scalar(m.kind(Key::kInput)) && !is_blank(m.cursor(Key::kInput))) {
      parent = x.turns.add(Role::kUser, m.cursor(Key::kInput), parent);
    }
    Key output = (m.present() & KeySet{Key::kOutput, Key::kCompletion, Key::kResponse}).first();
    if (output != Key::kNone && is_scalar(m.kind(output))) {
      x.turns.add(Role::kAssistant, m.cursor(output), parent);
    }
    return true;
  });
}

bool add_dialogue(Extraction& x, json::Cursor turns) {
  json::Cursor reference;
  bool answered = x.record.has(Key::kReference) && x.record.kind(Key::kReference) == '[';
  if (answered) {
    reference = x.record.cursor(Key::kReference);
    reference.next();
  }
  return for_each(turns, [&](json::Cursor& at) {
    if (at.peek() == '{') return x.read(x.message, at) && add_message(x, Role::kUser, 0);
    if (at.peek() != '"') return false;
    x.last = x.turns.add(Role::kUser, at, x.last);
    at.next();
    if (answered && reference.peek() == '"') {
      x.last = x.turns.add(Role::kAssistant, reference, x.last);
      reference.next();
      reference.next_if(',');
    }
    return true;
  });
}

bool add_choices(Extraction& x, json::Cursor array) {
  unsigned rank = 0;
  return for_each(array, [&](json::Cursor& at) {
    if (at.peek() != '{' || !x.read(x.element, at)) return false;
    const Members& m = x.element;
    x.last = x.prompt;
    bool ok = false;
    if (m.has(Key::kMessage) && m.kind(Key::kMessage) == '{') {
      json::Cursor message = m.cursor(Key::kMessage);
      ok = x.read(x.message, message) && add_message(x, Role::kAssistant, rank);
    } else if (m.has(Key::kTurns) && m.kind(Key::kTurns) == '[') {
      int first = x.turns.size();
      ok = add_strings(x, m.cursor(Key::kTurns), Role::kAssistant);
      if (ok && x.turns.size() > first) {
        x.turns.turns()[static_cast<std::size_t>(first)].rank =
            static_cast<std::uint8_t>(std::min(rank, 255U));
      }
    } else if (m.has(Key::kText) && m.has(Key::kFinishReason) && m.kind(Key::kText) == '"') {
      // Without a finish reason it may be one of the options of a multiple-choice question.
      x.last = x.turns.add(Role::kAssistant, m.cursor(Key::kText), x.last, rank);
      ok = true;
    }
    if (ok && rank == 0 && m.has(Key::kFinishReason) && m.kind(Key::kFinishReason) == '"') {
      x.finish_reason = m.cursor(Key::kFinishReason);
    }
    ++rank;
    return ok;
  });
}

bool add_samples(Extraction& x, json::Cursor array) {
  return for_each(array, [&](json::Cursor& at) {
    if (at.peek() != '{' || !x.read(x.element, at)) return false;
    if (!x.element.has(Key::kPrompt) || !is_scalar(x.element.kind(Key::kPrompt))) return false;
    if (!x.element.has(Key::kResults) || x.element.kind(Key::kResults) != '[') return false;
    int prompt = x.turns.add(Role::kUser, x.element.cursor(Key::kPrompt), -1);
    unsigned rank = 0;
    return for_each(x.element.cursor(Key::kResults), [&](json::Cursor& result) {
      if (result.peek() != '{' || !x.read(x.part, result)) return false;
      if (!x.part.has(Key::kOutputs) || x.part.kind(Key::kOutputs) != '[') return false;
      return for_each(x.part.cursor(Key::kOutputs), [&](json::Cursor& output) {
        if (output.peek() != '"') return false;
        x.turns.add(Role::kAssistant, output, prompt, rank++);
        output.next();
        return true;
      });
    });
  });
}

bool add_answers(Extraction& x, json::Cursor array) {
  constexpr KeySet kTexts{Key::kOutput,   Key::kCompletion, Key::kResponse, Key::kAnswer,
                          Key::kSolution, Key::kText,       Key::kContent,  Key::kValue};
  constexpr KeySet kScoreKeys{Key::kScore, Key::kOverallScore, Key::kRating};
  auto& scored = x.scored;  // sort key and turn; the smallest key is the best
  scored.clear();
  bool fits = for_each(array, [&](json::Cursor& at) {
    double key = 0;
    if (at.peek() == '"') {
      x.turns.add(Role::kAssistant, at, x.prompt);
      at.next();
    } else {
      if (at.peek() != '{' || !x.read(x.element, at)) return false;
      const Members& m = x.element;
      Key text = (m.present() & kTexts).first();
      if (text == Key::kNone || !is_scalar(m.kind(text))) return false;
      x.turns.add(Role::kAssistant, m.cursor(text), x.prompt);
      Key score = (m.present() & kScoreKeys).first();
      if (m.has(Key::kRank)) {
        key = number(x, m.cursor(Key::kRank));
      } else if (score != Key::kNone) {
        key = -number(x, m.cursor(score));
      }
    }
    scored.emplace_back(key, x.turns.size() - 1);
    return true;
  });
  if (!fits) return false;
  // Scores or ranks beside the answers instead of in them.
  for (Key beside : {Key::kScores, Key::kRanks}) {
    if (!x.record.has(beside) || x.record.kind(beside) != '[') continue;
    std::size_t i = 0;
    for_each(x.record.cursor(beside), [&](json::Cursor& at) {
      double value = number(x, at);
      at.skip();
      if (i < scored.size()) scored[i++].first = beside == Key::kRanks ? value : -value;
      return true;
    });
  }
  std::stable_sort(scored.begin(), scored.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  unsigned rank = 0;
  for (const auto& [key, turn] : scored) {
    x.turns.turns()[static_cast<std::size_t>(turn)].rank =
        static_cast<std::uint8_t>(std::min(rank++, 255U));
  }
  return true;
}

}  // namespace corpus
