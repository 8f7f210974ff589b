#include "adapters/turns.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "json/unescape.h"

namespace corpus {
namespace {

// clang-format off
constexpr std::pair<std::string_view, Role> kRoles[] = {
    {"user", Role::kUser},          {"assistant", Role::kAssistant},
    {"human", Role::kUser},         {"gpt", Role::kAssistant},
    {"system", Role::kSystem},      {"developer", Role::kSystem},
    {"prompter", Role::kUser},      {"model", Role::kAssistant},
    {"bot", Role::kAssistant},      {"ai", Role::kAssistant},
    {"chatgpt", Role::kAssistant},  {"bing", Role::kAssistant},
    {"bard", Role::kAssistant},     {"claude", Role::kAssistant},
    {"tool", Role::kTool},          {"function", Role::kTool},
    {"observation", Role::kTool},   {"function_response", Role::kTool},
    {"ipython", Role::kTool},       {"tool_response", Role::kTool},
    {"function_call", Role::kCall}, {"tool_call", Role::kCall},
    {"reasoning", Role::kReasoning}, {"thinking", Role::kReasoning},
};
// clang-format on

}  // namespace

Role role_of(std::string_view name) {
  std::array<char, 20> lower;
  if (name.size() > lower.size()) return Role::kText;
  std::transform(name.begin(), name.end(), lower.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; });
  for (const auto& [known, role] : kRoles) {
    if (std::string_view(lower.data(), name.size()) == known) return role;
  }
  return Role::kText;
}

std::string_view TurnBuilder::text(json::Cursor value) {
  char kind = value.peek();
  if (kind == 'n') return {};
  if (kind != '"') {
    return {value.base() + value.position(), value.end_of(value.token() + 1) - value.position()};
  }
  json::Range raw = value.string();
  std::string_view out;
  if (!json::unescape({value.base() + raw.begin, raw.end - raw.begin}, *arena_, &out, &lone_)) {
    bad_escape_ = true;
  }
  return out;
}

int TurnBuilder::add(Role role, json::Cursor value, int parent, unsigned rank) {
  int number = add_empty(role, parent, rank);
  Turn& turn = turns_.back();
  if (value.peek() == '"') {
    json::Range raw = value.string();
    turn.raw = {raw.begin - line_, raw.end - line_};
  }
  if (want_text_) turn.text = text(value);
  return number;
}

int TurnBuilder::add_raw(Role role, json::Range json, const char* base, int parent) {
  int number = add_empty(role, parent);
  turns_.back().text = {base + json.begin, json.end - json.begin};
  return number;
}

int TurnBuilder::add_empty(Role role, int parent, unsigned rank) {
  turns_.push_back(
      {.parent = parent, .role = role, .rank = static_cast<std::uint8_t>(std::min(rank, 255U))});
  return size() - 1;
}

std::span<const Turn> TurnBuilder::finish() {
  if (turns_.empty() || !want_text_) return {};
  auto* out = arena_->allocate_array<Turn>(turns_.size());
  std::memcpy(out, turns_.data(), turns_.size() * sizeof(Turn));
  return {out, turns_.size()};
}

bool is_blank(json::Cursor value) {
  if (value.peek() == 'n') return true;
  if (value.peek() != '"') return false;
  json::Range raw = value.string();
  return raw.begin == raw.end;
}

}  // namespace corpus
