#include "text/scripts.h"

#include <unicode/uscript.h>

#include <algorithm>
#include <array>
#include <unordered_map>

#include "text/utf8.h"

namespace corpus::text {

static_assert(USCRIPT_COMMON == 0 && USCRIPT_INHERITED == 1);

Scripts::Scripts() {
  constexpr UChar32 kChars = 0x110000;
  std::vector<std::uint8_t> flat(kChars);
  for (UChar32 c = 0; c < kChars; ++c) {
    UErrorCode error = U_ZERO_ERROR;
    UScriptCode script = uscript_getScript(c, &error);
    // Unassigned characters have the script Unknown, which says as little as Common.
    bool none = U_FAILURE(error) || script <= USCRIPT_INHERITED || script == USCRIPT_UNKNOWN ||
                script > 255;
    flat[static_cast<std::size_t>(c)] = none ? 0 : static_cast<std::uint8_t>(script);
  }
  std::unordered_map<std::string_view, std::uint16_t> seen;
  for (std::size_t at = 0; at < flat.size(); at += 256) {
    std::string_view block(reinterpret_cast<const char*>(flat.data()) + at, 256);
    auto [found, fresh] = seen.try_emplace(block, static_cast<std::uint16_t>(seen.size()));
    if (fresh) blocks_.insert(blocks_.end(), block.begin(), block.end());
    index_.push_back(found->second);
  }
}

Scripts::Most Scripts::most(std::string_view text) const {
  std::array<std::size_t, 256> counts{};
  std::size_t latin = 0;
  for (std::size_t i = 0; i < text.size();) {
    auto byte = static_cast<unsigned char>(text[i]);
    if (byte < 0x80) {
      latin += static_cast<unsigned>((byte | 32) - 'a') < 26;
      ++i;
      continue;
    }
    auto [c, size] = decode(text.substr(i));
    i += size;
    if (c != kBadChar) ++counts[blocks_[std::size_t{index_[c >> 8]} << 8 | (c & 255)]];
  }
  counts[USCRIPT_LATIN] += latin;
  counts[0] = 0;
  auto best = std::max_element(counts.begin(), counts.end());
  Most out;
  for (std::size_t n : counts) out.others += n;
  out.letters = *best;
  out.others -= *best;
  auto code = *best == 0 ? USCRIPT_COMMON : static_cast<UScriptCode>(best - counts.begin());
  out.script = uscript_getShortName(code);
  return out;
}

}  // namespace corpus::text
