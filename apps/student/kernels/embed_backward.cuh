// Backward of the embedding: dtable[ids[i]] += dout[i], repeatable bit for bit. Rows are sorted by id; then a block
// walks a chunk of the sorted list and adds up its runs of one id. A run that lies in the chunk goes to the table. A
// run that goes on beyond it leaves its part, and the parts of all chunks are a list of the same kind, an eighth as
// long: so long runs are summed by a tree that depends on the list alone.
#ifndef STUDENT_KERNELS_EMBED_BACKWARD_CUH_
#define STUDENT_KERNELS_EMBED_BACKWARD_CUH_

#include "kernels/sort.cuh"

namespace student::kernels {
GPU_INLINE_NAMESPACE {

constexpr int kRunChunk = 16;  // keys of a chunk, which leaves two: of its first run and of its last

// Blocks in y share the columns. next[2c] and next[2c + 1] are the keys of chunk c's first and last id, with the row of
// `parts` that holds what the chunk has of their runs, or none.
template <typename T, int W>
__global__ void sum_runs_kernel(float* table, std::int64_t table_stride, const T* x, std::int64_t stride,
                                const RowKey* keys, int count, float* parts, RowKey* next, int cols) {
  const int chunk = static_cast<int>(blockIdx.x), first = chunk * kRunChunk;
  const int last = first + kRunChunk < count ? first + kRunChunk : count;
  const int col = static_cast<int>(blockIdx.y * blockDim.x + threadIdx.x) * W;
  const bool lists = next != nullptr && blockIdx.y == 0 && threadIdx.x == 0;
  if (lists) {
    next[2 * chunk] = row_key(number_of(keys[first]), kNoRow);
    next[2 * chunk + 1] = row_key(number_of(keys[last - 1]), kNoRow);
  }
  if (col >= cols) return;
  bool begins = first == 0 || number_of(keys[first - 1]) != number_of(keys[first]);  // the run did, in this chunk
  bool any = false;
  float sum[W] = {};
  for (int i = first; i < last; ++i) {
    const RowKey key = keys[i];
    const std::int32_t id = number_of(key);
    const bool ends = i + 1 == count || number_of(keys[i + 1]) != id;
    any |= row_of(key) != kNoRow;
    float* const row = table + id * table_stride + col;
    float before[W] = {}, values[W] = {};
    if (begins && ends && any) load<W>(row, before);  // before x is waited for
    if (row_of(key) != kNoRow) load<W>(x + row_of(key) * stride + col, values);
    for (int j = 0; j < W; ++j) sum[j] += values[j];
    if (!ends && i + 1 < last) continue;
    if (begins && ends) {
      for (int j = 0; j < W; ++j) sum[j] += before[j];
      if (any) store<W>(row, sum);
    } else if (any) {
      const int part = 2 * chunk + (begins ? 1 : 0);
      store<W>(parts + static_cast<std::int64_t>(part) * cols + col, sum);
      if (lists) next[part] = row_key(id, static_cast<std::uint32_t>(part));
    }
    begins = true;
    any = false;
    for (int j = 0; j < W; ++j) sum[j] = 0;
  }
}

// The pieces of the scratch memory, in their order; each is aligned for the widest access.
class EmbedScratch {
 public:
  explicit EmbedScratch(void* memory) : memory_(static_cast<char*>(memory)) {}
  template <typename T>
  T* take(std::int64_t count) {
    char* const piece = memory_ == nullptr ? nullptr : memory_ + bytes_;
    bytes_ += static_cast<std::size_t>(divide_up(count * static_cast<std::int64_t>(sizeof(T)), 16) * 16);
    return reinterpret_cast<T*>(piece);
  }
  std::size_t bytes() const { return bytes_; }

 private:
  char* memory_;
  std::size_t bytes_ = 0;
};

inline std::size_t embed_backward_scratch(std::int64_t rows, std::int64_t cols) {
  EmbedScratch scratch(nullptr);
  scratch.take<RowKey>(rows);
  scratch.take<RowKey>(rows);
  for (std::int64_t count = rows; count > kRunChunk;) {
    count = 2 * divide_up(count, kRunChunk);
    scratch.take<RowKey>(count);
    scratch.take<float>(count * cols);
  }
  return scratch.bytes();
}

// dtable[ids[i]] += dout[i]. memory: embed_backward_scratch(rows, cols) bytes.
inline void embed_backward(Stream stream, Tensor dtable, Tensor dout, Tensor ids, void* memory) {
  EmbedScratch scratch(memory);
  auto count = static_cast<int>(dout.rows);
  auto* buffer = scratch.take<RowKey>(count);
  RowKey* keys = sort_rows(stream, data<std::int32_t>(ids), count, buffer, scratch.take<RowKey>(count));
  for (Tensor x = dout;;) {
    const auto chunks = static_cast<int>(divide_up(count, kRunChunk));
    auto* const next = chunks > 1 ? scratch.take<RowKey>(2 * chunks) : nullptr;
    Tensor parts(nullptr, DType::kF32, 2 * chunks, dout.cols);
    if (chunks > 1) parts.data = scratch.take<float>(parts.elements());
    auto run = [&](auto type, auto width) {
      using T = decltype(type);
      constexpr int W = decltype(width)::value;
      const int threads = dout.cols > 128 * W ? 256 : 128;
      const dim3 grid(static_cast<unsigned>(chunks), static_cast<unsigned>(divide_up(dout.cols, threads * W)));
      launch(sum_runs_kernel<T, W>, grid, dim3(static_cast<unsigned>(threads)), 0, stream, data<float>(dtable),
             dtable.stride, data<T>(x), x.stride, keys, count, data<float>(parts), next, static_cast<int>(dout.cols));
    };
    by_type_and_width(x.type, run, x, dtable);
    if (chunks == 1) return;
    keys = next;
    x = parts;
    count = 2 * chunks;
  }
}

}  // GPU_INLINE_NAMESPACE
}  // namespace student::kernels

#endif  // STUDENT_KERNELS_EMBED_BACKWARD_CUH_
