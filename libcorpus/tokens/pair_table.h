// Which pair of tokens merges into which, and how early: a flat hash table that is only read once a
// tokenizer is loaded. 16 bytes an entry, at most half full.
#ifndef CORPUS_TOKENS_PAIR_TABLE_H_
#define CORPUS_TOKENS_PAIR_TABLE_H_

#include <bit>
#include <cstdint>
#include <vector>

namespace corpus::tokens {

struct Merge {
  static constexpr std::uint32_t kNever = 0xFFFFFFFF;
  std::uint32_t rank = kNever;  // lower goes first
  std::int32_t id = -1;
};

class PairTable {
 public:
  explicit PairTable(std::size_t pairs = 0)
      : slots_(std::bit_ceil(pairs * 2 + 2)), shift_(64 - std::countr_zero(slots_.size())) {}

  // The first of equal pairs counts when `keep`, else the last. No more than the pairs promised.
  void set(std::int32_t left, std::int32_t right, Merge merge, bool keep) {
    Slot& slot = slots_[place(left, right)];
    if (slot.left >= 0 && keep) return;
    slot = {left, right, merge};
  }
  Merge find(std::int32_t left, std::int32_t right) const {
    return slots_[place(left, right)].merge;
  }

 private:
  struct Slot {
    std::int32_t left = -1;
    std::int32_t right = -1;
    Merge merge;
  };

  std::size_t place(std::int32_t left, std::int32_t right) const {
    auto key =
        std::uint64_t{static_cast<std::uint32_t>(left)} << 32 | static_cast<std::uint32_t>(right);
    // Fibonacci hashing of a key whose halves are mixed first.
    std::size_t at = ((key ^ key >> 29) * 0x9E3779B97F4A7C15ULL) >> shift_;
    while (slots_[at].left >= 0 && (slots_[at].left != left || slots_[at].right != right)) {
      at = (at + 1) & (slots_.size() - 1);
    }
    return at;
  }

  std::vector<Slot> slots_;
  int shift_;
};

}  // namespace corpus::tokens

#endif  // CORPUS_TOKENS_PAIR_TABLE_H_
