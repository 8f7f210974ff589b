#include "generate/sampling.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <map>
#include <vector>

namespace student {
namespace {

const std::vector<float> kLogits = {1.0f, 3.0f, 2.0f, 3.0f, -1.0f};

TEST(Sampling, GreedyTakesTheFirstOfEquals) {
  Sampler sampler;
  EXPECT_EQ(sampler.pick(kLogits, {}, 0), 1);
  EXPECT_EQ(sampler.pick(kLogits, {.temperature = 5, .top_k = 1}, 9), 1);
  EXPECT_EQ(sampler.pick(kLogits, {.temperature = 1, .top_p = 0}, 9), 1);
}

TEST(Sampling, FrequenciesAreTheSoftmax) {
  Sampler sampler;
  std::map<TokenId, int> seen;
  const int draws = 40000;
  for (int i = 0; i < draws; ++i) {
    ++seen[sampler.pick(kLogits, {.temperature = 2, .seed = 5}, static_cast<std::uint64_t>(i))];
  }
  double sum = 0;
  for (float l : kLogits) sum += std::exp(l / 2);
  for (TokenId id = 0; id < 5; ++id) {
    double p = std::exp(kLogits[static_cast<std::size_t>(id)] / 2) / sum;
    EXPECT_NEAR(seen[id], draws * p, 4.5 * std::sqrt(draws * p * (1 - p))) << id;  // 4.5 sigma
  }
}

TEST(Sampling, TopKAndTopPLeaveOutTheRest) {
  Sampler sampler;
  std::map<TokenId, int> k, p;
  for (std::uint64_t i = 0; i < 2000; ++i) {
    ++k[sampler.pick(kLogits, {.temperature = 3, .top_k = 3, .seed = 1}, i)];
    // Probabilities at temperature 1: .38 .38 .14 .05 .007: two reach 0.7, three are needed for 0.8.
    ++p[sampler.pick(kLogits, {.temperature = 1, .top_p = 0.7f, .seed = 1}, i)];
  }
  EXPECT_EQ(k.size(), 3u);
  EXPECT_TRUE(k.contains(1) && k.contains(2) && k.contains(3));
  EXPECT_EQ(p.size(), 2u);
  EXPECT_TRUE(p.contains(1) && p.contains(3));
}

TEST(Sampling, DependsOnSeedAndPositionOnly) {
  Sampler a, b;
  Sampling options{.temperature = 1, .seed = 7};
  std::vector<TokenId> forward, backward;
  for (std::uint64_t i = 0; i < 50; ++i) forward.push_back(a.pick(kLogits, options, i));
  for (std::uint64_t i = 50; i-- > 0;) backward.insert(backward.begin(), b.pick(kLogits, options, i));
  EXPECT_EQ(forward, backward);
  options.seed = 8;
  std::vector<TokenId> other;
  for (std::uint64_t i = 0; i < 50; ++i) other.push_back(a.pick(kLogits, options, i));
  EXPECT_NE(forward, other);
}

TEST(Sampling, NotNumbersAreNeverPicked) {
  const float nan = std::nanf("");
  Sampler sampler;
  EXPECT_EQ(sampler.pick(std::vector<float>{nan, nan}, {.temperature = 1}, 0), -1);
  std::vector<float> some = {nan, 1, nan, 2};
  for (std::uint64_t i = 0; i < 200; ++i) {
    EXPECT_EQ(sampler.pick(some, {.temperature = 9, .seed = 3}, i) % 2, 1);
    EXPECT_EQ(sampler.pick(some, {.temperature = 9, .top_p = 0.99f, .seed = 3}, i) % 2, 1);
  }
}

TEST(Sampling, BestAreLogProbabilitiesInOrder) {
  Sampler sampler;
  std::vector<Ranked> best;
  sampler.best(kLogits, log_sum_exp(kLogits), 3, best);
  ASSERT_EQ(best.size(), 3u);
  EXPECT_EQ(best[0].id, 1);
  EXPECT_EQ(best[1].id, 3);
  EXPECT_EQ(best[2].id, 2);
  double sum = 2 * std::exp(3.0) + std::exp(2.0) + std::exp(1.0) + std::exp(-1.0);
  EXPECT_NEAR(best[0].logprob, 3 - std::log(sum), 1e-6);
  EXPECT_NEAR(best[2].logprob, 2 - std::log(sum), 1e-6);
  sampler.best(kLogits, 0, 99, best);
  EXPECT_EQ(best.size(), 5u);
}

}  // namespace
}  // namespace student
