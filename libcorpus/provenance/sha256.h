// SHA-256 as 32 bytes, for trees, commitments and key ids.
#ifndef CORPUS_PROVENANCE_SHA256_H_
#define CORPUS_PROVENANCE_SHA256_H_

#include <string_view>

#include "corpus/provenance.h"
#include "io/sha256.h"

namespace corpus::provenance {

// This thread's own; finish() what you begin.
io::Sha256& thread_hasher();

inline std::string_view bytes_of(const Digest& digest) {
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

}  // namespace corpus::provenance

#endif  // CORPUS_PROVENANCE_SHA256_H_
