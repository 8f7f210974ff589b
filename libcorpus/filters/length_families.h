// How long the answers of each family of prompts are: a histogram of log lengths for each.
//
// Lengths are kept to one sixteenth of a natural logarithm (6 %). At most `most` families are kept,
// chosen by their hashes alone (adaptive sampling, Wegman 1984): which they are depends on all
// families that were added, and on no order. Memory is accounted for, 3 KiB a family.
#ifndef CORPUS_FILTERS_LENGTH_FAMILIES_H_
#define CORPUS_FILTERS_LENGTH_FAMILIES_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <unordered_map>

#include "corpus/component.h"
#include "corpus/result.h"

namespace corpus {

// What is usual: the median of the log lengths, and the median distance from it.
struct UsualLength {
  double median = 0, deviation = 0;
  std::uint64_t answers = 0;
  // Of one more answer, in standard deviations of a normal distribution with that median distance.
  double z(double log_length) const { return 0.6745 * (log_length - median) / deviation; }
};

class LengthHistogram {
 public:
  static constexpr double kSteps = 16;          // a natural logarithm
  static constexpr std::size_t kBuckets = 384;  // up to e^24 characters
  static std::size_t bucket(std::uint64_t chars);
  static double log_length(std::size_t bucket) { return static_cast<double>(bucket) / kSteps; }

  void add(std::size_t bucket, std::uint64_t answers) { counts_[bucket] += answers; }
  void merge(const LengthHistogram& other);
  std::uint64_t count(std::size_t bucket) const { return counts_[bucket]; }
  UsualLength usual() const;

 private:
  std::array<std::uint64_t, kBuckets> counts_{};
};

class LengthFamilies {
 public:
  LengthFamilies(std::size_t most, MemoryBudget* memory) : most_(most), memory_(memory) {}
  ~LengthFamilies() { clear(); }
  LengthFamilies(const LengthFamilies&) = delete;
  LengthFamilies& operator=(const LengthFamilies&) = delete;

  Result<void> add(std::uint64_t family, std::size_t bucket, std::uint64_t answers);
  Result<void> merge(const LengthFamilies& other);
  void clear();

  const LengthHistogram& all() const { return all_; }  // also of the families that are not kept
  const std::unordered_map<std::uint64_t, LengthHistogram>& families() const { return families_; }
  // The parts of add() and merge(), for what was written down.
  void add_to_all(std::size_t bucket, std::uint64_t answers) { all_.add(bucket, answers); }
  Result<void> add_to_family(std::uint64_t family, std::size_t bucket, std::uint64_t answers);
  std::uint64_t given_up() const { return mask_; }  // families with one of these bits
  void give_up(std::uint64_t mask);

 private:
  static constexpr std::uint64_t kBytes = sizeof(LengthHistogram) + 64;
  bool is_kept(std::uint64_t family) const { return (family & mask_) == 0; }
  void thin_out();

  std::size_t most_;
  MemoryBudget* memory_;
  std::uint64_t mask_ = 0;  // low bits, more and more of them
  LengthHistogram all_;
  std::unordered_map<std::uint64_t, LengthHistogram> families_;
};

}  // namespace corpus

#endif  // CORPUS_FILTERS_LENGTH_FAMILIES_H_
