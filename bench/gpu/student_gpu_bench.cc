// Measurements behind bench/gpu.sh; each prints lines of JSON.
//   student_gpu_bench device
//   student_gpu_bench ceilings
//   student_gpu_bench kernels [rows|update|head|attention]
//   student_gpu_bench step [sequences [length [steps [recompute]]]]
//   student_gpu_bench curve f32|bf16 FILE      compares with the losses in FILE
//   student_gpu_bench write-curve FILE         writes them (f32)
// STUDENT_BACKEND chooses the backend; cuda unless it is set.
#include <cstring>

#include "measure.h"
#include "programs.h"

int main(int argc, char** argv) {
  using namespace student;
  using namespace student::bench;
  const std::string what = argc > 1 ? argv[1] : "";
  const char* name = std::getenv("STUDENT_BACKEND");
  auto backend = need(make_backend(name != nullptr ? name : "cuda"));
  if (what == "device") {
    std::printf("%s\n", backend->device().c_str());
    return 0;
  }
  if (what == "ceilings") return ceilings(*backend);
  if (what == "kernels") return kernels(*backend, argc > 2 ? argv[2] : "");
  if (what == "step") {
    StepOptions options;
    if (argc > 2) options.sequences = std::atoi(argv[2]);
    if (argc > 3) options.length = std::atoi(argv[3]);
    if (argc > 4) options.steps = std::atoi(argv[4]);
    options.recompute = argc > 5 && std::strcmp(argv[5], "recompute") == 0;
    return step(*backend, options);
  }
  if (what == "curve" && argc > 3) {
    return curve(*backend, std::strcmp(argv[2], "f32") == 0 ? DType::kF32 : DType::kBF16, argv[3], false);
  }
  if (what == "write-curve" && argc > 2) return curve(*backend, DType::kF32, argv[2], true);
  std::fprintf(stderr, "usage: %s device|ceilings|kernels|step|curve|write-curve; see its source\n", argv[0]);
  return 2;
}
