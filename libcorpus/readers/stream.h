// Stream: the decompressed bytes of one input with a window that looks ahead.
//
// The window is what was read and not yet taken; views of it are valid until the next fill(),
// read() or unread(). How much it holds beyond what was asked for says nothing: no reader may let
// it decide anything. Not thread safe.
#ifndef CORPUS_READERS_STREAM_H_
#define CORPUS_READERS_STREAM_H_

#include <cstdint>
#include <memory>
#include <string_view>

#include "corpus/batch.h"
#include "corpus/result.h"
#include "io/byte_reader.h"

namespace corpus::readers {

class Stream {
 public:
  explicit Stream(std::unique_ptr<io::ByteReader> bytes) : bytes_(std::move(bytes)) {}

  std::string_view window() const { return buffer_.view().substr(begin_); }
  // Makes the window n bytes long or longer; false when the input ends before that.
  Result<bool> fill(std::size_t n);
  void take(std::size_t n);  // from the front of the window
  // Takes n bytes into `to`, past the window straight from the decoder; fewer only at the end.
  Result<std::size_t> read(char* to, std::size_t n);
  // Puts back what read() took last.
  void unread(std::string_view bytes);
  // Takes and forgets everything up to `offset`; false when the input ends before it.
  Result<bool> skip_to(std::uint64_t offset);

  std::uint64_t offset() const { return offset_; }  // decompressed, of the window's first byte
  const io::ByteReader& bytes() const { return *bytes_; }

 private:
  // Bytes into the buffer or the caller's memory until n or the end.
  Result<std::size_t> pull(char* to, std::size_t n);

  std::unique_ptr<io::ByteReader> bytes_;
  PaddedBuffer buffer_;
  std::size_t begin_ = 0;
  std::uint64_t offset_ = 0;
  bool ended_ = false;  // the decoder has no more
};

}  // namespace corpus::readers

#endif  // CORPUS_READERS_STREAM_H_
