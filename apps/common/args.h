// What was typed, checked against the flag table but not yet acted upon.
#ifndef CORPUS_APPS_ARGS_H_
#define CORPUS_APPS_ARGS_H_

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "corpus/result.h"
#include "common/tables.h"

namespace corpus::cli {

struct Args {
  const Command* command = nullptr;
  std::vector<std::pair<const Flag*, std::string>> given;  // in order; a switch has the value ""
  std::vector<std::string> words;                          // everything that is no flag

  bool has(std::string_view name) const { return last(name) != nullptr; }
  const std::string* last(std::string_view name) const;  // null when not given
  std::string get(std::string_view name, std::string_view fallback) const;
};

// `argv` begins behind the command's name.
Result<Args> parse_args(const Command& command, int argc, char** argv);

// A flag's value as a number of the range; the message names the flag.
Result<double> number(const Args& args, std::string_view flag, double fallback, double least,
                      double most);

}  // namespace corpus::cli

#endif  // CORPUS_APPS_ARGS_H_
