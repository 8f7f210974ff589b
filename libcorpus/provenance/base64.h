// Base64 (RFC 4648), strict: what decode() takes, and nothing else, encode() can have made. A
// changed character is therefore a changed text or a refusal, never the same bytes.
#ifndef CORPUS_PROVENANCE_BASE64_H_
#define CORPUS_PROVENANCE_BASE64_H_

#include <optional>
#include <string>
#include <string_view>

namespace corpus::provenance {

std::string base64(std::string_view bytes);  // with '+', '/' and padding
// With padding and zero bits behind the data. `url_safe` also takes '-' and '_', and no padding.
std::optional<std::string> parse_base64(std::string_view text, bool url_safe = false);

}  // namespace corpus::provenance

#endif  // CORPUS_PROVENANCE_BASE64_H_
