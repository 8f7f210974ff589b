// Angles of the rotary embedding, computed as transformers does (frequencies and products in f32), so that
// long texts agree with it.
#ifndef STUDENT_MODEL_ROPE_TABLE_H_
#define STUDENT_MODEL_ROPE_TABLE_H_

#include <vector>

#include "model/config.h"

namespace student {

struct RopeTable {
  std::vector<float> cos, sin;  // [positions, head_dim / 2]
};

std::vector<float> rope_frequencies(const Config& config);
RopeTable rope_table(const Config& config, std::int64_t positions);

}  // namespace student

#endif  // STUDENT_MODEL_ROPE_TABLE_H_
