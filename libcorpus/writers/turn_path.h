// The conversation within a tree of turns: the path from the first turn that follows the best
// answer at every branch. Linear in the number of turns.
#ifndef CORPUS_WRITERS_TURN_PATH_H_
#define CORPUS_WRITERS_TURN_PATH_H_

#include <cstdint>
#include <span>
#include <vector>

#include "corpus/record.h"

namespace corpus {

class TurnPath {
 public:
  // Finds the path of `turns`; memory is reused.
  void find(std::span<const Turn> turns);

  // Numbers of the turns, first to last.
  std::span<const std::uint32_t> best() const { return best_; }
  // At the first branch of the path: how many turns come before it, and the path that begins with
  // the worst of its alternatives. shared() == best().size() and worst() is empty without a branch.
  std::size_t shared() const { return shared_; }
  std::span<const std::uint32_t> worst() const { return worst_; }

 private:
  void follow(std::int32_t turn, std::vector<std::uint32_t>& path) const;

  std::vector<std::int32_t> first_, last_;  // [parent + 1] its best and its worst child, or -1
  std::vector<std::uint32_t> best_, worst_;
  std::size_t shared_ = 0;
};

}  // namespace corpus

#endif  // CORPUS_WRITERS_TURN_PATH_H_
