#include "text/word_hashes.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

#include "base/hash.h"
#include "text/word_class.h"
#include "simd/lower_words.h"
#include "text/utf8.h"

namespace corpus {
namespace {

// Appends the positions of the set bits. Writes up to 8 entries too many, so that the common counts
// take the same branches.
inline std::uint16_t* append_positions(std::uint64_t bits, std::size_t base, std::uint16_t* out) {
  std::uint16_t* end = out + std::popcount(bits);
  for (; out < end; out += 8) {
    for (int k = 0; k < 8; ++k) {
      out[k] = static_cast<std::uint16_t>(base + static_cast<std::size_t>(std::countr_zero(bits)));
      bits &= bits - 1;
    }
  }
  return end;
}

struct Mask16 {
  std::uint64_t lo, hi;
};
constexpr auto kFirstBytes = [] {
  std::array<Mask16, 17> masks{};
  for (std::size_t n = 1; n <= 16; ++n) {
    masks[n].lo = n >= 8 ? ~std::uint64_t{0} : (std::uint64_t{1} << 8 * n) - 1;
    masks[n].hi = n >= 16 ? ~std::uint64_t{0} : n <= 8 ? 0 : (std::uint64_t{1} << 8 * (n - 8)) - 1;
  }
  return masks;
}();

// 16 bytes are readable at p. One folded 64x64 multiplication, as in wyhash (Wang Yi, 2019): words
// are short, and a call of XXH3 for each costs more than all the rest.
inline std::uint64_t hash_word(const char* p, std::size_t n) {
  if (n > 16) return hash64({p, n});
  std::uint64_t lo, hi;
  std::memcpy(&lo, p, 8);
  std::memcpy(&hi, p + 8, 8);
  lo &= kFirstBytes[n].lo;
  hi &= kFirstBytes[n].hi;
  auto product =
      static_cast<unsigned __int128>(lo ^ 0x9E3779B97F4A7C15) * (hi ^ 0xD6E8FEB86659FD93);
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

}  // namespace

// Corrects word_, split_ and lower_ for the characters outside ASCII. Bits are gathered a block at
// a time in registers; `over` holds those of a character that reaches into the next block.
void Words::mark_high(std::size_t n) {
  struct Bits {
    std::uint64_t now = 0, over = 0;
    void set(std::uint64_t pattern, std::size_t at) {
      now |= pattern << at;
      over |= pattern >> 1 >> (63 - at);
    }
    std::uint64_t take() {
      std::uint64_t bits = now;
      now = over;
      over = 0;
      return bits;
    }
  };
  std::string_view text = rest_.substr(0, n);
  Bits word, split;
  std::size_t next = 0;
  for (std::size_t block = 0; block <= n / 64; ++block) {
    std::uint64_t high = block * 64 < n ? high_[block] : 0;
    for (; high != 0; high &= high - 1) {
      std::size_t in_block = static_cast<std::size_t>(std::countr_zero(high));
      std::size_t at = block * 64 + in_block;
      if (at < next) continue;  // a continuation byte
      auto [c, size] = text::decode(text.substr(at, 4));
      next = at + size;
      if (c == text::kBadChar) continue;
      if (c < 0x800) {
        char32_t folded = fold_two_byte(c);
        lower_[at] = static_cast<char>(0xC0 | folded >> 6);
        lower_[at + 1] = static_cast<char>(0x80 | (folded & 0x3F));
      }
      WordClass what = word_class(c);
      if (what == WordClass::kSeparator) continue;
      word.set((std::uint64_t{1} << size) - 1, in_block);
      if (what == WordClass::kSingle) split.set(std::uint64_t{1} << size | 1, in_block);
    }
    word_[block] |= word.take();
    split_[block] = split.take();
  }
}

// Fills begin_ and end_ for the first n bytes of rest_ and returns how many words there are.
std::size_t Words::find_words(std::size_t n, bool any_high) {
  if (n % 64 == 0) word_[n / 64] = 0;
  if (any_high) mark_high(n);
  std::uint16_t* begin = begin_;
  std::uint16_t* end = end_;
  std::uint64_t carry = 0;
  for (std::size_t block = 0; block <= n / 64; ++block) {
    std::uint64_t word = word_[block];
    std::uint64_t before = word << 1 | carry;  // the byte before belongs to a word
    carry = word >> 63;
    std::uint64_t split = any_high ? split_[block] : 0;
    begin = append_positions(word & (~before | split), block * 64, begin);
    end = append_positions(before & (~word | split), block * 64, end);
  }
  return static_cast<std::size_t>(begin - begin_);
}

std::span<const std::uint64_t> Words::next() {
  while (!rest_.empty()) {
    std::size_t n = std::min(rest_.size(), kChunk);
    bool last = n == rest_.size();
    if (!last) {  // cut between two characters
      std::size_t cut = n;
      while (cut > n - 4 && (static_cast<unsigned char>(rest_[cut]) & 0xC0) == 0x80) --cut;
      if (cut > n - 4) n = cut;
    }
    bool any_high = simd::lower_words(rest_.data(), n, lower_, word_, high_);
    std::size_t words = find_words(n, any_high);
    std::size_t used = n;
    // The last word may go on behind the chunk: take it up again, unless it fills the chunk.
    if (!last && words > 0 && end_[words - 1] == n && begin_[words - 1] > 0) {
      used = begin_[--words];
    }
    for (std::size_t i = 0; i < words; ++i) {
      hash_[i] = hash_word(lower_ + begin_[i], static_cast<std::size_t>(end_[i] - begin_[i]));
    }
    rest_.remove_prefix(used);
    base_ = next_base_;
    next_base_ += used;
    if (words > 0) return {hash_, words};
  }
  return {};
}

}  // namespace corpus
