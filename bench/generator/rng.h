// Seeded random numbers for the demo generator.
//
// A record is a pure function of (seed, record number): each gets an Rng of its own, so that blocks
// can be made in any order by any number of threads. Generator: wyrand; seeding: SplitMix64's
// mixer.
#ifndef CORPUS_BENCH_GENERATOR_RNG_H_
#define CORPUS_BENCH_GENERATOR_RNG_H_

#include <cstddef>
#include <cstdint>

namespace corpus::demo {

inline std::uint64_t mix(std::uint64_t x) {
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
  return x ^ (x >> 31);
}

class Rng {
 public:
  explicit Rng(std::uint64_t seed, std::uint64_t stream = 0)
      : state_(mix(seed + 0x9e3779b97f4a7c15u) ^ mix(stream * 0x9e3779b97f4a7c15u + 1)) {}

  std::uint64_t next() {
    state_ += 0xa0761d6478bd642fu;
    __extension__ using Wide = unsigned __int128;
    Wide product = static_cast<Wide>(state_) * (state_ ^ 0xe7037ed1a0b428dbu);
    return static_cast<std::uint64_t>(product >> 64) ^ static_cast<std::uint64_t>(product);
  }
  // Uniform in [0, n); the bias for n << 2^32 does not matter here.
  std::size_t below(std::size_t n) { return static_cast<std::size_t>(((next() >> 32) * n) >> 32); }
  int between(int lo, int hi) {  // both ends included
    return lo + static_cast<int>(below(static_cast<std::size_t>(hi - lo) + 1));
  }
  bool chance(double share) { return static_cast<double>(next() >> 11) * 0x1.0p-53 < share; }

 private:
  std::uint64_t state_;
};

}  // namespace corpus::demo

#endif  // CORPUS_BENCH_GENERATOR_RNG_H_
