// Lines of a text.
#ifndef CORPUS_TEXT_LINES_H_
#define CORPUS_TEXT_LINES_H_

#include <cstddef>
#include <cstring>
#include <string_view>

namespace corpus::text {

// Calls f(line) for each line, without its line feed.
template <typename F>
void for_each_line(std::string_view text, F&& f) {
  while (!text.empty()) {
    const void* found = std::memchr(text.data(), '\n', text.size());
    std::size_t size =
        found == nullptr ? text.size()
                         : static_cast<std::size_t>(static_cast<const char*>(found) - text.data());
    f(text.substr(0, size));
    text.remove_prefix(found == nullptr ? size : size + 1);
  }
}

}  // namespace corpus::text

#endif  // CORPUS_TEXT_LINES_H_
