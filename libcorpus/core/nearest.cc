#include "corpus/nearest.h"

#include <algorithm>
#include <vector>

namespace corpus {
namespace {

// Three rows of the usual table: the swap looks two rows back.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before(b.size() + 1), last(b.size() + 1), now(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) last[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    now[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      now[j] = std::min({last[j] + 1, now[j - 1] + 1, last[j - 1] + (a[i - 1] != b[j - 1])});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        now[j] = std::min(now[j], before[j - 2] + 1);
      }
    }
    std::swap(before, last);
    std::swap(last, now);
  }
  return last[b.size()];
}

constexpr std::size_t kLongest = 64;  // nobody mistypes more than this

}  // namespace

std::string_view nearest(std::string_view typed, std::span<const std::string_view> candidates) {
  std::string_view best;
  std::size_t best_distance = std::max<std::size_t>(1, typed.size() / 3) + 1;
  if (typed.size() > kLongest) return best;
  for (auto candidate : candidates) {
    std::size_t d = distance(typed, candidate);
    if (d < best_distance) {
      best = candidate;
      best_distance = d;
    }
  }
  return best;
}

std::string suggestion(std::string_view typed, std::span<const std::string_view> candidates,
                       std::string_view what) {
  if (auto near = nearest(typed, candidates); !near.empty()) {
    return "; did you mean '" + std::string(near) + "'?";
  }
  std::string out = "; " + std::string(what) + " are: ";
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    if (i != 0) out += ", ";
    out += candidates[i];
  }
  return out;
}

}  // namespace corpus
