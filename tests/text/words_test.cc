#include "text/words.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "text/utf8.h"

namespace corpus::text {
namespace {

std::vector<std::string> words(std::string_view text) {
  std::vector<std::string> out;
  std::vector<std::uint32_t> edges;
  for_each_word(text, edges, [&](std::string_view w) { out.emplace_back(w); });
  return out;
}

using List = std::vector<std::string>;

TEST(Words, SplitAtEverythingElse) {
  EXPECT_EQ(words("one, two-three  4x\n"), (List{"one", "two", "three", "4x"}));
  EXPECT_EQ(words("caf\xC3\xA9 it\xE2\x80\x99s"), (List{"caf\xC3\xA9", "it", "s"}));
  EXPECT_EQ(words("\xD0\xBF\xD1\x80 \xC2\xABx\xC2\xBB"), (List{"\xD0\xBF\xD1\x80", "x"}));
  EXPECT_EQ(words("a\xF0\x9F\x98\x80"
                  "b"),
            (List{"a", "b"}));
  EXPECT_EQ(words(""), List{});
  EXPECT_EQ(words(" ... "), List{});
}

TEST(Words, IdeographsStandAlone) {
  EXPECT_EQ(words("\xE4\xBD\xA0\xE5\xA5\xBD\xE3\x80\x82ok\xE5\x90\x97"),
            (List{"\xE4\xBD\xA0", "\xE5\xA5\xBD", "ok", "\xE5\x90\x97"}));
  EXPECT_EQ(words("\xED\x95\x9C\xEA\xB5\xAD \xEC\x96\xB4"),
            (List{"\xED\x95\x9C\xEA\xB5\xAD", "\xEC\x96\xB4"}));
  EXPECT_EQ(count_words("\xE3\x81\x82\xE3\x81\x84 a"), 3U);
}

TEST(Utf8, DecodesAndRefuses) {
  EXPECT_EQ(decode("A").c, U'A');
  EXPECT_EQ(decode("\xC3\xA9").c, 0xE9U);
  EXPECT_EQ(decode("\xE4\xBD\xA0").c, 0x4F60U);
  EXPECT_EQ(decode("\xF0\x9F\x98\x80").c, 0x1F600U);
  for (std::string_view bad : {"\x80", "\xC0\x80", "\xC3", "\xE0\x80\x80", "\xED\xA0\x80",
                               "\xE4\xBD", "\xF0\x80\x80\x80", "\xF4\x90\x80\x80", "\xF8"}) {
    EXPECT_EQ(decode(bad).c, kBadChar);
    EXPECT_EQ(decode(bad).size, 1U);
  }
  EXPECT_EQ(decode_last("x\xF0\x9F\x98\x80").c, 0x1F600U);
  EXPECT_EQ(decode_last("x\x80\x80\x80\x80\x80").c, kBadChar);
}

TEST(Utf8, TrimsAllWhiteSpaceThereIs) {
  EXPECT_EQ(trim("\xEF\xBB\xBF\xE2\x80\x83 \xC2\x85x y\xE2\x80\xA8\v\f\r\n\t\xE3\x80\x80"), "x y");
  EXPECT_EQ(trim("\xE2\x80\x8Bx"), "\xE2\x80\x8Bx");  // a zero-width space is no white space
}

}  // namespace
}  // namespace corpus::text
