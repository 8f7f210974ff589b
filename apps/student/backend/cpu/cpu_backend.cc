// Backend "cpu": row loops over a pool of threads, oneDNN's products. Reductions over rows go through
// partial sums of fixed blocks, so that no result depends on the number of threads.
#include <sched.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <thread>

#include "backend/cpu/attention.h"
#include "backend/cpu/gemm.h"
#include "backend/cpu/linear_ce.h"
#include "backend/cpu/loops.h"
#include "backend/cpu/pool.h"
#include "backend/registry.h"

namespace student {
namespace {

using cpu::Bf16;
using cpu::Rows;
using cpu::Scratch;

constexpr std::int64_t kRows = 32;           // rows of one task
constexpr std::int64_t kElements = 1 << 15;  // elements of one task
constexpr std::size_t kLargePage = std::size_t{2} << 20;

std::int64_t tasks(std::int64_t n, std::int64_t size) { return (n + size - 1) / size; }

template <typename T>
T* row(const Tensor& x, std::int64_t i) {
  return static_cast<T*>(x.data) + i * x.stride;
}

int cores() {
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof(set), &set) != 0) return static_cast<int>(std::thread::hardware_concurrency());
  return CPU_COUNT(&set);
}

class CpuBackend final : public Backend {
 public:
  explicit CpuBackend(int threads) : pool_(threads), gemm_(pool_), loops_(cpu::loops()) {}

  std::string_view name() const override { return "cpu"; }
  std::string device() const override {
    std::string model = "CPU", line;
    std::ifstream info("/proc/cpuinfo");
    while (std::getline(info, line)) {
      if (line.starts_with("model name")) {
        model = line.substr(std::min(line.size(), line.find(':') + 2));
        break;
      }
    }
    return model + ", " + std::to_string(pool_.threads()) + (pool_.threads() == 1 ? " thread, " : " threads, ") +
           loops_.name + (gemm_.native_bf16() ? ", bf16" : "");
  }
  bool reads_stored() const override { return true; }
  std::size_t free_memory() const override {
    std::ifstream info("/proc/meminfo");
    std::string key;
    for (std::size_t kib; info >> key >> kib; info.ignore(64, '\n')) {
      if (key == "MemAvailable:") return kib * 1024;
    }
    return static_cast<std::size_t>(sysconf(_SC_AVPHYS_PAGES)) * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  }

  std::size_t workspace(std::int64_t rows, std::int64_t /*width*/, std::int64_t vocab, DType type) const override {
    // Measured: oneDNN compiles a product in bf16 for each shape of a tile; a thread's scratch is small.
    const std::size_t compiled = type == DType::kF32 ? 0 : std::size_t{6} << 20;
    return static_cast<std::size_t>(cpu::logits_rows(rows, vocab) * vocab * 4) + compiled +
           (std::size_t{1} << 20) * static_cast<std::size_t>(pool_.threads());
  }

  Result<void*> alloc(std::size_t bytes) override {
    // Large pages where the system gives them for the asking: weights that are read once a token come up to 30 % faster.
    const std::size_t alignment = bytes < 8 * kLargePage ? 256 : kLargePage;
    const std::size_t size = (std::max<std::size_t>(bytes, 1) + alignment - 1) / alignment * alignment;
    void* memory = std::aligned_alloc(alignment, size);
    if (memory != nullptr && alignment == kLargePage) (void)madvise(memory, size, MADV_HUGEPAGE);
    if (memory != nullptr) return memory;
    return corpus::Error{corpus::Code::kLimit, "no memory for " + std::to_string(bytes) + " bytes on the cpu"};
  }
  void free(void* memory) override { std::free(memory); }
  void write(void* device, const void* host, std::size_t bytes) override {
    if (bytes > 0) std::memcpy(device, host, bytes);
  }
  Result<void> read(void* host, const void* device, std::size_t bytes) override {
    if (bytes > 0) std::memcpy(host, device, bytes);
    return {};
  }
  void copy(void* to, const void* from, std::size_t bytes) override {
    if (bytes > 0) std::memcpy(to, from, bytes);
  }
  void zero(void* device, std::size_t bytes) override {
    if (bytes > 0) std::memset(device, 0, bytes);
  }
  Result<void> sync() override { return {}; }

  void gemm(Tensor c, Tensor a, bool trans_a, Tensor b, bool trans_b, bool accumulate, Tensor bias) override {
    gemm_.run(c, a, trans_a, b, trans_b, accumulate, bias);
  }

  void embed(Tensor out, Tensor table, Tensor ids) override {
    const auto bytes = static_cast<std::size_t>(out.cols) * size_of(out.type);
    assert(table.type == out.type || out.type == DType::kF32);
    each_row(out.rows, [&](std::int64_t i, Scratch&) {
      const std::int32_t id = row<std::int32_t>(ids, 0)[i];
      if (table.type != out.type) cpu::widen_row(row<float>(out, i), table, id);
      else std::memcpy(out.row_range(i, 1).data, table.row_range(id, 1).data, bytes);
    });
  }

  void embed_backward(Tensor dtable, Tensor dout, Tensor ids) override {
    constexpr std::int32_t kOwners = 16;  // a task owns the ids of one remainder
    const auto* id = row<std::int32_t>(ids, 0);
    typed(dout, [&]<typename T>(const Rows<T>& rows) {
      pool_.run(kOwners, [&](std::int64_t task, Scratch&) {
        for (std::int64_t i = 0; i < dout.rows; ++i) {
          if (id[i] % kOwners == task) rows.add(row<float>(dtable, id[i]), row<T>(dout, i), dout.cols);
        }
      });
    });
  }

  void rmsnorm(Tensor y, Tensor rstd, Tensor x, Tensor w, float eps, Tensor residual) override {
    typed(x, [&]<typename T>(const Rows<T>& rows) {
      each_row(x.rows, [&](std::int64_t i, Scratch&) {
        row<float>(rstd, 0)[i] = rows.rmsnorm(row<T>(y, i), row<T>(x, i), row<T>(w, 0),
                                              residual ? row<T>(residual, i) : nullptr, x.cols, eps);
      });
    });
  }

  void rmsnorm_backward(Tensor dx, bool accumulate_dx, Tensor dw, Tensor dy, Tensor x, Tensor w,
                        Tensor rstd) override {
    const std::int64_t blocks = tasks(x.rows, kRows), d = x.cols;
    float* partial = dw ? partials(blocks * d) : nullptr;
    typed(x, [&]<typename T>(const Rows<T>& rows) {
      pool_.run(blocks, [&](std::int64_t block, Scratch&) {
        float* sums = dw ? partial + block * d : nullptr;
        if (dw) std::fill_n(sums, d, 0.0f);
        for (std::int64_t i = block * kRows; i < std::min(x.rows, (block + 1) * kRows); ++i) {
          rows.rmsnorm_backward(row<T>(dx, i), accumulate_dx, sums, row<T>(dy, i), row<T>(x, i), row<T>(w, 0),
                                row<float>(rstd, 0)[i], d);
        }
      });
    });
    for (std::int64_t block = 0; dw && block < blocks; ++block) {
      loops_.f32.add(row<float>(dw, 0), partial + block * d, d);
    }
  }

  void rope(Tensor x, Tensor positions, Tensor cos, Tensor sin, std::int32_t heads, std::int32_t head_dim,
            bool backward) override {
    typed(x, [&]<typename T>(const Rows<T>& rows) {
      each_row(x.rows, [&](std::int64_t i, Scratch&) {
        const std::int32_t at = row<std::int32_t>(positions, 0)[i];
        rows.rope(row<T>(x, i), row<float>(cos, at), row<float>(sin, at), heads, head_dim / 2, backward ? -1.0f : 1.0f);
      });
    });
  }

  void attention(Tensor out, Tensor lse, Tensor q, Tensor k, Tensor v, const Documents& documents,
                 const AttentionShape& shape) override {
    cpu::attention(pool_, out, lse, q, k, v, documents, shape);
  }
  void attention_backward(Tensor dq, Tensor dk, Tensor dv, Tensor dout, Tensor q, Tensor k, Tensor v, Tensor out,
                          Tensor lse, const Documents& documents, const AttentionShape& shape) override {
    cpu::attention_backward(pool_, dq, dk, dv, dout, q, k, v, out, lse, documents, shape);
  }
  void attention_decode(Tensor out, Tensor q, Tensor k_cache, Tensor v_cache, Tensor slots, Tensor lengths,
                        std::int32_t max_length, const AttentionShape& shape) override {
    cpu::attention_decode(pool_, out, q, k_cache, v_cache, slots, lengths, max_length, shape);
  }
  void cache_store(Tensor cache, Tensor x, Tensor slots, Tensor positions, std::int32_t max_length) override {
    const auto bytes = static_cast<std::size_t>(x.cols) * size_of(x.type);
    for (std::int64_t i = 0; i < x.rows; ++i) {
      const std::int64_t to =
          std::int64_t{row<std::int32_t>(slots, 0)[i]} * max_length + row<std::int32_t>(positions, 0)[i];
      std::memcpy(cache.row_range(to, 1).data, x.row_range(i, 1).data, bytes);
    }
  }

  void swiglu(Tensor out, Tensor gate_up) override {
    const std::int64_t f = out.cols;
    typed(out, [&]<typename T>(const Rows<T>& rows) {
      each_row(out.rows, [&](std::int64_t i, Scratch&) {
        rows.swiglu(row<T>(out, i), row<T>(gate_up, i), row<T>(gate_up, i) + f, f);
      });
    });
  }
  void swiglu_backward(Tensor dgate_up, Tensor dout, Tensor gate_up) override {
    const std::int64_t f = dout.cols;
    typed(dout, [&]<typename T>(const Rows<T>& rows) {
      each_row(dout.rows, [&](std::int64_t i, Scratch&) {
        rows.swiglu_backward(row<T>(dgate_up, i), row<T>(dgate_up, i) + f, row<T>(dout, i), row<T>(gate_up, i),
                             row<T>(gate_up, i) + f, f);
      });
    });
  }

  void linear_cross_entropy(Tensor losses, Tensor dhidden, Tensor dweight, Tensor hidden, Tensor weight,
                            Tensor targets, std::int32_t vocab, float grad_scale,
                            const TeacherTopK* teacher) override {
    cpu::linear_cross_entropy(pool_, gemm_, workspace_,
                              {losses, dhidden, dweight, hidden, weight, targets, vocab, grad_scale, teacher});
  }

  void column_sum(Tensor y, Tensor x) override {
    const std::int64_t blocks = tasks(x.rows, kRows), d = x.cols;
    float* partial = partials(blocks * d);
    typed(x, [&]<typename T>(const Rows<T>& rows) {
      pool_.run(blocks, [&](std::int64_t block, Scratch&) {
        float* sums = partial + block * d;
        std::fill_n(sums, d, 0.0f);
        for (std::int64_t i = block * kRows; i < std::min(x.rows, (block + 1) * kRows); ++i) {
          rows.add(sums, row<T>(x, i), d);
        }
      });
    });
    for (std::int64_t block = 0; block < blocks; ++block) loops_.f32.add(row<float>(y, 0), partial + block * d, d);
  }

  void add_scaled(Tensor y, Tensor x, float a) override {
    pieces(y, [&](std::int64_t r, std::int64_t at, std::int64_t n, Scratch& scratch) {
      typed(y, [&]<typename Y>(const Rows<Y>& to) {
        if (x.type == DType::kF32) return to.axpy(row<Y>(y, r) + at, row<float>(x, r) + at, a, n);
        float* wide = scratch.floats(0, static_cast<std::size_t>(n));
        loops_.bf16.load(wide, row<Bf16>(x, r) + at, n);
        to.axpy(row<Y>(y, r) + at, wide, a, n);
      });
    });
  }

  void cast(Tensor to, Tensor from) override {
    pieces(to, [&](std::int64_t r, std::int64_t at, std::int64_t n, Scratch&) {
      if (to.type == from.type) {
        std::memcpy(to.row_range(r, 1).columns(at, n).data, from.row_range(r, 1).columns(at, n).data,
                    static_cast<std::size_t>(n) * size_of(to.type));
      } else if (to.type == DType::kF32) {
        loops_.bf16.load(row<float>(to, r) + at, row<Bf16>(from, r) + at, n);
      } else {
        loops_.bf16.store(row<Bf16>(to, r) + at, row<float>(from, r) + at, n);
      }
    });
  }

  Result<double> sum_of_squares(Tensor x) override { return add_up(x, loops_.sum_of_squares); }
  Result<double> sum(Tensor x) override { return add_up(x, loops_.sum); }

  void adamw(Tensor param, Tensor master, Tensor m, Tensor v, Tensor grad, const AdamW& o) override {
    const double step = static_cast<double>(o.step);
    const cpu::AdamStep s{o.lr, o.beta1, o.beta2, o.eps, static_cast<float>(1 - double{o.lr} * o.weight_decay),
                          o.grad_scale, static_cast<float>(1 / (1 - std::pow(double{o.beta1}, step))),
                          static_cast<float>(1 / std::sqrt(1 - std::pow(double{o.beta2}, step))),
                          o.seed, static_cast<std::uint64_t>(o.step), o.stream};
    typed(param, [&]<typename T>(const Rows<T>& rows) {
      pieces(param, [&](std::int64_t r, std::int64_t at, std::int64_t n, Scratch&) {
        rows.adamw(row<T>(param, r) + at, master ? row<float>(master, r) + at : nullptr, row<float>(m, r) + at,
                   row<float>(v, r) + at, row<float>(grad, r) + at, n, r * param.cols + at, s);
      });
    });
  }

 private:
  template <typename Fn>
  void typed(const Tensor& x, const Fn& fn) {
    assert(x.type == DType::kF32 || x.type == DType::kBF16);
    if (x.type == DType::kF32) fn(loops_.f32);
    else fn(loops_.bf16);
  }

  template <typename Fn>
  void each_row(std::int64_t n, const Fn& fn) {
    pool_.run(tasks(n, kRows), [&](std::int64_t task, Scratch& scratch) {
      for (std::int64_t i = task * kRows; i < std::min(n, (task + 1) * kRows); ++i) fn(i, scratch);
    });
  }

  // Elementwise: fn(row, first column, columns, scratch) over pieces of rows.
  template <typename Fn>
  void pieces(const Tensor& x, const Fn& fn) {
    const std::int64_t across = tasks(x.cols, kElements);
    pool_.run(x.rows * across, [&](std::int64_t task, Scratch& scratch) {
      const std::int64_t at = task % across * kElements;
      fn(task / across, at, std::min(kElements, x.cols - at), scratch);
    });
  }

  double add_up(const Tensor& x, double (*of_piece)(const float*, std::int64_t)) {
    const std::int64_t across = tasks(x.cols, kElements);
    std::vector<double> partial(static_cast<std::size_t>(x.rows * across));
    pieces(x, [&](std::int64_t r, std::int64_t at, std::int64_t n, Scratch&) {
      partial[static_cast<std::size_t>(r * across + at / kElements)] = of_piece(row<float>(x, r) + at, n);
    });
    double all = 0;
    for (const double p : partial) all += p;
    return all;
  }

  float* partials(std::int64_t n) { return workspace_.floats(1, static_cast<std::size_t>(n)); }

  cpu::Pool pool_;
  cpu::Gemm gemm_;
  const cpu::Loops& loops_;
  Scratch workspace_;
};

}  // namespace

Result<std::unique_ptr<Backend>> make_cpu_backend(const BackendOptions& options) {
  if (options.threads < 0 || options.threads > 1024) {
    return corpus::Error{corpus::Code::kInvalidArgument,
                         "threads: " + std::to_string(options.threads) + " is not between 0 (one per core) and 1024"};
  }
  return std::unique_ptr<Backend>(std::make_unique<CpuBackend>(options.threads == 0 ? cores() : options.threads));
}

}  // namespace student
