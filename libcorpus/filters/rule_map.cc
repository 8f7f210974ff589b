#include "filters/rule_map.h"

#include <algorithm>
#include <charconv>

namespace corpus {

std::string_view Signals::write(Arena& arena, std::string_view verdict) const {
  constexpr std::size_t kNumber = 32;
  std::size_t most = 2 + sizeof "\"verdict\":\"\"" + verdict.size();
  for (std::size_t i = 0; i < size_; ++i) most += values_[i].first.size() + kNumber;
  char* const begin = arena.reserve(most);
  char* to = begin;
  auto text = [&](std::string_view s) { to = std::copy(s.begin(), s.end(), to); };
  text("{");
  for (std::size_t i = 0; i < size_; ++i) {
    const auto& [name, value] = values_[i];
    text(i == 0 ? "\"" : ",\"");
    text(name);
    text("\":");
    // Six digits tell two texts apart and keep the tags short; counts stay whole.
    bool whole = value >= 0 && value < 1e15 && value == static_cast<double>(static_cast<std::uint64_t>(value));
    to = whole ? std::to_chars(to, to + kNumber, static_cast<std::uint64_t>(value)).ptr
               : std::to_chars(to, to + kNumber, value, std::chars_format::general, 6).ptr;
  }
  if (!verdict.empty()) {
    text(size_ == 0 ? "\"verdict\":\"" : ",\"verdict\":\"");
    text(verdict);
    text("\"");
  }
  text("}");
  auto size = static_cast<std::size_t>(to - begin);
  arena.commit(size);
  return {begin, size};
}

std::string_view text_in_scope(const Record& record, Scope scope, std::string& buffer) {
  const Turn* only = nullptr;
  std::size_t n = 0;
  for (const Turn& turn : record.turns) {
    if (!is_judged(turn, scope)) continue;
    if (++n == 1) {
      only = &turn;
      continue;
    }
    if (n == 2) buffer.assign(only->text);
    buffer += '\n';
    buffer += turn.text;
  }
  if (n == 0) return {};
  return n == 1 ? only->text : std::string_view(buffer);
}

Result<RuleOptions> rule_options(const Value& options) {
  RuleOptions out;
  CORPUS_TRY(out.scope, parse_scope(options.get("scope", "response")));
  out.tag = options.get("action", "drop") == "tag";
  return out;
}

}  // namespace corpus
