#include "io/atomic_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <system_error>

namespace student {
namespace {

corpus::Error failed(const std::string& path, const char* what) {
  return {corpus::Code::kIo, path + ": " + what + ": " + std::generic_category().message(errno)};
}

}  // namespace

corpus::Result<AtomicFile> AtomicFile::create(const std::string& path) {
  AtomicFile out(-1, path);
  out.fd_ = ::open(out.temporary().c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (out.fd_ < 0) return failed(out.temporary(), "cannot create");
  return out;
}

AtomicFile::~AtomicFile() {
  if (fd_ < 0) return;
  ::close(fd_);
  ::unlink(temporary().c_str());
}

corpus::Result<void> AtomicFile::write(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t n = ::write(fd_, bytes.data(), std::min<std::size_t>(bytes.size(), 1 << 30));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return failed(path_, "cannot write");
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
  return {};
}

corpus::Result<void> AtomicFile::commit() {
  if (::fsync(fd_) != 0) return failed(path_, "cannot sync");
  if (std::rename(temporary().c_str(), path_.c_str()) != 0) return failed(path_, "cannot rename");
  ::close(std::exchange(fd_, -1));
  std::string folder = std::filesystem::path(path_).parent_path().string();
  if (folder.empty()) folder = ".";
  const int fd = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return failed(folder, "cannot open");
  const bool synced = ::fsync(fd) == 0;
  ::close(fd);
  if (!synced) return failed(folder, "cannot sync");
  return {};
}

corpus::Result<void> write_text(const std::string& path, std::string_view text) {
  CORPUS_TRY(AtomicFile file, AtomicFile::create(path));
  CORPUS_CHECK(file.write(text));
  return file.commit();
}

}  // namespace student
