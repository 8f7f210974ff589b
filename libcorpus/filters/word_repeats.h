// Repeats among the words of a text: what filters.loop looks for.
//
// All of it is O(words). The buffers are the caller's and only grow.
#ifndef CORPUS_FILTERS_WORD_REPEATS_H_
#define CORPUS_FILTERS_WORD_REPEATS_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace corpus {

// A set of hashes that forgets everything in O(1).
class HashSet {
 public:
  void clear(std::size_t expected);
  // True when it was not there.
  bool insert(std::uint64_t hash) {
    const std::size_t mask = slots_.size() - 1;
    for (std::size_t i = (hash * 0x9E3779B97F4A7C15U >> 32) & mask;; i = (i + 1) & mask) {
      Slot& slot = slots_[i];
      if (slot.epoch != epoch_) {
        slot = {hash, epoch_};
        return true;
      }
      if (slot.hash == hash) return false;
    }
  }
  bool contains(std::uint64_t hash) const {
    const std::size_t mask = slots_.size() - 1;
    for (std::size_t i = (hash * 0x9E3779B97F4A7C15U >> 32) & mask;; i = (i + 1) & mask) {
      if (slots_[i].epoch != epoch_) return false;
      if (slots_[i].hash == hash) return true;
    }
  }

 private:
  struct Slot {
    std::uint64_t hash = 0;
    std::uint32_t epoch = 0;
  };
  std::vector<Slot> slots_;
  std::uint32_t epoch_ = 0;
};

// The words of a text as hashes, in order; bit 0 says that a word is a number. Valid while `buffer`
// is not touched.
std::span<const std::uint64_t> hash_words(std::string_view text, std::vector<std::uint32_t>& edges,
                                          std::vector<std::uint64_t>& buffer);

inline constexpr std::size_t kGram = 10;
inline constexpr std::size_t kMinCycle = 30;  // words covered by a cycle at the end
// When they are all numbers: a table, until it is absurd.
inline constexpr std::size_t kMinNumberCycle = 400;

struct Repeats {
  double share = 0;    // of the words, in 10-grams that were there before
  double numbers = 0;  // share of the words
  // Words up to the end of the last 10-gram that was not there, but for one at the very end.
  std::size_t last_new = 0;
};

Repeats repeated_ngrams(std::span<const std::uint64_t> words, HashSet& seen);

// Do the words end in a cycle that is run through `repeats` times? Found with the failure function
// of the reversed words (Knuth, Morris, Pratt 1977).
bool ends_in_cycle(std::span<const std::uint64_t> words, std::size_t repeats,
                   std::vector<std::uint32_t>& border);

}  // namespace corpus

#endif  // CORPUS_FILTERS_WORD_REPEATS_H_
