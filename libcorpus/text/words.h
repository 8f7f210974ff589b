// Words, cheaply: for counting and for finding repeats, not for linguistics.
//
// A word is a run of letters and digits of any script; scripts that are written without spaces
// (Chinese characters, kana: U+3000..U+9FFF) count one word a character. ASCII punctuation, Latin-1
// signs, U+2000..U+2FFF, U+F000..U+FFFF and everything beyond the basic plane separate.
#ifndef CORPUS_TEXT_WORDS_H_
#define CORPUS_TEXT_WORDS_H_

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "simd/byte_set.h"
#include "simd/word_edges.h"

namespace corpus::text {

// Leads of U+3000..U+9FFF.
inline constexpr simd::ByteSet kIdeographLeads = simd::ByteSet().add(0xE3, 0xE9);

// Splits a run of word bytes that may hold ideographs.
template <typename F>
void split_ideographs(std::string_view run, F&& f) {
  auto is_tail = [&](std::size_t i) { return (static_cast<unsigned char>(run[i]) & 0xC0) == 0x80; };
  std::size_t begin = 0;
  for (std::size_t i = 0; i < run.size();) {
    std::size_t next = i + 1;
    while (next < run.size() && is_tail(next)) ++next;
    if (kIdeographLeads.contains(static_cast<unsigned char>(run[i]))) {
      if (i > begin) f(run.substr(begin, i - begin));
      bool punctuation = run.substr(i, 2) == "\xE3\x80";  // U+3000..U+303F
      if (!punctuation) f(run.substr(i, next - i));
      begin = next;
    }
    i = next;
  }
  if (run.size() > begin) f(run.substr(begin));
}

// Calls f(word) for each word of `text`, in order. `edges` only saves allocations.
template <typename F>
void for_each_word(std::string_view text, std::vector<std::uint32_t>& edges, F&& f) {
  if (edges.size() < text.size() + 2) edges.resize(text.size() + 2);
  const std::size_t n = simd::word_edges(text, edges.data());
  const bool ideographs = simd::find_first(kIdeographLeads, text) < text.size();
  for (std::size_t i = 0; i < n; i += 2) {
    std::string_view run = text.substr(edges[i], edges[i + 1] - edges[i]);
    if (ideographs) {
      split_ideographs(run, f);
    } else {
      f(run);
    }
  }
}

inline std::size_t count_words(std::string_view text) {
  std::vector<std::uint32_t> edges;
  std::size_t n = 0;
  for_each_word(text, edges, [&](std::string_view) { ++n; });
  return n;
}

}  // namespace corpus::text

#endif  // CORPUS_TEXT_WORDS_H_
