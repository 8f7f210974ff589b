// SHA-256 (FIPS 180-4) as 32 bytes, for trees, commitments and key ids. io/sha256.h is its hex
// sibling for files.
//
// Hasher keeps OpenSSL's state between messages: a short message costs its blocks and nothing else,
// which matters for trees (65 bytes a node). Not thread safe; one each thread.
#ifndef CORPUS_PROVENANCE_SHA256_H_
#define CORPUS_PROVENANCE_SHA256_H_

#include <array>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "corpus/provenance.h"

struct evp_md_ctx_st;
struct evp_md_st;

namespace corpus::provenance {

class Hasher {
 public:
  Hasher();
  Hasher& update(std::string_view bytes);
  Digest finish();  // of everything since the last finish()

 private:
  struct Free {
    void operator()(evp_md_ctx_st* context) const;
    void operator()(evp_md_st* digest) const;
  };
  std::unique_ptr<evp_md_st, Free> algorithm_;
  std::unique_ptr<evp_md_ctx_st, Free> context_;
};

// This thread's own; finish() what you begin.
Hasher& thread_hasher();

inline std::string_view bytes_of(const Digest& digest) {
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

}  // namespace corpus::provenance

#endif  // CORPUS_PROVENANCE_SHA256_H_
