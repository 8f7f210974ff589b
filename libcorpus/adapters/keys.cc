#include "adapters/keys.h"

#include <array>
#include <cstring>

namespace corpus {
namespace {

// In the order of Key.
// clang-format off
constexpr std::string_view kNames[] = {
    "system", "system_prompt", "instruction", "Instruction", "prompt", "query", "question",
    "user_input", "input", "context", "history", "A", "B", "C", "D",
    "reasoning_content", "reasoning", "thinking", "rationale", "chain-of-thought",
    "output", "completion", "response", "answer", "std_answer", "ground_truth",
    "canonical_solution", "answer_matching_behavior", "solution", "code",
    "messages", "conversations", "conversation", "chosen", "rejected", "chosen_messages",
    "rejected_messages", "label", "replies", "instances", "choices", "turns", "reference",
    "prompts", "responses", "completions", "answers", "outputs", "candidates", "scores", "ranks",
    "6b_finetuning", "6b_verification", "175b_finetuning", "175b_verification",
    "text", "content", "sentence_with_blank", "raw_content",
    "role", "from", "value", "type", "tool_calls", "function_call", "message", "results", "score",
    "overall_score", "rating", "rank",
    "id", "ID", "idx", "question_id", "task_id", "message_id", "uuid", "_id", "custom_id",
    "message_tree_id", "conversation_id",
    "generator", "model", "model_name", "model_id", "teacher", "finish_reason", "stop_reason",
    "metadata", "corpus",
};
// clang-format on
static_assert(std::size(kNames) == static_cast<std::size_t>(kKeyCount));

constexpr std::size_t kSlots = 512;
constexpr std::size_t kLongest = 24;

constexpr std::size_t slot_of(std::string_view s) {
  auto c = [&](std::size_t i) { return static_cast<unsigned char>(s[i]); };
  return (s.size() * 37 + c(0) * 11 + c(s.size() / 2) * 5 + c(s.size() - 1) * 131) % kSlots;
}

// Open addressing with linear probing; a value is key + 1, 0 is free.
constexpr auto kTable = [] {
  std::array<std::uint8_t, kSlots> table{};
  for (int k = 0; k < kKeyCount; ++k) {
    std::size_t at = slot_of(kNames[k]);
    while (table[at] != 0) at = (at + 1) % kSlots;
    table[at] = static_cast<std::uint8_t>(k + 1);
  }
  return table;
}();
static_assert([] {
  for (auto name : kNames) {
    if (name.empty() || name.size() > kLongest) return false;
  }
  return true;
}());

}  // namespace

Key find_key(std::string_view name) {
  if (name.empty() || name.size() > kLongest) return Key::kNone;
  for (std::size_t at = slot_of(name); kTable[at] != 0; at = (at + 1) % kSlots) {
    if (kNames[kTable[at] - 1] == name) return static_cast<Key>(kTable[at] - 1);
  }
  return Key::kNone;
}

}  // namespace corpus
