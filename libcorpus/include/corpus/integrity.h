// Signed corpora: a corpus folder that others can check, and proofs that a record is part of it
// (docs/formats/integrity.md).
//
// Signing puts two things beside the manifest: `manifest.dsse.json`, an in-toto Statement over
// every file of the folder in a DSSE envelope, and `integrity/`, with a Merkle tree over
// commitments to the records of each kept part, and a log of the trees' roots.
//
// What was changed is a report or an Error of Code::kCorrupt that names it; Code::kIo is a machine
// that failed. Nothing here is shared between threads; `threads` is how many a call may use.
#ifndef CORPUS_INTEGRITY_H_
#define CORPUS_INTEGRITY_H_

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "corpus/provenance.h"
#include "corpus/result.h"
#include "corpus/verify.h"

namespace corpus::provenance {

inline constexpr std::string_view kEnvelopeName = "manifest.dsse.json";
inline constexpr std::string_view kIntegrityFolder = "integrity";

// --- signing

struct SignOptions {
  bool unchecked_policy = false;  // sign a corpus whose policy is unchecked; the statement says so
  int threads = 1;
};

struct SignReport {
  std::string keyid;
  std::uint64_t shards = 0, records = 0;
  Digest root{};  // of the log
};

// Checks that the corpus is whole and signs it. Stored bytes are read once and compared with the
// manifest; records only where the run that wrote them left no digests (output.digests), also once.
// kInvalidArgument when it is signed already, or unchecked without the option; kCorrupt when it is
// not whole. The envelope appears last, by rename: a folder with `integrity/` only was not signed
// to the end. Digests are used up: the leaves take their place.
Result<SignReport> sign_corpus(const std::string& dir, const SigningKey& key,
                               const SignOptions& options = {});

// --- checking

// Whether the folder has an envelope or remains of one.
bool is_signed(const std::string& dir);

struct CheckOptions {
  // Whose signatures count. Empty: the key that lies in the folder, which finds damage but not
  // somebody who signs anew.
  std::vector<PublicKey> trusted;
  bool records = false;  // also read every record and compare it with its tree
  int threads = 1;
};

struct SignedReport {
  VerifyReport report;
  std::string keyid;              // who signed, when the signature holds
  bool trusted = false;           // by one of CheckOptions::trusted
  bool unchecked_policy = false;  // the statement says that no terms were checked
};

// Envelope, statement, manifest, SHA-256 of every file, no file too many, the log. Reads stored
// bytes once and decompresses nothing, unless a part differs: then the record is looked for. With
// `records`, each record against its commitment.
Result<SignedReport> verify_signed(const std::string& dir, const CheckOptions& options = {});

// --- proofs

// A self-contained proof (one JSON object) that record `number` of the kept ones, counted from 0,
// is part of a signed corpus. It carries the record's text and opens no other record. The corpus
// has to be stored in zstd parts.
Result<std::string> prove(const std::string& dir, std::uint64_t number);

struct ProofReport {
  std::string keyid;
  bool trusted = false;
  std::string part;         // name of the file
  std::uint64_t index = 0;  // of the record in it
  std::string record;       // the line
  Digest manifest{};        // SHA-256 of the corpus's manifest.json
};

// Needs nothing but the proof. kCorrupt when it does not hold.
Result<ProofReport> check_proof(std::string_view proof, std::span<const PublicKey> trusted = {});

}  // namespace corpus::provenance

#endif  // CORPUS_INTEGRITY_H_
