#include "provenance/proof_json.h"

#include <algorithm>

#include "json/value.h"

namespace corpus::provenance {

Error refused_proof(std::string what) { return {Code::kCorrupt, "proof: " + std::move(what)}; }

Value::Array print_path(const Proof& path) {
  Value::Array out;
  for (const auto& digest : path) out.emplace_back(hex(digest));
  return out;
}

Result<Proof> parse_path(const Value* list) {
  const auto* items = list != nullptr ? list->if_array() : nullptr;
  if (items == nullptr) return refused_proof("has no path");
  Proof out;
  for (const auto& item : *items) {
    auto digest = item.if_string() != nullptr ? parse_hex(*item.if_string()) : std::nullopt;
    if (!digest) return refused_proof("a hash of a path is no 64 hex digits");
    out.push_back(*digest);
  }
  return out;
}

Result<Digest> digest_member(const Value& object, std::string_view key) {
  auto digest = parse_hex(object.get(key, ""));
  if (!digest) return refused_proof("'" + std::string(key) + "' is no 64 hex digits");
  return *digest;
}

Result<std::uint64_t> number_member(const Value& object, std::string_view key) {
  std::int64_t n = object.get(key, -1);
  if (n < 0) return refused_proof("'" + std::string(key) + "' is no number");
  return static_cast<std::uint64_t>(n);
}

Result<Value> parse_proof(std::string_view text, std::string_view kind,
                          std::span<const std::string_view> names) {
  auto parsed = json::parse_value(text);
  if (!parsed) return std::move(parsed).error().context("proof");
  const Value& proof = *parsed;
  if (proof.if_object() == nullptr || proof.find(kind) == nullptr) {
    return refused_proof("is no proof of libcorpus");
  }
  if (proof.get(kind, 0) != 1) {
    return Error{Code::kUnsupported,
                 "proof: has a version that this build does not read; update libcorpus"};
  }
  if (text != proof.to_json() + '\n') {
    return refused_proof("is not written the one way libcorpus writes it: bytes were changed");
  }
  const auto& members = *proof.if_object();
  if (!std::equal(members.begin(), members.end(), names.begin(), names.end(),
                  [](const auto& member, std::string_view name) { return member.first == name; })) {
    return refused_proof("has other members than a " + std::string(kind));
  }
  return parsed;
}

}  // namespace corpus::provenance
