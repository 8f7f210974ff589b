// Whether two runs over the same questions differ, and pass@k. Everything is deterministic.
#ifndef STUDENT_EVAL_STATISTICS_H_
#define STUDENT_EVAL_STATISTICS_H_

#include <cstdint>
#include <functional>
#include <span>

namespace student {

struct Interval {
  double low = 0, high = 0;
};

// Percentile bootstrap (Efron 1979) over `n` questions: draws n of them with replacement, `resamples` times, and
// returns the middle `level` of statistic(weights), weights[i] being how often question i was drawn. Both runs are
// weighted by the same draw, so the interval of a difference is that of paired data.
Interval bootstrap(std::size_t n, std::size_t resamples, std::uint64_t seed, double level,
                   const std::function<double(std::span<const std::uint32_t> weights)>& statistic);

// Exact two-sided McNemar test: the p-value of b and c discordant pairs under a fair coin. 1 when there are none.
double mcnemar(std::uint64_t b, std::uint64_t c);

// The chance that at least one of k answers, drawn from n of which c are right, is right (Chen et al. 2021).
double pass_at_k(std::uint64_t n, std::uint64_t c, std::uint64_t k);

}  // namespace student

#endif  // STUDENT_EVAL_STATISTICS_H_
