// Conversation: what a generated record says, before it is written in some shape.
//
// Strings keep their memory when reset, so a worker writes record after record without allocating.
#ifndef CORPUS_BENCH_GENERATOR_CONVERSATION_H_
#define CORPUS_BENCH_GENERATOR_CONVERSATION_H_

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

#include "rng.h"

namespace corpus::demo {

enum class Speaker : unsigned char { kSystem, kUser, kAssistant };

struct Conversation {
  static constexpr std::size_t kMaxTurns = 10;
  struct Turn {
    Speaker speaker = Speaker::kUser;
    std::string text;
  };

  std::array<Turn, kMaxTurns> turns;
  std::size_t count = 0;
  std::string input;  // alpaca's "input"; empty in all other shapes
  std::string_view teacher;
  bool cut_by_length = false;  // finish_reason "length"

  void reset() {
    count = 0;
    input.clear();
    teacher = {};
    cut_by_length = false;
  }
  std::string& add(Speaker speaker) {
    Turn& turn = turns[count++];
    turn.speaker = speaker;
    turn.text.clear();
    return turn.text;
  }
  std::string& answer() { return turns[count - 1].text; }  // the last turn is the assistant's
};

// What a record is about; each domain writes one question and one answer.
void write_arithmetic(Rng& rng, std::string& question, std::string& answer);
void write_code(Rng& rng, std::string& question, std::string& answer);
void write_story(Rng& rng, std::string& question, std::string& answer);
void write_advice(Rng& rng, std::string& question, std::string& answer);

// One benchmark question and its answer; `index` decides it alone.
void write_bench_item(std::uint64_t seed, std::uint64_t index, std::string& question,
                      std::string& answer);

struct ContentPlan {
  bool many_turns = false;
  bool system = false;
  bool input = false;
};
// A whole clean conversation.
void write_conversation(Rng& rng, ContentPlan plan, Conversation& out);

}  // namespace corpus::demo

#endif  // CORPUS_BENCH_GENERATOR_CONVERSATION_H_
