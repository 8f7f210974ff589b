#include "dedup/banding.h"

#include <cmath>

namespace corpus {
namespace {

// Simpson's rule; the integrand is a polynomial, so a few steps are enough.
template <typename F>
double integrate(F f, double from, double to) {
  constexpr int kSteps = 128;
  double h = (to - from) / kSteps;
  double sum = f(from) + f(to);
  for (int i = 1; i < kSteps; ++i) sum += (i % 2 == 0 ? 2 : 4) * f(from + i * h);
  return sum * h / 3;
}

}  // namespace

Banding solve_banding(double threshold, std::size_t hashes) {
  Banding best;
  double least = INFINITY;
  for (std::size_t bands = 1; bands <= hashes; ++bands) {
    for (std::size_t rows = 1; rows <= hashes / bands; ++rows) {
      auto missed = [&](double s) {
        return std::pow(1 - std::pow(s, static_cast<double>(rows)), static_cast<double>(bands));
      };
      double error = 0.5 * integrate([&](double s) { return 1 - missed(s); }, 0, threshold) +
                     0.5 * integrate(missed, threshold, 1);
      if (error >= least) continue;
      least = error;
      best = {bands, rows};
    }
  }
  return best;
}

double threshold_of(Banding banding) {
  return std::pow(1.0 / static_cast<double>(banding.bands),
                  1.0 / static_cast<double>(banding.rows));
}

}  // namespace corpus
