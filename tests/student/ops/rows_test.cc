// Operations on rows: norm, rotation, activation, embedding.
#include "student/ops/harness.h"

namespace student::testing_ops {
namespace {

STUDENT_OP_SUITE(RowsTest);

constexpr double kEps = 1e-5;

struct Norm {
  Values y, rstd, dx, dw;
};

// Reference of RMSNorm and, for dy, its gradient.
Norm norm(const Values& x, const Values& w, const Values& dy, std::int64_t n, std::int64_t d) {
  Norm r;
  r.dw.resize(static_cast<std::size_t>(d));
  for (std::int64_t i = 0; i < n; ++i) {
    const double* row = x.data() + i * d;
    double squares = 0, dot = 0;
    for (std::int64_t j = 0; j < d; ++j) squares += row[j] * row[j];
    const double rstd = 1 / std::sqrt(squares / static_cast<double>(d) + kEps);
    r.rstd.push_back(rstd);
    for (std::int64_t j = 0; j < d; ++j) {
      const double g = dy[static_cast<std::size_t>(i * d + j)];
      r.y.push_back(row[j] * rstd * w[static_cast<std::size_t>(j)]);
      r.dw[static_cast<std::size_t>(j)] += g * row[j] * rstd;
      dot += g * w[static_cast<std::size_t>(j)] * row[j] * rstd;
    }
    for (std::int64_t j = 0; j < d; ++j) {
      r.dx.push_back(rstd * (dy[static_cast<std::size_t>(i * d + j)] * w[static_cast<std::size_t>(j)] -
                             row[j] * rstd * dot / static_cast<double>(d)));
    }
  }
  return r;
}

TEST_P(RowsTest, RmsNorm) {
  for (const auto& [n, d] : {std::pair<std::int64_t, std::int64_t>{1, 3}, {3, 8}, {35, 67}, {70, 128}}) {
    SCOPED_TRACE(testing::Message() << n << "x" << d);
    const Values x = random(n * d), w = random(d), dy = random(n * d), before = random(n * d);
    const Norm want = norm(x, w, dy, n, d);
    Tensor y = output(n, d, type()), rstd = output(1, n, DType::kF32);
    const Tensor x_device = input(n, d, x), w_device = input(1, d, w), dy_device = input(n, d, dy);
    on().rmsnorm(y, rstd, x_device, w_device, static_cast<float>(kEps));
    expect_close(y, want.y, "y");
    expect_close(rstd, want.rstd, "rstd");
    EXPECT_EQ(get(x_device), x) << "x is written only with a residual";

    const Values dw_before = random(d, DType::kF32);
    Values dw = want.dw, dx = want.dx;
    for (std::size_t j = 0; j < dw.size(); ++j) dw[j] += dw_before[j];
    Tensor dx_device = output(n, d, type()), dw_device = input(1, d, DType::kF32, dw_before);
    on().rmsnorm_backward(dx_device, false, dw_device, dy_device, x_device, w_device, rstd);
    expect_close(dx_device, dx, "dx");
    expect_close(dw_device, dw, "dw");

    for (std::size_t j = 0; j < dx.size(); ++j) dx[j] += before[j];
    Tensor added = input(n, d, before);
    on().rmsnorm_backward(added, true, {}, dy_device, x_device, w_device, rstd);
    expect_close(added, dx, "dx accumulated, no dw");
  }
}

TEST_P(RowsTest, RmsNormOfASum) {
  const std::int64_t n = 9, d = 33;
  const Values x = random(n * d), residual = random(n * d), w = random(d);
  Values sum(x.size());
  for (std::size_t i = 0; i < x.size(); ++i) sum[i] = rounded(x[i] + residual[i], type());
  const Norm want = norm(sum, w, x, n, d);
  Tensor y = output(n, d, type()), rstd = output(1, n, DType::kF32), x_device = input(n, d, x);
  on().rmsnorm(y, rstd, x_device, input(1, d, w), static_cast<float>(kEps), input(n, d, residual));
  EXPECT_EQ(get(x_device), sum);
  expect_close(y, want.y, "y");
}

// The analytic gradient of the reference itself, by central differences.
TEST(RowsReference, RmsNormGradientIsThatOfTheFunction) {
  std::mt19937_64 generator(5);
  std::normal_distribution<double> normal;
  const std::int64_t n = 2, d = 7;
  Values x(14), w(7), dy(14);
  for (Values* v : {&x, &w, &dy}) for (double& e : *v) e = normal(generator);
  const Norm at = norm(x, w, dy, n, d);
  const auto loss = [&](const Values& xs, const Values& ws) {
    const Values y = norm(xs, ws, dy, n, d).y;
    double sum = 0;
    for (std::size_t i = 0; i < y.size(); ++i) sum += y[i] * dy[i];
    return sum;
  };
  const double h = 1e-6;
  for (std::size_t i = 0; i < x.size(); ++i) {
    Values up = x, down = x;
    up[i] += h, down[i] -= h;
    EXPECT_NEAR(at.dx[i], (loss(up, w) - loss(down, w)) / (2 * h), 1e-7);
  }
  for (std::size_t i = 0; i < w.size(); ++i) {
    Values up = w, down = w;
    up[i] += h, down[i] -= h;
    EXPECT_NEAR(at.dw[i], (loss(x, up) - loss(x, down)) / (2 * h), 1e-7);
  }
}

TEST_P(RowsTest, Rope) {
  const std::int64_t n = 11, positions = 20;
  const std::int32_t heads = 3;
  for (const std::int32_t dim : {2, 6, 34, 64}) {
    SCOPED_TRACE(dim);
    const std::int64_t half = dim / 2;
    Values cos, sin, want(static_cast<std::size_t>(n * heads * dim));
    for (std::int64_t p = 0; p < positions; ++p) {
      for (std::int64_t j = 0; j < half; ++j) {
        const double angle = static_cast<double>(p) * std::pow(10000.0, -2.0 * static_cast<double>(j) / dim);
        cos.push_back(rounded(std::cos(angle), DType::kF32));
        sin.push_back(rounded(std::sin(angle), DType::kF32));
      }
    }
    std::vector<std::int32_t> at;
    for (std::int32_t i = 0; i < n; ++i) at.push_back(i * 7 % 20);
    const Values x = random(n * heads * dim);
    for (std::int64_t i = 0; i < n; ++i) {
      for (std::int64_t h = 0; h < heads; ++h) {
        for (std::int64_t j = 0; j < half; ++j) {
          const auto a = static_cast<std::size_t>((i * heads + h) * dim + j);
          const std::size_t b = a + static_cast<std::size_t>(half);
          const auto angle = static_cast<std::size_t>(at[static_cast<std::size_t>(i)] * half + j);
          want[a] = x[a] * cos[angle] - x[b] * sin[angle];
          want[b] = x[b] * cos[angle] + x[a] * sin[angle];
        }
      }
    }
    Tensor device = input(n, heads * dim, x);
    const Tensor c = input(positions, half, DType::kF32, cos, 0), s = input(positions, half, DType::kF32, sin, 0);
    on().rope(device, ids(at), c, s, heads, dim, false);
    expect_close(device, want, "rotated");
    on().rope(device, ids(at), c, s, heads, dim, true);
    expect_close(device, x, "and back");
  }
}

TEST_P(RowsTest, Swiglu) {
  for (const auto& [n, f] : {std::pair<std::int64_t, std::int64_t>{1, 1}, {5, 31}, {33, 64}}) {
    Values gate_up = random(n * 2 * f, 2), dout = random(n * f), want, dwant(gate_up.size());
    gate_up[0] = rounded(-90, type());  // e^90 is near the end of f32
    for (std::int64_t i = 0; i < n; ++i) {
      for (std::int64_t j = 0; j < f; ++j) {
        const auto g_at = static_cast<std::size_t>(i * 2 * f + j), u_at = g_at + static_cast<std::size_t>(f);
        const double g = gate_up[g_at], u = gate_up[u_at], d = dout[static_cast<std::size_t>(i * f + j)];
        const double sigmoid = 1 / (1 + std::exp(-g));
        want.push_back(g * sigmoid * u);
        dwant[g_at] = d * u * sigmoid * (1 + g * (1 - sigmoid));
        dwant[u_at] = d * g * sigmoid;
      }
    }
    Tensor out = output(n, f, type()), dgate_up = output(n, 2 * f, type());
    const Tensor in = input(n, 2 * f, gate_up);
    on().swiglu(out, in);
    const double floor = n * f == 1 ? 1 : tolerance();  // 1x1: the one value is 1e-37, all of it error
    expect_close(out, want, "out", floor);
    on().swiglu_backward(dgate_up, input(n, f, dout), in);
    expect_close(dgate_up, dwant, "dgate_up", floor);
  }
}

TEST_P(RowsTest, Embedding) {
  const std::int64_t vocab = 21, d = 13;
  const std::vector<std::int32_t> id = {3, 20, 3, 0, 7, 3, 20, 16};  // 0 and 16 meet in one task of cpu
  const auto n = static_cast<std::int64_t>(id.size());
  const Values table = random(vocab * d), dout = random(n * d), before = random(vocab * d, DType::kF32);
  Values want, dwant = before;
  for (std::int64_t i = 0; i < n; ++i) {
    for (std::int64_t j = 0; j < d; ++j) {
      const auto at = static_cast<std::size_t>(id[static_cast<std::size_t>(i)] * d + j);
      want.push_back(table[at]);
      dwant[at] += dout[static_cast<std::size_t>(i * d + j)];
    }
  }
  Tensor out = output(n, d, type()), dtable = input(vocab, d, DType::kF32, before);
  on().embed(out, input(vocab, d, table), ids(id));
  EXPECT_EQ(get(out), want);
  on().embed_backward(dtable, input(n, d, dout), ids(id));
  expect_close(dtable, dwant, "dtable", 1e-6);
}

// As in text: one id in every third row, some in many, most in one. The kernels sort in tiles of 1024 rows and sum in
// chunks of 16: the numbers of rows are around those.
TEST_P(RowsTest, EmbeddingBackwardOfManyRows) {
  for (const auto& [n, d] : {std::pair<std::int64_t, std::int64_t>{16, 8}, {17, 3}, {1025, 8}, {2600, 9}}) {
    SCOPED_TRACE(testing::Message() << n << "x" << d);
    const std::int64_t vocab = 1500;
    std::vector<std::int32_t> id;
    for (std::int32_t i = 0; i < n; ++i) id.push_back(i % 3 == 0 ? 40 : i % 3 == 1 ? i % 50 : i * 7 % 1500);
    const Values dout = random(n * d), before = random(vocab * d, DType::kF32);
    Values want = before;
    for (std::int64_t i = 0; i < n * d; ++i) {
      want[static_cast<std::size_t>(id[static_cast<std::size_t>(i / d)] * d + i % d)] += dout[static_cast<std::size_t>(i)];
    }
    const Tensor rows = input(n, d, dout);
    Tensor dtable = input(vocab, d, DType::kF32, before), again = input(vocab, d, DType::kF32, before);
    on().embed_backward(dtable, rows, ids(id));
    expect_close(dtable, want, "dtable", 1e-6);
    on().embed_backward(again, rows, ids(id));
    EXPECT_EQ(get(again), get(dtable)) << "the same bits again";
  }
}

}  // namespace
}  // namespace student::testing_ops
