#include "filters/word_repeats.h"

#include <algorithm>
#include <cstring>

#include "text/words.h"

namespace corpus {
namespace {

constexpr std::size_t kTailWords = 4096;  // how much of the end is searched for a cycle

// `limit` is where reading has to stop; a word is nearly always followed by enough of the text.
std::uint64_t hash_word(std::string_view word, const char* limit) {
  constexpr std::uint64_t kMix = 0xD6E8FEB86659FD93U;
  const char* p = word.data();
  std::size_t n = word.size();
  std::uint64_t h = n * 0x9E3779B97F4A7C15U, part = 0;
  for (; n > 8; n -= 8, p += 8) {
    std::memcpy(&part, p, 8);
    h = (h ^ part) * kMix;
    h ^= h >> 32;
  }
  if (limit - p >= 8) {
    std::memcpy(&part, p, 8);
    part &= ~std::uint64_t{0} >> (64 - 8 * n);  // 1 <= n <= 8; little end first
  } else {
    part = 0;
    std::memcpy(&part, p, n);
  }
  h = (h ^ part) * kMix;
  return h ^ h >> 32;
}

}  // namespace

void HashSet::clear(std::size_t expected) {
  std::size_t want = 64;
  while (want < 2 * expected) want *= 2;
  if (slots_.size() < want || slots_.size() > 64 * want) {
    slots_.assign(want, {});
    epoch_ = 0;
  }
  if (++epoch_ == 0) {
    std::fill(slots_.begin(), slots_.end(), Slot{});
    epoch_ = 1;
  }
}

std::span<const std::uint64_t> hash_words(std::string_view text, std::vector<std::uint32_t>& edges,
                                          std::vector<std::uint64_t>& buffer) {
  const char* const limit = text.data() + text.size();
  if (buffer.size() <= text.size()) buffer.resize(text.size() + 1);
  std::uint64_t* to = buffer.data();
  auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  text::for_each_word(text, edges, [&](std::string_view word) {
    bool number = is_digit(word[0]) && std::all_of(word.begin(), word.end(), is_digit);
    *to++ = (hash_word(word, limit) & ~std::uint64_t{1}) | std::uint64_t{number};
  });
  return {buffer.data(), static_cast<std::size_t>(to - buffer.data())};
}

Repeats repeated_ngrams(std::span<const std::uint64_t> words, HashSet& seen) {
  Repeats out;
  seen.clear(words.size());
  constexpr std::uint64_t kBase = 0x9E3779B97F4A7C15U;
  std::uint64_t top = 1;  // kBase to the power of kGram
  for (std::size_t i = 0; i < kGram; ++i) top *= kBase;
  std::uint64_t rolling = 0;
  std::size_t covered = 0, covered_to = 0, numbers = 0;
  for (std::size_t i = 0; i < words.size(); ++i) {
    rolling = rolling * kBase + words[i];
    numbers += words[i] & 1;
    if (i >= kGram) rolling -= words[i - kGram] * top;
    if (i + 1 < kGram) continue;
    if (seen.insert(rolling)) {
      if (i + 1 < words.size()) out.last_new = i + 1;
      continue;
    }
    covered += i + 1 - std::max(covered_to, i + 1 - kGram);
    covered_to = i + 1;
  }
  out.share = static_cast<double>(covered) / static_cast<double>(words.size());
  out.numbers = static_cast<double>(numbers) / static_cast<double>(words.size());
  return out;
}

bool ends_in_cycle(std::span<const std::uint64_t> words, std::size_t repeats,
                   std::vector<std::uint32_t>& border) {
  const std::size_t n = std::min(words.size(), kTailWords);
  if (n == 0) return false;
  auto at = [&](std::size_t i) { return words[words.size() - 1 - i]; };  // from the end
  // border[i]: longest proper prefix of the reversed text that is also a suffix of its first i + 1.
  if (border.size() < n) border.resize(n);
  border[0] = 0;
  std::size_t k = 0, letters = (at(0) & 1) == 0;
  for (std::size_t i = 1; i < n; ++i) {
    while (k > 0 && at(i) != at(k)) k = border[k - 1];
    if (at(i) == at(k)) ++k;
    border[i] = static_cast<std::uint32_t>(k);
    letters += (at(i) & 1) == 0;
    std::size_t length = i + 1, period = length - k;
    if (length >= (letters > 0 ? kMinCycle : kMinNumberCycle) && length >= repeats * period) {
      return true;
    }
  }
  return false;
}

}  // namespace corpus
