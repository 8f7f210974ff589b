// Fenced code in an answer: CommonMark 0.30, section 4.5, without its fences of tildes.
#ifndef CORPUS_TEXT_FENCES_H_
#define CORPUS_TEXT_FENCES_H_

#include <algorithm>
#include <cstddef>
#include <string_view>

#include "text/lines.h"
#include "text/utf8.h"

namespace corpus::text {

struct Fences {
  std::size_t open = 0;                    // backticks of the fence the text ends in; 0: none
  std::size_t marks = 0, fence_lines = 0;  // runs of three backticks or more; lines that begin so
  // Model answers nest fences of equal length and close them at the end of a code line, so parity
  // is asked for as well.
  bool left_open() const { return open != 0 && marks % 2 == 1 && fence_lines % 2 == 1; }
};

// Calls f(info, body) for each block that is closed; the info string is trimmed.
template <typename F>
Fences walk_fences(std::string_view text, F&& f) {
  Fences out;
  if (text.find("```") == std::string_view::npos) return out;
  std::string_view info;
  const char* body = nullptr;
  for_each_line(text, [&](std::string_view line) {
    std::size_t begin = std::min(line.find_first_not_of(" \t>"), line.size());
    std::size_t end = std::min(line.find_first_not_of('`', begin), line.size());
    for (std::size_t at = line.find("```"); at != std::string_view::npos; ++out.marks) {
      at = line.find_first_not_of('`', at);
      at = at == std::string_view::npos ? at : line.find("```", at);
    }
    if (end - begin < 3 || line.find('`', end) != std::string_view::npos) return;
    ++out.fence_lines;
    std::string_view rest = text::trim(line.substr(end));
    if (out.open == 0) {
      out.open = end - begin;
      info = rest;
      body = line.data() + line.size();
    } else if (rest.empty() && end - begin >= out.open) {
      out.open = 0;
      // The line feed behind the info string is there, or this line could not be.
      f(info, std::string_view(body + 1, static_cast<std::size_t>(line.data() - (body + 1))));
    }
  });
  return out;
}

}  // namespace corpus::text

#endif  // CORPUS_TEXT_FENCES_H_
