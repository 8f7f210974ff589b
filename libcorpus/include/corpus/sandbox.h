// Runs code that a model wrote, where it can do no harm: bubblewrap gives it namespaces of its own
// (no network, no other processes, /usr read-only, a small tmpfs and nothing else), a seccomp
// filter forbids new processes, sockets and the kernel's odder doors, rlimits bound CPU, memory,
// files; a wall limit ends all of it. docs/adr/0012-evaluation-and-serving.md says why it is built
// like this.
//
// Where bubblewrap or namespaces cannot be had, open() fails and says so: there is no second,
// weaker way. Threads: run() from several at once.
#ifndef CORPUS_SANDBOX_H_
#define CORPUS_SANDBOX_H_

#include <chrono>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "corpus/result.h"

namespace corpus {

struct SandboxLimits {
  std::chrono::milliseconds wall{10'000};
  int cpu_seconds = 10;
  std::size_t memory = std::size_t{1} << 30;    // of address space
  std::size_t file = 1 << 20, disk = 16 << 20;  // one file, all files
  int open_files = 64;
  std::size_t output = 64 << 10;  // of standard output and error together; more ends the run
};

struct SandboxRun {
  enum class End { kExited, kSignalled, kWallLimit, kOutputLimit } end = End::kExited;
  int status = 0;                // exit status or signal
  std::string output;            // standard output and error, as they came
  std::string describe() const;  // "exit 1", "signal 9", "time limit", "output limit"
};

class Sandbox {
 public:
  // Finds bwrap on PATH and tries it. kUnsupported: why code cannot be run here, and what to do
  // about it.
  static Result<Sandbox> open();
  // Runs the program with /usr/bin/python3. An Error means that it could not be started, not that
  // it failed.
  Result<SandboxRun> run(std::string_view python, const SandboxLimits& limits = {}) const;
  // The same for another program, such as a compiler: `command` is its path below /usr and its
  // arguments; behind them comes the path of a file that holds `input`. It can start no process of
  // its own.
  Result<SandboxRun> run(std::span<const std::string> command, std::string_view input,
                         const SandboxLimits& limits = {}) const;

 private:
  explicit Sandbox(std::string bwrap) : bwrap_(std::move(bwrap)) {}
  std::string bwrap_;
};

}  // namespace corpus

#endif  // CORPUS_SANDBOX_H_
