#include "backend/cuda/attention.h"

#include <cudnn_frontend.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <map>
#include <unordered_map>
#include <utility>
#include <vector>

namespace student::cuda {
namespace {

namespace fe = cudnn_frontend;

enum Uid : std::int64_t {
  kQ = 1, kK, kV, kO, kStats, kDo, kDq, kDk, kDv, kLengths, kQOffsets, kKOffsets, kOOffsets, kDoOffsets, kDqOffsets,
  kDkOffsets, kStatsOffsets
};

// What a graph depends on. Row strides are part of it, as are those of gradients.
struct Shape {
  bool backward = false, dense = false;
  std::int64_t batch = 0, longest = 0, total = 0;
  AttentionShape attention;
  std::array<std::int64_t, 6> strides{};  // q, k (and v), out, dout, dq, dk (and dv)

  auto key() const {
    return std::make_tuple(backward, dense, batch, longest, total, attention.heads, attention.kv_heads,
                           attention.head_dim, attention.scale, strides);
  }
};

struct Graph {
  std::shared_ptr<fe::graph::Graph> graph;  // null: the library refused it
  std::int64_t workspace = 0;
};

struct DeviceMemory {
  void* data = nullptr;
  std::size_t bytes = 0;
  bool grow(std::size_t wanted) {
    if (wanted <= bytes) return true;
    cudaFree(data);
    data = nullptr;
    bytes = 0;
    if (cudaMalloc(&data, wanted) != cudaSuccess) return false;
    bytes = wanted;
    return true;
  }
  ~DeviceMemory() { cudaFree(data); }
};

bool aligned(const Tensor& t) { return reinterpret_cast<std::uintptr_t>(t.data) % 16 == 0 && t.stride % 8 == 0; }

class CudnnAttention final : public FusedAttention {
 public:
  ~CudnnAttention() override {
    if (handle_ != nullptr) cudnnDestroy(handle_);
  }
  bool open() { return cudnnCreate(&handle_) == CUDNN_STATUS_SUCCESS; }

  std::string version() const override {
    const auto v = cudnnGetVersion();
    return std::to_string(v / 10000) + "." + std::to_string(v / 100 % 100) + "." + std::to_string(v % 100);
  }
  bool forward(cudaStream_t stream, const AttentionCall& call) override { return run(stream, call, false); }
  bool backward(cudaStream_t stream, const AttentionCall& call) override { return run(stream, call, true); }

 private:
  bool run(cudaStream_t stream, const AttentionCall& call, bool backward);
  Graph build(const Shape& shape, bool with_total);
  bool upload(cudaStream_t stream, const Shape& shape, const Documents& documents);

  cudnnHandle_t handle_ = nullptr;
  std::map<decltype(std::declval<Shape>().key()), Graph> graphs_;
  DeviceMemory workspace_, numbers_;
  std::vector<std::int32_t> uploaded_;  // what numbers_ holds
};

// Where number table i begins in numbers_: lengths, then the offsets of each stride, then those of the statistics.
std::int64_t table(const Shape& shape, int i) { return i * ((shape.batch + 4) / 4 * 4); }

bool CudnnAttention::upload(cudaStream_t stream, const Shape& shape, const Documents& documents) {
  std::vector<std::int32_t> host(static_cast<std::size_t>(table(shape, 8)));
  const auto count = static_cast<std::int64_t>(documents.starts.size()) - 1;
  for (std::int64_t i = 0; i <= shape.batch; ++i) {
    const std::int64_t start = documents.starts[static_cast<std::size_t>(std::min(i, count))];
    if (i < count) {
      host[static_cast<std::size_t>(i)] =
          documents.starts[static_cast<std::size_t>(i + 1)] - documents.starts[static_cast<std::size_t>(i)];
    }
    for (int j = 0; j < 6; ++j) {
      const std::int64_t offset = start * shape.strides[static_cast<std::size_t>(j)];
      if (offset > INT32_MAX) return false;
      host[static_cast<std::size_t>(table(shape, 1 + j) + i)] = static_cast<std::int32_t>(offset);
    }
    host[static_cast<std::size_t>(table(shape, 7) + i)] = static_cast<std::int32_t>(start * shape.attention.heads);
  }
  if (host == uploaded_) return true;
  // The copy from ordinary memory takes the bytes before it returns, and waits its turn on the stream.
  if (!numbers_.grow(host.size() * sizeof(std::int32_t)) ||
      cudaMemcpyAsync(numbers_.data, host.data(), host.size() * sizeof(std::int32_t), cudaMemcpyHostToDevice,
                      stream) != cudaSuccess) {
    uploaded_.clear();
    return false;
  }
  uploaded_ = std::move(host);
  return true;
}

Graph CudnnAttention::build(const Shape& s, bool with_total) {
  using fe::graph::Tensor_attributes;
  auto graph = std::make_shared<fe::graph::Graph>();
  graph->set_io_data_type(fe::DataType_t::BFLOAT16)
      .set_intermediate_data_type(fe::DataType_t::FLOAT)
      .set_compute_data_type(fe::DataType_t::FLOAT);
  const AttentionShape& a = s.attention;
  const auto numbers = [&](Uid uid, std::int64_t count) {
    return graph->tensor(Tensor_attributes()
                             .set_uid(uid)
                             .set_dim({count, 1, 1, 1})
                             .set_stride({1, 1, 1, 1})
                             .set_data_type(fe::DataType_t::INT32));
  };
  using Numbers = decltype(numbers(kLengths, 1));
  std::map<Uid, Numbers> offsets;
  const auto offset = [&](Uid uid) {
    Numbers& at = offsets[uid];
    if (!at) at = numbers(uid, s.batch + 1);
    return at;
  };
  const auto describe = [&](auto& t, Uid uid, std::int64_t heads, std::int64_t stride, Uid offset_uid) {
    t.set_uid(uid).set_dim({s.batch, heads, s.longest, a.head_dim}).set_stride(
        {s.longest * stride, a.head_dim, stride, 1});
    if (!s.dense) t.set_ragged_offset(offset(offset_uid));
  };
  const auto describe_stats = [&](auto& t) {
    t.set_uid(kStats).set_dim({s.batch, a.heads, s.longest, 1}).set_data_type(fe::DataType_t::FLOAT);
    if (s.dense) {
      t.set_stride({a.heads * s.longest, s.longest, 1, 1});
    } else {
      t.set_stride({a.heads * s.longest, 1, a.heads, 1}).set_ragged_offset(offset(kStatsOffsets));
    }
  };
  const auto input = [&](Uid uid, std::int64_t heads, std::int64_t stride, Uid offset_uid) {
    Tensor_attributes t;
    describe(t, uid, heads, stride, offset_uid);
    return graph->tensor(t);
  };
  const auto q = input(kQ, a.heads, s.strides[0], kQOffsets), k = input(kK, a.kv_heads, s.strides[1], kKOffsets),
             v = input(kV, a.kv_heads, s.strides[1], kKOffsets);
  const auto common = [&](auto& options) {
    options.set_name("attention").set_attn_scale(a.scale).set_causal_mask(true);
    if (s.dense) return;
    const auto lengths = numbers(kLengths, s.batch);
    options.set_padding_mask(true).set_seq_len_q(lengths).set_seq_len_kv(lengths);
    if (with_total) options.set_max_total_seq_len_q(s.total).set_max_total_seq_len_kv(s.total);
  };
  if (!s.backward) {
    auto options = fe::graph::SDPA_attributes();
    common(options);
    options.set_generate_stats(true);
    auto [out, stats] = graph->sdpa(q, k, v, options);
    out->set_output(true);
    describe(*out, kO, a.heads, s.strides[2], kOOffsets);
    stats->set_output(true);
    describe_stats(*stats);
  } else {
    const auto out = input(kO, a.heads, s.strides[2], kOOffsets), dout = input(kDo, a.heads, s.strides[3], kDoOffsets);
    Tensor_attributes stats_attributes;
    describe_stats(stats_attributes);
    const auto stats = graph->tensor(stats_attributes);
    auto options = fe::graph::SDPA_backward_attributes();
    common(options);
    options.set_deterministic_algorithm(true);
    auto [dq, dk, dv] = graph->sdpa_backward(q, k, v, out, dout, stats, options);
    dq->set_output(true);
    describe(*dq, kDq, a.heads, s.strides[4], kDqOffsets);
    dk->set_output(true);
    describe(*dk, kDk, a.kv_heads, s.strides[5], kDkOffsets);
    dv->set_output(true);
    describe(*dv, kDv, a.kv_heads, s.strides[5], kDkOffsets);
  }
  Graph built;
  if (graph->build(handle_, {fe::HeurMode_t::A}).is_good() && graph->get_workspace_size(built.workspace).is_good()) {
    built.graph = std::move(graph);
  }
  return built;
}

bool CudnnAttention::run(cudaStream_t stream, const AttentionCall& c, bool backward) {
  const AttentionShape& a = c.shape;
  if (c.q.type != DType::kBF16 || a.head_dim % 8 != 0 || a.head_dim > 128 || c.q.rows == 0) return false;
  for (const Tensor& t : {c.q, c.k, c.v, c.out}) {
    if (!aligned(t)) return false;
  }
  if (c.k.stride != c.v.stride) return false;
  Shape shape;
  shape.backward = backward;
  shape.attention = a;
  shape.dense = is_dense(*c.documents);
  const auto documents = static_cast<std::int64_t>(c.documents->starts.size()) - 1;
  shape.strides = {c.q.stride, c.k.stride, c.out.stride, 0, 0, 0};
  if (backward) {
    for (const Tensor& t : {c.dout, c.dq, c.dk, c.dv}) {
      if (!aligned(t)) return false;
    }
    if (c.dk.stride != c.dv.stride) return false;
    shape.strides[3] = c.dout.stride;
    shape.strides[4] = c.dq.stride;
    shape.strides[5] = c.dk.stride;
  }
  if (shape.dense) {
    shape.batch = documents;
    shape.longest = c.q.rows / documents;
  } else {
    shape.batch = static_cast<std::int64_t>(std::bit_ceil(static_cast<std::uint64_t>(documents)));
    shape.longest = static_cast<std::int64_t>(
        std::bit_ceil(static_cast<std::uint64_t>(std::max<std::int32_t>(c.documents->longest, 64))));
    shape.total = (c.q.rows + 1023) / 1024 * 1024;
    if (!upload(stream, shape, *c.documents)) return false;
  }
  const auto [at, fresh] = graphs_.try_emplace(shape.key());
  if (cudnnSetStream(handle_, stream) != CUDNN_STATUS_SUCCESS) return false;
  if (fresh) {
    at->second = build(shape, true);
    if (at->second.graph == nullptr && !shape.dense) at->second = build(shape, false);
  }
  Graph& graph = at->second;
  if (graph.graph == nullptr || !workspace_.grow(static_cast<std::size_t>(std::max<std::int64_t>(graph.workspace, 1)))) {
    return false;
  }
  auto* numbers = static_cast<std::int32_t*>(numbers_.data);
  std::unordered_map<std::int64_t, void*> pointers = {
      {kQ, c.q.data}, {kK, c.k.data}, {kV, c.v.data}, {kO, c.out.data}, {kStats, c.stats}};
  if (backward) {
    pointers.insert({{kDo, c.dout.data}, {kDq, c.dq.data}, {kDk, c.dk.data}, {kDv, c.dv.data}});
  }
  if (!shape.dense) {
    pointers.insert({{kLengths, numbers},
                     {kQOffsets, numbers + table(shape, 1)},
                     {kKOffsets, numbers + table(shape, 2)},
                     {kOOffsets, numbers + table(shape, 3)},
                     {kStatsOffsets, numbers + table(shape, 7)}});
    if (backward) {
      pointers.insert({{kDoOffsets, numbers + table(shape, 4)},
                       {kDqOffsets, numbers + table(shape, 5)},
                       {kDkOffsets, numbers + table(shape, 6)}});
    }
  }
  return graph.graph->execute(handle_, pointers, workspace_.data).is_good();
}

}  // namespace

std::unique_ptr<FusedAttention> make_fused_attention(std::string* why_not) {
  auto attention = std::make_unique<CudnnAttention>();
  if (attention->open()) return attention;
  *why_not = "cuDNN does not start";
  return nullptr;
}

}  // namespace student::cuda
