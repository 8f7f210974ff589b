// SHA-1 (FIPS 180-4, section 6.1), for signatures that other tools made with it. Broken for
// security; nothing here relies on it for that.
#ifndef CORPUS_DEDUP_SHA1_H_
#define CORPUS_DEDUP_SHA1_H_

#include <array>
#include <cstdint>
#include <string_view>

namespace corpus {

// The five words of the digest.
std::array<std::uint32_t, 5> sha1(std::string_view bytes);

}  // namespace corpus

#endif  // CORPUS_DEDUP_SHA1_H_
