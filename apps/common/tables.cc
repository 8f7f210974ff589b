#include "common/tables.h"

namespace corpus::cli {

namespace {

template <typename Matches>
const Flag* find_if(const Command& command, Matches matches) {
  const Flag* first = nullptr;
  for (const auto& flag : flags()) {
    if (!matches(flag)) continue;
    if ((flag.commands & command.bit) != 0) return &flag;
    if (first == nullptr) first = &flag;
  }
  return first;
}

}  // namespace

const Flag* find_flag(std::string_view name, const Command& command) {
  return find_if(command, [&](const Flag& flag) { return flag.name == name; });
}

const Flag* find_flag(char letter, const Command& command) {
  return find_if(command, [&](const Flag& flag) { return flag.letter == letter && letter != 0; });
}

const Command* find_command(std::string_view name) {
  for (const auto& command : commands()) {
    if (command.name == name) return &command;
  }
  return nullptr;
}

std::string spelling(const Flag& flag) {
  std::string out;
  if (flag.letter != 0) out = std::string("-") + flag.letter + ", ";
  out += "--" + std::string(flag.name);
  if (!flag.value.empty()) out += ' ' + std::string(flag.value);
  return out;
}

}  // namespace corpus::cli
