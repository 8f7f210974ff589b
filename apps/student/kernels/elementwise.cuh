// y = x in another type, y += a x, zeros, and a bias added to every row.
#ifndef STUDENT_KERNELS_ELEMENTWISE_CUH_
#define STUDENT_KERNELS_ELEMENTWISE_CUH_

#include "kernels/gpu.cuh"

namespace student::kernels {
GPU_INLINE_NAMESPACE {

// y = (y if kAdd) + a x
template <typename To, typename From, int W, bool kAdd>
__global__ void scaled_kernel(To* y, std::int64_t y_stride, const From* x, std::int64_t x_stride,
                              std::int64_t accesses, std::int64_t per_row, float a) {
  const std::int64_t i = static_cast<std::int64_t>(blockIdx.x) * blockDim.x + threadIdx.x;
  if (i >= accesses) return;
  const std::int64_t row = i / per_row, col = i % per_row * W;
  float from[W], to[W];
  load<W>(x + row * x_stride + col, from);
  if (kAdd) {
    load<W>(y + row * y_stride + col, to);
    for (int j = 0; j < W; ++j) to[j] += a * from[j];
  } else {
    for (int j = 0; j < W; ++j) to[j] = from[j];
  }
  store<W>(y + row * y_stride + col, to);
}

template <bool kAdd>
void scaled(Stream stream, Tensor y, Tensor x, float a) {
  if (x.stride == x.cols && y.stride == y.cols) {  // one run of memory
    x = Tensor(x.data, x.type, 1, x.elements());
    y = Tensor(y.data, y.type, 1, y.elements());
  }
  auto run = [&](auto to, auto from, auto width) {
    constexpr int W = decltype(width)::value;
    const std::int64_t per_row = x.cols / W, accesses = x.rows * per_row;
    if (accesses == 0) return;
    using To = decltype(to);
    using From = decltype(from);
    launch(scaled_kernel<To, From, W, kAdd>, dim3(static_cast<unsigned>(divide_up(accesses, 256))), dim3(256), 0,
           stream, data<To>(y), y.stride, data<From>(x), x.stride, accesses, per_row, a);
  };
  auto by_width = [&](auto to, auto from) {
    rows_align(8, x, y) ? run(to, from, Width<8>{}) : run(to, from, Width<1>{});
  };
  if (y.type == DType::kF32) {
    x.type == DType::kF32 ? by_width(float{}, float{}) : by_width(float{}, bf16{});
  } else {
    x.type == DType::kF32 ? by_width(bf16{}, float{}) : by_width(bf16{}, bf16{});
  }
}

inline void cast(Stream stream, Tensor to, Tensor from) { scaled<false>(stream, to, from, 1); }
inline void add_scaled(Stream stream, Tensor y, Tensor x, float a) { scaled<true>(stream, y, x, a); }

template <typename T>
__global__ void zero_kernel(T* y, std::int64_t stride, std::int64_t elements, std::int64_t cols) {
  const std::int64_t i = static_cast<std::int64_t>(blockIdx.x) * blockDim.x + threadIdx.x;
  if (i < elements) store_as(y[i / cols * stride + i % cols], 0.0f);
}

// Leaves alone what lies between the rows.
inline void zero_rows(Stream stream, Tensor y) {
  const std::int64_t n = y.elements();
  if (n == 0) return;
  auto run = [&](auto type) {
    using T = decltype(type);
    launch(zero_kernel<T>, dim3(static_cast<unsigned>(divide_up(n, 256))), dim3(256), 0, stream, data<T>(y), y.stride,
           n, y.cols);
  };
  y.type == DType::kF32 ? run(float{}) : run(bf16{});
}

template <typename T, typename B>
__global__ void add_bias_kernel(T* c, std::int64_t stride, const B* bias, std::int64_t elements, std::int64_t cols) {
  const std::int64_t i = static_cast<std::int64_t>(blockIdx.x) * blockDim.x + threadIdx.x;
  if (i >= elements) return;
  T* at = c + i / cols * stride + i % cols;
  store_as(*at, to_float(*at) + to_float(bias[i % cols]));
}

// For the types that the matrix library's epilogue does not take.
inline void add_bias(Stream stream, Tensor c, Tensor bias) {
  const std::int64_t n = c.elements();
  auto run = [&](auto type, auto bias_type) {
    using T = decltype(type);
    using B = decltype(bias_type);
    launch(add_bias_kernel<T, B>, dim3(static_cast<unsigned>(divide_up(n, 256))), dim3(256), 0, stream, data<T>(c),
           c.stride, data<B>(bias), n, c.cols);
  };
  if (n == 0) return;
  if (c.type == DType::kF32) {
    bias.type == DType::kF32 ? run(float{}, float{}) : run(float{}, bf16{});
  } else {
    bias.type == DType::kF32 ? run(bf16{}, float{}) : run(bf16{}, bf16{});
  }
}

}  // GPU_INLINE_NAMESPACE
}  // namespace student::kernels

#endif  // STUDENT_KERNELS_ELEMENTWISE_CUH_
