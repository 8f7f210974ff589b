#include "io/mapped_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace student {
namespace {

corpus::Error failed(const std::string& path, const char* what) {
  const int error = errno;
  return {error == ENOENT ? corpus::Code::kNotFound : corpus::Code::kIo,
          path + ": " + what + ": " + std::generic_category().message(error)};
}

}  // namespace

corpus::Result<MappedFile> MappedFile::open(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return failed(path, "cannot open");
  struct stat info;
  if (::fstat(fd, &info) != 0 || !S_ISREG(info.st_mode)) {
    ::close(fd);
    return corpus::Error{corpus::Code::kIo, path + ": not a regular file"};
  }
  MappedFile out;
  out.path_ = path;
  out.size_ = static_cast<std::size_t>(info.st_size);
  if (out.size_ > 0) {
    void* data = ::mmap(nullptr, out.size_, PROT_READ, MAP_PRIVATE, fd, 0);
    if (data == MAP_FAILED) {
      out.size_ = 0;
      const corpus::Error error = failed(path, "cannot map");
      ::close(fd);
      return error;
    }
    out.data_ = data;
  }
  ::close(fd);
  return out;
}

MappedFile::~MappedFile() {
  if (data_ != nullptr) ::munmap(data_, size_);
}

corpus::Result<std::string> read_text(const std::string& path, std::size_t limit) {
  CORPUS_TRY(const MappedFile file, MappedFile::open(path));
  if (file.bytes().size() > limit) {
    return corpus::Error{corpus::Code::kLimit, path + ": " + std::to_string(file.bytes().size()) +
                                                   " bytes, more than " + std::to_string(limit)};
  }
  return std::string(file.bytes());
}

}  // namespace student
