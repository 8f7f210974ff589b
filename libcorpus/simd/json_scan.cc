#include "simd/json_scan.h"

#include <algorithm>
#include <cstring>

#include "simd/cpu.h"

#if CORPUS_X86
#include <immintrin.h>
#endif

namespace corpus::simd {
namespace {

bool is_open(char c) { return c == '{' || c == '['; }
bool is_close(char c) { return c == '}' || c == ']'; }
bool is_space(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }
// Bytes that would become one token if they stood side by side.
bool joins(char c) { return !is_open(c) && !is_close(c) && c != ',' && c != ':' && c != '"'; }

}  // namespace

std::size_t find_value_end_scalar(const char* s, std::size_t n, JsonScan& scan) {
  for (std::size_t i = 0; i < n; ++i) {
    char c = s[i];
    if (scan.escaped) {
      scan.escaped = false;
      if (c == '"') continue;
    } else if (c == '\\') {
      scan.escaped = true;
      continue;
    } else if (c == '"') {
      scan.in_string = !scan.in_string;
      continue;
    }
    if (scan.in_string) continue;
    if (c == '\n' || c == '\r') {
      scan.line_break = true;
    } else if (is_open(c)) {
      ++scan.depth;
    } else if (is_close(c) && (scan.depth == 0 || --scan.depth == 0)) {
      return i + 1;
    }
  }
  return kNoEnd;
}

std::size_t minify_value_scalar(const char* s, std::size_t n, char* to) {
  char* out = to;
  bool in_string = false, escaped = false, skipped = false;
  for (std::size_t i = 0; i < n; ++i) {
    char c = s[i];
    if (!in_string && is_space(c)) {
      escaped = false;
      skipped = true;
      continue;
    }
    if (skipped && out != to && joins(out[-1]) && joins(c)) *out++ = ' ';
    skipped = false;
    *out++ = c;
    if (escaped) {
      escaped = false;
    } else if (c == '\\') {
      escaped = true;
    } else if (c == '"') {
      in_string = !in_string;
    }
  }
  return static_cast<std::size_t>(out - to);
}

#if CORPUS_X86
namespace {

#define CORPUS_AVX2 __attribute__((target(CORPUS_TARGET_AVX2)))
#define CORPUS_AVX2_INLINE __attribute__((target(CORPUS_TARGET_AVX2), always_inline)) inline

struct Block {
  __m256i lo, hi;

  CORPUS_AVX2_INLINE static Block load(const char* s) {
    return {_mm256_loadu_si256(reinterpret_cast<const __m256i*>(s)),
            _mm256_loadu_si256(reinterpret_cast<const __m256i*>(s + 32))};
  }
  CORPUS_AVX2_INLINE std::uint64_t equals(char c) const {
    __m256i v = _mm256_set1_epi8(c);
    return mask(_mm256_cmpeq_epi8(lo, v), _mm256_cmpeq_epi8(hi, v));
  }
  // '[' and '{' differ in one bit, and so do ']' and '}'.
  CORPUS_AVX2_INLINE Block folded() const {
    __m256i bit = _mm256_set1_epi8(0x20);
    return {_mm256_or_si256(lo, bit), _mm256_or_si256(hi, bit)};
  }
  CORPUS_AVX2_INLINE static std::uint64_t mask(__m256i a, __m256i b) {
    return static_cast<std::uint32_t>(_mm256_movemask_epi8(a)) |
           static_cast<std::uint64_t>(static_cast<std::uint32_t>(_mm256_movemask_epi8(b))) << 32;
  }
};

// Bytes of the block that a backslash before them escapes. Backslashes are few, so each is visited.
CORPUS_AVX2_INLINE std::uint64_t escaped_bytes(std::uint64_t backslash, bool& carry) {
  std::uint64_t escaped = carry ? 1 : 0;
  backslash &= ~escaped;
  carry = false;
  while (backslash != 0) {
    std::uint64_t lowest = backslash & (0 - backslash);
    escaped |= lowest << 1;
    if (lowest >> 63 != 0) carry = true;
    backslash &= ~(lowest | lowest << 1);
  }
  return escaped;
}

// Bit i is set where an odd number of quotes lies at or before i.
CORPUS_AVX2_INLINE std::uint64_t string_mask(std::uint64_t quotes, bool& in_string) {
  std::uint64_t m = quotes;
  m ^= m << 1;
  m ^= m << 2;
  m ^= m << 4;
  m ^= m << 8;
  m ^= m << 16;
  m ^= m << 32;
  if (in_string) m = ~m;
  in_string = m >> 63 != 0;
  return m;
}

// Scans one block of which the first `size` bytes count; the rest must be zero bytes.
CORPUS_AVX2_INLINE std::size_t scan_block(const char* s, std::size_t size, JsonScan& scan) {
  Block block = Block::load(s);
  std::uint64_t backslash = block.equals('\\');
  bool carry = scan.escaped;
  std::uint64_t escaped = (backslash != 0 || carry) ? escaped_bytes(backslash, carry) : 0;
  std::uint64_t quotes = block.equals('"') & ~escaped;
  bool in_string = scan.in_string;
  std::uint64_t outside = ~string_mask(quotes, in_string);
  Block folded = block.folded();
  std::uint64_t opens = folded.equals('{') & outside;
  std::uint64_t closes = folded.equals('}') & outside;
  std::uint64_t breaks = (block.equals('\n') | block.equals('\r')) & outside;

  auto closing = static_cast<std::uint64_t>(__builtin_popcountll(closes));
  if (closing >= scan.depth) {  // only then can the value end here
    std::uint64_t depth = scan.depth;
    for (std::uint64_t both = opens | closes; both != 0; both &= both - 1) {
      std::uint64_t bit = both & (0 - both);
      if ((opens & bit) != 0) {
        ++depth;
      } else if (depth == 0 || --depth == 0) {
        auto at = static_cast<std::size_t>(__builtin_ctzll(bit));
        scan = {0, false, false, scan.line_break || (breaks & (bit - 1)) != 0};
        return at + 1;
      }
    }
    scan.depth = depth;
  } else {
    scan.depth = scan.depth + static_cast<std::uint64_t>(__builtin_popcountll(opens)) - closing;
  }
  scan.line_break |= breaks != 0;
  scan.in_string = in_string;
  scan.escaped = size == 64 ? carry : (escaped >> size & 1) != 0;
  return kNoEnd;
}

}  // namespace

CORPUS_AVX2 std::size_t find_value_end_avx2(const char* s, std::size_t n, JsonScan& scan) {
  std::size_t at = 0;
  for (; at + 64 <= n; at += 64) {
    std::size_t end = scan_block(s + at, 64, scan);
    if (end != kNoEnd) return at + end;
  }
  if (at == n) return kNoEnd;
  char rest[64] = {};
  std::memcpy(rest, s + at, n - at);
  std::size_t end = scan_block(rest, n - at, scan);
  return end == kNoEnd ? kNoEnd : at + end;
}

CORPUS_AVX2 std::size_t minify_value_avx2(const char* s, std::size_t n, char* to) {
  char* out = to;
  bool carry = false, in_string = false, skipped = false;
  char rest[128];
  for (std::size_t at = 0; at < n; at += 64) {
    std::size_t size = std::min<std::size_t>(64, n - at);
    const char* from = s + at;
    if (size < 64) {
      std::memset(rest, 0, sizeof rest);
      std::memcpy(rest, from, size);
      from = rest;
    }
    Block block = Block::load(from);
    std::uint64_t backslash = block.equals('\\');
    std::uint64_t escaped = (backslash != 0 || carry) ? escaped_bytes(backslash, carry) : 0;
    std::uint64_t inside = string_mask(block.equals('"') & ~escaped, in_string);
    std::uint64_t space =
        (block.equals(' ') | block.equals('\n') | block.equals('\r') | block.equals('\t')) &
        ~inside;
    if (space == 0 && !skipped && size == 64) {
      std::memcpy(out, from, 64);
      out += 64;
      continue;
    }
    std::uint64_t valid = size == 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << size) - 1;
    std::uint64_t keep = ~space & valid;
    while (keep != 0) {
      auto begin = static_cast<std::size_t>(__builtin_ctzll(keep));
      std::uint64_t tail = ~(keep >> begin);
      std::size_t run = tail == 0 ? 64 : static_cast<std::size_t>(__builtin_ctzll(tail));
      skipped |= begin != 0 && (space >> (begin - 1) & 1) != 0;
      if (skipped && out != to && joins(out[-1]) && joins(from[begin])) *out++ = ' ';
      skipped = false;
      std::memcpy(out, from + begin, run);
      out += run;
      keep = begin + run >= 64 ? 0 : keep >> (begin + run) << (begin + run);
    }
    skipped |= (space >> (size - 1) & 1) != 0;
  }
  return static_cast<std::size_t>(out - to);
}
#endif

std::size_t find_value_end(const char* s, std::size_t n, JsonScan& scan) {
#if CORPUS_X86
  if (has_avx2()) return find_value_end_avx2(s, n, scan);
#endif
  return find_value_end_scalar(s, n, scan);
}

std::size_t minify_value(const char* s, std::size_t n, char* to) {
#if CORPUS_X86
  if (has_avx2()) return minify_value_avx2(s, n, to);
#endif
  return minify_value_scalar(s, n, to);
}

}  // namespace corpus::simd
