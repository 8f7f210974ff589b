#include "student/ops/harness.h"

namespace student::testing_ops {
namespace {

STUDENT_OP_SUITE(GemmTest);

struct Case {
  std::int64_t m, n, k;
  bool trans_a, trans_b, accumulate, bias, wide;  // wide: c is f32
};

TEST_P(GemmTest, EveryTransposition) {
  std::vector<Case> cases;
  for (const bool ta : {false, true}) {
    for (const bool tb : {false, true}) {
      cases.push_back({37, 45, 19, ta, tb, false, false, false});
      cases.push_back({37, 45, 19, ta, tb, true, false, true});
    }
  }
  cases.push_back({1, 70, 33, false, true, false, true, false});   // decoding: thin
  cases.push_back({5, 7, 33, false, true, true, true, true});
  cases.push_back({40, 33, 8, false, true, false, true, false});
  cases.push_back({40, 33, 8, false, true, true, true, true});
  cases.push_back({1, 1, 1, true, false, false, false, true});
  cases.push_back({64, 64, 64, false, true, false, false, false});
  for (const Case& c : cases) {
    SCOPED_TRACE(testing::Message() << c.m << "x" << c.n << "x" << c.k << " ta " << c.trans_a << " tb " << c.trans_b
                                    << " accumulate " << c.accumulate << " bias " << c.bias << " wide " << c.wide);
    const Values a = random(c.m * c.k), b = random(c.k * c.n), bias = random(c.n);
    const DType out = c.wide ? DType::kF32 : type();
    const Values before = random(c.m * c.n, out);
    Values want(static_cast<std::size_t>(c.m * c.n));
    for (std::int64_t i = 0; i < c.m; ++i) {
      for (std::int64_t j = 0; j < c.n; ++j) {
        double sum = c.accumulate ? before[static_cast<std::size_t>(i * c.n + j)] : 0;
        if (c.bias) sum += bias[static_cast<std::size_t>(j)];
        for (std::int64_t k = 0; k < c.k; ++k) {
          sum += a[static_cast<std::size_t>(c.trans_a ? k * c.m + i : i * c.k + k)] *
                 b[static_cast<std::size_t>(c.trans_b ? j * c.k + k : k * c.n + j)];
        }
        want[static_cast<std::size_t>(i * c.n + j)] = sum;
      }
    }
    Tensor result = c.accumulate ? input(c.m, c.n, out, before) : output(c.m, c.n, out);
    on().gemm(result, c.trans_a ? input(c.k, c.m, a) : input(c.m, c.k, a), c.trans_a,
              c.trans_b ? input(c.n, c.k, b) : input(c.k, c.n, b), c.trans_b, c.accumulate,
              c.bias ? input(1, c.n, bias) : Tensor{});
    expect_close(result, want, "c");
  }
}

// Larger than one tile in both directions, against the sum in another order.
TEST_P(GemmTest, ManyTiles) {
  if (std::string(GetParam().backend) == "emu") GTEST_SKIP() << "emu is too slow for this size, and has no tiles";
  const std::int64_t m = 530, n = 1100, k = 65;
  const Values a = random(m * k), b = random(n * k);
  Tensor result = output(m, n, DType::kF32);
  on().gemm(result, input(m, k, a), false, input(n, k, b), true, false, {});
  Values want(static_cast<std::size_t>(m * n));
  for (std::int64_t i = 0; i < m; ++i) {
    for (std::int64_t j = 0; j < n; ++j) {
      double sum = 0;
      for (std::int64_t x = 0; x < k; ++x) {
        sum += a[static_cast<std::size_t>(i * k + x)] * b[static_cast<std::size_t>(j * k + x)];
      }
      want[static_cast<std::size_t>(i * n + j)] = sum;
    }
  }
  expect_close(result, want, "c");
}

// A row of a thin product does not depend on the other rows: continuous batching changes no answer.
TEST_P(GemmTest, ThinRowsAreIndependent) {
  if (std::string(GetParam().backend) != "cpu") GTEST_SKIP() << "promised by cpu alone";
  const std::int64_t m = 32, n = 50, k = 70;
  const Tensor a = input(m, k, random(m * k)), b = input(n, k, random(n * k));
  Tensor all = output(m, n, DType::kF32);
  on().gemm(all, a, false, b, true, false, {});
  const Values whole = get(all);
  for (const std::int64_t first : {0, 3, 31}) {
    Tensor one = output(1, n, DType::kF32);
    on().gemm(one, a.row_range(first, 1), false, b, true, false, {});
    const Values alone = get(one);
    EXPECT_TRUE(std::equal(alone.begin(), alone.end(), whole.begin() + first * n)) << "row " << first;
  }
}

}  // namespace
}  // namespace student::testing_ops
