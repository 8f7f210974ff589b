// Rows by number: the embedding, collecting and spreading rows, storing into a cache.
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

}  // GPU_INLINE_NAMESPACE
}  // namespace student::kernels

#endif  // STUDENT_KERNELS_ROWS_CUH_
