#include "text/fold.h"

#include <string>

#include <gtest/gtest.h>

namespace corpus::text {
namespace {

std::string folded(std::string_view text) {
  std::string out;
  fold(text, out);
  return out;
}

TEST(Fold, CaseQuotesSpaceAndEmphasisDoNotCount) {
  EXPECT_EQ(folded("I'm **Very** _Sorry_!"), "i'm very sorry!");
  EXPECT_EQ(folded("I\xE2\x80\x99m `here`"), "i'm 'here'");
  EXPECT_EQ(
      folded("\xE2\x80\x9Cyes\xE2\x80\x9D \xC2\xABno\xC2\xBB \xE3\x80\x8C\xE4\xBD\xA0\xE3\x80\x8D"),
      "\"yes\" \"no\" \"\xE4\xBD\xA0\"");
  EXPECT_EQ(folded("  a \t b\xC2\xA0\xE3\x80\x80"
                   "c \r\n\n d"),
            "a b c\nd");
  EXPECT_EQ(folded("\xE4\xBD\xA0\xEF\xBC\x8C\xE5\xA5\xBD\xE3\x80\x82\xEF\xBC\x81\xEF\xBC\x9F"),
            "\xE4\xBD\xA0,\xE5\xA5\xBD.!?");
  EXPECT_EQ(folded("\xC3\x89T\xC3\x89 \xD0\x9F\xD0\xA0\xD0\x81 \xCE\x91\xCE\xA9"),
            "\xC3\xA9t\xC3\xA9 \xD0\xBF\xD1\x80\xD1\x91 \xCE\xB1\xCF\x89");
  EXPECT_EQ(folded("zero\xE2\x80\x8Bwidth"), "zerowidth");
  EXPECT_EQ(folded(""), "");
  EXPECT_EQ(folded(" \n "), "");
}

TEST(Fold, AppendsAndIsStable) {
  std::string out = "x";
  fold("Y  Z", out);
  EXPECT_EQ(out, "xy z");
  std::string text =
      "A long enough Line to fill Vectors,   with Double Spaces\nand *stars* and caf\xC3\x89 at "
      "the end of it all";
  EXPECT_EQ(folded(folded(text)), folded(text));
}

TEST(Fold, CutsByCharacters) {
  std::string text = "a\xC3\xA9\xE4\xBD\xA0\xF0\x9F\x98\x80z";
  EXPECT_EQ(first_chars(text, 0), "");
  EXPECT_EQ(first_chars(text, 2), "a\xC3\xA9");
  EXPECT_EQ(first_chars(text, 4), "a\xC3\xA9\xE4\xBD\xA0\xF0\x9F\x98\x80");
  EXPECT_EQ(first_chars(text, 5), text);
  EXPECT_EQ(first_chars(text, 500), text);
}

}  // namespace
}  // namespace corpus::text
