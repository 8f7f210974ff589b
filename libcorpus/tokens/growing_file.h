// A file that grows under a temporary name and gets its own when it is whole.
#ifndef CORPUS_TOKENS_GROWING_FILE_H_
#define CORPUS_TOKENS_GROWING_FILE_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "corpus/result.h"
#include "io/file.h"

namespace corpus::tokens {

class GrowingFile {
 public:
  explicit GrowingFile(std::string path) : path_(std::move(path)) {}
  ~GrowingFile() {
    if (file_.is_open())
      (void)io::remove_file(path_ + ".partial");  // the run failed: leave nothing
  }
  GrowingFile(const GrowingFile&) = delete;
  GrowingFile& operator=(const GrowingFile&) = delete;

  Result<void> open() {
    CORPUS_TRY(file_, io::File::create(path_ + ".partial"));
    return {};
  }
  Result<void> write(std::string_view bytes) {
    size_ += bytes.size();
    buffer_ += bytes;
    return buffer_.size() < kBuffer ? Result<void>() : flush();
  }
  std::uint64_t size() const { return size_; }

  Result<void> finish() {  // durable, still under the temporary name
    CORPUS_CHECK(flush());
    return file_.sync();
  }
  Result<void> publish() {
    CORPUS_CHECK(io::rename(path_ + ".partial", path_));
    return file_.close();
  }

 private:
  static constexpr std::size_t kBuffer = std::size_t{1} << 20;
  Result<void> flush() {
    CORPUS_CHECK(file_.write(buffer_));
    buffer_.clear();
    return {};
  }

  std::string path_;
  std::string buffer_;
  io::File file_;
  std::uint64_t size_ = 0;
};

}  // namespace corpus::tokens

#endif  // CORPUS_TOKENS_GROWING_FILE_H_
