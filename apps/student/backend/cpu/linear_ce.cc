#include "backend/cpu/linear_ce.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "backend/cpu/loops.h"

namespace student::cpu {
namespace {

constexpr std::int64_t kRowsATask = 8;

struct Row {
  float* logits;      // [vocab]
  std::int32_t target;
  const std::int32_t* ids = nullptr;  // of the teacher, or null
  const float* logprobs = nullptr;
  std::int64_t k = 0;
};

// The divergence from the teacher's k buckets and the rest: KL = sum over buckets of t (log t - log s), where s of
// "rest" is what the student leaves over. d KL / d logit = s_j - t_j for the k, and for every other token
// s_j (1 - t_rest / s_rest): the rest moves as one. Returns KL; sets what the gradient needs.
struct Divergence {
  double kl = 0;
  float rest_factor = 0;  // 1 - t_rest / s_rest
};

Divergence divergence(const Row& row, float lse) {
  double teacher_mass = 0, student_mass = 0, kl = 0;
  std::int64_t k = 0;
  for (; k < row.k && row.ids[k] >= 0; ++k) {
    const double t = std::exp(static_cast<double>(row.logprobs[k]));
    const double s = static_cast<double>(row.logits[row.ids[k]]) - lse;
    teacher_mass += t;
    student_mass += std::exp(s);
    if (t > 0) kl += t * (static_cast<double>(row.logprobs[k]) - s);
  }
  // Both are differences of numbers near one: what is below f32's resolution is nothing.
  constexpr double kNothing = 1e-6;
  const double teacher_rest = 1 - teacher_mass, student_rest = std::max(1 - student_mass, kNothing);
  Divergence d;
  if (teacher_rest > kNothing) {
    kl += teacher_rest * (std::log(teacher_rest) - std::log(student_rest));
    d.rest_factor = static_cast<float>(1 - teacher_rest / student_rest);
  } else {
    d.rest_factor = 1;
  }
  d.kl = kl;
  return d;
}

template <typename T>
T rounded_to(float x) {
  T out;
  loops().rows<T>().store(&out, &x, 1);
  return out;
}

// The loss of a row; with `gradient`, the logits' place takes d loss / d logits * scale as T.
template <typename T>
float row_loss(const Row& row, std::int64_t vocab, float weight, bool gradient, float scale, Scratch& scratch) {
  const Loops& loop = loops();
  auto* out = reinterpret_cast<T*>(row.logits);
  if (row.target < 0) {
    if (gradient) std::memset(static_cast<void*>(out), 0, static_cast<std::size_t>(vocab) * sizeof(T));
    return 0;
  }
  const float most = loop.max(row.logits, vocab);
  const float lse = most + std::log(loop.sum_exp(row.logits, most, vocab));
  const float cross_entropy = lse - row.logits[row.target];
  if (row.ids == nullptr) {
    if (gradient) {
      loop.rows<T>().softmax_scaled(out, row.logits, lse, scale, vocab);
      // From the logit once more, not from what was rounded to T.
      const float p = std::exp(-cross_entropy);
      out[row.target] = rounded_to<T>((p - 1) * scale);
    }
    return cross_entropy;
  }
  const Divergence d = divergence(row, lse);
  const float loss = (1 - weight) * cross_entropy + weight * static_cast<float>(d.kl);
  if (gradient) {
    // (1-w) (s - 1[target]) + w * (s - t for the k; s * rest_factor elsewhere)
    const float others = (1 - weight) + weight * d.rest_factor;
    const float target_s = std::exp(-cross_entropy);
    std::int64_t k = 0;
    float* kept = scratch.floats(0, static_cast<std::size_t>(row.k));  // before their logits are overwritten
    for (; k < row.k && row.ids[k] >= 0; ++k) kept[k] = std::exp(row.logits[row.ids[k]] - lse);
    loop.rows<T>().softmax_scaled(out, row.logits, lse, scale * others, vocab);
    float target_gradient = target_s * others;
    for (std::int64_t i = 0; i < k; ++i) {
      const float g = kept[i] - weight * std::exp(row.logprobs[i]);
      if (row.ids[i] == row.target) target_gradient = g;
      out[row.ids[i]] = rounded_to<T>(g * scale);
    }
    out[row.target] = rounded_to<T>((target_gradient - (1 - weight)) * scale);
  }
  return loss;
}

}  // namespace

std::int64_t logits_rows(std::int64_t rows, std::int64_t vocab) {
  return std::min(rows, std::max<std::int64_t>(64, kLogitsBytes / 4 / vocab / 64 * 64));
}

void linear_cross_entropy(Pool& pool, Gemm& gemm, Scratch& memory, const LinearCrossEntropy& op) {
  const std::int64_t n = op.hidden.rows, vocab = op.vocab;
  const std::int64_t chunk = logits_rows(n, vocab);
  const bool gradient = op.dhidden || op.dweight, half = op.hidden.type == DType::kBF16;
  const Tensor weight = op.weight.row_range(0, vocab);
  for (std::int64_t first = 0; first < n; first += chunk) {
    const std::int64_t rows = std::min(chunk, n - first);
    const Tensor hidden = op.hidden.row_range(first, rows);
    const Tensor logits(memory.floats(0, static_cast<std::size_t>(chunk * vocab)), DType::kF32, rows, vocab);
    gemm.run(logits, hidden, false, weight, true, false, {});
    pool.run((rows + kRowsATask - 1) / kRowsATask, [&](std::int64_t task, Scratch& scratch) {
      for (std::int64_t i = task * kRowsATask; i < std::min(rows, (task + 1) * kRowsATask); ++i) {
        Row row{static_cast<float*>(logits.data) + i * vocab,
                static_cast<const std::int32_t*>(op.targets.data)[first + i]};
        float teacher_weight = 0;
        if (op.teacher != nullptr) {
          const auto* ids = static_cast<const std::int32_t*>(op.teacher->ids.data) +
                            (first + i) * op.teacher->ids.stride;
          if (ids[0] >= 0) {
            row.ids = ids;
            row.logprobs = static_cast<const float*>(op.teacher->logprobs.data) +
                           (first + i) * op.teacher->logprobs.stride;
            row.k = op.teacher->ids.cols;
            teacher_weight = op.teacher->weight;
          }
        }
        static_cast<float*>(op.losses.data)[first + i] =
            half ? row_loss<Bf16>(row, vocab, teacher_weight, gradient, op.grad_scale, scratch)
                 : row_loss<float>(row, vocab, teacher_weight, gradient, op.grad_scale, scratch);
      }
    });
    if (!gradient) continue;
    // In bf16 each row's gradient fills the first half of the row's logits.
    const Tensor dlogits = half ? Tensor(logits.data, DType::kBF16, rows, vocab, 2 * vocab) : logits;
    if (op.dhidden) gemm.run(op.dhidden.row_range(first, rows), dlogits, false, weight, false, false, {});
    if (op.dweight) gemm.run(op.dweight.row_range(0, vocab), dlogits, true, hidden, false, true, {});
  }
}

}  // namespace student::cpu
