#include "filters/repeats.h"

#include <algorithm>

namespace corpus {

void TokenRepeats::start(std::span<const text::Token> tokens) {
  tokens_ = tokens;
  const std::size_t n = tokens.size();
  if (sums_.size() < n + 1) {
    sums_.resize(n + 1);
    inverses_.resize(n + 1);
    chars_.resize(n + 1);
  }
  std::uint64_t sum = 0, power = 1, inverse = 1;
  std::uint32_t chars = 0;
  for (std::size_t i = 0; i < n; ++i) {
    const text::Token& t = tokens[i];
    sums_[i] = sum;
    inverses_[i] = inverse;
    chars_[i] = chars;
    sum += t.hash * power;
    power *= t.power;
    inverse *= t.inverse;
    chars += t.chars;
  }
  sums_[n] = sum;
  inverses_[n] = inverse;
  chars_[n] = chars;
}

std::size_t TokenRepeats::top(std::size_t n, std::size_t* most) {
  *most = 0;
  if (size() < n) return 0;
  std::size_t want = 64;
  while (want < 2 * size()) want *= 2;
  if (counted_.size() < want || counted_.size() > 64 * want) {
    counted_.assign(want, {});
    epoch_ = 0;
  }
  if (++epoch_ == 0) {
    std::fill(counted_.begin(), counted_.end(), Counted{});
    epoch_ = 1;
  }
  constexpr std::uint64_t kStep = 0xD6E8FEB86659FD93U;
  const std::size_t mask = counted_.size() - 1;
  std::uint64_t last = 1;  // kStep to the power of n
  for (std::size_t i = 0; i < n; ++i) last *= kStep;
  auto mixed = [](std::uint64_t h) { return h ^ h >> 29; };  // sizes of words count, too
  std::uint64_t rolling = 0;
  std::uint32_t best = 0, best_first = 0;
  for (std::size_t i = 0; i < size(); ++i) {
    rolling = rolling * kStep + mixed(tokens_[i].hash);
    if (i >= n) rolling -= mixed(tokens_[i - n].hash) * last;
    if (i + 1 < n) continue;
    std::size_t at = (rolling * 0x9E3779B97F4A7C15U >> 32) & mask;
    while (counted_[at].epoch == epoch_ && counted_[at].hash != rolling) at = (at + 1) & mask;
    Counted& slot = counted_[at];
    if (slot.epoch != epoch_) slot = {rolling, epoch_, 0, static_cast<std::uint32_t>(i + 1 - n)};
    ++slot.count;
    if (slot.count > best || (slot.count == best && slot.first < best_first)) {
      best = slot.count;
      best_first = slot.first;
    }
  }
  *most = best;
  return best * (chars(best_first, n) + n - 1);
}

std::size_t TokenRepeats::longest(std::size_t n) const {
  std::size_t out = 0;
  for (std::size_t i = 0; i + n <= size(); ++i) out = std::max(out, chars(i, n) + n - 1);
  return out;
}

std::size_t TokenRepeats::duplicated(std::size_t n) {
  seen_.clear(size());
  std::size_t out = 0;
  for (std::size_t i = 0; i + n <= size();) {
    if (seen_.insert(joined(i, n))) {
      ++i;
    } else {
      out += chars(i, n);
      i += n;
    }
  }
  return out;
}

std::size_t TokenRepeats::covered(std::size_t n) {
  seen_.clear(size());
  std::size_t out = 0, covered_to = 0;
  for (std::size_t i = 0; i + n <= size(); ++i) {
    if (seen_.insert(joined(i, n))) continue;
    std::size_t from = std::max(covered_to, i);
    out += chars(from, i + n - from);
    covered_to = i + n;
  }
  return out;
}

}  // namespace corpus
