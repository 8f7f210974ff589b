// What a machine has to be able to do to train and run a student: about twenty operations on
// device memory. `cpu`, `cuda` and `emu` (the CUDA kernels compiled for the CPU, run under several
// schedules; a checking tool, slow) implement it, and every test of an operation runs on each.
//
// Conventions
//   N rows are tokens of a packed batch; d is the model's width. All tensors are row major views
//   (tensor/tensor.h) into memory that came from alloc() of the same backend.
//   Activations and the working copy of weights share one type, f32 or bf16. Statistics (rstd, lse,
//   losses), gradients of weights, moments and master weights are always f32.
//   "+=" outputs accumulate into what is there; all other outputs are overwritten, and an
//   implementation may not read them first.
//   Weights as a file stores them, in bf16 or in blocks (tensor/blocks.h), where reads_stored() says so: beside f32
//   activations, as the table of embed(), b of gemm() with trans_b alone, and the weight of linear_cross_entropy()
//   without gradients. The numbers are those of the same weights in f32.
//   Arguments are checked by assert: shapes come from the model, never from a file.
// Determinism: the same call on the same bytes gives the same bytes, on `cpu` for any number of
//   threads as well. No float atomics; sums have a fixed order.
// Threads: one caller at a time. Operations may return before they are done (cuda): they run in
//   order, and read(), sync() and the functions that return a number wait.
// Errors: out of memory at alloc(), a lost device at sync() and read(). Everything else is a bug.
#ifndef STUDENT_BACKEND_BACKEND_H_
#define STUDENT_BACKEND_BACKEND_H_

#include "corpus/result.h"

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "backend/device_group.h"
#include "tensor/tensor.h"

namespace student {

using corpus::Result;

// Documents of a packed batch: document i is rows [starts[i], starts[i+1]) of the token tensors.
// starts has one entry more than there are documents; the last is N. Host memory.
struct Documents {
  std::span<const std::int32_t> starts;
  std::int32_t longest = 0;  // max of starts[i+1] - starts[i]
};

struct AttentionShape {
  std::int32_t heads = 0;     // query heads
  std::int32_t kv_heads = 0;  // divides heads; query head h reads kv head h / (heads / kv_heads)
  std::int32_t head_dim = 0;
  float scale = 0;  // usually 1 / sqrt(head_dim)
};

// Top-k log-probabilities of a teacher for each row, for linear_cross_entropy. The mass that the k
// leave over is one more bucket ("rest") on both sides, so that the divergence stays one.
struct TeacherTopK {
  Tensor ids;        // i32 [N, k]; -1 in the first column: this row has no teacher, use the target alone
  Tensor logprobs;   // f32 [N, k], natural logarithms
  float weight = 0;  // loss = (1 - weight) * cross entropy + weight * KL(teacher || student)
};

struct AdamW {
  float lr = 0, beta1 = 0.9f, beta2 = 0.95f, eps = 1e-8f, weight_decay = 0;
  float grad_scale = 1;           // the gradient is multiplied by this first (clipping and normalisation)
  std::int64_t step = 1;          // from 1, for bias correction
  std::uint64_t seed = 0;         // of stochastic rounding: philox(seed, step, stream, element)
  std::uint64_t stream = 0;       // tells tensors apart
};

// What an implementation of linear_cross_entropy may hold of logits at once (64 rows if they are more).
constexpr std::int64_t kLogitsBytes = 32 << 20;

class Backend {
 public:
  virtual ~Backend() = default;

  virtual std::string_view name() const = 0;   // "cpu", "cuda", "emu"
  virtual std::string device() const = 0;      // for people: "AMD EPYC, 2 threads, AVX-512, bf16"
  virtual std::size_t free_memory() const = 0; // bytes that alloc() could give now
  virtual bool reads_stored() const { return false; }
  virtual DeviceGroup* devices() { return nullptr; }  // null: sums over processes go through the host
  // For plans: bytes that operations on `rows` tokens come to hold beside their arguments, compiled kernels and what
  // linear_cross_entropy keeps of logits included.
  virtual std::size_t workspace(std::int64_t rows, std::int64_t width, std::int64_t vocab, DType type) const = 0;

  // Memory: aligned to 256 bytes, contents undefined (tests may poison it). Freed by free().
  virtual Result<void*> alloc(std::size_t bytes) = 0;
  virtual void free(void* memory) = 0;
  virtual void write(void* device, const void* host, std::size_t bytes) = 0;         // host -> device
  virtual Result<void> read(void* host, const void* device, std::size_t bytes) = 0;  // waits
  virtual void copy(void* to, const void* from, std::size_t bytes) = 0;              // device -> device
  virtual void zero(void* device, std::size_t bytes) = 0;
  virtual Result<void> sync() = 0;

  // c[M,N] = op(a) op(b) (+ c if accumulate) (+ bias[1,N] to every row if bias). op transposes when
  // its flag is set. a and b have one type; c is f32 or that type. Sums are f32.
  virtual void gemm(Tensor c, Tensor a, bool trans_a, Tensor b, bool trans_b, bool accumulate = false,
                    Tensor bias = {}) = 0;

  // out[N,d] = table[ids[i]]. ids: i32 device [1,N], each in [0, table.rows).
  virtual void embed(Tensor out, Tensor table, Tensor ids) = 0;
  // dtable[ids[i]] += dout[i], f32 [V,d]; rows that share an id add up in row order.
  virtual void embed_backward(Tensor dtable, Tensor dout, Tensor ids) = 0;

  // RMSNorm (Zhang & Sennrich 2019) as Hugging Face computes it: in f32, rounded to the activation
  // type, then times w[1,d]. If `residual`, x += residual first (x is written back). rstd: f32 [1,N].
  // Also used per head (Qwen3): then x is [N*heads, head_dim].
  virtual void rmsnorm(Tensor y, Tensor rstd, Tensor x, Tensor w, float eps, Tensor residual = {}) = 0;
  // dx (+)= ..., dw[1,d] += ... (f32). x as it was normalised (after the residual). dw may be absent.
  virtual void rmsnorm_backward(Tensor dx, bool accumulate_dx, Tensor dw, Tensor dy, Tensor x, Tensor w,
                                Tensor rstd) = 0;

  // Rotary position embedding, rotate-half form, in place over `heads` heads of x[N, heads*head_dim].
  // cos, sin: f32 [max_position, head_dim/2]; positions: i32 device [1,N]. backward = inverse rotation.
  virtual void rope(Tensor x, Tensor positions, Tensor cos, Tensor sin, std::int32_t heads, std::int32_t head_dim,
                    bool backward) = 0;

  // Causal attention inside each document, never across. q [N, heads*hd], k and v [N, kv_heads*hd] may
  // be columns of one buffer. lse: f32 [heads, N] log-sum-exp, kept for the backward.
  virtual void attention(Tensor out, Tensor lse, Tensor q, Tensor k, Tensor v, const Documents& documents,
                         const AttentionShape& shape) = 0;
  virtual void attention_backward(Tensor dq, Tensor dk, Tensor dv, Tensor dout, Tensor q, Tensor k, Tensor v,
                                  Tensor out, Tensor lse, const Documents& documents, const AttentionShape& shape) = 0;

  // Decoding: row i of q attends to the first lengths[i] positions of cache slot slots[i] (its own key and
  // value already stored). k_cache, v_cache: [slots*max_length, kv_heads*hd]. slots, lengths: i32 device [1,N].
  virtual void attention_decode(Tensor out, Tensor q, Tensor k_cache, Tensor v_cache, Tensor slots, Tensor lengths,
                                std::int32_t max_length, const AttentionShape& shape) = 0;
  // cache row slots[i]*max_length + positions[i] = x[i].
  virtual void cache_store(Tensor cache, Tensor x, Tensor slots, Tensor positions, std::int32_t max_length) = 0;

  // out[N,f] = silu(gate_up[:, :f]) * gate_up[:, f:]
  virtual void swiglu(Tensor out, Tensor gate_up) = 0;
  virtual void swiglu_backward(Tensor dgate_up, Tensor dout, Tensor gate_up) = 0;

  // Output head and loss in one, in chunks of rows, so that logits[N,V] never exist (the idea of
  // Liger-Kernel's fused linear cross entropy). hidden[N,d]; weight[V,d], of which rows >= `vocab` are padding
  // and take no part; targets i32 device [1,N], -1 = not supervised (skipped, gets zero gradient).
  // losses: f32 [1,N], 0 where not supervised. If dhidden: it = grad_scale * d(sum of losses)/d(hidden), in the
  // activation type; if dweight: f32 [V,d] += grad_scale * ...
  virtual void linear_cross_entropy(Tensor losses, Tensor dhidden, Tensor dweight, Tensor hidden, Tensor weight,
                                    Tensor targets, std::int32_t vocab, float grad_scale,
                                    const TeacherTopK* teacher = nullptr) = 0;

  // y[1,d] += sum over rows of x, f32 (gradient of a bias).
  virtual void column_sum(Tensor y, Tensor x) = 0;
  // y += a * x, elementwise; the types may differ.
  virtual void add_scaled(Tensor y, Tensor x, float a) = 0;
  // Converts between f32 and bf16, rounding to nearest even.
  virtual void cast(Tensor to, Tensor from) = 0;
  // Sum of squares of an f32 tensor, in a fixed order, as a double. Waits.
  virtual Result<double> sum_of_squares(Tensor x) = 0;
  // Sum of an f32 tensor, likewise.
  virtual Result<double> sum(Tensor x) = 0;

  // Decoupled weight decay Adam (Loshchilov & Hutter 2019). m, v, grad f32. If master: it is f32 and updated,
  // and param = round(master); otherwise param itself is updated, with stochastic rounding if it is bf16.
  virtual void adamw(Tensor param, Tensor master, Tensor m, Tensor v, Tensor grad, const AdamW& options) = 0;
};

struct BackendOptions {
  int threads = 0;                // cpu: 0 = one per core this process may use
  int device = 0;                 // cuda: which
  std::string schedule;           // emu: forward, reverse, random, greedy, greedy-reverse
  std::uint64_t seed = 1;         // emu: of the random schedule and of the block order
};

// The backends compiled into this program. `available`: whether make_backend would work here and now, and if
// not, why ("no CUDA device: driver not found").
struct BackendInfo {
  std::string name;
  bool available = false;
  std::string why_not;
};
std::vector<BackendInfo> backends();

// kUnsupported, naming what is there, for a backend that was not compiled in or has no device.
Result<std::unique_ptr<Backend>> make_backend(std::string_view name, const BackendOptions& options = {});

}  // namespace student

#endif  // STUDENT_BACKEND_BACKEND_H_
