// Ceilings of the device, and what the memory-bound kernels make of them. A kernel's bytes are what has to cross the
// memory bus: each input once, each output once.
#include <cmath>

#include "measure.h"
#include "programs.h"

namespace student::bench {

int ceilings(Backend& on) {
  const std::size_t bytes = std::size_t{2} << 30;
  const Tensor from = random_tensor(on, 1, static_cast<std::int64_t>(bytes / 4), DType::kF32);
  void* to = need(on.alloc(bytes));
  report("copy", 2 * static_cast<double>(bytes) / seconds_of(on, [&] { on.copy(to, from.data, bytes); }) / 1e9, "GB/s");
  on.free(to);
  on.free(from.data);

  const std::int64_t n = 8192;
  const Tensor a = random_tensor(on, n, n, DType::kBF16), b = random_tensor(on, n, n, DType::kBF16),
               c = random_tensor(on, n, n, DType::kBF16);
  const double flops = 2.0 * static_cast<double>(n) * static_cast<double>(n) * static_cast<double>(n);
  report("gemm bf16 8192", flops / seconds_of(on, [&] { on.gemm(c, a, false, b, true); }) / 1e12, "TFLOP/s");
  for (const Tensor& t : {a, b, c}) on.free(t.data);
  return 0;
}

int kernels(Backend& on, const std::string& group) {
  constexpr std::int64_t n = 65536, d = 2048, f = 8192, heads = 32;
  constexpr DType bf = DType::kBF16, f32 = DType::kF32;
  const auto bandwidth = [&](const std::string& what, std::int64_t bytes, const auto& fn) {
    report(what, static_cast<double>(bytes) / seconds_of(on, fn) / 1e9, "GB/s");
  };
  const auto wants = [&](const char* name) { return group.empty() || group == name; };
  if (wants("rows")) {
    const Tensor x = random_tensor(on, n, d, bf), y = random_tensor(on, n, d, bf), r = random_tensor(on, n, d, bf),
                 w = random_tensor(on, 1, d, bf), dw = random_tensor(on, 1, d, f32), rstd = random_tensor(on, 1, n, f32);
    bandwidth("rmsnorm", 2 * n * d * 2, [&] { on.rmsnorm(y, rstd, x, w, 1e-5f); });
    on.zero(r.data, r.bytes());  // x + 0 stays finite however often it is added
    bandwidth("rmsnorm of a sum", 4 * n * d * 2, [&] { on.rmsnorm(y, rstd, x, w, 1e-5f, r); });
    bandwidth("rmsnorm backward", 3 * n * d * 2, [&] { on.rmsnorm_backward(r, false, dw, y, x, w, rstd); });
    bandwidth("column sum", n * d * 2, [&] { on.column_sum(dw, x); });
    std::vector<std::int32_t> at(n), ids(n);
    for (std::int64_t i = 0; i < n; ++i) {
      at[static_cast<std::size_t>(i)] = static_cast<std::int32_t>(i % 2048);
      ids[static_cast<std::size_t>(i)] = static_cast<std::int32_t>(i * 7919 % 128000);
    }
    const Tensor positions = integers(on, at), rows = integers(on, ids);
    const Tensor cos = random_tensor(on, 2048, d / heads / 2, f32), sin = random_tensor(on, 2048, d / heads / 2, f32);
    on.zero(sin.data, sin.bytes());
    bandwidth("rope", 2 * n * d * 2, [&] { on.rope(y, positions, cos, sin, heads, d / heads, false); });
    const Tensor table = random_tensor(on, 128256, d, bf), dtable = random_tensor(on, 128256, d, f32);
    bandwidth("embed", 2 * n * d * 2, [&] { on.embed(y, table, rows); });
    bandwidth("embed backward", n * d * (2 + 8), [&] { on.embed_backward(dtable, x, rows); });
    // As words are distributed: id i in a share of 1 / i (Zipf), so that a few have thousands of rows.
    std::vector<bool> seen(128000);
    std::minstd_rand generator(11);
    for (std::int32_t& id : ids) {
      id = static_cast<std::int32_t>(std::pow(128000.0, std::generate_canonical<double, 30>(generator))) - 1;
      seen[static_cast<std::size_t>(id)] = true;
    }
    const auto distinct = static_cast<std::int64_t>(std::count(seen.begin(), seen.end(), true));
    const Tensor words = integers(on, ids);
    bandwidth("embed backward, ids as in text", n * d * 2 + distinct * d * 8,
              [&] { on.embed_backward(dtable, x, words); });
    on.free(words.data);
    for (const Tensor& t : {x, y, r, w, dw, rstd, positions, rows, cos, sin, table, dtable}) on.free(t.data);
  }
  if (wants("rows")) {
    const Tensor gate_up = random_tensor(on, n, 2 * f, bf), out = random_tensor(on, n, f, bf),
                 dgate_up = random_tensor(on, n, 2 * f, bf);
    bandwidth("swiglu", 3 * n * f * 2, [&] { on.swiglu(out, gate_up); });
    bandwidth("swiglu backward", 5 * n * f * 2, [&] { on.swiglu_backward(dgate_up, out, gate_up); });
    for (const Tensor& t : {gate_up, out, dgate_up}) on.free(t.data);
  }
  if (wants("update")) {
    constexpr std::int64_t p = std::int64_t{1} << 29;
    const Tensor param = random_tensor(on, 1, p, bf), master = random_tensor(on, 1, p, f32),
                 m = random_tensor(on, 1, p, f32), v = random_tensor(on, 1, p, f32), g = random_tensor(on, 1, p, f32);
    on.zero(v.data, v.bytes());
    AdamW o;
    o.lr = 1e-5f;
    bandwidth("adamw, f32 master", p * 30, [&] { on.adamw(param, master, m, v, g, o); });
    bandwidth("adamw, stochastic rounding", p * 24, [&] { on.adamw(param, {}, m, v, g, o); });
    bandwidth("sum of squares", p * 4, [&] { need(on.sum_of_squares(g)); });
    bandwidth("cast f32 to bf16", p * 6, [&] { on.cast(param, g); });
    bandwidth("add scaled bf16 to f32", p * 10, [&] { on.add_scaled(m, param, 1e-6f); });
    for (const Tensor& t : {param, master, m, v, g}) on.free(t.data);
  }
  if (wants("head")) {
    // Not bound by memory: what the fused head makes of the matrix rate.
    constexpr std::int64_t rows = 16384, vocab = 128256;
    const Tensor x = random_tensor(on, rows, d, bf), w = random_tensor(on, vocab, d, bf),
                 dx = random_tensor(on, rows, d, bf), dw = random_tensor(on, vocab, d, f32),
                 losses = random_tensor(on, 1, rows, f32);
    std::vector<std::int32_t> target(rows);
    for (std::int64_t i = 0; i < rows; ++i) target[static_cast<std::size_t>(i)] = static_cast<std::int32_t>(i * 31 % vocab);
    const Tensor targets = integers(on, target);
    const double seconds = seconds_of(on, [&] { on.linear_cross_entropy(losses, dx, dw, x, w, targets, vocab, 1e-4f); });
    report("linear cross entropy", 6.0 * rows * d * vocab / seconds / 1e12, "TFLOP/s");
    for (const Tensor& t : {x, w, dx, dw, losses, targets}) on.free(t.data);
  }
  if (wants("attention")) {
    constexpr std::int64_t rows = 16384, kv = 8, dim = 64, wide = heads * dim, all = wide + 2 * kv * dim;
    const Tensor qkv = random_tensor(on, rows, all, bf), dqkv = random_tensor(on, rows, all, bf),
                 out = random_tensor(on, rows, wide, bf), dout = random_tensor(on, rows, wide, bf),
                 lse = random_tensor(on, heads, rows, f32);
    const AttentionShape shape{heads, kv, dim, 0.125f};
    const auto measure = [&](const char* what, const std::vector<std::int32_t>& starts) {
      Documents documents{starts, 0};
      double pairs = 0;
      for (std::size_t i = 0; i + 1 < starts.size(); ++i) {
        const double length = starts[i + 1] - starts[i];
        documents.longest = std::max(documents.longest, starts[i + 1] - starts[i]);
        pairs += length * length / 2;
      }
      const double flops = 4 * pairs * heads * dim;
      const auto part = [&](const Tensor& t, std::int64_t first, std::int64_t width) { return t.columns(first, width); };
      const Tensor q = part(qkv, 0, wide), k = part(qkv, wide, kv * dim), v = part(qkv, wide + kv * dim, kv * dim);
      const double forward = seconds_of(on, [&] { on.attention(out, lse, q, k, v, documents, shape); });
      const double backward = seconds_of(on, [&] {
        on.attention_backward(part(dqkv, 0, wide), part(dqkv, wide, kv * dim), part(dqkv, wide + kv * dim, kv * dim),
                              dout, q, k, v, out, lse, documents, shape);
      });
      report(std::string("attention forward, ") + what, flops / forward / 1e12, "TFLOP/s");
      report(std::string("attention backward, ") + what, 2.5 * flops / backward / 1e12, "TFLOP/s");
    };
    std::vector<std::int32_t> even, uneven = {0};
    for (std::int32_t i = 0; i <= rows; i += 2048) even.push_back(i);
    for (std::int32_t length = 100; uneven.back() < rows; length = length * 7 % 1900 + 100) {
      uneven.push_back(std::min<std::int32_t>(uneven.back() + length, rows));
    }
    measure("T 2048", even);
    measure("packed", uneven);
  }
  return 0;
}

}  // namespace student::bench
