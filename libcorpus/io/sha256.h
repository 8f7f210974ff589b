// SHA-256 (FIPS 180-4) of bytes as they are written, by OpenSSL: uses the CPU's instructions.
#ifndef CORPUS_IO_SHA256_H_
#define CORPUS_IO_SHA256_H_

#include <memory>
#include <string>
#include <string_view>

struct evp_md_ctx_st;

namespace corpus::io {

class Sha256 {
 public:
  Sha256();
  void reset();  // as new
  void update(std::string_view bytes);
  std::string hex() const;  // of everything since reset(), 64 lower-case digits; may be continued

 private:
  struct Free {
    void operator()(evp_md_ctx_st* context) const;
  };
  std::unique_ptr<evp_md_ctx_st, Free> context_;
};

std::string sha256_hex(std::string_view bytes);

}  // namespace corpus::io

#endif  // CORPUS_IO_SHA256_H_
