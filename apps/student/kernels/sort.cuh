// Sorting rows by number: 64-bit keys, number << 32 | row, so that no two are equal and the order of rows with one
// number is theirs. Tiles are sorted in shared memory (Batcher's bitonic network), then merged in pairs, each key
// finding its place in the other run by binary search. No atomics and no counters: nothing depends on who runs first.
#ifndef STUDENT_KERNELS_SORT_CUH_
#define STUDENT_KERNELS_SORT_CUH_

#include "kernels/gpu.cuh"

namespace student::kernels {
GPU_INLINE_NAMESPACE {

using RowKey = std::uint64_t;

constexpr std::uint32_t kNoRow = 0xffffffffu;
constexpr int kSortTile = 1024;  // keys of a block; half as many threads

__device__ inline RowKey row_key(std::int32_t number, std::uint32_t row) {
  return static_cast<RowKey>(static_cast<std::uint32_t>(number)) << 32 | row;
}
__device__ inline std::int32_t number_of(RowKey key) { return static_cast<std::int32_t>(key >> 32); }
__device__ inline std::uint32_t row_of(RowKey key) { return static_cast<std::uint32_t>(key); }

template <typename Key>  // a template, so that every file that includes this may hold it
__global__ void sort_tiles_kernel(Key* keys, const std::int32_t* numbers, int count) {
  GPU_SHARED(Key, tile, kSortTile);
  const int thread = static_cast<int>(threadIdx.x), base = static_cast<int>(blockIdx.x) * kSortTile;
  for (int i = thread; i < kSortTile; i += kSortTile / 2) {
    const int row = base + i;
    tile[i] = row < count ? row_key(numbers[row], static_cast<std::uint32_t>(row)) : ~Key{0};
  }
  for (int run = 2; run <= kSortTile; run *= 2) {
    for (int step = run / 2; step > 0; step /= 2) {
      __syncthreads();
      const int low = 2 * thread - (thread & (step - 1));  // the pair is low and low + step
      const Key a = tile[low], b = tile[low + step];
      if ((a > b) == ((low & run) == 0)) tile[low] = b, tile[low + step] = a;
    }
  }
  __syncthreads();
  for (int i = thread; i < kSortTile; i += kSortTile / 2) {
    if (base + i < count) keys[base + i] = tile[i];
  }
}

// Merges sorted runs of `run` keys two by two.
template <typename Key>
__global__ void merge_runs_kernel(Key* to, const Key* from, int count, int run) {
  const int i = static_cast<int>(blockIdx.x * blockDim.x + threadIdx.x);
  if (i >= count) return;
  const Key key = from[i];
  const int number = i / run, other = number ^ 1;
  const int begin = other * run < count ? other * run : count, end = begin + run < count ? begin + run : count;
  int low = begin, high = end;  // the first key of the other run that is larger
  while (low < high) {
    const int middle = low + (high - low) / 2;
    from[middle] < key ? low = middle + 1 : high = middle;
  }
  to[(number < other ? number : other) * run + i % run + low - begin] = key;
}

// Sorts the keys of numbers[0, count). Both buffers hold `count` keys; returns the one with the result.
inline RowKey* sort_rows(Stream stream, const std::int32_t* numbers, int count, RowKey* buffer, RowKey* other) {
  launch(sort_tiles_kernel<RowKey>, dim3(static_cast<unsigned>(divide_up(count, kSortTile))), dim3(kSortTile / 2), 0,
         stream, buffer, numbers, count);
  for (int run = kSortTile; run < count; run *= 2) {
    launch(merge_runs_kernel<RowKey>, dim3(static_cast<unsigned>(divide_up(count, 256))), dim3(256), 0, stream, other,
           buffer, count, run);
    RowKey* const result = other;
    other = buffer;
    buffer = result;
  }
  return buffer;
}

}  // GPU_INLINE_NAMESPACE
}  // namespace student::kernels

#endif  // STUDENT_KERNELS_SORT_CUH_
