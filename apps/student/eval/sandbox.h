// Runs Python that a model wrote, where it can do no harm: bubblewrap gives it namespaces of its own (no network,
// no other processes, /usr read-only, a small tmpfs and nothing else), a seccomp filter forbids new processes,
// sockets and the kernel's odder doors, rlimits bound CPU, memory, files; a wall limit ends all of it.
// docs/adr/0012-evaluation-and-serving.md says why it is built like this.
//
// Where bubblewrap or namespaces cannot be had, open() fails and says so: there is no second, weaker way.
// Threads: run() from several at once.
#ifndef STUDENT_EVAL_SANDBOX_H_
#define STUDENT_EVAL_SANDBOX_H_

#include <corpus/result.h>

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>

namespace student {

struct SandboxLimits {
  std::chrono::milliseconds wall{10'000};
  int cpu_seconds = 10;
  std::size_t memory = std::size_t{1} << 30;   // of address space
  std::size_t file = 1 << 20, disk = 16 << 20;  // one file, all files
  int open_files = 64;
  std::size_t output = 64 << 10;               // of standard output and error together; more ends the run
};

struct SandboxRun {
  enum class End { kExited, kSignalled, kWallLimit, kOutputLimit } end = End::kExited;
  int status = 0;      // exit status or signal
  std::string output;  // standard output and error, as they came
  std::string describe() const;  // "exit 1", "signal 9", "time limit", "output limit"
};

class Sandbox {
 public:
  // Finds bwrap on PATH and tries it. kUnsupported: why code cannot be run here, and what to do about it.
  static corpus::Result<Sandbox> open();
  // Runs the program with /usr/bin/python3. An Error means that it could not be started, not that it failed.
  corpus::Result<SandboxRun> run(std::string_view python, const SandboxLimits& limits = {}) const;

 private:
  explicit Sandbox(std::string bwrap) : bwrap_(std::move(bwrap)) {}
  std::string bwrap_;
};

}  // namespace student

#endif  // STUDENT_EVAL_SANDBOX_H_
