#include "model/network.h"

#include <cmath>
#include <map>

#include "model/parameters.h"

namespace student {
namespace {

Tensor top(Tensor x, std::int64_t rows) { return x.row_range(0, rows); }

// [rows, heads * dim] seen as [rows * heads, dim].
Tensor by_head(Tensor x, std::int64_t dim) { return {x.data, x.type, x.elements() / dim, dim}; }

}  // namespace

BlockState first_rows(BlockState s, std::int64_t n, const Config& config) {
  for (Tensor* t : {&s.x, &s.normed, &s.qkv, &s.q, &s.k, &s.v, &s.q_used, &s.k_used, &s.attended, &s.middle,
                    &s.mlp_normed, &s.gate_up, &s.act}) {
    t->rows = n;
  }
  s.rstd.cols = s.mlp_rstd.cols = s.lse.cols = n;
  s.q_rstd.cols = n * config.heads;
  s.k_rstd.cols = n * config.kv_heads;
  return s;
}

BackwardState first_rows(BackwardState b, std::int64_t n) {
  for (Tensor* t : {&b.dx, &b.dnormed, &b.dattended, &b.dqkv, &b.dq, &b.dk, &b.dv, &b.dq_used, &b.dk_used,
                    &b.dgate_up, &b.dact}) {
    t->rows = n;
  }
  return b;
}

AttentionShape Network::shape() const {
  return {config_.heads, config_.kv_heads, config_.head_dim, 1.0f / std::sqrt(static_cast<float>(config_.head_dim))};
}

void Network::bind(const std::vector<Parameter>& parameters, void* weights, Tensor gradients) {
  std::map<std::string, const Parameter*, std::less<>> named;
  for (const Parameter& p : parameters) named[p.name] = &p;
  const auto weight = [&](const std::string& name) {
    const auto it = named.find(name);
    return it == named.end() ? Tensor{} : weight_view(weights, *it->second);
  };
  const auto gradient = [&](const std::string& name) {
    const auto it = named.find(name);
    return it == named.end() || !it->second->trains ? Tensor{} : gradient_view(gradients, *it->second);
  };
  const auto linear = [&](const std::string& name) {
    return Linear{weight(name + ".weight"),        weight(name + ".bias"),
                  gradient(name + ".weight"),      gradient(name + ".bias"),
                  weight(name + ".lora_A.weight"), weight(name + ".lora_B.weight"),
                  gradient(name + ".lora_A.weight"), gradient(name + ".lora_B.weight")};
  };
  const auto norm = [&](const std::string& name) { return Norm{weight(name + ".weight"), gradient(name + ".weight")}; };
  // One linear where all lie side by side and none has an adapter.
  const auto fuse = [](std::vector<Linear> group) {
    Linear all = group[0];
    for (std::size_t i = 0; i < group.size(); ++i) {
      const Linear& l = group[i];
      if (l.a) return group;
      if (i == 0) continue;
      if (l.w.type != all.w.type || l.w.data != all.w.row_range(all.w.rows, 0).data) return group;
      if (l.bias && l.bias.data != all.bias.columns(all.bias.cols, 0).data) return group;
      all.w.rows += l.w.rows;
      all.dw.rows += l.w.rows;
      all.bias.cols = all.bias.stride = all.bias.cols + l.bias.cols;
      all.dbias.cols = all.dbias.stride = all.dbias.cols + l.bias.cols;
    }
    return std::vector<Linear>{all};
  };
  embedding = weight("model.embed_tokens.weight");
  dembedding = gradient("model.embed_tokens.weight");
  head = config_.tied ? embedding : weight("lm_head.weight");
  dhead = config_.tied ? dembedding : gradient("lm_head.weight");
  final_norm = norm("model.norm");
  for (std::int32_t i = 0; i < config_.layers; ++i) {
    const std::string at = "model.layers." + std::to_string(i) + ".";
    std::vector<Linear> qkv = {linear(at + "self_attn.q_proj"), linear(at + "self_attn.k_proj"),
                               linear(at + "self_attn.v_proj")};
    blocks.push_back({config_.qk_norm ? qkv : fuse(qkv), linear(at + "self_attn.o_proj"), linear(at + "mlp.down_proj"),
                      fuse({linear(at + "mlp.gate_proj"), linear(at + "mlp.up_proj")}), norm(at + "input_layernorm"),
                      norm(at + "post_attention_layernorm"), norm(at + "self_attn.q_norm"),
                      norm(at + "self_attn.k_norm")});
  }
}

BlockState Network::block_state(Carver& carver, std::int64_t n, Tensor x) const {
  const DType type = options_.compute;
  const std::int64_t q = std::int64_t{config_.heads} * config_.head_dim;
  const std::int64_t kv = std::int64_t{config_.kv_heads} * config_.head_dim;
  BlockState s;
  s.x = x;
  s.normed = carver.take(type, n, config_.width);
  s.rstd = carver.take(DType::kF32, 1, n);
  if (config_.qk_norm) {  // a norm by heads needs heads at one distance from each other
    s.q = carver.take(type, n, q);
    s.k = carver.take(type, n, kv);
    s.v = carver.take(type, n, kv);
    s.q_used = carver.take(type, n, q);
    s.k_used = carver.take(type, n, kv);
    s.q_rstd = carver.take(DType::kF32, 1, n * config_.heads);
    s.k_rstd = carver.take(DType::kF32, 1, n * config_.kv_heads);
  } else {
    s.qkv = carver.take(type, n, q + 2 * kv);
    s.q_used = s.q = s.qkv.columns(0, q);
    s.k_used = s.k = s.qkv.columns(q, kv);
    s.v = s.qkv.columns(q + kv, kv);
  }
  s.attended = carver.take(type, n, q);
  s.lse = carver.take(DType::kF32, config_.heads, n);
  s.middle = carver.take(type, n, config_.width);
  s.mlp_normed = carver.take(type, n, config_.width);
  s.mlp_rstd = carver.take(DType::kF32, 1, n);
  s.gate_up = carver.take(type, n, 2 * std::int64_t{config_.ffn});
  s.act = carver.take(type, n, config_.ffn);
  return s;
}

BackwardState Network::backward_state(Carver& carver, std::int64_t n) const {
  const DType type = options_.compute;
  const std::int64_t q = std::int64_t{config_.heads} * config_.head_dim;
  const std::int64_t kv = std::int64_t{config_.kv_heads} * config_.head_dim;
  BackwardState b;
  b.dx = carver.take(type, n, config_.width);
  b.dnormed = carver.take(type, n, config_.width);
  const std::size_t shared = carver.mark();
  b.dgate_up = carver.take(type, n, 2 * std::int64_t{config_.ffn});
  b.dact = carver.take(type, n, config_.ffn);
  carver.back_to(shared);  // the attention's half of a block comes after the other is done
  b.dattended = carver.take(type, n, q);
  if (config_.qk_norm) {
    b.dq = carver.take(type, n, q);
    b.dk = carver.take(type, n, kv);
    b.dv = carver.take(type, n, kv);
    b.dq_used = carver.take(type, n, q);
    b.dk_used = carver.take(type, n, kv);
  } else {
    b.dqkv = carver.take(type, n, q + 2 * kv);
    b.dq_used = b.dq = b.dqkv.columns(0, q);
    b.dk_used = b.dk = b.dqkv.columns(q, kv);
    b.dv = b.dqkv.columns(q + kv, kv);
  }
  return b;
}

void Network::take_adapter_scratch(Carver& carver, std::int64_t rows) {
  if (options_.lora.rank == 0) return;
  adapter_ = carver.take(options_.compute, rows, options_.lora.rank);
  adapter_scaled_ = carver.take(options_.compute, rows, options_.lora.rank);
}

// alpha / rank * x A^T
Tensor Network::scaled_adapter(const Linear& l, Tensor x) {
  const Tensor plain = top(adapter_, x.rows), scaled = top(adapter_scaled_, x.rows);
  backend_->gemm(plain, x, false, l.a, true);
  backend_->zero(scaled.data, scaled.bytes());
  backend_->add_scaled(scaled, plain, options_.lora.alpha / static_cast<float>(options_.lora.rank));
  return scaled;
}

void Network::forward(const Linear& l, Tensor y, Tensor x) {
  backend_->gemm(y, x, false, l.w, true, false, l.bias);
  if (l.a) backend_->gemm(y, scaled_adapter(l, x), false, l.b, true, true);
}

void Network::backward(const Linear& l, Tensor dx, bool accumulate, Tensor dy, Tensor x) {
  backend_->gemm(dx, dy, false, l.w, false, accumulate);
  if (l.dw) backend_->gemm(l.dw, dy, true, x, false, true);
  if (l.bias && l.dbias) backend_->column_sum(l.dbias, dy);
  if (!l.a) return;
  if (l.db) backend_->gemm(l.db, dy, true, scaled_adapter(l, x), false, true);
  const Tensor plain = top(adapter_, x.rows), scaled = top(adapter_scaled_, x.rows);
  backend_->gemm(plain, dy, false, l.b, false);
  backend_->zero(scaled.data, scaled.bytes());
  backend_->add_scaled(scaled, plain, options_.lora.alpha / static_cast<float>(options_.lora.rank));
  if (l.da) backend_->gemm(l.da, scaled, true, x, false, true);
  backend_->gemm(dx, scaled, false, l.a, false, true);
}

void Network::forward(const std::vector<Linear>& group, Tensor y, const std::vector<Tensor>& parts, Tensor x) {
  if (group.size() == 1) return forward(group[0], y, x);
  for (std::size_t i = 0; i < group.size(); ++i) forward(group[i], parts[i], x);
}

void Network::backward(const std::vector<Linear>& group, Tensor dx, Tensor dy, const std::vector<Tensor>& parts,
                       Tensor x) {
  if (group.size() == 1) return backward(group[0], dx, false, dy, x);
  for (std::size_t i = 0; i < group.size(); ++i) backward(group[i], dx, i > 0, parts[i], x);
}

void Network::before_attention(const Block& block, const BlockState& s, Tensor residual, Tensor positions, Tensor cos,
                               Tensor sin) {
  backend_->rmsnorm(s.normed, s.rstd, s.x, block.attention_norm.w, config_.norm_eps, residual);
  forward(block.qkv, s.qkv, {s.q, s.k, s.v}, s.normed);
  const std::int32_t dim = config_.head_dim;
  if (config_.qk_norm) {
    backend_->rmsnorm(by_head(s.q_used, dim), s.q_rstd, by_head(s.q, dim), block.q_norm.w, config_.norm_eps);
    backend_->rmsnorm(by_head(s.k_used, dim), s.k_rstd, by_head(s.k, dim), block.k_norm.w, config_.norm_eps);
  }
  backend_->rope(s.q_used, positions, cos, sin, config_.heads, dim, false);
  backend_->rope(s.k_used, positions, cos, sin, config_.kv_heads, dim, false);
}

void Network::after_attention(const Block& block, const BlockState& s, Tensor out) {
  forward(block.o, s.middle, s.attended);
  backend_->rmsnorm(s.mlp_normed, s.mlp_rstd, s.middle, block.mlp_norm.w, config_.norm_eps, s.x);
  const std::int64_t f = config_.ffn;
  forward(block.gate_up, s.gate_up, {s.gate_up.columns(0, f), s.gate_up.columns(f, f)}, s.mlp_normed);
  backend_->swiglu(s.act, s.gate_up);
  if (out) forward(block.down, out, s.act);
}

void Network::block_backward(const Block& block, const BlockState& s, const BackwardState& b, Tensor positions,
                             Tensor cos, Tensor sin, const Documents& documents) {
  const std::int64_t f = config_.ffn;
  const std::int32_t dim = config_.head_dim;
  backward(block.down, b.dact, false, b.dx, s.act);
  backend_->swiglu_backward(b.dgate_up, b.dact, s.gate_up);
  backward(block.gate_up, b.dnormed, b.dgate_up, {b.dgate_up.columns(0, f), b.dgate_up.columns(f, f)}, s.mlp_normed);
  backend_->rmsnorm_backward(b.dx, true, block.mlp_norm.dw, b.dnormed, s.middle, block.mlp_norm.w, s.mlp_rstd);

  backward(block.o, b.dattended, false, b.dx, s.attended);
  backend_->attention_backward(b.dq_used, b.dk_used, b.dv, b.dattended, s.q_used, s.k_used, s.v, s.attended, s.lse,
                              documents, shape());
  backend_->rope(b.dq_used, positions, cos, sin, config_.heads, dim, true);
  backend_->rope(b.dk_used, positions, cos, sin, config_.kv_heads, dim, true);
  if (config_.qk_norm) {
    backend_->rmsnorm_backward(by_head(b.dq, dim), false, block.q_norm.dw, by_head(b.dq_used, dim), by_head(s.q, dim),
                              block.q_norm.w, s.q_rstd);
    backend_->rmsnorm_backward(by_head(b.dk, dim), false, block.k_norm.dw, by_head(b.dk_used, dim), by_head(s.k, dim),
                              block.k_norm.w, s.k_rstd);
  }
  backward(block.qkv, b.dnormed, b.dqkv, {b.dq, b.dk, b.dv}, s.normed);
  backend_->rmsnorm_backward(b.dx, true, block.attention_norm.dw, b.dnormed, s.x, block.attention_norm.w, s.rstd);
}

}  // namespace student
