#include "corpus/sandbox.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <string>

namespace corpus {
namespace {

using namespace std::chrono_literals;
using End = SandboxRun::End;

#define OPEN_OR_SKIP(name)                                           \
  auto name##_opened = Sandbox::open();                              \
  if (!name##_opened) GTEST_SKIP() << name##_opened.error().message; \
  const Sandbox& name = *name##_opened

// True once this process, which orphans of its runs fall to, has no child any more.
bool nothing_left_behind() {
  for (int tries = 0; tries < 1000; ++tries) {
    pid_t child = ::waitpid(-1, nullptr, WNOHANG);
    if (child < 0) return errno == ECHILD;
    if (child == 0) ::usleep(1000);
  }
  return false;
}

TEST(Sandbox, RunsPython) {
  OPEN_OR_SKIP(sandbox);
  auto run = sandbox.run("import math, sys\nprint(math.gcd(12, 18))\nsys.exit(3)");
  ASSERT_TRUE(run) << run.error().message;
  EXPECT_EQ(run->output, "6\n");
  EXPECT_EQ(run->describe(), "exit 3");
  run = sandbox.run("assert 1 == 2");
  EXPECT_EQ(run->status, 1);
  EXPECT_NE(run->output.find("AssertionError"), std::string::npos);
  EXPECT_EQ(sandbox.run("import os; os.abort()")->describe(), "signal 6");
}

TEST(Sandbox, EndlessLoopsEnd) {
  OPEN_OR_SKIP(sandbox);
  auto start = std::chrono::steady_clock::now();
  auto run = sandbox.run("while True: pass", {.wall = 500ms});
  EXPECT_EQ(run->end, End::kWallLimit);
  run = sandbox.run("import time\ntime.sleep(100)", {.wall = 500ms});
  EXPECT_EQ(run->end, End::kWallLimit);
  run = sandbox.run("while True: pass", {.wall = 10s, .cpu_seconds = 1});
  EXPECT_EQ(run->end, End::kSignalled);
  // Closing its output does not hide it.
  run = sandbox.run("import os, time\nos.close(1); os.close(2)\ntime.sleep(100)", {.wall = 500ms});
  EXPECT_EQ(run->end, End::kWallLimit);
  EXPECT_LT(std::chrono::steady_clock::now() - start, 8s);
}

TEST(Sandbox, ForkBombsDoNotGoOff) {
  OPEN_OR_SKIP(sandbox);
  ASSERT_EQ(::prctl(PR_SET_CHILD_SUBREAPER, 1), 0);
  auto run = sandbox.run(
      "import os\nwhile True:\n  try: os.fork()\n  except PermissionError: print('no'); break");
  EXPECT_EQ(run->output, "no\n");
  run = sandbox.run("import threading\nthreading.Thread(target=print).start()");
  EXPECT_EQ(run->status, 1);
  run = sandbox.run("import subprocess\nsubprocess.run(['/usr/bin/id'])");
  EXPECT_EQ(run->status, 1);
  EXPECT_TRUE(nothing_left_behind());
}

TEST(Sandbox, MemoryIsBounded) {
  OPEN_OR_SKIP(sandbox);
  auto run = sandbox.run("try: x = bytearray(100 << 30)\nexcept MemoryError: print('no memory')");
  EXPECT_EQ(run->output, "no memory\n");
  run = sandbox.run("x = []\nwhile True: x.append(bytearray(10 << 20))");
  EXPECT_NE(run->status, 0);
  EXPECT_NE(run->end, End::kWallLimit);
}

TEST(Sandbox, NothingCanBeWrittenOutside) {
  OPEN_OR_SKIP(sandbox);
  const std::string outside = ::testing::TempDir() + "sandbox_outside";
  ::unlink(outside.c_str());
  auto attempt = [&](const std::string& path) {
    return sandbox
        .run("try:\n  open('" + path +
             "', 'w').write('x'); print('written')\nexcept OSError as e: print('no')")
        ->output;
  };
  EXPECT_EQ(attempt("/usr/x"), "no\n");
  EXPECT_EQ(attempt("/x"), "no\n");
  EXPECT_EQ(attempt("/program.py"), "no\n");
  EXPECT_EQ(attempt(CORPUS_SOURCE_DIR "/x"), "no\n");
  EXPECT_EQ(attempt("/tmp/x"), "written\n");  // its own, gone with it
  attempt(outside);
  struct stat info {};
  EXPECT_NE(::stat(outside.c_str(), &info), 0);
  EXPECT_NE(::stat("/tmp/x", &info), 0);
  // Nor filled: the tmpfs is small, and a file smaller.
  auto run = sandbox.run(
      "n = 0\ntry:\n  for n in range(999): open(f'/tmp/{n}', 'wb').write(b'x' * 500000)\nexcept "
      "OSError: print(n)");
  EXPECT_LT(std::atoi(run->output.c_str()), 40);
  EXPECT_NE(sandbox.run("open('/tmp/x', 'wb').write(b'x' * (2 << 20))")->status, 0);
}

TEST(Sandbox, NothingOfTheHostCanBeRead) {
  OPEN_OR_SKIP(sandbox);
  ::setenv("STUDENT_TEST_SECRET", "do not tell", 1);
  auto run = sandbox.run(
      "import os\nprint(sorted(os.listdir('/')))\nprint('STUDENT_TEST_SECRET' in os.environ)\n"
      "fds = []\n"
      "for fd in range(64):\n  try: os.fstat(fd); fds.append(fd)\n  except OSError: "
      "pass\nprint(fds)");
  ::unsetenv("STUDENT_TEST_SECRET");
  EXPECT_EQ(run->output, "['bin', 'lib', 'lib64', 'program.py', 'tmp', 'usr']\nFalse\n[0, 1, 2]\n");
}

TEST(Sandbox, NoNetwork) {
  OPEN_OR_SKIP(sandbox);
  auto run =
      sandbox.run("import socket\ntry: socket.socket()\nexcept PermissionError: print('no')");
  EXPECT_EQ(run->output, "no\n");
}

TEST(Sandbox, SignalsStayInside) {
  OPEN_OR_SKIP(sandbox);
  auto run = sandbox.run(
      "import os, signal\n"
      "for pid in [os.getppid(), 1, " +
      std::to_string(::getpid()) +
      ", -1]:\n"
      "  try: os.kill(pid, signal.SIGKILL)\n"
      "  except OSError: pass\n"
      "print('alive')");
  EXPECT_EQ(run->output, "alive\n");
  EXPECT_EQ(::kill(::getpid(), 0), 0);  // and so is this process
}

TEST(Sandbox, FloodsOfOutputEnd) {
  OPEN_OR_SKIP(sandbox);
  auto run = sandbox.run("while True: print('x' * 1000)", {.output = 10'000});
  EXPECT_EQ(run->end, End::kOutputLimit);
  EXPECT_EQ(run->output.size(), 10'000u);
}

// Without bubblewrap nothing is run: not even tried in some other way.
TEST(Sandbox, WithoutBubblewrapNothingRuns) {
  std::string path = std::getenv("PATH");
  ::setenv("PATH", "/nonexistent", 1);
  auto none = Sandbox::open();
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().code, Code::kUnsupported);
  EXPECT_EQ(none.error().message,
            "bwrap is not on PATH: install bubblewrap; code that a model wrote is not run outside "
            "a sandbox");
  // One that does not work, as where namespaces are forbidden.
  std::string folder = ::testing::TempDir() + "sandbox_path";
  ::mkdir(folder.c_str(), 0700);
  std::ofstream(folder + "/bwrap")
      << "#!/bin/sh\necho 'bwrap: No permissions to create new namespace' >&2\nexit 1\n";
  ::chmod((folder + "/bwrap").c_str(), 0700);
  ::setenv("PATH", folder.c_str(), 1);
  auto broken = Sandbox::open();
  ::setenv("PATH", path.c_str(), 1);
  ASSERT_FALSE(broken);
  EXPECT_EQ(broken.error().message,
            "bwrap does not work here (exit 1: bwrap: No permissions to create new namespace); "
            "code that a model wrote is not run outside a sandbox");
}

}  // namespace
}  // namespace corpus
