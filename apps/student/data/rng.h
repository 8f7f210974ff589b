// Seeded random numbers for the order of training data: SplitMix64 (Steele, Lea & Flood 2014). The same
// numbers on every machine, which std::shuffle does not promise.
#ifndef STUDENT_DATA_RNG_H_
#define STUDENT_DATA_RNG_H_

#include <cstdint>
#include <utility>
#include <vector>

namespace student {

class Rng {
 public:
  explicit Rng(std::uint64_t seed, std::uint64_t stream = 0) : state_(mix(seed) ^ mix(~stream)) {}

  std::uint64_t next() { return mix(state_ += 0x9e3779b97f4a7c15u); }
  // Uniform in [0, n) up to a bias of n / 2^64 (Lemire's multiplication).
  std::uint64_t below(std::uint64_t n) {
    __extension__ using Wide = unsigned __int128;
    return static_cast<std::uint64_t>(static_cast<Wide>(next()) * n >> 64);
  }
  template <typename T>
  void shuffle(std::vector<T>& items) {  // Fisher-Yates
    for (std::size_t i = items.size(); i > 1; --i) std::swap(items[i - 1], items[below(i)]);
  }

 private:
  static std::uint64_t mix(std::uint64_t x) {
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
    return x ^ (x >> 31);
  }
  std::uint64_t state_;
};

}  // namespace student

#endif  // STUDENT_DATA_RNG_H_
