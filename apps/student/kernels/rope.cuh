// Rotary position embedding (Su et al. 2021), the form that rotates the first half of a head against the second.
#ifndef STUDENT_KERNELS_ROPE_CUH_
#define STUDENT_KERNELS_ROPE_CUH_

#include "kernels/gpu.cuh"

namespace student::kernels {
GPU_INLINE_NAMESPACE {

// A thread turns W pairs: elements i and i + half of one head.
template <typename T, int W>
__global__ void rope_kernel(T* x, std::int64_t stride, const std::int32_t* positions, const float* cos,
                            const float* sin, std::int64_t accesses, int heads, int half, float sign) {
  const std::int64_t i = static_cast<std::int64_t>(blockIdx.x) * blockDim.x + threadIdx.x;
  if (i >= accesses) return;
  const int per_head = half / W;
  const std::int64_t head_of_all = i / per_head;
  const int pair = static_cast<int>(i % per_head) * W;
  const std::int64_t row = head_of_all / heads;
  T* at = x + row * stride + (head_of_all % heads) * 2 * half + pair;
  const std::int64_t angle = static_cast<std::int64_t>(positions[row]) * half + pair;
  float a[W], b[W], c[W], s[W];
  load<W>(at, a);
  load<W>(at + half, b);
  load<W>(cos + angle, c);
  load<W>(sin + angle, s);
  for (int j = 0; j < W; ++j) {
    const float first = a[j], second = b[j], turned = sign * s[j];
    a[j] = first * c[j] - second * turned;
    b[j] = second * c[j] + first * turned;
  }
  store<W>(at, a);
  store<W>(at + half, b);
}

inline void rope(Stream stream, Tensor x, Tensor positions, Tensor cos, Tensor sin, std::int32_t heads,
                 std::int32_t head_dim, bool backward) {
  const int half = head_dim / 2;
  const Tensor halves(x.data, x.type, x.rows, half, half);  // where accesses begin: multiples of half in each row
  auto run = [&](auto type, auto width) {
    using T = decltype(type);
    constexpr int W = decltype(width)::value;
    const std::int64_t accesses = x.rows * heads * (half / W);
    launch(rope_kernel<T, W>, dim3(static_cast<unsigned>(divide_up(accesses, 256))), dim3(256), 0, stream, data<T>(x),
           x.stride, data<std::int32_t>(positions), data<float>(cos), data<float>(sin), accesses, heads, half,
           backward ? -1.0f : 1.0f);
  };
  by_type_and_width(x.type, run, x, halves, cos, sin);
}

}  // GPU_INLINE_NAMESPACE
}  // namespace student::kernels

#endif  // STUDENT_KERNELS_ROPE_CUH_
