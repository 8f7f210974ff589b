// Numbers for people, and what is known of the terminal.
#ifndef CORPUS_APPS_TERMINAL_H_
#define CORPUS_APPS_TERMINAL_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "corpus/result.h"

namespace corpus::cli {

std::string grouped(std::uint64_t n);                         // "1,234,567"
std::string counted(std::uint64_t n, std::string_view noun);  // "1 file", "2,017 records"
std::string bytes(double n);                                  // "1.5 GiB"
std::string duration(double seconds);            // "0.12 s", "12.3 s", "3:07", "2:03:07"
std::string percent(double part, double whole);  // "3.2 %"

bool stderr_is_terminal();
int stderr_width();  // columns, 80 when not known
// Whether whoever reads standard output has gone: then there is nobody to tell, and no error.
bool stdout_is_gone();

// To standard output; kDone also when the reader has gone.
Result<int> print(std::string_view text);

// Breaks `text` at spaces to lines of `width`; every line after the first begins with `indent`
// spaces. \n begins a new line.
std::string wrapped(std::string_view text, int width, int indent);

}  // namespace corpus::cli

#endif  // CORPUS_APPS_TERMINAL_H_
