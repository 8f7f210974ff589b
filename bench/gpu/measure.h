// Time of an operation: wall time around work that is waited for, median of several runs.
#ifndef CORPUS_BENCH_GPU_MEASURE_H_
#define CORPUS_BENCH_GPU_MEASURE_H_

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <string>
#include <vector>

#include "backend/backend.h"
#include "tensor/bf16.h"

namespace student::bench {

template <typename T>
T need(Result<T> result) {
  if (result) return std::move(*result);
  std::fprintf(stderr, "%s\n", result.error().message.c_str());
  std::exit(1);
}
inline void need(Result<void> result) {
  if (result) return;
  std::fprintf(stderr, "%s\n", result.error().message.c_str());
  std::exit(1);
}

inline double now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

// Seconds of one call. Batches of calls, long enough that waiting for their end costs nothing.
template <typename Fn>
double seconds_of(Backend& on, const Fn& fn) {
  fn();
  fn();
  need(on.sync());
  double begin = now();
  fn();
  need(on.sync());
  const int calls = std::clamp(static_cast<int>(0.02 / std::max(now() - begin, 1e-6)), 1, 200);
  std::vector<double> times;
  for (int i = 0; i < 7; ++i) {
    begin = now();
    for (int j = 0; j < calls; ++j) fn();
    need(on.sync());
    times.push_back((now() - begin) / calls);
  }
  std::sort(times.begin(), times.end());
  return times[times.size() / 2];
}

// Tensors that live as long as the program. Random numbers, since zeros make a device look faster than it is.
inline Tensor random_tensor(Backend& on, std::int64_t rows, std::int64_t cols, DType type) {
  Tensor t(nullptr, type, rows, cols);
  t.data = need(on.alloc(t.bytes()));
  std::vector<unsigned char> block(std::min<std::size_t>(t.bytes(), 1 << 22));
  std::minstd_rand generator(7);
  std::normal_distribution<float> normal;
  for (std::size_t i = 0; i + 4 <= block.size(); i += size_of(type)) {
    const float x = normal(generator);
    if (type == DType::kF32) *reinterpret_cast<float*>(block.data() + i) = x;
    if (type == DType::kBF16) *reinterpret_cast<bf16*>(block.data() + i) = to_bf16(x);
  }
  for (std::size_t at = 0; at < t.bytes(); at += block.size()) {
    on.write(static_cast<char*>(t.data) + at, block.data(), std::min(block.size(), t.bytes() - at));
  }
  need(on.sync());
  return t;
}

inline Tensor integers(Backend& on, const std::vector<std::int32_t>& values) {
  Tensor t(nullptr, DType::kI32, 1, static_cast<std::int64_t>(values.size()));
  t.data = need(on.alloc(t.bytes()));
  on.write(t.data, values.data(), t.bytes());
  need(on.sync());
  return t;
}

// One measured number as a line of JSON, for table.py.
inline void report(const std::string& what, double value, const char* unit) {
  std::printf("{\"what\": \"%s\", \"value\": %.6g, \"unit\": \"%s\"}\n", what.c_str(), value, unit);
  std::fflush(stdout);
}

}  // namespace student::bench

#endif  // CORPUS_BENCH_GPU_MEASURE_H_
