#include "train/schedule.h"

#include <gtest/gtest.h>

namespace student {
namespace {

TEST(Schedule, WarmsUpToThePeak) {
  Schedule s{.peak = 1, .steps = 100, .warmup = 10};
  EXPECT_FLOAT_EQ(s.at(0), 0.1f);
  EXPECT_FLOAT_EQ(s.at(9), 1);
  EXPECT_FLOAT_EQ(s.at(10), 1);
}

TEST(Schedule, CosineEndsAtTheFloor) {
  Schedule s{.peak = 2, .steps = 101, .warmup = 0, .floor = 0.1f};
  EXPECT_FLOAT_EQ(s.at(0), 2);
  EXPECT_FLOAT_EQ(s.at(50), 1.1f);
  EXPECT_FLOAT_EQ(s.at(100), 0.2f);
  for (int i = 1; i < 101; ++i) EXPECT_LT(s.at(i), s.at(i - 1));
}

TEST(Schedule, WsdStaysAndComesDownAtTheEnd) {
  Schedule s{.shape = Shape::kWsd, .peak = 1, .steps = 100, .warmup = 5, .floor = 0, .decay = 0.2f};
  for (int i = 5; i <= 80; ++i) EXPECT_FLOAT_EQ(s.at(i), 1) << i;
  EXPECT_LT(s.at(81), 1);
  EXPECT_FLOAT_EQ(s.at(99), 0);
}

TEST(Schedule, OneStepIsOneStep) {
  EXPECT_FLOAT_EQ((Schedule{.peak = 1, .steps = 1}).at(0), 1);
  EXPECT_FLOAT_EQ((Schedule{.shape = Shape::kConstant, .peak = 3, .steps = 9}).at(8), 3);
}

}  // namespace
}  // namespace student
