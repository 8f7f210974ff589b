#include "provenance/json_look.h"

#include "json/unescape.h"

namespace corpus::provenance {
namespace {

constexpr unsigned kDepth = 1024;
constexpr std::size_t kRetain = std::size_t{8} << 20;

}  // namespace

bool JsonLook::parse(std::string_view text) {
  text_.release_above(kRetain);
  index_.release_above(6 * kRetain);
  text_.clear();
  text_.append(text);
  start_ = json::Cursor();
  if (text.empty() || index_.build(text_.data(), text_.size()) != json::Fault::kNone) return false;
  json::Cursor at(text_.data(), index_.tokens(), static_cast<std::uint32_t>(text_.size()));
  json::Cursor all = at;
  bool lone = false;
  if (all.check(kDepth, &lone) != json::Fault::kNone || !all.done()) return false;
  start_ = at;
  return true;
}

std::string_view JsonLook::raw(const json::Pointer& where) const {
  if (start_.base() == nullptr) return {};
  json::Cursor at = start_;
  if (!where.find(at) || at.done()) return {};
  std::uint32_t begin = at.position();
  at.skip();
  std::uint32_t end = at.end_of(at.token());
  return {text_.data() + begin, end - begin};
}

std::string JsonLook::string(const json::Pointer& where) const {
  std::string_view value = raw(where);
  if (value.size() < 2 || value.front() != '"') return {};
  Arena arena;
  std::string_view text;
  bool lone = false;
  if (!json::unescape(value.substr(1, value.size() - 2), arena, &text, &lone)) return {};
  return std::string(text);
}

json::Pointer pointer(std::string_view text) { return *json::Pointer::parse(text); }

}  // namespace corpus::provenance
