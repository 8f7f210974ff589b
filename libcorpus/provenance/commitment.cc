#include "corpus/provenance.h"
#include "provenance/sha256.h"

namespace corpus::provenance {
namespace {

constexpr std::string_view kRecord = "libcorpus/rec/v1";
constexpr std::string_view kNonce = "libcorpus/nonce/v1";

void put_be64(char* to, std::uint64_t n) {
  for (int i = 7; i >= 0; --i, n >>= 8) to[i] = static_cast<char>(n & 255);
}

}  // namespace

Digest record_commitment(const Nonce& nonce, const Digest& record_sha256) {
  return thread_hasher()
      .update(kRecord)
      .update(bytes_of(nonce))
      .update(bytes_of(record_sha256))
      .finish();
}

Digest record_commitment(const Nonce& nonce, std::string_view record) {
  return record_commitment(nonce, sha256(record));
}

Nonce record_nonce(const Digest& secret, std::uint64_t shard, std::uint64_t index) {
  char place[16];
  put_be64(place, shard);
  put_be64(place + 8, index);
  return thread_hasher()
      .update(kNonce)
      .update(bytes_of(secret))
      .update({place, sizeof place})
      .finish();
}

}  // namespace corpus::provenance
