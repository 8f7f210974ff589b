// A Tensor is a view: a pointer into a backend's memory, a type, and two sizes. Row major, rows
// may be further apart than they are wide (`stride`), so that q, k and v can lie in one buffer.
//
// It owns nothing. Who allocated the memory (backend/backend.h, or an Arena over it) frees it, and
// every view into it is dead from then on. Copying a Tensor copies the view.
#ifndef STUDENT_TENSOR_TENSOR_H_
#define STUDENT_TENSOR_TENSOR_H_

#include <cstddef>
#include <cstdint>

namespace student {

// The last two are blocks of 32 numbers (tensor/blocks.h), for weights that are only read.
enum class DType : std::uint8_t { kF32, kBF16, kI32, kU8, kQ4_1, kQ8_0 };

constexpr bool in_blocks(DType type) { return type == DType::kQ4_1 || type == DType::kQ8_0; }
constexpr std::int64_t kBlockValues = 32;

// Of one element; of a block where they come in blocks.
constexpr std::size_t size_of(DType type) {
  switch (type) {
    case DType::kF32:
    case DType::kI32: return 4;
    case DType::kBF16: return 2;
    case DType::kU8: return 1;
    case DType::kQ4_1: return 20;
    case DType::kQ8_0: return 34;
  }
  return 0;
}

// Of so many elements: whole blocks where they come in blocks.
constexpr std::int64_t bytes_of(DType type, std::int64_t elements) {
  return elements / (in_blocks(type) ? kBlockValues : 1) * static_cast<std::int64_t>(size_of(type));
}

struct Tensor {
  void* data = nullptr;
  DType type = DType::kF32;
  std::int64_t rows = 0;
  std::int64_t cols = 0;
  std::int64_t stride = 0;  // elements from one row to the next; >= cols

  Tensor() = default;
  Tensor(void* memory, DType element, std::int64_t height, std::int64_t width)
      : Tensor(memory, element, height, width, width) {}
  Tensor(void* memory, DType element, std::int64_t height, std::int64_t width, std::int64_t step)
      : data(memory), type(element), rows(height), cols(width), stride(step) {}

  explicit operator bool() const { return data != nullptr; }
  std::int64_t elements() const { return rows * cols; }
  std::size_t bytes() const { return static_cast<std::size_t>(bytes_of(type, rows * stride)); }

  // Columns [first, first + width) of every row; the same memory.
  Tensor columns(std::int64_t first, std::int64_t width) const {
    return {static_cast<char*>(data) + bytes_of(type, first), type, rows, width, stride};
  }
  // Rows [first, first + count); the same memory.
  Tensor row_range(std::int64_t first, std::int64_t count) const {
    return {static_cast<char*>(data) + bytes_of(type, first * stride), type, count, cols, stride};
  }
};

}  // namespace student

#endif  // STUDENT_TENSOR_TENSOR_H_
