// Weights in blocks on the cpu backend: whatever reads them gives the bits that the same weights in f32 give.
#include "tensor/blocks.h"

#include <gtest/gtest.h>

#include <array>
#include <bit>
#include <cmath>
#include <cstring>

#include "backend/backend.h"
#include "backend/cpu/loops.h"
#include "student/support/random_blocks.h"
#include "student/support/relative_error.h"
#include "tensor/bf16.h"
#include "tensor/half.h"

namespace student {
namespace {

constexpr DType kTypes[] = {DType::kQ4_1, DType::kQ8_0};

std::vector<const cpu::Loops*> tables() {
  std::vector<const cpu::Loops*> out = {&cpu::kPlainLoops};
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) out.push_back(&cpu::kAvx2Loops);
  if (cpu::loops().name == cpu::kAvx512Loops.name) out.push_back(&cpu::kAvx512Loops);
#endif
  return out;
}

const cpu::Blocks& of(const cpu::Loops& table, DType type) { return type == DType::kQ4_1 ? table.q4_1 : table.q8_0; }

std::vector<float> normal(std::size_t n, std::mt19937_64& generator) {
  std::normal_distribution<float> draw;
  std::vector<float> out(n);
  for (float& x : out) x = draw(generator);
  return out;
}

std::vector<std::uint32_t> bits_of(const std::vector<float>& x) {
  std::vector<std::uint32_t> out(x.size());
  std::memcpy(out.data(), x.data(), x.size() * sizeof(float));
  return out;
}

TEST(Blocks, EveryInstructionSetReadsThemAlike) {
  std::mt19937_64 generator(1);
  for (const DType type : kTypes) {
    for (const std::int64_t blocks : {1, 2, 15, 16, 17, 18, 31, 32, 33, 48, 65}) {
      const std::int64_t n = blocks * kBlockValues;
      const std::string bytes = test::random_blocks(type, n, generator);
      const auto want = bits_of(values_of_blocks(type, bytes));
      for (const cpu::Loops* table : tables()) {
        std::vector<float> got(static_cast<std::size_t>(n) + 1, 7.0f);
        of(*table, type).load(got.data(), bytes.data(), n);
        EXPECT_EQ(got.back(), 7.0f) << table->name;
        got.pop_back();
        EXPECT_EQ(bits_of(got), want) << table->name << " " << blocks << " blocks of type " << static_cast<int>(type);
      }
    }
  }
}

// Every half as a scale: subnormals, infinities and NaN too.
TEST(Blocks, EveryScale) {
  for (std::uint32_t half = 0; half < 0x10000; ++half) {
    std::string block(34, '\1');
    block[0] = static_cast<char>(half);
    block[1] = static_cast<char>(half >> 8);
    const float want = from_half(static_cast<std::uint16_t>(half));
    for (const cpu::Loops* table : tables()) {
      float got[32];
      table->q8_0.load(got, block.data(), 32);
      for (const float x : got) {
        if (std::isnan(want)) ASSERT_TRUE(std::isnan(x)) << table->name << " " << half;
        else ASSERT_EQ(std::bit_cast<std::uint32_t>(x), std::bit_cast<std::uint32_t>(want)) << table->name << " " << half;
      }
    }
  }
}

TEST(Blocks, FourDotsAreThoseOfTheValues) {
  std::mt19937_64 generator(2);
  for (const DType type : kTypes) {
    for (const std::int64_t blocks : {1, 3, 18, 31, 32, 33, 65}) {
      const std::int64_t n = blocks * kBlockValues;
      const std::string bytes = test::random_blocks(type, 4 * n, generator) + std::string(1 << 16, '\0');
      const auto w = values_of_blocks(type, std::string_view(bytes).substr(0, bytes.size() - (1 << 16)));
      const auto x = normal(static_cast<std::size_t>(n), generator);
      std::vector<double> want(4);
      for (std::int64_t i = 0; i < 4 * n; ++i) {
        want[static_cast<std::size_t>(i / n)] +=
            double{w[static_cast<std::size_t>(i)]} * x[static_cast<std::size_t>(i % n)];
      }
      for (const cpu::Loops* table : tables()) {
        std::vector<float> got(4);
        of(*table, type).dot4(got.data(), x.data(), bytes.data(), n);
        EXPECT_LE(relative_error(got, want), 1e-5) << table->name << " " << blocks;
        for (int c = 0; c < 4; ++c) {
          EXPECT_EQ(got[static_cast<std::size_t>(c)], table->f32.dot(x.data(), w.data() + c * n, n))
              << table->name << " " << blocks;
        }
      }
    }
  }
}

// As a file may store them, and what they are in f32.
constexpr DType kStored[] = {DType::kQ4_1, DType::kQ8_0, DType::kBF16};
struct Weights {
  std::string bytes;
  std::vector<float> values;
};
Weights random_weights(DType type, std::int64_t rows, std::int64_t cols, std::mt19937_64& generator) {
  Weights out;
  if (in_blocks(type)) {
    out.bytes = test::random_blocks(type, rows * cols, generator);
    out.values = values_of_blocks(type, out.bytes);
    return out;
  }
  for (const float x : normal(static_cast<std::size_t>(rows * cols), generator)) {
    const bf16 half = to_bf16(x);
    out.bytes.append(reinterpret_cast<const char*>(&half), sizeof half);
    out.values.push_back(from_bf16(half));
  }
  return out;
}

// What a backend with so many threads computes from a matrix of weights, as stored or in f32.
class Threaded {
 public:
  explicit Threaded(int threads) : backend_(*make_backend("cpu", {.threads = threads})) {}
  ~Threaded() {
    for (void* memory : memory_) backend_->free(memory);
  }
  Tensor tensor(DType type, std::int64_t rows, std::int64_t cols, const void* bytes = nullptr) {
    Tensor t(nullptr, type, rows, cols);
    t.data = *backend_->alloc(t.bytes());
    memory_.push_back(t.data);
    if (bytes != nullptr) backend_->write(t.data, bytes, t.bytes());
    return t;
  }
  std::vector<float> read(const Tensor& t) {
    std::vector<float> out(static_cast<std::size_t>(t.elements()));
    EXPECT_TRUE(backend_->read(out.data(), t.data, t.bytes()));
    return out;
  }
  Backend& on() { return *backend_; }

 private:
  std::unique_ptr<Backend> backend_;
  std::vector<void*> memory_;
};

TEST(Stored, ProductsHaveTheBitsOfF32OnAnyNumberOfThreads) {
  std::mt19937_64 generator(3);
  for (const DType type : kStored) {
    // Tokens, outputs, inputs: one token, few (loops), many (tiles, of several along each side).
    for (const auto& [m, n, k] : std::vector<std::array<std::int64_t, 3>>{
             {1, 1, 32}, {1, 67, 96}, {1, 200, 1120}, {3, 67, 96}, {32, 130, 64}, {33, 67, 96}, {600, 1030, 64}}) {
      SCOPED_TRACE(testing::Message() << m << "x" << n << "x" << k << " type " << static_cast<int>(type));
      const auto [bytes, w] = random_weights(type, n, k, generator);
      const auto a = normal(static_cast<std::size_t>(m * k), generator);
      const auto bias = normal(static_cast<std::size_t>(n), generator);
      const auto before = normal(static_cast<std::size_t>(m * n), generator);
      std::vector<std::vector<float>> results;
      for (const int threads : {1, 2, 3}) {
        for (const bool stored : {true, false}) {
          Threaded run(threads);
          const Tensor c = run.tensor(DType::kF32, m, n, before.data());
          run.on().gemm(c, run.tensor(DType::kF32, m, k, a.data()), false,
                        stored ? run.tensor(type, n, k, bytes.data()) : run.tensor(DType::kF32, n, k, w.data()),
                        true, true, run.tensor(DType::kF32, 1, n, bias.data()));
          results.push_back(run.read(c));
        }
      }
      for (const auto& result : results) EXPECT_EQ(result, results[0]);
      if (m > 33) continue;
      std::vector<double> want(before.begin(), before.end());
      for (std::int64_t i = 0; i < m * n; ++i) {
        double& sum = want[static_cast<std::size_t>(i)];
        sum += bias[static_cast<std::size_t>(i % n)];
        for (std::int64_t j = 0; j < k; ++j) {
          sum += double{a[static_cast<std::size_t>(i / n * k + j)]} * w[static_cast<std::size_t>(i % n * k + j)];
        }
      }
      EXPECT_LE(relative_error(results[0], want), 1e-5);
    }
  }
}

TEST(Stored, EmbeddingAndLoss) {
  constexpr std::int64_t kVocab = 67, kPadded = 128, kWidth = 96;
  std::mt19937_64 generator(4);
  for (const DType type : kStored) {
    const auto [bytes, w] = random_weights(type, kPadded, kWidth, generator);
    const std::vector<std::int32_t> ids = {66, 0, 5}, targets = {3, -1, 66};
    const auto hidden = normal(3 * kWidth, generator);
    std::vector<std::vector<float>> results;
    for (const bool stored : {true, false}) {
      Threaded run(2);
      const Tensor table = stored ? run.tensor(type, kPadded, kWidth, bytes.data())
                                  : run.tensor(DType::kF32, kPadded, kWidth, w.data());
      const Tensor rows = run.tensor(DType::kF32, 3, kWidth), losses = run.tensor(DType::kF32, 1, 3);
      run.on().embed(rows, table, run.tensor(DType::kI32, 1, 3, ids.data()));
      run.on().linear_cross_entropy(losses, {}, {}, run.tensor(DType::kF32, 3, kWidth, hidden.data()), table,
                                    run.tensor(DType::kI32, 1, 3, targets.data()), kVocab, 1);
      results.push_back(run.read(rows));
      results.push_back(run.read(losses));
    }
    EXPECT_EQ(results[0], results[2]);
    EXPECT_EQ(results[1], results[3]);
    EXPECT_TRUE(std::equal(results[0].begin(), results[0].begin() + kWidth, w.begin() + 66 * kWidth));
  }
}

}  // namespace
}  // namespace student
