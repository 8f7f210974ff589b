// The vector loops of the cpu backend: every instruction set that runs here against the plain one.
#include "backend/cpu/loops.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <random>
#include <vector>

#include "tensor/bf16.h"

namespace student::cpu {
namespace {

std::vector<const Loops*> tables() {
  std::vector<const Loops*> out;
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) out.push_back(&kAvx2Loops);
  if (loops().name == kAvx512Loops.name) out.push_back(&kAvx512Loops);
#endif
  return out;
}

template <typename T>
std::vector<T> random(std::int64_t n, unsigned seed) {
  std::mt19937 generator(seed);
  std::normal_distribution<float> normal;
  std::vector<T> out;
  for (std::int64_t i = 0; i < n; ++i) {
    if constexpr (sizeof(T) == 2) out.push_back(to_bf16(normal(generator)));
    else out.push_back(normal(generator));
  }
  return out;
}

template <typename T>
void expect_near(const std::vector<T>& a, const std::vector<T>& b, const char* what, std::int64_t n) {
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t i = 0; i < a.size(); ++i) {
    float x, y;
    if constexpr (sizeof(T) == 2) x = from_bf16(a[i]), y = from_bf16(b[i]);
    else x = a[i], y = b[i];
    ASSERT_NEAR(x, y, (sizeof(T) == 2 ? 1e-2f : 2e-5f) * std::max(1.0f, std::abs(y))) << what << " n " << n << " at " << i;
  }
}

// What one table makes of rows of n values; one guard value at the end of each, which nobody writes.
template <typename T>
struct Outputs {
  std::vector<T> y, dx, roped, act, dgate, dup, axpy, soft, param;
  std::vector<float> dw, sum, exps, back, m, v, dots, numbers;
};

template <typename T>
Outputs<T> all(const Loops& table, std::int64_t n) {
  const Rows<T>& rows = table.rows<T>();
  const auto size = static_cast<std::size_t>(n);
  const auto x = random<T>(n + 1, 1), w = random<T>(n + 1, 2), dy = random<T>(n + 1, 3);
  const auto f = random<float>(4 * n + 1, 4);
  Outputs<T> o;
  o.y = o.dx = o.act = o.dgate = o.dup = o.soft = random<T>(n + 1, 5);
  o.axpy = o.param = x;
  o.dw = o.sum = o.exps = o.back = random<float>(n + 1, 6);
  auto moving = x;
  const float rstd = rows.rmsnorm(o.y.data(), moving.data(), w.data(), dy.data(), n, 1e-5f);
  o.numbers.push_back(rstd);
  rows.rmsnorm_backward(o.dx.data(), true, o.dw.data(), dy.data(), x.data(), w.data(), rstd, n);
  o.roped = random<T>(2 * 2 * n + 1, 7);
  const auto cos = random<float>(n + 1, 8), sin = random<float>(n + 1, 9);
  rows.rope(o.roped.data(), cos.data(), sin.data(), 2, static_cast<std::int32_t>(n), -1);
  rows.swiglu(o.act.data(), x.data(), w.data(), n);
  rows.swiglu_backward(o.dgate.data(), o.dup.data(), dy.data(), x.data(), w.data(), n);
  rows.axpy(o.axpy.data(), f.data(), 0.3f, n);
  rows.add(o.sum.data(), x.data(), n);
  rows.axpy_f32(o.sum.data(), w.data(), 0.7f, n);
  o.numbers.push_back(rows.dot(f.data(), x.data(), n));
  const auto four = random<T>(4 * n, 10);
  for (int count = 1; count <= 4; ++count) {
    float out[16] = {};
    rows.dot4(out, f.data(), n, count, four.data(), n, n);
    for (int r = 0; r < count; ++r) {
      for (int c = 0; c < 4; ++c) {
        EXPECT_EQ(out[r * 4 + c], rows.dot(f.data() + r * n, four.data() + c * n, n)) << table.name << " rows " << count;
      }
    }
    o.dots.insert(o.dots.end(), out, out + 16);
  }
  rows.softmax_scaled(o.soft.data(), f.data(), 1.5f, 0.5f, n);
  o.numbers.push_back(table.max(f.data(), n));
  o.numbers.push_back(table.sum_exp(f.data(), 3, n));
  o.numbers.push_back(table.exp_in_place(o.exps.data(), 2, n));
  table.softmax_backward(o.back.data(), f.data(), 0.3f, 0.5f, n);
  table.scale(o.back.data(), 0.5f, n);
  o.numbers.push_back(static_cast<float>(table.sum(f.data(), n)));
  o.numbers.push_back(static_cast<float>(table.sum_of_squares(f.data(), n)));
  o.m = o.v = std::vector<float>(size + 1, 0.01f);
  std::vector<float> master(size + 1, 0.5f);
  const AdamStep step{0.01f, 0.9f, 0.95f, 1e-8f, 0.999f, 0.5f, 10, 4.47f, 1, 1, 0};
  rows.adamw(o.param.data(), master.data(), o.m.data(), o.v.data(), f.data(), n, 0, step);
  return o;
}

template <typename T>
void compare() {
  for (const std::int64_t n : {0, 1, 2, 7, 15, 16, 17, 31, 32, 33, 48, 100, 257}) {
    if (n == 0) continue;
    const Outputs<T> want = all<T>(kPlainLoops, n);
    for (const Loops* table : tables()) {
      SCOPED_TRACE(table->name);
      const Outputs<T> got = all<T>(*table, n);
      expect_near(got.y, want.y, "y", n);
      expect_near(got.dx, want.dx, "dx", n);
      expect_near(got.roped, want.roped, "rope", n);
      expect_near(got.act, want.act, "swiglu", n);
      expect_near(got.dgate, want.dgate, "dgate", n);
      expect_near(got.dup, want.dup, "dup", n);
      expect_near(got.axpy, want.axpy, "axpy", n);
      expect_near(got.soft, want.soft, "softmax", n);
      expect_near(got.param, want.param, "param", n);
      expect_near(got.dw, want.dw, "dw", n);
      expect_near(got.sum, want.sum, "sum", n);
      expect_near(got.exps, want.exps, "exp", n);
      expect_near(got.back, want.back, "softmax_backward", n);
      expect_near(got.m, want.m, "m", n);
      expect_near(got.v, want.v, "v", n);
      expect_near(got.dots, want.dots, "dot4", n);
      expect_near(got.numbers, want.numbers, "numbers", n);
    }
  }
}

TEST(Loops, F32AgreesWithPlain) { compare<float>(); }
TEST(Loops, Bf16AgreesWithPlain) { compare<Bf16>(); }

TEST(Loops, ExponentialIsExactToRounding) {
  for (float x = -100; x <= 0; x += 0.0137f) {
    float out = x;
    kPlainLoops.exp_in_place(&out, 0, 1);
    ASSERT_NEAR(out, std::exp(std::max(x, -87.3f)), 3e-7f * std::exp(x) + 2e-38f) << x;
  }
}

// Rounding to bf16 of every interesting pattern: ties, overflow into the exponent, infinities, NaN.
TEST(Loops, RoundsToBf16AsTheHostDoes) {
  std::vector<std::uint32_t> bits;
  for (const std::uint32_t high : {0x0000u, 0x3f80u, 0x3f81u, 0x7f7fu, 0x7f80u, 0xff80u, 0x8000u, 0x7fc0u, 0xffffu, 0x0001u}) {
    for (const std::uint32_t low : {0u, 1u, 0x7fffu, 0x8000u, 0x8001u, 0xffffu}) bits.push_back(high << 16 | low);
  }
  std::vector<float> in(bits.size());
  std::memcpy(in.data(), bits.data(), bits.size() * 4);
  std::vector<const Loops*> every = tables();
  every.push_back(&kPlainLoops);
  for (const Loops* table : every) {
    std::vector<Bf16> out(in.size());
    table->bf16.store(out.data(), in.data(), static_cast<std::int64_t>(in.size()));
    for (std::size_t i = 0; i < in.size(); ++i) {
      EXPECT_EQ(out[i], to_bf16(in[i])) << table->name << " " << std::hex << bits[i];
    }
  }
}

}  // namespace
}  // namespace student::cpu
