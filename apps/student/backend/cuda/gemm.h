// Matrix products by cuBLASLt: row-major tensors, f32 sums, no TF32, no reduction whose order is not fixed.
// The algorithm of each shape is asked for once and kept. It comes from the library's heuristic and not from timing
// it here, so that two runs of a program take the same one and give the same bytes.
#ifndef STUDENT_BACKEND_CUDA_GEMM_H_
#define STUDENT_BACKEND_CUDA_GEMM_H_

#include <cublasLt.h>
#include <cuda_runtime_api.h>

#include <array>
#include <cstdint>
#include <map>

#include "backend/backend.h"

namespace student::cuda {

class Gemm {
 public:
  static constexpr std::size_t kWorkspace = std::size_t{64} << 20;

  Gemm() = default;
  ~Gemm();
  Gemm(const Gemm&) = delete;
  Gemm& operator=(const Gemm&) = delete;

  Result<void> open();

  // c = op(a) op(b) (+ c) (+ bias). kUnsupported when the library has no algorithm with this bias: then add it apart.
  Result<void> run(cudaStream_t stream, Tensor c, Tensor a, bool trans_a, Tensor b, bool trans_b, bool accumulate,
                   Tensor bias);

 private:
  using Key = std::array<std::int64_t, 13>;
  struct Plan {
    cublasLtMatmulDesc_t operation = nullptr;
    cublasLtMatrixLayout_t a = nullptr, b = nullptr, c = nullptr;
    cublasLtMatmulAlgo_t algorithm{};
    bool found = false;
  };
  Result<Plan*> plan(const Key& key, Tensor c, Tensor a, bool trans_a, Tensor b, bool trans_b, Tensor bias);

  cublasLtHandle_t library_ = nullptr;
  void* workspace_ = nullptr;
  std::map<Key, Plan> plans_;
};

}  // namespace student::cuda

#endif  // STUDENT_BACKEND_CUDA_GEMM_H_
