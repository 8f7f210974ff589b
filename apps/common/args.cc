#include "common/args.h"

#include <charconv>
#include <cstdio>

#include "corpus/nearest.h"

namespace corpus::cli {
namespace {

Error wrong(std::string message) { return {Code::kInvalidArgument, std::move(message)}; }

// Commands that take the flag, for "belongs to".
std::string owners(const Flag& flag) {
  std::string out;
  for (const auto& c : commands()) {
    const Flag* of = find_flag(flag.name, c);
    if ((of->commands & c.bit) == 0) continue;
    out += (out.empty() ? "" : ", ") + std::string(c.name);
  }
  return out;
}

Error unknown_flag(std::string_view typed, std::string_view name, const Command& command) {
  std::vector<std::string_view> names;
  for (const auto& flag : flags()) {
    if ((flag.commands & command.bit) != 0) names.push_back(flag.name);
  }
  std::string message = "unknown flag '" + std::string(typed) + "'";
  auto near = nearest(name, names);
  if (!near.empty()) {
    message += "; did you mean '--" + std::string(near) + "'?";
  } else {
    message += "; '" + std::string(program().name) + ' ' + std::string(command.name) + " --help' lists them";
  }
  return wrong(std::move(message));
}

Result<void> check_value(const Flag& flag, std::string_view value) {
  if (flag.choices.empty()) return {};
  std::vector<std::string_view> names;
  for (std::string_view rest = flag.choices; !rest.empty();) {
    auto bar = rest.find('|');
    names.push_back(rest.substr(0, bar));
    if (names.back() == value) return {};
    rest = bar == std::string_view::npos ? std::string_view() : rest.substr(bar + 1);
  }
  return wrong("--" + std::string(flag.name) + ": unknown value '" + std::string(value) + "'" +
               suggestion(value, names, "values"));
}

}  // namespace

const std::string* Args::last(std::string_view name) const {
  const std::string* out = nullptr;
  for (const auto& [flag, value] : given) {
    if (flag->name == name) out = &value;
  }
  return out;
}

std::string Args::get(std::string_view name, std::string_view fallback) const {
  const std::string* value = last(name);
  return value != nullptr ? *value : std::string(fallback);
}

Result<Args> parse_args(const Command& command, int argc, char** argv) {
  Args args{.command = &command};
  bool only_words = false;
  for (int i = 0; i < argc; ++i) {
    std::string_view typed = argv[i];
    if (only_words || typed.size() < 2 || typed[0] != '-') {
      args.words.emplace_back(typed);
      continue;
    }
    if (typed == "--") {
      only_words = true;
      continue;
    }
    auto equals = typed.find('=');
    std::string_view dashed = typed.substr(0, equals);
    bool is_long = typed.starts_with("--");
    std::string_view name = dashed.substr(is_long ? 2 : 1);
    const Flag* flag = is_long ? find_flag(name, command) : name.size() == 1 ? find_flag(name[0], command) : nullptr;
    if (flag == nullptr) return unknown_flag(dashed, name, command);
    if ((flag->commands & command.bit) == 0) {
      return wrong("'" + std::string(dashed) + "' is no flag of '" + std::string(program().name) + ' ' +
                   std::string(command.name) + "'; it belongs to " + owners(*flag));
    }
    std::string value;
    if (flag->value.empty()) {
      if (equals != std::string_view::npos) {
        return wrong("--" + std::string(flag->name) + " takes no value");
      }
    } else if (equals != std::string_view::npos) {
      value = typed.substr(equals + 1);
    } else if (i + 1 < argc) {
      value = argv[++i];
    } else {
      return wrong("--" + std::string(flag->name) + " needs a value: --" + std::string(flag->name) +
                   ' ' + std::string(flag->value));
    }
    CORPUS_CHECK(check_value(*flag, value));
    args.given.emplace_back(flag, std::move(value));
  }
  return args;
}

Result<double> number(const Args& args, std::string_view flag, double fallback, double least,
                      double most) {
  const std::string* text = args.last(flag);
  if (text == nullptr) return fallback;
  double n = 0;
  auto [end, ec] = std::from_chars(text->data(), text->data() + text->size(), n);
  if (ec == std::errc() && end == text->data() + text->size() && n >= least && n <= most) return n;
  char range[64];
  std::snprintf(range, sizeof range, "%g to %g", least, most);
  return wrong("--" + std::string(flag) + ": '" + *text + "' is no number from " + range);
}

}  // namespace corpus::cli
