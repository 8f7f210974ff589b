// DSSE, Dead Simple Signing Envelope v1.0.2 (secure-systems-lab/dsse, protocol.md and envelope.md).
#include <algorithm>

#include "base/base64.h"
#include "corpus/provenance.h"
#include "json/value.h"

namespace corpus::provenance {
namespace {

constexpr std::size_t kMaxEnvelope = std::size_t{256} << 20;
constexpr std::size_t kMaxSignatures = 64;

Error refused(std::string what) { return {Code::kCorrupt, "envelope: " + std::move(what)}; }

Result<std::string> decoded(const Value& object, std::string_view key) {
  const Value* v = object.find(key);
  const std::string* s = v != nullptr ? v->if_string() : nullptr;
  if (s == nullptr) return refused("has no text '" + std::string(key) + "'");
  auto bytes = parse_base64(*s, true);
  if (!bytes) return refused("'" + std::string(key) + "' is no base64");
  return *std::move(bytes);
}

}  // namespace

std::string pre_authentication_encoding(std::string_view type, std::string_view body) {
  std::string out = "DSSEv1 ";
  out.reserve(type.size() + body.size() + 48);
  out.append(std::to_string(type.size())).append(" ").append(type).append(" ");
  return out.append(std::to_string(body.size())).append(" ").append(body);
}

Envelope sign(std::string_view payload_type, std::string_view payload, const SigningKey& key) {
  std::string sig = key.sign(pre_authentication_encoding(payload_type, payload));
  return {
      std::string(payload_type), std::string(payload), {{key.public_key().id(), std::move(sig)}}};
}

std::string print_envelope(const Envelope& envelope) {
  Value::Array signatures;
  for (const auto& signature : envelope.signatures) {
    Value one;
    if (!signature.keyid.empty()) one.set("keyid", signature.keyid);
    one.set("sig", base64(signature.sig));
    signatures.push_back(std::move(one));
  }
  Value out;
  out.set("payload", base64(envelope.payload));
  out.set("payloadType", envelope.payload_type);
  out.set("signatures", std::move(signatures));
  return out.to_json() + "\n";
}

Result<Envelope> parse_envelope(std::string_view text, EnvelopeForm form) {
  if (text.size() > kMaxEnvelope) return Error{Code::kLimit, "envelope: larger than 256 MiB"};
  auto json = json::parse_value(text);
  if (!json) return std::move(json).error().context("envelope");
  Envelope out;
  CORPUS_TRY(out.payload, decoded(*json, "payload"));
  const Value* type = json->find("payloadType");
  if (type == nullptr || type->if_string() == nullptr) return refused("has no text 'payloadType'");
  out.payload_type = *type->if_string();
  const Value* signatures = json->find("signatures");
  const auto* list = signatures != nullptr ? signatures->if_array() : nullptr;
  if (list == nullptr) return refused("has no list 'signatures'");
  if (list->size() > kMaxSignatures)
    return Error{Code::kLimit, "envelope: more than 64 signatures"};
  for (const auto& item : *list) {
    CORPUS_TRY(std::string sig, decoded(item, "sig"));
    out.signatures.push_back({item.get("keyid", ""), std::move(sig)});
  }
  if (form == EnvelopeForm::kOurs && text != print_envelope(out)) {
    return refused(
        "is not written the one way libcorpus writes it: bytes around the payload were changed");
  }
  return out;
}

Result<Verified> verify_envelope(const Envelope& envelope, std::string_view payload_type,
                                 std::span<const PublicKey> trusted) {
  if (envelope.payload_type != payload_type) {
    return refused("the payload type is '" + envelope.payload_type + "' where '" +
                   std::string(payload_type) + "' is expected");
  }
  if (envelope.signatures.empty())
    return refused("carries no signature: it was never signed or stripped of it");
  std::string message = pre_authentication_encoding(envelope.payload_type, envelope.payload);
  std::string signer;
  for (const auto& [keyid, sig] : envelope.signatures) {
    auto key = std::find_if(trusted.begin(), trusted.end(),
                            [&, &s = sig](const PublicKey& k) { return k.verifies(message, s); });
    std::string id = key == trusted.end() ? std::string() : key->id();
    bool claims_trusted = std::any_of(trusted.begin(), trusted.end(),
                                      [&, &k = keyid](const PublicKey& t) { return t.id() == k; });
    if (id.empty() && claims_trusted) {
      return refused("the signature under key id " + keyid +
                     " is not by that key: payload, type or signature were changed");
    }
    if (!id.empty() && !keyid.empty() && keyid != id) {
      return refused("forged key id: " + keyid + " is named, " + id + " signed");
    }
    if (signer.empty()) signer = id;
  }
  if (signer.empty()) return refused("no signature is by a key that is trusted here");
  return Verified{envelope.payload, std::move(signer)};
}

}  // namespace corpus::provenance
