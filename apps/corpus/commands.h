// The table of commands: what help, man page and completions say, and what main() calls.
#ifndef CORPUS_APPS_COMMANDS_H_
#define CORPUS_APPS_COMMANDS_H_

#include <cstdint>
#include <span>
#include <string_view>

#include "args.h"
#include "corpus/result.h"

namespace corpus::cli {

// Exit statuses: 0 done, 1 done but the answer is no, 2 could not.
constexpr int kDone = 0;
constexpr int kNo = 1;
constexpr int kFailed = 2;

struct Command {
  std::string_view name;
  std::uint32_t bit;
  std::string_view use;        // heading under which `corpus --help` lists it
  std::string_view arguments;  // "IN... -o OUT"
  std::string_view summary;    // one line
  std::string_view details;    // paragraphs, separated by \n
  std::string_view examples;   // lines: "# words" and commands
  Result<int> (*run)(const Args&);
  std::string_view verbs = {};  // words one of which comes first, separated by blanks
};

std::span<const Command> commands();
const Command* find_command(std::string_view name);

Result<int> curate(const Args&);
Result<int> run_recipe(const Args&);
Result<int> filter(const Args&);
Result<int> dedup(const Args&);
Result<int> stats(const Args&);
Result<int> cat(const Args&);
Result<int> head(const Args&);
Result<int> sample(const Args&);
Result<int> get(const Args&);
Result<int> convert(const Args&);
Result<int> pack(const Args&);
Result<int> verify(const Args&);
Result<int> policy(const Args&);
Result<int> key(const Args&);
Result<int> sign(const Args&);
Result<int> prove(const Args&);
Result<int> check_proof(const Args&);
Result<int> help(const Args&);

}  // namespace corpus::cli

#endif  // CORPUS_APPS_COMMANDS_H_
