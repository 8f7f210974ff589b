// SwiGLU (Shazeer 2020) over a buffer that holds the gate in its left half and the other factor in its right.
#ifndef STUDENT_KERNELS_SWIGLU_CUH_
#define STUDENT_KERNELS_SWIGLU_CUH_

#include "kernels/gpu.cuh"

namespace student::kernels {
GPU_INLINE_NAMESPACE {

__device__ inline float sigmoid(float x) { return 1.0f / (1.0f + expf(-x)); }

template <typename T, int W>
__global__ void swiglu_kernel(T* out, std::int64_t out_stride, const T* gate_up, std::int64_t stride,
                              std::int64_t accesses, int width) {
  const std::int64_t i = static_cast<std::int64_t>(blockIdx.x) * blockDim.x + threadIdx.x;
  if (i >= accesses) return;
  const std::int64_t row = i / (width / W);
  const int col = static_cast<int>(i % (width / W)) * W;
  float gate[W], up[W];
  load<W>(gate_up + row * stride + col, gate);
  load<W>(gate_up + row * stride + width + col, up);
  for (int j = 0; j < W; ++j) up[j] *= gate[j] * sigmoid(gate[j]);
  store<W>(out + row * out_stride + col, up);
}

template <typename T, int W>
__global__ void swiglu_backward_kernel(T* dgate_up, std::int64_t dstride, const T* dout, std::int64_t out_stride,
                                       const T* gate_up, std::int64_t stride, std::int64_t accesses, int width) {
  const std::int64_t i = static_cast<std::int64_t>(blockIdx.x) * blockDim.x + threadIdx.x;
  if (i >= accesses) return;
  const std::int64_t row = i / (width / W);
  const int col = static_cast<int>(i % (width / W)) * W;
  float gate[W], up[W], grad[W];
  load<W>(gate_up + row * stride + col, gate);
  load<W>(gate_up + row * stride + width + col, up);
  load<W>(dout + row * out_stride + col, grad);
  for (int j = 0; j < W; ++j) {
    const float s = sigmoid(gate[j]), dsilu = s * (1 + gate[j] * (1 - s));
    up[j] *= grad[j] * dsilu;
    grad[j] *= gate[j] * s;
  }
  store<W>(dgate_up + row * dstride + col, up);
  store<W>(dgate_up + row * dstride + width + col, grad);
}

inline void swiglu(Stream stream, Tensor out, Tensor gate_up) {
  auto run = [&](auto type, auto width) {
    using T = decltype(type);
    constexpr int W = decltype(width)::value;
    const std::int64_t accesses = out.rows * (out.cols / W);
    launch(swiglu_kernel<T, W>, dim3(static_cast<unsigned>(divide_up(accesses, 256))), dim3(256), 0, stream,
           data<T>(out), out.stride, data<T>(gate_up), gate_up.stride, accesses, static_cast<int>(out.cols));
  };
  by_type_and_width(out.type, run, out, gate_up);
}

inline void swiglu_backward(Stream stream, Tensor dgate_up, Tensor dout, Tensor gate_up) {
  auto run = [&](auto type, auto width) {
    using T = decltype(type);
    constexpr int W = decltype(width)::value;
    const std::int64_t accesses = dout.rows * (dout.cols / W);
    launch(swiglu_backward_kernel<T, W>, dim3(static_cast<unsigned>(divide_up(accesses, 256))), dim3(256), 0, stream,
           data<T>(dgate_up), dgate_up.stride, data<T>(dout), dout.stride, data<T>(gate_up), gate_up.stride, accesses,
           static_cast<int>(dout.cols));
  };
  by_type_and_width(dout.type, run, dgate_up, dout, gate_up);
}

}  // GPU_INLINE_NAMESPACE
}  // namespace student::kernels

#endif  // STUDENT_KERNELS_SWIGLU_CUH_
