#include "simd/json_scan.h"

#include <gtest/gtest.h>

#include <memory>
#include <random>
#include <string>

#include "simd/cpu.h"

namespace corpus::simd {
namespace {

// Copied to the very end of a fresh allocation, so that a sanitizer sees a read past it.
struct Exact {
  explicit Exact(std::string_view s) : bytes(new char[s.size() + 1]) {
    s.copy(bytes.get() + 1, s.size());
  }
  const char* data() const { return bytes.get() + 1; }
  std::unique_ptr<char[]> bytes;
};

std::string random_value(std::mt19937& random, std::size_t size) {
  static constexpr std::string_view kBytes = "{}[]\"\"\\\\\n\r\t ,:ab1\x01\xc3{[";
  std::string out(1, '{');
  while (out.size() < size) {
    out.append(random() % 40 == 0 ? random() % 130 : 1, kBytes[random() % kBytes.size()]);
  }
  out.resize(size);
  return out;
}

bool equal(const JsonScan& a, const JsonScan& b) {
  return a.depth == b.depth && a.in_string == b.in_string && a.escaped == b.escaped &&
         a.line_break == b.line_break;
}

TEST(JsonScan, EndOfSimpleValues) {
  for (auto find : {find_value_end_scalar, find_value_end}) {
    auto end = [&](std::string_view s) {
      JsonScan scan;
      return find(s.data(), s.size(), scan);
    };
    EXPECT_EQ(end("{}"), 2u);
    EXPECT_EQ(end("[{\"a\":\"]}\\\"]\"}] ]"), 15u);
    EXPECT_EQ(end("{\"a\\\\\"}"), 7u);
    EXPECT_EQ(end("{\"a\\\"}"), kNoEnd);
    EXPECT_EQ(end("[[]"), kNoEnd);
    EXPECT_EQ(end(""), kNoEnd);
  }
}

TEST(JsonScan, VariantsAgreeOverAnyCuts) {
  if (!has_avx2()) GTEST_SKIP() << "this CPU has no AVX2";
#if CORPUS_X86
  std::mt19937 random(7);
  for (int round = 0; round < 20000; ++round) {
    std::string text = random_value(random, 1 + random() % 400);
    JsonScan a, b, whole;
    std::size_t whole_end = find_value_end_scalar(text.data(), text.size(), whole);
    std::size_t found = kNoEnd;
    for (std::size_t at = 0; at < text.size() && found == kNoEnd;) {
      std::size_t n = std::min<std::size_t>(1 + random() % 200, text.size() - at);
      Exact part(std::string_view(text).substr(at, n));
      std::size_t x = find_value_end_scalar(part.data(), n, a);
      std::size_t y = find_value_end_avx2(part.data(), n, b);
      ASSERT_EQ(x, y) << text;
      ASSERT_TRUE(equal(a, b)) << text;
      if (x != kNoEnd) found = at + x;
      at += n;
    }
    ASSERT_EQ(found, whole_end) << text;
    ASSERT_TRUE(equal(a, whole)) << text;
  }
#endif
}

TEST(JsonScan, MinifyVariantsAgree) {
  if (!has_avx2()) GTEST_SKIP() << "this CPU has no AVX2";
#if CORPUS_X86
  std::mt19937 random(8);
  for (int round = 0; round < 20000; ++round) {
    std::string text = random_value(random, random() % 300 + 1);
    Exact exact(text);
    std::string a(text.size() + 64, '\0'), b(text.size() + 64, '\0');
    a.resize(minify_value_scalar(exact.data(), text.size(), a.data()));
    b.resize(minify_value_avx2(exact.data(), text.size(), b.data()));
    ASSERT_EQ(a, b) << text;
    ASSERT_LE(a.size(), text.size());
  }
#endif
}

TEST(JsonScan, MinifyKeepsTokensApart) {
  auto minify = [](std::string_view s) {
    std::string out(s.size() + 64, '\0');
    out.resize(minify_value(s.data(), s.size(), out.data()));
    return out;
  };
  EXPECT_EQ(minify("{ \"a b\" : 1 , \"c\" : [ 1 , 2 ] }"), "{\"a b\":1,\"c\":[1,2]}");
  EXPECT_EQ(minify("[1  \n 2,tr ue]"), "[1 2,tr ue]");
  EXPECT_EQ(minify("[\"a\" \"b\"]"), "[\"a\"\"b\"]");
  EXPECT_EQ(minify("[1" + std::string(200, ' ') + "2]"), "[1 2]");
}

}  // namespace
}  // namespace corpus::simd
