// Weights in blocks of 32, as GGUF stores them: a few bits a number, and what the numbers of a block are
// multiplied with and put onto. Little endian, halves are IEEE.
//   kQ4_1, 20 bytes: half scale, half least, 16 bytes whose low nibbles are the first 16 numbers and whose
//                    high ones the rest; value = scale * number + least
//   kQ8_0, 34 bytes: half scale, 32 signed bytes; value = scale * number
// Both come out the same whether or not multiplication and addition are fused: the product is exact.
#ifndef STUDENT_TENSOR_BLOCKS_H_
#define STUDENT_TENSOR_BLOCKS_H_

#include <string_view>
#include <vector>

#include "tensor/tensor.h"

namespace student {

// `bytes` is whole blocks of `type`.
std::vector<float> values_of_blocks(DType type, std::string_view bytes);

}  // namespace student

#endif  // STUDENT_TENSOR_BLOCKS_H_
