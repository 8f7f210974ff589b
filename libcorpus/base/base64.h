// Base64 (RFC 4648). Reading is strict: what parse_base64() takes, and nothing else, base64() can
// have made. A changed character is therefore a changed text or a refusal, never the same bytes.
#ifndef CORPUS_BASE_BASE64_H_
#define CORPUS_BASE_BASE64_H_

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace corpus {

// With '+', '/' and padding.
std::string base64(std::string_view bytes);
constexpr std::size_t base64_size(std::size_t bytes) { return (bytes + 2) / 3 * 4; }
void base64(std::string_view bytes, char* to);  // writes base64_size() characters
// With padding and zero bits behind the data. `url_safe` also takes '-' and '_', and no padding.
std::optional<std::string> parse_base64(std::string_view text, bool url_safe = false);

}  // namespace corpus

#endif  // CORPUS_BASE_BASE64_H_
