#include "writers/work_folder.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <system_error>
#include <vector>

#include "io/file.h"

namespace corpus {
namespace fs = std::filesystem;
namespace {

constexpr const char* kLock = "lock";
constexpr const char* kJournal = "journal";  // exec/ keeps the checkpoint there

Error failed(const std::string& path, const char* doing, const std::error_code& error) {
  return {Code::kIo, path + ": cannot " + doing + ": " + error.message()};
}

Result<std::vector<std::string>> entries(const std::string& dir) {
  std::vector<std::string> out;
  std::error_code error;
  for (fs::directory_iterator it(dir, error), end; !error && it != end; it.increment(error)) {
    out.push_back(it->path().filename().string());
  }
  if (error) return failed(dir, "list the folder", error);
  return out;
}

Result<void> remove_tree(const std::string& path) {
  std::error_code error;
  fs::remove_all(path, error);
  if (error) return failed(path, "remove", error);
  return {};
}

}  // namespace

WorkFolder::~WorkFolder() {
  if (lock_ >= 0) ::close(lock_);
}

bool WorkFolder::present() const { return io::exists(path()); }

Result<void> WorkFolder::lock() {
  std::string file = path() + "/" + kLock;
  int fd = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
  if (fd < 0) return failed(file, "create", {errno, std::generic_category()});
  if (::flock(fd, LOCK_EX | LOCK_NB) != 0) {
    std::error_code error(errno, std::generic_category());
    ::close(fd);
    if (error.value() != EWOULDBLOCK) return failed(file, "lock", error);
    return Error{Code::kInvalidArgument,
                 out_ + ": another run is writing here; wait for it, or choose another folder"};
  }
  lock_ = fd;
  return {};
}

Result<void> WorkFolder::check_fresh() const {
  if (!io::exists(out_)) return {};
  CORPUS_TRY(auto names, entries(out_));
  for (const auto& name : names) {
    if (name == ".partial") continue;
    return Error{Code::kInvalidArgument, out_ + ": is not empty (" + name +
                                             " is in it); choose "
                                             "another output folder, or remove this one"};
  }
  if (io::exists(path() + "/" + kJournal)) {
    return Error{Code::kInvalidArgument,
                 out_ +
                     ": holds an unfinished run; give the same command with "
                     "--resume, or choose another output folder"};
  }
  return {};
}

Result<void> WorkFolder::create() {
  CORPUS_CHECK(check_fresh());
  CORPUS_CHECK(io::make_dirs(path()));
  CORPUS_CHECK(lock());
  CORPUS_CHECK(check_fresh());  // again: now nobody else can change it
  CORPUS_TRY(auto names, entries(path()));
  for (const auto& name : names) {
    if (name != kLock) CORPUS_CHECK(remove_tree(path() + "/" + name));
  }
  fs::path parent = fs::path(out_).parent_path();
  CORPUS_CHECK(io::sync_dir(parent.string()));
  return io::sync_dir(out_);
}

Result<void> WorkFolder::reopen() {
  if (!present()) {
    return Error{Code::kNotFound, out_ + ": holds no unfinished run; leave out --resume"};
  }
  return lock();
}

Result<void> WorkFolder::remove() {
  CORPUS_TRY(auto names, entries(path()));
  // The journal goes near the end, so that a kill before leaves something to resume; the lock after
  // it, so that another run cannot come in between.
  for (const auto& name : names) {
    if (name != kJournal && name != kLock) CORPUS_CHECK(remove_tree(path() + "/" + name));
  }
  CORPUS_CHECK(io::remove_file(path() + "/" + kJournal));
  CORPUS_CHECK(io::remove_file(path() + "/" + kLock));
  return remove_tree(path());
}

}  // namespace corpus
