#include "train/optimizer.h"

#include <cmath>

namespace student {
namespace {

Tensor slice(Tensor flat, std::int64_t offset, std::int64_t size) {
  return flat ? Tensor(flat.columns(offset, size).data, flat.type, 1, size) : Tensor();
}

std::int64_t padded(std::int64_t n) { return (n + 63) / 64 * 64; }

}  // namespace

OptimizerMemory plan_optimizer(std::int64_t trainable, DType weights, bool master) {
  auto n = static_cast<std::size_t>(trainable);
  return {.moments = 8 * n, .master = weights == DType::kBF16 && master ? 4 * n : 0};
}

Optimizer::Optimizer(Model& model, const OptimizerOptions& options) : model_(model), options_(options) {
  for (const Parameter& p : model.parameters()) {
    if (!p.trains) continue;
    slots_.push_back({&p, size_});
    size_ += padded(p.rows * p.cols);
    std::int64_t end = p.offset + p.rows * p.cols;
    // Padding between two parameters has no gradient, so a range may run over it.
    if (!ranges_.empty() && padded(ranges_.back().offset + ranges_.back().size) == p.offset) {
      ranges_.back().size = end - ranges_.back().offset;
    } else {
      ranges_.push_back({p.offset, p.rows * p.cols});
    }
  }
}

Result<std::unique_ptr<Optimizer>> Optimizer::create(Model& model, const OptimizerOptions& options) {
  std::unique_ptr<Optimizer> out(new Optimizer(model, options));
  CORPUS_CHECK(out->allocate());
  return out;
}

Result<void> Optimizer::allocate() {
  Backend& backend = model_.backend();
  const auto bytes = static_cast<std::size_t>(size_) * 4;
  auto buffer = [&](Tensor& out) -> Result<void> {
    CORPUS_TRY(void* memory, backend.alloc(bytes));
    backend.zero(memory, bytes);
    out = Tensor(memory, DType::kF32, 1, size_);
    return {};
  };
  CORPUS_CHECK(buffer(first_));
  CORPUS_CHECK(buffer(second_));
  if (model_.weights().type == DType::kBF16 && options_.master) {
    CORPUS_CHECK(buffer(master_));
    refresh_master();
  }
  return {};
}

Optimizer::~Optimizer() {
  for (Tensor t : {first_, second_, master_}) {
    if (t) model_.backend().free(t.data);
  }
}

void Optimizer::refresh_master() {
  if (!master_) return;
  for (const Slot& slot : slots_) {
    const Parameter& p = *slot.parameter;
    std::int64_t n = p.rows * p.cols;
    model_.backend().cast(slice(master_, slot.offset, n), slice(model_.weights(), p.offset, n));
  }
}

void Optimizer::zero_gradients() {
  Tensor all = model_.gradients();
  model_.backend().zero(all.data, all.bytes());
}

Result<double> Optimizer::gradient_norm() {
  double sum = 0;
  for (const Range& range : ranges_) {
    CORPUS_TRY(double squares, model_.backend().sum_of_squares(slice(model_.gradients(), range.offset, range.size)));
    sum += squares;
  }
  return std::sqrt(sum);
}

void Optimizer::update(std::int64_t step, float lr, float scale) {
  std::uint64_t stream = 0;
  for (const Slot& slot : slots_) {
    const Parameter& p = *slot.parameter;
    std::int64_t n = p.rows * p.cols;
    AdamW options{.lr = lr,
                  .beta1 = options_.beta1,
                  .beta2 = options_.beta2,
                  .eps = options_.eps,
                  .weight_decay = p.decays ? options_.weight_decay : 0,
                  .grad_scale = scale,
                  .step = step,
                  .seed = options_.seed,
                  .stream = stream++};
    model_.backend().adamw(slice(model_.weights(), p.offset, n), slice(master_, slot.offset, n),
                           slice(first_, slot.offset, n), slice(second_, slot.offset, n),
                           slice(model_.gradients(), p.offset, n), options);
  }
}

}  // namespace student
