// What a program is, as tables: its flags, its commands, and a few words about itself. Parsing, help,
// man page and completions are made from them. Each program of apps/ defines flags(), commands() and
// program() once and ends with `int main(argc, argv) { return start(argc, argv); }`.
#ifndef CORPUS_APPS_TABLES_H_
#define CORPUS_APPS_TABLES_H_

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "corpus/result.h"

namespace corpus::cli {

struct Args;

// Exit statuses: 0 done, 1 done but the answer is no, 2 could not.
constexpr int kDone = 0;
constexpr int kNo = 1;
constexpr int kFailed = 2;

struct Flag {
  std::string_view name;     // without --
  char letter = 0;           // the short form, or 0
  std::string_view value;    // what to call the value in help; empty for a switch
  std::string_view help;     // one line
  std::string_view details;  // more, for the command's own page; may be empty
  std::string_view choices;  // "a|b|c": nothing else is accepted; empty for any value
  std::uint64_t commands = 0;  // bits of the commands that take it
  std::string_view sets;  // corpus: recipe path; "stages.*." is the only stage of the command
  bool repeats = false;   // may be given more than once
};

struct Command {
  std::string_view name;
  std::uint64_t bit;
  std::string_view use;        // heading under which --help lists it
  std::string_view arguments;  // "IN... -o OUT"
  std::string_view summary;    // one line
  std::string_view details;    // paragraphs, separated by \n
  std::string_view examples;   // lines: "# words" and commands
  Result<int> (*run)(const Args&);
  std::string_view verbs = {};  // words one of which comes first, separated by blanks
};

struct Program {
  std::string_view name;         // "corpus"
  std::string_view tagline;      // what it is for, one or two sentences
  std::string_view summary;      // one line, for the man page's NAME
  std::string_view description;  // a paragraph for the man page
  std::string_view start;        // lines under "For a start" in --help
  std::string_view answer_is_no; // when exit status 1 is used
  bool (*is_common)(const Flag&);  // listed under "Flags of most commands"
};

std::span<const Flag> flags();
std::span<const Command> commands();
const Program& program();

// A name may stand twice in the table, for different commands: the one of `command` counts, else the
// first.
const Flag* find_flag(std::string_view name, const Command& command);
const Flag* find_flag(char letter, const Command& command);
const Command* find_command(std::string_view name);

// "-o, --output OUT"
std::string spelling(const Flag& flag);

// `help [COMMAND | man | completions SHELL]`, for every program's table of commands.
Result<int> help(const Args&);

// The whole of main(): finds the command, parses, runs, reports. Returns the exit status.
int start(int argc, char** argv);

}  // namespace corpus::cli

#endif  // CORPUS_APPS_TABLES_H_
