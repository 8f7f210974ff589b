// filters.encoding: text that was damaged on its way.
//
// Mojibake is UTF-8 that was once read as CP1252 or Latin-1 and written out as UTF-8 again. It is
// found by undoing that: a character U+00C2..U+00F4 and the characters after it are mapped back to
// the bytes they came from; when those bytes are one UTF-8 character that people write, the text
// was damaged there. A real text does that by accident only (an accented capital before a quotation
// mark), hence the threshold.
#include <array>
#include <cstdint>

#include "corpus/component.h"
#include "simd/byte_set.h"
#include "simd/utf8_count.h"
#include "text/utf8.h"

namespace corpus {
namespace {

struct Options {
  std::int64_t mojibake = 2;
  std::int64_t max_control = 0;
  double max_replacement = 0.001;
};

// What CP1252 shows for the bytes 80..9F; 0 where it shows nothing.
constexpr std::array<char16_t, 32> kCp1252 = {
    0x20AC, 0,      0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
    0x2039, 0x0152, 0,      0x017D, 0,      0,      0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
    0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0,      0x017E, 0x0178};

// The continuation byte that was shown as `c`, or 0.
unsigned char shown_tail(char32_t c) {
  if (c >= 0x80 && c < 0xC0) return static_cast<unsigned char>(c);  // Latin-1 shows C1 as itself
  if (c < 0x0152 || c > 0x2122) return 0;
  for (std::size_t i = 0; i < kCp1252.size(); ++i) {
    if (kCp1252[i] == c) return static_cast<unsigned char>(0x80 + i);
  }
  return 0;
}

// Characters that make up nearly all text, so that a chance pair is seldom one of them.
bool is_common(char32_t c) {
  return (c >= 0xA0 && c < 0x180) || (c >= 0x386 && c < 0x460) || (c >= 0x5D0 && c < 0x660) ||
         (c >= 0x0E01 && c < 0x0E5C) || (c >= 0x1EA0 && c < 0x1F00) ||
         (c >= 0x2010 && c < 0x2040) || c == 0x20AC || c == 0x2122 || (c >= 0x2190 && c < 0x27C0) ||
         (c >= 0x3000 && c < 0xA000) || (c >= 0xAC00 && c < 0xD7A4) || c == 0xFEFF ||
         (c >= 0xFF00 && c < 0xFFE6) || c == 0xFFFD || (c >= 0x1F300 && c < 0x1FB00);
}

// Bytes of `text`, which begins with a character U+00C0..U+00FF, that are one damaged character;
// 0 when it is none.
std::size_t mojibake_at(std::string_view text) {
  std::array<char, 4> bytes;
  auto lead = static_cast<unsigned char>(0xC0 | (text[1] & 0x3F));  // C3 xx is U+00C0..U+00FF
  if (lead < 0xC2 || lead > 0xF4) return 0;
  std::size_t need = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  bytes[0] = static_cast<char>(lead);
  std::size_t at = 2;
  for (std::size_t n = 1; n < need; ++n) {
    if (at >= text.size() || static_cast<unsigned char>(text[at]) < 0xC2) return 0;
    auto [c, size] = text::decode(text.substr(at));
    unsigned char tail = c == text::kBadChar ? 0 : shown_tail(c);
    if (tail == 0) return 0;
    bytes[n] = static_cast<char>(tail);
    at += size;
  }
  auto [c, size] = text::decode({bytes.data(), need});
  return size == need && is_common(c) ? at : 0;
}

constexpr simd::ByteSet kUnusual =
    simd::ByteSet().add(0, 8).add(0x0B, 0x0C).add(0x0E, 0x1F).add(0x7F).add(0xC2, 0xC3).add(0xEF);

struct Damage {
  bool nul = false;
  std::int64_t mojibake = 0, control = 0, replacement = 0;
  std::size_t chars = 0;  // of the turns with a replacement character
};

// U+0080..U+009F but NEL, which is a line break.
bool is_c1(unsigned lead, unsigned tail) {
  return lead == 0xC2 && tail >= 0x80 && tail < 0xA0 && tail != 0x85;
}

void examine(std::string_view text, Damage& damage) {
  auto byte = [&](std::size_t i) {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U;
  };
  std::int64_t replaced = damage.replacement;
  for (std::size_t i = 0; (i = simd::find_first(kUnusual, text, i)) < text.size();) {
    unsigned c = byte(i), next = byte(i + 1);
    std::size_t size = 1;
    if (c == 0xC3) {
      size = 2;
      if (byte(i + 2) >= 0xC2) {
        if (std::size_t damaged = mojibake_at(text.substr(i)); damaged != 0) {
          ++damage.mojibake;
          size = damaged;
          // Latin-1 shows some of the bytes as control characters, which are damage by themselves.
          for (std::size_t at = i; at + 1 < i + size; ++at) {
            damage.control += is_c1(byte(at), byte(at + 1));
          }
        }
      }
    } else if (c == 0xC2) {
      size = 2;
      damage.control += is_c1(c, next);
    } else if (c == 0xEF) {
      damage.replacement += next == 0xBF && byte(i + 2) == 0xBD;
    } else if (c == '\f') {
      // A page break, unless it once was "\frac" or "\forall".
      damage.control += next >= 'a' && next <= 'z';
    } else {
      damage.nul |= c == 0;
      ++damage.control;
    }
    i += size;
  }
  if (damage.replacement > replaced) damage.chars += simd::count_code_points(text);
}

class Encoding {
 public:
  Encoding(Scope scope, const Options& options) : scope_(scope), options_(options) {}

  Reason operator()(const Record& record) const {
    if ((record.flags & Record::kLoneSurrogate) != 0) return lone_surrogate_;
    Damage damage;
    for (const Turn& turn : record.turns) {
      if (in_scope(turn, scope_)) examine(turn.text, damage);
    }
    if (damage.nul) return nul_;
    if (options_.mojibake > 0 && damage.mojibake >= options_.mojibake) return mojibake_;
    if (damage.control > options_.max_control) return control_;
    if (static_cast<double>(damage.replacement) >
        options_.max_replacement * static_cast<double>(damage.chars)) {
      return replacement_;
    }
    return {};
  }

 private:
  Scope scope_;
  Options options_;
  Reason lone_surrogate_ = Reason::intern("filters.encoding.lone_surrogate");
  Reason nul_ = Reason::intern("filters.encoding.nul");
  Reason mojibake_ = Reason::intern("filters.encoding.mojibake");
  Reason control_ = Reason::intern("filters.encoding.control");
  Reason replacement_ = Reason::intern("filters.encoding.replacement");
};

}  // namespace

Result<Stages> make_filters_encoding(const Value& value, BuildContext&) {
  Options options;
  options.mojibake = value.get("mojibake", options.mojibake);
  options.max_control = value.get("max_control", options.max_control);
  options.max_replacement = value.get("max_replacement", options.max_replacement);
  CORPUS_TRY(Scope scope, parse_scope(value.get("scope", "text")));
  return stages(keep_if(Fields::kTurns, Encoding(scope, options)));
}

}  // namespace corpus
