#include "io/gzip_writer.h"

#include <zlib.h>

#include <string>

#include "io/zstd_frame.h"

namespace corpus::io {

void GzipCompressor::Free::operator()(z_stream_s* stream) const {
  deflateEnd(stream);
  delete stream;
}

GzipCompressor::GzipCompressor(int level) : stream_(new z_stream_s{}) {
  constexpr int kGzip = 15 + 16;  // the largest window, gzip header and trailer
  constexpr int kMemory = 8;
  if (deflateInit2(stream_.get(), level, Z_DEFLATED, kGzip, kMemory, Z_DEFAULT_STRATEGY) != Z_OK) {
    stream_.reset();  // append_member says so
  }
}

Result<void> GzipCompressor::append_member(PaddedBuffer& out, std::string_view text) {
  if (text.size() > kMaxFrameContent) {
    return Error{Code::kLimit, "a batch of " + std::to_string(text.size()) +
                                   " bytes is too large for one gzip member; lower input.batch"};
  }
  if (stream_ == nullptr) return Error{Code::kLimit, "gzip: no memory for a context"};
  z_stream_s& z = *stream_;
  deflateReset(&z);
  std::size_t old = out.size();
  std::size_t bound = deflateBound(&z, text.size());
  out.reserve(old + bound);
  z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  z.avail_in = static_cast<uInt>(text.size());
  z.next_out = reinterpret_cast<Bytef*>(out.data() + old);
  z.avail_out = static_cast<uInt>(bound);
  if (deflate(&z, Z_FINISH) != Z_STREAM_END) return Error{Code::kLimit, "gzip: deflate failed"};
  out.resize(old + bound - z.avail_out);
  return {};
}

}  // namespace corpus::io
