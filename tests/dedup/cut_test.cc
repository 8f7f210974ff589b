#include "dedup/cut.h"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "dedup/text_units.h"

namespace corpus {
namespace {

using Pieces = std::vector<Piece>;

TEST(Cut, PiecesKeepCharactersWhole) {
  std::string text = "a\xC3\xA4\xE4\xB8\xAD\xF0\x9F\x98\x80z";  // 1 + 2 + 3 + 4 + 1 bytes
  Pieces pieces = {{0, 2}, {2, 7}, {8, 11}};
  to_characters(text, pieces);
  EXPECT_EQ(pieces, (Pieces{{0, 1}, {3, 6}, {10, 11}}));
  Pieces inside = {{4, 5}};
  to_characters(text, inside);
  EXPECT_TRUE(inside.empty());
}

TEST(Cut, FindsPiecesBehindEscapes) {
  Pieces out;
  std::string raw = R"(a\n\u00e4\ud83d\ude00\"b)";
  std::string text = "a\n\xC3\xA4\xF0\x9F\x98\x80\"b";
  ASSERT_TRUE(find_in_raw(raw, text, Pieces{{1, 2}, {4, 8}}, out));
  EXPECT_EQ(raw.substr(out[0].begin, out[0].end - out[0].begin), "\\n");
  EXPECT_EQ(raw.substr(out[1].begin, out[1].end - out[1].begin), "\\ud83d\\ude00");
  EXPECT_FALSE(find_in_raw(raw, text + "x", Pieces{{1, 2}}, out)) << "another text";
  EXPECT_FALSE(find_in_raw(raw, text, Pieces{{5, 8}}, out)) << "within a character";
}

// Cutting in the JSON and in the text comes to the same.
TEST(Cut, EqualsCuttingTheText) {
  std::mt19937 random(1);
  const std::pair<const char*, const char*> kParts[] = {
      {"a", "a"},          {"\\n", "\n"},       {"\\u00e9", "\xC3\xA9"},
      {"\xC3\xA9", "\xC3\xA9"}, {"\\\\", "\\"}, {"\\ud83d\\ude00", "\xF0\x9F\x98\x80"},
      {"\\ud800", "\xEF\xBF\xBD"}, {"\\u0041", "A"}};
  for (int round = 0; round < 2000; ++round) {
    std::string raw, text;
    std::vector<std::uint32_t> borders = {0};
    for (auto n = random() % 12; n > 0; --n) {
      const auto& [r, t] = kParts[random() % std::size(kParts)];
      raw += r;
      text += t;
      borders.push_back(static_cast<std::uint32_t>(text.size()));
    }
    std::size_t i = random() % borders.size(), k = random() % borders.size();
    Piece piece{borders[std::min(i, k)], borders[std::max(i, k)]};
    Pieces out;
    ASSERT_TRUE(find_in_raw(raw, text, Pieces{piece}, out)) << raw;
    std::string left = raw.substr(0, out[0].begin) + raw.substr(out[0].end);
    std::string from_text = text.substr(0, piece.begin) + text.substr(piece.end);
    Pieces all;
    EXPECT_TRUE(find_in_raw(left, from_text, Pieces{}, all)) << raw;
  }
}

std::vector<std::string> units(const std::string& text, TextUnit unit) {
  Pieces pieces;
  cut_units(text, unit, pieces);
  std::vector<std::string> out;
  std::uint32_t at = 0;
  for (const Piece& piece : pieces) {
    EXPECT_EQ(piece.begin, at) << "units cover the text";
    at = piece.end;
    out.push_back(text.substr(piece.begin, piece.end - piece.begin));
  }
  EXPECT_EQ(at, text.size());
  return out;
}

TEST(TextUnits, CoverTheText) {
  using V = std::vector<std::string>;
  EXPECT_EQ(units("a\nb\n\nc", TextUnit::kLine), (V{"a\n", "b\n", "\n", "c"}));
  EXPECT_EQ(units("a\nb\n \n\nc\n", TextUnit::kParagraph), (V{"a\nb\n \n\n", "c\n"}));
  EXPECT_EQ(units("One. Two?! \"Three.\" v1.5 Four\nFive", TextUnit::kSentence),
            (V{"One. ", "Two?! ", "\"Three.\" ", "v1.5 Four\n", "Five"}));
  EXPECT_EQ(units("\xE4\xB8\x80\xE3\x80\x82\xE4\xBA\x8C\xE3\x80\x82", TextUnit::kSentence),
            (V{"\xE4\xB8\x80\xE3\x80\x82", "\xE4\xBA\x8C\xE3\x80\x82"}));
  for (auto unit : {TextUnit::kLine, TextUnit::kParagraph, TextUnit::kSentence}) {
    EXPECT_EQ(units("", unit), V{});
    units("\n\n\n . . \n", unit);
  }
}

}  // namespace
}  // namespace corpus
