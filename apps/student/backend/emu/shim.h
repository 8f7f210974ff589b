// The part of CUDA that kernels/*.cuh use, for g++: blocks run one after the other, the threads of a
// block as fibers on one thread of the operating system, under a chosen schedule. A checking tool:
// hundreds of times slower than the CPU backend.
//
// What it finds
//   missing barriers        shared memory starts as NaN, and schedules differ in who runs first. `greedy` runs one
//                           warp until it blocks: it finds the barrier that is missing between two uses of one buffer
//   divergence              threads of a block at different barriers, lanes of a warp at different shuffles, or gone
//   order of blocks         forward, backward or shuffled with the schedule
//   accesses out of bounds  device memory is malloc'ed and shared memory too, so AddressSanitizer knows the bounds
//   sizes                   more than 1024 threads, half warps, more than 227 KiB of shared memory
// What it does not find: weak ordering between blocks, bank conflicts, register limits, contraction of a*b+c.
//
// A fault ends its launch and stays with the emulator; launches after it do nothing.
#ifndef STUDENT_BACKEND_EMU_SHIM_H_
#define STUDENT_BACKEND_EMU_SHIM_H_

#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <vector>

#define __global__
#define __device__
#define __host__
#define __launch_bounds__(threads)
#define GPU_INLINE_NAMESPACE inline namespace emulated
#define GPU_UNROLL _Pragma("GCC unroll 32")
// One variable for each place and each instantiation, as with static __shared__.
#define GPU_SHARED(type, name, count)                                                               \
  type* const name = static_cast<type*>(::student::emu::shared([] {                                 \
    static const char place = 0;                                                                    \
    return static_cast<const void*>(&place);                                                        \
  }(), (count) * sizeof(type)))
#define GPU_DYN_SHARED(type, name) type* const name = static_cast<type*>(::student::emu::dynamic_shared())

struct dim3 {
  unsigned x = 1, y = 1, z = 1;
  constexpr dim3(unsigned a = 1, unsigned b = 1, unsigned c = 1) : x(a), y(b), z(c) {}  // NOLINT: implicit, as in CUDA
};
struct __attribute__((may_alias, aligned(16))) uint4 {
  std::uint32_t x, y, z, w;
};
struct __attribute__((may_alias, aligned(8))) uint2 {
  std::uint32_t x, y;
};

namespace student::emu {

enum class Schedule : std::uint8_t { kForward, kReverse, kRandom, kGreedy, kGreedyReverse };
constexpr const char* kScheduleNames[] = {"forward", "reverse", "random", "greedy", "greedy-reverse"};

// Where in a source file a thread waits.
struct Place {
  const char* file;
  int line;
  bool operator==(const Place& other) const {
    return line == other.line && (file == other.file || (file != nullptr && other.file != nullptr &&
                                                         std::string_view(file) == other.file));
  }
};

struct Machine;  // shim.cc

// Launches go to an emulator as they go to a stream. One operating system thread at a time.
class Emulator {
 public:
  explicit Emulator(Schedule schedule = Schedule::kForward, std::uint64_t seed = 1);
  ~Emulator();
  Emulator(const Emulator&) = delete;
  Emulator& operator=(const Emulator&) = delete;

  // body(context) is one thread's run of a kernel.
  void run(dim3 grid, dim3 block, std::size_t dynamic_shared, void (*body)(const void*), const void* context);

  const std::string& fault() const;  // empty: none so far
  void forget_fault();

  // For the test that every barrier is needed: barriers that threads came to, and one that is to be ignored.
  const std::vector<Place>& barriers() const;
  void ignore_barrier(Place place);

 private:
  std::unique_ptr<Machine> machine_;
};

// What a kernel sees. Valid inside run().
struct Coordinates {
  dim3 thread, block, block_size, grid_size;
};
extern thread_local const Coordinates* here;
void* shared(const void* key, std::size_t bytes);
void* dynamic_shared();
void barrier(Place place);
// Every lane of the warp gives a value; returns all 32 once all have come to this place.
const std::uint64_t* exchange(std::uint64_t value, Place place);
unsigned lane();

template <typename T>
std::uint64_t to_bits(T value) {
  if constexpr (sizeof(T) == 8) {
    return std::bit_cast<std::uint64_t>(value);
  } else {
    return std::bit_cast<std::uint32_t>(value);
  }
}

template <typename T>
T from_bits(std::uint64_t bits) {
  if constexpr (sizeof(T) == 8) {
    return std::bit_cast<T>(bits);
  } else {
    return std::bit_cast<T>(static_cast<std::uint32_t>(bits));
  }
}

}  // namespace student::emu

#define threadIdx (::student::emu::here->thread)
#define blockIdx (::student::emu::here->block)
#define blockDim (::student::emu::here->block_size)
#define gridDim (::student::emu::here->grid_size)

inline void __syncthreads(const char* file = __builtin_FILE(), int line = __builtin_LINE()) {
  ::student::emu::barrier({file, line});
}
template <typename T>
T __shfl_sync(unsigned, T value, int from, const char* file = __builtin_FILE(), int line = __builtin_LINE()) {
  return ::student::emu::from_bits<T>(
      ::student::emu::exchange(::student::emu::to_bits(value), {file, line})[from & 31]);
}
template <typename T>
T __shfl_xor_sync(unsigned, T value, int mask, const char* file = __builtin_FILE(), int line = __builtin_LINE()) {
  const unsigned from = ::student::emu::lane() ^ static_cast<unsigned>(mask);
  return ::student::emu::from_bits<T>(
      ::student::emu::exchange(::student::emu::to_bits(value), {file, line})[from & 31]);
}
inline unsigned __ballot_sync(unsigned, bool vote, const char* file = __builtin_FILE(), int line = __builtin_LINE()) {
  const std::uint64_t* votes = ::student::emu::exchange(vote, {file, line});
  unsigned mask = 0;
  for (unsigned i = 0; i < 32; ++i) mask |= static_cast<unsigned>(votes[i]) << i;
  return mask;
}
inline float rsqrtf(float x) { return 1.0f / std::sqrt(x); }
inline unsigned __float_as_uint(float x) { return std::bit_cast<unsigned>(x); }

namespace student::kernels {
GPU_INLINE_NAMESPACE {

using Stream = emu::Emulator*;

template <typename... P, typename... A>
void launch(void (*kernel)(P...), dim3 grid, dim3 block, std::size_t shared, Stream stream, A... args) {
  struct Call {
    void (*kernel)(P...);
    std::tuple<P...> args;
  } const call{kernel, {static_cast<P>(args)...}};
  stream->run(grid, block, shared, [](const void* context) {
    const auto& c = *static_cast<const Call*>(context);
    std::apply(c.kernel, c.args);
  }, &call);
}

}  // GPU_INLINE_NAMESPACE
}  // namespace student::kernels

#endif  // STUDENT_BACKEND_EMU_SHIM_H_
