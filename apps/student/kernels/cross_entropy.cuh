// Softmax cross-entropy and the divergence from a teacher's top k, over rows of logits whose place the gradient takes.
// A block owns a row and reads it twice: for the log-sum-exp (online, Milakov & Gimelshein 2018), and for the gradient.
//
// With a teacher, the logits of its k tokens are kept aside and replaced by -inf before the first reading, so that
// what is summed is the mass of the rest itself and not a difference of numbers near one.
#ifndef STUDENT_KERNELS_CROSS_ENTROPY_CUH_
#define STUDENT_KERNELS_CROSS_ENTROPY_CUH_

#include "kernels/gpu.cuh"

namespace student::kernels {
GPU_INLINE_NAMESPACE {

constexpr int kMostTeacherTokens = 12288;  // their logits fit 48 KiB of shared memory

struct TeacherRows {
  const std::int32_t* ids = nullptr;
  const float* logprobs = nullptr;
  std::int64_t ids_stride = 0, logprobs_stride = 0;
  int k = 0;
  float weight = 0;
};

// Row `blockIdx.x` of logits belongs to row rows[blockIdx.x] of targets, losses and teacher.
template <typename T, int W, bool kGradient>
__global__ void cross_entropy_kernel(float* losses, T* logits, std::int64_t stride, const std::int32_t* rows,
                                     const std::int32_t* targets, int vocab, float scale, TeacherRows teacher) {
  GPU_DYN_SHARED(float, kept);
  T* z = logits + blockIdx.x * stride;
  const std::int32_t row = rows[blockIdx.x];
  const int thread = static_cast<int>(threadIdx.x), threads = static_cast<int>(blockDim.x);
  const std::int32_t target = targets[row];
  const float target_logit = to_float(z[target]);
  const std::int32_t* ids = teacher.k > 0 ? teacher.ids + row * teacher.ids_stride : nullptr;
  const float* logprobs = teacher.k > 0 ? teacher.logprobs + row * teacher.logprobs_stride : nullptr;
  const bool taught = ids != nullptr && ids[0] >= 0;

  if (taught) {
    for (int j = thread; j < teacher.k; j += threads) kept[j] = ids[j] < 0 ? 0.0f : to_float(z[ids[j]]);
    __syncthreads();  // every thread has the target's logit as well
    for (int j = thread; j < teacher.k; j += threads) {
      if (ids[j] >= 0) store_as(z[ids[j]], -INFINITY);
    }
    __syncthreads();
  }

  float top = -FLT_MAX, sum = 0;
  for (int col = thread * W; col < vocab; col += threads * W) {
    float x[W];
    load<W>(z + col, x);
    float most = top;
    for (int i = 0; i < W; ++i) most = col + i < vocab ? fmaxf(most, x[i]) : most;
    sum *= expf(top - most);
    for (int i = 0; i < W; ++i) sum += col + i < vocab ? expf(x[i] - most) : 0.0f;
    top = most;
  }
  float most = block_max(top);
  float mass = block_sum(sum * expf(top - most));  // of the rest, when there is a teacher; relative to `most`

  float others = 1, target_share = 1, loss = 0, lse = 0;
  if (!taught) {
    lse = most + logf(mass);
    loss = lse - target_logit;
  } else {
    float kept_top = -FLT_MAX, kept_mass = 0, teacher_mass = 0, divergence = 0;
    for (int j = thread; j < teacher.k; j += threads) kept_top = ids[j] < 0 ? kept_top : fmaxf(kept_top, kept[j]);
    kept_top = fmaxf(block_max(kept_top), most);
    mass *= expf(most - kept_top);
    most = kept_top;
    for (int j = thread; j < teacher.k; j += threads) kept_mass += ids[j] < 0 ? 0.0f : expf(kept[j] - most);
    kept_mass = block_sum(kept_mass);
    lse = most + logf(mass + kept_mass);
    for (int j = thread; j < teacher.k; j += threads) {
      if (ids[j] < 0) continue;
      const float t = expf(logprobs[j]);
      teacher_mass += t;
      divergence += t > 0 ? t * (logprobs[j] - (kept[j] - lse)) : 0.0f;
    }
    const float teacher_rest = 1 - block_sum(teacher_mass);
    divergence = block_sum(divergence);
    // A remainder below f32's resolution is nothing (as in the CPU's backend).
    const float nothing = 1e-6f, student_rest = fmaxf(mass / (mass + kept_mass), nothing);
    float rest_factor = 1;
    if (teacher_rest > nothing) {
      divergence += teacher_rest * (logf(teacher_rest) - logf(student_rest));
      rest_factor = 1 - teacher_rest / student_rest;
    }
    target_share = 1 - teacher.weight;
    others = target_share + teacher.weight * rest_factor;
    loss = target_share * (lse - target_logit) + teacher.weight * divergence;
  }
  if (thread == 0) losses[row] = loss;
  if constexpr (kGradient) {
    for (int col = thread * W; col < vocab; col += threads * W) {
      float x[W];
      load<W>(z + col, x);
      for (int i = 0; i < W; ++i) {
        x[i] = (others * expf(x[i] - lse) - (col + i == target ? target_share : 0.0f)) * scale;
      }
      store<W>(z + col, x);
    }
    if (!taught) return;
    __syncthreads();
    for (int j = thread; j < teacher.k; j += threads) {
      if (ids[j] < 0) continue;
      const float gradient = expf(kept[j] - lse) - teacher.weight * expf(logprobs[j]) -
                             (ids[j] == target ? target_share : 0.0f);
      store_as(z[ids[j]], gradient * scale);
    }
  }
}

// logits [n, vocab], each row with room for whole accesses; rows: which rows of targets they are, all supervised.
inline void cross_entropy(Stream stream, Tensor losses, Tensor logits, const std::int32_t* rows, Tensor targets,
                          std::int32_t vocab, float scale, bool gradient, const TeacherRows& teacher) {
  assert(teacher.k <= kMostTeacherTokens);
  const Tensor whole(logits.data, logits.type, logits.rows, logits.stride);
  auto run = [&](auto type, auto width) {
    using T = decltype(type);
    constexpr int W = decltype(width)::value;
    const int threads = vocab / W >= 512 ? 512 : 128;
    auto* kernel = gradient ? cross_entropy_kernel<T, W, true> : cross_entropy_kernel<T, W, false>;
    launch(kernel, dim3(static_cast<unsigned>(logits.rows)), dim3(static_cast<unsigned>(threads)),
           static_cast<std::size_t>(teacher.k) * sizeof(float), stream, data<float>(losses), data<T>(logits),
           logits.stride, rows, data<std::int32_t>(targets), vocab, scale, teacher);
  };
  by_type_and_width(logits.type, run, whole);
}

// index[0..count) = the rows whose target is not negative, in order; index[n] = count. One block.
template <int kThreads>
__global__ void supervised_rows_kernel(std::int32_t* index, const std::int32_t* targets, int n) {
  GPU_SHARED(int, counts, kThreads);
  const int thread = static_cast<int>(threadIdx.x), share = (n + kThreads - 1) / kThreads;
  const int first = thread * share < n ? thread * share : n, last = first + share < n ? first + share : n;
  int count = 0;
  for (int i = first; i < last; ++i) count += targets[i] >= 0;
  counts[thread] = count;
  __syncthreads();
  int at = 0;
  for (int i = 0; i < thread; ++i) at += counts[i];
  for (int i = first; i < last; ++i) {
    if (targets[i] >= 0) index[at++] = i;
  }
  if (thread == kThreads - 1) index[n] = at;
}

// index has room for n + 1 numbers.
inline void supervised_rows(Stream stream, std::int32_t* index, Tensor targets) {
  launch(supervised_rows_kernel<256>, dim3(1), dim3(256), 0, stream, index, data<std::int32_t>(targets),
         static_cast<int>(targets.cols));
}

}  // GPU_INLINE_NAMESPACE
}  // namespace student::kernels

#endif  // STUDENT_KERNELS_CROSS_ENTROPY_CUH_
