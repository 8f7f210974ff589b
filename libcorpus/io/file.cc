#include "io/file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <system_error>
#include <utility>

namespace corpus::io {
namespace {

FaultHook g_hook = nullptr;

// What the user can do about it; empty where the system's own words are all there is to say.
const char* remedy(int error) {
  switch (error) {
    case ENOSPC:
    case EDQUOT:
      return "; free some and run again with --resume";
    case EFBIG:
      return "; the file system limits the size of a file: write to another one";
    case EACCES:
    case EPERM:
      return "; check the owner and the mode";
    case EROFS:
      return "; choose another folder";
    case ENOENT:
      return "; check the path";
    case EMFILE:
      return "; raise the limit with ulimit -n";
    case EIO:
      return "; the disk or network reports a fault, see dmesg";
    default:
      return "";
  }
}

Error system_error(const std::string& path, const char* doing, int error) {
  std::string words = error == ENOSPC ? "no space left" : std::generic_category().message(error);
  return {error == ENOENT ? Code::kNotFound : Code::kIo,
          path + ": cannot " + doing + ": " + words + remedy(error)};
}

// Runs one system call: asks the hook, then repeats while a signal interrupts. `call` gets the size
// the hook left and returns what the system call returned; the result is never -1 with errno EINTR.
template <typename Call>
ssize_t checked(const char* name, const char* path, std::size_t n, Call call) {
  for (;;) {
    std::size_t size = n;
    int fault = g_hook != nullptr ? g_hook(name, path, n) : 0;
    if (fault > 0) {
      if (fault == EINTR) continue;
      errno = fault;
      return -1;
    }
    if (fault < 0) size = std::min(n, static_cast<std::size_t>(-static_cast<long>(fault)));
    ssize_t got = call(size);
    if (got >= 0 || errno != EINTR) return got;
  }
}

int open_fd(const std::string& path, int flags) {
  return static_cast<int>(checked("open", path.c_str(), 0, [&](std::size_t) -> ssize_t {
    return ::open(path.c_str(), flags | O_CLOEXEC, 0666);
  }));
}

}  // namespace

void set_fault_hook(FaultHook hook) { g_hook = hook; }

File::~File() {
  if (fd_ >= 0 && owned_) ::close(fd_);
}

File::File(File&& o) noexcept
    : fd_(std::exchange(o.fd_, -1)), owned_(o.owned_), name_(std::move(o.name_)) {}

File& File::operator=(File&& o) noexcept {
  std::swap(fd_, o.fd_);
  std::swap(owned_, o.owned_);
  std::swap(name_, o.name_);
  return *this;
}

Result<File> File::open_read(const std::string& path) {
  File file;
  file.name_ = path;
  file.fd_ = open_fd(path, O_RDONLY);
  if (file.fd_ < 0) return system_error(path, "open", errno);
  struct stat st;
  if (::fstat(file.fd_, &st) == 0 && S_ISDIR(st.st_mode)) {
    return Error{Code::kInvalidArgument, path + ": is a folder, not a file"};
  }
  (void)::posix_fadvise(file.fd_, 0, 0, POSIX_FADV_SEQUENTIAL);  // advice: refused for pipes
  return file;
}

Result<File> File::create(const std::string& path) {
  File file;
  file.name_ = path;
  file.fd_ = open_fd(path, O_RDWR | O_CREAT | O_TRUNC);
  if (file.fd_ < 0) return system_error(path, "create", errno);
  return file;
}

Result<File> File::open_append(const std::string& path) {
  File file;
  file.name_ = path;
  file.fd_ = open_fd(path, O_RDWR | O_CREAT);
  if (file.fd_ < 0) return system_error(path, "open", errno);
  if (::lseek(file.fd_, 0, SEEK_END) < 0) return system_error(path, "seek", errno);
  return file;
}

File File::adopt(int fd, std::string name) {
  File file;
  file.fd_ = fd;
  file.owned_ = false;
  file.name_ = std::move(name);
  return file;
}

Result<File> File::temporary() {
  const char* folder = std::getenv("TMPDIR");
  File file;
  file.name_ = folder != nullptr && *folder != '\0' ? folder : "/tmp";
  std::string path = file.name_ + "/corpus-XXXXXX";
  file.fd_ = static_cast<int>(checked("open", path.c_str(), 0, [&](std::size_t) -> ssize_t {
    return ::mkostemp(path.data(), O_CLOEXEC);
  }));
  if (file.fd_ < 0) return system_error(file.name_, "create a temporary file", errno);
  ::unlink(path.c_str());
  return file;
}

Result<File> File::reopen() const {
  File file;
  file.name_ = name_;
  file.fd_ = ::fcntl(fd_, F_DUPFD_CLOEXEC, 0);
  if (file.fd_ < 0) return system_error(name_, "open again", errno);
  if (::lseek(file.fd_, 0, SEEK_SET) < 0) return system_error(name_, "seek", errno);
  return file;
}

Result<std::size_t> File::read(void* to, std::size_t n) {
  std::size_t done = 0;
  while (done < n) {
    ssize_t got = checked("read", name_.c_str(), n - done, [&](std::size_t size) {
      return ::read(fd_, static_cast<char*>(to) + done, size);
    });
    if (got < 0) return system_error(name_, "read", errno);
    if (got == 0) break;
    done += static_cast<std::size_t>(got);
  }
  return done;
}

Result<std::size_t> File::pread(void* to, std::size_t n, std::uint64_t at) const {
  std::size_t done = 0;
  while (done < n) {
    ssize_t got = checked("read", name_.c_str(), n - done, [&](std::size_t size) {
      return ::pread(fd_, static_cast<char*>(to) + done, size, static_cast<off_t>(at + done));
    });
    if (got < 0) return system_error(name_, "read", errno);
    if (got == 0) break;
    done += static_cast<std::size_t>(got);
  }
  return done;
}

Result<void> File::write(std::string_view bytes) {
  while (!bytes.empty()) {
    ssize_t put = checked("write", name_.c_str(), bytes.size(),
                          [&](std::size_t size) { return ::write(fd_, bytes.data(), size); });
    if (put < 0) return system_error(name_, "write", errno);
    bytes.remove_prefix(static_cast<std::size_t>(put));
  }
  return {};
}

Result<void> File::writev(const std::vector<std::string_view>& pieces) {
  constexpr std::size_t kMost = 256;  // far below IOV_MAX, enough to make the calls few
  std::array<iovec, kMost> list;
  std::size_t at = 0;    // first piece that is not written whole
  std::size_t skip = 0;  // bytes of it that are
  while (at < pieces.size()) {
    std::size_t count = 0, total = 0;
    for (std::size_t i = at; i < pieces.size() && count < kMost; ++i, ++count) {
      auto piece = pieces[i].substr(i == at ? skip : 0);
      list[count] = {const_cast<char*>(piece.data()), piece.size()};
      total += piece.size();
    }
    ssize_t put = checked("write", name_.c_str(), total, [&](std::size_t size) -> ssize_t {
      if (size == total) return ::writev(fd_, list.data(), static_cast<int>(count));
      return ::write(fd_, list[0].iov_base,
                     std::min(size, list[0].iov_len));  // shortened by a test
    });
    if (put < 0) return system_error(name_, "write", errno);
    skip += static_cast<std::size_t>(put);
    while (at < pieces.size() && skip >= pieces[at].size()) skip -= pieces[at++].size();
  }
  return {};
}

Result<void> File::truncate(std::uint64_t size) {
  ssize_t rc = checked("truncate", name_.c_str(), 0, [&](std::size_t) -> ssize_t {
    return ::ftruncate(fd_, static_cast<off_t>(size));
  });
  if (rc < 0) return system_error(name_, "truncate", errno);
  if (::lseek(fd_, static_cast<off_t>(size), SEEK_SET) < 0) {
    return system_error(name_, "seek", errno);
  }
  return {};
}

Result<void> File::sync() {
  ssize_t rc =
      checked("fsync", name_.c_str(), 0, [&](std::size_t) -> ssize_t { return ::fsync(fd_); });
  if (rc < 0 && errno != EINVAL) return system_error(name_, "sync", errno);  // EINVAL: a pipe
  return {};
}

Result<void> File::close() {
  int fd = std::exchange(fd_, -1);
  if (fd < 0 || !owned_) return {};
  // Linux closes the descriptor even when it reports EINTR, so this is never repeated.
  if (::close(fd) < 0 && errno != EINTR) return system_error(name_, "close", errno);
  return {};
}

Result<std::uint64_t> File::size() const {
  struct stat st;
  if (::fstat(fd_, &st) < 0) return system_error(name_, "stat", errno);
  return static_cast<std::uint64_t>(st.st_size);
}

bool File::seekable() const {
  struct stat st;
  return ::fstat(fd_, &st) == 0 && S_ISREG(st.st_mode);
}

Result<void> rename(const std::string& from, const std::string& to) {
  ssize_t rc = checked("rename", from.c_str(), 0, [&](std::size_t) -> ssize_t {
    return std::rename(from.c_str(), to.c_str());
  });
  if (rc < 0) return system_error(from, ("rename to " + to).c_str(), errno);
  return {};
}

Result<void> sync_dir(const std::string& dir) {
  const std::string path = dir.empty() ? "." : dir;
  int fd = open_fd(path, O_RDONLY | O_DIRECTORY);
  if (fd < 0) return system_error(path, "open", errno);
  ssize_t rc =
      checked("fsync", path.c_str(), 0, [&](std::size_t) -> ssize_t { return ::fsync(fd); });
  int error = errno;
  ::close(fd);
  if (rc < 0 && error != EINVAL) return system_error(path, "sync", error);
  return {};
}

Result<void> make_dirs(const std::string& dir) {
  for (std::size_t end = 1; end <= dir.size(); ++end) {
    if (end != dir.size() && dir[end] != '/') continue;
    std::string part = dir.substr(0, end);
    if (::mkdir(part.c_str(), 0777) == 0) continue;
    int error = errno;
    struct stat st;
    if (::stat(part.c_str(), &st) == 0) {
      if (S_ISDIR(st.st_mode)) continue;
      return Error{Code::kInvalidArgument, part + ": is a file where a folder is needed"};
    }
    return system_error(part, "create the folder", error);
  }
  return {};
}

Result<void> remove_file(const std::string& path) {
  if (::unlink(path.c_str()) == 0 || errno == ENOENT) return {};
  return system_error(path, "remove", errno);
}

bool exists(const std::string& path) {
  struct stat st;
  return ::stat(path.c_str(), &st) == 0;
}

Result<std::string> read_all(const std::string& path, std::uint64_t limit) {
  CORPUS_TRY(File file, File::open_read(path));
  std::string out;
  for (;;) {  // not by size(): a pipe or a file in /proc has none
    constexpr std::size_t kStep = std::size_t{64} << 10;
    std::size_t old = out.size();
    std::size_t want = std::max(kStep, old);
    if (want > limit - old) want = static_cast<std::size_t>(limit - old) + 1;
    out.resize(old + want);
    CORPUS_TRY(std::size_t got, file.read(out.data() + old, want));
    out.resize(old + got);
    if (out.size() > limit) {
      return Error{Code::kLimit, path + ": is larger than " + std::to_string(limit) + " bytes"};
    }
    if (got < want) return out;
  }
}

Result<void> write_atomically(const std::string& path, std::string_view bytes) {
  std::string temporary = path + ".tmp";
  auto write = [&]() -> Result<void> {
    CORPUS_TRY(File file, File::create(temporary));
    CORPUS_CHECK(file.write(bytes));
    CORPUS_CHECK(file.sync());
    CORPUS_CHECK(file.close());
    return rename(temporary, path);
  };
  if (auto done = write(); !done) {
    ::unlink(temporary.c_str());
    return done;
  }
  auto slash = path.rfind('/');
  return sync_dir(slash == std::string::npos ? "." : path.substr(0, slash + 1));
}

}  // namespace corpus::io
