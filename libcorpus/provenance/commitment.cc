#include "corpus/provenance.h"
#include "provenance/sha256.h"

namespace corpus::provenance {
namespace {

constexpr std::string_view kRecord = "libcorpus/rec/v1";
constexpr std::string_view kNonce = "libcorpus/nonce/v1";

Hasher& hasher() {
  thread_local Hasher one;
  return one;
}

void append_be64(std::string& out, std::uint64_t n) {
  for (int shift = 56; shift >= 0; shift -= 8) out += static_cast<char>(n >> shift & 255);
}

}  // namespace

Digest record_commitment(const Nonce& nonce, std::string_view record) {
  Digest content = hasher().update(record).finish();
  return hasher().update(kRecord).update(bytes_of(nonce)).update(bytes_of(content)).finish();
}

Nonce record_nonce(const Digest& secret, std::uint64_t shard, std::uint64_t index) {
  std::string tail;
  append_be64(tail, shard);
  append_be64(tail, index);
  return hasher().update(kNonce).update(bytes_of(secret)).update(tail).finish();
}

}  // namespace corpus::provenance
