// Completion scripts for bash, zsh and fish, from the tables.
#include <algorithm>
#include <vector>

#include "common/help.h"
#include "corpus/nearest.h"

namespace corpus::cli {
namespace {

bool has(const Command& command, const Flag& flag) { return (flag.commands & command.bit) != 0; }

std::string choices(const Flag& flag, char separator) {
  std::string out(flag.choices);
  std::replace(out.begin(), out.end(), '|', separator);
  return out;
}

std::string command_names() {
  std::string out;
  for (const auto& c : commands()) out += (out.empty() ? "" : " ") + std::string(c.name);
  return out;
}

// Single quotes end a shell's quoted word, so that they are written outside it.
std::string quoted(std::string_view text) {
  std::string out = "'";
  for (char c : text) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + '\'';
}

std::string bash() {
  std::string name(program().name);
  std::string out = "# bash completion of " + name + ": source <(" + name + " help completions bash)\n_" + name;
  out +=
      "() {\n"
      "  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} words=\n"
      "  if ((COMP_CWORD == 1)); then\n"
      "    COMPREPLY=($(compgen -W \"" +
      command_names() +
      " --help --version\" -- \"$cur\"))\n"
      "    return\n"
      "  fi\n"
      "  case $prev in\n";
  for (const auto& flag : flags()) {
    std::string words;  // of all commands that have a flag of this name
    bool first = true;
    for (const auto& other : flags()) {
      if (other.name != flag.name) continue;
      if (words.empty() && &other != &flag) first = false;
      if (!other.choices.empty()) words += (words.empty() ? "" : " ") + choices(other, ' ');
    }
    if (!first || words.empty()) continue;
    out += "    --" + std::string(flag.name) + ") words=\"" + words + "\" ;;\n";
  }
  out += "  esac\n  if [[ -z $words ]]; then\n    case ${COMP_WORDS[1]} in\n";
  for (const auto& command : commands()) {
    out += "      " + std::string(command.name) + ") words=\"";
    std::string list;
    for (const auto& flag : flags()) {
      if (has(command, flag)) list += (list.empty() ? "--" : " --") + std::string(flag.name);
    }
    if (!command.verbs.empty()) list += ' ' + std::string(command.verbs);
    if (command.name == "help") list += " man completions " + command_names();
    out += list + "\" ;;\n";
  }
  out +=
      "    esac\n"
      "    [[ $cur == -* || ${COMP_WORDS[1]} == help || $COMP_CWORD == 2 ]] || words=\n"
      "  fi\n"
      "  COMPREPLY=($(compgen -W \"$words\" -- \"$cur\"))\n"
      "}\n";
  return out + "complete -o default -F _" + name + ' ' + name + '\n';
}

// In zsh's _arguments a colon, brackets and backslashes have a meaning.
std::string zsh_text(std::string_view text) {
  std::string out;
  for (char c : text) {
    if (c == '[' || c == ']' || c == ':' || c == '\\') out += '\\';
    out += c;
  }
  return out;
}

std::string zsh_flag(const Flag& flag) {
  std::string value;
  if (!flag.value.empty()) {
    std::string action = flag.choices.empty() ? "_files" : "(" + choices(flag, ' ') + ")";
    value = ':' + zsh_text(flag.value) + ':' + action;
  }
  std::string text = '[' + zsh_text(flag.help) + ']' + value;
  std::string star = flag.repeats ? "*" : "";
  std::string equals = flag.value.empty() ? "" : "=";
  std::string out =
      "        " + quoted(star + "--" + std::string(flag.name) + equals + text) + " \\\n";
  if (flag.letter != 0) out += "        " + quoted(star + "-" + flag.letter + text) + " \\\n";
  return out;
}

std::string zsh() {
  std::string name(program().name);
  std::string out = "#compdef " + name + "\n# zsh completion of " + name;
  out += ": put this into a folder of $fpath as _" + name + "\n_" + name;
  out +=
      "() {\n"
      "  if ((CURRENT == 2)); then\n"
      "    local -a names=(\n";
  for (const auto& c : commands()) {
    out += "      " + quoted(std::string(c.name) + ':' + zsh_text(c.summary)) + '\n';
  }
  out +=
      "    )\n"
      "    _describe command names\n"
      "    return\n"
      "  fi\n"
      "  local command=$words[2]\n"
      "  shift words\n"
      "  ((CURRENT--))\n"
      "  case $command in\n";
  for (const auto& command : commands()) {
    out += "    " + std::string(command.name) + ")\n      _arguments -s \\\n";
    for (const auto& flag : flags()) {
      if (has(command, flag)) out += zsh_flag(flag);
    }
    if (!command.verbs.empty()) {
      out += "        '1:what:(" + std::string(command.verbs) + ")' \\\n";
    } else if (command.name == "help") {
      out += "        '1:topic:(man completions " + command_names() + ")' \\\n";
    }
    out += "        '*:input:_files' ;;\n";
  }
  return out + "  esac\n}\n_" + name + " \"$@\"\n";
}

std::string fish() {
  std::string name(program().name);
  std::string complete = "complete -c " + name + " -n ";
  std::string out = "# fish completion of " + name + ": " + name + " help completions fish | source\n";
  for (const auto& c : commands()) {
    out += complete + "__fish_use_subcommand -f -a " + std::string(c.name) + " -d " +
           quoted(c.summary) + '\n';
  }
  for (const auto& c : commands()) {
    if (c.verbs.empty()) continue;
    out += complete + "'__fish_seen_subcommand_from " + std::string(c.name) + "' -a '" +
           std::string(c.verbs) + "'\n";
  }
  out += complete + "'__fish_seen_subcommand_from help' -f -a 'man completions " +
         command_names() + "'\n";
  for (const auto& flag : flags()) {
    std::string owners;
    for (const auto& c : commands()) {
      if (has(c, flag)) owners += ' ' + std::string(c.name);
    }
    out += complete + "'__fish_seen_subcommand_from" + owners + "' -l " +
           std::string(flag.name);
    if (flag.letter != 0) out += std::string(" -s ") + flag.letter;
    if (!flag.choices.empty()) {
      out += " -x -a " + quoted(choices(flag, ' '));
    } else if (!flag.value.empty()) {
      out += " -r";
    }
    out += " -d " + quoted(flag.help) + '\n';
  }
  return out;
}

}  // namespace

Result<std::string> completions(std::string_view shell) {
  if (shell == "bash") return bash();
  if (shell == "zsh") return zsh();
  if (shell == "fish") return fish();
  std::string_view shells[] = {"bash", "zsh", "fish"};
  return Error{Code::kInvalidArgument, "no completions for '" + std::string(shell) + "'" +
                                           suggestion(shell, shells, "shells")};
}

}  // namespace corpus::cli
