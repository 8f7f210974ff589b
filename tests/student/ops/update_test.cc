// Sums, conversions and the optimiser.
#include "student/ops/harness.h"
#include "tensor/philox.h"

namespace student::testing_ops {
namespace {

STUDENT_OP_SUITE(UpdateTest);

TEST_P(UpdateTest, ColumnSum) {
  for (const std::int64_t n : {1, 33, 100}) {
    const std::int64_t d = 19;
    const Values x = random(n * d), before = random(d, DType::kF32);
    Values want = before;
    for (std::int64_t i = 0; i < n * d; ++i) want[static_cast<std::size_t>(i % d)] += x[static_cast<std::size_t>(i)];
    Tensor y = input(1, d, DType::kF32, before);
    on().column_sum(y, input(n, d, x));
    expect_close(y, want, "y", 1e-5);
  }
}

TEST_P(UpdateTest, AddScaledAndCast) {
  for (const DType from : {DType::kF32, DType::kBF16}) {
    const Values x = random(3 * 37, from), y = random(3 * 37);
    Values want = y;
    for (std::size_t i = 0; i < want.size(); ++i) want[i] += 0.375 * x[i];
    Tensor sum = input(3, 37, y);
    on().add_scaled(sum, input(3, 37, from, x), 0.375f);
    expect_close(sum, want, "sum");
    Tensor converted = output(3, 37, type());
    on().cast(converted, input(3, 37, from, x));
    Values rounded_x;
    for (const double v : x) rounded_x.push_back(rounded(v, type()));
    EXPECT_EQ(get(converted), rounded_x);
  }
}

TEST_P(UpdateTest, Sums) {
  if (type() != DType::kF32) GTEST_SKIP() << "f32 only";
  const Values x = random(5 * 1003, DType::kF32);
  double sum = 0, squares = 0;
  for (const double v : x) sum += v, squares += v * v;
  const Tensor device = input(5, 1003, DType::kF32, x);
  EXPECT_NEAR(*on().sum(device), sum, 1e-4);
  EXPECT_NEAR(*on().sum_of_squares(device), squares, squares * 1e-6);
  EXPECT_EQ(*on().sum(input(1, 0, DType::kF32, {})), 0);
}

TEST_P(UpdateTest, AdamWWithMaster) {
  const std::int64_t n = 70;
  Values master = random(n, DType::kF32), m(70), v(70);
  AdamW options{0.01f, 0.9f, 0.95f, 1e-8f, 0.1f, 0.5f, 1, 7, 3};
  Tensor param = output(1, n, type()), master_device = input(1, n, DType::kF32, master);
  Tensor m_device = input(1, n, DType::kF32, m), v_device = input(1, n, DType::kF32, v);
  for (int step = 1; step <= 3; ++step) {
    const Values grad = random(n, DType::kF32);
    options.step = step;
    on().adamw(param, master_device, m_device, v_device, input(1, n, DType::kF32, grad), options);
    for (std::size_t i = 0; i < 70; ++i) {
      const double g = grad[i] * 0.5;
      m[i] = 0.9 * m[i] + 0.1 * g;
      v[i] = 0.95 * v[i] + 0.05 * g * g;
      master[i] -= 0.01 * 0.1 * master[i];
      master[i] -= 0.01 * (m[i] / (1 - std::pow(0.9, step))) / (std::sqrt(v[i] / (1 - std::pow(0.95, step))) + 1e-8);
    }
  }
  expect_close(master_device, master, "master", 1e-6);
  expect_close(m_device, m, "m", 1e-6);
  expect_close(v_device, v, "v", 1e-6);
  const Values exact = get(master_device);
  Values want;
  for (const double x : exact) want.push_back(rounded(x, type()));
  EXPECT_EQ(get(param), want);
}

// Without a master: f32 takes the exact value; bf16 goes up with the probability of what is cut off, by the bits
// that (seed, step, stream, element) give.
TEST_P(UpdateTest, AdamWWithoutMaster) {
  const std::int64_t n = 4099;
  const Values grad(static_cast<std::size_t>(n), 1.0), start(static_cast<std::size_t>(n), 1.0);
  const AdamW options{0.001f, 0.9f, 0.95f, 1e-8f, 0, 1, 1, 7, 3};
  Tensor param = input(1, n, start);
  on().adamw(param, {}, input(1, n, DType::kF32, Values(4099)), input(1, n, DType::kF32, Values(4099)),
             input(1, n, DType::kF32, grad), options);
  const Values got = get(param);  // 1 - 0.001: between the neighbours 0.99609375 and 1
  if (type() == DType::kF32) {
    for (const double x : got) ASSERT_NEAR(x, 0.999, 1e-6);
    return;
  }
  double sum = 0;
  for (std::size_t i = 0; i < got.size(); ++i) {
    ASSERT_TRUE(got[i] == 1 || got[i] == 0.99609375) << got[i];
    sum += got[i];
  }
  EXPECT_NEAR(sum / static_cast<double>(n), 0.999, 1e-4);
  // The bits of 0.999f are 0x3f7fbe77, give or take one in the last place.
  int differ = 0;
  for (std::size_t i = 0; i < got.size(); ++i) {
    differ += from_bf16(stochastic_bf16(0x3f7fbe77u, philox_bits(7, 1, 3, i))) != static_cast<float>(got[i]);
  }
  EXPECT_LE(differ, 2);
}

// Known answer of the authors (Random123, kat_vectors).
TEST(Philox, KnownAnswers) {
  const Philox4 zero = philox4x32(0, 0, 0);
  EXPECT_EQ(zero.word[0], 0x6627e8d5u);
  EXPECT_EQ(zero.word[1], 0xe169c58du);
  EXPECT_EQ(zero.word[2], 0xbc57ac4cu);
  EXPECT_EQ(zero.word[3], 0x9b00dbd8u);
  const Philox4 ones = philox4x32(~0ull, ~0ull, ~0ull);
  EXPECT_EQ(ones.word[0], 0x408f276du);
  EXPECT_EQ(ones.word[1], 0x41c83b0eu);
  EXPECT_EQ(ones.word[2], 0xa20bc7c6u);
  EXPECT_EQ(ones.word[3], 0x6d5451fdu);
}

TEST(Registry, NamesWhatThereIs) {
  auto none = make_backend("tpu");
  ASSERT_FALSE(none);
  EXPECT_NE(none.error().message.find("'tpu' does not exist; there are cpu, cuda, emu"), std::string::npos)
      << none.error().message;
  bool cpu = false;
  for (const BackendInfo& info : backends()) {
    cpu |= info.name == "cpu" && info.available;
    EXPECT_EQ(info.available, info.why_not.empty()) << info.name;
  }
  EXPECT_TRUE(cpu);
  EXPECT_FALSE(make_backend("cpu", {.threads = -1}));
}

}  // namespace
}  // namespace student::testing_ops
