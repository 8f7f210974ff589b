// Ed25519 (RFC 8032) by OpenSSL.
#include <openssl/evp.h>
#include <openssl/rand.h>

#include "corpus/provenance.h"
#include "provenance/key_pem.h"

namespace corpus::provenance {
namespace {

constexpr std::size_t kSignatureBytes = 64;

struct FreeContext {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};
using Context = std::unique_ptr<EVP_MD_CTX, FreeContext>;

const unsigned char* unsigned_bytes(std::string_view s) {
  return reinterpret_cast<const unsigned char*>(s.data());
}

std::shared_ptr<EVP_PKEY> owned(EVP_PKEY* key) { return {key, EVP_PKEY_free}; }

Error no_randomness() {
  return {Code::kIo, "the operating system gave no random bytes for a key; try again"};
}

}  // namespace

PublicKey PublicKey::from_bytes(const std::array<std::uint8_t, 32>& bytes) {
  PublicKey key;
  key.bytes_ = bytes;
  return key;
}

bool PublicKey::verifies(std::string_view message, std::string_view signature) const {
  if (signature.size() != kSignatureBytes) return false;
  auto key =
      owned(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, bytes_.data(), bytes_.size()));
  Context context(EVP_MD_CTX_new());
  if (key == nullptr || context == nullptr) return false;
  return EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, key.get()) == 1 &&
         EVP_DigestVerify(context.get(), unsigned_bytes(signature), signature.size(),
                          unsigned_bytes(message), message.size()) == 1;
}

Result<SigningKey> SigningKey::create() {
  Secret seed;
  if (RAND_priv_bytes(seed.bytes.data(), static_cast<int>(seed.bytes.size())) != 1) {
    return no_randomness();
  }
  return from_seed({reinterpret_cast<const char*>(seed.bytes.data()), seed.bytes.size()});
}

Result<SigningKey> SigningKey::from_seed(std::string_view seed) {
  if (seed.size() != 32) return Error{Code::kInvalidArgument, "an ed25519 seed has 32 bytes"};
  auto key = owned(
      EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, unsigned_bytes(seed), seed.size()));
  if (key == nullptr) return Error{Code::kUnsupported, "OpenSSL has no ed25519 here"};
  return SigningKey(std::move(key));
}

PublicKey SigningKey::public_key() const {
  std::array<std::uint8_t, 32> bytes{};
  std::size_t size = bytes.size();
  EVP_PKEY_get_raw_public_key(key_.get(), bytes.data(), &size);
  return PublicKey::from_bytes(bytes);
}

std::string SigningKey::sign(std::string_view message) const {
  std::string out(kSignatureBytes, '\0');
  std::size_t size = out.size();
  Context context(EVP_MD_CTX_new());
  if (context == nullptr ||
      EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key_.get()) != 1 ||
      EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(out.data()), &size,
                     unsigned_bytes(message), message.size()) != 1) {
    return {};  // only out of memory; an empty signature verifies nowhere
  }
  return out;
}

Result<std::string> SigningKey::to_pem() const {
  Secret seed;
  std::size_t size = seed.bytes.size();
  if (EVP_PKEY_get_raw_private_key(key_.get(), seed.bytes.data(), &size) != 1 || size != 32) {
    return Error{Code::kUnsupported, "OpenSSL does not give the key out"};
  }
  return print_private_pem(seed);
}

Result<Digest> random_secret() {
  Digest out;
  if (RAND_priv_bytes(out.data(), static_cast<int>(out.size())) != 1) return no_randomness();
  return out;
}

}  // namespace corpus::provenance
