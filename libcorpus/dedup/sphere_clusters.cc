#include "dedup/sphere_clusters.h"

#include <algorithm>
#include <cmath>

namespace corpus {
namespace {

constexpr int kMostRounds = 20;

std::uint32_t nearest(const float* vector, const std::vector<float>& centres, std::size_t n) {
  std::uint32_t best = 0;
  float most = -2;
  for (std::size_t c = 0; c * n < centres.size(); ++c) {
    float cosine = dot(vector, centres.data() + c * n, n);
    if (cosine > most) {
      most = cosine;
      best = static_cast<std::uint32_t>(c);
    }
  }
  return best;
}

}  // namespace

std::vector<std::uint32_t> sphere_clusters(const VectorStore& vectors, std::size_t clusters) {
  std::size_t n = vectors.dimensions(), size = vectors.size();
  std::vector<std::uint32_t> of(size);
  if (size == 0) return of;
  clusters = std::min(clusters, size);
  std::vector<float> centres;
  for (std::size_t c = 0; c < clusters; ++c) {
    const float* v = vectors.vector(c * size / clusters);
    centres.insert(centres.end(), v, v + n);
  }
  std::vector<double> sums;
  for (int round = 0; round < kMostRounds; ++round) {
    bool changed = round == 0;
    sums.assign(clusters * n, 0);
    for (std::size_t i = 0; i < size; ++i) {
      std::uint32_t c = nearest(vectors.vector(i), centres, n);
      changed |= c != of[i];
      of[i] = c;
      for (std::size_t k = 0; k < n; ++k) {
        sums[c * n + k] += static_cast<double>(vectors.vector(i)[k]);
      }
    }
    if (!changed) break;
    for (std::size_t c = 0; c < clusters; ++c) {
      double length = 0;
      for (std::size_t k = 0; k < n; ++k) length += sums[c * n + k] * sums[c * n + k];
      if (length == 0) continue;  // empty: it stays where it is
      length = std::sqrt(length);
      for (std::size_t k = 0; k < n; ++k) {
        centres[c * n + k] = static_cast<float>(sums[c * n + k] / length);
      }
    }
  }
  return of;
}

}  // namespace corpus
