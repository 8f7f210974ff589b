// A student: parameters in a backend's memory, the loss and its gradient over a packed batch, and
// decoding with a cache. Forward and backward are written by hand; there is no autograd.
//
// Parameters lie in one flat buffer in a fixed order, gradients (f32) and optimiser state in others
// with the same element offsets, so that clipping, averaging over processes and checkpoints are loops
// over one range. Names are those of Hugging Face's safetensors.
//
// Threads: one caller at a time. A Model outlives its Decoders; the Backend outlives the Model.
#ifndef STUDENT_MODEL_MODEL_H_
#define STUDENT_MODEL_MODEL_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "backend/backend.h"
#include "model/config.h"

namespace student {

struct Parameter {
  std::string name;           // "model.layers.0.self_attn.q_proj.weight"
  std::int64_t rows = 0, cols = 0;
  std::int64_t offset = 0;    // in elements, in every flat buffer; a multiple of 64
  std::int64_t file_rows = 0; // rows without padding: what is read and written (embedding, head)
  bool decays = false;        // weight decay applies (matrices, not norms and biases)
  bool trains = true;         // false: frozen (LoRA); no gradient is computed
  DType type = DType::kF32;   // options().compute, or what options().stored says
  std::int64_t place = 0;     // in bytes, in the buffer of the weights
};

enum class Recompute : std::uint8_t { kNone, kBlock };  // kBlock keeps a block's input and computes the rest again

// LoRA (Hu et al. 2021) on chosen linears: y = x W^T + alpha/rank (x A^T) B^T. With rank > 0 everything but A and B is
// frozen, and parameters named "<linear>.lora_A.weight" [rank, in] and "<linear>.lora_B.weight" [out, rank] exist.
struct LoraOptions {
  std::int32_t rank = 0;
  float alpha = 16;
  std::vector<std::string> targets = {"q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"};
};

struct ModelOptions {
  DType compute = DType::kF32;          // activations and the working copy of the weights
  bool train = false;                   // gradients exist
  std::int64_t max_tokens = 0;          // N of the largest batch of loss(); activations are planned for it
  Recompute recompute = Recompute::kNone;
  LoraOptions lora;
  // Matrices to keep as their file stores them, by name, in bf16 or in blocks: to read 16, nine or five bits a weight
  // and not 32. Only where keeps_stored() says so.
  std::map<std::string, DType, std::less<>> stored;
};

// Without train and lora, in f32, where the backend reads them.
inline bool keeps_stored(const Backend& backend, const ModelOptions& options) {
  return backend.reads_stored() && !options.train && options.lora.rank == 0 && options.compute == DType::kF32;
}

// Bytes by class, computed from the numbers alone, before anything is allocated. What the process holds already is not
// among them.
struct MemoryPlan {
  std::size_t weights = 0, gradients = 0, activations = 0, workspace = 0;
  std::size_t total() const { return weights + gradients + activations + workspace; }
};
MemoryPlan plan_memory(const Backend& backend, const Config& config, const ModelOptions& options);

// A packed batch, host memory. Documents restart their positions at 0 and do not see each other.
struct PackedBatch {
  std::span<const std::int32_t> tokens;    // [N]
  std::span<const std::int32_t> targets;   // [N]: the token after, or -1 where the loss does not count
  std::span<const std::int32_t> starts;    // as Documents::starts
  std::span<const std::int32_t> topk_ids;  // [N * k] or empty
  std::span<const float> topk_logprobs;    // [N * k]
  std::int32_t topk = 0;
  float topk_weight = 0;
};

struct LossSum {
  double loss = 0;            // sum over supervised tokens, nats
  std::int64_t tokens = 0;    // how many there were
};

class Decoder;

class Model {
 public:
  // Allocates; parameters are undefined until they are set, loaded (io/checkpoint_dir.h) or init()ed.
  static Result<std::unique_ptr<Model>> create(Backend& backend, const Config& config, const ModelOptions& options);
  virtual ~Model() = default;

  virtual Backend& backend() = 0;
  virtual const Config& config() const = 0;
  virtual const ModelOptions& options() const = 0;

  // Random start as transformers does it: N(0, 0.02), norms 1, biases 0, lora_B 0. Depends on seed and name only.
  virtual Result<void> init(std::uint64_t seed) = 0;

  virtual std::span<const Parameter> parameters() const = 0;
  virtual std::int64_t flat_size() const = 0;   // elements of every flat buffer, padding included
  virtual Tensor weights() = 0;                 // [1, flat_size] of options().compute; absent where some are as stored
  virtual Tensor gradients() = 0;               // [1, flat_size] f32; absent unless train. Frozen ones stay zero
  virtual Tensor weight(const Parameter& parameter) = 0;
  virtual Tensor gradient(const Parameter& parameter) = 0;
  // Host f32, file_rows * cols elements. Parameters in blocks are set by set_stored() alone.
  virtual Result<void> set(const Parameter& parameter, std::span<const float> values) = 0;
  // One that options().stored names, from the bytes as stored.
  virtual Result<void> set_stored(const Parameter& parameter, std::string_view bytes) = 0;
  virtual Result<std::vector<float>> get(const Parameter& parameter) = 0;

  // Sum of the losses of the supervised tokens. With `backward`, gradients += grad_scale * d(sum)/d(parameter).
  virtual Result<LossSum> loss(const PackedBatch& batch, bool backward, float grad_scale = 1) = 0;
  // Loss of each row (0 where targets is -1), for likelihood scoring. Host memory, valid until the next call.
  virtual Result<std::span<const float>> token_losses(const PackedBatch& batch) = 0;
  // Final hidden states [N, width], f32 on the host (embeddings, tests).
  virtual Result<std::vector<float>> hidden(const PackedBatch& batch) = 0;
  // Logits of every row [N, vocab] f32 on the host: for tests and short texts.
  virtual Result<std::vector<float>> logits(const PackedBatch& batch) = 0;

  // Floating point operations of a forward and backward over N tokens in documents of those lengths.
  virtual double step_flops(std::span<const std::int32_t> starts) const = 0;

  virtual Result<std::unique_ptr<Decoder>> decoder(std::int32_t slots, std::int32_t max_length) = 0;
};

// Key-value cache of several sequences, and steps over any subset of them (continuous batching).
class Decoder {
 public:
  virtual ~Decoder() = default;
  virtual std::int32_t slots() const = 0;
  virtual std::int32_t max_length() const = 0;
  virtual void reset(std::int32_t slot) = 0;
  virtual std::int32_t length(std::int32_t slot) const = 0;
  // Appends tokens to one slot; f32 logits [vocab] after the last of them. kLimit when they do not fit.
  virtual Result<std::span<const float>> prefill(std::int32_t slot, std::span<const std::int32_t> tokens) = 0;
  // Appends one token to each of the given slots; logits [slots.size(), vocab]. Valid until the next call.
  // The numbers for one slot do not depend on which others are in the call (cpu, f32).
  virtual Result<std::span<const float>> step(std::span<const std::int32_t> slots,
                                              std::span<const std::int32_t> tokens) = 0;
};

}  // namespace student

#endif  // STUDENT_MODEL_MODEL_H_
