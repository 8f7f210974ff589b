// Provenance that can be checked by others: keys, signed envelopes, statements and Merkle trees.
//
// Formats: ed25519 (RFC 8032) keys as PEM; DSSE v1.0.2 envelopes; in-toto Statement v1; the Merkle
// tree of RFC 6962 section 2.1 (proof checks after RFC 9162 section 2.1). Byte layouts are in
// docs/formats/manifest-signing.md and docs/formats/merkle.md.
//
// Everything here is a value: no shared state, const methods are thread safe. Verification answers
// with an Error of Code::kCorrupt that says what does not hold; there is no "false" to be
// overlooked.
#ifndef CORPUS_PROVENANCE_H_
#define CORPUS_PROVENANCE_H_

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "corpus/result.h"
#include "corpus/value.h"

struct evp_pkey_st;

namespace corpus::provenance {

// --- digests

using Digest = std::array<std::uint8_t, 32>;  // SHA-256
Digest sha256(std::string_view bytes);
std::string hex(const Digest& digest);                   // 64 lower-case digits
std::optional<Digest> parse_hex(std::string_view text);  // only what hex() prints

// --- keys

class PublicKey {
 public:
  static Result<PublicKey> from_pem(std::string_view pem);  // "BEGIN PUBLIC KEY", ed25519 only
  static PublicKey from_bytes(const std::array<std::uint8_t, 32>& bytes);
  std::string to_pem() const;
  // SHA-256 of the key's SubjectPublicKeyInfo, hex: a name for the key, never a proof.
  std::string id() const;
  bool verifies(std::string_view message, std::string_view signature) const;
  const std::array<std::uint8_t, 32>& bytes() const { return bytes_; }
  bool operator==(const PublicKey&) const = default;

 private:
  std::array<std::uint8_t, 32> bytes_{};
};

// A secret. Never printed, logged or put into a message by this library.
class SigningKey {
 public:
  static Result<SigningKey> create();  // from the operating system's randomness
  static Result<SigningKey> from_pem(std::string_view pem);    // "BEGIN PRIVATE KEY", ed25519 only
  static Result<SigningKey> from_seed(std::string_view seed);  // 32 bytes
  PublicKey public_key() const;
  std::string sign(std::string_view message) const;  // 64 bytes
  Result<std::string> to_pem() const;

 private:
  explicit SigningKey(std::shared_ptr<evp_pkey_st> key) : key_(std::move(key)) {}
  std::shared_ptr<evp_pkey_st> key_;
};

// Makes a key and writes it to `path` (mode 0600, refused when the file exists), and its public
// half to `path`.pub.
Result<SigningKey> create_key_file(const std::string& path);
// Refused when anyone but the owner may read or write the file.
Result<SigningKey> read_key_file(const std::string& path);
// The PEM text in the environment variable `name`.
Result<SigningKey> key_from_environment(const std::string& name);
Result<PublicKey> read_public_key(const std::string& path);

// --- DSSE

struct Signature {
  std::string keyid;  // may be empty
  std::string sig;    // raw bytes
};

struct Envelope {
  std::string payload_type;
  std::string payload;
  std::vector<Signature> signatures;
};

inline constexpr std::string_view kInTotoType = "application/vnd.in-toto+json";

// The bytes that are signed: "DSSEv1", and lengths and bytes of type and body.
std::string pre_authentication_encoding(std::string_view type, std::string_view body);
Envelope sign(std::string_view payload_type, std::string_view payload, const SigningKey& key);
std::string print_envelope(const Envelope& envelope);  // one line of JSON, base64 with padding

// kAnyone: any envelope the specification allows (unknown members ignored, URL-safe base64 taken).
// kOurs: only the very bytes print_envelope() makes, so that not one byte can be changed unseen.
enum class EnvelopeForm { kAnyone, kOurs };
Result<Envelope> parse_envelope(std::string_view text, EnvelopeForm form);

struct Verified {
  std::string payload;  // the bytes that were checked: use these, read nothing again
  std::string keyid;    // of the trusted key that signed
};
// Wants the payload type expected and a signature by one of `trusted`. A key id is a hint only: one
// that names another key than the one that signed is refused as forged.
Result<Verified> verify_envelope(const Envelope& envelope, std::string_view payload_type,
                                 std::span<const PublicKey> trusted);

// --- in-toto Statement v1

struct Subject {
  std::string name;
  Digest sha256{};
  bool operator==(const Subject&) const = default;
};

struct Statement {
  std::vector<Subject> subjects;  // in the order of the text
  std::string predicate_type;
  Value predicate;
};

inline constexpr std::string_view kStatementType = "https://in-toto.io/Statement/v1";
inline constexpr std::string_view kCorpusPredicate = "urn:libcorpus:corpus:1";

std::string print_statement(const Statement& statement);
Result<Statement> parse_statement(std::string_view json);
// What a manifest.json (its exact bytes) says of its folder: manifest.json and each file as
// subjects. `evidence` is put into the predicate as it is (roots of trees, terms), null for none.
Result<Statement> statement_of_manifest(std::string_view manifest, Value evidence);

// --- Merkle trees (RFC 6962)

Digest leaf_hash(std::string_view leaf);                    // SHA-256(0x00 leaf)
Digest node_hash(const Digest& left, const Digest& right);  // SHA-256(0x01 left right)

// The root of a growing list of leaves, in O(log n) memory.
class MerkleRoot {
 public:
  void add(std::string_view leaf) { add_hash(leaf_hash(leaf)); }
  void add_hash(const Digest& leaf_hash);
  Digest root() const;  // of an empty list: SHA-256 of nothing
  std::uint64_t size() const { return size_; }

 private:
  std::uint64_t size_ = 0;
  std::vector<Digest> complete_;  // roots of the complete subtrees, largest first
};

// Where proofs take hashes from: the root of the complete subtree of 2^level leaves that is number
// `index` in its level.
class HashReader {
 public:
  virtual ~HashReader() = default;
  virtual Result<Digest> hash(unsigned level, std::uint64_t index) const = 0;
};

// All hashes in memory: 64 bytes a leaf.
class MemoryHashes final : public HashReader {
 public:
  void add_hash(const Digest& leaf_hash);
  std::uint64_t size() const { return levels_.empty() ? 0 : levels_[0].size(); }
  Result<Digest> hash(unsigned level, std::uint64_t index) const override;

 private:
  std::vector<std::vector<Digest>> levels_;
};

using Proof = std::vector<Digest>;
Result<Digest> root_of(const HashReader& hashes, std::uint64_t size);
Result<Proof> inclusion_proof(const HashReader& hashes, std::uint64_t index, std::uint64_t size);
Result<Proof> consistency_proof(const HashReader& hashes, std::uint64_t first,
                                std::uint64_t second);
Result<void> check_inclusion(const Digest& leaf_hash, std::uint64_t index, std::uint64_t size,
                             std::span<const Digest> proof, const Digest& root);
Result<void> check_consistency(std::uint64_t first, std::uint64_t second,
                               std::span<const Digest> proof, const Digest& first_root,
                               const Digest& second_root);

// --- tiles (C2SP tlog-tiles): the tree as files of 256 hashes

// "tile/0/x001/x234/067" or, for a tile of fewer hashes, "tile/0/x001/x234/067.p/112".
std::string tile_path(unsigned level, std::uint64_t index, unsigned width);

// Called with a path and the tile's bytes (32 a hash), in an order in which lower tiles come first.
using TileSink = std::function<Result<void>(const std::string& path, std::string_view bytes)>;

// Writes tiles as leaves come, with 8 KiB of memory a level. Full tiles are given out as soon as
// they are full, partial ones by finish().
class TileWriter {
 public:
  explicit TileWriter(TileSink sink) : sink_(std::move(sink)) {}
  Result<void> add_hash(const Digest& leaf_hash);
  Result<void> finish();  // nothing can be added after
  std::uint64_t size() const { return size_; }
  Digest root() const { return root_.root(); }

 private:
  struct Level {
    std::uint64_t tiles = 0;  // full ones given out
    std::string bytes;        // of the tile being filled
  };
  Result<void> add(unsigned level, const Digest& hash);
  TileSink sink_;
  std::uint64_t size_ = 0;
  MerkleRoot root_;
  std::vector<Level> levels_;
};

using TileSource = std::function<Result<std::string>(const std::string& path)>;
// Hashes out of the tiles of a tree of `size` leaves. Tiles are not trusted: proofs made from wrong
// tiles do not check.
class TileReader final : public HashReader {
 public:
  TileReader(std::uint64_t size, TileSource source) : size_(size), source_(std::move(source)) {}
  Result<Digest> hash(unsigned level, std::uint64_t index) const override;

 private:
  std::uint64_t size_;
  TileSource source_;
};

// --- commitments

// SHA-256("libcorpus/rec/v1" nonce SHA-256(record)): the leaf that stands for a record. The nonce
// keeps short records from being guessed from it; when nonce and record are erased, what is left
// says nothing.
using Nonce = Digest;
Digest record_commitment(const Nonce& nonce, std::string_view record);
// The same of a record whose SHA-256 is known.
Digest record_commitment(const Nonce& nonce, const Digest& record_sha256);

// Nonces of one shard from one secret of 32 bytes: SHA-256("libcorpus/nonce/v1" secret shard
// index).
Nonce record_nonce(const Digest& secret, std::uint64_t shard, std::uint64_t index);
Result<Digest> random_secret();

}  // namespace corpus::provenance

#endif  // CORPUS_PROVENANCE_H_
