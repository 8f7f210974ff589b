// Words about the program, made from the tables of flags and commands.
#ifndef CORPUS_APPS_HELP_H_
#define CORPUS_APPS_HELP_H_

#include <string>
#include <string_view>

#include "commands.h"
#include "corpus/result.h"

namespace corpus::cli {

inline constexpr std::string_view kTagline =
    "Make, look at and check corpora of teacher answers: text that language models wrote to teach "
    "other models.";

std::string overview();                         // corpus --help
std::string help_text(const Command& command);  // corpus COMMAND --help
std::string usage_line(const Command& command);
std::string man_page();  // troff
Result<std::string> completions(std::string_view shell);

}  // namespace corpus::cli

#endif  // CORPUS_APPS_HELP_H_
