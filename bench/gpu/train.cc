// Whole training steps: their speed in the shape of Llama-3.2-1B, and a curve of losses to compare backends by.
#include <cmath>
#include <fstream>
#include <memory>

#include "measure.h"
#include "model/model.h"
#include "programs.h"

namespace student::bench {
namespace {

Config llama_1b() {
  Config c;
  c.layers = 16, c.width = 2048, c.heads = 32, c.kv_heads = 8, c.head_dim = 64, c.ffn = 8192, c.vocab = 128256;
  c.context = 131072, c.rope_theta = 500000;
  c.rope_scaling = {true, 32, 1, 4, 8192};
  return c;
}

// Small enough that the CPU's side of the curve takes seconds; every kind of layer is there.
Config small() {
  Config c;
  c.layers = 6, c.width = 256, c.heads = 4, c.kv_heads = 2, c.head_dim = 64, c.ffn = 704, c.vocab = 8200;
  c.context = 2048, c.rope_theta = 100000;
  return c;
}

struct Batch {
  std::vector<std::int32_t> tokens, targets, starts;
  PackedBatch packed() const {
    PackedBatch b;
    b.tokens = tokens, b.targets = targets, b.starts = starts;
    return b;
  }
};

// Documents of the given lengths; every token follows from the one before or, one time in four, is drawn.
Batch make_batch(const std::vector<std::int32_t>& lengths, std::int32_t vocab, unsigned seed) {
  Batch b;
  b.starts.push_back(0);
  std::minstd_rand generator(seed);
  for (const std::int32_t length : lengths) {
    std::int32_t token = static_cast<std::int32_t>(generator() % 1000);
    for (std::int32_t i = 0; i < length; ++i) {
      const std::int32_t next = generator() % 4 == 0 ? static_cast<std::int32_t>(generator() % 1000)
                                                     : (token * 37 + 11) % std::min(vocab, 1000);
      b.tokens.push_back(token);
      b.targets.push_back(i + 1 < length ? next : -1);
      token = next;
    }
    b.starts.push_back(b.starts.back() + length);
  }
  return b;
}

struct Moments {
  Tensor m, v;
};

Moments make_moments(Backend& on, std::int64_t elements) {
  Moments moments;
  for (Tensor* t : {&moments.m, &moments.v}) {
    *t = Tensor(nullptr, DType::kF32, 1, elements);
    t->data = need(on.alloc(t->bytes()));
    on.zero(t->data, t->bytes());
  }
  return moments;
}

// Loss, gradient, clipping to norm 1, AdamW. The mean loss.
double train_step(Backend& on, Model& model, Moments& moments, const Batch& batch, std::int64_t number, float lr) {
  std::int64_t supervised = 0;
  for (const std::int32_t target : batch.targets) supervised += target >= 0;
  const Tensor gradients = model.gradients();
  on.zero(gradients.data, gradients.bytes());
  const LossSum loss = need(model.loss(batch.packed(), true, 1.0f / static_cast<float>(supervised)));
  const double norm = std::sqrt(need(on.sum_of_squares(gradients)));
  AdamW o;
  o.lr = lr, o.step = number, o.weight_decay = 0.1f;
  o.grad_scale = static_cast<float>(1 / std::max(norm, 1.0));
  on.adamw(model.weights(), {}, moments.m, moments.v, gradients, o);
  return loss.loss / static_cast<double>(loss.tokens);
}

}  // namespace

int step(Backend& on, const StepOptions& options) {
  ModelOptions model_options;
  model_options.compute = DType::kBF16;
  model_options.train = true;
  model_options.max_tokens = static_cast<std::int64_t>(options.sequences) * options.length;
  model_options.recompute = options.recompute ? Recompute::kBlock : Recompute::kNone;
  const Config config = llama_1b();
  auto model = need(Model::create(on, config, model_options));
  // As init() does in kind, but drawn from one block: a billion numbers on one CPU core take a minute.
  const Tensor weights = model->weights();
  std::vector<bf16> block(1 << 22);
  std::minstd_rand generator(3);
  std::normal_distribution<float> normal(0, 0.02f);
  for (bf16& x : block) x = to_bf16(normal(generator));
  for (std::size_t at = 0; at < weights.bytes(); at += block.size() * 2) {
    on.write(static_cast<char*>(weights.data) + at, block.data(), std::min(block.size() * 2, weights.bytes() - at));
  }
  const std::vector<bf16> ones(static_cast<std::size_t>(config.width), to_bf16(1));
  for (const Parameter& p : model->parameters()) {
    if (p.rows == 1 && !p.decays) on.write(model->weight(p).data, ones.data(), static_cast<std::size_t>(p.cols) * 2);
  }
  Moments moments = make_moments(on, model->flat_size());
  const Batch batch = make_batch(std::vector<std::int32_t>(static_cast<std::size_t>(options.sequences), options.length),
                                 config.vocab, 1);
  double first = 0, last = 0;
  std::vector<double> times;
  for (int i = 0; i < options.steps + 3; ++i) {
    const double begin = now();
    last = train_step(on, *model, moments, batch, i + 1, 1e-4f);
    need(on.sync());
    if (i == 0) first = last;
    if (i >= 3) times.push_back(now() - begin);
  }
  std::sort(times.begin(), times.end());
  const double seconds = times[times.size() / 2];
  report("step: tokens", static_cast<double>(model_options.max_tokens), "tokens");
  report("step: time", seconds * 1e3, "ms");
  report("step: speed", static_cast<double>(model_options.max_tokens) / seconds, "tokens/s");
  report("step: rate", model->step_flops(batch.starts) / seconds / 1e12, "TFLOP/s");
  report("step: loss at first", first, "nats");
  report("step: loss at last", last, "nats");
  report("step: free memory", static_cast<double>(on.free_memory()) / 1e9, "GB");
  return std::isfinite(last) && last < first ? 0 : 1;
}

int curve(Backend& on, DType type, const std::string& file, bool write) {
  constexpr int kSteps = 20;
  ModelOptions options;
  options.compute = type;
  options.train = true;
  options.max_tokens = 128;
  const Config config = small();
  auto model = need(Model::create(on, config, options));
  need(model->init(1));
  Moments moments = make_moments(on, model->flat_size());
  std::vector<double> losses;
  for (int i = 0; i < kSteps; ++i) {
    const Batch batch = make_batch({79, 1, 48}, config.vocab, static_cast<unsigned>(i) + 1);
    losses.push_back(train_step(on, *model, moments, batch, i + 1, 1e-3f));
  }
  if (write) {
    std::ofstream out(file);
    for (const double loss : losses) out << std::hexfloat << loss << std::defaultfloat << " " << loss << "\n";
    return out ? 0 : 1;
  }
  std::ifstream in(file);
  double worst = 0;
  for (int i = 0; i < kSteps; ++i) {
    std::string exact, rounded;
    if (!(in >> exact >> rounded)) {
      std::fprintf(stderr, "%s: fewer than %d losses\n", file.c_str(), kSteps);
      return 1;
    }
    const double want = std::strtod(exact.c_str(), nullptr);
    worst = std::max(worst, std::abs(losses[static_cast<std::size_t>(i)] - want) / want);
  }
  const std::string name = type == DType::kF32 ? "curve f32" : "curve bf16";
  report(name + ": first loss", losses.front(), "nats");
  report(name + ": last loss", losses.back(), "nats");
  report(name + ": worst difference", worst, "relative");
  return worst <= (type == DType::kF32 ? 1e-3 : 3e-2) ? 0 : 1;
}

}  // namespace student::bench
