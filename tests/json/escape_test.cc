#include "json/escape.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <random>
#include <string>

#include "json/unescape.h"

namespace corpus::json {
namespace {

std::string in_string(std::string_view text) {
  std::string out;
  append_quoted(out, text);
  return out;
}

TEST(Escape, OnlyWhatMustBe) {
  EXPECT_EQ(in_string(""), "\"\"");
  EXPECT_EQ(in_string("a/b\x7F\xC3\xA9"), "\"a/b\x7F\xC3\xA9\"");
  EXPECT_EQ(in_string(std::string_view("\"\\\b\f\n\r\t\0\x1F", 9)),
            R"("\"\\\b\f\n\r\t\u0000\u001f")");
}

TEST(Escape, ThreeOutputsAgreeAndComeBack) {
  std::mt19937 random(3);
  Arena arena;
  for (int round = 0; round < 3000; ++round) {
    std::string text;
    for (unsigned n = random() % 200; n > 0; --n) {
      switch (random() % 6) {
        case 0:
          text += static_cast<char>(random() % 32);
          break;
        case 1:
          text += random() % 2 == 0 ? '"' : '\\';
          break;
        case 2:
          text += "\xE4\xB8\xAD";
          break;
        default:
          text += static_cast<char>('a' + random() % 26);
      }
    }
    std::string quoted_text = in_string(text);
    PaddedBuffer buffer;
    append_quoted(buffer, text);
    EXPECT_EQ(buffer.view(), quoted_text);
    EXPECT_EQ(quoted(arena, text), quoted_text);
    EXPECT_EQ(nlohmann::json::parse(quoted_text).get<std::string>(), text);

    std::string padded = quoted_text.substr(1, quoted_text.size() - 2);
    std::size_t size = padded.size();
    padded.append(64, '\\');
    std::string_view back;
    bool lone = false;
    ASSERT_TRUE(unescape({padded.data(), size}, arena, &back, &lone));
    EXPECT_EQ(back, text);
    EXPECT_FALSE(lone);
  }
}

TEST(Unescape, CopiesOnlyWhenItHasTo) {
  Arena arena;
  std::string raw = "no escapes here" + std::string(64, ' ');
  std::string_view text;
  bool lone = false;
  ASSERT_TRUE(unescape({raw.data(), 15}, arena, &text, &lone));
  EXPECT_EQ(text.data(), raw.data());
  EXPECT_EQ(arena.footprint(), 0U);
}

TEST(Utf8, IsChecked) {
  EXPECT_TRUE(valid_utf8(""));
  EXPECT_TRUE(valid_utf8("a\xC3\xA9\xF0\x9F\x98\x80"));
  EXPECT_FALSE(valid_utf8("\xC0\x80"));
  EXPECT_FALSE(valid_utf8("\xED\xA0\x80"));
  EXPECT_FALSE(valid_utf8("\xF4\x90\x80\x80"));
  EXPECT_FALSE(valid_utf8("a\xC3"));
}

}  // namespace
}  // namespace corpus::json
