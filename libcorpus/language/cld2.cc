#include "language/cld2.h"

#include <cld2/public/compact_lang_det.h>
#include <cld2/public/encodings.h>
#include <cstdio>  // CLD2's header needs FILE

#include <algorithm>
#include <limits>

#include "simd/byte_set.h"

namespace corpus::language {
namespace {

constexpr simd::ByteSet controls() {
  simd::ByteSet set;
  for (unsigned b = 0; b < 0x20; ++b) {
    if (b != '\t' && b != '\n' && b != '\f' && b != '\r') set.add(b);
  }
  // U+0080..U+009F begin with C2; noncharacters with EF (U+FDD0.., U+FFFE) or F0..F4 (U+1FFFE ...).
  return set.add(0x7F).add(0xC2).add(0xEF).add(0xF0, 0xFF);
}
constexpr simd::ByteSet kControls = controls();

// Bytes of a character at the front of `s` that CLD2 would refuse; 0 when it takes it.
std::size_t refused(std::string_view s) {
  auto byte = [&](std::size_t i) { return i < s.size() ? static_cast<unsigned char>(s[i]) : 0U; };
  if (byte(0) < 0x80) return kControls.contains(static_cast<unsigned char>(s[0])) ? 1 : 0;
  if (byte(0) == 0xC2) return byte(1) < 0xA0 ? 2 : 0;
  unsigned last = byte(1) << 16 | byte(2) << 8 | byte(3);
  if (byte(0) == 0xEF) {
    unsigned two = byte(1) << 8 | byte(2);
    return (two >= 0xB790 && two <= 0xB7AF) || two >= 0xBFBE ? 3 : 0;
  }
  return (last & 0x0FFFFE) == 0x0FBFBE ? 4 : 0;
}

std::string_view bcp47(CLD2::Language language) {
  std::string_view code = CLD2::LanguageCode(language);
  if (code == "un" || code.starts_with("xx"))
    return kUndetermined;  // xx-Egyp: a script, no language
  if (code == "iw") return "he";
  if (code == "jw") return "jv";
  return code;
}

}  // namespace

std::string_view interchangeable(std::string_view text, std::string& buffer) {
  bool copied = false;
  for (std::size_t at = 0; (at = simd::find_first(kControls, text, at)) < text.size();) {
    std::size_t size = std::min(refused(text.substr(at)), text.size() - at);
    if (size == 0) {
      ++at;
      continue;
    }
    if (!copied) {
      buffer.assign(text);
      copied = true;
    }
    std::fill_n(buffer.begin() + static_cast<std::ptrdiff_t>(at), size, ' ');
    at += size;
  }
  return copied ? std::string_view(buffer) : text;
}

Guess cld2(std::string_view text, std::string& buffer) {
  text = interchangeable(text.substr(0, std::numeric_limits<int>::max()), buffer);
  const CLD2::CLDHints no_hints = {nullptr, nullptr, CLD2::UNKNOWN_ENCODING,
                                   CLD2::UNKNOWN_LANGUAGE};
  CLD2::Language languages[3];
  int percents[3];
  double scores[3];
  int letters = 0, valid = 0;
  bool reliable = false;
  CLD2::ExtDetectLanguageSummaryCheckUTF8(text.data(), static_cast<int>(text.size()), true,
                                          &no_hints, 0, languages, percents, scores, nullptr,
                                          &letters, &reliable, &valid);
  if (static_cast<std::size_t>(valid) < text.size()) return {};
  std::string_view code = bcp47(languages[0]);
  if (code == kUndetermined) return {};
  return {code, percents[0] / 100.0, reliable};
}

}  // namespace corpus::language
