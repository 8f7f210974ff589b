#include "text/word_hashes.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "text/word_class.h"
#include "text/utf8.h"

namespace corpus {
namespace {

std::vector<std::uint64_t> words_of(std::string_view text) {
  static Words words;
  std::vector<std::uint64_t> out;
  words.start(text);
  for (auto some = words.next(); !some.empty(); some = words.next()) {
    out.insert(out.end(), some.begin(), some.end());
  }
  return out;
}

// One character at a time, from the definition.
std::vector<std::string> split_slowly(std::string_view text) {
  std::vector<std::string> out;
  std::string word;
  auto flush = [&] {
    if (!word.empty()) out.push_back(word);
    word.clear();
  };
  while (!text.empty()) {
    auto [c, size] = text::decode(text);
    std::string bytes(text.substr(0, size));
    text.remove_prefix(size);
    if (c < 0x80) {
      bool is_word = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
      if (!is_word) {
        flush();
      } else {
        word += static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
      }
      continue;
    }
    WordClass what = c == text::kBadChar ? WordClass::kSeparator : word_class(c);
    if (c < 0x800) {
      char32_t folded = fold_two_byte(c);
      bytes = {static_cast<char>(0xC0 | folded >> 6), static_cast<char>(0x80 | (folded & 63))};
    }
    if (what != WordClass::kLetter) flush();
    if (what != WordClass::kSeparator) word += bytes;
    if (what == WordClass::kSingle) flush();
  }
  flush();
  return out;
}

void expect_like_slow(std::string_view text) {
  std::vector<std::uint64_t> expected;
  for (const auto& word : split_slowly(text)) {
    auto hashes = words_of(word);  // a word alone is what it hashes to within a text
    ASSERT_EQ(hashes.size(), 1U) << word;
    expected.push_back(hashes[0]);
  }
  ASSERT_EQ(words_of(text), expected) << text;
}

TEST(Words, SplitsAtEverythingButLettersAndDigits) {
  EXPECT_EQ(words_of("Hello, World"), words_of("hello world"));
  EXPECT_EQ(words_of("  hello\n\n\"WORLD\"! "), words_of("hello world"));
  EXPECT_EQ(words_of("hello world").size(), 2U);
  EXPECT_NE(words_of("hello world"), words_of("world hello"));
  EXPECT_NE(words_of("helloworld"), words_of("hello world"));
  EXPECT_EQ(words_of("snake_case x86-64").size(), 4U);
  EXPECT_TRUE(words_of("").empty());
  EXPECT_TRUE(words_of(" ... \t\n").empty());
}

TEST(Words, NoTwoShortWordsHashAlike) {
  std::vector<std::uint64_t> all;
  for (std::string w(1, 'a'); w.size() <= 40; w += static_cast<char>('a' + w.size() % 26)) {
    auto h = words_of(w);
    all.push_back(h.at(0));
  }
  for (int i = 0; i < 100000; ++i) all.push_back(words_of("w" + std::to_string(i)).at(0));
  std::sort(all.begin(), all.end());
  EXPECT_EQ(std::adjacent_find(all.begin(), all.end()), all.end());
}

TEST(Words, FoldsCaseOfLatinGreekAndCyrillic) {
  EXPECT_EQ(words_of("\u00C9COLE \u0141\u00D3D\u0179"), words_of("\u00E9cole \u0142\u00F3d\u017A"));
  EXPECT_EQ(words_of("\u039F\u0394\u039F\u03A3"), words_of("\u03BF\u03B4\u03BF\u03C2"));
  EXPECT_EQ(words_of("\u0416\u0401\u042F"), words_of("\u0436\u0451\u044F"));
  EXPECT_NE(words_of("\u00E9cole"), words_of("ecole"));
  EXPECT_EQ(words_of("na\u00EFve").size(), 1U);
}

TEST(Words, ScriptsWithoutSpacesCountCharacters) {
  EXPECT_EQ(words_of("\u4F60\u597D\u4E16\u754C").size(), 4U);
  EXPECT_EQ(words_of("\u4F60\u597D\uFF0C\u4E16\u754C\u3002"), words_of("\u4F60\u597D\u4E16\u754C"));
  EXPECT_EQ(words_of("\u3053\u3093\u306B\u30AB\u30BF").size(), 5U);
  EXPECT_EQ(words_of("\uD55C\uAD6D").size(), 2U);
  EXPECT_EQ(words_of("GPT\u6A21\u578Bv2"), words_of("gpt \u6A21 \u578B V2"));
  EXPECT_EQ(words_of("\U00020000\U00020001").size(), 2U);
}

TEST(Words, PunctuationAndEmojiSeparate) {
  EXPECT_EQ(words_of("it\u2019s \u201Cquoted\u201D \u2014 done\U0001F600now"),
            words_of("it s quoted done now"));
  EXPECT_EQ(words_of("a\u00A0b\u3000c"), words_of("a b c"));
}

TEST(Words, InvalidUtf8Separates) {
  EXPECT_EQ(words_of("a\xFF"
                     "b\xC3"
                     "c"),
            words_of("a b c"));
  EXPECT_EQ(words_of("a\xE4\xBD"), words_of("a"));
  EXPECT_EQ(words_of("\x80\x80"), words_of(""));
}

TEST(Words, LikeTheSlowTwinOnRandomText) {
  static const char* const kPieces[] = {"a",      "B",      "z9",      " ",      ",",
                                        "\n",     "word",   "\u00C9",  "\u00D7", "\u0436",
                                        "\u0420", "\u4E2D", "\uAC00",  "\u2019", "\U0001F680",
                                        "\u0E01", "\xFF",   "\xE4\xBD"};
  std::mt19937 random(11);
  for (int round = 0; round < 2000; ++round) {
    std::string text;
    std::size_t pieces = random() % 200, kinds = round % 2 == 0 ? 7 : std::size(kPieces);
    for (std::size_t i = 0; i < pieces; ++i) text += kPieces[random() % kinds];
    ASSERT_NO_FATAL_FAILURE(expect_like_slow(text));
  }
}

// Words and characters across every chunk border.
TEST(Words, ChunksDoNotShow) {
  std::string unit = "abc \u00E9t\u00E9 \u4E2D\u6587 \U0001F680 long-word ";
  std::string text;
  while (text.size() < 3 * Words::kChunk) text += unit;
  for (std::size_t shift = 0; shift < unit.size(); ++shift) {
    ASSERT_NO_FATAL_FAILURE(expect_like_slow(std::string(shift, ' ') + text));
  }
  for (std::size_t n = Words::kChunk - 70; n <= Words::kChunk + 5; ++n) {
    ASSERT_NO_FATAL_FAILURE(expect_like_slow(std::string(n, '.') + "word"));
    ASSERT_NO_FATAL_FAILURE(expect_like_slow(std::string(n, '.') + "\u4E2D\u6587"));
  }
}

TEST(Words, AsManyWordsAsAChunkCanHold) {
  std::string ascii, mixed;
  for (std::size_t i = 0; i < Words::kChunk; ++i) ascii += "a ";
  for (std::size_t i = 0; i < Words::kChunk; ++i) mixed += "a\u4E2D";
  EXPECT_EQ(words_of(ascii).size(), Words::kChunk);
  EXPECT_EQ(words_of(mixed).size(), 2 * Words::kChunk);
}

TEST(Words, VeryLongRunsAreCutAtTheChunk) {
  std::string run(Words::kChunk * 2 + 10, 'a');
  EXPECT_EQ(words_of(run).size(), 3U);
  EXPECT_EQ(words_of("x " + run).size(), 4U);
  auto alone = words_of(run), after = words_of("x " + run);
  EXPECT_EQ(std::vector(after.begin() + 1, after.end()), alone)
      << "the cut depends on what is before";
  EXPECT_EQ(words_of(std::string(Words::kChunk, 'a')).size(), 1U);
}

TEST(WordClass, TableOfTwoByteCharacters) {
  EXPECT_EQ(word_class(0x00A0), WordClass::kSeparator);
  EXPECT_EQ(word_class(0x00AA), WordClass::kLetter);
  EXPECT_EQ(word_class(0x00D7), WordClass::kSeparator);
  EXPECT_EQ(word_class(0x0301), WordClass::kLetter);
  EXPECT_EQ(word_class(0x06D4), WordClass::kSeparator);
  EXPECT_EQ(word_class(0x10FFFF), WordClass::kSeparator);
  for (char32_t c = 0x80; c < 0x800; ++c) {
    char32_t folded = fold_two_byte(c);
    ASSERT_GE(folded, 0x80U);
    ASSERT_LT(folded, 0x800U);
    ASSERT_EQ(fold_two_byte(folded), folded) << std::hex << static_cast<unsigned>(c);
  }
}

TEST(WordClass, RangesAreSortedAndDisjoint) {
  char32_t before = 0x7F;
  for (const auto& range : word_class_internal::kRanges) {
    EXPECT_GT(range.first, before);
    EXPECT_GE(range.last, range.first);
    before = range.last;
  }
}

}  // namespace
}  // namespace corpus
