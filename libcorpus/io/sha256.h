// SHA-256 (FIPS 180-4) by OpenSSL: uses the CPU's instructions.
//
// Sha256 keeps OpenSSL's state between messages: a short message costs its blocks and nothing else,
// which matters for trees (65 bytes a node). Not thread safe; one each thread.
#ifndef CORPUS_IO_SHA256_H_
#define CORPUS_IO_SHA256_H_

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

struct SHA256state_st;

namespace corpus::io {

class Sha256 {
 public:
  using Digest = std::array<std::uint8_t, 32>;

  Sha256();
  Sha256(Sha256&&) noexcept;
  Sha256& operator=(Sha256&&) noexcept;
  ~Sha256();
  void reset();  // as new
  Sha256& update(std::string_view bytes);
  Digest finish();          // of everything since the last finish() or reset(); as new afterwards
  std::string hex() const;  // of the same, 64 lower-case digits; may be continued

 private:
  std::unique_ptr<SHA256state_st> state_;
};

std::string sha256_hex(std::string_view bytes);

}  // namespace corpus::io

#endif  // CORPUS_IO_SHA256_H_
