#include "io/zstd_frame.h"

#include <gtest/gtest.h>

#include <string>

#include "io/gzip_writer.h"

namespace corpus::io {
namespace {

std::string sample(std::size_t size) {
  std::string out;
  for (std::size_t i = 0; out.size() < size; ++i) out += std::to_string(i * i % 977) + ",";
  out.resize(size);
  return out;
}

TEST(ZstdFrame, RoundTripsAndSaysItsSize) {
  ZstdCompressor compress(3);
  ZstdDecompressor decompress;
  for (std::size_t size : {0, 1, 2, 1000, 200000, 3000000}) {
    std::string text = sample(size);
    PaddedBuffer frame, out;
    ASSERT_TRUE(compress.append_frame(frame, text));
    ASSERT_TRUE(decompress.decode(frame.view(), size, out));
    EXPECT_EQ(out.view(), text);
    EXPECT_FALSE(decompress.decode(frame.view(), size + 1, out));
  }
}

TEST(ZstdFrame, AUsedContextGivesTheBytesOfAFreshOne) {
  ZstdCompressor used(3);
  PaddedBuffer ignored;
  ASSERT_TRUE(used.append_frame(ignored, sample(500000)));
  PaddedBuffer one, two;
  ASSERT_TRUE(used.append_frame(one, sample(70000)));
  ASSERT_TRUE(ZstdCompressor(3).append_frame(two, sample(70000)));
  EXPECT_EQ(one.view(), two.view());
}

TEST(ZstdFrame, EveryDamageIsFound) {
  std::string text = sample(2000);
  PaddedBuffer frame, out;
  ASSERT_TRUE(ZstdCompressor(3).append_frame(frame, text));
  ZstdDecompressor decompress;
  std::string bytes(frame.view());
  for (std::size_t n = 0; n < bytes.size(); ++n) {
    EXPECT_FALSE(decompress.decode(std::string_view(bytes).substr(0, n), text.size(), out));
    std::string damaged = bytes;
    damaged[n] = static_cast<char>(damaged[n] ^ 1);
    auto got = decompress.decode(damaged, text.size(), out);
    // A bit that changes nothing (an unused one of the header) may pass, wrong text may not.
    EXPECT_TRUE(!got || out.view() == text) << n;
  }
  EXPECT_FALSE(decompress.decode(bytes + bytes, text.size(), out));
  EXPECT_FALSE(decompress.decode(bytes + "x", text.size(), out));
}

TEST(ZstdFrame, ClaimsOfHugeContentAskForNoMemory) {
  ZstdDecompressor decompress;
  PaddedBuffer out;
  EXPECT_FALSE(decompress.decode("abc", kMaxFrameContent, out));
  EXPECT_FALSE(decompress.decode("abc", ~std::uint64_t{0}, out));
  EXPECT_LT(out.capacity(), std::size_t{1} << 20);
}

TEST(ZstdFrame, TheChecksumIsTheFramesOwn) {
  PaddedBuffer frame;
  ASSERT_TRUE(ZstdCompressor(3).append_frame(frame, ""));
  EXPECT_EQ(content_checksum(frame.view()), 0x51D8E999U);  // XXH64 of nothing: EF46DB3751D8E999
}

TEST(GzipWriter, HeaderHasNoTimeAndContextsAreReusable) {
  GzipCompressor used(6);
  PaddedBuffer first, again, fresh;
  ASSERT_TRUE(used.append_member(first, sample(50000)));
  ASSERT_TRUE(used.append_member(again, sample(70000)));
  ASSERT_TRUE(GzipCompressor(6).append_member(fresh, sample(70000)));
  EXPECT_EQ(again.view(), fresh.view());
  EXPECT_EQ(fresh.view().substr(0, 8), std::string_view("\x1F\x8B\x08\0\0\0\0\0", 8));
}

}  // namespace
}  // namespace corpus::io
