// What an input is, from its first bytes. The name is asked only where the bytes leave it open.
#ifndef CORPUS_READERS_SNIFF_H_
#define CORPUS_READERS_SNIFF_H_

#include <string>
#include <string_view>

#include "corpus/result.h"
#include "readers/record_reader.h"

namespace corpus::readers {

// Passes over a UTF-8 byte order mark and says what follows. `option` is input.format: "auto" or
// the name of a format, which is then taken as it is. UTF-16 and known binary formats are
// kUnsupported. An input without a byte other than white space is JSON Lines without records.
Result<Format> sniff(Stream& stream, std::string_view name, std::string_view option);

// "jsonl", "json", "csv", "parquet", ...: the last extension in lower case, without .zst and .gz.
std::string extension(std::string_view name);

}  // namespace corpus::readers

#endif  // CORPUS_READERS_SNIFF_H_
