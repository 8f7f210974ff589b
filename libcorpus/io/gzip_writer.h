// Independent gzip members (RFC 1952): one call, one member. Concatenated members are one gzip
// file. The header has no name and no time, so equal text gives equal bytes. One object, one
// thread.
#ifndef CORPUS_IO_GZIP_WRITER_H_
#define CORPUS_IO_GZIP_WRITER_H_

#include <memory>
#include <string_view>

#include "corpus/batch.h"
#include "corpus/result.h"

struct z_stream_s;

namespace corpus::io {

class GzipCompressor {
 public:
  explicit GzipCompressor(int level);  // 1 (fast) to 9 (small)
  // Appends one member that holds `text`. kLimit above kMaxFrameContent or without memory.
  Result<void> append_member(PaddedBuffer& out, std::string_view text);

 private:
  struct Free {
    void operator()(z_stream_s* stream) const;
  };
  std::unique_ptr<z_stream_s, Free> stream_;
};

}  // namespace corpus::io

#endif  // CORPUS_IO_GZIP_WRITER_H_
