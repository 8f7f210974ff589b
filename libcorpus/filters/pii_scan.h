// Finds personal data and secrets in text: e-mail and IP addresses, phone numbers, IBANs and card
// numbers with right check digits, national ids (US, UK, France, Spain, Brazil, India, China), API keys
// by form or by what they are assigned to and their entropy, and private keys.
//
// One pass; most texts are only scanned for the few bytes at which something could begin. Patterns
// are strict: what only looks like a number of a kind is left alone. Pure function, thread safe.
#ifndef CORPUS_FILTERS_PII_SCAN_H_
#define CORPUS_FILTERS_PII_SCAN_H_

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace corpus {

enum class Pii : std::uint8_t { kEmail, kPhone, kIpv4, kIpv6, kIban, kCard, kNationalId, kSecret };
inline constexpr std::size_t kPiiKinds = 8;
std::string_view name(Pii kind);  // "email", "phone", "ipv4", "ipv6", "iban", "card", ...

struct PiiFound {
  std::size_t begin, end;
  Pii kind;
};

// Replaces `out` by what is in the text, in order, without overlaps. `kinds`: bit of each wanted kind.
void find_pii(std::string_view text, std::uint32_t kinds, std::vector<PiiFound>& out);

}  // namespace corpus

#endif  // CORPUS_FILTERS_PII_SCAN_H_
