#include "corpus/mapped_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace corpus {

Result<MappedFile> MappedFile::open(const std::string& path) {
  auto failed = [&](int error) {
    return Error{error == ENOENT ? Code::kNotFound : Code::kIo,
                 path + ": " + std::generic_category().message(error)};
  };
  int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return failed(errno);
  struct stat info;
  void* bytes = nullptr;
  int error = ::fstat(fd, &info) == 0 ? 0 : errno;
  if (error == 0 && !S_ISREG(info.st_mode)) {
    ::close(fd);
    return Error{Code::kIo, path + ": not a regular file"};
  }
  auto size = error == 0 ? static_cast<std::size_t>(info.st_size) : 0;
  if (size > 0) {  // mapping nothing is an error of its own
    bytes = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (bytes == MAP_FAILED) error = errno;
  }
  ::close(fd);
  if (error != 0) return failed(error);
  return MappedFile({static_cast<const char*>(bytes), size});
}

MappedFile::~MappedFile() {
  if (!bytes_.empty()) ::munmap(const_cast<char*>(bytes_.data()), bytes_.size());
}

}  // namespace corpus
