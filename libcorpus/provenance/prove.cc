// Inclusion proofs: from a record over its part's tree and the log to the signed statement.
#include <cstring>

#include "corpus/integrity.h"
#include "corpus/shard.h"
#include "io/file.h"
#include "json/escape.h"
#include "json/value.h"
#include "provenance/part_log.h"
#include "provenance/proof_json.h"
#include "provenance/sealed.h"
#include "provenance/sha256.h"

namespace corpus::provenance {
namespace {

constexpr std::uint64_t kMostLeaves = std::uint64_t{32} << 30;  // bytes

Value number(std::uint64_t n) { return static_cast<std::int64_t>(n); }

// The tree of one part out of its file of leaves.
Result<MemoryHashes> read_leaves(const std::string& path, std::uint64_t records) {
  CORPUS_TRY(std::string bytes, io::read_all(path, kMostLeaves));
  if (bytes.size() != records * sizeof(Digest)) {
    return Error{Code::kCorrupt, path + ": has " + std::to_string(bytes.size()) + " bytes where " +
                                     std::to_string(records * sizeof(Digest)) + " are expected"};
  }
  MemoryHashes out;
  Digest leaf;
  for (std::size_t at = 0; at < bytes.size(); at += sizeof leaf) {
    std::memcpy(leaf.data(), bytes.data() + at, sizeof leaf);
    out.add_hash(leaf);
  }
  return out;
}

}  // namespace

Result<std::string> prove(const std::string& dir, std::uint64_t number_in_corpus) {
  auto path = [&](std::string_view name) { return dir + '/' + std::string(name); };
  if (!io::exists(path(kEnvelopeName))) {
    return Error{Code::kNotFound, dir + ": is not signed; run `corpus sign` first"};
  }
  CORPUS_TRY(CorpusReader corpus, CorpusReader::open(dir));
  CORPUS_TRY(std::string record, corpus.get(number_in_corpus));
  if (!json::valid_utf8(record)) {
    return Error{Code::kUnsupported, "record " + std::to_string(number_in_corpus) +
                                         ": is not UTF-8, so that no proof "
                                         "can carry it"};
  }
  CORPUS_TRY(std::string log_text, io::read_all(path(kLogName), kMaxDocument));
  CORPUS_TRY(PartLog log, parse_log(log_text));
  std::uint64_t part = 0, index = number_in_corpus;
  while (part < log.entries.size() && index >= log.entries[part].records) {
    index -= log.entries[part++].records;
  }
  if (part == log.entries.size()) {
    return Error{Code::kCorrupt, path(kLogName) + ": lists fewer records than the manifest"};
  }
  const LogEntry& entry = log.entries[part];
  CORPUS_TRY(MemoryHashes leaves, read_leaves(path(leaves_name(entry.part)), entry.records));
  CORPUS_TRY(Proof in_part, inclusion_proof(leaves, index, entry.records));
  CORPUS_TRY(Proof in_log, inclusion_proof(log.hashes(), part, log.entries.size()));
  CORPUS_TRY(std::string secret_text, io::read_all(path(kSecretName), kMaxDocument));
  auto secret = parse_hex(std::string_view(secret_text).substr(0, 2 * sizeof(Digest)));
  if (!secret) return Error{Code::kCorrupt, path(kSecretName) + ": holds no 64 hex digits"};
  CORPUS_TRY(PublicKey key, read_public_key(path(kKeyName)));
  CORPUS_TRY(std::string envelope_text, io::read_all(path(kEnvelopeName), kMaxDocument));
  CORPUS_TRY(Value envelope, json::parse_value(envelope_text));

  Value out;
  out.set("proof", 1);
  out.set("record", std::move(record));
  out.set("nonce", hex(record_nonce(*secret, part, index)));
  out.set("index", number(index));
  out.set("path", print_path(in_part));
  out.set("part", entry.line());
  out.set("part_index", number(part));
  out.set("part_path", print_path(in_log));
  out.set("key", hex(key.bytes()));
  out.set("envelope", std::move(envelope));
  std::string text = out.to_json() + '\n';
  // A proof out of a damaged folder would not hold: better said now than by whoever gets it.
  if (auto held = check_proof(text); !held) return std::move(held).error().context(dir);
  return text;
}

Result<ProofReport> check_proof(std::string_view text, std::span<const PublicKey> trusted) {
  static constexpr std::string_view kMembers[] = {"proof", "record",  "nonce",      "index",
                                                  "path",  "part",    "part_index", "part_path",
                                                  "key",   "envelope"};
  CORPUS_TRY(Value proof, parse_proof(text, "proof", kMembers));
  CORPUS_TRY(Digest own, digest_member(proof, "key"));
  auto sealed =
      open_sealed(proof.find("envelope")->to_json() + '\n', PublicKey::from_bytes(own), trusted);
  if (!sealed) return std::move(sealed).error().context("proof");

  CORPUS_TRY(LogEntry entry, parse_log_entry(proof.get("part", "")));
  CORPUS_TRY(std::uint64_t part, number_member(proof, "part_index"));
  CORPUS_TRY(Proof in_log, parse_path(proof.find("part_path")));
  auto logged =
      check_inclusion(leaf_hash(entry.line()), part, sealed->parts, in_log, sealed->log_root);
  if (!logged) return std::move(logged).error().context("part " + entry.part);

  CORPUS_TRY(Nonce nonce, digest_member(proof, "nonce"));
  CORPUS_TRY(std::uint64_t index, number_member(proof, "index"));
  CORPUS_TRY(Proof in_part, parse_path(proof.find("path")));
  std::string record = proof.get("record", "");
  Digest leaf = leaf_hash(bytes_of(record_commitment(nonce, record)));
  auto included = check_inclusion(leaf, index, entry.records, in_part, entry.root);
  if (!included) return std::move(included).error().context("record");

  const Digest* manifest = sealed->find("manifest.json");
  if (manifest == nullptr) return refused_proof("its statement does not name manifest.json");
  // Whose key lies in the proof is told by the signature alone, also when others are trusted.
  if (PublicKey::from_bytes(own).id() != sealed->keyid) {
    return refused_proof("'key' is not the key that signed");
  }
  return ProofReport{.keyid = sealed->keyid,
                     .trusted = sealed->trusted,
                     .part = entry.part,
                     .index = index,
                     .record = std::move(record),
                     .manifest = *manifest};
}

}  // namespace corpus::provenance
