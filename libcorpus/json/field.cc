#include "json/field.h"

#include <charconv>
#include <cmath>
#include <utility>

#include "json/cursor.h"
#include "json/unescape.h"

namespace corpus::json {
namespace {

constexpr std::size_t kRetain = std::size_t{4} << 20;  // what one huge record may leave behind

}  // namespace

Result<Field> Field::parse(std::string_view pointer) {
  CORPUS_TRY(auto parsed, Pointer::parse(pointer));
  return Field(std::move(parsed));
}

std::optional<std::string_view> Field::find(std::string_view json, Scratch& scratch) const {
  scratch.index.release_above(kRetain);
  if (scratch.text.capacity() > kRetain) scratch.text = {};
  scratch.arena.reset();
  scratch.text.assign(json);
  scratch.text.resize(json.size() + 64);  // the index reads over the end
  if (scratch.index.build(scratch.text.data(), json.size()) != Fault::kNone) return std::nullopt;
  Cursor at(scratch.text.data(), scratch.index.tokens(), static_cast<std::uint32_t>(json.size()));
  if (!pointer_.find(at) || at.done()) return std::nullopt;
  char first = at.peek();
  if (first == '{' || first == '[' || first == 'n') return std::nullopt;
  if (first == '"') {
    Range raw = at.string();
    std::string_view text;
    bool lone = false;
    if (!unescape({at.base() + raw.begin, raw.end - raw.begin}, scratch.arena, &text, &lone))
      return std::nullopt;
    return text;
  }
  std::uint32_t begin = at.position();
  return std::string_view(at.base() + begin, at.end_of(at.token() + 1) - begin);
}

std::optional<double> Field::number(std::string_view json, Scratch& scratch) const {
  auto text = find(json, scratch);
  return text ? to_number(*text) : std::nullopt;
}

std::optional<double> to_number(std::string_view text) {
  double value = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(value))
    return std::nullopt;
  return value;
}

}  // namespace corpus::json
