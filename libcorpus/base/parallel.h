// A few large, independent pieces of work (files), each on one thread.
#ifndef CORPUS_BASE_PARALLEL_H_
#define CORPUS_BASE_PARALLEL_H_

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <exception>
#include <thread>
#include <vector>

#include "corpus/result.h"

namespace corpus {

// Calls work(0) ... work(n - 1), each once, and answers with the Error of the lowest number. An
// exception must not leave a thread, so that memory that is not there becomes an Error.
template <typename Work>
Result<void> for_each_number(std::size_t n, int threads, const Work& work) {
  std::vector<Result<void>> results(n);
  std::atomic<std::size_t> next{0};
  auto worker = [&] {
    for (std::size_t i; (i = next.fetch_add(1)) < n;) {
      try {
        results[i] = work(i);
      } catch (const std::exception& e) {
        results[i] = Error{Code::kLimit, e.what()};
      }
    }
  };
  std::size_t count = std::min(n, static_cast<std::size_t>(std::max(threads, 1)));
  std::vector<std::jthread> more;
  for (std::size_t i = 1; i < count; ++i) more.emplace_back(worker);
  worker();
  more.clear();
  for (auto& result : results) {
    if (!result) return std::move(result).error();
  }
  return {};
}

}  // namespace corpus

#endif  // CORPUS_BASE_PARALLEL_H_
