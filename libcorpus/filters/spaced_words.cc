#include "filters/spaced_words.h"

#include <algorithm>

#include "base/hash.h"
#include "simd/space_edges.h"
#include "simd/utf8_count.h"
#include "text/english_tokens.h"
#include "text/utf8.h"

namespace corpus {

void SpacedWords::add(std::size_t begin, std::size_t end) {
  std::string_view word = text_.substr(begin, end - begin);
  words_.push_back({hash64(word), static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(word.size()),
                    static_cast<std::uint32_t>(simd::count_code_points(word))});
}

void SpacedWords::start(std::string_view text) {
  text_ = text;
  words_.clear();
  if (edges_.size() < text.size() + 2) edges_.resize(text.size() + 2);
  const std::size_t edges = simd::space_edges(text, edges_.data());
  for (std::size_t i = 0; i < edges; i += 2) {
    std::size_t begin = edges_[i], at = begin, end = edges_[i + 1];
    while (at < end) {  // white space beyond ASCII
      if (static_cast<unsigned char>(text[at]) < 0x80) {
        ++at;
        continue;
      }
      auto [c, size] = text::decode(text.substr(at));
      if (text::is_python_space(c)) {
        if (at > begin) add(begin, at);
        begin = at + size;
      }
      at += size;
    }
    if (end > begin) add(begin, end);
  }
}

void SpacedWords::hash_all(std::size_t n) {
  Rolling rolling(n);
  hashes_.clear();
  for (std::size_t i = 0; i < words_.size(); ++i) {
    rolling.add(words_[i].hash);
    if (i >= n) rolling.drop(words_[i - n].hash);
    if (i + 1 >= n) hashes_.push_back(rolling.sum);
  }
}

std::size_t SpacedWords::most_frequent(std::size_t n) {
  hash_all(n);
  most_.start(hashes_.size());
  for (std::size_t i = 0; i < hashes_.size(); ++i) most_.add(hashes_[i], i);
  return most_.first();
}

std::size_t SpacedWords::repeated_chars(std::size_t n) {
  hash_all(n);
  seen_.clear(hashes_.size());
  std::size_t chars = 0, counted = 0;  // words before `counted` are
  for (std::size_t i = 0; i < hashes_.size(); ++i) {
    if (seen_.insert(hashes_[i])) continue;
    const std::size_t from = std::max(counted, i);
    for (std::size_t k = from; k < i + n; ++k) chars += words_[k].chars;
    chars += std::min(i + n - from, n - 1);
    counted = i + n;
  }
  return chars;
}

}  // namespace corpus
