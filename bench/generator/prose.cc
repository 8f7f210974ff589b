// Creative writing and safety advice, and the conversation around any answer.
#include <string>

#include "conversation.h"
#include "grammar.h"

namespace corpus::demo {
namespace {

void write_verse(Rng& rng, const Registers& reg, std::string& question, std::string& answer) {
  static const Rule& ask = grammar()["verse_ask"];
  static const Rule& verse = grammar()["verse"];
  sentence(ask, rng, reg, question);
  int stanzas = rng.between(3, 6);
  for (int s = 0; s < stanzas; ++s) {
    for (int line = 0, lines = rng.between(3, 6); line < lines; ++line) {
      expand(verse, rng, reg, answer);
      answer += '\n';
    }
    answer += '\n';
  }
  while (answer.back() == '\n' || answer.back() == ',' || answer.back() == '.') answer.pop_back();
  answer += '.';
}

}  // namespace

void write_story(Rng& rng, std::string& question, std::string& answer) {
  static const Rule& story_ask = grammar()["story_ask"];
  static const Rule& letter_ask = grammar()["letter_ask"];
  static const Rule& extra = grammar()["story_extra"];
  static const Rule& story = grammar()["story"];
  static const Rule& ending = grammar()["ending"];
  static const Rule& who = grammar()["p"];
  static const Registers none;
  if (rng.chance(0.2)) return write_verse(rng, none, question, answer);
  bool letter = rng.chance(0.2);
  sentence(letter ? letter_ask : story_ask, rng, none, question);
  expand(extra, rng, none, question);
  if (letter) {
    answer += "Dear ";
    expand(who, rng, none, answer);
    answer += ",\n\n";
  }
  int paragraphs = rng.between(2, 4);
  for (int p = 0; p < paragraphs; ++p) {
    sentences(story, rng.between(3, 7), rng, none, answer);
    answer.back() = '\n';
    answer += '\n';
  }
  sentence(ending, rng, none, answer);
}

void write_advice(Rng& rng, std::string& question, std::string& answer) {
  static const Rule& ask = grammar()["advice_ask"];
  static const Rule& advice = grammar()["advice"];
  static const Rule& soft = grammar()["advice_soft"];
  static const Registers none;
  sentence(ask, rng, none, question);
  // Words that a careless refusal filter would trip over.
  if (rng.chance(0.4)) {
    sentence(soft, rng, none, answer);
    answer += ' ';
  }
  int points = rng.between(5, 10);
  bool list = rng.chance(0.5);
  if (list) {
    for (int i = 1; i <= points; ++i) {
      answer += "\n" + std::to_string(i) + ". ";
      sentence(advice, rng, none, answer);
    }
  } else {
    sentences(advice, points, rng, none, answer);
    answer.pop_back();
  }
}

void write_conversation(Rng& rng, ContentPlan plan, Conversation& out) {
  static const Rule& system = grammar()["system"];
  static const Rule& thanks = grammar()["thanks"];
  static const Rule& story = grammar()["story"];
  static const Registers none;
  constexpr std::string_view kTeachers[] = {"orlo-7b",      "orlo-70b",  "quillon-large",
                                            "quillon-mini", "tessera-2", "maruk-instruct"};
  out.reset();
  out.teacher = kTeachers[rng.below(std::size(kTeachers))];
  if (plan.system) sentence(system, rng, none, out.add(Speaker::kSystem));
  std::string& question = out.add(Speaker::kUser);
  std::string& answer = out.add(Speaker::kAssistant);
  std::size_t domain = rng.below(100);
  if (domain < 35) {
    write_arithmetic(rng, question, answer);
  } else if (domain < 60) {
    write_code(rng, question, answer);
  } else if (domain < 85) {
    write_story(rng, question, answer);
  } else {
    write_advice(rng, question, answer);
  }
  if (plan.input) sentences(story, rng.between(2, 4), rng, none, out.input);
  if (!plan.many_turns) return;
  for (int more = rng.between(1, 3); more > 0; --more) {
    sentence(thanks, rng, none, out.add(Speaker::kUser));
    std::string& next = out.add(Speaker::kAssistant);
    sentences(story, rng.between(3, 6), rng, none, next);
    next.pop_back();
  }
}

}  // namespace corpus::demo
