// ShardWriter: one series of numbered files, part-00000.jsonl.zst and so on, in a work folder.
//
// A file ends at the first batch boundary where it has `shard_bytes` or its record index is full.
// checkpoint() makes what was written durable and appends a line of state to a blob; restore(), in
// another process, cuts the files back to it. What a file's index needs is kept in a log beside it,
// because the file itself would have to be parsed again otherwise.
// One thread at a time. Errors name the file.
#ifndef CORPUS_WRITERS_SHARD_WRITER_H_
#define CORPUS_WRITERS_SHARD_WRITER_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "corpus/result.h"
#include "io/file.h"
#include "io/record_digests.h"
#include "io/sha256.h"
#include "writers/encode.h"
#include "writers/manifest.h"
#include "writers/record_index.h"

namespace corpus {

class ShardWriter {
 public:
  struct Options {
    std::string folder;  // where the files are written
    std::string prefix;  // of their names in the manifest: "" or "rejects/"
    std::string suffix;  // ".jsonl.zst"
    std::uint64_t shard_bytes = std::uint64_t{256} << 20;
    bool index = false;  // end each file with a record index and a seek table
    std::string stem = "part";  // part-00000, part-00001 ...
    bool first_bare = false;    // the first file is <stem><suffix>, without a number
    std::string digests;        // folder for the records' digests, under the names of the files
  };
  explicit ShardWriter(Options options) : options_(std::move(options)) {}

  Result<void> write(const Encoded& encoded);
  // Everything written so far is on disk when this returns; `state` gets what restore() needs.
  Result<void> checkpoint(std::string& state);
  // `state` begins with what checkpoint() appended, which is taken off. On a fresh object.
  Result<void> restore(std::string_view& state);
  // Ends the open file. With `some`, writes an empty one when there is none at all.
  Result<void> finish(bool some);

  // Finished files, in order.
  const std::vector<FileInfo>& files() const { return files_; }
  std::uint64_t bytes() const { return total_ + file_bytes_; }

 private:
  std::string name(std::size_t number) const;
  std::string path(std::size_t number) const { return options_.folder + "/" + name(number); }
  std::string log_path(std::size_t number) const;
  std::string digests_path(std::size_t number) const {
    return options_.digests + "/" + name(number);
  }
  Result<void> begin_file();
  Result<void> append(std::string_view bytes);
  Result<void> end_file();
  Result<void> reopen(std::uint64_t bytes, std::uint64_t log_bytes);
  Result<void> remove_later_files();

  Options options_;
  std::vector<FileInfo> files_;
  std::uint64_t total_ = 0;  // bytes of files_

  io::File file_, log_;
  std::uint64_t file_bytes_ = 0, log_bytes_ = 0, lines_ = 0, continued_ = 0;
  io::Sha256 sha_;
  RecordIndex index_;
  std::optional<io::RecordDigestWriter> digests_;  // of the open file
  std::size_t logs_from_ = 0;         // logs of earlier files are gone
  std::size_t checkpoint_files_ = 0;  // finished files at the last checkpoint
};

}  // namespace corpus

#endif  // CORPUS_WRITERS_SHARD_WRITER_H_
