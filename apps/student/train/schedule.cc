#include "train/schedule.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace student {

float Schedule::at(std::int64_t step) const {
  if (step < warmup) return peak * static_cast<float>(step + 1) / static_cast<float>(warmup);
  if (shape == Shape::kConstant) return peak;
  double begin = static_cast<double>(warmup), end = static_cast<double>(steps);
  if (shape == Shape::kWsd) begin = std::max(begin, end - std::floor(end * decay));
  // The last step stands at the end: its rate is the floor's.
  double done = static_cast<double>(step) - begin, span = std::max(1.0, end - 1 - begin);
  double x = std::clamp(done / span, 0.0, 1.0);
  double left = shape == Shape::kCosine ? 0.5 * (1 + std::cos(std::numbers::pi * x)) : 1 - std::sqrt(x);
  return static_cast<float>(peak * (floor + (1 - floor) * left));
}

}  // namespace student
