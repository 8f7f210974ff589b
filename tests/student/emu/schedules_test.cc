// The kernels give the same bytes whatever runs first, and each of their barriers is there for a reason.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>

#include "kernels/gpu.cuh"
#include "student/emu/every_op.h"

namespace student::testing_emu {
namespace {

std::unique_ptr<Backend> emulator(const std::string& schedule, std::uint64_t seed = 1) {
  BackendOptions options;
  options.schedule = schedule;
  options.seed = seed;
  return make_emu_backend(options).value();
}

// The sums over a block promise that they may be called again at once; no kernel calls block_max so.
__global__ void twice_kernel(float* out) {
  const auto thread = static_cast<float>(threadIdx.x);
  const float most = kernels::block_max(thread), least = -kernels::block_max(-thread);
  out[threadIdx.x] = most + 1000 * least + kernels::block_sum(thread) + kernels::block_sum(1);
}

std::string run(Backend& on) {
  EveryOp every(on);
  std::string bytes = every.run();
  std::vector<float> out(128);
  kernels::launch(twice_kernel, dim3(2), dim3(128), 0, &emulator_of(on), out.data());
  bytes.append(reinterpret_cast<const char*>(out.data()), out.size() * sizeof(float));
  return bytes + emulator_of(on).fault();
}

TEST(EmuSchedules, AllGiveTheSameBytes) {
  const std::string want = run(*emulator("forward"));
  ASSERT_GT(want.size(), 50000u) << want;
  for (const char* schedule : emu::kScheduleNames) {
    EXPECT_TRUE(run(*emulator(schedule)) == want) << schedule;
  }
  EXPECT_TRUE(run(*emulator("random", 99)) == want) << "another seed";
}

std::string name_of(const emu::Place& place) {
  return std::filesystem::path(place.file).filename().string() + ":" + std::to_string(place.line);
}

// Whether a run under this schedule without the barrier gives other bytes, a fault, or a crash: in a process of its
// own, since wrong row numbers write anywhere.
bool notices(const char* schedule, const emu::Place& without, const std::string& want) {
  const pid_t child = fork();
  if (child == 0) {
    const int nowhere = open("/dev/null", O_WRONLY);
    dup2(nowhere, STDERR_FILENO);
    alarm(60);
    const auto backend = emulator(schedule);
    emulator_of(*backend).ignore_barrier(without);
    _exit(run(*backend) == want ? 0 : 1);
  }
  int status = 0;
  return waitpid(child, &status, 0) == child && !(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

// Leaves out each barrier in turn. Where no schedule then differs from the right bytes, the barrier is superfluous or
// the schedules are blind to what it is for; both would be news.
TEST(EmuSchedules, EveryBarrierIsNeeded) {
  const auto whole = emulator("forward");
  const std::string want = run(*whole);
  std::set<std::string> seen;
  for (const emu::Place& place : emulator_of(*whole).barriers()) {
    seen.insert(name_of(place));
    std::string found;
    for (const char* schedule : {"greedy", "greedy-reverse", "random", "reverse", "forward"}) {  // the keen ones first
      if (notices(schedule, place, want)) found = schedule;
      if (!found.empty()) break;
    }
    EXPECT_FALSE(found.empty()) << "nothing changes without the barrier at " << name_of(place);
  }
  // And none in the sources was left out of this.
  for (const auto& file : std::filesystem::directory_iterator(CORPUS_SOURCE_DIR "/apps/student/kernels")) {
    std::ifstream in(file.path());
    std::string line;
    for (int number = 1; std::getline(in, line); ++number) {
      if (line.find("__syncthreads();") == std::string::npos) continue;
      EXPECT_TRUE(seen.contains(file.path().filename().string() + ":" + std::to_string(number)))
          << file.path() << ":" << number << ": no test comes to this barrier";
    }
  }
}

}  // namespace
}  // namespace student::testing_emu
