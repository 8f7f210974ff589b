// The learning rate of a step.
#ifndef STUDENT_TRAIN_SCHEDULE_H_
#define STUDENT_TRAIN_SCHEDULE_H_

#include <cstdint>

namespace student {

// kCosine: down half a wave to `floor` of the peak (Loshchilov & Hutter 2017). kWsd: warm up, stay, come down in
// the last `decay` of the steps as 1 - sqrt(x) (Hu et al. 2024; Haegele et al. 2024), so a run can be prolonged.
enum class Shape : std::uint8_t { kCosine, kWsd, kConstant };

struct Schedule {
  Shape shape = Shape::kCosine;
  float peak = 0;
  std::int64_t steps = 1;   // of the whole run
  std::int64_t warmup = 0;  // steps from peak / warmup up to the peak
  float floor = 0.1f;       // share of the peak at the end
  float decay = 0.2f;       // kWsd: share of the steps

  float at(std::int64_t step) const;  // from 0
};

}  // namespace student

#endif  // STUDENT_TRAIN_SCHEDULE_H_
