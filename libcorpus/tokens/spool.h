// Bytes that are needed only once the whole is written: buffered, then in a file without a name.
#ifndef CORPUS_TOKENS_SPOOL_H_
#define CORPUS_TOKENS_SPOOL_H_

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "corpus/result.h"
#include "io/file.h"

namespace corpus::tokens {

class Spool {
 public:
  template <typename T>
  Result<void> put(T value) {
    char bytes[sizeof value];
    std::memcpy(bytes, &value, sizeof value);
    buffer_.append(bytes, sizeof value);
    size_ += sizeof value;
    return buffer_.size() < kBuffer ? Result<void>() : flush();
  }
  std::uint64_t size() const { return size_; }

  // Calls f(bytes) for everything in order; parts are whole values of up to 8 bytes.
  template <typename F>
  Result<void> read(F&& f) {
    if (file_.is_open()) {
      CORPUS_CHECK(flush());
      std::string part(kBuffer, '\0');
      for (std::uint64_t at = 0; at < size_;) {
        CORPUS_TRY(std::size_t n, file_.pread(part.data(), part.size(), at));
        if (n == 0) return Error{Code::kIo, "a temporary file became shorter"};
        CORPUS_CHECK(f(std::string_view(part).substr(0, n)));
        at += n;
      }
      return {};
    }
    return f(std::string_view(buffer_));
  }

 private:
  static constexpr std::size_t kBuffer = std::size_t{1} << 18;
  Result<void> flush() {
    if (!file_.is_open()) {
      CORPUS_TRY(file_, io::File::temporary());
    }
    CORPUS_CHECK(file_.write(buffer_));
    buffer_.clear();
    return {};
  }

  std::string buffer_;
  io::File file_;
  std::uint64_t size_ = 0;
};

}  // namespace corpus::tokens

#endif  // CORPUS_TOKENS_SPOOL_H_
