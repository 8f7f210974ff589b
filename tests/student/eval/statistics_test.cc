#include "eval/statistics.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>
#include <vector>

namespace student {
namespace {

// scipy.stats.binomtest(b, b + c).pvalue
TEST(Statistics, McNemarIsTheExactBinomialTest) {
  EXPECT_NEAR(mcnemar(3, 9), 0.14599609375, 1e-13);
  EXPECT_NEAR(mcnemar(9, 3), 0.14599609375, 1e-13);
  EXPECT_NEAR(mcnemar(10, 40), 2.3861331676755526e-05, 1e-15);
  EXPECT_NEAR(mcnemar(0, 5), 0.0625, 1e-13);
  EXPECT_DOUBLE_EQ(mcnemar(7, 7), 1);
  EXPECT_NEAR(mcnemar(1, 20), 2.09808349609375e-05, 1e-15);
  EXPECT_NEAR(mcnemar(300, 360), 0.02157234823197109, 1e-12);
  EXPECT_EQ(mcnemar(0, 0), 1);
}

// 1 - C(n-c, k) / C(n, k), as exact fractions
TEST(Statistics, PassAtK) {
  EXPECT_DOUBLE_EQ(pass_at_k(10, 3, 1), 0.3);
  EXPECT_DOUBLE_EQ(pass_at_k(10, 3, 5), 0.9166666666666666);
  EXPECT_NEAR(pass_at_k(200, 7, 100), 0.9929911172418123, 1e-12);
  EXPECT_EQ(pass_at_k(5, 0, 2), 0);
  EXPECT_EQ(pass_at_k(5, 4, 2), 1);
  EXPECT_EQ(pass_at_k(1, 1, 1), 1);
}

double mean(const std::vector<double>& x, std::span<const std::uint32_t> weights) {
  double sum = 0, count = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    sum += weights[i] * x[i];
    count += weights[i];
  }
  return sum / count;
}

TEST(Statistics, BootstrapIsDeterministicAndDrawsAll) {
  std::vector<double> x(100);
  std::iota(x.begin(), x.end(), 0);
  std::size_t drawn = 0;
  auto statistic = [&](std::span<const std::uint32_t> weights) {
    drawn = std::accumulate(weights.begin(), weights.end(), std::size_t{0});
    EXPECT_EQ(drawn, 100u);
    return mean(x, weights);
  };
  auto one = bootstrap(100, 500, 7, 0.95, statistic), again = bootstrap(100, 500, 7, 0.95, statistic);
  EXPECT_EQ(one.low, again.low);
  EXPECT_EQ(one.high, again.high);
  EXPECT_NE(one.low, bootstrap(100, 500, 8, 0.95, statistic).low);
}

// The standard error of the mean of 0..99 is 2.887 (population deviation 28.87 over 10): the normal interval is
// 49.5 -+ 5.66, and that of the bootstrap has to be near it.
TEST(Statistics, BootstrapIntervalOfAMean) {
  std::vector<double> x(100);
  std::iota(x.begin(), x.end(), 0);
  auto got = bootstrap(100, 10'000, 1, 0.95, [&](auto weights) { return mean(x, weights); });
  EXPECT_NEAR(got.low, 49.5 - 5.66, 0.25);
  EXPECT_NEAR(got.high, 49.5 + 5.66, 0.25);
  auto narrow = bootstrap(100, 10'000, 1, 0.5, [&](auto weights) { return mean(x, weights); });
  EXPECT_NEAR(narrow.high - narrow.low, 2 * 0.6745 * 2.887, 0.2);
}

TEST(Statistics, BootstrapOfOneQuestionHasNoWidth) {
  auto got = bootstrap(1, 100, 1, 0.95, [](auto weights) { return weights[0] * 3.0; });
  EXPECT_EQ(got.low, 3);
  EXPECT_EQ(got.high, 3);
}

}  // namespace
}  // namespace student
