// Attention of single new rows over a cache: a block for each row and head. Its warps take 32 positions in turn, and
// the first puts their parts together, in their order. So a row's numbers depend on its own length alone.
#ifndef STUDENT_KERNELS_DECODE_CUH_
#define STUDENT_KERNELS_DECODE_CUH_

#include "kernels/attention.cuh"

namespace student::kernels {
GPU_INLINE_NAMESPACE {

constexpr int kDecodeWarps = 8;

template <typename T, int D>
__global__ void attention_decode_kernel(Rows<T> out, Rows<const T> q, Rows<const T> k_cache, Rows<const T> v_cache,
                                        const std::int32_t* slots, const std::int32_t* lengths,
                                        std::int64_t max_length, AttentionNumbers a) {
  GPU_SHARED(float, query, D * kWarp);
  GPU_SHARED(float, tops, kDecodeWarps);
  GPU_SHARED(float, masses, kDecodeWarps);
  GPU_SHARED(float, sums, kDecodeWarps * D * kWarp);
  const int lane = static_cast<int>(threadIdx.x), warp = static_cast<int>(threadIdx.y);
  const std::int64_t row = blockIdx.x, length = lengths[row], base = slots[row] * max_length;
  const int head = static_cast<int>(blockIdx.y);
  if (warp == 0) keep_row<D>(query, q.head(row, head, a.head_dim), a.head_dim, true);
  __syncthreads();

  float sum[D] = {}, top = -FLT_MAX, mass = 0;
  for (std::int64_t begin = warp * kWarp; begin < length; begin += kDecodeWarps * kWarp) {
    const bool seen = begin + lane < length;
    const float score =
        seen ? a.scale * dot(query, k_cache.head(base + begin + lane, head / a.group, a.head_dim), a.head_dim)
             : -FLT_MAX;
    const float most = fmaxf(top, warp_max(score));
    const float weight = seen ? expf(score - most) : 0.0f, shrink = expf(top - most);
    mass = mass * shrink + warp_sum(weight);
    for (int i = 0; i < D; ++i) sum[i] *= shrink;
    for (int j = 0; j < kWarp && begin + j < length; ++j) {
      const float share = __shfl_sync(kFullMask, weight, j);
      const T* value = v_cache.head(base + begin + j, head / a.group, a.head_dim);
      for (int i = 0; i < D; ++i) {
        if (i * kWarp + lane < a.head_dim) sum[i] += share * to_float(value[i * kWarp + lane]);
      }
    }
    top = most;
  }
  for (int i = 0; i < D; ++i) sums[(warp * D + i) * kWarp + lane] = sum[i];
  if (lane == 0) {
    tops[warp] = top;
    masses[warp] = mass;
  }
  __syncthreads();
  if (warp != 0) return;
  float most = -FLT_MAX, total = 0, result[D] = {};
  for (int i = 0; i < kDecodeWarps; ++i) most = fmaxf(most, tops[i]);
  for (int part = 0; part < kDecodeWarps; ++part) {
    const float shrink = expf(tops[part] - most);
    total += masses[part] * shrink;
    for (int i = 0; i < D; ++i) result[i] += sums[(part * D + i) * kWarp + lane] * shrink;
  }
  T* to = out.head(row, head, a.head_dim);
  for (int i = 0; i < D; ++i) {
    if (i * kWarp + lane < a.head_dim) store_as(to[i * kWarp + lane], result[i] / total);
  }
}

inline void attention_decode(Stream stream, Tensor out, Tensor q, Tensor k_cache, Tensor v_cache, Tensor slots,
                             Tensor lengths, std::int32_t max_length, const AttentionShape& shape) {
  if (q.rows == 0) return;
  const dim3 grid(static_cast<unsigned>(q.rows), static_cast<unsigned>(shape.heads));
  by_type_and_columns(q.type, shape.head_dim, [&](auto type, auto columns) {
    using T = decltype(type);
    launch(attention_decode_kernel<T, decltype(columns)::value>, grid, dim3(kWarp, kDecodeWarps), 0, stream,
           rows_of<T>(out), rows_of<const T>(q), rows_of<const T>(k_cache), rows_of<const T>(v_cache),
           data<std::int32_t>(slots), data<std::int32_t>(lengths), static_cast<std::int64_t>(max_length),
           attention_numbers(q, shape));
  });
}

}  // GPU_INLINE_NAMESPACE
}  // namespace student::kernels

#endif  // STUDENT_KERNELS_DECODE_CUH_
