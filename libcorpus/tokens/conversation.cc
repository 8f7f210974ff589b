#include "tokens/conversation.h"

namespace corpus::tokens {

std::span<const ChatTurn> Conversation::of(std::span<const Turn> turns) {
  child_.assign(turns.size() + 1,
                -1);  // the best answer to each turn; the last: the first turn of all
  for (std::size_t i = 0; i < turns.size(); ++i) {
    std::int32_t& best =
        turns[i].parent < 0 ? child_.back() : child_[static_cast<std::size_t>(turns[i].parent)];
    if (best < 0 || turns[i].rank < turns[static_cast<std::size_t>(best)].rank)
      best = static_cast<std::int32_t>(i);
  }
  path_.clear();
  std::size_t answered = 0;
  // A turn comes after its parent in any record, so this ends; the count makes sure.
  std::size_t steps = 0;
  for (std::int32_t at = child_.back(); at >= 0 && steps++ < turns.size();
       at = child_[static_cast<std::size_t>(at)]) {
    const Turn& turn = turns[static_cast<std::size_t>(at)];
    if (turn.role == Role::kReasoning || turn.role == Role::kCall) continue;
    path_.push_back({name(turn.role), turn.text});
    if (turn.role == Role::kAssistant) answered = path_.size();
  }
  return std::span(path_).first(answered);
}

}  // namespace corpus::tokens
