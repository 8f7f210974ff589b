#include "text/char_table.h"

#include <unicode/uchar.h>

#include <algorithm>
#include <string_view>
#include <unordered_map>

namespace corpus::text {

static_assert(kLu == U_GC_LU_MASK && kNo == U_GC_NO_MASK && kCs == U_GC_CS_MASK &&
              kPo == U_GC_PO_MASK && kPf == U_GC_PF_MASK);

CharTable::CharTable(std::uint8_t (*classify)(std::uint32_t category)) {
  constexpr std::size_t kChars = 0x110000;
  struct Fill {
    std::vector<std::uint8_t> flat = std::vector<std::uint8_t>(kChars);
    std::uint8_t (*classify)(std::uint32_t);
  } fill;
  fill.classify = classify;
  u_enumCharTypes(
      [](const void* context, UChar32 from, UChar32 to, UCharCategory category) -> UBool {
        auto* f = static_cast<Fill*>(const_cast<void*>(context));
        std::fill(f->flat.begin() + from, f->flat.begin() + to, f->classify(1U << category));
        return true;
      },
      &fill);

  std::unordered_map<std::string_view, std::uint16_t> seen;
  for (std::size_t at = 0; at < kChars; at += 256) {
    std::string_view block(reinterpret_cast<const char*>(fill.flat.data()) + at, 256);
    auto [found, fresh] = seen.try_emplace(block, static_cast<std::uint16_t>(seen.size()));
    if (fresh) blocks_.insert(blocks_.end(), block.begin(), block.end());
    index_.push_back(found->second);
  }
}

CharTable& CharTable::set(char32_t c, std::uint8_t value) {
  // The block may be shared: give this one a copy of its own. For a handful of characters.
  std::size_t from = std::size_t{index_[c >> 8]} << 8;
  index_[c >> 8] = static_cast<std::uint16_t>(blocks_.size() >> 8);
  blocks_.resize(blocks_.size() + 256);
  std::copy_n(blocks_.begin() + static_cast<std::ptrdiff_t>(from), 256, blocks_.end() - 256);
  blocks_[(std::size_t{index_[c >> 8]} << 8) + (c & 255)] = value;
  return *this;
}

}  // namespace corpus::text
