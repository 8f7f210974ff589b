// AdamW over a flat range: one pass over gradient, moments and weights.
#ifndef STUDENT_KERNELS_ADAMW_CUH_
#define STUDENT_KERNELS_ADAMW_CUH_

#include "backend/backend.h"
#include "kernels/gpu.cuh"

namespace student::kernels {
GPU_INLINE_NAMESPACE {

struct AdamWNumbers {
  float lr, beta1, beta2, eps, decay, grad_scale;
  float correction1, correction2;  // 1 / (1 - beta1^step), 1 / sqrt(1 - beta2^step)
  std::uint64_t seed, step, stream;
};

__device__ inline void store_rounding(float& to, float x, std::uint32_t) { to = x; }
__device__ inline void store_rounding(bf16& to, float x, std::uint32_t random) {
#if defined(__CUDACC__)
  to = stochastic_bf16(__float_as_uint(x), random);
#else
  to = stochastic_bf16(std::bit_cast<std::uint32_t>(x), random);
#endif
}

// kMaster: the exact weight is in `master`, param is its rounding. Otherwise param is the weight; a bf16 one is rounded
// up or down at random, by what it would lose.
template <typename T, int W, bool kMaster>
__global__ void adamw_kernel(T* param, float* master, float* m, float* v, const float* grad, std::int64_t accesses,
                             AdamWNumbers o) {
  const std::int64_t i = static_cast<std::int64_t>(blockIdx.x) * blockDim.x + threadIdx.x;
  if (i >= accesses) return;
  float weight[W], first[W], second[W], g[W];
  if (kMaster) {
    load<W>(master + i * W, weight);
  } else {
    load<W>(param + i * W, weight);
  }
  load<W>(m + i * W, first);
  load<W>(v + i * W, second);
  load<W>(grad + i * W, g);
  for (int j = 0; j < W; ++j) {
    const float scaled = g[j] * o.grad_scale;
    first[j] = o.beta1 * first[j] + (1 - o.beta1) * scaled;
    second[j] = o.beta2 * second[j] + (1 - o.beta2) * scaled * scaled;
    const float update = first[j] * o.correction1 / (sqrtf(second[j]) * o.correction2 + o.eps);
    weight[j] -= o.lr * (update + o.decay * weight[j]);
  }
  store<W>(m + i * W, first);
  store<W>(v + i * W, second);
  if (kMaster) {
    store<W>(master + i * W, weight);
    store<W>(param + i * W, weight);
    return;
  }
  if (sizeof(T) == sizeof(float)) {
    store<W>(param + i * W, weight);
    return;
  }
  Pack<T, W> pack;
  if (W == 1) {
    store_rounding(pack.items[0], weight[0], philox_bits(o.seed, o.step, o.stream, static_cast<std::uint64_t>(i)));
  } else {
    GPU_UNROLL for (int block = 0; block < W / 4; ++block) {
      const Philox4 random =
          philox_block(o.seed, o.step, o.stream, static_cast<std::uint64_t>(i) * (W / 4) + static_cast<unsigned>(block));
      GPU_UNROLL for (int j = 0; j < 4; ++j) {
        store_rounding(pack.items[(block * 4 + j) % W], weight[(block * 4 + j) % W], random.word[j]);
      }
    }
  }
  auto* words = reinterpret_cast<typename Pack<T, W>::Word*>(param + i * W);
  GPU_UNROLL for (int k = 0; k < pack.kWords; ++k) words[k] = pack.words[k];
}

inline void adamw(Stream stream, Tensor param, Tensor master, Tensor m, Tensor v, Tensor grad, const AdamW& options) {
  auto flat = [](Tensor t) {
    assert(!t || t.rows == 1 || t.stride == t.cols);
    return t ? Tensor(t.data, t.type, 1, t.elements()) : t;
  };
  param = flat(param), master = flat(master), m = flat(m), v = flat(v), grad = flat(grad);
  const auto step = static_cast<double>(options.step);
  const AdamWNumbers numbers = {
      options.lr, options.beta1, options.beta2, options.eps, options.weight_decay, options.grad_scale,
      static_cast<float>(1 / (1 - std::pow(static_cast<double>(options.beta1), step))),
      static_cast<float>(1 / std::sqrt(1 - std::pow(static_cast<double>(options.beta2), step))),
      options.seed, static_cast<std::uint64_t>(options.step), options.stream};
  auto run = [&](auto type, auto width) {
    using T = decltype(type);
    constexpr int W = decltype(width)::value;
    const std::int64_t accesses = param.cols / W;
    if (accesses == 0) return;
    auto* kernel = master ? adamw_kernel<T, W, true> : adamw_kernel<T, W, false>;
    launch(kernel, dim3(static_cast<unsigned>(divide_up(accesses, 256))), dim3(256), 0, stream, data<T>(param),
           data<float>(master), data<float>(m), data<float>(v), data<float>(grad), accesses, numbers);
  };
  by_type_and_width(param.type, run, param, master, m, v, grad);
}

}  // GPU_INLINE_NAMESPACE
}  // namespace student::kernels

#endif  // STUDENT_KERNELS_ADAMW_CUH_
