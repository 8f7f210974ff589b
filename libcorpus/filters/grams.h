// What counting sequences of n needs: their hashes, one after the other, and tables by hash.
#ifndef CORPUS_FILTERS_GRAMS_H_
#define CORPUS_FILTERS_GRAMS_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace corpus {

// Hash of n elements: a polynomial over their hashes, modulo 2^64.
struct Rolling {
  explicit Rolling(std::size_t n) {
    for (std::size_t i = 0; i < n; ++i) last *= kStep;
  }
  void add(std::uint64_t hash) { sum = sum * kStep + mixed(hash); }
  void drop(std::uint64_t hash) { sum -= mixed(hash) * last; }

  static std::uint64_t mixed(std::uint64_t h) { return h ^ h >> 29; }  // sizes of words count, too
  static constexpr std::uint64_t kStep = 0xD6E8FEB86659FD93U;
  std::uint64_t last = 1;  // kStep to the power of n
  std::uint64_t sum = 0;
};

// Bits that can be a table's index.
inline std::size_t spread(std::uint64_t hash) { return hash * 0x9E3779B97F4A7C15U >> 32; }

inline std::size_t power_of_two(std::size_t least, std::size_t n) {
  std::size_t out = least;
  while (out < n) out *= 2;
  return out;
}

// Which hash comes most often, and where it first was: of those that are equally frequent the one that was there
// first. The table only grows.
class MostFrequent {
 public:
  // For at most `expected` hashes.
  void start(std::size_t expected) {
    const std::size_t slots = power_of_two(64, 2 * expected);
    if (slots_.size() < slots) slots_.resize(slots);
    std::fill_n(slots_.begin(), slots, Slot{});
    mask_ = slots - 1;
    times_ = first_ = 0;
  }
  void add(std::uint64_t hash, std::size_t where) {
    std::size_t at = spread(hash) & mask_;
    while ((slots_[at].count != 0) & (slots_[at].hash != hash)) at = (at + 1) & mask_;
    Slot& slot = slots_[at];
    // Whether it is new cannot be foreseen, so there is no branch on it.
    const auto here = static_cast<std::uint32_t>(where);
    slot = {hash, slot.count + 1, slot.count == 0 ? here : slot.first};
    if (slot.count >= times_ && (slot.count > times_ || slot.first < first_)) {
      times_ = slot.count;
      first_ = slot.first;
    }
  }
  std::size_t times() const { return times_; }
  std::size_t first() const { return first_; }

 private:
  struct Slot {
    std::uint64_t hash = 0;
    std::uint32_t count = 0, first = 0;  // count 0: empty
  };
  std::vector<Slot> slots_;
  std::size_t mask_ = 0;
  std::uint32_t times_ = 0, first_ = 0;
};

}  // namespace corpus

#endif  // CORPUS_FILTERS_GRAMS_H_
