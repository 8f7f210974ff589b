// What a writer knows of each record of a part while it has the bytes in hand: the SHA-256 of its
// line, and its content id. Signing takes them from here and need not decompress and parse the part
// again (docs/formats/integrity.md, "Digests").
//
// It is a cache: it says which part it belongs to and carries a checksum, so that one that is
// missing, was not finished, is damaged or belongs to other bytes is not used. Entries have a fixed
// size, so that a file can be cut back to any number of records. One thread at a time.
#ifndef CORPUS_IO_RECORD_DIGESTS_H_
#define CORPUS_IO_RECORD_DIGESTS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/hash.h"
#include "io/file.h"
#include "io/mapped_file.h"
#include "io/sha256.h"

namespace corpus::io {

// In a corpus folder: `.digests/part-00000.jsonl.zst`, for the part of that name.
inline constexpr std::string_view kDigestsFolder = ".digests";

struct RecordDigest {
  using Id = std::array<std::uint8_t, 16>;
  static constexpr Id kNoId{};  // the record carries none
  static constexpr Id kUnknownId{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
                                 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff};

  Sha256::Digest line;  // without its line feed
  Id id;
};
static_assert(sizeof(RecordDigest) == 48);

class RecordDigestWriter {
 public:
  static Result<RecordDigestWriter> create(const std::string& path);
  // Cut back to its first `records` entries.
  static Result<RecordDigestWriter> reopen(const std::string& path, std::uint64_t records);

  Result<void> append(std::string_view entries);  // bytes of RecordDigest
  Result<void> sync() { return file_.sync(); }
  // Binds the entries to the part by the SHA-256 of its stored bytes (64 hex digits).
  Result<void> finish(std::string_view part_sha256);

 private:
  File file_;
  Hasher128 hasher_;
};

class RecordDigests {
 public:
  // None unless the file is whole and belongs to the part.
  static std::optional<RecordDigests> open(const std::string& path, std::string_view part_sha256);

  std::uint64_t size() const { return entries_.size() / sizeof(RecordDigest); }
  RecordDigest operator[](std::uint64_t record) const;

 private:
  explicit RecordDigests(MappedFile file) : file_(std::move(file)) {}
  MappedFile file_;
  std::string_view entries_;
};

}  // namespace corpus::io

#endif  // CORPUS_IO_RECORD_DIGESTS_H_
