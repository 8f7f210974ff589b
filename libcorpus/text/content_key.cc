#include "text/content_key.h"

#include <climits>
#include <cstring>
#include <memory>

#include <unicode/bytestream.h>
#include <unicode/normalizer2.h>
#include <unicode/stringpiece.h>

#include "base/hash.h"
#include "simd/byte_set.h"
#include "text/utf8.h"

namespace corpus::text {
namespace {

const icu::Normalizer2* nfc() {
  static const icu::Normalizer2* instance = [] {
    UErrorCode status = U_ZERO_ERROR;
    const auto* found = icu::Normalizer2::getNFCInstance(status);
    return U_SUCCESS(status) ? found : nullptr;
  }();
  return instance;
}

// Bytes that settle nothing alone. All others are ASCII, continuation bytes, or begin a character
// that NFC leaves as it is wherever it stands: C2..CB (below U+0300), E4..E9 (U+4000..U+9FFF),
// EB and EC (Hangul syllables). The test of this file proves it for every code point.
constexpr simd::ByteSet kSuspects =
    simd::ByteSet().add('\r').add(0xC0, 0xC1).add(0xCC, 0xE3).add(0xEA).add(0xED, 0xFF);

// For the code points of the basic plane: quick check says yes and the combining class is 0, so a
// text of nothing else is in NFC (UAX #15, section 9). Asked of ICU once, 8 KiB.
class InertTable {
 public:
  InertTable() {
    if (nfc() == nullptr) return;
    for (UChar32 c = 0; c < 0x10000; ++c) {
      bool is_inert = (c >= 0x4000 && c < 0xA000) || (c >= 0xB000 && c < 0xD000);
      if (!is_inert) is_inert = nfc()->getCombiningClass(c) == 0 && quick_check_yes(c);
      if (is_inert) bits_[c >> 6] |= std::uint64_t{1} << (c & 63);
    }
  }
  bool operator()(char32_t c) const { return (bits_[c >> 6] >> (c & 63) & 1) != 0; }

 private:
  static bool quick_check_yes(UChar32 c) {
    UErrorCode status = U_ZERO_ERROR;
    return nfc()->quickCheck(icu::UnicodeString(c), status) == UNORM_YES && U_SUCCESS(status);
  }
  std::uint64_t bits_[0x10000 / 64] = {};
};

struct Findings {
  bool carriage_return = false;
  bool maybe_not_nfc = false;
};

Findings scan(std::string_view text) {
  static const InertTable inert;
  Findings found;
  std::size_t i = 0;
  while ((i = simd::find_first(kSuspects, text, i)) < text.size()) {
    // Scripts whose letters are all suspects would bounce between the two loops: stay in this one
    // for as long as they come close together.
    for (std::size_t end = i + 16; i < text.size() && i < end;) {
      if (!kSuspects.contains(static_cast<unsigned char>(text[i]))) {
        ++i;
        continue;
      }
      if (text[i] == '\r') {
        found.carriage_return = true;
        ++i;
      } else {
        auto [c, size] = decode(text.substr(i, 4));
        // Above the basic plane only pictographs and CJK extensions B..F are common enough to
        // matter.
        bool known = c < 0x10000 ? c != kBadChar && inert(c)
                                 : (c >= 0x1F000 && c < 0x20000) || (c >= 0x20000 && c < 0x2F800);
        if (!known) found.maybe_not_nfc = true;
        i += size;
      }
      end = i + 16;
    }
    if (found.maybe_not_nfc && found.carriage_return) break;
  }
  return found;
}

// True when `out` holds the NFC of `text`; false when `text` already is NFC.
bool to_nfc(std::string_view text, std::string& out) {
  if (nfc() == nullptr || text.size() > INT_MAX) return false;
  UErrorCode status = U_ZERO_ERROR;
  icu::StringPiece piece(text.data(), static_cast<int>(text.size()));
  if (nfc()->isNormalizedUTF8(piece, status) || U_FAILURE(status)) return false;
  out.clear();
  icu::StringByteSink<std::string> sink(&out);
  nfc()->normalizeUTF8(0, piece, sink, nullptr, status);
  return U_SUCCESS(status);
}

void crlf_to_lf(std::string& text) {
  std::size_t out = text.find('\r');
  for (std::size_t in = out; in < text.size(); ++in) {
    char c = text[in];
    if (c == '\r') {
      c = '\n';
      if (in + 1 < text.size() && text[in + 1] == '\n') ++in;
    }
    text[out++] = c;
  }
  text.resize(out);
}

// What a turn's text is, for the hash. Pinned: keys are written into corpora.
std::uint64_t role_class(Role role) {
  switch (role) {
    case Role::kText:
      return 0;
    case Role::kSystem:
      return 1;
    case Role::kUser:
      return 2;
    case Role::kAssistant:
      return 3;
    case Role::kReasoning:
      return 4;
    case Role::kCall:
      return 5;
    case Role::kTool:
      return 6;
  }
  return 0;
}

}  // namespace

std::string_view normalise(std::string_view text, std::string& scratch) {
  text = trim(text);
  Findings found = scan(text);
  bool in_scratch = found.maybe_not_nfc && to_nfc(text, scratch);
  if (!found.carriage_return) return in_scratch ? std::string_view(scratch) : text;
  if (!in_scratch) scratch.assign(text);
  crlf_to_lf(scratch);
  return scratch;
}

Key128 content_key(std::span<const Turn> turns, Scope scope, std::string& scratch) {
  // A chain over the hashes of the turns: no state to allocate, and no two lists of turns can run
  // together into the same bytes.
  struct Link {
    std::uint64_t before_lo, before_hi, turn_lo, turn_hi, role;
  };
  Key128 key;
  for (const Turn& turn : turns) {
    if (!in_scope(turn, scope)) continue;
    std::string_view text = normalise(turn.text, scratch);
    if (text.empty()) continue;
    Key128 hash = hash128(text);
    Link link{key.lo, key.hi, hash.lo, hash.hi, role_class(turn.role)};
    key = hash128({reinterpret_cast<const char*>(&link), sizeof link});
  }
  return key;
}

}  // namespace corpus::text
