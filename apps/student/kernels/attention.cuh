// Causal attention inside documents, plainly: for f32, for sizes that the attention library does not take, and
// where there is none. A warp owns one row of the result. Its lanes take 32 keys at a time for the products
// with the query, and then the columns for the sum, so each number has one owner and one order.
#ifndef STUDENT_KERNELS_ATTENTION_CUH_
#define STUDENT_KERNELS_ATTENTION_CUH_

#include "backend/backend.h"
#include "kernels/gpu.cuh"

namespace student::kernels {
GPU_INLINE_NAMESPACE {

constexpr int kAttentionWarps = 4;
constexpr int kMostHeadDim = 256;

struct AttentionNumbers {
  std::int64_t rows;
  int heads, group, head_dim;  // group: query heads for each key head
  float scale;
};

// Rows of one tensor of attention.
template <typename T>
struct Rows {
  T* data;
  std::int64_t stride;
  __device__ T* head(std::int64_t row, int head, int head_dim) const { return data + row * stride + head * head_dim; }
};

template <typename T>
Rows<T> rows_of(Tensor tensor) {
  return {static_cast<T*>(tensor.data), tensor.stride};
}

template <typename T>
__device__ inline float dot(const float* a, const T* b, int n) {
  float sum = 0;
  for (int i = 0; i < n; ++i) sum += a[i] * to_float(b[i]);
  return sum;
}

// Copies a row of `n` into shared memory by the lanes of a warp; columns up to D * 32 become zero.
template <int D, typename T>
__device__ inline void keep_row(float* to, const T* from, int n, bool live) {
  for (int i = 0; i < D; ++i) {
    const int col = i * kWarp + static_cast<int>(threadIdx.x);
    to[col] = live && col < n ? to_float(from[col]) : 0.0f;
  }
}

// D: columns of a lane. first[row]: where the row's document begins.
template <typename T, int D>
__global__ void attention_kernel(Rows<T> out, float* lse, Rows<const T> q, Rows<const T> k, Rows<const T> v,
                                 const std::int32_t* first, AttentionNumbers a) {
  GPU_SHARED(float, queries, kAttentionWarps * D * kWarp);
  const int lane = static_cast<int>(threadIdx.x);
  const std::int64_t item = static_cast<std::int64_t>(blockIdx.x) * kAttentionWarps + threadIdx.y;
  const bool live = item < a.rows * a.heads;
  const std::int64_t row = live ? item / a.heads : -1;
  const int head = static_cast<int>(item % a.heads);
  float* query = queries + threadIdx.y * D * kWarp;
  keep_row<D>(query, live ? q.head(row, head, a.head_dim) : nullptr, a.head_dim, live);
  __syncthreads();

  float sum[D] = {}, top = -FLT_MAX, mass = 0;
  for (std::int64_t base = live ? first[row] : 0; base <= row; base += kWarp) {
    const std::int64_t key = base + lane;
    const bool seen = key <= row;
    const float score = seen ? a.scale * dot(query, k.head(key, head / a.group, a.head_dim), a.head_dim) : -FLT_MAX;
    const float most = fmaxf(top, warp_max(score));
    const float weight = seen ? expf(score - most) : 0.0f, shrink = expf(top - most);
    mass = mass * shrink + warp_sum(weight);
    for (int i = 0; i < D; ++i) sum[i] *= shrink;
    for (int j = 0; j < kWarp && base + j <= row; ++j) {
      const float share = __shfl_sync(kFullMask, weight, j);
      const T* value = v.head(base + j, head / a.group, a.head_dim);
      for (int i = 0; i < D; ++i) {
        if (i * kWarp + lane < a.head_dim) sum[i] += share * to_float(value[i * kWarp + lane]);
      }
    }
    top = most;
  }
  if (!live) return;
  T* to = out.head(row, head, a.head_dim);
  for (int i = 0; i < D; ++i) {
    if (i * kWarp + lane < a.head_dim) store_as(to[i * kWarp + lane], sum[i] / mass);
  }
  if (lane == 0) lse[head * a.rows + row] = top + logf(mass);
}

// dq, and delta[head, row] = dout . out for the next kernel.
template <typename T, int D>
__global__ void attention_dq_kernel(Rows<T> dq, float* delta, Rows<const T> dout, Rows<const T> q, Rows<const T> k,
                                    Rows<const T> v, Rows<const T> out, const float* lse, const std::int32_t* first,
                                    AttentionNumbers a) {
  GPU_SHARED(float, queries, kAttentionWarps * D * kWarp);
  GPU_SHARED(float, grads, kAttentionWarps * D * kWarp);
  const int lane = static_cast<int>(threadIdx.x);
  const std::int64_t item = static_cast<std::int64_t>(blockIdx.x) * kAttentionWarps + threadIdx.y;
  const bool live = item < a.rows * a.heads;
  const std::int64_t row = live ? item / a.heads : -1;
  const int head = static_cast<int>(item % a.heads);
  float* query = queries + threadIdx.y * D * kWarp;
  float* grad = grads + threadIdx.y * D * kWarp;
  float own = 0;
  for (int col = lane; live && col < a.head_dim; col += kWarp) {
    own += to_float(dout.head(row, head, a.head_dim)[col]) * to_float(out.head(row, head, a.head_dim)[col]);
  }
  own = warp_sum(own);
  keep_row<D>(query, live ? q.head(row, head, a.head_dim) : nullptr, a.head_dim, live);
  keep_row<D>(grad, live ? dout.head(row, head, a.head_dim) : nullptr, a.head_dim, live);
  __syncthreads();

  float sum[D] = {};
  const float log_mass = live ? lse[head * a.rows + row] : 0.0f;
  for (std::int64_t base = live ? first[row] : 0; base <= row; base += kWarp) {
    const std::int64_t key = base + lane;
    float ds = 0;
    if (key <= row) {
      const float score = a.scale * dot(query, k.head(key, head / a.group, a.head_dim), a.head_dim);
      const float dp = dot(grad, v.head(key, head / a.group, a.head_dim), a.head_dim);
      ds = expf(score - log_mass) * (dp - own) * a.scale;
    }
    for (int j = 0; j < kWarp && base + j <= row; ++j) {
      const float share = __shfl_sync(kFullMask, ds, j);
      const T* other = k.head(base + j, head / a.group, a.head_dim);
      for (int i = 0; i < D; ++i) {
        if (i * kWarp + lane < a.head_dim) sum[i] += share * to_float(other[i * kWarp + lane]);
      }
    }
  }
  if (!live) return;
  T* to = dq.head(row, head, a.head_dim);
  for (int i = 0; i < D; ++i) {
    if (i * kWarp + lane < a.head_dim) store_as(to[i * kWarp + lane], sum[i]);
  }
  if (lane == 0) delta[head * a.rows + row] = own;
}

// dk and dv of one row and key head: over its query heads, then the queries from the row to the end of its document.
template <typename T, int D>
__global__ void attention_dkv_kernel(Rows<T> dk, Rows<T> dv, const float* delta, Rows<const T> dout, Rows<const T> q,
                                     Rows<const T> k, Rows<const T> v, const float* lse, const std::int32_t* last,
                                     AttentionNumbers a) {
  GPU_SHARED(float, keys, kAttentionWarps * D * kWarp);
  GPU_SHARED(float, values, kAttentionWarps * D * kWarp);
  const int lane = static_cast<int>(threadIdx.x), kv_heads = a.heads / a.group;
  const std::int64_t item = static_cast<std::int64_t>(blockIdx.x) * kAttentionWarps + threadIdx.y;
  const bool live = item < a.rows * kv_heads;
  const std::int64_t row = live ? item / kv_heads : 0;
  const int kv_head = static_cast<int>(item % kv_heads);
  float* key = keys + threadIdx.y * D * kWarp;
  float* value = values + threadIdx.y * D * kWarp;
  keep_row<D>(key, live ? k.head(row, kv_head, a.head_dim) : nullptr, a.head_dim, live);
  keep_row<D>(value, live ? v.head(row, kv_head, a.head_dim) : nullptr, a.head_dim, live);
  __syncthreads();

  float dkey[D] = {}, dvalue[D] = {};
  const std::int64_t end = live ? last[row] : 0;
  for (int head = kv_head * a.group; head < (kv_head + 1) * a.group; ++head) {
    for (std::int64_t base = row; base < end; base += kWarp) {
      const std::int64_t query = base + lane;
      float p = 0, ds = 0;
      if (query < end) {
        const float score = a.scale * dot(key, q.head(query, head, a.head_dim), a.head_dim);
        const float dp = dot(value, dout.head(query, head, a.head_dim), a.head_dim);
        p = expf(score - lse[head * a.rows + query]);
        ds = p * (dp - delta[head * a.rows + query]) * a.scale;
      }
      for (int j = 0; j < kWarp && base + j < end; ++j) {
        const float p_j = __shfl_sync(kFullMask, p, j), ds_j = __shfl_sync(kFullMask, ds, j);
        const T* from = q.head(base + j, head, a.head_dim);
        const T* grad = dout.head(base + j, head, a.head_dim);
        for (int i = 0; i < D; ++i) {
          const int col = i * kWarp + lane;
          if (col >= a.head_dim) continue;
          dkey[i] += ds_j * to_float(from[col]);
          dvalue[i] += p_j * to_float(grad[col]);
        }
      }
    }
  }
  if (!live) return;
  for (int i = 0; i < D; ++i) {
    const int col = i * kWarp + lane;
    if (col >= a.head_dim) continue;
    store_as(dk.head(row, kv_head, a.head_dim)[col], dkey[i]);
    store_as(dv.head(row, kv_head, a.head_dim)[col], dvalue[i]);
  }
}

// Calls fn with a value of the type and with the columns of a lane: 1, 2, 4 or 8.
template <typename Fn>
void by_type_and_columns(DType type, int head_dim, const Fn& fn) {
  assert(head_dim <= kMostHeadDim);
  auto by_columns = [&](auto value) {
    if (head_dim <= 32) return fn(value, Width<1>{});
    if (head_dim <= 64) return fn(value, Width<2>{});
    if (head_dim <= 128) return fn(value, Width<4>{});
    return fn(value, Width<8>{});
  };
  type == DType::kF32 ? by_columns(float{}) : by_columns(bf16{});
}

inline AttentionNumbers attention_numbers(Tensor q, const AttentionShape& shape) {
  return {q.rows, shape.heads, shape.heads / shape.kv_heads, shape.head_dim, shape.scale};
}

inline void attention(Stream stream, Tensor out, Tensor lse, Tensor q, Tensor k, Tensor v, const std::int32_t* first,
                      const AttentionShape& shape) {
  const dim3 grid(static_cast<unsigned>(divide_up(q.rows * shape.heads, kAttentionWarps)));
  by_type_and_columns(q.type, shape.head_dim, [&](auto type, auto columns) {
    using T = decltype(type);
    launch(attention_kernel<T, decltype(columns)::value>, grid, dim3(kWarp, kAttentionWarps), 0, stream,
           rows_of<T>(out), data<float>(lse), rows_of<const T>(q), rows_of<const T>(k), rows_of<const T>(v), first,
           attention_numbers(q, shape));
  });
}

// delta: heads * rows floats of scratch.
inline void attention_backward(Stream stream, Tensor dq, Tensor dk, Tensor dv, Tensor dout, Tensor q, Tensor k,
                               Tensor v, Tensor out, Tensor lse, const std::int32_t* first, const std::int32_t* last,
                               float* delta, const AttentionShape& shape) {
  const dim3 block(kWarp, kAttentionWarps);
  by_type_and_columns(q.type, shape.head_dim, [&](auto type, auto columns) {
    using T = decltype(type);
    constexpr int D = decltype(columns)::value;
    launch(attention_dq_kernel<T, D>, dim3(static_cast<unsigned>(divide_up(q.rows * shape.heads, kAttentionWarps))),
           block, 0, stream, rows_of<T>(dq), delta, rows_of<const T>(dout), rows_of<const T>(q), rows_of<const T>(k),
           rows_of<const T>(v), rows_of<const T>(out), data<float>(lse), first, attention_numbers(q, shape));
    launch(attention_dkv_kernel<T, D>, dim3(static_cast<unsigned>(divide_up(q.rows * shape.kv_heads, kAttentionWarps))),
           block, 0, stream, rows_of<T>(dk), rows_of<T>(dv), delta, rows_of<const T>(dout), rows_of<const T>(q),
           rows_of<const T>(k), rows_of<const T>(v), data<float>(lse), last, attention_numbers(q, shape));
  });
}

}  // GPU_INLINE_NAMESPACE
}  // namespace student::kernels

#endif  // STUDENT_KERNELS_ATTENTION_CUH_
