// A hash of each run of N consecutive numbers (bytes, or hashes of words), in constant time a step.
//
// Two polynomials over the integers modulo 2^61 - 1 (Karp and Rabin 1987) with bases that do not
// depend on the data: two different windows agree in both with probability below N^2 / 2^122.
// One thread at a time; 8 bytes for each of the N numbers.
#ifndef CORPUS_DEDUP_WINDOW_HASH_H_
#define CORPUS_DEDUP_WINDOW_HASH_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "corpus/batch.h"

namespace corpus {

class WindowHash {
 public:
  explicit WindowHash(std::size_t n) : window_(n), power_{1, 1} {
    for (std::size_t i = 0; i < n; ++i) {
      for (int k = 0; k < 2; ++k) power_[k] = multiply(power_[k], kBase[k]);
    }
  }

  void clear() {
    count_ = at_ = 0;
    hash_[0] = hash_[1] = 0;
  }
  // True when there are N numbers; key() is then the hash of the last N.
  bool add(std::uint64_t number) {
    number = number % kPrime + 1;  // so that leading zeros count
    std::uint64_t out = count_ < window_.size() ? 0 : window_[at_];
    window_[at_] = number;
    if (++at_ == window_.size()) at_ = 0;
    for (int k = 0; k < 2; ++k) {
      std::uint64_t h = multiply(hash_[k], kBase[k]) + number;
      h += kPrime - multiply(out, power_[k]);
      h = (h & kPrime) + (h >> 61);
      hash_[k] = h >= kPrime ? h - kPrime : h;
    }
    return ++count_ >= window_.size();
  }
  Key128 key() const { return {.lo = hash_[0], .hi = hash_[1]}; }

 private:
  static constexpr std::uint64_t kPrime = (std::uint64_t{1} << 61) - 1;
  static constexpr std::uint64_t kBase[2] = {0x13198A2E03707344 & kPrime,
                                             0x082EFA98EC4E6C89 & kPrime};

  static std::uint64_t multiply(std::uint64_t a, std::uint64_t b) {
    auto product = static_cast<unsigned __int128>(a) * b;
    std::uint64_t sum = (static_cast<std::uint64_t>(product) & kPrime) +
                        static_cast<std::uint64_t>(product >> 61);
    return sum >= kPrime ? sum - kPrime : sum;
  }

  std::vector<std::uint64_t> window_;  // as a ring
  std::uint64_t power_[2];             // base^N
  std::uint64_t hash_[2] = {0, 0};
  std::size_t at_ = 0;
  std::uint64_t count_ = 0;
};

}  // namespace corpus

#endif  // CORPUS_DEDUP_WINDOW_HASH_H_
