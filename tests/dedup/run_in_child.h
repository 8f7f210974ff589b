// Whole runs in a process of their own, so that this one has no threads and the other may be killed.
#ifndef CORPUS_TESTS_DEDUP_RUN_IN_CHILD_H_
#define CORPUS_TESTS_DEDUP_RUN_IN_CHILD_H_

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <string>
#include <utility>
#include <vector>

#include "corpus/pipeline.h"

namespace corpus::test {

// `stage` is one line of YAML.
inline Recipe recipe(const std::vector<std::string>& inputs, const std::string& stage,
                     const std::string& out) {
  std::string text = "corpus: 1\ninput:\n  batch: 64KiB\n  paths:\n";
  for (const auto& input : inputs) text += "    - " + input + "\n";
  text += "stages:\n  - " + stage + "\noutput: {dir: " + out + ", compress: none}\n";
  auto parsed = parse_recipe(text, "test");
  EXPECT_TRUE(parsed) << (parsed ? "" : parsed.error().message);
  return *std::move(parsed);
}

// "" when it went well, "killed", or the error's message. Killed after `microseconds` unless 0.
inline std::string run_in_child(const Recipe& recipe, const RunOptions& options,
                                unsigned microseconds = 0) {
  int ends[2];
  if (pipe(ends) != 0) return "no pipe";
  pid_t child = fork();
  if (child == 0) {
    auto report = run(recipe, options);
    std::string message = report ? "" : report.error().message;
    (void)!write(ends[1], message.data(), message.size());
    _exit(report ? 0 : 1);
  }
  close(ends[1]);
  if (microseconds != 0) {
    usleep(microseconds);
    kill(child, SIGKILL);
  }
  std::string message;
  char buffer[4096];
  for (ssize_t n = 0; (n = read(ends[0], buffer, sizeof buffer)) > 0;) {
    message.append(buffer, static_cast<std::size_t>(n));
  }
  close(ends[0]);
  int status = 0;
  waitpid(child, &status, 0);
  return WIFSIGNALED(status) ? "killed" : message;
}

}  // namespace corpus::test

#endif  // CORPUS_TESTS_DEDUP_RUN_IN_CHILD_H_
