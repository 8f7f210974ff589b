#include "filters/repeats.h"

#include <algorithm>
#include <limits>

namespace corpus {

void TokenRepeats::start(std::span<const text::Token> tokens) {
  tokens_ = tokens;
  const std::size_t n = tokens.size();
  if (sums_.size() < n + 1) {
    sums_.resize(n + 1);
    bytes_.resize(n + 1);
    chars_.resize(n + 1);
  }
  std::uint64_t sum = 0;
  std::uint32_t bytes = 0, chars = 0;
  for (std::size_t i = 0; i < n; ++i) {
    const text::Token& t = tokens[i];
    sums_[i] = sum;
    bytes_[i] = bytes;
    chars_[i] = chars;
    sum = sum * text::Token::power(t.bytes) + t.hash;
    bytes += t.bytes;
    chars += t.chars;
  }
  sums_[n] = sum;
  bytes_[n] = bytes;
  chars_[n] = chars;
}

TokenRepeats::Tops TokenRepeats::tops_at_most() {
  Tops out{};
  if (size() > 0xFFFF) {
    out.fill(std::numeric_limits<std::size_t>::max());
    return out;
  }
  const std::size_t slots = power_of_two(64, 4 * size());
  if (rough_.size() < slots) rough_.resize(slots);
  std::fill_n(rough_.begin(), slots, std::uint16_t{0});
  Rolling pair(2);
  // How often the last pair, and each of the last two and three, were there by now. More tokens are
  // there no more often than the pairs they are made of.
  std::size_t last = 0, last_two = 0;
  for (std::size_t i = 0; i < size(); ++i) {
    pair.add(tokens_[i].hash);
    if (i < 2) {
      if (i == 0) continue;
    } else {
      pair.drop(tokens_[i - 2].hash);
    }
    const std::size_t count = ++rough_[spread(pair.sum) & (slots - 1)];
    const std::size_t two = std::min(count, last), three = std::min(count, last_two);
    out[0] = std::max(out[0], count * (chars(i - 1, 2) + 1));
    if (i >= 2) out[1] = std::max(out[1], two * (chars(i - 2, 3) + 2));
    if (i >= 3) out[2] = std::max(out[2], three * (chars(i - 3, 4) + 3));
    last_two = two;
    last = count;
  }
  return out;
}

std::size_t TokenRepeats::covered_at_most(std::size_t n) {
  const std::size_t words = power_of_two(64, size());  // 64 bits for each token
  if (bits_.size() < words) bits_.resize(words);
  std::fill_n(bits_.begin(), words, std::uint64_t{0});
  std::size_t out = 0, covered_to = 0;
  for (std::size_t i = 0; i + n <= size(); ++i) {
    const std::size_t at = spread(joined(i, n)) & (64 * words - 1);
    const std::uint64_t bit = std::uint64_t{1} << (at & 63);
    const bool seen = (bits_[at / 64] & bit) != 0;
    bits_[at / 64] |= bit;
    if (!seen) continue;
    const std::size_t from = std::max(covered_to, i);
    out += chars(from, i + n - from);
    covered_to = i + n;
  }
  return out;
}

std::size_t TokenRepeats::top(std::size_t n) {
  if (size() < n) return 0;
  most_.start(size());
  Rolling rolling(n);
  for (std::size_t i = 0; i < size(); ++i) {
    rolling.add(tokens_[i].hash);
    if (i >= n) rolling.drop(tokens_[i - n].hash);
    if (i + 1 >= n) most_.add(rolling.sum, i + 1 - n);
  }
  return most_.times() * (chars(most_.first(), n) + n - 1);
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
