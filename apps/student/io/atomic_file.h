// A file that appears whole or not at all: written under another name, synced, renamed, folder synced.
#ifndef STUDENT_IO_ATOMIC_FILE_H_
#define STUDENT_IO_ATOMIC_FILE_H_

#include <corpus/result.h>

#include <string>
#include <string_view>
#include <utility>

namespace student {

class AtomicFile {
 public:
  static corpus::Result<AtomicFile> create(const std::string& path);
  ~AtomicFile();  // without commit(): nothing is left
  AtomicFile(AtomicFile&& o) noexcept : fd_(std::exchange(o.fd_, -1)), path_(std::move(o.path_)) {}
  AtomicFile& operator=(AtomicFile&&) = delete;

  corpus::Result<void> write(std::string_view bytes);
  corpus::Result<void> commit();

 private:
  AtomicFile(int fd, std::string path) : fd_(fd), path_(std::move(path)) {}
  std::string temporary() const { return path_ + ".tmp"; }
  int fd_;
  std::string path_;
};

corpus::Result<void> write_text(const std::string& path, std::string_view text);

}  // namespace student

#endif  // STUDENT_IO_ATOMIC_FILE_H_
