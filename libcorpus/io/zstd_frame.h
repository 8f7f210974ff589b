// Independent zstd frames: one call, one frame, with its content size and a checksum (RFC 8878).
//
// A frame written here can be decompressed on its own, so files of concatenated frames are written
// and read in parallel and at random. The context inside is reused from call to call; one object is
// used by one thread at a time.
#ifndef CORPUS_IO_ZSTD_FRAME_H_
#define CORPUS_IO_ZSTD_FRAME_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include "corpus/batch.h"
#include "corpus/result.h"

struct ZSTD_CCtx_s;
struct ZSTD_DCtx_s;

namespace corpus::io {

// What readers of the seekable format accept as the content of one frame.
constexpr std::uint64_t kMaxFrameContent = std::uint64_t{1} << 30;

class ZstdCompressor {
 public:
  explicit ZstdCompressor(int level);  // 1 (fast) to 22 (small)
  // Appends one frame that holds `text`. kLimit when text is larger than kMaxFrameContent or memory
  // runs out.
  Result<void> append_frame(PaddedBuffer& out, std::string_view text);

 private:
  struct Free {
    void operator()(ZSTD_CCtx_s* context) const;
  };
  std::unique_ptr<ZSTD_CCtx_s, Free> context_;
};

class ZstdDecompressor {
 public:
  ZstdDecompressor();
  // Replaces `out` by the content of exactly one frame, which has to say that its size is `size`.
  // kCorrupt when it is anything else or its checksum is wrong.
  Result<void> decode(std::string_view frame, std::uint64_t size, PaddedBuffer& out);

 private:
  struct Free {
    void operator()(ZSTD_DCtx_s* context) const;
  };
  std::unique_ptr<ZSTD_DCtx_s, Free> context_;
};

// The frame's own content checksum: the low half of XXH64 of the content. The seekable format's
// checksum is the same number.
std::uint32_t content_checksum(std::string_view frame);

}  // namespace corpus::io

#endif  // CORPUS_IO_ZSTD_FRAME_H_
