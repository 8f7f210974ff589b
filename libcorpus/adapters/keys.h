// Keys: the member names that the adapters know.
//
// kName[] in keys.cc spells them. Within a group the order is the order of preference when a record
// has several (id before idx, output before response).
#ifndef CORPUS_ADAPTERS_KEYS_H_
#define CORPUS_ADAPTERS_KEYS_H_

#include <cstdint>
#include <string_view>

namespace corpus {

// clang-format off
enum class Key : std::uint8_t {
  // Prompts.
  kSystem, kSystemPrompt, kInstruction, kInstructionCapital, kPrompt, kQuery, kQuestion, kUserInput,
  kInput, kContext, kHistory, kOptionA, kOptionB, kOptionC, kOptionD,
  // Answers.
  kReasoningContent, kReasoning, kThinking, kRationale, kChainOfThought,
  kOutput, kCompletion, kResponse, kAnswer, kStdAnswer, kGroundTruth, kCanonicalSolution,
  kAnswerMatchingBehavior, kSolution, kCode,
  // Conversations and collections.
  kMessages, kConversations, kConversation, kChosen, kRejected, kChosenMessages, kRejectedMessages,
  kLabel, kReplies, kInstances, kChoices, kTurns, kReference, kPrompts, kResponses, kCompletions,
  kAnswers, kOutputs, kCandidates, kScores, kRanks,
  k6bFinetuning, k6bVerification, k175bFinetuning, k175bVerification,
  // Plain text.
  kText, kContent, kSentenceWithBlank, kRawContent,
  // Parts of a message, a choice or an answer.
  kRole, kFrom, kValue, kType, kToolCalls, kFunctionCall, kMessage, kResults, kScore, kOverallScore,
  kRating, kRank,
  // The source's id.
  kId, kIdCapital, kIdx, kQuestionId, kTaskId, kMessageId, kUuid, kUnderscoreId, kCustomId,
  kMessageTreeId, kConversationId,
  // Who wrote it, how it ended, what was said about it before.
  kGenerator, kModel, kModelName, kModelId, kTeacher, kFinishReason, kStopReason,
  kMetadata, kCorpus,
  kNone,
};
// clang-format on
inline constexpr int kKeyCount = static_cast<int>(Key::kNone);

// kNone when the name is not known. `name` is unescaped.
Key find_key(std::string_view name);

// A set of keys.
class KeySet {
 public:
  constexpr KeySet() = default;
  template <typename... K>
  constexpr KeySet(Key first, K... more) {  // NOLINT: a key is a set of one
    (add(first), ..., add(more));
  }
  constexpr void add(Key k) { word(k) |= bit(k); }
  constexpr bool has(Key k) const { return (words_[index(k) >> 6] & bit(k)) != 0; }
  constexpr bool operator==(const KeySet&) const = default;
  constexpr bool empty() const { return (words_[0] | words_[1]) == 0; }
  constexpr KeySet operator&(KeySet o) const {
    return {words_[0] & o.words_[0], words_[1] & o.words_[1]};
  }
  constexpr KeySet without(KeySet o) const {
    return {words_[0] & ~o.words_[0], words_[1] & ~o.words_[1]};
  }
  // The first in the order of Key; kNone when empty.
  constexpr Key first() const {
    if (words_[0] != 0) return static_cast<Key>(__builtin_ctzll(words_[0]));
    return words_[1] != 0 ? static_cast<Key>(64 + __builtin_ctzll(words_[1])) : Key::kNone;
  }

 private:
  constexpr KeySet(std::uint64_t a, std::uint64_t b) : words_{a, b} {}
  static constexpr unsigned index(Key k) { return static_cast<unsigned>(k); }
  static constexpr std::uint64_t bit(Key k) { return std::uint64_t{1} << (index(k) & 63); }
  constexpr std::uint64_t& word(Key k) { return words_[index(k) >> 6]; }

  std::uint64_t words_[2] = {0, 0};
};
static_assert(kKeyCount <= 128);

}  // namespace corpus

#endif  // CORPUS_ADAPTERS_KEYS_H_
