// Tests of operations: each runs on every backend and in f32 and bf16, against a float64 reference computed
// here from the same (rounded) inputs. All device memory is filled with NaN first, rows are further apart
// than they are wide, and what lies between them must come back untouched.
#ifndef CORPUS_TESTS_STUDENT_OPS_HARNESS_H_
#define CORPUS_TESTS_STUDENT_OPS_HARNESS_H_

#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "backend/backend.h"
#include "student/support/relative_error.h"
#include "tensor/bf16.h"

namespace student::testing_ops {

using Values = std::vector<double>;

struct Param {
  const char* backend;
  DType type;
};

inline std::string name_of(const testing::TestParamInfo<Param>& info) {
  return std::string(info.param.backend) + (info.param.type == DType::kF32 ? "_f32" : "_bf16");
}

// Without it a test's name in a report holds the parameter's bytes, an address among them.
inline void PrintTo(const Param& p, std::ostream* out) { *out << name_of({p, 0}); }

class OpTest : public testing::TestWithParam<Param> {
 protected:
  void SetUp() override {
    BackendOptions options;
    if (const char* schedule = std::getenv("CORPUS_EMU_SCHEDULE")) options.schedule = schedule;
    if (const char* seed = std::getenv("CORPUS_EMU_SEED")) options.seed = std::strtoull(seed, nullptr, 10);
    options.threads = 2;
    auto made = make_backend(GetParam().backend, options);
    if (!made) GTEST_SKIP() << made.error().message;
    backend_ = *std::move(made);
  }
  void TearDown() override {
    for (void* memory : memory_) backend_->free(memory);
  }

  DType type() const { return GetParam().type; }
  double tolerance() const { return type() == DType::kF32 ? 1e-5 : 1e-2; }
  Backend& on() { return *backend_; }

  // Normal numbers, already rounded to `as`.
  Values random(std::int64_t n, DType as, double scale = 1) {
    std::normal_distribution<double> normal(0, scale);
    Values out(static_cast<std::size_t>(n));
    for (double& x : out) x = rounded(normal(generator_), as);
    return out;
  }
  Values random(std::int64_t n, double scale = 1) { return random(n, type(), scale); }

  static double rounded(double x, DType as) {
    const auto f = static_cast<float>(x);
    return as == DType::kBF16 ? from_bf16(to_bf16(f)) : f;
  }

  // Device memory full of NaN (or -1 for integers).
  Tensor output(std::int64_t rows, std::int64_t cols, DType as, std::int64_t gap = 8) {
    const std::int64_t stride = rows == 1 ? cols : cols + gap;
    Tensor t(nullptr, as, rows, cols, stride);
    auto memory = backend_->alloc(t.bytes());
    EXPECT_TRUE(memory);
    t.data = *memory;
    memory_.push_back(t.data);
    const std::vector<unsigned char> poison(t.bytes(), 0xff);
    backend_->write(t.data, poison.data(), poison.size());
    return t;
  }
  Tensor input(std::int64_t rows, std::int64_t cols, DType as, const Values& values, std::int64_t gap = 8) {
    Tensor t = output(rows, cols, as, gap);
    put(t, values);
    return t;
  }
  Tensor input(std::int64_t rows, std::int64_t cols, const Values& values) { return input(rows, cols, type(), values); }
  Tensor ids(const std::vector<std::int32_t>& values, std::int64_t rows = 1) {
    Tensor t(nullptr, DType::kI32, rows, static_cast<std::int64_t>(values.size()) / rows);
    auto memory = backend_->alloc(t.bytes());
    EXPECT_TRUE(memory);
    t.data = *memory;
    memory_.push_back(t.data);
    backend_->write(t.data, values.data(), values.size() * sizeof(std::int32_t));
    return t;
  }

  void put(const Tensor& t, const Values& values) {
    std::vector<unsigned char> bytes(t.bytes(), 0xff);
    for (std::int64_t i = 0; i < t.rows; ++i) {
      for (std::int64_t j = 0; j < t.cols; ++j) {
        const auto x = static_cast<float>(values[static_cast<std::size_t>(i * t.cols + j)]);
        unsigned char* at = bytes.data() + static_cast<std::size_t>(i * t.stride + j) * size_of(t.type);
        if (t.type == DType::kF32) {
          std::memcpy(at, &x, sizeof(x));
        } else {
          const bf16 half = to_bf16(x);
          std::memcpy(at, &half, sizeof(half));
        }
      }
    }
    backend_->write(t.data, bytes.data(), bytes.size());
  }

  Values get(const Tensor& t) {
    std::vector<unsigned char> bytes(t.bytes());
    EXPECT_TRUE(backend_->read(bytes.data(), t.data, bytes.size()));
    Values out;
    for (std::int64_t i = 0; i < t.rows; ++i) {
      for (std::int64_t j = 0; j < t.stride; ++j) {
        const unsigned char* at = bytes.data() + static_cast<std::size_t>(i * t.stride + j) * size_of(t.type);
        float x;
        if (t.type == DType::kF32) {
          std::memcpy(&x, at, sizeof(x));
        } else {
          bf16 half;
          std::memcpy(&half, at, sizeof(half));
          x = from_bf16(half);
        }
        if (j < t.cols) out.push_back(x);
        else EXPECT_TRUE(std::isnan(x)) << "written between rows " << i << " and " << i + 1;
      }
    }
    return out;
  }

  void expect_close(const Tensor& got, const Values& want, const char* what) {
    expect_close(got, want, what, tolerance());
  }
  void expect_close(const Tensor& got, const Values& want, const char* what, double limit) {
    const Values values = get(got);
    ASSERT_EQ(values.size(), want.size()) << what;
    const double error = relative_error(values, want);
    EXPECT_LE(error, limit) << what << " (NaN: something was not written, or read before it was)";
    EXPECT_FALSE(std::isnan(error)) << what;
  }

  std::mt19937_64 generator_{20240611};

 private:
  std::unique_ptr<Backend> backend_;
  std::vector<void*> memory_;
};

inline const Param kParams[] = {{"cpu", DType::kF32}, {"cpu", DType::kBF16},  {"emu", DType::kF32},
                                {"emu", DType::kBF16}, {"cuda", DType::kF32}, {"cuda", DType::kBF16}};

#define STUDENT_OP_SUITE(suite)                  \
  class suite : public OpTest {};                \
  INSTANTIATE_TEST_SUITE_P(, suite, testing::ValuesIn(kParams), name_of)

}  // namespace student::testing_ops

#endif  // CORPUS_TESTS_STUDENT_OPS_HARNESS_H_
