// What a kernel may use, and how it is launched: by nvcc on a device, or by g++ on the fibers of
// backend/emu/shim.h, from the same source. Only these are common to both:
//   threadIdx, blockIdx, blockDim, gridDim, __syncthreads(), __shfl_sync, __shfl_xor_sync and __ballot_sync with a
//   full mask, GPU_SHARED(type, name, count), GPU_DYN_SHARED(type, name), float math by its C names.
// No atomics, no assumption about the order of blocks, warps or lanes.
//
// Host code here lies in an inline namespace of its own for each compiler, since a program holds both.
#ifndef STUDENT_KERNELS_GPU_CUH_
#define STUDENT_KERNELS_GPU_CUH_

#include <cassert>
#include <cfloat>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "tensor/bf16.h"
#include "tensor/philox.h"
#include "tensor/tensor.h"

#if defined(__CUDACC__)

#include <cuda_bf16.h>
#include <cuda_runtime.h>

#define GPU_INLINE_NAMESPACE inline namespace on_device
#define GPU_UNROLL _Pragma("unroll")
#define GPU_SHARED(type, name, count) __shared__ type name[count]
#define GPU_DYN_SHARED(type, name)                            \
  extern __shared__ __align__(16) unsigned char gpu_dynamic[]; \
  type* name = reinterpret_cast<type*>(gpu_dynamic)

namespace student::kernels {
GPU_INLINE_NAMESPACE {

using Stream = cudaStream_t;

// Errors stay with the runtime until the backend asks for them (sync, read).
template <typename... P, typename... A>
void launch(void (*kernel)(P...), dim3 grid, dim3 block, std::size_t shared, Stream stream, A... args) {
  kernel<<<grid, block, shared, stream>>>(static_cast<P>(args)...);
}

}  // GPU_INLINE_NAMESPACE
}  // namespace student::kernels

#else

#include "backend/emu/shim.h"

#endif

namespace student::kernels {
GPU_INLINE_NAMESPACE {

constexpr unsigned kFullMask = 0xffffffffu;
constexpr int kWarp = 32;

__device__ inline float to_float(float x) { return x; }
__device__ inline float to_float(bf16 x) {
#if defined(__CUDACC__)
  return __uint_as_float(static_cast<unsigned>(x) << 16);
#else
  return from_bf16(x);
#endif
}

__device__ inline void store_as(float& to, float x) { to = x; }
__device__ inline void store_as(bf16& to, float x) {
#if defined(__CUDACC__)
  to = __bfloat16_as_ushort(__float2bfloat16_rn(x));
#else
  to = to_bf16(x);
#endif
}

// x as it is after having been stored in type T.
template <typename T>
__device__ inline float rounded(float x) {
  T stored;
  store_as(stored, x);
  return to_float(stored);
}

// W neighbouring elements, moved by the widest access that their size allows (16 bytes; 1 element for W = 1).
// p is aligned to that.
template <typename T, int W>
struct Pack {
  static constexpr int kBytes = static_cast<int>(sizeof(T)) * W;
  using Word = std::conditional_t<kBytes % 16 == 0, uint4, std::conditional_t<kBytes == 8, uint2, T>>;
  static constexpr int kWords = kBytes / static_cast<int>(sizeof(Word));
  union {
    Word words[kWords];
    T items[W];
  };
};

template <int W, typename T>
__device__ inline void load(const T* p, float (&to)[W]) {
  Pack<T, W> pack;
  const auto* words = reinterpret_cast<const typename Pack<T, W>::Word*>(p);
  GPU_UNROLL for (int i = 0; i < pack.kWords; ++i) pack.words[i] = words[i];
  GPU_UNROLL for (int i = 0; i < W; ++i) to[i] = to_float(pack.items[i]);
}

template <int W, typename T>
__device__ inline void store(T* p, const float (&from)[W]) {
  Pack<T, W> pack;
  GPU_UNROLL for (int i = 0; i < W; ++i) store_as(pack.items[i], from[i]);
  auto* words = reinterpret_cast<typename Pack<T, W>::Word*>(p);
  GPU_UNROLL for (int i = 0; i < pack.kWords; ++i) words[i] = pack.words[i];
}

// The same number in every lane; the order of the additions is fixed.
__device__ inline float warp_sum(float x) {
  for (int step = kWarp / 2; step > 0; step /= 2) x += __shfl_xor_sync(kFullMask, x, step);
  return x;
}

__device__ inline float warp_max(float x) {
  for (int step = kWarp / 2; step > 0; step /= 2) x = fmaxf(x, __shfl_xor_sync(kFullMask, x, step));
  return x;
}

// Over the threads of a block that is one row of warps (blockDim.y == 1); may be called again at once.
__device__ inline float block_sum(float x) {
  GPU_SHARED(float, parts, kWarp);
  const int warp = static_cast<int>(threadIdx.x) / kWarp, lane = static_cast<int>(threadIdx.x) % kWarp;
  const int warps = static_cast<int>(blockDim.x) / kWarp;
  x = warp_sum(x);
  if (lane == 0) parts[warp] = x;
  __syncthreads();
  x = warp_sum(lane < warps ? parts[lane] : 0.0f);
  __syncthreads();
  return x;
}

__device__ inline float block_max(float x) {
  GPU_SHARED(float, parts, kWarp);
  const int warp = static_cast<int>(threadIdx.x) / kWarp, lane = static_cast<int>(threadIdx.x) % kWarp;
  const int warps = static_cast<int>(blockDim.x) / kWarp;
  x = warp_max(x);
  if (lane == 0) parts[warp] = x;
  __syncthreads();
  x = warp_max(lane < warps ? parts[lane] : -FLT_MAX);
  __syncthreads();
  return x;
}

// Over the threads that share a row: a warp of its own in a block of several, or the whole block.
__device__ inline float row_sum(float x) {
  return blockDim.x == static_cast<unsigned>(kWarp) ? warp_sum(x) : block_sum(x);
}

// ---- host side

inline std::int64_t divide_up(std::int64_t a, std::int64_t b) { return (a + b - 1) / b; }

template <typename T>
T* data(const Tensor& tensor) {
  return static_cast<T*>(tensor.data);
}

template <typename T>
constexpr int kWide = 16 / static_cast<int>(sizeof(T));  // elements of a 16-byte access

// Whether every row of the tensors can be moved `width` elements at a time with aligned accesses.
template <typename... Tensors>
bool rows_align(int width, const Tensors&... tensors) {
  auto aligned = [width](const Tensor& t) {
    const std::size_t bytes = size_of(t.type) * static_cast<std::size_t>(width);
    return !t || (t.cols % width == 0 && t.stride % width == 0 &&
                  reinterpret_cast<std::uintptr_t>(t.data) % (bytes < 16 ? bytes : 16) == 0);
  };
  return (aligned(tensors) && ...);
}

template <int N>
struct Width {
  static constexpr int value = N;
};

// Calls fn with a value of the tensors' type and the width of its accesses: 16 bytes where all rows allow it, else one
// element.
template <typename Fn, typename... Tensors>
void by_type_and_width(DType type, const Fn& fn, const Tensors&... tensors) {
  assert(type == DType::kF32 || type == DType::kBF16);
  if (type == DType::kF32) {
    rows_align(4, tensors...) ? fn(float{}, Width<4>{}) : fn(float{}, Width<1>{});
  } else {
    rows_align(8, tensors...) ? fn(bf16{}, Width<8>{}) : fn(bf16{}, Width<1>{});
  }
}

}  // GPU_INLINE_NAMESPACE
}  // namespace student::kernels

#endif  // STUDENT_KERNELS_GPU_CUH_
