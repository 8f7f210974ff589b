// Words about the program, made from the tables of flags and commands.
#ifndef CORPUS_APPS_HELP_H_
#define CORPUS_APPS_HELP_H_

#include <string>
#include <string_view>

#include "common/args.h"

namespace corpus::cli {

std::string overview();                         // PROGRAM --help
std::string help_text(const Command& command);  // PROGRAM COMMAND --help
std::string usage_line(const Command& command);
std::string man_page();  // troff
Result<std::string> completions(std::string_view shell);

}  // namespace corpus::cli

#endif  // CORPUS_APPS_HELP_H_
