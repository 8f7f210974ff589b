// How many records have each score: 16 bytes for every different score, whatever the number of
// records.
#ifndef CORPUS_QUALITY_SCORE_COUNTS_H_
#define CORPUS_QUALITY_SCORE_COUNTS_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "corpus/component.h"

namespace corpus::quality {

class ScoreCounts {
 public:
  struct Count {
    std::uint64_t score = 0;  // as ordered() maps it
    std::uint64_t records = 0;
  };

  explicit ScoreCounts(MemoryBudget* memory) : memory_(memory) {}
  ~ScoreCounts() { memory_->release(reserved_); }
  ScoreCounts(const ScoreCounts&) = delete;
  ScoreCounts& operator=(const ScoreCounts&) = delete;

  // Numbers that compare as the doubles do.
  static std::uint64_t ordered(double score);
  static double unordered(std::uint64_t score);

  Result<void> add(std::uint64_t score, std::uint64_t records = 1);
  Result<void> merge(ScoreCounts& other);
  // Ascending by score. Valid until something is added.
  Result<std::span<const Count>> sorted();
  void clear();

 private:
  Result<void> compact();
  Result<void> account();

  MemoryBudget* memory_;
  std::uint64_t reserved_ = 0;
  std::vector<Count> counts_;   // ascending
  std::vector<Count> pending_;  // in order of arrival
};

}  // namespace corpus::quality

#endif  // CORPUS_QUALITY_SCORE_COUNTS_H_
