#include "model/decoder.h"

#include <algorithm>
#include <numeric>

#include "model/device_memory.h"
#include "model/rope_table.h"

namespace student {
namespace {

constexpr std::int64_t kPrefillRows = 256;  // tokens of a prompt that go through the blocks at once
constexpr std::int64_t kStepRows = 32;      // slots of one pass: thin products, whose rows are independent

class CachedDecoder final : public Decoder {
 public:
  CachedDecoder(Backend& backend, const Config& config, const ModelOptions& options, const Network& weights,
                std::int32_t slots, std::int32_t max_length)
      : backend_(backend), config_(config), options_(options), network_(weights), slots_(slots),
        max_length_(max_length), lengths_(static_cast<std::size_t>(slots)) {}

  Result<void> allocate() {
    Carver count(nullptr);
    carve(count);
    CORPUS_TRY(memory_, DeviceMemory::make(backend_, count.most()));
    Carver carver(memory_.get());
    carve(carver);
    const RopeTable table = rope_table(config_, max_length_);
    backend_.write(cos_.data, table.cos.data(), table.cos.size() * sizeof(float));
    backend_.write(sin_.data, table.sin.data(), table.sin.size() * sizeof(float));
    return backend_.sync();
  }

  std::int32_t slots() const override { return slots_; }
  std::int32_t max_length() const override { return max_length_; }
  void reset(std::int32_t slot) override { lengths_[static_cast<std::size_t>(slot)] = 0; }
  std::int32_t length(std::int32_t slot) const override { return lengths_[static_cast<std::size_t>(slot)]; }

  Result<std::span<const float>> prefill(std::int32_t slot, std::span<const std::int32_t> tokens) override {
    if (tokens.empty()) return invalid("prefill without tokens");
    CORPUS_CHECK(check(slot, tokens));
    logits_.resize(static_cast<std::size_t>(config_.vocab));
    while (!tokens.empty()) {
      const std::size_t n = std::min(tokens.size(), static_cast<std::size_t>(prefill_rows()));
      const std::vector<std::int32_t> same(n, slot);
      const bool last = n == tokens.size();
      CORPUS_CHECK(pass(same, tokens.first(n), last ? std::span<float>(logits_) : std::span<float>(), 1));
      tokens = tokens.subspan(n);
    }
    return std::span<const float>(logits_);
  }

  Result<std::span<const float>> step(std::span<const std::int32_t> slots,
                                      std::span<const std::int32_t> tokens) override {
    if (slots.size() != tokens.size()) return invalid("slots and tokens differ in number");
    std::vector<bool> seen(static_cast<std::size_t>(slots_));
    for (std::size_t i = 0; i < slots.size(); ++i) {
      CORPUS_CHECK(check(slots[i], tokens.subspan(i, 1)));
      if (seen[static_cast<std::size_t>(slots[i])]) return invalid("a slot is named twice in one step");
      seen[static_cast<std::size_t>(slots[i])] = true;
    }
    const auto vocab = static_cast<std::size_t>(config_.vocab);
    logits_.resize(slots.size() * vocab);
    for (std::size_t i = 0; i < slots.size(); i += kStepRows) {
      const std::size_t n = std::min<std::size_t>(kStepRows, slots.size() - i);
      CORPUS_CHECK(pass(slots.subspan(i, n), tokens.subspan(i, n), std::span(logits_).subspan(i * vocab, n * vocab),
                        static_cast<std::int64_t>(n)));
    }
    return std::span<const float>(logits_);
  }

 private:
  static corpus::Error invalid(std::string message) { return {corpus::Code::kInvalidArgument, std::move(message)}; }

  std::int64_t prefill_rows() const { return std::min<std::int64_t>(kPrefillRows, max_length_); }
  std::int64_t rows() const { return std::max(prefill_rows(), std::min<std::int64_t>(kStepRows, slots_)); }

  void carve(Carver& carver) {
    const std::int64_t n = rows(), kv = std::int64_t{config_.kv_heads} * config_.head_dim;
    keys_.clear();
    values_.clear();
    for (std::int32_t i = 0; i < config_.layers; ++i) {
      keys_.push_back(carver.take(options_.compute, std::int64_t{slots_} * max_length_, kv));
      values_.push_back(carver.take(options_.compute, std::int64_t{slots_} * max_length_, kv));
    }
    cos_ = carver.take(DType::kF32, max_length_, config_.head_dim / 2);
    sin_ = carver.take(DType::kF32, max_length_, config_.head_dim / 2);
    for (Tensor* ids : {&tokens_, &slot_ids_, &positions_, &seen_}) *ids = carver.take(DType::kI32, 1, n);
    network_.take_adapter_scratch(carver, n);
    state_ = network_.block_state(carver, n, carver.take(options_.compute, n, config_.width));
    hidden_ = carver.take(options_.compute, n, config_.width);
    rstd_ = carver.take(DType::kF32, 1, n);
    scores_ = carver.take(DType::kF32, std::min<std::int64_t>(kStepRows, slots_), config_.vocab);
  }

  Result<void> check(std::int32_t slot, std::span<const std::int32_t> tokens) const {
    if (slot < 0 || slot >= slots_) return invalid("slot " + std::to_string(slot) + " does not exist");
    const std::size_t after = static_cast<std::size_t>(length(slot)) + tokens.size();
    if (after > static_cast<std::size_t>(max_length_)) {
      return corpus::Error{corpus::Code::kLimit, std::to_string(after) + " tokens do not fit the " +
                                                     std::to_string(max_length_) + " of a sequence"};
    }
    for (const std::int32_t token : tokens) {
      if (token < 0 || token >= config_.vocab) {
        return invalid("token " + std::to_string(token) + " is outside the vocabulary of " +
                       std::to_string(config_.vocab));
      }
    }
    return {};
  }

  // Row i is the next token of slot slots[i]; several rows of one slot follow each other. Logits of the last `wanted`
  // rows, if any.
  Result<void> pass(std::span<const std::int32_t> slots, std::span<const std::int32_t> tokens, std::span<float> logits,
                    std::int64_t wanted) {
    const auto n = static_cast<std::int64_t>(slots.size());
    std::vector<std::int32_t> positions, seen;
    const bool fresh = n > 1 && slots[0] == slots[1] && length(slots[0]) == 0;
    for (const std::int32_t slot : slots) {
      std::int32_t& length = lengths_[static_cast<std::size_t>(slot)];
      positions.push_back(length);
      seen.push_back(++length);
    }
    const std::size_t bytes = slots.size_bytes();
    backend_.write(tokens_.data, tokens.data(), bytes);
    backend_.write(slot_ids_.data, slots.data(), bytes);
    backend_.write(positions_.data, positions.data(), bytes);
    backend_.write(seen_.data, seen.data(), bytes);
    const Tensor slot_ids = slot_ids_.columns(0, n), at = positions_.columns(0, n);
    const std::int32_t starts[] = {0, static_cast<std::int32_t>(n)};
    const Documents one{starts, static_cast<std::int32_t>(n)};

    const BlockState s = first_rows(state_, n, config_);
    backend_.embed(s.x, network_.embedding, tokens_.columns(0, n));
    Tensor residual;
    for (std::size_t i = 0; i < network_.blocks.size(); ++i) {
      network_.before_attention(network_.blocks[i], s, residual, at, cos_, sin_);
      backend_.cache_store(keys_[i], s.k_used, slot_ids, at, max_length_);
      backend_.cache_store(values_[i], s.v, slot_ids, at, max_length_);
      if (fresh) {  // the first piece of a prompt sees only itself
        backend_.attention(s.attended, s.lse, s.q_used, s.k_used, s.v, one, network_.shape());
      } else {
        backend_.attention_decode(s.attended, s.q_used, keys_[i], values_[i], slot_ids, seen_.columns(0, n),
                                  max_length_, network_.shape());
      }
      network_.after_attention(network_.blocks[i], s, s.x);
      residual = s.middle;
    }
    if (logits.empty()) return {};
    backend_.rmsnorm(hidden_.row_range(0, n), rstd_.columns(0, n), s.x, network_.final_norm.w, config_.norm_eps,
                     residual);
    const Tensor out = scores_.row_range(0, wanted);
    backend_.gemm(out, hidden_.row_range(n - wanted, wanted), false, network_.head.row_range(0, config_.vocab), true);
    return backend_.read(logits.data(), out.data, logits.size_bytes());
  }

  Backend& backend_;
  const Config config_;
  const ModelOptions options_;
  Network network_;
  const std::int32_t slots_, max_length_;
  std::vector<std::int32_t> lengths_;
  DeviceMemory memory_;
  std::vector<Tensor> keys_, values_;
  Tensor cos_, sin_, tokens_, slot_ids_, positions_, seen_, hidden_, rstd_, scores_;
  BlockState state_;
  std::vector<float> logits_;
};

}  // namespace

Result<std::unique_ptr<Decoder>> make_decoder(Backend& backend, const Config& config, const ModelOptions& options,
                                              const Network& weights, std::int32_t slots, std::int32_t max_length) {
  if (slots < 1 || slots > 4096 || max_length < 1 || max_length > (1 << 24)) {
    return corpus::Error{corpus::Code::kInvalidArgument, "a decoder has 1 to 4096 slots of 1 to 2^24 tokens"};
  }
  auto decoder = std::make_unique<CachedDecoder>(backend, config, options, weights, slots, max_length);
  CORPUS_CHECK(decoder->allocate());
  return std::unique_ptr<Decoder>(std::move(decoder));
}

}  // namespace student
