// AdamW over a model's trainable parameters.
//
// Moments, and with bf16 weights an f32 master copy, lie in flat buffers that hold the trainable parameters only,
// one after the other: with LoRA they are as small as the adapters. Without a master, bf16 weights are updated with
// stochastic rounding. No state besides these buffers and the step number.
#ifndef STUDENT_TRAIN_OPTIMIZER_H_
#define STUDENT_TRAIN_OPTIMIZER_H_

#include <cstdint>
#include <memory>
#include <vector>

#include "model/model.h"

namespace student {

struct OptimizerOptions {
  float beta1 = 0.9f, beta2 = 0.95f, eps = 1e-8f, weight_decay = 0.1f;
  bool master = true;  // f32 copy of bf16 weights; false: stochastic rounding. No matter for f32
  std::uint64_t seed = 1;
};

struct OptimizerMemory {
  std::size_t moments = 0, master = 0;
};
OptimizerMemory plan_optimizer(std::int64_t trainable, DType weights, bool master);

class Optimizer {
 public:
  // Allocates; moments are zero and the master copies the weights as they are now. The model outlives this.
  static Result<std::unique_ptr<Optimizer>> create(Model& model, const OptimizerOptions& options);
  ~Optimizer();
  Optimizer(const Optimizer&) = delete;
  Optimizer& operator=(const Optimizer&) = delete;

  void zero_gradients();
  Result<double> gradient_norm();
  // `step` from 1. The gradient is multiplied by `scale` first.
  void update(std::int64_t step, float lr, float scale);

  struct Range {  // of trainable parameters that lie side by side, in the flat buffers of the model
    std::int64_t offset, size;
  };
  const std::vector<Range>& ranges() const { return ranges_; }
  std::int64_t size() const { return size_; }  // elements of each buffer below
  Tensor first() const { return first_; }
  Tensor second() const { return second_; }
  Tensor master() const { return master_; }  // may be absent
  void refresh_master();                     // after weights were replaced from outside

 private:
  Optimizer(Model& model, const OptimizerOptions& options);
  Result<void> allocate();

  struct Slot {
    const Parameter* parameter;
    std::int64_t offset;  // in the buffers here
  };
  Model& model_;
  OptimizerOptions options_;
  std::vector<Slot> slots_;
  std::vector<Range> ranges_;
  std::int64_t size_ = 0;
  Tensor first_, second_, master_;
};

}  // namespace student

#endif  // STUDENT_TRAIN_OPTIMIZER_H_
