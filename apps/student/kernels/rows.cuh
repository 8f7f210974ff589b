// Rows by number: the embedding and its backward, collecting and spreading rows, storing into a cache.
#ifndef STUDENT_KERNELS_ROWS_CUH_
#define STUDENT_KERNELS_ROWS_CUH_

#include "kernels/gpu.cuh"

namespace student::kernels {
GPU_INLINE_NAMESPACE {

// to[to_rows ? to_rows[i] : i] = from[from_rows ? from_rows[i] : i], row by row. Row numbers may be given as
// slot * slot_rows + position.
template <typename T, int W>
__global__ void copy_rows_kernel(T* to, std::int64_t to_stride, const std::int32_t* to_rows,
                                 const std::int32_t* to_slots, std::int64_t slot_rows, const T* from,
                                 std::int64_t from_stride, const std::int32_t* from_rows, std::int64_t accesses,
                                 int per_row) {
  const std::int64_t i = static_cast<std::int64_t>(blockIdx.x) * blockDim.x + threadIdx.x;
  if (i >= accesses) return;
  const std::int64_t row = i / per_row;
  const int col = static_cast<int>(i % per_row) * W;
  const std::int64_t source = from_rows == nullptr ? row : from_rows[row];
  std::int64_t target = to_rows == nullptr ? row : to_rows[row];
  if (to_slots != nullptr) target += to_slots[row] * slot_rows;
  float values[W];
  load<W>(from + source * from_stride + col, values);
  store<W>(to + target * to_stride + col, values);
}

// Row i of `from` or, with from_rows, row from_rows[i], goes to row i, to_rows[i], or that row of slot to_slots[i].
inline void copy_rows(Stream stream, Tensor to, const std::int32_t* to_rows, const std::int32_t* to_slots,
                      std::int64_t slot_rows, Tensor from, const std::int32_t* from_rows, std::int64_t count) {
  if (count == 0) return;
  auto run = [&](auto type, auto width) {
    using T = decltype(type);
    constexpr int W = decltype(width)::value;
    const std::int64_t per_row = from.cols / W, accesses = count * per_row;
    launch(copy_rows_kernel<T, W>, dim3(static_cast<unsigned>(divide_up(accesses, 256))), dim3(256), 0, stream,
           data<T>(to), to.stride, to_rows, to_slots, slot_rows, data<T>(from), from.stride, from_rows, accesses,
           static_cast<int>(per_row));
  };
  by_type_and_width(from.type, run, to, from);
}

// dtable[ids[i]] += dout[i]. The block of the first row with an id adds up all rows with that id, in their order;
// the blocks of the others end. It looks for them 256 ids at a time. Blocks in y share the columns.
template <typename T, int W>
__global__ void embed_backward_kernel(float* dtable, std::int64_t table_stride, const T* dout, std::int64_t stride,
                                      const std::int32_t* ids, int rows, int cols) {
  GPU_SHARED(unsigned, same, 8);
  const int mine = static_cast<int>(blockIdx.x), thread = static_cast<int>(threadIdx.x);
  const std::int32_t id = ids[mine];
  unsigned earlier = 0;
  for (int i = thread; i < mine; i += 256) earlier |= ids[i] == id;
  if (__ballot_sync(kFullMask, earlier != 0) != 0) earlier = 1;
  if (thread % kWarp == 0) same[thread / kWarp] = earlier;
  __syncthreads();
  for (int i = 0; i < 8; ++i) earlier |= same[i];
  if (earlier != 0) return;

  const int col = static_cast<int>(blockIdx.y * 256 + threadIdx.x) * W;
  float sum[W] = {};
  if (col < cols) load<W>(dtable + id * table_stride + col, sum);
  for (int base = mine; base < rows; base += 256) {
    const bool match = base + thread < rows && ids[base + thread] == id;
    const unsigned mask = __ballot_sync(kFullMask, match);
    __syncthreads();  // before `same` is written again
    if (thread % kWarp == 0) same[thread / kWarp] = mask;
    __syncthreads();
    for (int warp = 0; warp < 8; ++warp) {
      for (unsigned left = same[warp]; left != 0; left &= left - 1) {
        const int row = base + warp * kWarp + __ffs(left) - 1;
        if (col >= cols) continue;
        float values[W];
        load<W>(dout + row * stride + col, values);
        for (int i = 0; i < W; ++i) sum[i] += values[i];
      }
    }
  }
  if (col < cols) store<W>(dtable + id * table_stride + col, sum);
}

inline void embed_backward(Stream stream, Tensor dtable, Tensor dout, Tensor ids) {
  if (dout.rows == 0) return;
  auto run = [&](auto type, auto width) {
    using T = decltype(type);
    constexpr int W = decltype(width)::value;
    const dim3 grid(static_cast<unsigned>(dout.rows), static_cast<unsigned>(divide_up(dout.cols, 256 * W)));
    launch(embed_backward_kernel<T, W>, grid, dim3(256), 0, stream, data<float>(dtable), dtable.stride, data<T>(dout),
           dout.stride, data<std::int32_t>(ids), static_cast<int>(dout.rows), static_cast<int>(dout.cols));
  };
  by_type_and_width(dout.type, run, dout, dtable);
}

}  // GPU_INLINE_NAMESPACE
}  // namespace student::kernels

#endif  // STUDENT_KERNELS_ROWS_CUH_
