// The decoders behind open_bytes(), each for a stream whose first bytes open_bytes() recognised.
#ifndef CORPUS_IO_DECODERS_H_
#define CORPUS_IO_DECODERS_H_

#include <memory>
#include <string_view>
#include <utility>

#include "io/byte_reader.h"
#include "io/stored_bytes.h"

namespace corpus::io {

// What all decoders share: the stored bytes below, and that an Error is returned again for ever. An
// Error that comes after some bytes of a read() waits until those were handed out.
class Decoder : public ByteReader {
 public:
  explicit Decoder(StoredBytes stored) : stored_(std::move(stored)) {}
  Result<std::size_t> read(char* to, std::size_t n) final {
    if (failed_) return *failed_;
    std::size_t done = 0;
    if (auto ok = decode(to, n, done); !ok) {
      failed_ = std::make_unique<Error>(std::move(ok).error());
      if (done == 0) return *failed_;
    }
    return done;
  }
  std::uint64_t stored_read() const final { return stored_.position(); }
  Key128 stored_hash() const final { return stored_.hash(); }

 protected:
  // Fills `to` up to n or the end; `done` says how far, also when it fails.
  virtual Result<void> decode(char* to, std::size_t n, std::size_t& done) = 0;
  StoredBytes stored_;

 private:
  std::unique_ptr<Error> failed_;
};

bool is_zstd(std::string_view head);  // a frame or a skippable frame
std::unique_ptr<ByteReader> make_zstd_reader(StoredBytes stored, const ReadLimits& limits);

bool is_gzip(std::string_view head);
std::unique_ptr<ByteReader> make_gzip_reader(StoredBytes stored);

}  // namespace corpus::io

#endif  // CORPUS_IO_DECODERS_H_
