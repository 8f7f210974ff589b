#include "text/char_table.h"

#include <gtest/gtest.h>

#include "text/unicode_forms.h"

namespace corpus::text {
namespace {

std::uint8_t digits_and_letters(std::uint32_t category) {
  return static_cast<std::uint8_t>((category & kLetter ? 1 : 0) | (category & kNd ? 2 : 0));
}

TEST(CharTable, IsWhatIcuSaysOfEveryCodePoint) {
  CharTable table(digits_and_letters);
  for (char32_t c = 0; c < 0x110000; ++c) {
    ASSERT_EQ((table[c] & 2) != 0, is_decimal_digit(c)) << static_cast<std::uint32_t>(c);
    if (table[c] != 0) {
      ASSERT_TRUE(is_letter_or_number(c)) << static_cast<std::uint32_t>(c);
    }
  }
  EXPECT_EQ(table[U'a'], 1);
  EXPECT_EQ(table[U'-'], 0);
}

TEST(CharTable, SetChangesOneCharacterOnly) {
  CharTable plain(digits_and_letters), table(digits_and_letters);
  table.set(0xE123, 7).set(U'-', 9);
  for (char32_t c = 0; c < 0x110000; ++c) {
    ASSERT_EQ(table[c], c == 0xE123 ? 7
                        : c == U'-' ? 9
                                    : plain[c])
        << static_cast<std::uint32_t>(c);
  }
}

TEST(NormalizeUnicode11, LeavesNewerCharactersAlone) {
  EXPECT_EQ(normalize_unicode11("e\u0301", Form::kNfc), "\u00e9");
  EXPECT_EQ(normalize_unicode11("\u00e9", Form::kNfd), "e\u0301");
  EXPECT_EQ(normalize_unicode11("\ufb01\u337e", Form::kNfkc), "fi\u660e\u6cbb");
  EXPECT_EQ(normalize_unicode11("\ufb01", Form::kNfkd), "fi");
  EXPECT_EQ(normalize_unicode11("\u32ff", Form::kNfkc),
            "\u32ff");  // Unicode 12.1; a newer table has two characters
}

}  // namespace
}  // namespace corpus::text
