// How many bands of how many rows a similarity threshold calls for.
#ifndef CORPUS_DEDUP_BANDING_H_
#define CORPUS_DEDUP_BANDING_H_

#include <cstddef>

namespace corpus {

struct Banding {
  std::size_t bands = 16;
  std::size_t rows = 7;
};

// The banding of at most `hashes` minima whose areas of false positives below the threshold and of
// false negatives above it have the least sum, both weighted 0.5: what datasketch's MinHashLSH,
// text-dedup and Data-Juicer solve for. 0 < threshold < 1; time grows with hashes * log(hashes).
Banding solve_banding(double threshold, std::size_t hashes);

// Where half of the pairs are linked: (1 / bands)^(1 / rows).
double threshold_of(Banding banding);

}  // namespace corpus

#endif  // CORPUS_DEDUP_BANDING_H_
