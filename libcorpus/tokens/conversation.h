// The conversation of a record that a student learns: along the best-ranked answers, without
// reasoning and calls, up to the last thing the assistant said.
#ifndef CORPUS_TOKENS_CONVERSATION_H_
#define CORPUS_TOKENS_CONVERSATION_H_

#include <span>
#include <vector>

#include "corpus/record.h"
#include "corpus/tokenizer.h"

namespace corpus::tokens {

class Conversation {
 public:
  // The turns, views into the record's, valid until the next call; empty when nobody answers.
  std::span<const ChatTurn> of(std::span<const Turn> turns);

 private:
  std::vector<std::int32_t> child_;
  std::vector<ChatTurn> path_;
};

}  // namespace corpus::tokens

#endif  // CORPUS_TOKENS_CONVERSATION_H_
