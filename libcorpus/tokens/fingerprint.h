// What a tokenizer's fingerprint is made of: SHA-256 over length-prefixed parts, so that no two
// sequences of parts are the same bytes.
#ifndef CORPUS_TOKENS_FINGERPRINT_H_
#define CORPUS_TOKENS_FINGERPRINT_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "io/sha256.h"

namespace corpus::tokens {

class Fingerprint {
 public:
  Fingerprint& add(std::string_view part) {
    number(part.size());
    pending_ += part;
    if (pending_.size() > kBlock) flush();
    return *this;
  }
  Fingerprint& add(std::int64_t value) {
    number(static_cast<std::uint64_t>(value));
    return *this;
  }
  std::string hex() {
    flush();
    return sha_.hex();
  }

 private:
  static constexpr std::size_t kBlock = 64 << 10;
  void number(std::uint64_t n) {  // 8 bytes, little-endian
    for (int i = 0; i < 8; ++i) pending_ += static_cast<char>(n >> 8 * i);
  }
  void flush() {
    sha_.update(pending_);
    pending_.clear();
  }
  io::Sha256 sha_;
  std::string pending_;
};

}  // namespace corpus::tokens

#endif  // CORPUS_TOKENS_FINGERPRINT_H_
