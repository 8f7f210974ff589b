// Output head and loss in chunks of rows; see Backend::linear_cross_entropy.
#ifndef STUDENT_BACKEND_CPU_LINEAR_CE_H_
#define STUDENT_BACKEND_CPU_LINEAR_CE_H_

#include "backend/backend.h"
#include "backend/cpu/gemm.h"
#include "backend/cpu/pool.h"

namespace student::cpu {

struct LinearCrossEntropy {
  Tensor losses, dhidden, dweight, hidden, weight, targets;
  std::int32_t vocab = 0;
  float grad_scale = 1;
  const TeacherTopK* teacher = nullptr;
};

// Rows of a chunk of logits.
std::int64_t logits_rows(std::int64_t rows, std::int64_t vocab);

// `logits` is memory for a chunk, kept between calls.
void linear_cross_entropy(Pool& pool, Gemm& gemm, Scratch& logits, const LinearCrossEntropy& op);

}  // namespace student::cpu

#endif  // STUDENT_BACKEND_CPU_LINEAR_CE_H_
