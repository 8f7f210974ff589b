#include "quality/metrics.h"

#include <gtest/gtest.h>

#include <random>
#include <vector>

namespace corpus::quality {
namespace {

// Scores that are right about p(positive) after `shown` is undone.
template <typename F>
std::vector<Judged> drawn(int n, unsigned seed, F&& shown) {
  std::mt19937 random(seed);
  std::uniform_real_distribution<double> unit;
  std::vector<Judged> out;
  for (int i = 0; i < n; ++i) {
    double p = unit(random);
    std::size_t truth = unit(random) < p ? 1 : 0;
    out.push_back({truth, p > 0.5 ? 1U : 0U, shown(p)});
  }
  return out;
}

TEST(Metrics, AreaUnderCurveIsTheShareOfPairsInOrder) {
  std::mt19937 random(3);
  for (int round = 0; round < 50; ++round) {
    std::vector<Judged> judged;
    for (int i = 0; i < 40; ++i)
      judged.push_back({random() % 3, 0, static_cast<double>(random() % 10) / 10});
    double wins = 0, pairs = 0;
    for (const auto& a : judged) {
      for (const auto& b : judged) {
        if (a.truth != 1 || b.truth == 1) continue;
        pairs += 1;
        wins += a.score > b.score ? 1 : a.score == b.score ? 0.5 : 0;
      }
    }
    ASSERT_NEAR(area_under_curve(judged, 1), wins / pairs, 1e-12);
  }
  EXPECT_EQ(area_under_curve({}, 1), 0.5);
  EXPECT_EQ(area_under_curve({{1, 1, 0.3}}, 1), 0.5);
}

TEST(Metrics, CalibrationUndoesADistortion) {
  auto distort = [](double p) { return p * p * p; };
  auto calibration = calibrate(drawn(20000, 1, distort), 1);
  auto test = drawn(20000, 2, distort);
  EXPECT_GT(reliability(test, 1).error, 0.2);
  for (auto& j : test) j.score = calibration(j.score);
  EXPECT_LT(reliability(test, 1).error, 0.02);
}

TEST(Metrics, CalibrationKeepsTheOrder) {
  for (unsigned seed = 0; seed < 20; ++seed) {
    auto calibration = calibrate(drawn(300, seed, [](double p) { return 0.2 + p / 2; }), 1);
    ASSERT_GE(calibration.points.size(), 2U);
    double last = -1;
    for (int i = 0; i <= 1000; ++i) {
      double now = calibration(i / 1000.0);
      ASSERT_GT(now, last) << i;
      ASSERT_LE(now, 1);
      last = now;
    }
  }
}

TEST(Metrics, CalibrationNeedsRecordsOfTwoClasses) {
  EXPECT_EQ(calibrate(drawn(39, 1, [](double p) { return p; }), 1)(0.3), 0.3);
  std::vector<Judged> one(1000, {1, 1, 0.7});
  EXPECT_EQ(calibrate(one, 1)(0.3), 0.3);
  EXPECT_EQ(Calibration()(0.25), 0.25);
}

TEST(Metrics, Describes) {
  std::vector<Judged> judged = {{0, 0, 0.1}, {0, 0, 0.2}, {0, 1, 0.7}, {1, 1, 0.9}, {1, 0, 0.3}};
  Value told = describe(judged, {"low", "high"}, 1, {});
  EXPECT_EQ(told.get("records", 0), 5);
  EXPECT_DOUBLE_EQ(told.get("accuracy", 0.0), 0.6);
  EXPECT_DOUBLE_EQ(told.get("auc", 0.0), 0.83333);
  const Value& high = *told.find("classes")->find("high");
  EXPECT_DOUBLE_EQ(high.get("precision", 0.0), 0.5);
  EXPECT_DOUBLE_EQ(high.get("recall", 0.0), 0.5);
  EXPECT_EQ(high.find("answered")->get("low", 0), 1);
  // |0.1-0| + |0.2-0| + |0.7-0| + |0.9-1| + |0.3-1|, each a bin of its own.
  EXPECT_NEAR(told.get("calibration_error", 0.0), (0.1 + 0.2 + 0.7 + 0.1 + 0.7) / 5, 1e-5);
}

}  // namespace
}  // namespace corpus::quality
