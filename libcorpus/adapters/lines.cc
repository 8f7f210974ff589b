#include "adapters/lines.h"

#include <algorithm>
#include <cstring>

namespace corpus {
namespace {

bool is_blank_byte(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

}  // namespace

void find_lines(Batch& batch) {
  batch.raw.clear();
  const char* const begin = batch.bytes.data();
  const char* const end = begin + batch.bytes.size();
  for (const char* line = begin; line != end;) {
    const void* hit = std::memchr(line, '\n', static_cast<std::size_t>(end - line));
    const char* stop = hit == nullptr ? end : static_cast<const char*>(hit);
    if (std::all_of(line, stop, is_blank_byte)) {
      ++batch.blank_lines;
    } else {
      auto at = static_cast<std::size_t>(line - begin);
      batch.raw.push_back({.begin = static_cast<std::uint32_t>(at),
                           .size = static_cast<std::uint32_t>(stop - line),
                           .offset = batch.offset + at});
    }
    line = hit == nullptr ? end : stop + 1;
  }
}

}  // namespace corpus
