#include "simd/lower_words.h"

#include <gtest/gtest.h>

#include <memory>
#include <random>
#include <string>
#include <vector>

#include "simd/cpu.h"

namespace corpus::simd {
namespace {

using Kernel = bool (*)(const char*, std::size_t, char*, std::uint64_t*, std::uint64_t*);

struct Output {
  std::string lower;
  std::vector<std::uint64_t> word, high;
  bool any;
  bool operator==(const Output&) const = default;
};

Output run(Kernel kernel, const char* text, std::size_t n) {
  std::size_t blocks = (n + 63) / 64;
  Output out{std::string(blocks * 64 + 1, '#'), std::vector<std::uint64_t>(blocks + 1, 42),
             std::vector<std::uint64_t>(blocks + 1, 42), false};
  out.any = kernel(text, n, out.lower.data(), out.word.data(), out.high.data());
  return out;
}

void expect_like_scalar(Kernel kernel) {
  std::string all;
  for (int c = 0; c < 256; ++c) all += static_cast<char>(c);
  EXPECT_EQ(run(kernel, all.data(), 256), run(lower_words_scalar, all.data(), 256));
  std::mt19937 random(3);
  for (std::size_t n = 0; n <= 200; ++n) {
    for (std::size_t shift = 0; shift < 3; ++shift) {
      // Exactly n bytes at the end of an allocation: a sanitizer sees any read past them.
      std::unique_ptr<char[]> bytes(new char[n + shift]);
      for (std::size_t i = 0; i < n + shift; ++i) {
        bytes[i] = static_cast<char>(random() % (shift == 0 ? 256 : 128));
      }
      ASSERT_EQ(run(kernel, bytes.get() + shift, n),
                run(lower_words_scalar, bytes.get() + shift, n))
          << n << " bytes at " << shift;
    }
  }
}

TEST(LowerWords, ScalarIsTheDefinition) {
  std::string text = "aZ 09_@[`{/:\xC3\x89!";
  Output out = run(lower_words_scalar, text.data(), text.size());
  EXPECT_EQ(out.lower.substr(0, text.size()), "az 09_@[`{/:\xC3\x89!");
  EXPECT_EQ(out.word[0], 0b11011U);
  EXPECT_EQ(out.high[0], 0b11000000000000U);
  EXPECT_TRUE(out.any);
  EXPECT_EQ(out.lower[text.size()], '\0');
  EXPECT_EQ(out.lower[64], '#') << "wrote past the last block";
  EXPECT_EQ(out.word[1], 42U);
}

TEST(LowerWords, AsciiHasNothingHigh) {
  EXPECT_FALSE(run(lower_words, std::string(130, 'A').data(), 130).any);
}

TEST(LowerWords, DispatchedIsLikeScalar) { expect_like_scalar(lower_words); }

TEST(LowerWords, Avx2IsLikeScalar) {
  if (!has_avx2()) GTEST_SKIP() << "this CPU has no AVX2";
  expect_like_scalar(lower_words_avx2);
}

TEST(LowerWords, Avx512IsLikeScalar) {
  if (!has_avx512()) GTEST_SKIP() << "this CPU has no AVX-512";
  expect_like_scalar(lower_words_avx512);
}

}  // namespace
}  // namespace corpus::simd
