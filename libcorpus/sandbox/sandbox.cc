#include "corpus/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <utility>
#include <vector>

#include "sandbox/seccomp_filter.h"

namespace corpus {
namespace {

using Clock = std::chrono::steady_clock;

Error system_error(const char* what) {
  return {Code::kIo, std::string("sandbox: ") + what + ": " + strerror(errno)};
}

class Fd {
 public:
  explicit Fd(int fd = -1) : fd_(fd) {}
  Fd(Fd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  ~Fd() { reset(); }
  void reset() {
    if (fd_ >= 0) ::close(fd_);
    fd_ = -1;
  }
  int get() const { return fd_; }

 private:
  int fd_;
};

// Bytes that the child reads from a descriptor, from the start.
Result<Fd> in_memory(const char* name, const void* bytes, std::size_t size) {
  Fd fd(::memfd_create(name, MFD_CLOEXEC));
  if (fd.get() < 0) return system_error("memfd_create");
  for (std::size_t done = 0; done < size;) {
    auto n = ::write(fd.get(), static_cast<const char*>(bytes) + done, size - done);
    if (n <= 0) return system_error("write");
    done += static_cast<std::size_t>(n);
  }
  ::lseek(fd.get(), 0, SEEK_SET);
  return fd;
}

std::string find_on_path(const char* name) {
  const char* path = std::getenv("PATH");
  std::string_view rest = path != nullptr ? path : "";
  while (!rest.empty()) {
    auto colon = rest.find(':');
    std::string file = std::string(rest.substr(0, colon)) + '/' + name;
    if (file[0] == '/' && ::access(file.c_str(), X_OK) == 0) return file;
    rest = colon == std::string_view::npos ? std::string_view() : rest.substr(colon + 1);
  }
  return {};
}

void limit(int what, std::size_t most) {
  rlimit both{most, most};
  ::setrlimit(static_cast<__rlimit_resource>(what), &both);
}

// Between fork and exec: only calls that are safe there.
[[noreturn]] void become(char* const* arguments, int output, int program, int filter,
                         const SandboxLimits& limits) {
  ::setpgid(0, 0);
  int null = ::open("/dev/null", O_RDONLY);
  ::dup2(null, 0);
  ::dup2(output, 1);
  ::dup2(output, 2);
  // Inherited by number, as the arguments name them. All others close on exec, or are closed here.
  ::dup2(program, 3);
  ::dup2(filter, 4);
  ::close_range(5, ~0u, 0);
  limit(RLIMIT_CPU, static_cast<std::size_t>(limits.cpu_seconds));
  limit(RLIMIT_AS, limits.memory);
  limit(RLIMIT_FSIZE, limits.file);
  limit(RLIMIT_NOFILE, static_cast<std::size_t>(limits.open_files));
  limit(RLIMIT_CORE, 0);
  char* nothing[] = {nullptr};
  ::execve(arguments[0], arguments, nothing);
  ::_exit(127);
}

// Reads until the end of the output, a limit, or the wall time; then the process is gone or about
// to be.
SandboxRun::End watch(int output, Clock::time_point end, std::size_t most, std::string& out) {
  char buffer[16 << 10];
  for (;;) {
    auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - Clock::now()).count();
    pollfd waiting{output, POLLIN, 0};
    int ready = left > 0 ? ::poll(&waiting, 1, static_cast<int>(left)) : 0;
    if (ready < 0 && errno == EINTR) continue;
    if (ready <= 0) return SandboxRun::End::kWallLimit;
    auto n = ::read(output, buffer, sizeof buffer);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return SandboxRun::End::kExited;
    out.append(buffer, std::min(static_cast<std::size_t>(n), most - out.size()));
    if (out.size() >= most) return SandboxRun::End::kOutputLimit;
  }
}

}  // namespace

std::string SandboxRun::describe() const {
  switch (end) {
    case End::kExited:
      return "exit " + std::to_string(status);
    case End::kSignalled:
      return "signal " + std::to_string(status);
    case End::kWallLimit:
      return "time limit";
    case End::kOutputLimit:
      return "output limit";
  }
  return {};
}

Result<Sandbox> Sandbox::open() {
  const std::string advice = "; code that a model wrote is not run outside a sandbox";
  if (sandbox::seccomp_filter().empty()) {
    return Error{Code::kUnsupported, "there is no sandbox for this kind of processor" + advice};
  }
  Sandbox opened(find_on_path("bwrap"));
  if (opened.bwrap_.empty()) {
    return Error{Code::kUnsupported, "bwrap is not on PATH: install bubblewrap" + advice};
  }
  if (::access("/usr/bin/python3", X_OK) != 0) {
    return Error{Code::kUnsupported, "there is no /usr/bin/python3: install python3" + advice};
  }
  CORPUS_TRY(auto tried, opened.run("print('works')"));
  if (tried.end != SandboxRun::End::kExited || tried.status != 0 || tried.output != "works\n") {
    return Error{Code::kUnsupported, "bwrap does not work here (" + tried.describe() + ": " +
                                         tried.output.substr(0, tried.output.find('\n')) + ")" +
                                         advice};
  }
  return opened;
}

Result<SandboxRun> Sandbox::run(std::string_view python, const SandboxLimits& limits) const {
  const std::string command[] = {"/usr/bin/python3", "-I", "-S", "-B"};
  return run(command, python, limits);
}

Result<SandboxRun> Sandbox::run(std::span<const std::string> command, std::string_view input,
                                const SandboxLimits& limits) const {
  auto filter = sandbox::seccomp_filter();
  // Descriptors 3 and 4 may be in use by this process; the copies are made after fork, so these
  // must lie above.
  CORPUS_TRY(auto program_low, in_memory("program", input.data(), input.size()));
  CORPUS_TRY(auto filter_low, in_memory("filter", filter.data(), filter.size() * sizeof filter[0]));
  Fd program(::fcntl(program_low.get(), F_DUPFD_CLOEXEC, 10)),
      rules(::fcntl(filter_low.get(), F_DUPFD_CLOEXEC, 10));
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return system_error("pipe");
  Fd from(ends[0]), to_low(ends[1]);
  Fd to(::fcntl(to_low.get(), F_DUPFD_CLOEXEC, 10));
  to_low.reset();
  if (program.get() < 0 || rules.get() < 0 || to.get() < 0) return system_error("fcntl");

  std::vector<std::string> words = {bwrap_,
                                    "--unshare-all",
                                    "--die-with-parent",
                                    "--new-session",
                                    "--clearenv",
                                    "--setenv",
                                    "PATH",
                                    "/usr/bin",
                                    "--setenv",
                                    "PYTHONHASHSEED",
                                    "0",
                                    "--ro-bind",
                                    "/usr",
                                    "/usr",
                                    "--symlink",
                                    "usr/lib",
                                    "/lib",
                                    "--symlink",
                                    "usr/lib64",
                                    "/lib64",
                                    "--symlink",
                                    "usr/bin",
                                    "/bin",
                                    "--size",
                                    std::to_string(limits.disk),
                                    "--tmpfs",
                                    "/tmp",
                                    "--ro-bind-data",
                                    "3",
                                    "/program.py",
                                    "--remount-ro",
                                    "/",
                                    "--chdir",
                                    "/tmp",
                                    "--seccomp",
                                    "4",
                                    "--"};
  words.insert(words.end(), command.begin(), command.end());
  words.emplace_back("/program.py");
  std::vector<char*> arguments;
  for (auto& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);

  pid_t child = ::fork();
  if (child < 0) return system_error("fork");
  if (child == 0) become(arguments.data(), to.get(), program.get(), rules.get(), limits);
  ::setpgid(child, child);
  to.reset();

  SandboxRun out;
  auto end = Clock::now() + limits.wall;
  out.end = watch(from.get(), end, limits.output, out.output);
  int status = 0;
  pid_t gone = 0;
  // Output may end before the process does.
  while (out.end == SandboxRun::End::kExited && (gone = ::waitpid(child, &status, WNOHANG)) == 0) {
    if (Clock::now() >= end) out.end = SandboxRun::End::kWallLimit;
    ::usleep(1000);
  }
  if (gone == 0) {
    ::kill(-child, SIGKILL);  // bwrap; what is inside dies with it
    while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
  }
  if (out.end != SandboxRun::End::kExited) return out;
  if (WIFSIGNALED(status) || (WIFEXITED(status) && WEXITSTATUS(status) > 128)) {
    out.end = SandboxRun::End::kSignalled;
    out.status = WIFSIGNALED(status) ? WTERMSIG(status)
                                     : WEXITSTATUS(status) - 128;  // as bwrap passes it on
  } else {
    out.status = WEXITSTATUS(status);
  }
  return out;
}

}  // namespace corpus
