// GPT-2's way to write bytes as printable characters: 188 bytes stand for themselves as Latin-1
// characters, the other 68 for U+0100 onwards in order (A. Radford et al., gpt-2,
// bytes_to_unicode).
#ifndef CORPUS_TOKENS_BYTE_LEVEL_H_
#define CORPUS_TOKENS_BYTE_LEVEL_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace corpus::tokens {

// The bytes that `printed` stands for; nothing when it has a character that stands for none.
std::optional<std::string> bytes_of_printed(std::string_view printed);

}  // namespace corpus::tokens

#endif  // CORPUS_TOKENS_BYTE_LEVEL_H_
