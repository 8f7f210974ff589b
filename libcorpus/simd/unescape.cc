#include "simd/unescape.h"

#include <array>
#include <cstdint>
#include <cstring>

#include "simd/cpu.h"

#if CORPUS_X86
#include <immintrin.h>
#endif

#define CORPUS_TARGET_VBMI2 CORPUS_TARGET_AVX512 ",avx512vbmi,avx512vbmi2"

namespace corpus::simd {
namespace {

// What \x stands for; 0 when it is no simple escape.
constexpr auto kSimple = [] {
  std::array<char, 256> t{};
  t['"'] = '"', t['\\'] = '\\', t['/'] = '/';
  t['b'] = '\b', t['f'] = '\f', t['n'] = '\n', t['r'] = '\r', t['t'] = '\t';
  return t;
}();

constexpr auto kHex = [] {
  std::array<std::int32_t, 256> t{};
  for (auto& v : t) v = -1;
  for (int i = 0; i < 10; ++i) t['0' + i] = i;
  for (int i = 0; i < 6; ++i) t['a' + i] = t['A' + i] = 10 + i;
  return t;
}();

// Four hex digits; negative when one is not.
inline std::int32_t hex4(const char* s) {
  auto at = [s](int i) { return kHex[static_cast<unsigned char>(s[i])]; };
  return at(0) << 12 | at(1) << 8 | at(2) << 4 | at(3);
}

inline char* put_utf8(std::uint32_t c, char* out) {
  if (c < 0x80) {
    *out++ = static_cast<char>(c);
  } else if (c < 0x800) {
    *out++ = static_cast<char>(0xC0 | c >> 6);
    *out++ = static_cast<char>(0x80 | (c & 63));
  } else if (c < 0x10000) {
    *out++ = static_cast<char>(0xE0 | c >> 12);
    *out++ = static_cast<char>(0x80 | (c >> 6 & 63));
    *out++ = static_cast<char>(0x80 | (c & 63));
  } else {
    *out++ = static_cast<char>(0xF0 | c >> 18);
    *out++ = static_cast<char>(0x80 | (c >> 12 & 63));
    *out++ = static_cast<char>(0x80 | (c >> 6 & 63));
    *out++ = static_cast<char>(0x80 | (c & 63));
  }
  return out;
}

// Reads from [in, end), writes at out; both move. Without kWrite only `in` does.
template <bool kWrite>
struct Decoder {
  const char* in;
  const char* end;
  char* out;
  bool lone = false;

  // A run of \uXXXX: texts printed as ASCII consist of them.
  bool unicode() {
    do {
      if (end - in < 6) return false;
      std::int32_t v = hex4(in + 2);
      if (v < 0) return false;
      in += 6;
      auto c = static_cast<std::uint32_t>(v);
      if ((c & 0xF800) == 0xD800) {
        std::int32_t low = -1;
        if (c < 0xDC00 && end - in >= 6 && in[0] == '\\' && in[1] == 'u') low = hex4(in + 2);
        if (low >= 0xDC00 && low < 0xE000) {
          c = 0x10000 + ((c - 0xD800) << 10) + (static_cast<std::uint32_t>(low) - 0xDC00);
          in += 6;
        } else {
          c = 0xFFFD;
          lone = true;
        }
      }
      if constexpr (kWrite) out = put_utf8(c, out);
    } while (end - in >= 2 && in[0] == '\\' && in[1] == 'u');
    return true;
  }

  // One escape; in[0] is the backslash.
  bool escape() {
    if (end - in < 2) return false;
    char simple = kSimple[static_cast<unsigned char>(in[1])];
    if (simple == 0) return in[1] == 'u' && unicode();
    if constexpr (kWrite) *out++ = simple;
    in += 2;
    return true;
  }

  Unescaped result(bool ok, const char* begin) const {
    return {kWrite && ok ? static_cast<std::size_t>(out - begin) : 0, ok, lone};
  }
};

template <bool kWrite>
Unescaped decode_scalar(const char* s, std::size_t n, char* out) {
  Decoder<kWrite> d{s, s + n, out};
  while (d.in < d.end) {
    if (*d.in == '\\') {
      if (!d.escape()) return d.result(false, out);
    } else {
      if constexpr (kWrite) *d.out++ = *d.in;
      ++d.in;
    }
  }
  return d.result(true, out);
}

#if CORPUS_X86
template <bool kWrite>
__attribute__((target(CORPUS_TARGET_AVX2))) Unescaped decode_avx2(const char* s, std::size_t n,
                                                                  char* out) {
  Decoder<kWrite> d{s, s + n, out};
  const __m256i backslash = _mm256_set1_epi8('\\');
  while (d.in < d.end) {
    __m256i v = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(d.in));
    if constexpr (kWrite) _mm256_storeu_si256(reinterpret_cast<__m256i*>(d.out), v);
    auto left = static_cast<std::size_t>(d.end - d.in);
    std::size_t step = left < 32 ? left : 32;
    auto mask = static_cast<std::uint32_t>(_mm256_movemask_epi8(_mm256_cmpeq_epi8(v, backslash)));
    mask = _bzhi_u32(mask, static_cast<unsigned>(step));
    if (mask != 0) step = _tzcnt_u32(mask);
    d.in += step;
    if constexpr (kWrite) d.out += step;
    if (mask != 0 && !d.escape()) return d.result(false, out);
  }
  return d.result(true, out);
}

template <bool kWrite>
__attribute__((target(CORPUS_TARGET_AVX512))) Unescaped decode_avx512(const char* s, std::size_t n,
                                                                      char* out) {
  Decoder<kWrite> d{s, s + n, out};
  const __m512i backslash = _mm512_set1_epi8('\\');
  while (d.in < d.end) {
    __m512i v = _mm512_loadu_si512(d.in);
    if constexpr (kWrite) _mm512_storeu_si512(d.out, v);
    auto left = static_cast<std::size_t>(d.end - d.in);
    std::size_t step = left < 64 ? left : 64;
    std::uint64_t mask = _mm512_cmpeq_epi8_mask(v, backslash);
    mask = _bzhi_u64(mask, static_cast<unsigned>(step));
    if (mask != 0) step = _tzcnt_u64(mask);
    d.in += step;
    if constexpr (kWrite) d.out += step;
    if (mask != 0 && !d.escape()) return d.result(false, out);
  }
  return d.result(true, out);
}

// The backslashes that begin an escape, of all: one that is escaped itself does not.
inline std::uint64_t escape_starts(std::uint64_t backslashes) {
  if ((backslashes & backslashes << 1) == 0) return backslashes;
  std::uint64_t starts = 0;
  while (backslashes != 0) {
    std::uint64_t first = backslashes & -backslashes;
    starts |= first;
    backslashes &= ~(first | first << 1);
  }
  return starts;
}

// All simple escapes of 64 bytes at once: the bytes behind backslashes are looked up in a table,
// then the backslashes are squeezed out. Every block begins outside an escape.
template <bool kWrite>
__attribute__((target(CORPUS_TARGET_VBMI2))) Unescaped decode_vbmi2(const char* s, std::size_t n,
                                                                    char* out) {
  Decoder<kWrite> d{s, s + n, out};
  const __m512i backslash = _mm512_set1_epi8('\\');
  const __m512i table_low = _mm512_loadu_si512(kSimple.data());
  const __m512i table_high = _mm512_loadu_si512(kSimple.data() + 64);
  while (d.in < d.end) {
    __m512i v = _mm512_loadu_si512(d.in);
    auto left = static_cast<std::size_t>(d.end - d.in);
    auto step = static_cast<unsigned>(left < 64 ? left : 64);
    std::uint64_t starts = _bzhi_u64(_mm512_cmpeq_epi8_mask(v, backslash), step);
    if (starts == 0) {
      if constexpr (kWrite) {
        _mm512_storeu_si512(d.out, v);
        d.out += step;
      }
      d.in += step;
      continue;
    }
    starts = escape_starts(starts);
    if ((starts >> (step - 1) & 1) != 0) {  // what it escapes is in the next block
      if (step == 1) return d.result(false, out);
      starts = _bzhi_u64(starts, --step);
    }
    __m512i decoded = _mm512_permutex2var_epi8(table_low, v, table_high);
    // Not a simple escape: \u, or a fault.
    std::uint64_t other =
        starts << 1 & (_mm512_testn_epi8_mask(decoded, decoded) | _mm512_movepi8_mask(v));
    if (other != 0) {
      step = static_cast<unsigned>(_tzcnt_u64(other)) - 1;
      starts = _bzhi_u64(starts, step);
    }
    if constexpr (kWrite) {
      std::uint64_t keep = _bzhi_u64(~starts, step);
      __m512i text = _mm512_mask_mov_epi8(v, starts << 1, decoded);
      _mm512_storeu_si512(d.out, _mm512_maskz_compress_epi8(keep, text));
      d.out += _mm_popcnt_u64(keep);
    }
    d.in += step;
    if (other != 0 && !d.escape()) return d.result(false, out);
  }
  return d.result(true, out);
}
#endif

}  // namespace

std::size_t find_backslash_scalar(const char* s, std::size_t n) {
  const void* hit = n == 0 ? nullptr : std::memchr(s, '\\', n);
  return hit == nullptr ? n : static_cast<std::size_t>(static_cast<const char*>(hit) - s);
}

Unescaped unescape_scalar(const char* s, std::size_t n, char* out) {
  return decode_scalar<true>(s, n, out);
}

#if CORPUS_X86
__attribute__((target(CORPUS_TARGET_AVX2))) std::size_t find_backslash_avx2(const char* s,
                                                                            std::size_t n) {
  const __m256i backslash = _mm256_set1_epi8('\\');
  for (std::size_t i = 0; i < n; i += 32) {
    __m256i v = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(s + i));
    auto mask = static_cast<std::uint32_t>(_mm256_movemask_epi8(_mm256_cmpeq_epi8(v, backslash)));
    if (mask != 0) {
      std::size_t at = i + _tzcnt_u32(mask);
      return at < n ? at : n;
    }
  }
  return n;
}

__attribute__((target(CORPUS_TARGET_AVX512))) std::size_t find_backslash_avx512(const char* s,
                                                                                std::size_t n) {
  const __m512i backslash = _mm512_set1_epi8('\\');
  for (std::size_t i = 0; i < n; i += 64) {
    std::uint64_t mask = _mm512_cmpeq_epi8_mask(_mm512_loadu_si512(s + i), backslash);
    if (mask != 0) {
      std::size_t at = i + _tzcnt_u64(mask);
      return at < n ? at : n;
    }
  }
  return n;
}

Unescaped unescape_avx2(const char* s, std::size_t n, char* out) {
  return decode_avx2<true>(s, n, out);
}
Unescaped unescape_avx512(const char* s, std::size_t n, char* out) {
  return decode_avx512<true>(s, n, out);
}

Unescaped unescape_vbmi2(const char* s, std::size_t n, char* out) {
  return decode_vbmi2<true>(s, n, out);
}

bool has_vbmi2() {
  static const bool yes =
      has_avx512() && __builtin_cpu_supports("avx512vbmi") && __builtin_cpu_supports("avx512vbmi2");
  return yes;
}

std::size_t find_backslash(const char* s, std::size_t n) {
  if (has_avx512()) return find_backslash_avx512(s, n);
  return has_avx2() ? find_backslash_avx2(s, n) : find_backslash_scalar(s, n);
}
Unescaped unescape(const char* s, std::size_t n, char* out) {
  if (has_vbmi2()) return decode_vbmi2<true>(s, n, out);
  if (has_avx512()) return decode_avx512<true>(s, n, out);
  return has_avx2() ? decode_avx2<true>(s, n, out) : decode_scalar<true>(s, n, out);
}
Unescaped check_escapes(const char* s, std::size_t n) {
  if (has_vbmi2()) return decode_vbmi2<false>(s, n, nullptr);
  if (has_avx512()) return decode_avx512<false>(s, n, nullptr);
  return has_avx2() ? decode_avx2<false>(s, n, nullptr) : decode_scalar<false>(s, n, nullptr);
}
#else
std::size_t find_backslash_avx2(const char* s, std::size_t n) {
  return find_backslash_scalar(s, n);
}
std::size_t find_backslash_avx512(const char* s, std::size_t n) {
  return find_backslash_scalar(s, n);
}
Unescaped unescape_avx2(const char* s, std::size_t n, char* out) {
  return unescape_scalar(s, n, out);
}
Unescaped unescape_avx512(const char* s, std::size_t n, char* out) {
  return unescape_scalar(s, n, out);
}
Unescaped unescape_vbmi2(const char* s, std::size_t n, char* out) {
  return unescape_scalar(s, n, out);
}
bool has_vbmi2() { return false; }
std::size_t find_backslash(const char* s, std::size_t n) { return find_backslash_scalar(s, n); }
Unescaped unescape(const char* s, std::size_t n, char* out) { return unescape_scalar(s, n, out); }
Unescaped check_escapes(const char* s, std::size_t n) {
  return decode_scalar<false>(s, n, nullptr);
}
#endif

}  // namespace corpus::simd
