// Files, as thin as the system calls, through one seam where tests can make them fail.
//
// Every read and write of libcorpus goes through here. Reads may be short only at the end of the
// file; writes are all or an Error. EINTR is handled. Messages name the path and the remedy.
// Threads: pread() is thread safe; everything else is not concurrent on one File.
#ifndef CORPUS_IO_FILE_H_
#define CORPUS_IO_FILE_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "corpus/result.h"

struct iovec;

namespace corpus::io {

class File {
 public:
  File() = default;
  ~File();
  File(File&& o) noexcept;
  File& operator=(File&& o) noexcept;

  static Result<File> open_read(const std::string& path);  // sequential read-ahead is advised
  static Result<File> create(const std::string& path);     // truncates
  static Result<File> open_append(
      const std::string& path);                 // read and write, positioned at the end
  static File adopt(int fd, std::string name);  // stdin, stdout: not closed
  static Result<File> temporary();  // without a name, in $TMPDIR or /tmp; gone when it is closed

  Result<std::size_t> read(void* to, std::size_t n);                           // 0 at the end
  Result<std::size_t> pread(void* to, std::size_t n, std::uint64_t at) const;  // short at the end
  Result<void> write(std::string_view bytes);
  Result<void> writev(const std::vector<std::string_view>& pieces);
  Result<void> truncate(std::uint64_t size);  // and positions at the new end
  Result<void> sync();
  Result<void> close();  // reports what a delayed write reports only now
  // The same open file from its beginning; the two share one position.
  Result<File> reopen() const;
  Result<std::uint64_t> size() const;
  bool seekable() const;  // a regular file
  const std::string& name() const { return name_; }
  bool is_open() const { return fd_ >= 0; }

 private:
  int fd_ = -1;
  bool owned_ = true;
  std::string name_;
};

Result<void> rename(const std::string& from, const std::string& to);
Result<void> sync_dir(const std::string& dir);  // makes renames and creations in it durable
Result<void> make_dirs(const std::string& dir);
Result<void> remove_file(const std::string& path);  // no error when it is not there
bool exists(const std::string& path);
Result<std::string> read_all(const std::string& path, std::uint64_t limit);
// Writes `path` whole or not at all: temporary name, fsync, rename, fsync of the folder.
Result<void> write_atomically(const std::string& path, std::string_view bytes);

// For tests: called before each system call with its name ("open", "read", "write", "fsync",
// "rename", "truncate") and the path; returning an errno makes the call fail with it, returning -n
// shortens a read or write to n bytes, 0 lets it pass. Null removes it. Not thread safe to set.
using FaultHook = int (*)(const char* call, const char* path, std::size_t n);
void set_fault_hook(FaultHook hook);

}  // namespace corpus::io

#endif  // CORPUS_IO_FILE_H_
