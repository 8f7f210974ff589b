#include "dedup/banding.h"

#include <gtest/gtest.h>

namespace corpus {
namespace {

// What datasketch 2.0's MinHashLSH chooses for the same thresholds and numbers of permutations.
TEST(Banding, SolvesLikeDatasketch) {
  struct Case {
    double threshold;
    std::size_t hashes, bands, rows;
  };
  for (Case c :
       {Case{0.8, 128, 9, 13}, Case{0.7, 128, 14, 9}, Case{0.5, 128, 25, 5}, Case{0.9, 128, 5, 25},
        Case{0.7, 256, 25, 10}, Case{0.7, 240, 24, 10}, Case{0.85, 64, 4, 15}, Case{0.3, 16, 8, 2},
        Case{0.99, 256, 1, 166}, Case{0.72, 112, 12, 9}}) {
    Banding banding = solve_banding(c.threshold, c.hashes);
    EXPECT_EQ(banding.bands, c.bands) << c.threshold << ' ' << c.hashes;
    EXPECT_EQ(banding.rows, c.rows) << c.threshold << ' ' << c.hashes;
  }
}

TEST(Banding, ThresholdIsWhereTheCurveIsSteep) {
  EXPECT_NEAR(threshold_of({14, 8}), 0.719, 0.001);
  EXPECT_NEAR(threshold_of({1, 1}), 1.0, 1e-9);
}

}  // namespace
}  // namespace corpus
