#include "json/unescape.h"

#include <cstring>

#include "simd/unescape.h"

namespace corpus::json {

bool unescape(std::string_view raw, Arena& arena, std::string_view* text, bool* lone) {
  std::size_t plain = simd::find_backslash(raw.data(), raw.size());
  if (plain == raw.size()) {
    *text = raw;
    return true;
  }
  char* out = arena.reserve(raw.size() + simd::kUnescapePadding);
  std::memcpy(out, raw.data(), plain);
  auto done = simd::unescape(raw.data() + plain, raw.size() - plain, out + plain);
  if (!done.ok) return false;
  *lone |= done.lone_surrogate;
  *text = {out, plain + done.size};
  arena.commit(text->size());
  return true;
}

}  // namespace corpus::json
