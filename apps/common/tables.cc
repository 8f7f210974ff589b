#include "common/tables.h"

namespace corpus::cli {

const Flag* find_flag(std::string_view name) {
  for (const auto& flag : flags()) {
    if (flag.name == name) return &flag;
  }
  return nullptr;
}

const Flag* find_flag(char letter) {
  for (const auto& flag : flags()) {
    if (flag.letter == letter && letter != 0) return &flag;
  }
  return nullptr;
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
