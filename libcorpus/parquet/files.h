// Parquet files as JSON Lines, and records as Parquet files.
//
// The one folder that knows Arrow C++. Built without it (CORPUS_PARQUET is off) built() is false and both
// functions are kUnsupported, with the remedy.
#ifndef CORPUS_PARQUET_FILES_H_
#define CORPUS_PARQUET_FILES_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "corpus/pipeline.h"
#include "corpus/result.h"
#include "io/byte_reader.h"
#include "io/file.h"

namespace corpus::parquet {

inline constexpr std::string_view kMagic = "PAR1";
inline constexpr const char* kNotBuilt = "this build has no Parquet: build with -DCORPUS_PARQUET=ON";

bool built();

// The rows of a Parquet file as corpus::arrow::lines_of() prints them, in bounded memory. The file has to be
// seekable, and begins with kMagic. What is wrong with it is an Error that names it: kCorrupt, kUnsupported for a
// type that JSON has no word for, kLimit for pages or cells that take more memory than `memory`, kIo. Of `columns`,
// unless there are none, all that the file has are read and no others; kInvalidArgument when it has none of them.
inline constexpr std::int64_t kMemory = std::int64_t{1} << 30;
Result<std::unique_ptr<io::ByteReader>> open(io::File file, const std::vector<std::string>& columns = {},
                                             std::int64_t memory = kMemory);

// Writes records with the columns of corpus/arrow.h. The same records in the same batches give the same bytes.
// Not thread safe.
class Writer {
 public:
  virtual ~Writer() = default;
  virtual Result<void> add(const Delivered& delivered) = 0;
  // The footer; then the file is synced and closed. Nothing before this makes a file that can be read.
  virtual Result<void> finish() = 0;
  virtual std::uint64_t bytes() const = 0;  // written so far
};

// A row group is closed before the lines in it would be more than `row_group`; a batch is never split.
inline constexpr std::size_t kRowGroup = std::size_t{64} << 20;
Result<std::unique_ptr<Writer>> create(io::File file, int zstd_level, std::size_t row_group = kRowGroup);

}  // namespace corpus::parquet

#endif  // CORPUS_PARQUET_FILES_H_
