#include "dedup/keep_rule.h"

#include <bit>
#include <charconv>
#include <utility>

#include "json/cursor.h"

namespace corpus {
namespace {

constexpr std::size_t kRetain = std::size_t{4} << 20;  // what one huge record may leave behind

// Numbers that compare as the doubles do, all above 0.
std::uint64_t ordered(double value) {
  auto bits = std::bit_cast<std::uint64_t>(value == 0 ? 0.0 : value);
  return bits >> 63 != 0 ? ~bits : bits | std::uint64_t{1} << 63;
}

}  // namespace

Result<KeepRule> KeepRule::parse(std::string_view text) {
  constexpr std::string_view kMax = "max:";
  KeepRule rule;
  if (text == "longest") {
    rule.what_ = What::kLongest;
  } else if (text.starts_with(kMax)) {
    auto pointer = json::Pointer::parse(text.substr(kMax.size()));
    if (!pointer) return std::move(pointer).error().context("keep");
    rule.what_ = What::kMax;
    rule.pointer_ = *std::move(pointer);
  } else if (text != "first") {
    return Error{Code::kInvalidArgument,
                 "keep '" + std::string(text) + "': use first, longest or max:/a/json/pointer"};
  }
  return rule;
}

std::uint64_t KeepRule::rank(const Record& record, std::uint64_t bytes, Scratch& scratch) const {
  if (what_ == What::kFirst) return 0;
  if (what_ == What::kLongest) return bytes;
  scratch.text.assign(record.json);
  std::size_t size = scratch.text.size();
  scratch.text.resize(size + 64);  // the index reads over the end
  std::uint64_t rank = 0;
  if (scratch.index.build(scratch.text.data(), size) == json::Fault::kNone) {
    json::Cursor at(scratch.text.data(), scratch.index.tokens(), static_cast<std::uint32_t>(size));
    if (pointer_->find(at) && !at.done()) {
      const char* begin = at.base() + at.position();
      const char* end = at.base() + at.end_of(at.token() + 1);
      double value = 0;
      auto [stop, error] = std::from_chars(begin, end, value);
      if (error == std::errc() && stop == end) rank = ordered(value);
    }
  }
  scratch.index.release_above(kRetain);
  if (scratch.text.capacity() > kRetain) scratch.text = {};
  return rank;
}

}  // namespace corpus
