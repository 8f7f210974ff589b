// Weights of a model seen as the linears and norms of its blocks, and a block's forward and backward in
// terms of the backend's operations. Model and Decoder share it.
#ifndef STUDENT_MODEL_NETWORK_H_
#define STUDENT_MODEL_NETWORK_H_

#include <cstdint>
#include <vector>

#include "backend/backend.h"
#include "model/model.h"

namespace student {

// A weight (or several side by side), its gradient where it trains, and a low-rank adapter where it has one.
struct Linear {
  Tensor w, bias, dw, dbias;
  Tensor a, b, da, db;
};

struct Norm {
  Tensor w, dw;
};

struct Block {
  std::vector<Linear> qkv;      // one for all three, or q, k, v
  Linear o, down;
  std::vector<Linear> gate_up;  // one for both, or gate, up
  Norm attention_norm, mlp_norm, q_norm, k_norm;
};

// Cuts tensors from one piece of memory; with no memory it only counts.
class Carver {
 public:
  explicit Carver(void* memory)
      : memory_(memory != nullptr ? static_cast<char*>(memory) : reinterpret_cast<char*>(std::uintptr_t{4096})) {}
  Tensor take(DType type, std::int64_t rows, std::int64_t cols) {
    const Tensor t(memory_ + used_, type, rows, cols);
    used_ += (t.bytes() + 255) / 256 * 256;
    most_ = used_ > most_ ? used_ : most_;
    return t;
  }
  std::size_t mark() const { return used_; }
  void back_to(std::size_t mark) { used_ = mark; }  // what follows overlays what came after the mark
  std::size_t most() const { return most_; }

 private:
  char* memory_;
  std::size_t used_ = 0, most_ = 0;
};

// What a block computes on its way forward and needs on its way back.
struct BlockState {
  Tensor x;                         // its input: the residual stream
  Tensor normed, rstd;              // attention's input
  Tensor qkv, q, k, v;              // q, k, v: of the linears; columns of qkv where they may be
  Tensor q_used, k_used;            // what is rotated and attended with: normed copies (qk_norm) or q and k
  Tensor q_rstd, k_rstd;
  Tensor attended, lse;
  Tensor middle, mlp_normed, mlp_rstd;
  Tensor gate_up, act;
};

// Scratch of the way back, one for all blocks.
struct BackwardState {
  Tensor dx, dnormed;
  Tensor dattended, dqkv, dq, dk, dv, dq_used, dk_used;
  Tensor dgate_up, dact;
};

// The same for the first n rows alone.
BlockState first_rows(BlockState s, std::int64_t n, const Config& config);
BackwardState first_rows(BackwardState b, std::int64_t n);

class Network {
 public:
  // Without a backend it can only count memory.
  Network(Backend* backend, const Config& config, const ModelOptions& options)
      : backend_(backend), config_(config), options_(options) {}

  // Views into buffers laid out as `parameters` say; `gradients` may be absent.
  void bind(const std::vector<Parameter>& parameters, void* weights, Tensor gradients);

  // x is given; everything else is taken.
  BlockState block_state(Carver& carver, std::int64_t rows, Tensor x) const;
  BackwardState backward_state(Carver& carver, std::int64_t rows) const;
  // rank * rows of scratch for adapters.
  void take_adapter_scratch(Carver& carver, std::int64_t rows);

  // Up to the rotated q, k and v. With `residual`, the block's input becomes x + residual first.
  void before_attention(const Block& block, const BlockState& s, Tensor residual, Tensor positions, Tensor cos,
                        Tensor sin);
  // From `attended` to the block's output but for the residual `middle`, which the next norm adds.
  void after_attention(const Block& block, const BlockState& s, Tensor out);
  // b.dx: gradient of the block's output, becomes that of its input.
  void block_backward(const Block& block, const BlockState& s, const BackwardState& b, Tensor positions, Tensor cos,
                      Tensor sin, const Documents& documents);
  AttentionShape shape() const;

  Tensor embedding, dembedding, head, dhead;
  Norm final_norm;
  std::vector<Block> blocks;

 private:
  void forward(const Linear& l, Tensor y, Tensor x);
  void backward(const Linear& l, Tensor dx, bool accumulate, Tensor dy, Tensor x);
  // Linears that share their input; outputs are the columns of `y` where there is one linear, else `parts`.
  void forward(const std::vector<Linear>& group, Tensor y, const std::vector<Tensor>& parts, Tensor x);
  void backward(const std::vector<Linear>& group, Tensor dx, Tensor dy, const std::vector<Tensor>& parts, Tensor x);
  Tensor scaled_adapter(const Linear& l, Tensor x);

  Backend* backend_;
  const Config& config_;
  const ModelOptions& options_;
  Tensor adapter_, adapter_scaled_;  // [rows, rank]
};

}  // namespace student

#endif  // STUDENT_MODEL_NETWORK_H_
