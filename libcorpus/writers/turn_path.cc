#include "writers/turn_path.h"

namespace corpus {

void TurnPath::find(std::span<const Turn> turns) {
  first_.assign(turns.size() + 1, -1);
  last_.assign(turns.size() + 1, -1);
  auto size = static_cast<std::int32_t>(turns.size());
  for (std::int32_t i = 0; i < size; ++i) {
    const Turn& turn = turns[static_cast<std::size_t>(i)];
    // A parent stands before its child, so that no path can be a circle.
    auto parent = static_cast<std::size_t>(turn.parent < i ? turn.parent + 1 : 0);
    auto rank = [&](std::int32_t k) { return turns[static_cast<std::size_t>(k)].rank; };
    if (first_[parent] < 0 || turn.rank < rank(first_[parent])) first_[parent] = i;
    if (last_[parent] < 0 || turn.rank > rank(last_[parent])) last_[parent] = i;
  }
  best_.clear();
  worst_.clear();
  follow(first_[0], best_);
  shared_ = 0;
  std::size_t parent = 0;
  while (shared_ < best_.size() && first_[parent] == last_[parent]) {
    parent = best_[shared_++] + std::size_t{1};
  }
  if (shared_ < best_.size()) follow(last_[parent], worst_);
}

void TurnPath::follow(std::int32_t turn, std::vector<std::uint32_t>& path) const {
  for (; turn >= 0; turn = first_[static_cast<std::size_t>(turn) + 1]) {
    path.push_back(static_cast<std::uint32_t>(turn));
  }
}

}  // namespace corpus
