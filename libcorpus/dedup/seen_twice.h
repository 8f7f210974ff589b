// SeenTwice: which hashes may have come twice or more. Two bits for each slot; a hash that came
// twice is always known, one that came once is taken for one in a few cases, as other hashes have
// its slot.
//
// add() and twice() are thread safe; the state does not depend on the order of what was added.
#ifndef CORPUS_DEDUP_SEEN_TWICE_H_
#define CORPUS_DEDUP_SEEN_TWICE_H_

#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <utility>

#include "corpus/component.h"
#include "corpus/result.h"

namespace corpus {

class SeenTwice {
 public:
  // `slots` are made a power of two; the budget has to outlive it.
  static Result<std::unique_ptr<SeenTwice>> make(std::uint64_t slots, MemoryBudget* memory,
                                                 std::string_view who) {
    std::unique_ptr<SeenTwice> out(new SeenTwice(memory));
    std::size_t words = std::bit_ceil(static_cast<std::size_t>(slots)) / 32;
    CORPUS_CHECK(memory->reserve(words * 8, who));
    out->size_ = words;
    out->words_ = std::make_unique<std::atomic<std::uint64_t>[]>(words);
    return out;
  }
  ~SeenTwice() { memory_->release(size_ * 8); }
  SeenTwice(const SeenTwice&) = delete;
  SeenTwice& operator=(const SeenTwice&) = delete;

  void prefetch(std::uint64_t hash) const { __builtin_prefetch(&words_[word(hash)], 1); }
  void add(std::uint64_t hash) {
    std::uint64_t once = std::uint64_t{1} << (hash >> 59 << 1);
    auto& slot = words_[word(hash)];
    std::uint64_t before = slot.load(std::memory_order_relaxed);
    if ((before & once) == 0) before = slot.fetch_or(once, std::memory_order_relaxed);
    if ((before & once) != 0 && (before & once << 1) == 0) {
      slot.fetch_or(once << 1, std::memory_order_relaxed);
    }
  }
  bool twice(std::uint64_t hash) const {
    return (words_[word(hash)].load(std::memory_order_relaxed) >> (hash >> 59 << 1) & 2) != 0;
  }

  // Its memory, for a restart.
  std::string_view bytes() const {
    return {reinterpret_cast<const char*>(words_.get()), size_ * 8};
  }
  // Takes in what bytes() was, maybe of a table of another size: `word` is the i-th 8 bytes of
  // `words` (a power of two). What had come twice still has.
  void load(std::size_t i, std::size_t words, std::uint64_t word) {
    constexpr std::uint64_t kOnce = 0x5555555555555555;
    for (std::size_t at = i & (size_ - 1); at < size_; at += words) {
      std::uint64_t old = words_[at].load(std::memory_order_relaxed);
      words_[at].store(old | word | (old & word & kOnce) << 1, std::memory_order_relaxed);
    }
  }

 private:
  explicit SeenTwice(MemoryBudget* memory) : memory_(memory) {}
  std::size_t word(std::uint64_t hash) const { return hash & (size_ - 1); }

  MemoryBudget* memory_;
  std::size_t size_ = 0;
  std::unique_ptr<std::atomic<std::uint64_t>[]> words_;
};
static_assert(sizeof(std::atomic<std::uint64_t>) == 8);

}  // namespace corpus

#endif  // CORPUS_DEDUP_SEEN_TWICE_H_
