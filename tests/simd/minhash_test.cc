#include "simd/minhash.h"

#include <gtest/gtest.h>

#include <random>
#include <vector>

#include "simd/cpu.h"

namespace corpus::simd {
namespace {

using Kernel = void (*)(const std::uint32_t*, const std::uint32_t*, std::uint32_t*, std::size_t,
                        const std::uint32_t*, std::size_t);

std::vector<std::uint32_t> random_numbers(std::size_t n, std::mt19937& random) {
  std::vector<std::uint32_t> out(n);
  for (auto& x : out) x = static_cast<std::uint32_t>(random());
  return out;
}

void expect_like_scalar(Kernel kernel) {
  std::mt19937 random(7);
  for (std::size_t lanes = 16; lanes <= 304; lanes += 16) {
    // One more at the front, so that nothing is aligned.
    auto a = random_numbers(lanes + 1, random), b = random_numbers(lanes + 1, random);
    for (std::size_t n : {0, 1, 2, 3, 5, 8, 13, 31, 64, 65}) {
      auto x = random_numbers(n + 1, random);
      std::vector<std::uint32_t> expected(lanes + 2, 0xFFFFFFFF), actual = expected;
      minhash_update_scalar(a.data() + 1, b.data() + 1, expected.data() + 1, lanes, x.data() + 1,
                            n);
      kernel(a.data() + 1, b.data() + 1, actual.data() + 1, lanes, x.data() + 1, n);
      ASSERT_EQ(actual, expected) << lanes << " lanes, " << n << " numbers";
    }
  }
}

TEST(MinhashKernel, ScalarIsTheDefinition) {
  std::vector<std::uint32_t> a(16, 3), b(16, 5), min(16, 0xFFFFFFFF);
  a[15] = 0xFFFFFFFF;
  std::uint32_t x[] = {10, 2};
  minhash_update_scalar(a.data(), b.data(), min.data(), 16, x, 2);
  EXPECT_EQ(min[0], 11U);  // min(35, 11)
  EXPECT_EQ(min[15], 3U);  // 5 - 10 wraps, 5 - 2 does not
}

TEST(MinhashKernel, KeepsEarlierMinima) {
  std::vector<std::uint32_t> a(32, 1), b(32, 0), min(32, 4);
  std::uint32_t x[] = {9, 7};
  minhash_update(a.data(), b.data(), min.data(), 32, x, 2);
  EXPECT_EQ(min, std::vector<std::uint32_t>(32, 4));
}

TEST(MinhashKernel, DispatchedIsLikeScalar) { expect_like_scalar(minhash_update); }

TEST(MinhashKernel, Avx2IsLikeScalar) {
  if (!has_avx2()) GTEST_SKIP() << "this CPU has no AVX2";
  expect_like_scalar(minhash_update_avx2);
}

TEST(MinhashKernel, Avx512IsLikeScalar) {
  if (!has_avx512()) GTEST_SKIP() << "this CPU has no AVX-512";
  expect_like_scalar(minhash_update_avx512);
}

}  // namespace
}  // namespace corpus::simd
