// A Backend whose operations are the kernels of this folder. What differs between a device and the emulator is
// left open: memory, the stream, and the matrix product. Its other half is compiled with each of them.
#ifndef STUDENT_KERNELS_KERNEL_BACKEND_CUH_
#define STUDENT_KERNELS_KERNEL_BACKEND_CUH_

#include <algorithm>
#include <vector>

#include "backend/backend.h"
#include "kernels/adamw.cuh"
#include "kernels/attention.cuh"
#include "kernels/cross_entropy.cuh"
#include "kernels/decode.cuh"
#include "kernels/elementwise.cuh"
#include "kernels/embed_backward.cuh"
#include "kernels/reduce.cuh"
#include "kernels/rmsnorm.cuh"
#include "kernels/rope.cuh"
#include "kernels/rows.cuh"
#include "kernels/swiglu.cuh"

namespace student::kernels {
GPU_INLINE_NAMESPACE {

// Memory that operations need for themselves; grown when a larger one is asked for.
enum Scratch { kPartialSums, kDocuments, kIndex, kLogits, kSomeHidden, kSomeGradient, kDelta, kScratches };

class KernelBackend : public Backend {
 public:
  std::size_t workspace(std::int64_t rows, std::int64_t width, std::int64_t vocab, DType type) const override {
    const auto element = static_cast<std::int64_t>(size_of(type));
    const std::int64_t chunk = logits_rows(rows, vocab, element);
    const std::int64_t loss = chunk * (padded_vocab(vocab) + 2 * width) * element;
    return static_cast<std::size_t>(loss) + embed_backward_scratch(rows, width) + library_bytes();
  }
  void embed(Tensor out, Tensor table, Tensor ids) override {
    copy_rows(stream(), out, nullptr, nullptr, 0, table, data<std::int32_t>(ids), out.rows);
  }
  void embed_backward(Tensor dtable, Tensor dout, Tensor ids) override {
    if (dout.rows == 0) return;
    void* memory = scratch(kPartialSums, embed_backward_scratch(dout.rows, dout.cols));
    if (memory != nullptr) kernels::embed_backward(stream(), dtable, dout, ids, memory);
  }
  void rmsnorm(Tensor y, Tensor rstd, Tensor x, Tensor w, float eps, Tensor residual) override {
    if (x.rows > 0) kernels::rmsnorm(stream(), y, rstd, x, w, eps, residual);
  }
  void rmsnorm_backward(Tensor dx, bool accumulate_dx, Tensor dw, Tensor dy, Tensor x, Tensor w,
                        Tensor rstd) override {
    if (x.rows == 0) return;
    void* parts = dw ? scratch(kPartialSums, rmsnorm_backward_scratch(x.rows, x.cols)) : nullptr;
    if (dw && parts == nullptr) return;
    kernels::rmsnorm_backward(stream(), dx, accumulate_dx, dw, dy, x, w, rstd, parts);
  }
  void rope(Tensor x, Tensor positions, Tensor cos, Tensor sin, std::int32_t heads, std::int32_t head_dim,
            bool backward) override {
    if (x.rows > 0) kernels::rope(stream(), x, positions, cos, sin, heads, head_dim, backward);
  }
  void swiglu(Tensor out, Tensor gate_up) override {
    if (out.rows > 0) kernels::swiglu(stream(), out, gate_up);
  }
  void swiglu_backward(Tensor dgate_up, Tensor dout, Tensor gate_up) override {
    if (dout.rows > 0) kernels::swiglu_backward(stream(), dgate_up, dout, gate_up);
  }

  void attention(Tensor out, Tensor lse, Tensor q, Tensor k, Tensor v, const Documents& documents,
                 const AttentionShape& shape) override {
    const std::int32_t* first = document_rows(documents, q.rows);
    if (q.rows > 0 && first != nullptr) kernels::attention(stream(), out, lse, q, k, v, first, shape);
  }
  void attention_backward(Tensor dq, Tensor dk, Tensor dv, Tensor dout, Tensor q, Tensor k, Tensor v, Tensor out,
                          Tensor lse, const Documents& documents, const AttentionShape& shape) override {
    const std::int32_t* first = document_rows(documents, q.rows);
    auto* delta = static_cast<float*>(
        scratch(kDelta, static_cast<std::size_t>(q.rows * shape.heads) * sizeof(float)));
    if (q.rows == 0 || first == nullptr || delta == nullptr) return;
    kernels::attention_backward(stream(), dq, dk, dv, dout, q, k, v, out, lse, first, first + q.rows, delta, shape);
  }
  void attention_decode(Tensor out, Tensor q, Tensor k_cache, Tensor v_cache, Tensor slots, Tensor lengths,
                        std::int32_t max_length, const AttentionShape& shape) override {
    kernels::attention_decode(stream(), out, q, k_cache, v_cache, slots, lengths, max_length, shape);
  }
  void cache_store(Tensor cache, Tensor x, Tensor slots, Tensor positions, std::int32_t max_length) override {
    copy_rows(stream(), cache, data<std::int32_t>(positions), data<std::int32_t>(slots), max_length, x, nullptr,
              x.rows);
  }

  void linear_cross_entropy(Tensor losses, Tensor dhidden, Tensor dweight, Tensor hidden, Tensor weight,
                            Tensor targets, std::int32_t vocab, float grad_scale,
                            const TeacherTopK* teacher) override;

  void column_sum(Tensor y, Tensor x) override {
    auto* parts = static_cast<float*>(
        scratch(kPartialSums, static_cast<std::size_t>(kColumnSumChunks * x.cols) * sizeof(float)));
    if (x.rows > 0 && parts != nullptr) kernels::column_sum(stream(), y, x, parts);
  }
  void add_scaled(Tensor y, Tensor x, float a) override { kernels::add_scaled(stream(), y, x, a); }
  void cast(Tensor to, Tensor from) override { kernels::cast(stream(), to, from); }
  Result<double> sum_of_squares(Tensor x) override { return total(x, true); }
  Result<double> sum(Tensor x) override { return total(x, false); }
  void adamw(Tensor param, Tensor master, Tensor m, Tensor v, Tensor grad, const AdamW& options) override {
    kernels::adamw(stream(), param, master, m, v, grad, options);
  }

 protected:
  virtual Stream stream() = 0;
  // Null when there is no memory for it; sync() and read() then say so.
  virtual void* scratch(Scratch which, std::size_t bytes) = 0;
  // The most that a chunk of logits may take (a row's worth always may).
  virtual std::size_t logits_bytes() const = 0;
  virtual std::size_t library_bytes() const { return 0; }  // that its libraries keep

  // On the device: for each row where its document begins, and behind that where it ends. Kept for as long as the
  // documents are the same: a step asks once for each layer.
  const std::int32_t* document_rows(const Documents& documents, std::int64_t rows) {
    auto* memory = static_cast<std::int32_t*>(
        scratch(kDocuments, static_cast<std::size_t>(2 * rows) * sizeof(std::int32_t)));
    if (memory == nullptr) return nullptr;
    if (memory == documents_at_ && std::ranges::equal(documents.starts, starts_)) return memory;
    starts_.assign(documents.starts.begin(), documents.starts.end());
    std::vector<std::int32_t> host(static_cast<std::size_t>(2 * rows));
    for (std::size_t i = 0; i + 1 < starts_.size(); ++i) {
      for (auto row = starts_[i]; row < starts_[i + 1]; ++row) {
        host[static_cast<std::size_t>(row)] = starts_[i];
        host[static_cast<std::size_t>(rows + row)] = starts_[i + 1];
      }
    }
    write(memory, host.data(), host.size() * sizeof(std::int32_t));
    documents_at_ = memory;
    return memory;
  }

 private:
  static std::int64_t padded_vocab(std::int64_t vocab) { return divide_up(vocab, 64) * 64; }
  // Rows of a chunk of logits; whole tiles of the matrix product where they are many.
  std::int64_t logits_rows(std::int64_t rows, std::int64_t vocab, std::int64_t element) const {
    std::int64_t most = static_cast<std::int64_t>(logits_bytes()) / (padded_vocab(vocab) * element);
    if (most > 128) most = most / 128 * 128;
    return std::clamp<std::int64_t>(most, 1, std::max<std::int64_t>(rows, 1));
  }

  Result<double> total(Tensor x, bool squares) {
    auto* parts = static_cast<double*>(scratch(kPartialSums, (kSumBlocks + 1) * sizeof(double)));
    if (parts != nullptr) kernels::sum(stream(), parts + kSumBlocks, parts, x, squares);
    double out = 0;
    auto done = read(&out, parts + kSumBlocks, sizeof out);
    if (!done) return done.error();
    return out;
  }

  std::vector<std::int32_t> starts_;
  const std::int32_t* documents_at_ = nullptr;
};

// Only supervised rows take part: they are collected first, so that prompts cost no matrix product. That waits for
// the device once, to learn how many there are.
inline void KernelBackend::linear_cross_entropy(Tensor losses, Tensor dhidden, Tensor dweight, Tensor hidden,
                                                Tensor weight, Tensor targets, std::int32_t vocab, float grad_scale,
                                                const TeacherTopK* teacher) {
  const std::int64_t n = hidden.rows;
  const bool gradient = dhidden || dweight;
  auto* index = static_cast<std::int32_t*>(scratch(kIndex, static_cast<std::size_t>(n + 1) * sizeof(std::int32_t)));
  if (n == 0 || index == nullptr) return;
  supervised_rows(stream(), index, targets);
  std::int32_t count = 0;
  if (!read(&count, index + n, sizeof count)) return;
  const bool all = count == n;
  if (!all) {
    zero_rows(stream(), losses);
    if (dhidden) zero_rows(stream(), dhidden);
  }
  if (count == 0) return;

  TeacherRows rows;
  if (teacher != nullptr) {
    rows = {data<std::int32_t>(teacher->ids), data<float>(teacher->logprobs), teacher->ids.stride,
            teacher->logprobs.stride, static_cast<int>(teacher->ids.cols), teacher->weight};
  }
  const std::int64_t padded = padded_vocab(vocab), d = hidden.cols;
  const auto element = static_cast<std::int64_t>(size_of(hidden.type));
  const std::int64_t chunk = logits_rows(count, vocab, element);
  void* logits_memory = scratch(kLogits, static_cast<std::size_t>(chunk * padded * element));
  void* some = all ? hidden.data : scratch(kSomeHidden, static_cast<std::size_t>(chunk * d * element));
  void* some_gradient = all ? dhidden.data : scratch(kSomeGradient, static_cast<std::size_t>(chunk * d * element));
  if (logits_memory == nullptr || some == nullptr || (dhidden && some_gradient == nullptr)) return;

  const Tensor head = weight.row_range(0, vocab);  // rows behind it are padding and may hold anything
  for (std::int64_t first = 0; first < count; first += chunk) {
    const std::int64_t now = std::min(chunk, count - first);
    const Tensor logits(logits_memory, hidden.type, now, vocab, padded);
    Tensor x = all ? hidden.row_range(first, now) : Tensor(some, hidden.type, now, d);
    if (!all) copy_rows(stream(), x, nullptr, nullptr, 0, hidden, index + first, now);
    gemm(logits, x, false, head, true, false, {});
    cross_entropy(stream(), losses, logits, index + first, targets, vocab, grad_scale, gradient, rows);
    if (dhidden) {
      const Tensor dx = all ? dhidden.row_range(first, now) : Tensor(some_gradient, hidden.type, now, d);
      gemm(dx, logits, false, head, false, false, {});
      if (!all) copy_rows(stream(), dhidden, index + first, nullptr, 0, dx, nullptr, now);
    }
    if (dweight) gemm(dweight.row_range(0, vocab), logits, true, x, false, true, {});
  }
}

}  // GPU_INLINE_NAMESPACE
}  // namespace student::kernels

#endif  // STUDENT_KERNELS_KERNEL_BACKEND_CUH_
