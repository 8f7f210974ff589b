// StoredBytes: the bytes of a file as they lie there, buffered, counted and hashed.
//
// The end of every decoder of this folder that looks at the file. Views of peek() are valid until
// the next call. Errors of fail() name the file and the position of the next byte. Not thread safe.
#ifndef CORPUS_IO_STORED_BYTES_H_
#define CORPUS_IO_STORED_BYTES_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/hash.h"
#include "io/file.h"

namespace corpus::io {

class StoredBytes {
 public:
  explicit StoredBytes(File file);

  // What is buffered, at least `least` bytes (<= kBuffer) of it unless the file ends before.
  Result<std::string_view> peek(std::size_t least);
  void take(std::size_t n);  // n bytes of the last peek() are used up
  // Up to n bytes straight into `to`; fewer only at the end.
  Result<std::size_t> read(char* to, std::size_t n);

  std::uint64_t position() const { return position_; }
  Key128 hash() const { return hasher_.digest(); }
  Error fail(Code code, std::string_view what) const { return fail_at(position_, code, what); }
  Error fail_at(std::uint64_t position, Code code, std::string_view what) const;

  static constexpr std::size_t kBuffer = std::size_t{256} << 10;

 private:
  File file_;
  Hasher128 hasher_;
  std::unique_ptr<char[]> buffer_;
  std::size_t begin_ = 0, end_ = 0;
  std::uint64_t position_ = 0;  // of buffer_[begin_]
};

}  // namespace corpus::io

#endif  // CORPUS_IO_STORED_BYTES_H_
