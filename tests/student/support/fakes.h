// A model and a tokenizer without weights: the next token's logits are a hash of all tokens before it, and
// tokens are bytes. Fast and exact, so that what is tested is the code around a model.
#ifndef CORPUS_TESTS_STUDENT_SUPPORT_FAKES_H_
#define CORPUS_TESTS_STUDENT_SUPPORT_FAKES_H_

#include <corpus/tokenizer.h>

#include <atomic>
#include <chrono>
#include <cmath>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "model/model.h"

namespace student::test {

using corpus::Code;
using corpus::Error;
using corpus::TokenId;

inline constexpr std::int32_t kFakeVocab = 260;
inline constexpr TokenId kImStart = 256, kImEnd = 257;  // 258, 259: tokens that the tokenizer does not know

class FakeTokenizer final : public corpus::Tokenizer {
 public:
  std::unique_ptr<Scratch> scratch() const override { return std::make_unique<Scratch>(); }
  void encode(std::string_view text, bool specials, Scratch&, std::vector<TokenId>& out) const override {
    while (!text.empty()) {
      if (specials && text.starts_with("<|im_start|>")) {
        out.push_back(kImStart);
        text.remove_prefix(12);
      } else if (specials && text.starts_with("<|im_end|>")) {
        out.push_back(kImEnd);
        text.remove_prefix(10);
      } else {
        out.push_back(static_cast<unsigned char>(text[0]));
        text.remove_prefix(1);
      }
    }
  }
  using Tokenizer::encode;
  std::string decode(std::span<const TokenId> ids, bool skip_specials) const override {
    std::string out;
    for (TokenId id : ids) {
      if (id >= 0 && id < 256) out += static_cast<char>(id);
      if (!skip_specials && is_special(id)) out += piece(id);
    }
    return out;
  }
  std::int32_t vocab_size() const override { return 258; }
  TokenId id_of(std::string_view token) const override {
    return token == "<|im_start|>" ? kImStart : token == "<|im_end|>" ? kImEnd : -1;
  }
  std::string_view piece(TokenId id) const override {
    if (id == kImStart) return "<|im_start|>";
    if (id == kImEnd) return "<|im_end|>";
    if (id < 0 || id > 255) return {};
    return {bytes_ + id, 1};
  }
  bool is_special(TokenId id) const override { return id == kImStart || id == kImEnd; }
  const std::string& fingerprint() const override { return fingerprint_; }
  FakeTokenizer() {
    for (int i = 0; i < 256; ++i) bytes_[i] = static_cast<char>(i);
  }

 private:
  char bytes_[256];
  std::string fingerprint_ = "fake";
};

class FakeTemplate final : public corpus::ChatTemplate {
 public:
  std::string_view name() const override { return "chatml"; }
  corpus::Result<corpus::TemplatedText> apply(std::span<const corpus::ChatTurn> turns, bool generate,
                                              corpus::Tokenizer::Scratch& scratch) const override {
    corpus::TemplatedText out;
    for (const auto& turn : turns) {
      out.ids.push_back(kImStart);
      tokenizer_.encode(std::string(turn.role) + "\n" + std::string(turn.text), false, scratch, out.ids);
      out.ids.push_back(kImEnd);
    }
    if (generate) {
      out.ids.push_back(kImStart);
      tokenizer_.encode("assistant\n", false, scratch, out.ids);
    }
    out.learn.resize(out.ids.size());
    return out;
  }
  std::span<const TokenId> stop_ids() const override { return stops_; }

 private:
  FakeTokenizer tokenizer_;
  std::vector<TokenId> stops_ = {kImEnd};
};

// Logits after `history`. Without a script: a hash of it. With one: the script's next byte is most likely.
using Rule = std::function<void(std::span<const TokenId> history, std::span<float> logits)>;

inline void hashed(std::span<const TokenId> history, std::span<float> logits) {
  std::uint64_t h = 1469598103934665603u;
  for (TokenId id : history) h = (h ^ static_cast<std::uint64_t>(id + 1)) * 1099511628211u;
  for (std::size_t v = 0; v < logits.size(); ++v) {
    std::uint64_t x = (h ^ (v * 0x9E3779B97F4A7C15u)) * 0xBF58476D1CE4E5B9u;
    x ^= x >> 31;
    logits[v] = static_cast<float>(x % 10007) / 2000.0f;
  }
}

// After `prompt` comes `answer`, byte by byte, then the end of turn.
inline Rule says(std::string prompt, std::string answer) {
  return [=](std::span<const TokenId> history, std::span<float> logits) {
    std::fill(logits.begin(), logits.end(), 0.0f);
    std::string text;
    for (TokenId id : history) text += id < 256 ? static_cast<char>(id) : '|';
    auto at = text.rfind(prompt);
    std::size_t said = at == std::string::npos ? answer.size() : text.size() - at - prompt.size();
    auto next = said < answer.size() ? static_cast<unsigned char>(answer[said]) : static_cast<std::size_t>(kImEnd);
    logits[next] = 20;
  };
}

class FakeDecoder final : public Decoder {
 public:
  FakeDecoder(Rule rule, std::int32_t slots, std::int32_t max_length, std::chrono::microseconds pause,
              std::atomic<int>* widest)
      : rule_(std::move(rule)), history_(static_cast<std::size_t>(slots)), max_length_(max_length), pause_(pause),
        widest_(widest) {}
  std::int32_t slots() const override { return static_cast<std::int32_t>(history_.size()); }
  std::int32_t max_length() const override { return max_length_; }
  void reset(std::int32_t slot) override { history_[static_cast<std::size_t>(slot)].clear(); }
  std::int32_t length(std::int32_t slot) const override {
    return static_cast<std::int32_t>(history_[static_cast<std::size_t>(slot)].size());
  }
  Result<std::span<const float>> prefill(std::int32_t slot, std::span<const std::int32_t> tokens) override {
    auto& history = history_[static_cast<std::size_t>(slot)];
    history.insert(history.end(), tokens.begin(), tokens.end());
    if (std::ssize(history) > max_length_) return Error{Code::kLimit, "fake: does not fit"};
    logits_.resize(kFakeVocab);
    rule_(history, logits_);
    return std::span<const float>(logits_);
  }
  Result<std::span<const float>> step(std::span<const std::int32_t> slots,
                                      std::span<const std::int32_t> tokens) override {
    std::this_thread::sleep_for(pause_);
    *widest_ = std::max<int>(*widest_, static_cast<int>(slots.size()));
    logits_.resize(slots.size() * kFakeVocab);
    for (std::size_t i = 0; i < slots.size(); ++i) {
      auto& history = history_[static_cast<std::size_t>(slots[i])];
      history.push_back(tokens[i]);
      if (std::ssize(history) > max_length_) return Error{Code::kLimit, "fake: does not fit"};
      rule_(history, std::span(logits_).subspan(i * kFakeVocab, kFakeVocab));
    }
    return std::span<const float>(logits_);
  }

 private:
  Rule rule_;
  std::vector<std::vector<TokenId>> history_;
  std::int32_t max_length_;
  std::chrono::microseconds pause_;
  std::atomic<int>* widest_;
  std::vector<float> logits_;
};

class FakeModel final : public Model {
 public:
  explicit FakeModel(Rule rule = hashed, std::chrono::microseconds pause = {}) : rule_(std::move(rule)), pause_(pause) {
    config_.vocab = kFakeVocab;
    config_.width = 8;
    config_.context = 512;
    options_.max_tokens = 512;
  }
  std::atomic<int> widest{0};  // most sequences in one step

  Backend& backend() override { std::abort(); }
  const Config& config() const override { return config_; }
  const ModelOptions& options() const override { return options_; }
  Result<void> init(std::uint64_t) override { return {}; }
  std::span<const Parameter> parameters() const override { return {}; }
  std::int64_t flat_size() const override { return 0; }
  Tensor weights() override { return {}; }
  Tensor gradients() override { return {}; }
  Tensor weight(const Parameter&) override { return {}; }
  Tensor gradient(const Parameter&) override { return {}; }
  Result<void> set(const Parameter&, std::span<const float>) override { return {}; }
  Result<void> set_stored(const Parameter&, std::string_view) override { return {}; }
  Result<std::vector<float>> get(const Parameter&) override { return std::vector<float>(); }
  Result<LossSum> loss(const PackedBatch&, bool, float) override { return LossSum(); }
  Result<std::span<const float>> token_losses(const PackedBatch& batch) override {
    CORPUS_TRY(auto all, logits(batch));
    losses_.assign(batch.tokens.size(), 0);
    for (std::size_t i = 0; i < batch.tokens.size(); ++i) {
      if (batch.targets[i] < 0) continue;
      double sum = 0;
      for (int v = 0; v < kFakeVocab; ++v) sum += std::exp(all[i * kFakeVocab + static_cast<std::size_t>(v)]);
      losses_[i] = static_cast<float>(std::log(sum) - all[i * kFakeVocab + static_cast<std::size_t>(batch.targets[i])]);
    }
    return std::span<const float>(losses_);
  }
  Result<std::vector<float>> hidden(const PackedBatch& batch) override {
    std::vector<float> out;
    for (TokenId id : batch.tokens) {
      for (int k = 0; k < 8; ++k) out.push_back(static_cast<float>((id * 31 + k * 7) % 13) - 6);
    }
    return out;
  }
  Result<std::vector<float>> logits(const PackedBatch& batch) override {
    std::vector<float> out(batch.tokens.size() * kFakeVocab);
    for (std::size_t d = 0; d + 1 < batch.starts.size(); ++d) {
      auto from = static_cast<std::size_t>(batch.starts[d]), to = static_cast<std::size_t>(batch.starts[d + 1]);
      for (std::size_t i = from; i < to; ++i) {
        rule_(batch.tokens.subspan(from, i + 1 - from), std::span(out).subspan(i * kFakeVocab, kFakeVocab));
      }
    }
    return out;
  }
  double step_flops(std::span<const std::int32_t>) const override { return 0; }
  Result<std::unique_ptr<Decoder>> decoder(std::int32_t slots, std::int32_t max_length) override {
    return std::unique_ptr<Decoder>(std::make_unique<FakeDecoder>(rule_, slots, max_length, pause_, &widest));
  }

 private:
  Rule rule_;
  std::chrono::microseconds pause_;
  Config config_;
  ModelOptions options_;
  std::vector<float> losses_;
};

}  // namespace student::test

#endif  // CORPUS_TESTS_STUDENT_SUPPORT_FAKES_H_
