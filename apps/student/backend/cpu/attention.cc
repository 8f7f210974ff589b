#include "backend/cpu/attention.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include "backend/cpu/gemm.h"
#include "backend/cpu/loops.h"

namespace student::cpu {
namespace {

constexpr std::int64_t kQueries = 64;  // rows of a tile
constexpr std::int64_t kKeys = 512;    // columns of a block: a tile of scores is 128 KiB
constexpr std::int64_t kSpan = 256;    // queries of one task of the forward pass

// One head of some rows, as f32: a view where it is f32 already, otherwise a copy in `slot`.
struct Head {
  const float* data;
  std::int64_t stride;
};

Head head_of(Tensor x, std::int64_t row, std::int64_t rows, std::int64_t head, std::int64_t dim, Scratch& scratch,
             std::size_t slot) {
  const std::int64_t at = row * x.stride + head * dim;
  if (x.type == DType::kF32) return {static_cast<const float*>(x.data) + at, x.stride};
  float* to = scratch.floats(slot, static_cast<std::size_t>(rows * dim));
  for (std::int64_t i = 0; i < rows; ++i) {
    loops().bf16.load(to + i * dim, static_cast<const Bf16*>(x.data) + at + i * x.stride, dim);
  }
  return {to, dim};
}

void put_head(Tensor x, std::int64_t row, std::int64_t rows, std::int64_t head, std::int64_t dim, const float* from) {
  const std::int64_t at = row * x.stride + head * dim;
  for (std::int64_t i = 0; i < rows; ++i) {
    if (x.type == DType::kF32) {
      std::memcpy(static_cast<float*>(x.data) + at + i * x.stride, from + i * dim,
                  static_cast<std::size_t>(dim) * sizeof(float));
    } else {
      loops().bf16.store(static_cast<Bf16*>(x.data) + at + i * x.stride, from + i * dim, dim);
    }
  }
}

std::int64_t first_row(const Documents& d, std::int64_t i) { return d.starts[static_cast<std::size_t>(i)]; }
std::int64_t count(const Documents& d) { return static_cast<std::int64_t>(d.starts.size()) - 1; }

// Task numbers of the forward pass: documents cut into spans of queries. ends[i] = spans of documents up to i.
std::vector<std::int64_t> spans(const Documents& documents) {
  std::vector<std::int64_t> ends;
  std::int64_t sum = 0;
  for (std::int64_t i = 0; i < count(documents); ++i) {
    sum += (first_row(documents, i + 1) - first_row(documents, i) + kSpan - 1) / kSpan;
    ends.push_back(sum);
  }
  return ends;
}

}  // namespace

void attention(Pool& pool, Tensor out, Tensor lse, Tensor q, Tensor k, Tensor v, const Documents& documents,
               const AttentionShape& shape) {
  const std::int64_t dim = shape.head_dim, group = shape.heads / shape.kv_heads;
  const Loops& loop = loops();
  const std::vector<std::int64_t> ends = spans(documents);
  if (ends.empty()) return;
  pool.run(ends.back() * shape.heads, [&](std::int64_t task, Scratch& scratch) {
    const std::int64_t span = task / shape.heads, head = task % shape.heads;
    const std::int64_t doc = std::upper_bound(ends.begin(), ends.end(), span) - ends.begin();
    const std::int64_t start = first_row(documents, doc);
    const std::int64_t from = (span - (doc == 0 ? 0 : ends[static_cast<std::size_t>(doc) - 1])) * kSpan;
    const std::int64_t to = std::min(from + kSpan, first_row(documents, doc + 1) - start);
    const Head keys = head_of(k, start, to, head / group, dim, scratch, 0);
    const Head values = head_of(v, start, to, head / group, dim, scratch, 1);
    float* scores = scratch.floats(2, kQueries * kKeys);
    float* sums = scratch.floats(3, static_cast<std::size_t>(kQueries * dim));
    for (std::int64_t at = from; at < to; at += kQueries) {
      const std::int64_t rows = std::min(kQueries, to - at);
      const Head queries = head_of(q, start + at, rows, head, dim, scratch, 4);
      float most[kQueries], mass[kQueries];
      std::fill_n(most, rows, -std::numeric_limits<float>::infinity());
      std::fill_n(mass, rows, 0.0f);
      for (std::int64_t key = 0; key < at + rows; key += kKeys) {
        const std::int64_t cols = std::min(kKeys, at + rows - key);
        small_gemm(false, true, rows, cols, dim, shape.scale, queries.data, queries.stride,
                   keys.data + key * keys.stride, keys.stride, false, scores, cols);
        for (std::int64_t i = 0; i < rows; ++i) {
          float* row = scores + i * cols;
          const std::int64_t seen = std::clamp<std::int64_t>(at + i + 1 - key, 0, cols);
          std::fill(row + seen, row + cols, 0.0f);
          if (seen == 0) continue;
          const float higher = std::max(most[i], loop.max(row, seen));
          const float shrink = std::exp(most[i] - higher);
          if (key > 0) loop.scale(sums + i * dim, shrink, dim);
          mass[i] = mass[i] * shrink + loop.exp_in_place(row, higher, seen);
          most[i] = higher;
        }
        small_gemm(false, false, rows, dim, cols, 1, scores, cols, values.data + key * values.stride, values.stride,
                   key > 0, sums, dim);
      }
      for (std::int64_t i = 0; i < rows; ++i) {
        loop.scale(sums + i * dim, 1.0f / mass[i], dim);
        static_cast<float*>(lse.data)[head * lse.stride + start + at + i] = most[i] + std::log(mass[i]);
      }
      put_head(out, start + at, rows, head, dim, sums);
    }
  });
}

void attention_backward(Pool& pool, Tensor dq, Tensor dk, Tensor dv, Tensor dout, Tensor q, Tensor k, Tensor v,
                        Tensor out, Tensor lse, const Documents& documents, const AttentionShape& shape) {
  const std::int64_t dim = shape.head_dim, group = shape.heads / shape.kv_heads;
  const Loops& loop = loops();
  // One task owns a kv head of a document, and so the sums over its queries and its group of heads.
  pool.run(count(documents) * shape.kv_heads, [&](std::int64_t task, Scratch& scratch) {
    const std::int64_t doc = task / shape.kv_heads, kv = task % shape.kv_heads;
    const std::int64_t start = first_row(documents, doc), length = first_row(documents, doc + 1) - start;
    if (length == 0) return;
    const auto size = static_cast<std::size_t>(length * dim);
    const Head keys = head_of(k, start, length, kv, dim, scratch, 0);
    const Head values = head_of(v, start, length, kv, dim, scratch, 1);
    float* scores = scratch.floats(2, kQueries * kKeys);
    float* dscores = scratch.floats(3, kQueries * kKeys);
    float* dkeys = scratch.floats(4, size);
    float* dvalues = scratch.floats(5, size);
    float* dqueries = scratch.floats(6, static_cast<std::size_t>(kQueries * dim));
    std::fill_n(dkeys, size, 0.0f);
    std::fill_n(dvalues, size, 0.0f);
    for (std::int64_t head = kv * group; head < (kv + 1) * group; ++head) {
      for (std::int64_t at = 0; at < length; at += kQueries) {
        const std::int64_t rows = std::min(kQueries, length - at);
        const Head queries = head_of(q, start + at, rows, head, dim, scratch, 7);
        const Head outs = head_of(out, start + at, rows, head, dim, scratch, 8);
        const Head douts = head_of(dout, start + at, rows, head, dim, scratch, 9);
        float delta[kQueries];
        for (std::int64_t i = 0; i < rows; ++i) {
          delta[i] = loop.f32.dot(douts.data + i * douts.stride, outs.data + i * outs.stride, dim);
        }
        for (std::int64_t key = 0; key < at + rows; key += kKeys) {
          const std::int64_t cols = std::min(kKeys, at + rows - key);
          const float* some_keys = keys.data + key * keys.stride;
          const float* some_values = values.data + key * values.stride;
          small_gemm(false, true, rows, cols, dim, shape.scale, queries.data, queries.stride, some_keys, keys.stride,
                     false, scores, cols);
          small_gemm(false, true, rows, cols, dim, 1, douts.data, douts.stride, some_values, values.stride, false,
                     dscores, cols);
          for (std::int64_t i = 0; i < rows; ++i) {
            const std::int64_t seen = std::clamp<std::int64_t>(at + i + 1 - key, 0, cols);
            const float sum = static_cast<const float*>(lse.data)[head * lse.stride + start + at + i];
            float* row = scores + i * cols;
            loop.f32.softmax_scaled(row, row, sum, 1, seen);
            std::fill(row + seen, row + cols, 0.0f);
          }
          small_gemm(true, false, cols, dim, rows, 1, scores, cols, douts.data, douts.stride, true,
                     dvalues + key * dim, dim);
          for (std::int64_t i = 0; i < rows; ++i) {
            loop.softmax_backward(scores + i * cols, dscores + i * cols, delta[i], shape.scale, cols);
          }
          small_gemm(true, false, cols, dim, rows, 1, scores, cols, queries.data, queries.stride, true,
                     dkeys + key * dim, dim);
          small_gemm(false, false, rows, dim, cols, 1, scores, cols, some_keys, keys.stride, key > 0, dqueries, dim);
        }
        put_head(dq, start + at, rows, head, dim, dqueries);
      }
    }
    put_head(dk, start, length, kv, dim, dkeys);
    put_head(dv, start, length, kv, dim, dvalues);
  });
}

void attention_decode(Pool& pool, Tensor out, Tensor q, Tensor k_cache, Tensor v_cache, Tensor slots, Tensor lengths,
                      std::int32_t max_length, const AttentionShape& shape) {
  const std::int64_t dim = shape.head_dim, group = shape.heads / shape.kv_heads;
  const Loops& loop = loops();
  pool.run(q.rows * shape.kv_heads, [&](std::int64_t task, Scratch& scratch) {
    const std::int64_t row = task / shape.kv_heads, kv = task % shape.kv_heads;
    const std::int64_t first = std::int64_t{static_cast<const std::int32_t*>(slots.data)[row]} * max_length;
    const std::int64_t length = static_cast<const std::int32_t*>(lengths.data)[row];
    float* scores = scratch.floats(2, static_cast<std::size_t>(length));
    float* sum = scratch.floats(3, static_cast<std::size_t>(dim));
    const auto over = [&]<typename T>(const Rows<T>& rows, const T* keys, const T* values) {
      for (std::int64_t head = kv * group; head < (kv + 1) * group; ++head) {
        const Head query = head_of(q, row, 1, head, dim, scratch, 0);
        for (std::int64_t i = 0; i < length; ++i) {
          scores[i] = shape.scale * rows.dot(query.data, keys + (first + i) * k_cache.stride + kv * dim, dim);
        }
        const float mass = loop.exp_in_place(scores, loop.max(scores, length), length);
        std::fill_n(sum, dim, 0.0f);
        for (std::int64_t i = 0; i < length; ++i) {
          rows.axpy_f32(sum, values + (first + i) * v_cache.stride + kv * dim, scores[i], dim);
        }
        loop.scale(sum, 1.0f / mass, dim);
        put_head(out, row, 1, head, dim, sum);
      }
    };
    if (k_cache.type == DType::kF32) {
      over(loop.f32, static_cast<const float*>(k_cache.data), static_cast<const float*>(v_cache.data));
    } else {
      over(loop.bf16, static_cast<const Bf16*>(k_cache.data), static_cast<const Bf16*>(v_cache.data));
    }
  });
}

}  // namespace student::cpu
