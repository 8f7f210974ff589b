#include "common/help.h"

#include <algorithm>
#include <vector>

#include "common/terminal.h"
#include "corpus/nearest.h"

namespace corpus::cli {
namespace {

constexpr int kWidth = 80;

std::string padded(std::string_view s, std::size_t width) {
  std::string out(s);
  out.resize(std::max(width, out.size()), ' ');
  return out;
}

// "  left   right", right wrapped in its own column.
void row(std::string& out, std::string_view left, std::string_view right, int column) {
  auto at = static_cast<std::size_t>(column);
  std::string line = "  " + std::string(left);
  if (line.size() + 1 >= at) {
    out += line + '\n';
    line.clear();
  }
  out += padded(line, at) + wrapped(right, kWidth, column) + '\n';
}

void flag_rows(std::string& out, const Command& command, bool own) {
  for (const auto& flag : flags()) {
    if ((flag.commands & command.bit) == 0) continue;
    // Flags that most commands have come last, under their own heading.
    if (program().is_common(flag) == own) continue;
    std::string text(flag.help);
    if (!flag.details.empty()) text += ". " + std::string(flag.details);
    std::string left = spelling(flag);
    row(out, flag.letter != 0 ? left : "    " + left, text, 30);
  }
}

Error unknown_topic(std::string_view topic) {
  std::vector<std::string_view> names = {"man", "completions"};
  for (const auto& c : commands()) names.push_back(c.name);
  return {Code::kInvalidArgument,
          "no help on '" + std::string(topic) + "'" + suggestion(topic, names, "topics")};
}

}  // namespace

std::string usage_line(const Command& command) {
  return std::string(program().name) + ' ' + std::string(command.name) + ' ' + std::string(command.arguments);
}

std::string overview() {
  const auto& p = program();
  std::string name(p.name);
  std::string out = wrapped(p.tagline, kWidth, 0) + "\n\nusage: " + name + " COMMAND [ARGUMENT...]\n";
  std::string_view use;
  for (const auto& command : commands()) {
    if (command.use.empty()) continue;
    if (command.use != use) out += '\n' + std::string(command.use) + '\n';
    use = command.use;
    row(out, command.name, command.summary, 15);
  }
  out += "\nFor a start\n" + std::string(p.start) + "\n  ";
  out += name + " COMMAND --help      all about one command, with examples\n  ";
  out += name + " help man            the manual page; also: completions bash|zsh|fish\n  ";
  out += name + " --version\n";
  out +=
      "\n"
      "Results go to standard output or -o, words to standard error. Exit status: 0\n"
      "done, 1 done but the answer is no, 2 could not do it.\n";
  return out;
}

std::string help_text(const Command& command) {
  std::string out = std::string(command.summary) + ".\n\nusage: " + usage_line(command) + '\n';
  if (!command.details.empty()) out += '\n' + wrapped(command.details, kWidth, 0) + '\n';
  std::string own, common;
  flag_rows(own, command, true);
  flag_rows(common, command, false);
  if (!own.empty()) out += "\nFlags\n" + own;
  if (!common.empty()) out += "\nFlags of most commands\n" + common;
  out += "\nExamples\n";
  for (std::string_view rest = command.examples; !rest.empty();) {
    auto end = rest.find('\n');
    out += "  " + std::string(rest.substr(0, end)) + '\n';
    rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
  }
  return out;
}

Result<int> help(const Args& args) {
  std::string text;
  if (args.words.empty()) {
    text = overview();
  } else if (args.words[0] == "man") {
    text = man_page();
  } else if (args.words[0] == "completions") {
    CORPUS_TRY(text, completions(args.words.size() > 1 ? args.words[1] : ""));
  } else if (const Command* command = find_command(args.words[0])) {
    text = help_text(*command);
  } else {
    return unknown_topic(args.words[0]);
  }
  return print(text);
}

}  // namespace corpus::cli
