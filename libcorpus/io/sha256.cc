#include "io/sha256.h"

#include <openssl/evp.h>

#include <new>

namespace corpus::io {
namespace {

std::string print(const unsigned char* digest, std::size_t size) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string out;
  for (std::size_t i = 0; i < size; ++i) {
    out += kDigits[digest[i] >> 4];
    out += kDigits[digest[i] & 15];
  }
  return out;
}

}  // namespace

void Sha256::Free::operator()(evp_md_ctx_st* context) const { EVP_MD_CTX_free(context); }
void Sha256::Free::operator()(evp_md_st* digest) const { EVP_MD_free(digest); }

// The algorithm is fetched once: EVP_sha256() is looked up again by every init of OpenSSL 3.
Sha256::Sha256()
    : algorithm_(EVP_MD_fetch(nullptr, "SHA256", nullptr)), context_(EVP_MD_CTX_new()) {
  if (algorithm_ == nullptr || context_ == nullptr) throw std::bad_alloc();
  EVP_DigestInit_ex(context_.get(), algorithm_.get(), nullptr);
}

void Sha256::reset() { EVP_DigestInit_ex(context_.get(), nullptr, nullptr); }

Sha256& Sha256::update(std::string_view bytes) {
  EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size());
  return *this;
}

Sha256::Digest Sha256::finish() {
  Digest out;
  EVP_DigestFinal_ex(context_.get(), out.data(), nullptr);
  reset();
  return out;
}

std::string Sha256::hex() const {
  std::unique_ptr<evp_md_ctx_st, Free> copy(EVP_MD_CTX_new());
  if (copy == nullptr) throw std::bad_alloc();
  Digest digest;
  EVP_MD_CTX_copy_ex(copy.get(), context_.get());
  EVP_DigestFinal_ex(copy.get(), digest.data(), nullptr);
  return print(digest.data(), digest.size());
}

std::string sha256_hex(std::string_view bytes) {
  Sha256 sha;
  sha.update(bytes);
  return sha.hex();
}

}  // namespace corpus::io
