// Reading what libcorpus wrote, at random: a record by its number or by its id.
//
//   auto corpus = CorpusReader::open("out");
//   auto line = corpus->get(*corpus->find("9f0c..."));
//
// A shard is a file in the zstd seekable format with a record index (docs/formats/shard.md).
// Opening it reads 16 bytes for each frame; a lookup is a few small reads, a record one frame of 1
// to 4 MiB. Only shards have an index: parts written with gzip or without compression are
// kUnsupported here.
//
// Threads: const methods may run at the same time. Bytes from outside are never trusted: a file
// that is no shard, or a damaged one, is kCorrupt or kNotFound with its name.
#ifndef CORPUS_SHARD_H_
#define CORPUS_SHARD_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "corpus/batch.h"
#include "corpus/result.h"

namespace corpus {

class ShardReader {
 public:
  static Result<ShardReader> open(const std::string& path);
  ShardReader(ShardReader&&) noexcept;
  ShardReader& operator=(ShardReader&&) noexcept;
  ~ShardReader();

  std::uint32_t frames() const;
  std::uint64_t records() const;
  // Records before frame `frame`; frame may be frames().
  std::uint64_t first_record(std::uint32_t frame) const;

  // Record `number`, counted from 0, without its line feed. kNotFound beyond the end.
  Result<std::string> get(std::uint64_t number) const;
  // The number of the first record with this id: its content id or the id the source gave it.
  // kNotFound when there is none. Ids are compared by a 64-bit hash: among 10 million records a
  // wrong answer for an absent id has a probability of 1e-12.
  Result<std::uint64_t> find(std::string_view id) const;
  // Replaces `out` by the lines of one frame.
  Result<void> read_frame(std::uint32_t frame, PaddedBuffer& out) const;
  // Called with each record's number and line, without its line feed, valid during the call.
  using RecordSink = std::function<Result<void>(std::uint64_t number, std::string_view line)>;
  // Reads everything: checksums of all frames and of the index, and that the index says of each
  // record where it is. `each` may be empty.
  Result<void> check(const RecordSink& each = {}) const;

 private:
  struct Impl;
  explicit ShardReader(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

// All kept records of a corpus folder, numbered through its parts in order; or its rejects, or the
// evidence of its duplicates (docs/formats/clusters.md).
class CorpusReader {
 public:
  struct Part {
    std::string path;
    std::uint64_t first = 0;  // records before it
    std::uint64_t records = 0;
  };

  // Reads the manifest; kNotFound when there is none.
  static Result<CorpusReader> open(const std::string& dir);
  enum class Lines : std::uint8_t { kKept, kRejected, kClusters };
  static Result<CorpusReader> open(const std::string& dir, Lines lines);

  const std::vector<Part>& parts() const { return parts_; }
  std::uint64_t records() const { return records_; }
  Result<std::string> get(std::uint64_t number) const;
  Result<std::uint64_t> find(std::string_view id) const;  // looks into one part after the other

 private:
  std::vector<Part> parts_;
  std::uint64_t records_ = 0;
};

}  // namespace corpus

#endif  // CORPUS_SHARD_H_
