#include "io/seekable.h"

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <string>

namespace corpus::io {
namespace {

// A file in memory with these bytes.
File file_of(const std::string& bytes) {
  int fd = ::memfd_create("seekable", 0);
  EXPECT_EQ(::write(fd, bytes.data(), bytes.size()), static_cast<ssize_t>(bytes.size()));
  auto file = File::open_read("/proc/self/fd/" + std::to_string(fd));
  EXPECT_TRUE(file);
  ::close(fd);
  return std::move(*file);
}

const std::vector<SeekEntry> kFrames = {{5, 100, 0xAABBCCDD}, {3, 0, kEmptyChecksum}};

TEST(Seekable, TableHasTheBytesOfTheSpecification) {
  std::string expected(
      "\x5E\x2A\x4D\x18\x21\0\0\0"          // skippable magic, 33 bytes follow
      "\5\0\0\0\x64\0\0\0\xDD\xCC\xBB\xAA"  // stored, content, checksum
      "\3\0\0\0\0\0\0\0\x99\xE9\xD8\x51"
      "\2\0\0\0\x80\xB1\xEA\x92\x8F",  // frames, descriptor, magic
      41);
  EXPECT_EQ(seek_table(kFrames), expected);
}

TEST(Seekable, ReadsBackWhatItWrote) {
  auto read = read_seek_table(file_of("12345abc" + seek_table(kFrames)));
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(*read, kFrames);
  EXPECT_TRUE(read_seek_table(file_of(seek_table({}))));
}

TEST(Seekable, ReadsTablesWithoutChecksums) {
  std::string table("\x5E\x2A\x4D\x18\x11\0\0\0\5\0\0\0\x64\0\0\0\1\0\0\0\0\xB1\xEA\x92\x8F", 25);
  auto read = read_seek_table(file_of("12345" + table));
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->at(0).size, 100U);
}

TEST(Seekable, FilesWithoutATableAreNotFound) {
  for (std::string bytes : {"", "abc", "a file of some length without a table"}) {
    auto read = read_seek_table(file_of(bytes));
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().code, Code::kNotFound);
  }
}

TEST(Seekable, TablesThatCannotBeTrueAreCorrupt) {
  std::string good = "12345abc" + seek_table(kFrames);
  std::string bad[] = {good.substr(1), "x" + good, good, good, good};
  bad[2][good.size() - 9] = '\xFF';  // more frames than the file has room for
  bad[3][good.size() - 5] = '\x84';  // a reserved bit
  bad[4][8] = 'x';                   // another magic before the table
  for (const auto& bytes : bad) {
    auto read = read_seek_table(file_of(bytes));
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().code, Code::kCorrupt);
  }
}

}  // namespace
}  // namespace corpus::io
