#include "backend/emu/emu_backend.h"

#include <cstdlib>
#include <cstring>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "kernels/kernel_backend.cuh"

namespace student {
namespace {

using corpus::Code;
using corpus::Error;

struct Free {
  void operator()(void* memory) const { std::free(memory); }
};
using Memory = std::unique_ptr<void, Free>;

class EmuBackend final : public kernels::KernelBackend, public EmuAccess {
 public:
  EmuBackend(emu::Schedule schedule, std::uint64_t seed)
      : emulator_(schedule, seed), schedule_(emu::kScheduleNames[static_cast<std::size_t>(schedule)]) {}

  std::string_view name() const override { return "emu"; }
  std::string device() const override { return "CUDA kernels on fibers, schedule " + schedule_; }
  std::size_t free_memory() const override { return std::size_t{1} << 30; }

  Result<void*> alloc(std::size_t bytes) override {
    void* memory = allocate(bytes);
    if (memory == nullptr) return Error{Code::kLimit, "emu: no memory for " + std::to_string(bytes) + " bytes"};
    return memory;
  }
  void free(void* memory) override { std::free(memory); }
  void write(void* device, const void* host, std::size_t bytes) override {
    if (bytes > 0) std::memcpy(device, host, bytes);
  }
  Result<void> read(void* host, const void* device, std::size_t bytes) override {
    if (auto ok = sync(); !ok) return ok;
    if (bytes > 0) std::memcpy(host, device, bytes);
    return {};
  }
  void copy(void* to, const void* from, std::size_t bytes) override {
    if (bytes > 0) std::memmove(to, from, bytes);
  }
  void zero(void* device, std::size_t bytes) override {
    if (bytes > 0) std::memset(device, 0, bytes);
  }
  Result<void> sync() override {
    if (!emulator_.fault().empty()) return Error{Code::kCorrupt, "emu: " + emulator_.fault()};
    return {};
  }

  void gemm(Tensor c, Tensor a, bool trans_a, Tensor b, bool trans_b, bool accumulate, Tensor bias) override;

  emu::Emulator& emulator() override { return emulator_; }

 protected:
  kernels::Stream stream() override { return &emulator_; }
  // Poisoned each time, exact in size: what an operation reads from it before writing shows.
  void* scratch(kernels::Scratch which, std::size_t bytes) override {
    const bool keeps = which == kernels::kDocuments && scratch_bytes_[which] >= bytes;
    if (!keeps && bytes > 0) {
      scratch_[which].reset(allocate(bytes));
      std::memset(scratch_[which].get(), 0xff, bytes);
      scratch_bytes_[which] = bytes;
    }
    return scratch_[which].get();
  }
  std::size_t logits_bytes() const override { return 16 << 10; }  // several chunks in small tests

 private:
  static void* allocate(std::size_t bytes) { return std::aligned_alloc(256, (bytes + 255) / 256 * 256); }

  emu::Emulator emulator_;
  std::string schedule_;
  Memory scratch_[kernels::kScratches];
  std::size_t scratch_bytes_[kernels::kScratches] = {};
};

std::vector<float> as_floats(Tensor t, bool transpose) {
  std::vector<float> out(static_cast<std::size_t>(t.elements()));
  for (std::int64_t row = 0; row < t.rows; ++row) {
    for (std::int64_t col = 0; col < t.cols; ++col) {
      const std::int64_t from = row * t.stride + col, to = transpose ? col * t.rows + row : row * t.cols + col;
      out[static_cast<std::size_t>(to)] = t.type == DType::kF32 ? static_cast<const float*>(t.data)[from]
                                                                : from_bf16(static_cast<const bf16*>(t.data)[from]);
    }
  }
  return out;
}

// The matrix library's place is taken by the plainest loops.
void EmuBackend::gemm(Tensor c, Tensor a, bool trans_a, Tensor b, bool trans_b, bool accumulate, Tensor bias) {
  const std::vector<float> left = as_floats(a, trans_a), right = as_floats(b, trans_b);
  const std::int64_t n = c.cols, inner = trans_a ? a.rows : a.cols;
  assert((trans_a ? a.cols : a.rows) == c.rows && (trans_b ? b.rows : b.cols) == n &&
         (trans_b ? b.cols : b.rows) == inner);
  const std::vector<float> added = bias ? as_floats(bias, false) : std::vector<float>();
  std::vector<double> sum(static_cast<std::size_t>(n));
  for (std::int64_t row = 0; row < c.rows; ++row) {
    std::fill(sum.begin(), sum.end(), 0.0);
    for (std::int64_t i = 0; i < inner; ++i) {
      const double factor = left[static_cast<std::size_t>(row * inner + i)];
      const float* from = right.data() + i * n;
      for (std::int64_t col = 0; col < n; ++col) sum[static_cast<std::size_t>(col)] += factor * from[col];
    }
    for (std::int64_t col = 0; col < n; ++col) {
      const std::int64_t at = row * c.stride + col;
      auto value = static_cast<float>(sum[static_cast<std::size_t>(col)]);
      if (bias) value += added[static_cast<std::size_t>(col)];
      if (c.type == DType::kF32) {
        auto& to = static_cast<float*>(c.data)[at];
        to = accumulate ? to + value : value;
      } else {
        auto& to = static_cast<bf16*>(c.data)[at];
        to = to_bf16(accumulate ? from_bf16(to) + value : value);
      }
    }
  }
}

}  // namespace

Result<std::unique_ptr<Backend>> make_emu_backend(const BackendOptions& options) {
  const std::string& wanted = options.schedule;
  for (std::size_t i = 0; i < std::size(emu::kScheduleNames); ++i) {
    if (wanted == emu::kScheduleNames[i] || (wanted.empty() && i == 0)) {
      return std::unique_ptr<Backend>(std::make_unique<EmuBackend>(static_cast<emu::Schedule>(i), options.seed));
    }
  }
  return Error{Code::kInvalidArgument,
               "emu: schedule '" + wanted + "'; there are forward, reverse, random, greedy and greedy-reverse"};
}

emu::Emulator& emulator_of(Backend& backend) { return dynamic_cast<EmuAccess&>(backend).emulator(); }

}  // namespace student
