// A file in memory, read only, paged in by the system when it is looked at. Gone with the object.
#ifndef CORPUS_MAPPED_FILE_H_
#define CORPUS_MAPPED_FILE_H_

#include <string>
#include <string_view>
#include <utility>

#include "corpus/result.h"

namespace corpus {

class MappedFile {
 public:
  static Result<MappedFile> open(const std::string& path);
  MappedFile(MappedFile&& o) noexcept : bytes_(std::exchange(o.bytes_, {})) {}
  MappedFile& operator=(MappedFile&& o) noexcept {
    std::swap(bytes_, o.bytes_);
    return *this;
  }
  ~MappedFile();
  std::string_view view() const { return bytes_; }

 private:
  explicit MappedFile(std::string_view bytes) : bytes_(bytes) {}
  std::string_view bytes_;
};

}  // namespace corpus

#endif  // CORPUS_MAPPED_FILE_H_
