// A file's bytes, read only, mapped into memory. Gone with the object.
#ifndef STUDENT_IO_MAPPED_FILE_H_
#define STUDENT_IO_MAPPED_FILE_H_

#include <corpus/result.h>

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

namespace student {

class MappedFile {
 public:
  static corpus::Result<MappedFile> open(const std::string& path);
  ~MappedFile();
  MappedFile(MappedFile&& o) noexcept
      : data_(std::exchange(o.data_, nullptr)), size_(std::exchange(o.size_, 0)), path_(std::move(o.path_)) {}
  MappedFile& operator=(MappedFile&& o) noexcept {
    std::swap(data_, o.data_);
    std::swap(size_, o.size_);
    std::swap(path_, o.path_);
    return *this;
  }

  std::string_view bytes() const { return {static_cast<const char*>(data_), size_}; }
  const std::string& path() const { return path_; }

 private:
  MappedFile() = default;
  void* data_ = nullptr;
  std::size_t size_ = 0;
  std::string path_;
};

// A whole file of at most `limit` bytes.
corpus::Result<std::string> read_text(const std::string& path, std::size_t limit = std::size_t{256} << 20);

}  // namespace student

#endif  // STUDENT_IO_MAPPED_FILE_H_
