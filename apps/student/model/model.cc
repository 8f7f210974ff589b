#include "model/model.h"

#include <algorithm>
#include <cassert>

#include "model/decoder.h"
#include "model/device_memory.h"
#include "model/network.h"
#include "model/parameters.h"
#include "model/rope_table.h"
#include "tensor/bf16.h"
#include "tensor/blocks.h"

namespace student {
namespace {

corpus::Error invalid(std::string message) { return {corpus::Code::kInvalidArgument, std::move(message)}; }

// Everything that a batch of `rows` tokens passes through.
struct Activations {
  std::vector<Tensor> streams;      // inputs of the blocks, and after the last the output
  std::vector<BlockState> states;   // one for each block, or one for all of them
  BackwardState backward;
  Tensor hidden, rstd, losses;
  Tensor tokens, targets, positions, topk_ids, topk_logprobs;
  Tensor cos, sin;
};

constexpr std::int64_t kMostTopK = 64;

Activations carve(Carver& carver, Network& network, const Config& config, const ModelOptions& options) {
  const std::int64_t n = options.max_tokens, width = config.width;
  const bool keep = options.train, keep_states = keep && options.recompute == Recompute::kNone;
  Activations a;
  a.tokens = carver.take(DType::kI32, 1, n);
  a.targets = carver.take(DType::kI32, 1, n);
  a.positions = carver.take(DType::kI32, 1, n);
  a.losses = carver.take(DType::kF32, 1, n);
  a.rstd = carver.take(DType::kF32, 1, n);
  a.cos = carver.take(DType::kF32, n, config.head_dim / 2);
  a.sin = carver.take(DType::kF32, n, config.head_dim / 2);
  a.hidden = carver.take(options.compute, n, width);
  network.take_adapter_scratch(carver, n);
  for (std::int32_t i = 0; i <= config.layers; ++i) {
    a.streams.push_back(keep || i == 0 ? carver.take(options.compute, n, width) : a.streams[0]);
  }
  for (std::int32_t i = 0; i < config.layers; ++i) {
    const Tensor x = a.streams[static_cast<std::size_t>(i)];
    a.states.push_back(keep_states || i == 0 ? network.block_state(carver, n, x) : a.states[0]);
    a.states.back().x = x;
  }
  if (keep) a.backward = network.backward_state(carver, n);
  return a;
}

std::size_t activation_bytes(const Config& config, const ModelOptions& options) {
  if (options.max_tokens == 0) return 0;
  Network network(nullptr, config, options);
  Carver carver(nullptr);
  carve(carver, network, config, options);
  return carver.most();
}

class Transformer final : public Model {
 public:
  Transformer(Backend& backend, const Config& config, const ModelOptions& options)
      : backend_(backend), config_(config), options_(options), network_(&backend, config_, options_),
        parameters_(lay_out_parameters(config, options)), flat_(student::flat_size(parameters_)) {}

  Result<void> allocate() {
    const auto size = static_cast<std::size_t>(flat_), bytes = static_cast<std::size_t>(weight_bytes(parameters_));
    CORPUS_TRY(weight_memory_, DeviceMemory::make(backend_, bytes));
    backend_.zero(weight_memory_.get(), bytes);  // what pads the vocabulary stays zero
    if (options_.train) {
      CORPUS_TRY(gradient_memory_, DeviceMemory::make(backend_, size * sizeof(float)));
      gradients_ = {gradient_memory_.get(), DType::kF32, 1, flat_};
      backend_.zero(gradients_.data, gradients_.bytes());
    }
    network_.bind(parameters_, weight_memory_.get(), gradients_);
    if (options_.max_tokens == 0) return {};
    CORPUS_TRY(activation_memory_, DeviceMemory::make(backend_, activation_bytes(config_, options_)));
    Carver carver(activation_memory_.get());
    state_ = carve(carver, network_, config_, options_);
    const RopeTable table = rope_table(config_, options_.max_tokens);
    backend_.write(state_.cos.data, table.cos.data(), table.cos.size() * sizeof(float));
    backend_.write(state_.sin.data, table.sin.data(), table.sin.size() * sizeof(float));
    return backend_.sync();
  }

  Backend& backend() override { return backend_; }
  const Config& config() const override { return config_; }
  const ModelOptions& options() const override { return options_; }
  std::span<const Parameter> parameters() const override { return parameters_; }
  std::int64_t flat_size() const override { return flat_; }
  Tensor weights() override {
    return options_.stored.empty() ? Tensor(weight_memory_.get(), options_.compute, 1, flat_) : Tensor{};
  }
  Tensor gradients() override { return gradients_; }
  Tensor weight(const Parameter& p) override { return weight_view(weight_memory_.get(), p); }
  Tensor gradient(const Parameter& p) override {
    return gradient_view(gradients_, p);
  }

  Result<void> init(std::uint64_t seed) override {
    for (const Parameter& p : parameters_) CORPUS_CHECK(set(p, initial_values(p, seed)));
    return {};
  }

  Result<void> set(const Parameter& p, std::span<const float> values) override {
    if (static_cast<std::int64_t>(values.size()) != p.file_rows * p.cols) {
      return invalid(p.name + ": " + std::to_string(values.size()) + " values instead of " +
                     std::to_string(p.file_rows * p.cols));
    }
    if (in_blocks(p.type)) return invalid(p.name + " is kept in blocks, as its file stores it");
    if (p.type == DType::kF32) {
      backend_.write(weight(p).data, values.data(), values.size_bytes());
    } else {
      std::vector<bf16> half(values.size());
      std::transform(values.begin(), values.end(), half.begin(), to_bf16);
      backend_.write(weight(p).data, half.data(), half.size() * sizeof(bf16));
    }
    return backend_.sync();
  }

  Result<void> set_stored(const Parameter& p, std::string_view bytes) override {
    if (!options_.stored.contains(p.name) ||
        static_cast<std::int64_t>(bytes.size()) != bytes_of(p.type, p.file_rows * p.cols)) {
      return invalid(p.name + ": " + std::to_string(bytes.size()) + " bytes as stored do not fit");
    }
    backend_.write(weight(p).data, bytes.data(), bytes.size());
    return backend_.sync();
  }

  Result<std::vector<float>> get(const Parameter& p) override {
    if (in_blocks(p.type)) {
      std::string blocks(static_cast<std::size_t>(bytes_of(p.type, p.file_rows * p.cols)), '\0');
      CORPUS_CHECK(backend_.read(blocks.data(), weight(p).data, blocks.size()));
      return values_of_blocks(p.type, blocks);
    }
    std::vector<float> out(static_cast<std::size_t>(p.file_rows * p.cols));
    if (p.type == DType::kF32) {
      CORPUS_CHECK(backend_.read(out.data(), weight(p).data, out.size() * sizeof(float)));
    } else {
      std::vector<bf16> half(out.size());
      CORPUS_CHECK(backend_.read(half.data(), weight(p).data, half.size() * sizeof(bf16)));
      std::transform(half.begin(), half.end(), out.begin(), from_bf16);
    }
    return out;
  }

  Result<LossSum> loss(const PackedBatch& batch, bool with_backward, float grad_scale) override {
    assert(!with_backward || options_.train);
    CORPUS_CHECK(upload(batch));
    const Documents documents = forward(batch);
    head_loss(batch, with_backward, grad_scale);
    if (with_backward) backward(documents);
    LossSum out;
    CORPUS_TRY(out.loss, backend_.sum(state_.losses.columns(0, rows(batch))));
    out.tokens = std::count_if(batch.targets.begin(), batch.targets.end(), [](std::int32_t t) { return t >= 0; });
    return out;
  }

  Result<std::span<const float>> token_losses(const PackedBatch& batch) override {
    CORPUS_CHECK(upload(batch));
    forward(batch);
    head_loss(batch, false, 1);
    host_losses_.resize(batch.tokens.size());
    CORPUS_CHECK(backend_.read(host_losses_.data(), state_.losses.data, host_losses_.size() * sizeof(float)));
    return std::span<const float>(host_losses_);
  }

  Result<std::vector<float>> hidden(const PackedBatch& batch) override {
    CORPUS_CHECK(upload(batch));
    forward(batch);
    const Tensor hidden = state_.hidden.row_range(0, rows(batch));
    CORPUS_TRY(const DeviceMemory memory,
               DeviceMemory::make(backend_, static_cast<std::size_t>(hidden.elements()) * sizeof(float)));
    const Tensor wide(memory.get(), DType::kF32, hidden.rows, hidden.cols);
    backend_.cast(wide, hidden);
    return read_floats(wide);
  }

  Result<std::vector<float>> logits(const PackedBatch& batch) override {
    CORPUS_CHECK(upload(batch));
    forward(batch);
    const Tensor hidden = state_.hidden.row_range(0, rows(batch));
    CORPUS_TRY(const DeviceMemory memory,
               DeviceMemory::make(backend_, static_cast<std::size_t>(hidden.rows * config_.vocab) * sizeof(float)));
    const Tensor out(memory.get(), DType::kF32, hidden.rows, config_.vocab);
    backend_.gemm(out, hidden, false, network_.head.row_range(0, config_.vocab), true);
    return read_floats(out);
  }

  double step_flops(std::span<const std::int32_t> starts) const override {
    double frozen = 0, trained = 0, attention = 0;
    for (const Parameter& p : parameters_) {
      if (!p.decays) continue;
      const bool head = p.name == (config_.tied ? "model.embed_tokens.weight" : "lm_head.weight");
      if (p.name == "model.embed_tokens.weight" && !head) continue;
      (p.trains ? trained : frozen) += static_cast<double>(p.file_rows) * static_cast<double>(p.cols);
    }
    for (std::size_t i = 0; i + 1 < starts.size(); ++i) {
      const double length = starts[i + 1] - starts[i];
      attention += 6 * length * length * config_.heads * config_.head_dim * config_.layers;  // half is masked
    }
    const double tokens = starts.empty() ? 0 : starts.back();
    return tokens * (6 * trained + 4 * frozen) + attention;
  }

  Result<std::unique_ptr<Decoder>> decoder(std::int32_t slots, std::int32_t max_length) override {
    return make_decoder(backend_, config_, options_, network_, slots, max_length);
  }

 private:
  static std::int64_t rows(const PackedBatch& batch) { return static_cast<std::int64_t>(batch.tokens.size()); }

  Result<std::vector<float>> read_floats(Tensor x) {
    std::vector<float> out(static_cast<std::size_t>(x.elements()));
    CORPUS_CHECK(backend_.read(out.data(), x.data, out.size() * sizeof(float)));
    return out;
  }

  Result<void> check(const PackedBatch& batch) const {
    const std::size_t n = batch.tokens.size();
    if (n == 0 || rows(batch) > options_.max_tokens) {
      return invalid("a batch of " + std::to_string(n) + " tokens; this model was made for 1 to " +
                     std::to_string(options_.max_tokens) + " (max_tokens)");
    }
    if (batch.targets.size() != n) return invalid("targets and tokens differ in number");
    if (batch.starts.size() < 2 || batch.starts.front() != 0 || batch.starts.back() != rows(batch) ||
        !std::is_sorted(batch.starts.begin(), batch.starts.end())) {
      return invalid("document starts do not rise from 0 to the number of tokens");
    }
    for (std::size_t i = 0; i < n; ++i) {
      if (batch.tokens[i] < 0 || batch.tokens[i] >= config_.vocab || batch.targets[i] < -1 ||
          batch.targets[i] >= config_.vocab) {
        return invalid("position " + std::to_string(i) + ": token " + std::to_string(batch.tokens[i]) + " or target " +
                       std::to_string(batch.targets[i]) + " is outside the vocabulary of " +
                       std::to_string(config_.vocab) + "; was the text made with this model's tokenizer?");
      }
    }
    if (batch.topk == 0) return {};
    const std::size_t k = static_cast<std::size_t>(batch.topk);
    if (batch.topk < 0 || batch.topk > kMostTopK || batch.topk_ids.size() != n * k ||
        batch.topk_logprobs.size() != n * k) {
      return invalid("a teacher's top-k needs " + std::to_string(n) + " times k values, k at most " +
                     std::to_string(kMostTopK));
    }
    for (const std::int32_t id : batch.topk_ids) {
      if (id < -1 || id >= config_.vocab) return invalid("the teacher names token " + std::to_string(id));
    }
    return {};
  }

  Result<void> upload(const PackedBatch& batch) {
    CORPUS_CHECK(check(batch));
    const std::size_t bytes = batch.tokens.size_bytes();
    std::vector<std::int32_t> positions;
    for (std::size_t d = 0; d + 1 < batch.starts.size(); ++d) {
      for (std::int32_t i = 0; i < batch.starts[d + 1] - batch.starts[d]; ++i) positions.push_back(i);
    }
    backend_.write(state_.tokens.data, batch.tokens.data(), bytes);
    backend_.write(state_.targets.data, batch.targets.data(), bytes);
    backend_.write(state_.positions.data, positions.data(), bytes);
    if (batch.topk > 0) {
      const std::size_t size = batch.topk_ids.size_bytes();
      if (topk_bytes_ < size) {
        CORPUS_TRY(topk_memory_, DeviceMemory::make(backend_, 2 * size));
        topk_bytes_ = size;
      }
      state_.topk_ids = {topk_memory_.get(), DType::kI32, rows(batch), batch.topk};
      state_.topk_logprobs = {static_cast<char*>(topk_memory_.get()) + topk_bytes_, DType::kF32, rows(batch),
                              batch.topk};
      backend_.write(state_.topk_ids.data, batch.topk_ids.data(), size);
      backend_.write(state_.topk_logprobs.data, batch.topk_logprobs.data(), size);
    }
    return {};
  }

  // The states cover max_tokens rows; a batch uses the first of them.
  BlockState state_of(std::size_t layer, std::int64_t n) const { return first_rows(state_.states[layer], n, config_); }

  Documents forward(const PackedBatch& batch) {
    const std::int64_t n = rows(batch);
    Documents documents{batch.starts, 0};
    for (std::size_t i = 0; i + 1 < batch.starts.size(); ++i) {
      documents.longest = std::max(documents.longest, batch.starts[i + 1] - batch.starts[i]);
    }
    backend_.embed(state_.streams[0].row_range(0, n), network_.embedding, state_.tokens.columns(0, n));
    Tensor residual;
    for (std::size_t i = 0; i < network_.blocks.size(); ++i) {
      const BlockState s = state_of(i, n);
      block_forward(i, s, residual, state_.streams[i + 1].row_range(0, n), documents);
      residual = s.middle;
    }
    backend_.rmsnorm(state_.hidden.row_range(0, n), state_.rstd.columns(0, n), state_.streams.back().row_range(0, n),
                     network_.final_norm.w, config_.norm_eps, residual);
    return documents;
  }

  void block_forward(std::size_t i, const BlockState& s, Tensor residual, Tensor out, const Documents& documents) {
    network_.before_attention(network_.blocks[i], s, residual, state_.positions.columns(0, s.x.rows),
                              state_.cos, state_.sin);
    backend_.attention(s.attended, s.lse, s.q_used, s.k_used, s.v, documents, network_.shape());
    network_.after_attention(network_.blocks[i], s, out);
  }

  void head_loss(const PackedBatch& batch, bool with_backward, float grad_scale) {
    const std::int64_t n = rows(batch);
    const TeacherTopK teacher{state_.topk_ids, state_.topk_logprobs, batch.topk_weight};
    const BackwardState b = with_backward ? first_rows(state_.backward, n) : BackwardState{};
    backend_.linear_cross_entropy(state_.losses.columns(0, n), b.dnormed, with_backward ? network_.dhead : Tensor{},
                                  state_.hidden.row_range(0, n), network_.head, state_.targets.columns(0, n),
                                  config_.vocab, grad_scale, batch.topk > 0 ? &teacher : nullptr);
  }

  // After head_loss: dnormed is the gradient of the hidden states.
  void backward(const Documents& documents) {
    const std::int64_t n = documents.starts.back();
    const BackwardState b = first_rows(state_.backward, n);
    backend_.rmsnorm_backward(b.dx, false, network_.final_norm.dw, b.dnormed, state_.streams.back().row_range(0, n),
                              network_.final_norm.w, state_.rstd.columns(0, n));
    for (std::size_t i = network_.blocks.size(); i-- > 0;) {
      const BlockState s = state_of(i, n);
      if (options_.recompute == Recompute::kBlock) block_forward(i, s, {}, {}, documents);
      network_.block_backward(network_.blocks[i], s, b, state_.positions.columns(0, n), state_.cos, state_.sin,
                              documents);
    }
    if (network_.dembedding) backend_.embed_backward(network_.dembedding, b.dx, state_.tokens.columns(0, n));
  }

  Backend& backend_;
  const Config config_;
  const ModelOptions options_;
  Network network_;
  const std::vector<Parameter> parameters_;
  const std::int64_t flat_;
  DeviceMemory weight_memory_, gradient_memory_, activation_memory_, topk_memory_;
  std::size_t topk_bytes_ = 0;
  Tensor gradients_;
  Activations state_;
  std::vector<float> host_losses_;
};

Result<void> check_stored(const Backend& backend, const Config& config, const ModelOptions& options) {
  if (options.stored.empty()) return {};
  if (!keeps_stored(backend, options)) {
    return invalid("weights stay as they are stored for inference in f32 alone, on a backend that reads them");
  }
  for (const Parameter& p : lay_out_parameters(config, options)) {
    const auto it = options.stored.find(p.name);
    if (it == options.stored.end()) continue;
    const bool fits = it->second == DType::kBF16 || (in_blocks(it->second) && p.cols % kBlockValues == 0);
    if (!p.decays || !fits) return invalid(p.name + " cannot be kept as it is stored");
  }
  return {};
}

}  // namespace

MemoryPlan plan_memory(const Backend& backend, const Config& config, const ModelOptions& options) {
  const std::vector<Parameter> parameters = lay_out_parameters(config, options);
  MemoryPlan plan;
  plan.weights = static_cast<std::size_t>(weight_bytes(parameters));
  plan.gradients = options.train ? static_cast<std::size_t>(flat_size(parameters)) * sizeof(float) : 0;
  plan.activations = activation_bytes(config, options);
  plan.workspace = backend.workspace(options.max_tokens, config.width, config.vocab, options.compute);
  return plan;
}

Result<std::unique_ptr<Model>> Model::create(Backend& backend, const Config& config, const ModelOptions& options) {
  CORPUS_CHECK(check_config(config));
  if (options.compute != DType::kF32 && options.compute != DType::kBF16) return invalid("compute is f32 or bf16");
  if (options.max_tokens < 0 || options.max_tokens > (1 << 24)) return invalid("max_tokens is not between 0 and 2^24");
  if (options.lora.rank < 0 || options.lora.rank > 4096) return invalid("lora rank is not between 0 and 4096");
  CORPUS_CHECK(check_stored(backend, config, options));
  const MemoryPlan plan = plan_memory(backend, config, options);
  if (const std::size_t free = backend.free_memory(); plan.total() > free) {
    const auto mib = [](std::size_t bytes) { return std::to_string(bytes >> 20) + " MiB"; };
    return corpus::Error{corpus::Code::kLimit,
                         "the model needs " + mib(plan.total()) + " (weights " + mib(plan.weights) + ", gradients " +
                             mib(plan.gradients) + ", activations " + mib(plan.activations) + ", workspace " +
                             mib(plan.workspace) + ") and " + std::string(backend.name()) + " has " + mib(free) +
                             " free; take fewer tokens a batch, recompute blocks, or bf16"};
  }
  auto model = std::make_unique<Transformer>(backend, config, options);
  CORPUS_CHECK(model->allocate());
  return std::unique_ptr<Model>(std::move(model));
}

}  // namespace student
