// The signed statement of a corpus, out of its envelope.
#ifndef CORPUS_PROVENANCE_SEALED_H_
#define CORPUS_PROVENANCE_SEALED_H_

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "corpus/provenance.h"

namespace corpus::provenance {

struct Sealed {
  Statement statement;
  std::string keyid;
  bool trusted = false;  // the key is one the caller named
  Digest log_root{};
  std::uint64_t parts = 0, records = 0;
  bool unchecked_policy = false;
  bool has_ids = false;  // it was signed with a list of content ids
  Digest ids_root{};
  std::uint64_t ids = 0, without_id = 0;  // different ids; records that carry none

  const Digest* find(std::string_view subject) const;  // null when there is none
};

// Checks form, type and signature of `envelope`, which libcorpus wrote. Without `trusted` keys the
// signature has to be by `own`.
Result<Sealed> open_sealed(std::string_view envelope, const PublicKey& own,
                           std::span<const PublicKey> trusted);

}  // namespace corpus::provenance

#endif  // CORPUS_PROVENANCE_SEALED_H_
