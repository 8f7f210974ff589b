#include "generate/sampling.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "tensor/philox.h"

namespace student {
namespace {

float number_or_least(float logit) { return std::isnan(logit) ? -std::numeric_limits<float>::infinity() : logit; }

// In [0, 1), 53 bits.
double uniform(std::uint64_t seed, std::uint64_t position) {
  Philox4 bits = philox4x32(seed, position, 0);
  return static_cast<double>((std::uint64_t{bits.word[0]} << 21) | (bits.word[1] >> 11)) * 0x1p-53;
}

}  // namespace

TokenId argmax(std::span<const float> logits) {
  TokenId best = -1;
  float most = -std::numeric_limits<float>::infinity();
  for (std::size_t i = 0; i < logits.size(); ++i) {
    if (logits[i] > most) {
      most = logits[i];
      best = static_cast<TokenId>(i);
    }
  }
  return best;
}

double log_sum_exp(std::span<const float> logits) {
  TokenId best = argmax(logits);
  if (best < 0) return -std::numeric_limits<double>::infinity();
  double most = logits[static_cast<std::size_t>(best)], sum = 0;
  for (float logit : logits) {
    if (!std::isnan(logit)) sum += std::exp(logit - most);
  }
  return most + std::log(sum);
}

TokenId Sampler::pick(std::span<const float> logits, const Sampling& sampling, std::uint64_t position) {
  TokenId best = argmax(logits);
  if (best < 0 || sampling.temperature <= 0 || sampling.top_k == 1) return best;
  double most = logits[static_cast<std::size_t>(best)];
  bool ranked = sampling.top_p < 1 || sampling.top_k > 0;
  ids_.resize(logits.size());
  std::iota(ids_.begin(), ids_.end(), 0);
  if (ranked) {
    auto before = [&](TokenId a, TokenId b) {
      float x = number_or_least(logits[static_cast<std::size_t>(a)]);
      float y = number_or_least(logits[static_cast<std::size_t>(b)]);
      return x != y ? x > y : a < b;
    };
    std::size_t keep = sampling.top_k > 0 ? std::min<std::size_t>(ids_.size(), static_cast<std::size_t>(sampling.top_k))
                                          : ids_.size();
    std::partial_sort(ids_.begin(), ids_.begin() + static_cast<std::ptrdiff_t>(keep), ids_.end(), before);
    ids_.resize(keep);
  }
  weights_.resize(ids_.size());
  double sum = 0;
  for (std::size_t i = 0; i < ids_.size(); ++i) {
    weights_[i] = std::exp((number_or_least(logits[static_cast<std::size_t>(ids_[i])]) - most) / sampling.temperature);
    sum += weights_[i];
  }
  std::size_t kept = ids_.size();
  if (sampling.top_p < 1) {
    double enough = std::max(0.0f, sampling.top_p) * sum, so_far = 0;
    for (kept = 0; kept < ids_.size();) {
      so_far += weights_[kept++];
      if (so_far >= enough) break;
    }
    sum = so_far;
  }
  double drawn = uniform(sampling.seed, position) * sum;
  for (std::size_t i = 0; i < kept; ++i) {
    drawn -= weights_[i];
    if (drawn < 0) return ids_[i];
  }
  return best;  // rounding left a crumb behind the last one
}

void Sampler::best(std::span<const float> logits, double total, std::int32_t k, std::vector<Ranked>& out) {
  out.clear();
  ids_.resize(logits.size());
  std::iota(ids_.begin(), ids_.end(), 0);
  std::size_t keep = std::min(ids_.size(), static_cast<std::size_t>(std::max(k, 0)));
  std::partial_sort(ids_.begin(), ids_.begin() + static_cast<std::ptrdiff_t>(keep), ids_.end(),
                    [&](TokenId a, TokenId b) {
                      float x = number_or_least(logits[static_cast<std::size_t>(a)]);
                      float y = number_or_least(logits[static_cast<std::size_t>(b)]);
                      return x != y ? x > y : a < b;
                    });
  for (std::size_t i = 0; i < keep; ++i) {
    float logit = number_or_least(logits[static_cast<std::size_t>(ids_[i])]);
    out.push_back({ids_[i], static_cast<float>(logit - total)});
  }
}

}  // namespace student
