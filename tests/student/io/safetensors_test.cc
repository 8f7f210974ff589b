#include "io/safetensors.h"

#include <gtest/gtest.h>

#include <cstring>
#include <filesystem>
#include <fstream>

#include "io/atomic_file.h"
#include "tensor/half.h"

namespace student {
namespace {

std::string file(const std::string& header, std::size_t data) {
  const std::uint64_t size = header.size();
  std::string out(8, '\0');
  std::memcpy(out.data(), &size, 8);
  return out + header + std::string(data, '\x01');
}

std::string error_of(const std::string& bytes) {
  const auto parsed = parse_safetensors(bytes, "f");
  return parsed ? "none" : parsed.error().message;
}

std::string temp(const std::string& name) {
  const std::string dir = testing::TempDir() + "/student_safetensors";
  std::filesystem::create_directories(dir);
  return dir + "/" + name;
}

TEST(Safetensors, WritesWhatItReads) {
  const std::string path = temp("two.safetensors");
  const std::vector<TensorToWrite> tensors = {
      {"b", "F32", {2, 1}, [] { return std::string("\0\0\x80\x3f\0\0\0\x40", 8); }},
      {"a", "BF16", {3}, [] { return std::string("\x80\x3f\0\x40\x80\xbf", 6); }},
      {"none", "I64", {0, 4}, [] { return std::string(); }}};
  ASSERT_TRUE(write_safetensors(path, tensors));
  const auto files = SafetensorsFiles::open(path);
  ASSERT_TRUE(files) << files.error().message;
  const auto& t = files->tensors();
  ASSERT_EQ(t.size(), 3u);
  EXPECT_EQ(*to_floats(t.find("b")->second, "b"), (std::vector<float>{1, 2}));
  EXPECT_EQ(*to_floats(t.find("a")->second, "a"), (std::vector<float>{1, 2, -1}));
  EXPECT_EQ(t.find("none")->second.elements(), 0);
  EXPECT_FALSE(to_floats(t.find("none")->second, "none"));
  EXPECT_FALSE(std::filesystem::exists(path + ".tmp"));
}

TEST(Safetensors, AFailedWriteLeavesNothing) {
  const std::string path = temp("failed.safetensors");
  std::filesystem::remove(path);
  EXPECT_FALSE(write_safetensors(path, {{"a", "F32", {2}, [] { return std::string(7, 'x'); }}}));
  EXPECT_FALSE(std::filesystem::exists(path));
  EXPECT_FALSE(std::filesystem::exists(path + ".tmp"));
}

TEST(Safetensors, EachKindOfDamageIsNamed) {
  const auto entry = [](const char* name, const char* shape, int begin, int end) {
    return std::string("\"") + name + "\":{\"dtype\":\"F32\",\"shape\":" + shape + ",\"data_offsets\":[" +
           std::to_string(begin) + "," + std::to_string(end) + "]}";
  };
  EXPECT_EQ(error_of(file("{" + entry("a", "[2]", 0, 8) + "}", 8)), "none");
  EXPECT_EQ(error_of("short"), "f: 5 bytes, no header");
  EXPECT_EQ(error_of(file("{}", 0).substr(0, 9)),
            "f: byte 0: a header of 2 bytes in a file of 9; the file is cut off or no safetensors file");
  EXPECT_EQ(error_of(std::string("\xff\xff\xff\xff\xff\xff\xff\xff{}", 10)),
            "f: byte 0: a header of 18446744073709551615 bytes in a file of 10; the file is cut off or no safetensors "
            "file");
  EXPECT_EQ(error_of(file("[]", 0)), "f: byte 8: the header is not a JSON object");
  EXPECT_EQ(error_of(file("{\"a\":1}", 0)), "f: tensor a: needs dtype, shape and two data_offsets");
  EXPECT_EQ(error_of(file("{" + entry("a", "[2]", 0, 8) + "}", 7)),
            "f: tensor a: bytes [0,8] of 7; the file is cut off or damaged");
  EXPECT_EQ(error_of(file("{" + entry("a", "[2]", 8, 0) + "}", 8)),
            "f: tensor a: bytes [8,0] of 8; the file is cut off or damaged");
  EXPECT_EQ(error_of(file("{" + entry("a", "[3]", 0, 8) + "}", 8)),
            "f: tensor a: 8 bytes at offset 0 for shape [3] of F32, which takes 12");
  EXPECT_EQ(error_of(file("{" + entry("a", "[4611686018427387904,4]", 0, 8) + "}", 8)),
            "f: tensor a: shape [4611686018427387904,4]");
  EXPECT_EQ(error_of(file("{" + entry("a", "[-1]", 0, 8) + "}", 8)), "f: tensor a: shape [-1]");
  EXPECT_EQ(error_of(file("{" + entry("a", "[2]", 0, 8) + "," + entry("b", "[2]", 4, 12) + "}", 12)),
            "f: tensor b: begins at offset 4, inside the tensor before it that ends at 8");
  EXPECT_EQ(error_of(file("{" + entry("a", "[2]", 0, 8) + "," + entry("b", "[2]", 9, 17) + "}", 17)),
            "f: tensor b: begins at offset 9, after a hole that ends at 8");
  EXPECT_EQ(error_of(file("{" + entry("a", "[2]", 0, 8) + "}", 9)),
            "f: 1 bytes after the last tensor, at offset 8");
  EXPECT_EQ(error_of(file("{" + entry("a", "[1]", 0, 4) + "," + entry("a", "[1]", 0, 4) + "}", 4)),
            "f: tensor a is there twice");
  EXPECT_EQ(error_of(file("{\"a\":{\"dtype\":\"Q2\",\"shape\":[],\"data_offsets\":[0,4]}}", 4)),
            "f: tensor a: dtype Q2 is not known");
}

TEST(Safetensors, Shards) {
  const std::string dir = temp("sharded");
  std::filesystem::create_directories(dir);
  const auto one = [] { return std::string("\0\0\x80\x3f", 4); };
  ASSERT_TRUE(write_safetensors(dir + "/s-1.safetensors", {{"a", "F32", {1}, one}}));
  ASSERT_TRUE(write_safetensors(dir + "/s-2.safetensors", {{"b", "F32", {1}, one}, {"extra", "F32", {1}, one}}));
  const std::string index = dir + "/model.safetensors.index.json";
  ASSERT_TRUE(write_text(index, R"({"weight_map":{"a":"s-1.safetensors","b":"s-2.safetensors"}})"));
  const auto files = SafetensorsFiles::open(dir);
  ASSERT_TRUE(files) << files.error().message;
  EXPECT_EQ(files->tensors().size(), 2u) << "what the index does not name does not count";
  EXPECT_EQ(*to_floats(files->tensors().find("b")->second, "b"), std::vector<float>{1});

  ASSERT_TRUE(write_text(index, R"({"weight_map":{"a":"../s-1.safetensors"}})"));
  EXPECT_NE(SafetensorsFiles::open(dir).error().message.find("tensor a: '../s-1.safetensors' is no file of this folder"),
            std::string::npos);
  ASSERT_TRUE(write_text(index, R"({"weight_map":{"c":"s-1.safetensors"}})"));
  EXPECT_NE(SafetensorsFiles::open(dir).error().message.find("s-1.safetensors: tensor c is in the index but not here"),
            std::string::npos);
  ASSERT_TRUE(write_text(index, "[]"));
  EXPECT_FALSE(SafetensorsFiles::open(dir));
  EXPECT_EQ(SafetensorsFiles::open(dir + "/none").error().code, corpus::Code::kNotFound);
}

TEST(Half, EveryValue) {
  EXPECT_EQ(from_half(0x3c00), 1.0f);
  EXPECT_EQ(from_half(0xc000), -2.0f);
  EXPECT_EQ(from_half(0x0001), 0x1p-24f);
  EXPECT_EQ(from_half(0x83ff), -1023 * 0x1p-24f);
  EXPECT_EQ(from_half(0x7bff), 65504.0f);
  EXPECT_EQ(from_half(0xfc00), -std::numeric_limits<float>::infinity());
  EXPECT_NE(from_half(0x7e00), from_half(0x7e00));
#if defined(__FLT16_MAX__)
  for (std::uint32_t bits = 0; bits < 65536; ++bits) {
    const auto half = static_cast<std::uint16_t>(bits);
    _Float16 exact;
    std::memcpy(&exact, &half, 2);
    if (exact != exact) continue;
    ASSERT_EQ(from_half(half), static_cast<float>(exact)) << bits;
  }
#endif
}

}  // namespace
}  // namespace student
