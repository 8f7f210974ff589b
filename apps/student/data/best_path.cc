#include "data/best_path.h"

namespace student {
namespace {

std::string_view chat_role(corpus::Role role) {
  switch (role) {
    case corpus::Role::kSystem: return "system";
    case corpus::Role::kUser: return "user";
    case corpus::Role::kAssistant: return "assistant";
    case corpus::Role::kTool: return "tool";
    default: return {};  // text, reasoning and calls are no part of the conversation
  }
}

}  // namespace

void BestPath::find(std::span<const corpus::Turn> tree) {
  turns.clear();
  text = {};
  is_text = false;
  std::int32_t root = -1;
  best_child_.assign(tree.size(), -1);
  for (std::size_t i = 0; i < tree.size(); ++i) {
    std::int32_t& best = tree[i].parent < 0 ? root : best_child_[static_cast<std::size_t>(tree[i].parent)];
    if (best < 0 || tree[i].rank < tree[static_cast<std::size_t>(best)].rank) best = static_cast<std::int32_t>(i);
  }
  std::size_t answered = 0;
  // As many steps as there are turns at most, so that a cycle could not hold it.
  for (std::size_t step = 0; root >= 0 && step < tree.size(); ++step) {
    const corpus::Turn& turn = tree[static_cast<std::size_t>(root)];
    if (turn.role == corpus::Role::kText) {
      is_text = true;
      text = turn.text;
    } else if (std::string_view role = chat_role(turn.role); !role.empty()) {
      turns.push_back({role, turn.text});
      if (turn.role == corpus::Role::kAssistant) answered = turns.size();
    }
    root = best_child_[static_cast<std::size_t>(root)];
  }
  turns.resize(answered);
  is_text = is_text && turns.empty();
}

}  // namespace student
