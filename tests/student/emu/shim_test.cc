// The emulator itself: kernels that are wrong in one way each, and what it says about them.
#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "backend/emu/emu_backend.h"
#include "kernels/gpu.cuh"

namespace student::testing_emu {
namespace {

using emu::Emulator;
using emu::Schedule;

constexpr Schedule kAll[] = {Schedule::kForward, Schedule::kReverse, Schedule::kRandom, Schedule::kGreedy,
                             Schedule::kGreedyReverse};

__global__ void indices_kernel(int* out) {
  const unsigned block = blockIdx.x + gridDim.x * (blockIdx.y + gridDim.y * blockIdx.z);
  const unsigned thread = threadIdx.x + blockDim.x * (threadIdx.y + blockDim.y * threadIdx.z);
  out[block * blockDim.x * blockDim.y * blockDim.z + thread] += static_cast<int>(thread * 100 + block);
}

TEST(EmuShim, EveryThreadRunsOnce) {
  for (const Schedule schedule : kAll) {
    Emulator emulator(schedule, 3);
    std::vector<int> out(2 * 3 * 2 * 64, 0);
    kernels::launch(indices_kernel, dim3(2, 3, 2), dim3(8, 4, 2), 0, &emulator, out.data());
    EXPECT_EQ(emulator.fault(), "");
    for (int i = 0; i < static_cast<int>(out.size()); ++i) EXPECT_EQ(out[static_cast<std::size_t>(i)], i % 64 * 100 + i / 64);
  }
}

__global__ void exchange_kernel(float* out) {
  const float thread = static_cast<float>(threadIdx.x);
  const unsigned odd = __ballot_sync(kernels::kFullMask, threadIdx.x % 2 == 1);
  out[threadIdx.x] = kernels::warp_sum(thread) + __shfl_sync(kernels::kFullMask, thread, 5) + (odd == 0xaaaaaaaau ? 0 : NAN);
}

TEST(EmuShim, LanesExchangeWithinTheirWarp) {
  for (const Schedule schedule : kAll) {
    Emulator emulator(schedule, 3);
    std::vector<float> out(96);
    kernels::launch(exchange_kernel, dim3(1), dim3(96), 0, &emulator, out.data());
    EXPECT_EQ(emulator.fault(), "");
    for (int i = 0; i < 96; ++i) {
      const int first = i / 32 * 32;
      EXPECT_EQ(out[static_cast<std::size_t>(i)], static_cast<float>(32 * first + 496 + first + 5));
    }
  }
}

__global__ void shared_kernel(float* out, int barrier) {
  GPU_SHARED(float, values, 64);
  GPU_DYN_SHARED(float, more);
  values[threadIdx.x] = static_cast<float>(threadIdx.x);
  more[threadIdx.x] = 1;
  if (barrier != 0) __syncthreads();
  out[threadIdx.x] = values[63 - threadIdx.x] + more[63 - threadIdx.x];
}

TEST(EmuShim, AMissingBarrierReadsNan) {
  for (const Schedule schedule : kAll) {
    Emulator emulator(schedule, 3);
    std::vector<float> out(64);
    kernels::launch(shared_kernel, dim3(1), dim3(64), 64 * sizeof(float), &emulator, out.data(), 1);
    for (int i = 0; i < 64; ++i) EXPECT_EQ(out[static_cast<std::size_t>(i)], static_cast<float>(64 - i));
    kernels::launch(shared_kernel, dim3(1), dim3(64), 64 * sizeof(float), &emulator, out.data(), 0);
    bool nan = false;
    for (const float x : out) nan |= std::isnan(x);
    EXPECT_TRUE(nan);
  }
}

__global__ void split_barrier_kernel(int lanes) {
  if (static_cast<int>(threadIdx.x) < lanes) {
    __syncthreads();
  } else {
    __syncthreads();
  }
}
__global__ void early_exit_kernel(int threads) {
  if (static_cast<int>(threadIdx.x) >= threads) return;
  __syncthreads();
}
__global__ void half_warp_kernel(float* out) {
  if (threadIdx.x < 16) out[threadIdx.x] = kernels::warp_sum(1);
}
__global__ void nothing_kernel() {}
__global__ void greedy_memory_kernel() {
  GPU_SHARED(float, big, 60000);
  big[threadIdx.x] = 0;
}

TEST(EmuShim, FaultsAreNamedAndStay) {
  std::vector<float> out(64);
  const auto fault_of = [](const auto& call) {
    Emulator emulator;
    call(&emulator);
    const std::string first = emulator.fault();
    kernels::launch(early_exit_kernel, dim3(1), dim3(64), 0, &emulator, 0);
    EXPECT_EQ(emulator.fault(), first);
    return first;
  };
  EXPECT_NE(fault_of([](Emulator* e) { kernels::launch(split_barrier_kernel, dim3(1), dim3(64), 0, e, 40); })
                .find("divergence: threads of a block at the barriers shim_test.cc"), std::string::npos);
  EXPECT_NE(fault_of([](Emulator* e) { kernels::launch(early_exit_kernel, dim3(1), dim3(64), 0, e, 40); })
                .find("24 of 64 threads have ended, while thread 0 at the barrier shim_test.cc"), std::string::npos);
  EXPECT_NE(fault_of([&](Emulator* e) { kernels::launch(half_warp_kernel, dim3(1), dim3(64), 0, e, out.data()); })
                .find("threads have ended, while thread 0 at the exchange gpu.cuh"), std::string::npos);
  EXPECT_NE(fault_of([](Emulator* e) { kernels::launch(nothing_kernel, dim3(1), dim3(1056), 0, e); }).find("1056 threads"),
            std::string::npos);
  EXPECT_NE(fault_of([](Emulator* e) { kernels::launch(nothing_kernel, dim3(1), dim3(48), 0, e); }).find("48 threads"),
            std::string::npos);
  EXPECT_NE(fault_of([](Emulator* e) { kernels::launch(nothing_kernel, dim3(1, 70000), dim3(32), 0, e); }).find("70000"),
            std::string::npos);
  EXPECT_NE(fault_of([](Emulator* e) { kernels::launch(greedy_memory_kernel, dim3(1), dim3(32), 0, e); })
                .find("shared memory of 240000 bytes"), std::string::npos);
}

TEST(EmuShim, AFaultIsAnErrorOfTheBackend) {
  auto backend = make_emu_backend({}).value();
  ASSERT_TRUE(backend->sync());
  kernels::launch(early_exit_kernel, dim3(1), dim3(64), 0, &emulator_of(*backend), 3);
  auto synced = backend->sync();
  ASSERT_FALSE(synced);
  EXPECT_NE(synced.error().message.find("divergence"), std::string::npos);
  emulator_of(*backend).forget_fault();
  EXPECT_TRUE(backend->sync());
}

TEST(EmuShim, AnUnknownScheduleIsAnError) {
  BackendOptions options;
  options.schedule = "sideways";
  auto made = make_emu_backend(options);
  ASSERT_FALSE(made);
  EXPECT_NE(made.error().message.find("greedy-reverse"), std::string::npos);
}

}  // namespace
}  // namespace student::testing_emu
