// Trains an n-gram model with interpolated modified Kneser-Ney smoothing (Chen and Goodman, 1998),
// as KenLM's lmplz does: discounts from counts of counts, `<unk>` from what the unigrams leave.
//
// Counts are kept in memory, about 36 bytes for each distinct n-gram of every order; add() fails
// with kLimit where that would exceed the budget. Not thread safe. The result depends on the texts
// and their order alone.
#ifndef CORPUS_QUALITY_KNESER_NEY_H_
#define CORPUS_QUALITY_KNESER_NEY_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "corpus/component.h"
#include "corpus/result.h"

namespace corpus::quality {

class KneserNey {
 public:
  KneserNey(std::size_t order, MemoryBudget* memory);  // 1 to NgramModel::kMaxOrder
  ~KneserNey();

  // Words and sentences as NgramModel takes them.
  Result<void> add(std::string_view text);
  // The model as an ARPA file, in pieces. Nothing may be added afterwards.
  Result<void> finish(const std::function<Result<void>(std::string_view)>& write);

  std::uint64_t words() const { return words_seen_; }
  std::uint64_t sentences() const { return sentences_; }
  std::uint64_t ngrams(std::size_t n) const { return orders_[n - 1].grams.size(); }

 private:
  struct Gram {
    std::uint32_t first;   // word
    std::uint32_t suffix;  // the n-gram without its first word, as a number of the order below
    std::uint32_t prefix;  // the n-gram without its last word; likewise
    std::uint32_t count;   // occurrences; adjusted in finish()
  };
  struct Order {
    std::vector<Gram> grams;
    std::vector<std::uint32_t> slots;  // open addressing by (suffix, first); grams' number + 1
  };
  // Of the n-grams that continue one context.
  struct Continuations {
    std::uint64_t sum = 0;
    std::uint32_t by_count[3] = {};  // how many n-grams of adjusted count 1, 2, 3 and more
  };
  struct Discounts {
    double of[3] = {0.5, 1, 1.5};
    double operator()(std::uint32_t count) const {
      return count == 0 ? 0 : of[count < 3 ? count - 1 : 2];
    }
  };

  std::uint32_t word(std::string_view word);
  std::uint32_t number_of(std::size_t n, std::uint32_t first, std::uint32_t suffix,
                          std::uint32_t prefix);
  void end_sentence();
  Result<void> reserve();
  void adjust_counts();
  Discounts discounts(std::size_t n) const;

  std::size_t order_;
  MemoryBudget* memory_;
  std::uint64_t reserved_ = 0;
  std::uint64_t words_seen_ = 0, sentences_ = 0;
  std::vector<Order> orders_;  // [n - 1]
  std::unordered_map<std::string, std::uint32_t> ids_;
  std::vector<const std::string*> names_;  // by id
  std::uint64_t name_bytes_ = 0;
  std::vector<std::uint32_t> sentence_;
};

}  // namespace corpus::quality

#endif  // CORPUS_QUALITY_KNESER_NEY_H_
