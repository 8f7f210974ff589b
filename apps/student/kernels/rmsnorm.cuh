// RMSNorm and its backward. A row belongs to a warp (up to 32 accesses wide) or to a block, and stays in
// registers between the sum and the scaling, so each tensor crosses the memory bus once.
//
// The gradient of the weight is summed in two stages: each group of threads over the rows it walks, then
// column_sum (reduce.cuh) over the groups. The number of groups depends on the shape alone.
#ifndef STUDENT_KERNELS_RMSNORM_CUH_
#define STUDENT_KERNELS_RMSNORM_CUH_

#include "kernels/gpu.cuh"
#include "kernels/reduce.cuh"

namespace student::kernels {
GPU_INLINE_NAMESPACE {

// K accesses of W elements a thread; column (k * blockDim.x + threadIdx.x) * W.
template <typename T, int W, int K>
__global__ void __launch_bounds__(1024) rmsnorm_kernel(T* y, std::int64_t y_stride, float* rstd, T* x,
                                                       std::int64_t x_stride, const T* residual,
                                                       std::int64_t residual_stride, const T* w, std::int64_t rows,
                                                       int cols, float eps) {
  const std::int64_t row = static_cast<std::int64_t>(blockIdx.x) * blockDim.y + threadIdx.y;
  const bool live = row < rows;  // the others take part in the sums
  float held[K][W] = {}, sum = 0;
  GPU_UNROLL for (int k = 0; k < K; ++k) {
    const int col = static_cast<int>(k * blockDim.x + threadIdx.x) * W;
    if (!live || col >= cols) continue;
    load<W>(x + row * x_stride + col, held[k]);
    if (residual != nullptr) {
      float more[W];
      load<W>(residual + row * residual_stride + col, more);
      for (int i = 0; i < W; ++i) held[k][i] = rounded<T>(held[k][i] + more[i]);
      store<W>(x + row * x_stride + col, held[k]);
    }
    for (int i = 0; i < W; ++i) sum += held[k][i] * held[k][i];
  }
  const float scale = rsqrtf(row_sum(sum) / static_cast<float>(cols) + eps);
  if (live && threadIdx.x == 0) rstd[row] = scale;
  GPU_UNROLL for (int k = 0; k < K; ++k) {
    const int col = static_cast<int>(k * blockDim.x + threadIdx.x) * W;
    if (!live || col >= cols) continue;
    float weight[W], out[W];
    load<W>(w + col, weight);
    for (int i = 0; i < W; ++i) out[i] = weight[i] * rounded<T>(held[k][i] * scale);
    store<W>(y + row * y_stride + col, out);
  }
}

// dx = rstd (w dy - xhat mean(w dy xhat)) with xhat = x rstd; partial[group] = sum over its rows of dy xhat.
template <typename T, int W, int K, bool kAccumulate>
__global__ void __launch_bounds__(1024) rmsnorm_backward_kernel(
    T* dx, std::int64_t dx_stride, float* partial, const T* dy, std::int64_t dy_stride, const T* x,
    std::int64_t x_stride, const T* w, const float* rstd, std::int64_t rows, int cols) {
  float dw[K][W] = {};
  for (std::int64_t first = static_cast<std::int64_t>(blockIdx.x) * blockDim.y; first < rows;
       first += static_cast<std::int64_t>(gridDim.x) * blockDim.y) {
    const std::int64_t row = first + threadIdx.y;
    const bool live = row < rows;
    const float scale = live ? rstd[row] : 0.0f;
    float xhat[W] = {}, grad[W] = {}, sum = 0;  // of the only access; of several, they are read again below
    GPU_UNROLL for (int k = 0; k < K; ++k) {
      const int col = static_cast<int>(k * blockDim.x + threadIdx.x) * W;
      if (!live || col >= cols) continue;
      float weight[W];
      load<W>(x + row * x_stride + col, xhat);
      load<W>(dy + row * dy_stride + col, grad);
      load<W>(w + col, weight);
      for (int i = 0; i < W; ++i) {
        xhat[i] *= scale;
        dw[k][i] += grad[i] * xhat[i];
        grad[i] *= weight[i];
        sum += grad[i] * xhat[i];
      }
    }
    const float mean = row_sum(sum) / static_cast<float>(cols);
    GPU_UNROLL for (int k = 0; k < K; ++k) {
      const int col = static_cast<int>(k * blockDim.x + threadIdx.x) * W;
      if (!live || col >= cols) continue;
      if (K > 1) {
        float weight[W];
        load<W>(x + row * x_stride + col, xhat);
        load<W>(dy + row * dy_stride + col, grad);
        load<W>(w + col, weight);
        for (int i = 0; i < W; ++i) {
          xhat[i] *= scale;
          grad[i] *= weight[i];
        }
      }
      float out[W] = {};
      if (kAccumulate) load<W>(dx + row * dx_stride + col, out);
      for (int i = 0; i < W; ++i) out[i] += scale * (grad[i] - xhat[i] * mean);
      store<W>(dx + row * dx_stride + col, out);
    }
  }
  if (partial == nullptr) return;
  float* mine = partial + (static_cast<std::int64_t>(blockIdx.x) * blockDim.y + threadIdx.y) * cols;
  GPU_UNROLL for (int k = 0; k < K; ++k) {
    const int col = static_cast<int>(k * blockDim.x + threadIdx.x) * W;
    if (col < cols) store<W>(mine + col, dw[k]);
  }
}

// Threads of a row (x) and rows of a block (y).
inline dim3 row_block(std::int64_t accesses) {
  if (accesses <= kWarp) return dim3(kWarp, 8);
  return dim3(static_cast<unsigned>(divide_up(accesses < 1024 ? accesses : 1024, kWarp) * kWarp), 1);
}

constexpr int kMostColumns = 16384;  // 1024 threads with 16 elements each

inline void rmsnorm(Stream stream, Tensor y, Tensor rstd, Tensor x, Tensor w, float eps, Tensor residual) {
  assert(x.cols <= kMostColumns);
  auto run = [&](auto type, auto width) {
    using T = decltype(type);
    constexpr int W = decltype(width)::value;
    const dim3 block = row_block(x.cols / W);
    const auto grid = static_cast<unsigned>(divide_up(x.rows, block.y));
    auto* kernel = x.cols / W <= 1024 ? rmsnorm_kernel<T, W, 1> : rmsnorm_kernel<T, W, 16 / W>;
    launch(kernel, dim3(grid), block, 0, stream, data<T>(y), y.stride, data<float>(rstd), data<T>(x), x.stride,
           data<T>(residual), residual.stride, data<T>(w), x.rows, static_cast<int>(x.cols), eps);
  };
  by_type_and_width(x.type, run, y, x, w, residual);
}

// Blocks of the backward: enough to fill a device, few enough that the partial sums cost little.
inline unsigned rmsnorm_groups(std::int64_t rows, dim3 block) {
  const std::int64_t wanted = 262144 / (block.x * block.y);
  const std::int64_t most = divide_up(rows, block.y);
  return static_cast<unsigned>(wanted < most ? wanted : most);
}

// Bytes of scratch that rmsnorm_backward needs when there is a dw.
inline std::size_t rmsnorm_backward_scratch(std::int64_t rows, std::int64_t cols) {
  std::int64_t groups = cols <= kWarp * 8 ? 8192 : 262144 / (divide_up(cols / 8, kWarp) * kWarp);  // 16-byte rows of bf16
  groups = groups < rows + 8 ? groups : rows + 8;
  return static_cast<std::size_t>((groups + kColumnSumChunks) * cols) * sizeof(float);
}

inline void rmsnorm_backward(Stream stream, Tensor dx, bool accumulate, Tensor dw, Tensor dy, Tensor x, Tensor w,
                             Tensor rstd, void* scratch) {
  assert(x.cols <= kMostColumns);
  auto* partial = dw ? static_cast<float*>(scratch) : nullptr;
  auto run = [&](auto type, auto width) {
    using T = decltype(type);
    constexpr int W = decltype(width)::value;
    const dim3 block = row_block(x.cols / W);
    const unsigned grid = rmsnorm_groups(x.rows, block);
    const bool one = x.cols / W <= 1024;
    auto* kernel = accumulate ? (one ? rmsnorm_backward_kernel<T, W, 1, true> : rmsnorm_backward_kernel<T, W, 16 / W, true>)
                              : (one ? rmsnorm_backward_kernel<T, W, 1, false>
                                     : rmsnorm_backward_kernel<T, W, 16 / W, false>);
    launch(kernel, dim3(grid), block, 0, stream, data<T>(dx), dx.stride, partial, data<T>(dy), dy.stride, data<T>(x),
           x.stride, data<T>(w), data<float>(rstd), x.rows, static_cast<int>(x.cols));
    if (dw) {
      const std::int64_t groups = static_cast<std::int64_t>(grid) * block.y;
      column_sum(stream, dw, Tensor(partial, DType::kF32, groups, x.cols), partial + groups * x.cols);
    }
  };
  by_type_and_width(x.type, run, dx, dy, x, w);
}

}  // GPU_INLINE_NAMESPACE
}  // namespace student::kernels

#endif  // STUDENT_KERNELS_RMSNORM_CUH_
