#include "eval/statistics.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <vector>

#include "tensor/philox.h"

namespace student {

Interval bootstrap(std::size_t n, std::size_t resamples, std::uint64_t seed, double level,
                   const std::function<double(std::span<const std::uint32_t> weights)>& statistic) {
  assert(n > 0 && n < (std::uint64_t{1} << 32) && resamples > 0);
  std::vector<std::uint32_t> weights(n);
  std::vector<double> values(resamples);
  for (std::size_t r = 0; r < resamples; ++r) {
    std::fill(weights.begin(), weights.end(), 0);
    for (std::size_t drawn = 0; drawn < n; drawn += 4) {
      Philox4 bits = philox4x32(seed, drawn, r);
      for (std::size_t i = 0; i < 4 && drawn + i < n; ++i) ++weights[std::uint64_t{bits.word[i]} * n >> 32];
    }
    values[r] = statistic(weights);
  }
  std::sort(values.begin(), values.end());
  // numpy's default quantile: linear between the two nearest.
  auto quantile = [&](double q) {
    double at = q * static_cast<double>(resamples - 1);
    auto below = static_cast<std::size_t>(at);
    double part = at - static_cast<double>(below);
    return values[below] + (below + 1 < resamples ? part * (values[below + 1] - values[below]) : 0);
  };
  return {quantile((1 - level) / 2), quantile((1 + level) / 2)};
}

double mcnemar(std::uint64_t b, std::uint64_t c) {
  std::uint64_t n = b + c;
  double p = 0;
  for (std::uint64_t i = 0; i <= std::min(b, c); ++i) {
    double log_choose = std::lgamma(static_cast<double>(n) + 1) - std::lgamma(static_cast<double>(i) + 1) -
                        std::lgamma(static_cast<double>(n - i) + 1);
    p += std::exp(log_choose - static_cast<double>(n) * std::log(2.0));
  }
  return std::min(1.0, 2 * p);
}

double pass_at_k(std::uint64_t n, std::uint64_t c, std::uint64_t k) {
  assert(k > 0 && k <= n && c <= n);
  if (n - c < k) return 1;
  double none = 1;  // C(n - c, k) / C(n, k) as a product, which does not overflow
  for (std::uint64_t i = n - c + 1; i <= n; ++i) none *= 1 - static_cast<double>(k) / static_cast<double>(i);
  return 1 - none;
}

}  // namespace student
