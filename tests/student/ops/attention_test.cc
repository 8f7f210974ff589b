#include <algorithm>

#include "student/ops/harness.h"

namespace student::testing_ops {
namespace {

struct Packed {
  std::vector<std::int32_t> starts;
  std::int64_t rows() const { return starts.back(); }
  Documents documents() const {
    Documents d{starts, 0};
    for (std::size_t i = 0; i + 1 < starts.size(); ++i) d.longest = std::max(d.longest, starts[i + 1] - starts[i]);
    return d;
  }
};

class AttentionTest : public OpTest {
 protected:
  void forward_and_backward(const Packed& packed, const AttentionShape& shape);
};
INSTANTIATE_TEST_SUITE_P(, AttentionTest, testing::ValuesIn(kParams), name_of);

struct Reference {
  Values out, lse, dq, dk, dv;
};

Reference reference(const Values& q, const Values& k, const Values& v, const Values& dout, const Packed& packed,
                    const AttentionShape& s) {
  const std::int64_t n = packed.rows(), dim = s.head_dim, group = s.heads / s.kv_heads;
  Reference r{Values(q.size()), Values(static_cast<std::size_t>(n * s.heads)), Values(q.size()), Values(k.size()),
              Values(v.size())};
  for (std::size_t doc = 0; doc + 1 < packed.starts.size(); ++doc) {
    for (std::int64_t h = 0; h < s.heads; ++h) {
      for (std::int64_t i = packed.starts[doc]; i < packed.starts[doc + 1]; ++i) {
        const auto q_at = static_cast<std::size_t>((i * s.heads + h) * dim);
        const auto kv_at = [&](std::int64_t j) {
          return static_cast<std::size_t>((j * s.kv_heads + h / group) * dim);
        };
        Values p;
        double sum = 0, delta = 0;
        for (std::int64_t j = packed.starts[doc]; j <= i; ++j) {
          double dot = 0;
          for (std::int64_t x = 0; x < dim; ++x) {
            dot += q[q_at + static_cast<std::size_t>(x)] * k[kv_at(j) + static_cast<std::size_t>(x)];
          }
          p.push_back(std::exp(dot * static_cast<double>(s.scale)));
          sum += p.back();
        }
        r.lse[static_cast<std::size_t>(h * n + i)] = std::log(sum);
        for (std::size_t j = 0; j < p.size(); ++j) {
          p[j] /= sum;
          const std::size_t at = kv_at(packed.starts[doc] + static_cast<std::int64_t>(j));
          for (std::size_t x = 0; x < static_cast<std::size_t>(dim); ++x) {
            r.out[q_at + x] += p[j] * v[at + x];
            r.dv[at + x] += p[j] * dout[q_at + x];
          }
        }
        for (std::size_t x = 0; x < static_cast<std::size_t>(dim); ++x) delta += dout[q_at + x] * r.out[q_at + x];
        for (std::size_t j = 0; j < p.size(); ++j) {
          const std::size_t at = kv_at(packed.starts[doc] + static_cast<std::int64_t>(j));
          double dp = 0;
          for (std::size_t x = 0; x < static_cast<std::size_t>(dim); ++x) dp += dout[q_at + x] * v[at + x];
          const double ds = p[j] * (dp - delta) * static_cast<double>(s.scale);
          for (std::size_t x = 0; x < static_cast<std::size_t>(dim); ++x) {
            r.dq[q_at + x] += ds * k[at + x];
            r.dk[at + x] += ds * q[q_at + x];
          }
        }
      }
    }
  }
  return r;
}

void AttentionTest::forward_and_backward(const Packed& packed, const AttentionShape& shape) {
  SCOPED_TRACE(testing::Message() << packed.rows() << " tokens, " << shape.heads << " heads of " << shape.head_dim);
  const std::int64_t n = packed.rows(), wide = shape.heads * shape.head_dim,
                     narrow = shape.kv_heads * shape.head_dim;
  const Values q = random(n * wide), k = random(n * narrow), v = random(n * narrow), dout = random(n * wide);
  const Reference want = reference(q, k, v, dout, packed, shape);
  // q, k and v are columns of one buffer, and so are their gradients.
  Tensor qkv = output(n, wide + 2 * narrow, type()), dqkv = output(n, wide + 2 * narrow, type());
  const auto parts = [&](const Tensor& x) {
    return std::vector<Tensor>{x.columns(0, wide), x.columns(wide, narrow), x.columns(wide + narrow, narrow)};
  };
  Values all;
  for (std::int64_t i = 0; i < n; ++i) {
    all.insert(all.end(), q.begin() + i * wide, q.begin() + (i + 1) * wide);
    all.insert(all.end(), k.begin() + i * narrow, k.begin() + (i + 1) * narrow);
    all.insert(all.end(), v.begin() + i * narrow, v.begin() + (i + 1) * narrow);
  }
  put(qkv, all);
  Tensor out = output(n, wide, type()), lse = output(shape.heads, n, DType::kF32, 0);
  const auto in = parts(qkv), gradients = parts(dqkv);
  on().attention(out, lse, in[0], in[1], in[2], packed.documents(), shape);
  expect_close(out, want.out, "out");
  expect_close(lse, want.lse, "lse");
  on().attention_backward(gradients[0], gradients[1], gradients[2], input(n, wide, dout), in[0], in[1], in[2], out,
                          lse, packed.documents(), shape);
  const Values got = get(dqkv);
  Values dq, dk, dv;
  for (std::int64_t i = 0; i < n; ++i) {
    const auto row = got.begin() + i * (wide + 2 * narrow);
    dq.insert(dq.end(), row, row + wide);
    dk.insert(dk.end(), row + wide, row + wide + narrow);
    dv.insert(dv.end(), row + wide + narrow, row + wide + 2 * narrow);
  }
  // The one token of a document attends to itself with certainty: dq and dk are zero but for rounding.
  if (n > 1) {
    EXPECT_LE(relative_error(dq, want.dq), 2 * tolerance());
    EXPECT_LE(relative_error(dk, want.dk), 2 * tolerance());
  }
  EXPECT_LE(relative_error(dv, want.dv), tolerance());
  for (const double x : got) ASSERT_TRUE(std::isfinite(x));
}

// On cuda in bf16 these are cuDNN's, so bench/gpu.sh leaves the test out where it looks for races in our kernels.
TEST_P(AttentionTest, ForwardAndBackward) {
  forward_and_backward({{0, 1, 2, 9}}, {4, 2, 8, 0.35f});  // documents of one token, grouped queries
  forward_and_backward({{0, 17, 18, 50}}, {6, 2, 16, 0.25f});
  if (std::string(GetParam().backend) == "emu") return;    // slow
  forward_and_backward({{0, 70, 71, 200}}, {2, 1, 64, 0.125f});  // several tiles
  forward_and_backward({{0, 700}}, {1, 1, 8, 0.35f});            // several blocks of keys
}

TEST_P(AttentionTest, OddHeads) {
  forward_and_backward({{0, 1}}, {1, 1, 2, 1.0f});
  forward_and_backward({{0, 33}}, {3, 3, 10, 0.3f});
  forward_and_backward({{0, 5, 40}}, {4, 2, 20, 0.2f});
}

// Not one bit of another document's result moves.
TEST_P(AttentionTest, DocumentsDoNotSeeEachOther) {
  const Packed packed{{0, 5, 6, 20}};
  const AttentionShape shape{2, 1, 8, 0.35f};
  const std::int64_t n = 20, wide = 16, narrow = 8;
  Values q = random(n * wide), k = random(n * narrow), v = random(n * narrow);
  const auto run = [&] {
    Tensor out = output(n, wide, type()), lse = output(2, n, DType::kF32, 0);
    on().attention(out, lse, input(n, wide, q), input(n, narrow, k), input(n, narrow, v), packed.documents(), shape);
    return get(out);
  };
  const Values before = run();
  for (std::int64_t i = 0; i < 6 * narrow; ++i) k[static_cast<std::size_t>(i)] = v[static_cast<std::size_t>(i)] = 100;
  const Values after = run();
  EXPECT_TRUE(std::equal(before.begin() + 6 * wide, before.end(), after.begin() + 6 * wide));
  EXPECT_NE(before[0], after[0]);
}

TEST_P(AttentionTest, Decode) {
  const AttentionShape shape{4, 2, 10, 0.3f};
  const std::int32_t slots = 3, max_length = 9;
  const std::int64_t wide = 40, narrow = 20;
  const std::vector<std::int32_t> slot = {2, 0}, length = {7, 1};
  const Values q = random(2 * wide), k = random(8 * narrow), v = random(8 * narrow);
  // Positions 0..6 of slot 2 and position 0 of slot 0; all else stays NaN.
  Tensor k_cache = output(slots * max_length, narrow, type(), 0), v_cache = output(slots * max_length, narrow, type(), 0);
  const std::vector<std::int32_t> to_slot = {2, 2, 2, 2, 2, 2, 2, 0}, to_position = {0, 1, 2, 3, 4, 5, 6, 0};
  on().cache_store(k_cache, input(8, narrow, k), ids(to_slot), ids(to_position), max_length);
  on().cache_store(v_cache, input(8, narrow, v), ids(to_slot), ids(to_position), max_length);
  Tensor out = output(2, wide, type());
  on().attention_decode(out, input(2, wide, q), k_cache, v_cache, ids(slot), ids(length), max_length, shape);
  // The same by the reference: a document of 7 and one of 1 whose last queries are ours.
  Values packed_q(static_cast<std::size_t>(8 * wide));
  std::copy_n(q.begin(), wide, packed_q.begin() + 6 * wide);
  std::copy_n(q.begin() + wide, wide, packed_q.begin() + 7 * wide);
  const Reference want = reference(packed_q, k, v, packed_q, Packed{{0, 7, 8}}, shape);
  expect_close(out, Values(want.out.begin() + 6 * wide, want.out.end()), "out");
}

}  // namespace
}  // namespace student::testing_ops
