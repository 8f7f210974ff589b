// Sums in a fixed order: over the columns of a matrix, and over everything. Both in two stages: parts that depend
// on the shape alone, then the parts one after the other.
#ifndef STUDENT_KERNELS_REDUCE_CUH_
#define STUDENT_KERNELS_REDUCE_CUH_

#include "kernels/gpu.cuh"

namespace student::kernels {
GPU_INLINE_NAMESPACE {

constexpr int kColumnSumChunks = 64;   // parts of a column
constexpr int kColumnSumWarps = 8;     // warps of a block; each walks its own rows
constexpr int kSumBlocks = 1024;       // parts of a whole tensor
constexpr int kSumThreads = 256;

// out[chunk, col] (+)= sum of x over the rows of the chunk. A lane owns W columns, a warp every eighth row.
template <typename T, int W, bool kAccumulate>
__global__ void column_sum_kernel(float* out, const T* x, std::int64_t stride, std::int64_t rows, std::int64_t cols,
                                  std::int64_t rows_of_chunk) {
  GPU_SHARED(float, parts, kColumnSumWarps * kWarp * W);
  const int lane = static_cast<int>(threadIdx.x), warp = static_cast<int>(threadIdx.y);
  const std::int64_t col = (static_cast<std::int64_t>(blockIdx.x) * kWarp + lane) * W;
  const std::int64_t first = blockIdx.y * rows_of_chunk;
  const std::int64_t last = first + rows_of_chunk < rows ? first + rows_of_chunk : rows;
  float sum[W] = {};
  if (col < cols) {
    for (std::int64_t row = first + warp; row < last; row += kColumnSumWarps) {
      float values[W];
      load<W>(x + row * stride + col, values);
      for (int i = 0; i < W; ++i) sum[i] += values[i];
    }
  }
  for (int i = 0; i < W; ++i) parts[(warp * W + i) * kWarp + lane] = sum[i];
  __syncthreads();
  if (warp != 0 || col >= cols) return;
  float* to = out + blockIdx.y * cols + col;
  for (int i = 0; i < W; ++i) {
    float total = 0;
    for (int other = 0; other < kColumnSumWarps; ++other) total += parts[(other * W + i) * kWarp + lane];
    to[i] = kAccumulate ? to[i] + total : total;
  }
}

// y[1,d] += column sums of x. scratch: kColumnSumChunks * d floats.
inline void column_sum(Stream stream, Tensor y, Tensor x, float* scratch) {
  const dim3 block(kWarp, kColumnSumWarps);
  auto first = [&](auto type, auto width) {
    using T = decltype(type);
    constexpr int W = decltype(width)::value;
    const std::int64_t rows_of_chunk = divide_up(x.rows, kColumnSumChunks);
    const dim3 grid(static_cast<unsigned>(divide_up(x.cols, kWarp * W)), kColumnSumChunks);
    launch(column_sum_kernel<T, W, false>, grid, block, 0, stream, scratch, data<T>(x), x.stride, x.rows, x.cols,
           rows_of_chunk);
  };
  by_type_and_width(x.type, first, x);
  launch(column_sum_kernel<float, 1, true>, dim3(static_cast<unsigned>(divide_up(x.cols, kWarp))), block, 0, stream,
         data<float>(y), scratch, x.cols, static_cast<std::int64_t>(kColumnSumChunks), x.cols,
         static_cast<std::int64_t>(kColumnSumChunks));
}

__device__ inline double warp_sum_double(double x) {
  for (int step = kWarp / 2; step > 0; step /= 2) x += __shfl_xor_sync(kFullMask, x, step);
  return x;
}

__device__ inline double block_sum_double(double x) {
  GPU_SHARED(double, parts, kWarp);
  const int warp = static_cast<int>(threadIdx.x) / kWarp, lane = static_cast<int>(threadIdx.x) % kWarp;
  x = warp_sum_double(x);
  if (lane == 0) parts[warp] = x;
  __syncthreads();
  return warp_sum_double(lane < static_cast<int>(blockDim.x) / kWarp ? parts[lane] : 0.0);
}

template <int W, bool kSquares>
__global__ void sum_kernel(double* parts, const float* x, std::int64_t stride, std::int64_t accesses,
                           std::int64_t per_row) {
  double sum = 0;
  const std::int64_t step = static_cast<std::int64_t>(gridDim.x) * blockDim.x;
  for (std::int64_t i = static_cast<std::int64_t>(blockIdx.x) * blockDim.x + threadIdx.x; i < accesses; i += step) {
    float values[W];
    load<W>(x + i / per_row * stride + i % per_row * W, values);
    for (int j = 0; j < W; ++j) {
      const double value = values[j];
      sum += kSquares ? value * value : value;
    }
  }
  sum = block_sum_double(sum);
  if (threadIdx.x == 0) parts[blockIdx.x] = sum;
}

template <typename T>  // a template, so that every file that includes this may hold it
__global__ void sum_parts_kernel(T* out, const T* parts, int count) {
  T sum = 0;
  for (int i = static_cast<int>(threadIdx.x); i < count; i += static_cast<int>(blockDim.x)) sum += parts[i];
  sum = block_sum_double(sum);
  if (threadIdx.x == 0) *out = sum;
}

// out = sum of x or of its squares; parts: kSumBlocks doubles.
inline void sum(Stream stream, double* out, double* parts, Tensor x, bool squares) {
  assert(x.type == DType::kF32);
  if (x.stride == x.cols) x = Tensor(x.data, x.type, 1, x.elements());  // one run of memory
  const bool wide = rows_align(4, x);
  const std::int64_t per_row = wide ? x.cols / 4 : x.cols, accesses = x.rows * per_row;
  const std::int64_t most = static_cast<std::int64_t>(kSumBlocks) * kSumThreads;
  const auto blocks = static_cast<int>(accesses < most ? divide_up(accesses, kSumThreads) : kSumBlocks);
  if (blocks > 0) {
    auto* kernel = squares ? (wide ? sum_kernel<4, true> : sum_kernel<1, true>)
                           : (wide ? sum_kernel<4, false> : sum_kernel<1, false>);
    launch(kernel, dim3(static_cast<unsigned>(blocks)), dim3(kSumThreads), 0, stream, parts, data<float>(x), x.stride,
           accesses, per_row);
  }
  launch(sum_parts_kernel<double>, dim3(1), dim3(kSumThreads), 0, stream, out, parts, blocks);
}

}  // GPU_INLINE_NAMESPACE
}  // namespace student::kernels

#endif  // STUDENT_KERNELS_REDUCE_CUH_
