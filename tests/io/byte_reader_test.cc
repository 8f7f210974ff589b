#include "io/byte_reader.h"

#include <gmock/gmock.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include <filesystem>
#include <random>
#include <string>
#include <vector>

#include "base/hash.h"

namespace corpus::io {
namespace {

using testing::HasSubstr;

std::string text(std::size_t size, unsigned seed = 1) {
  std::mt19937 random(seed);
  std::string out;
  while (out.size() < size) {
    out += "word" + std::to_string(random() % 5000) + (random() % 12 == 0 ? "\n" : " ");
  }
  out.resize(size);
  return out;
}

struct Zstd {
  int level = 1;
  int window_log = 0;
  bool checksum = true;
  bool content_size = true;
};

std::string zstd(std::string_view in, Zstd o = {}) {
  ZSTD_CCtx* c = ZSTD_createCCtx();
  ZSTD_CCtx_setParameter(c, ZSTD_c_compressionLevel, o.level);
  ZSTD_CCtx_setParameter(c, ZSTD_c_checksumFlag, o.checksum);
  ZSTD_CCtx_setParameter(c, ZSTD_c_contentSizeFlag, o.content_size);
  if (o.window_log != 0) {
    ZSTD_CCtx_setParameter(c, ZSTD_c_windowLog, o.window_log);
    ZSTD_CCtx_setParameter(c, ZSTD_c_hashLog, 6);  // the tables of a large window are not needed
    ZSTD_CCtx_setParameter(c, ZSTD_c_chainLog, 6);
    ZSTD_CCtx_setParameter(c, ZSTD_c_strategy, ZSTD_fast);
  }
  std::string out(ZSTD_compressBound(in.size()) + 64, '\0');
  ZSTD_outBuffer to{out.data(), out.size(), 0};
  ZSTD_inBuffer from{in.data(), in.size(), 0};
  if (o.window_log != 0) {  // the size must not be known, or the window shrinks to it
    ZSTD_compressStream2(c, &to, &from, ZSTD_e_flush);
  }
  EXPECT_EQ(ZSTD_compressStream2(c, &to, &from, ZSTD_e_end), 0u);
  ZSTD_freeCCtx(c);
  out.resize(to.pos);
  return out;
}

std::string skippable(std::string_view content, int magic = 0) {
  std::string out{static_cast<char>(0x50 + magic), 0x2a, 0x4d, 0x18};
  for (int i = 0; i < 4; ++i) out += static_cast<char>(content.size() >> (8 * i));
  return out.append(content);
}

std::string gzip(std::string_view in, bool with_name = false) {
  z_stream z{};
  deflateInit2(&z, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
  gz_header header{};
  char name[] = "a rather long file name.jsonl";
  header.name = reinterpret_cast<Bytef*>(name);
  header.hcrc = 1;
  if (with_name) deflateSetHeader(&z, &header);
  std::string out(in.size() + in.size() / 100 + 200, '\0');
  z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(in.data()));
  z.avail_in = static_cast<uInt>(in.size());
  z.next_out = reinterpret_cast<Bytef*>(out.data());
  z.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(deflate(&z, Z_FINISH), Z_STREAM_END);
  out.resize(z.total_out);
  deflateEnd(&z);
  return out;
}

int g_shorten = 0;
int shorten(const char* call, const char*, std::size_t) {
  return std::string_view(call) == "read" ? -g_shorten : 0;
}

class ByteReaderTest : public testing::Test {
 protected:
  ~ByteReaderTest() override { set_fault_hook(nullptr); }

  struct Outcome {
    std::string bytes;
    Error error;
    std::string compression;
    std::uint64_t stored = 0;
    Key128 hash;
  };
  Outcome read(std::string_view stored, std::size_t step = 1 << 16, ReadLimits limits = {}) {
    Outcome out;
    auto file = File::temporary();
    EXPECT_TRUE(file->write(stored));
    auto reader = open_bytes(*file->reopen(), limits);
    if (!reader) {
      out.error = reader.error();
      return out;
    }
    std::vector<char> buffer(step);
    for (;;) {
      auto got = (*reader)->read(buffer.data(), step);
      if (!got) {
        out.error = got.error();
        auto again = (*reader)->read(buffer.data(), step);
        EXPECT_FALSE(again);
        EXPECT_EQ(again.error().message, out.error.message);
        break;
      }
      if (*got == 0) break;
      out.bytes.append(buffer.data(), *got);
    }
    out.compression = (*reader)->compression();
    out.stored = (*reader)->stored_read();
    out.hash = (*reader)->stored_hash();
    return out;
  }
  // The same bytes whatever the sizes of reads are.
  void expect(std::string_view stored, std::string_view want, const char* compression) {
    for (int size : {0, 1, 7, 4096}) {
      if (size == 1 && stored.size() > 100000) continue;
      g_shorten = size;
      set_fault_hook(size == 0 ? nullptr : shorten);
      for (std::size_t step : {std::size_t{1} << 20, std::size_t{1000}, std::size_t{13}}) {
        auto out = read(stored, step);
        EXPECT_EQ(out.error.message, "");
        EXPECT_TRUE(out.bytes == want) << size << " " << step;
        EXPECT_EQ(out.compression, compression);
        EXPECT_EQ(out.stored, stored.size());
        EXPECT_EQ(out.hash, hash128(stored));
      }
    }
    set_fault_hook(nullptr);
  }
};

TEST_F(ByteReaderTest, Plain) {
  expect("", "", "none");
  expect("x", "x", "none");
  expect("\x1f\x8b", "\x1f\x8b", "none");
  std::string big = text(700000);
  expect(big, big, "none");
}

TEST_F(ByteReaderTest, ZstdFramesAndSkippableFrames) {
  std::string a = text(500000), b = text(1000, 2);
  expect(zstd(a), a, "zstd");
  expect(zstd(""), "", "zstd");
  expect(zstd(a) + zstd("") + zstd(b, {.content_size = false}) + zstd(b), a + b + b, "zstd");
  expect(skippable("") + zstd(b) + skippable(text(3000), 15) + zstd(b) + skippable("x", 3), b + b,
         "zstd");
  expect(skippable("only"), "", "zstd");
}

TEST_F(ByteReaderTest, LongWindowsNeedLeave) {
  std::string a = text(300000);
  EXPECT_EQ(read(zstd(a, {.window_log = 27})).bytes, a);
  for (int log : {28, 31}) {
    std::string stored = skippable("xy") + zstd(a, {.window_log = log});
    auto out = read(stored);
    EXPECT_EQ(out.error.code, Code::kLimit);
    std::string need = std::to_string((std::uint64_t{1} << log) >> 20) + "MiB";
    EXPECT_THAT(out.error.message, HasSubstr("byte 10: the zstd frame needs a window of " + need));
    EXPECT_THAT(out.error.message, HasSubstr("input.zstd_window: " + need));
    EXPECT_THAT(out.error.message, HasSubstr("--zstd-window " + need));
  }
  EXPECT_EQ(
      read(zstd(a, {.window_log = 31}), 1 << 16, {.zstd_window = std::uint64_t{1} << 31}).bytes, a);
}

TEST_F(ByteReaderTest, ZstdTruncatedAnywhereIsFound) {
  std::string b = text(2000), stored = zstd(b) + skippable("abc") + zstd(text(300, 2));
  std::size_t first = zstd(b).size();
  for (std::size_t n = 4; n < stored.size(); ++n) {
    auto out = read(stored.substr(0, n));
    bool whole = n == first || n == first + 11;
    EXPECT_EQ(out.error.code, whole ? Code::kOk : Code::kCorrupt) << n;
    if (n >= first) {
      EXPECT_TRUE(out.bytes.starts_with(b)) << n;
    }
    if (!whole) {
      EXPECT_THAT(out.error.message,
                  HasSubstr(": byte " + std::to_string(n) + ": zstd frame truncated"))
          << n;
    }
  }
}

TEST_F(ByteReaderTest, ZstdDamageIsFoundWhereItIs) {
  std::string a = text(400000), stored = zstd(a) + zstd(a);
  std::size_t first = stored.size() / 2;
  std::string wrong = stored;
  wrong[first - 1] ^= 1;  // in the first frame's checksum
  auto out = read(wrong);
  EXPECT_EQ(out.error.code, Code::kCorrupt);
  EXPECT_THAT(out.error.message,
              HasSubstr("wrong checksum in the zstd frame that began at byte 0"));
  EXPECT_THAT(out.error.message, HasSubstr("byte " + std::to_string(first - 4)));

  for (std::size_t at = 4; at < stored.size(); at += 997) {
    wrong = stored;
    wrong[at] = static_cast<char>(wrong[at] ^ 0x55);
    EXPECT_NE(read(wrong).error.code, Code::kOk) << at;
  }
  EXPECT_THAT(read(stored + "garbage").error.message,
              HasSubstr("byte " + std::to_string(stored.size()) + ": no zstd frame where one"));
  EXPECT_NE(read(stored + "ga").error.code, Code::kOk);
}

TEST_F(ByteReaderTest, ZstdContentSizeLieIsFound) {
  std::string stored = zstd(text(1000), {.checksum = false});
  ASSERT_EQ(static_cast<unsigned char>(stored[4]) >> 6, 1);  // two bytes of size at 5, less 256
  for (int by : {-1, 1, 17}) {
    std::string lie = stored;
    lie[5] = static_cast<char>(lie[5] + by);
    EXPECT_EQ(read(lie).error.code, Code::kCorrupt) << by;
  }
}

TEST_F(ByteReaderTest, GzipMembers) {
  std::string a = text(500000), b = text(1000, 2);
  expect(gzip(a), a, "gzip");
  expect(gzip(""), "", "gzip");
  expect(gzip(a, true) + gzip("") + gzip(b) + gzip(b, true), a + b + b, "gzip");
}

TEST_F(ByteReaderTest, GzipTruncatedAnywhereIsFound) {
  std::string b = text(2000), one = gzip(b, true), stored = one + gzip(text(300, 2));
  for (std::size_t n = 3; n < stored.size(); ++n) {
    auto out = read(stored.substr(0, n));
    EXPECT_EQ(out.error.code, n == one.size() ? Code::kOk : Code::kCorrupt) << n;
    if (n >= one.size()) {
      EXPECT_TRUE(out.bytes.starts_with(b)) << n;
    }
  }
  EXPECT_THAT(read(one.substr(0, one.size() - 3)).error.message, HasSubstr("gzip data truncated"));
}

TEST_F(ByteReaderTest, GzipDamageIsFound) {
  std::string b = text(5000), one = gzip(b);
  for (std::size_t at : {one.size() - 8, one.size() - 1}) {  // CRC and size
    std::string wrong = one;
    wrong[at] ^= 1;
    EXPECT_THAT(read(wrong).error.message, HasSubstr("wrong gzip checksum or size"));
  }
  for (std::size_t at = 10; at < one.size(); ++at) {
    std::string wrong = one;
    wrong[at] = static_cast<char>(wrong[at] ^ 0x10);
    auto out = read(wrong);  // the last byte before the trailer has bits that mean nothing
    EXPECT_TRUE(out.error.code != Code::kOk || (at == one.size() - 9 && out.bytes == b)) << at;
  }
  for (const char* tail : {"x", "garbage", "\n"}) {
    EXPECT_THAT(read(one + tail).error.message,
                HasSubstr("byte " + std::to_string(one.size()) + ": garbage after a gzip member"));
  }
  EXPECT_NE(read(one + std::string(512, '\0')).error.code, Code::kOk);
}

}  // namespace
}  // namespace corpus::io
