// The manual page, from the tables.
#include <cctype>

#include "common/help.h"
#include "corpus/version.h"

namespace corpus::cli {
namespace {

// Text as troff takes it: no accidental requests, hyphens that can be copied into a shell.
std::string troff(std::string_view text) {
  std::string out;
  for (char c : text) {
    bool line_start = out.empty() || out.back() == '\n';
    if (line_start && (c == '.' || c == '\'')) out += "\\&";
    if (c == '\\') {
      out += "\\e";
    } else if (c == '-') {
      out += "\\-";
    } else {
      out += c;
    }
  }
  return out;
}

std::string paragraphs(std::string_view text) {
  std::string out;
  for (char c : troff(text)) {
    if (c == '\n') {
      out += "\n.PP\n";
    } else {
      out += c;
    }
  }
  return out;
}

void entry(std::string& out, std::string_view term, std::string_view text) {
  out += ".TP\n\\fB" + troff(term) + "\\fR\n" + troff(text) + '\n';
}

void flag_entry(std::string& out, const Flag& flag) {
  std::string text(flag.help);
  text += '.';
  if (!flag.details.empty()) text += ' ' + std::string(flag.details);
  entry(out, spelling(flag), text);
}

// A flag of many commands is explained once.
bool is_common(const Flag& flag) { return (flag.commands & (flag.commands - 1)) != 0; }

}  // namespace

std::string man_page() {
  const auto& p = program();
  std::string name(p.name), upper;
  for (char c : name) upper += static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  std::string out =
      ".TH " + upper + " 1 \"\" \"libcorpus " + std::string(kLibraryVersion) + "\" \"User Commands\"\n";
  out += ".SH NAME\n" + name + " \\- " + troff(p.summary) + '\n';
  out += ".SH SYNOPSIS\n.B " + name + "\n.I COMMAND\n[\\fIARGUMENT\\fR...]\n";
  out += ".SH DESCRIPTION\n" + troff(p.tagline) + "\n.PP\n" + troff(p.description) + '\n';
  out += ".SH COMMANDS\n";
  for (const auto& command : commands()) {
    out += ".SS \"" + troff(usage_line(command)) + "\"\n" + troff(command.summary) + ".\n";
    if (!command.details.empty()) out += ".PP\n" + paragraphs(command.details) + '\n';
    for (const auto& flag : flags()) {
      if ((flag.commands & command.bit) != 0 && !is_common(flag)) flag_entry(out, flag);
    }
  }
  out += ".SH OPTIONS\nThese belong to more than one command.\n";
  for (const auto& flag : flags()) {
    if (is_common(flag)) flag_entry(out, flag);
  }
  out += ".SH EXIT STATUS\n";
  entry(out, "0", "Done. A reader that closes the pipe is no error.");
  entry(out, "1", "Done, but the answer is no: " + std::string(p.answer_is_no) + ".");
  entry(out, "2",
        "Could not be done; the message names the input, the position and the remedy. "
        "Also after an interrupt, where --resume continues the run.");
  out += ".SH EXAMPLES\n.nf\n";
  for (const auto& command : commands()) out += troff(command.examples) + '\n';
  out += ".fi\n";
  return out;
}

}  // namespace corpus::cli
