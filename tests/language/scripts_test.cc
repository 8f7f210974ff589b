#include "text/scripts.h"

#include <gtest/gtest.h>

#include <string>

namespace corpus::text {
namespace {

TEST(Scripts, NamesTheScriptOfMostLetters) {
  Scripts scripts;
  EXPECT_EQ(scripts.most("Hello, world 123!").script, "Latn");
  EXPECT_EQ(scripts.most("\xD0\xBF\xD1\x80\xD0\xB8\xD0\xB2\xD0\xB5\xD1\x82 abc").script, "Cyrl");
  EXPECT_EQ(scripts.most("\xE4\xB8\xAD\xE6\x96\x87").script, "Hani");
  EXPECT_EQ(scripts.most("\xE3\x81\xB2\xE3\x82\x89\xE3\x81\x8C\xE3\x81\xAA").script, "Hira");
  EXPECT_EQ(scripts.most("\xF0\x90\x8D\x88").script, "Goth") << "beyond the basic plane";
  EXPECT_EQ(scripts.most("e\xCC\x81").script, "Latn") << "a mark has its letter's script";
}

TEST(Scripts, CountsLettersOfItAndOfOthers) {
  Scripts scripts;
  auto most = scripts.most("abc, \xCE\xB1\xCE\xB2 \xC3\xA9 1 2 3 \xF0\x9F\x98\x80");
  EXPECT_EQ(most.script, "Latn");
  EXPECT_EQ(most.letters, 4U);
  EXPECT_EQ(most.others, 2U);
}

TEST(Scripts, NothingWithoutLetters) {
  Scripts scripts;
  for (const char* text : {"", "1234 + 5", "\xF0\x9F\x98\x80", "\xFF\xFE", "\xE2\x82"}) {
    auto most = scripts.most(text);
    EXPECT_EQ(most.script, "Zyyy") << text;
    EXPECT_EQ(most.letters + most.others, 0U) << text;
  }
}

}  // namespace
}  // namespace corpus::text
