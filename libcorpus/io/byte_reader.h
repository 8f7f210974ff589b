// ByteReader: the decompressed bytes of one input, in bounded memory.
//
// open_bytes() sniffs the compression by content (zstd magic incl. skippable frames, gzip magic),
// never by name. Concatenated zstd frames and gzip members are read through. Not thread safe.
#ifndef CORPUS_IO_BYTE_READER_H_
#define CORPUS_IO_BYTE_READER_H_

#include <cstdint>
#include <memory>
#include <string>

#include "corpus/batch.h"
#include "corpus/result.h"
#include "io/file.h"

namespace corpus::io {

class ByteReader {
 public:
  virtual ~ByteReader() = default;
  // Up to n decompressed bytes into `to`; 0 at the end. Corruption and truncation are errors that
  // name the stored byte position. Once it returned an Error it returns that Error again.
  virtual Result<std::size_t> read(char* to, std::size_t n) = 0;
  virtual std::uint64_t stored_read() const = 0;  // compressed bytes consumed
  virtual const char* compression() const = 0;    // "none", "zstd", "gzip"
  virtual Key128 stored_hash() const = 0;         // XXH3-128 of the stored bytes read so far
};

struct ReadLimits {
  // Largest zstd window accepted. 2^27 is what zstd's own tools accept; files made with --long=31
  // need more memory and have to be allowed by the user.
  std::uint64_t zstd_window = std::uint64_t{1} << 27;
};

Result<std::unique_ptr<ByteReader>> open_bytes(const std::string& path, const ReadLimits& limits);
Result<std::unique_ptr<ByteReader>> open_bytes(File file, const ReadLimits& limits);

}  // namespace corpus::io

#endif  // CORPUS_IO_BYTE_READER_H_
