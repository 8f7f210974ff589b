// Output head with cross entropy and with a teacher's top-k.
#include <algorithm>
#include <numeric>

#include "student/ops/harness.h"

namespace student::testing_ops {
namespace {

struct Problem {
  std::int64_t n, d;
  std::int32_t vocab;
  std::int64_t padded;
  std::vector<std::int32_t> targets;
  Values hidden, weight;
  std::int64_t k = 0;
  std::vector<std::int32_t> ids;
  Values logprobs;
  double mix = 0;
};

struct Answer {
  Values losses, dhidden, dweight;
};

// With k = 0 cross entropy; otherwise mixed with the divergence over k buckets and the rest.
Answer reference(const Problem& p, double scale) {
  Answer a{Values(static_cast<std::size_t>(p.n)), Values(p.hidden.size()), Values(p.weight.size())};
  for (std::int64_t i = 0; i < p.n; ++i) {
    const std::int32_t target = p.targets[static_cast<std::size_t>(i)];
    if (target < 0) continue;
    Values s, g(static_cast<std::size_t>(p.vocab));
    double sum = 0;
    for (std::int64_t j = 0; j < p.vocab; ++j) {
      double logit = 0;
      for (std::int64_t x = 0; x < p.d; ++x) {
        logit += p.hidden[static_cast<std::size_t>(i * p.d + x)] * p.weight[static_cast<std::size_t>(j * p.d + x)];
      }
      s.push_back(std::exp(logit));
      sum += s.back();
    }
    for (double& x : s) x /= sum;
    const bool taught = p.k > 0 && p.ids[static_cast<std::size_t>(i * p.k)] >= 0;
    const double mix = taught ? p.mix : 0;
    double loss = -(1 - mix) * std::log(s[static_cast<std::size_t>(target)]);
    for (std::size_t j = 0; j < s.size(); ++j) g[j] = (1 - mix) * (s[j] - (static_cast<std::int32_t>(j) == target));
    if (taught) {
      double teacher_rest = 1, student_rest = 1;
      std::vector<bool> named(s.size());
      for (std::int64_t b = 0; b < p.k && p.ids[static_cast<std::size_t>(i * p.k + b)] >= 0; ++b) {
        const auto id = static_cast<std::size_t>(p.ids[static_cast<std::size_t>(i * p.k + b)]);
        const double log_t = p.logprobs[static_cast<std::size_t>(i * p.k + b)], t = std::exp(log_t);
        named[id] = true;
        teacher_rest -= t;
        student_rest -= s[id];
        loss += mix * t * (log_t - std::log(s[id]));
        g[id] += mix * (s[id] - t);
      }
      const bool rest = teacher_rest > 1e-6;
      if (rest) loss += mix * teacher_rest * std::log(teacher_rest / student_rest);
      for (std::size_t j = 0; j < s.size(); ++j) {
        if (!named[j]) g[j] += mix * s[j] * (rest ? 1 - teacher_rest / student_rest : 1);
      }
    }
    a.losses[static_cast<std::size_t>(i)] = loss;
    for (std::int64_t j = 0; j < p.vocab; ++j) {
      for (std::int64_t x = 0; x < p.d; ++x) {
        const auto w = static_cast<std::size_t>(j * p.d + x), h = static_cast<std::size_t>(i * p.d + x);
        a.dhidden[h] += scale * g[static_cast<std::size_t>(j)] * p.weight[w];
        a.dweight[w] += scale * g[static_cast<std::size_t>(j)] * p.hidden[h];
      }
    }
  }
  return a;
}

class LossRun : public OpTest {
 protected:
  Problem problem(std::int64_t n, std::int64_t d, std::int32_t vocab, std::int64_t padded) {
    Problem p{n, d, vocab, padded, {}, random(n * d), random(padded * d, 0.3)};
    for (std::int64_t i = 0; i < n; ++i) p.targets.push_back(static_cast<std::int32_t>((i * 5 + 3) % vocab));
    // What lies in the padding must not matter.
    std::fill(p.weight.begin() + vocab * d, p.weight.end(), 1e4);
    return p;
  }

  // A teacher: softmax of random numbers, its k largest; row 1 has none.
  void teach(Problem& p, std::int64_t k, double mix) {
    p.k = k;
    p.mix = mix;
    for (std::int64_t i = 0; i < p.n; ++i) {
      const Values z = random(p.vocab, DType::kF32, 2);
      double sum = 0;
      for (const double x : z) sum += std::exp(x);
      std::vector<std::int32_t> order(static_cast<std::size_t>(p.vocab));
      std::iota(order.begin(), order.end(), 0);
      std::sort(order.begin(), order.end(), [&](auto a, auto b) {
        return z[static_cast<std::size_t>(a)] > z[static_cast<std::size_t>(b)];
      });
      for (std::int64_t b = 0; b < k; ++b) {
        const std::int32_t id = order[static_cast<std::size_t>(b)];
        p.ids.push_back(i == 1 ? -1 : id);
        p.logprobs.push_back(rounded(z[static_cast<std::size_t>(id)] - std::log(sum), DType::kF32));
      }
    }
  }

  void check(const Problem& p, float scale) {
    const Answer want = reference(p, static_cast<double>(scale));
    Tensor losses = output(1, p.n, DType::kF32), dhidden = output(p.n, p.d, type());
    const Values before = random(p.padded * p.d, DType::kF32, 0.01);
    Values dweight_want = want.dweight;
    for (std::size_t i = 0; i < before.size(); ++i) dweight_want[i] += before[i];
    Tensor dweight = input(p.padded, p.d, DType::kF32, before);
    const Tensor hidden = input(p.n, p.d, p.hidden), weight = input(p.padded, p.d, p.weight), target = ids(p.targets);
    TeacherTopK teacher;
    if (p.k > 0) {
      teacher = {ids(p.ids, p.n), input(p.n, p.k, DType::kF32, p.logprobs, 0), static_cast<float>(p.mix)};
    }
    const TeacherTopK* given = p.k > 0 ? &teacher : nullptr;
    on().linear_cross_entropy(losses, dhidden, dweight, hidden, weight, target, p.vocab, scale, given);
    expect_close(losses, want.losses, "losses");
    expect_close(dhidden, want.dhidden, "dhidden");
    expect_close(dweight, dweight_want, "dweight");
    const Values got = get(dhidden);
    for (std::int64_t i = 0; i < p.n; ++i) {
      if (p.targets[static_cast<std::size_t>(i)] >= 0) continue;
      for (std::int64_t x = 0; x < p.d; ++x) EXPECT_EQ(got[static_cast<std::size_t>(i * p.d + x)], 0) << "row " << i;
    }
    Tensor again = output(1, p.n, DType::kF32), frozen = output(p.n, p.d, type());
    on().linear_cross_entropy(again, {}, {}, hidden, weight, target, p.vocab, scale, given);
    EXPECT_EQ(get(again), get(losses)) << "without gradients";
    on().linear_cross_entropy(again, frozen, {}, hidden, weight, target, p.vocab, scale, given);
    EXPECT_EQ(get(frozen), got) << "with a frozen head";
  }
};

class LinearCrossEntropyTest : public LossRun {};
INSTANTIATE_TEST_SUITE_P(, LinearCrossEntropyTest, testing::ValuesIn(kParams), name_of);

TEST_P(LinearCrossEntropyTest, OddSizesPaddingAndUnsupervisedRows) {
  Problem p = problem(13, 17, 53, 64);
  p.targets[2] = p.targets[12] = -1;
  check(p, 1);
  check(problem(1, 3, 2, 64), 1);
  check(problem(40, 16, 128, 128), 0.25f);
}

TEST_P(LinearCrossEntropyTest, EveryRowUnsupervised) {
  Problem p = problem(5, 8, 20, 64);
  std::fill(p.targets.begin(), p.targets.end(), -1);
  Tensor losses = output(1, 5, DType::kF32), dhidden = output(5, 8, type());
  Tensor dweight = input(64, 8, DType::kF32, Values(512, 0.5));
  on().linear_cross_entropy(losses, dhidden, dweight, input(5, 8, p.hidden), input(64, 8, p.weight), ids(p.targets), 20,
                            1);
  EXPECT_EQ(get(losses), Values(5));
  EXPECT_EQ(get(dhidden), Values(40));
  EXPECT_EQ(get(dweight), Values(512, 0.5));
}

TEST_P(LinearCrossEntropyTest, TeacherTopK) {
  Problem p = problem(9, 12, 40, 64);
  teach(p, 5, 0.7);
  p.targets[4] = -1;
  check(p, 0.5f);
  Problem all = problem(6, 12, 40, 64);
  teach(all, 5, 1);
  check(all, 1);
}

// With k = V there is no rest: the divergence is the whole one.
TEST_P(LinearCrossEntropyTest, TopKOfTheWholeVocabularyIsTheFullDivergence) {
  if (type() != DType::kF32) GTEST_SKIP() << "a statement about f32";
  Problem p = problem(4, 8, 30, 64);
  teach(p, 30, 1);
  Tensor losses = output(1, p.n, DType::kF32);
  const TeacherTopK teacher{ids(p.ids, p.n), input(p.n, p.k, DType::kF32, p.logprobs, 0), 1};
  on().linear_cross_entropy(losses, {}, {}, input(p.n, p.d, p.hidden), input(p.padded, p.d, p.weight), ids(p.targets),
                            p.vocab, 1, &teacher);
  const Values got = get(losses);
  for (const std::int64_t i : {0, 2, 3}) {
    Values logits;
    double sum = 0, full = 0;
    for (std::int64_t j = 0; j < p.vocab; ++j) {
      double z = 0;
      for (std::int64_t x = 0; x < p.d; ++x) {
        z += p.hidden[static_cast<std::size_t>(i * p.d + x)] * p.weight[static_cast<std::size_t>(j * p.d + x)];
      }
      logits.push_back(z);
      sum += std::exp(z);
    }
    for (std::int64_t b = 0; b < p.k; ++b) {
      const auto at = static_cast<std::size_t>(i * p.k + b);
      const double log_s = logits[static_cast<std::size_t>(p.ids[at])] - std::log(sum);
      full += std::exp(p.logprobs[at]) * (p.logprobs[at] - log_s);
    }
    EXPECT_NEAR(got[static_cast<std::size_t>(i)], full, 1e-5 * std::max(1.0, full));
  }
}

// More rows than one chunk of logits holds.
TEST_P(LinearCrossEntropyTest, SeveralChunks) {
  if (std::string(GetParam().backend) == "emu") GTEST_SKIP() << "emu is too slow for this size";
  const std::int32_t vocab = 60000;
  Problem p = problem(200, 4, vocab, 60032);
  check(p, 1);
}

}  // namespace
}  // namespace student::testing_ops
