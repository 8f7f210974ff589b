// How far a tensor is from what it should be: the length of the difference over the length of the right one.
#ifndef CORPUS_TESTS_STUDENT_SUPPORT_RELATIVE_ERROR_H_
#define CORPUS_TESTS_STUDENT_SUPPORT_RELATIVE_ERROR_H_

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace student {

template <typename A, typename B>
double relative_error(const A& got, const B& want) {
  double difference = 0, norm = 0;
  for (std::size_t i = 0; i < want.size(); ++i) {
    const double d = static_cast<double>(got[i]) - static_cast<double>(want[i]);
    difference += d * d;
    norm += static_cast<double>(want[i]) * static_cast<double>(want[i]);
  }
  return std::sqrt(difference) / std::max(std::sqrt(norm), 1e-30);
}

}  // namespace student

#endif  // CORPUS_TESTS_STUDENT_SUPPORT_RELATIVE_ERROR_H_
