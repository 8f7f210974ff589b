// What student_gpu_bench can do; see its main.
#ifndef CORPUS_BENCH_GPU_PROGRAMS_H_
#define CORPUS_BENCH_GPU_PROGRAMS_H_

#include <string>

#include "backend/backend.h"

namespace student::bench {

int ceilings(Backend& on);
// group: rows, update, head or attention; empty: all of them.
int kernels(Backend& on, const std::string& group);

struct StepOptions {
  std::int32_t sequences = 8, length = 2048;
  int steps = 10;
  bool recompute = false;
};
int step(Backend& on, const StepOptions& options);

// Twenty steps of a small seeded model; losses to or against a file of numbers.
int curve(Backend& on, DType type, const std::string& file, bool write);

}  // namespace student::bench

#endif  // CORPUS_BENCH_GPU_PROGRAMS_H_
