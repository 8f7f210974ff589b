// Log-sum-exp between this project's layout, [head, row], and those of attention libraries: [row, head], or
// [document, head, position] where all documents have one length.
#ifndef STUDENT_KERNELS_LSE_CUH_
#define STUDENT_KERNELS_LSE_CUH_

#include "kernels/gpu.cuh"

namespace student::kernels {
GPU_INLINE_NAMESPACE {

// length: of every document, or 0 for [row, head].
template <bool kToLibrary>
__global__ void lse_kernel(float* ours, float* library, std::int64_t rows, int heads, std::int64_t length) {
  const std::int64_t i = static_cast<std::int64_t>(blockIdx.x) * blockDim.x + threadIdx.x;
  if (i >= rows * heads) return;
  const std::int64_t head = i / rows, row = i % rows;
  const std::int64_t there = length == 0 ? row * heads + head : (row / length * heads + head) * length + row % length;
  if (kToLibrary) {
    library[there] = ours[i];
  } else {
    ours[i] = library[there];
  }
}

inline void convert_lse(Stream stream, Tensor lse, float* library, std::int64_t length, bool to_library) {
  launch(to_library ? lse_kernel<true> : lse_kernel<false>,
         dim3(static_cast<unsigned>(divide_up(lse.elements(), 256))), dim3(256), 0, stream, data<float>(lse), library,
         lse.cols, static_cast<int>(lse.rows), length);
}

}  // GPU_INLINE_NAMESPACE
}  // namespace student::kernels

#endif  // STUDENT_KERNELS_LSE_CUH_
