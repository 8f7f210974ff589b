// The vector kernels under text/ and filters/ against their scalar twins, at odd lengths and
// alignments, with memory that ends where the text does.
#include <memory>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "simd/fold_ascii.h"
#include "simd/utf8_count.h"
#include "simd/word_edges.h"

namespace corpus::simd {
namespace {

// Random text of one flavour, in a heap block of exactly its size so that sanitizers see any
// access beyond it.
struct Sample {
  std::unique_ptr<char[]> bytes;
  std::string_view view;
};

Sample sample(std::mt19937& random, int flavour) {
  static const std::vector<std::string> kPieces = {"word ",
                                                   "The",
                                                   "A1",
                                                   " ",
                                                   "  ",
                                                   "\n",
                                                   "\t",
                                                   "*",
                                                   "_",
                                                   "`",
                                                   "-",
                                                   "\xC3\xA9",
                                                   "\xC2\xA0",
                                                   "\xE2\x80\x99",
                                                   "\xE4\xBD\xA0",
                                                   "\xF0\x9F\x98\x80",
                                                   "\xEF\xBC\x8C",
                                                   "Z",
                                                   "@",
                                                   "[",
                                                   "{",
                                                   "/",
                                                   ":",
                                                   "\xD0\x9F",
                                                   "\x7F"};
  std::size_t size = random() % 260;
  std::string text;
  while (text.size() < size) {
    if (flavour == 0) text += static_cast<char>(random());
    if (flavour == 1) text += kPieces[random() % kPieces.size()];
    if (flavour == 2) text += static_cast<char>(' ' + random() % 95);
    if (flavour == 3)
      text += random() % 40 == 0 ? kPieces[random() % kPieces.size()] : "plainText ";
  }
  text.resize(size);  // may cut a character in two
  Sample out;
  out.bytes = std::make_unique<char[]>(size);
  std::copy(text.begin(), text.end(), out.bytes.get());
  out.view = {out.bytes.get(), size};
  return out;
}

template <typename F>
void for_samples(F&& f) {
  std::mt19937 random(17);
  for (int round = 0; round < 8000; ++round) {
    Sample s = sample(random, round % 4);
    f(s.view);
    if (::testing::Test::HasFailure()) {
      ADD_FAILURE() << "round " << round << " size " << s.view.size();
      return;
    }
  }
}

TEST(TextKernels, CountCodePoints) {
  for_samples([](std::string_view text) {
    EXPECT_EQ(count_code_points(text), count_code_points_scalar(text));
  });
  EXPECT_EQ(count_code_points(""), 0U);
  // Byte counters must not overflow.
  EXPECT_EQ(count_code_points(std::string(100001, 'x')), 100001U);
  std::string wide;
  for (int i = 0; i < 50000; ++i) wide += "\xE4\xBD\xA0";
  EXPECT_EQ(count_code_points(wide), 50000U);
}

TEST(TextKernels, FoldAscii) {
  for_samples([](std::string_view text) {
    std::vector<std::size_t> starts = {0, 1, text.size() / 3, text.size()};
    for (std::size_t from : starts) {
      if (from > text.size()) continue;
      std::string fast(text.size() - from, '?'), slow(text.size() - from, '?');
      std::size_t stop = fold_ascii(text, from, fast.data());
      ASSERT_EQ(stop, fold_ascii_scalar(text, from, slow.data())) << "from " << from;
      ASSERT_EQ(fast.substr(0, stop - from), slow.substr(0, stop - from));
    }
  });
}

TEST(TextKernels, FoldAsciiStopsAtEveryUnusualByte) {
  std::string text(100, 'Q');
  for (int b = 0; b < 256; ++b) {
    for (std::size_t at : {0, 1, 31, 32, 33, 63, 64, 99}) {
      std::string one = text, out(100, '?');
      one[at] = static_cast<char>(b);
      bool plain = b > ' ' && b < 0x80 && b != '*' && b != '_' && b != '`';
      if (b == ' ') plain = at > 0;
      ASSERT_EQ(fold_ascii(one, 0, out.data()), plain ? 100U : at) << b << " at " << at;
    }
  }
}

TEST(TextKernels, WordStarts) {
  for_samples([](std::string_view text) {
    std::vector<std::uint32_t> fast(text.size() + 1), slow(text.size() + 1);
    fast.resize(word_starts(text, fast.data()));
    slow.resize(word_starts_scalar(text, slow.data()));
    EXPECT_EQ(fast, slow);
  });
}

TEST(TextKernels, WordEdges) {
  for_samples([](std::string_view text) {
    std::vector<std::uint32_t> fast(text.size() + 2), slow(text.size() + 2);
    fast.resize(word_edges(text, fast.data()));
    slow.resize(word_edges_scalar(text, slow.data()));
    EXPECT_EQ(fast, slow);
    EXPECT_EQ(fast.size() % 2, 0U);
  });
}

}  // namespace
}  // namespace corpus::simd
