#include "provenance/key_pem.h"

#include <openssl/crypto.h>

#include <algorithm>

#include "base/base64.h"

namespace corpus::provenance {
namespace {

// DER before the 32 key bytes: algorithm 1.3.101.112 and the wrappers of fixed length.
constexpr std::string_view kPublicDer{"\x30\x2a\x30\x05\x06\x03\x2b\x65\x70\x03\x21\x00", 12};
constexpr std::string_view kPrivateDer{
    "\x30\x2e\x02\x01\x00\x30\x05\x06\x03\x2b\x65\x70\x04\x22\x04\x20", 16};
constexpr std::size_t kMaxPem = 4096;

std::string print_pem(std::string_view label, std::string_view der) {
  std::string out = "-----BEGIN ";
  out.append(label).append("-----\n").append(base64(der)).append("\n-----END ");
  return out.append(label).append("-----\n");
}

// The bytes between the lines that name `label`; line breaks within do not count.
Result<std::string> parse_pem(std::string_view pem, std::string_view label) {
  std::string begin = "-----BEGIN " + std::string(label) + "-----";
  std::string end = "-----END " + std::string(label) + "-----";
  auto from = pem.find(begin);
  auto to = pem.find(end);
  if (pem.size() > kMaxPem || from == std::string_view::npos || to == std::string_view::npos ||
      to < from + begin.size()) {
    return Error{Code::kInvalidArgument, "is no PEM text with a " + std::string(label)};
  }
  std::string text(pem.substr(from + begin.size(), to - from - begin.size()));
  std::erase_if(text, [](char c) { return c == '\n' || c == '\r' || c == ' ' || c == '\t'; });
  auto der = parse_base64(text);
  wipe(text);
  if (!der) return Error{Code::kInvalidArgument, "the PEM text holds no base64"};
  return *std::move(der);
}

Error not_ed25519() {
  return {Code::kUnsupported,
          "is no ed25519 key; make one with `corpus key create FILE` or "
          "`openssl genpkey -algorithm ed25519`"};
}

}  // namespace

Secret::~Secret() { OPENSSL_cleanse(bytes.data(), bytes.size()); }

void wipe(std::string& text) {
  OPENSSL_cleanse(text.data(), text.size());
  text.clear();
}

std::string print_private_pem(const Secret& seed) {
  std::string der(kPrivateDer);
  der.append(reinterpret_cast<const char*>(seed.bytes.data()), seed.bytes.size());
  std::string out = print_pem("PRIVATE KEY", der);
  wipe(der);
  return out;
}

Result<SigningKey> SigningKey::from_pem(std::string_view pem) {
  CORPUS_TRY(std::string der, parse_pem(pem, "PRIVATE KEY"));
  if (der.size() != kPrivateDer.size() + 32 || !der.starts_with(kPrivateDer)) {
    wipe(der);
    return not_ed25519();
  }
  auto key = from_seed(std::string_view(der).substr(kPrivateDer.size()));
  wipe(der);
  return key;
}

Result<PublicKey> PublicKey::from_pem(std::string_view pem) {
  CORPUS_TRY(std::string der, parse_pem(pem, "PUBLIC KEY"));
  if (der.size() != kPublicDer.size() + 32 || !der.starts_with(kPublicDer)) return not_ed25519();
  std::array<std::uint8_t, 32> bytes;
  std::copy(der.begin() + static_cast<std::ptrdiff_t>(kPublicDer.size()), der.end(), bytes.begin());
  return from_bytes(bytes);
}

std::string PublicKey::to_pem() const {
  std::string der(kPublicDer);
  return print_pem("PUBLIC KEY", der.append(reinterpret_cast<const char*>(bytes_.data()), 32));
}

std::string PublicKey::id() const {
  std::string der(kPublicDer);
  return hex(sha256(der.append(reinterpret_cast<const char*>(bytes_.data()), 32)));
}

}  // namespace corpus::provenance
