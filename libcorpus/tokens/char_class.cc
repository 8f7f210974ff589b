#include "tokens/char_class.h"

namespace corpus::tokens {
namespace {

std::uint8_t classify(std::uint32_t category) {
  using namespace text;
  unsigned out = 0;
  if (category & kLetter) out |= kL;
  if (category & kNumber) out |= kN;
  if (category & kSeparator) out |= kS;
  if (category & (kLu | kLt | kLm | kLo | kMark)) out |= kUp;
  if (category & (kLl | kLm | kLo | kMark)) out |= kLow;
  if (category & (kPunctuation | kSymbol)) out |= kPs;
  if (category & kMark) out |= kM;
  return static_cast<std::uint8_t>(out);
}

}  // namespace

const text::CharTable& char_classes() {
  static const text::CharTable table = [] {
    text::CharTable t(classify);
    for (char32_t c : {U'\t', U'\v', U'\f', U'\u0085'}) t.set(c, kS);
    for (char32_t c : {U'\n', U'\r'}) t.set(c, kS | kEol);
    return t;
  }();
  return table;
}

}  // namespace corpus::tokens
