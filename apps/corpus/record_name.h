// How records are named on the command line.
#ifndef CORPUS_APPS_RECORD_NAME_H_
#define CORPUS_APPS_RECORD_NAME_H_

#include <algorithm>
#include <cctype>
#include <cstdint>
#include <string>

#include "corpus/result.h"

namespace corpus::cli {

// "41" is a number, everything else an id; "id:41" is an id that looks like a number.
template <typename Reader>
Result<std::uint64_t> record_number(const Reader& reader, const std::string& word) {
  bool digits =
      !word.empty() && word.size() < 19 &&
      std::all_of(word.begin(), word.end(), [](unsigned char c) { return std::isdigit(c); });
  if (digits) return std::uint64_t{std::stoull(word)};
  return reader.find(word.starts_with("id:") ? word.substr(3) : word);
}

}  // namespace corpus::cli

#endif  // CORPUS_APPS_RECORD_NAME_H_
