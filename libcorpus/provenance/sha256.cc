#include "provenance/sha256.h"

#include <openssl/evp.h>

#include <new>

namespace corpus::provenance {

void Hasher::Free::operator()(evp_md_ctx_st* context) const { EVP_MD_CTX_free(context); }
void Hasher::Free::operator()(evp_md_st* digest) const { EVP_MD_free(digest); }

// The algorithm is fetched once: EVP_sha256() is looked up again by every init of OpenSSL 3.
Hasher::Hasher()
    : algorithm_(EVP_MD_fetch(nullptr, "SHA256", nullptr)), context_(EVP_MD_CTX_new()) {
  if (algorithm_ == nullptr || context_ == nullptr) throw std::bad_alloc();
  EVP_DigestInit_ex(context_.get(), algorithm_.get(), nullptr);
}

Hasher& Hasher::update(std::string_view bytes) {
  EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size());
  return *this;
}

Digest Hasher::finish() {
  Digest out;
  EVP_DigestFinal_ex(context_.get(), out.data(), nullptr);
  EVP_DigestInit_ex(context_.get(), nullptr, nullptr);
  return out;
}

Hasher& thread_hasher() {
  thread_local Hasher one;
  return one;
}

Digest sha256(std::string_view bytes) { return thread_hasher().update(bytes).finish(); }

std::string hex(const Digest& digest) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string out;
  out.reserve(2 * digest.size());
  for (std::uint8_t byte : digest) {
    out += kDigits[byte >> 4];
    out += kDigits[byte & 15];
  }
  return out;
}

std::optional<Digest> parse_hex(std::string_view text) {
  Digest out;
  if (text.size() != 2 * out.size()) return std::nullopt;
  auto digit = [](char c) {
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
  };
  for (std::size_t i = 0; i < out.size(); ++i) {
    int high = digit(text[2 * i]), low = digit(text[2 * i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    out[i] = static_cast<std::uint8_t>(high << 4 | low);
  }
  return out;
}

}  // namespace corpus::provenance
