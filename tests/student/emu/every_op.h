// Runs every kernel once in small sizes, f32 and bf16, wide and odd rows, and collects the bytes of all results.
#ifndef CORPUS_TESTS_STUDENT_EMU_EVERY_OP_H_
#define CORPUS_TESTS_STUDENT_EMU_EVERY_OP_H_

#include <cmath>
#include <cstring>
#include <random>
#include <string>
#include <vector>

#include "backend/backend.h"
#include "backend/emu/emu_backend.h"
#include "tensor/bf16.h"

namespace student::testing_emu {

class EveryOp {
 public:
  explicit EveryOp(Backend& on) : on_(on) {}
  ~EveryOp() {
    for (void* memory : memory_) on_.free(memory);
  }

  // Everything that came out, or the fault that ended it.
  std::string run() {
    for (const DType type : {DType::kF32, DType::kBF16}) {
      rows(type, 5, 264);  // a block for each row
      rows(type, 9, 67);    // odd, a warp for each row
      attention(type);
      loss(type);
      update(type);
    }
    if (auto ok = on_.sync(); !ok) return ok.error().message;
    return bytes_;
  }

 private:
  Tensor make(std::int64_t rows, std::int64_t cols, DType type) {
    Tensor t(nullptr, type, rows, cols);
    t.data = on_.alloc(t.bytes()).value();
    memory_.push_back(t.data);
    std::memset(t.data, 0xff, t.bytes());
    return t;
  }
  Tensor random(std::int64_t rows, std::int64_t cols, DType type) {
    Tensor t = make(rows, cols, type);
    std::normal_distribution<float> normal;
    for (std::int64_t i = 0; i < t.elements(); ++i) {
      const float x = normal(generator_);
      if (type == DType::kF32) static_cast<float*>(t.data)[i] = x;
      else static_cast<bf16*>(t.data)[i] = to_bf16(x);
    }
    return t;
  }
  Tensor integers(const std::vector<std::int32_t>& values, std::int64_t rows = 1) {
    Tensor t = make(rows, static_cast<std::int64_t>(values.size()) / rows, DType::kI32);
    std::memcpy(t.data, values.data(), t.bytes());
    return t;
  }
  void keep(const Tensor& t) { bytes_.append(static_cast<const char*>(t.data), t.bytes()); }

  void rows(DType type, std::int64_t n, std::int64_t d) {
    const Tensor x = random(n, d, type), w = random(1, d, type), dy = random(n, d, type), y = make(n, d, type),
                 rstd = make(1, n, DType::kF32), dx = make(n, d, type), dw = random(1, d, DType::kF32);
    on_.rmsnorm(y, rstd, x, w, 1e-5f, random(n, d, type));
    on_.rmsnorm_backward(dx, false, dw, dy, x, w, rstd);
    on_.rmsnorm_backward(dx, true, {}, dy, x, w, rstd);
    on_.column_sum(dw, dy);
    std::vector<std::int32_t> ids, positions;
    for (std::int32_t i = 0; i < n; ++i) ids.push_back(i * i % 7), positions.push_back(i % 4);
    // Two tiles of the sort; runs that lie in a chunk of the sum, that cross two, and one of several levels.
    const std::int64_t many = 1100;
    std::vector<std::int32_t> spread;
    for (std::int32_t i = 0; i < many; ++i) spread.push_back(i % 3 == 0 ? 7 : i * 11 % 64);
    const Tensor table = random(64, d, DType::kF32);
    on_.embed_backward(table, random(many, 16, type), integers(spread));
    on_.embed(y, random(7, d, type), integers(ids));
    const Tensor gate_up = random(n, 2 * d, type), dgate_up = make(n, 2 * d, type), out = make(n, d, type);
    on_.swiglu(out, gate_up);
    on_.swiglu_backward(dgate_up, dy, gate_up);
    for (const Tensor& t : {x, y, rstd, dx, dw, table, out, dgate_up}) keep(t);
    const Tensor rotated = random(n, 48, type);
    on_.rope(rotated, integers(positions), random(4, 8, DType::kF32), random(4, 8, DType::kF32), 3, 16, false);
    keep(rotated);
  }

  void attention(DType type) {
    const std::vector<std::int32_t> starts = {0, 1, 35, 36};
    const AttentionShape shape{4, 2, 24, 0.2f};
    const Tensor q = random(36, 96, type), k = random(36, 48, type), v = random(36, 48, type),
                 dout = random(36, 96, type), out = make(36, 96, type), lse = make(4, 36, DType::kF32),
                 dq = make(36, 96, type), dk = make(36, 48, type), dv = make(36, 48, type);
    on_.attention(out, lse, q, k, v, {starts, 34}, shape);
    on_.attention_backward(dq, dk, dv, dout, q, k, v, out, lse, {starts, 34}, shape);
    const Tensor keys = random(3 * 50, 48, type), values = random(3 * 50, 48, type), decoded = make(2, 96, type);
    on_.cache_store(keys, k.row_range(0, 2), integers({2, 0}), integers({49, 3}), 50);
    on_.attention_decode(decoded, q.row_range(0, 2), keys, values, integers({2, 0}), integers({50, 4}), 50, shape);
    for (const Tensor& t : {out, lse, dq, dk, dv, keys, decoded}) keep(t);
  }

  void loss(DType type) {
    const std::int64_t n = 40, d = 8, vocab = 700;
    const std::int32_t k = 150;
    std::vector<std::int32_t> targets, ids;
    for (std::int32_t i = 0; i < n; ++i) {
      targets.push_back(i % 8 == 3 ? (400 + i * 10) % 700 : -1);
      for (std::int32_t j = 0; j < k; ++j) ids.push_back(i % 16 == 3 ? (j * 4 + i * 10) % vocab : -1);
    }
    const Tensor logprobs = make(n, k, DType::kF32);
    for (std::int64_t i = 0; i < logprobs.elements(); ++i) {
      static_cast<float*>(logprobs.data)[i] = -6.0f - 0.01f * static_cast<float>(i % k);
    }
    TeacherTopK teacher{integers(ids, n), logprobs, 0.4f};
    const Tensor losses = make(1, n, DType::kF32), dhidden = make(n, d, type), dweight = random(vocab, d, DType::kF32);
    on_.linear_cross_entropy(losses, dhidden, dweight, random(n, d, type), random(vocab, d, type), integers(targets),
                             static_cast<std::int32_t>(vocab), 0.5f, &teacher);
    for (const Tensor& t : {losses, dhidden, dweight}) keep(t);
  }

  void update(DType type) {
    const std::int64_t n = 1030;
    const Tensor param = random(1, n, type), m = random(1, n, DType::kF32), v = random(1, n, DType::kF32),
                 g = random(1, n, DType::kF32);
    for (std::int64_t i = 0; i < n; ++i) {
      auto& x = static_cast<float*>(v.data)[i];
      x *= x;
    }
    AdamW o;
    o.lr = 1e-2f;
    on_.adamw(param, {}, m, v, g, o);
    on_.add_scaled(g, param, 0.5f);
    on_.cast(param, m);
    for (const auto& total : {on_.sum(g), on_.sum_of_squares(g)}) {
      const double x = total ? *total : std::nan("");
      bytes_.append(reinterpret_cast<const char*>(&x), sizeof x);
    }
    for (const Tensor& t : {param, m, v, g}) keep(t);
  }

  Backend& on_;
  std::mt19937 generator_{11};
  std::string bytes_;
  std::vector<void*> memory_;
};

}  // namespace student::testing_emu

#endif  // CORPUS_TESTS_STUDENT_EMU_EVERY_OP_H_
