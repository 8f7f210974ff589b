// Keys as PEM (RFC 7468) around the one DER form that each ed25519 key has (RFC 8410), as
// `openssl genpkey -algorithm ed25519` writes them.
#ifndef CORPUS_PROVENANCE_KEY_PEM_H_
#define CORPUS_PROVENANCE_KEY_PEM_H_

#include <array>
#include <cstdint>
#include <string>

#include "corpus/provenance.h"

namespace corpus::provenance {

// 32 secret bytes that are overwritten when it goes.
struct Secret {
  std::array<std::uint8_t, 32> bytes{};
  Secret() = default;
  Secret(const Secret&) = delete;
  Secret& operator=(const Secret&) = delete;
  ~Secret();
};

std::string print_private_pem(const Secret& seed);
void wipe(std::string& text);  // overwrites and empties

}  // namespace corpus::provenance

#endif  // CORPUS_PROVENANCE_KEY_PEM_H_
