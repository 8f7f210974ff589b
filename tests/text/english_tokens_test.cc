// text/english_tokens.h and token_walk.h: cuts that spaCy 3.8 makes; tests/parity compares many more.
#include "text/english_tokens.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "text/python_lines.h"
#include "text/token_walk.h"

namespace corpus::text {
namespace {

std::string cut(std::string_view span) {
  EnglishScratch scratch;
  std::string out;
  std::uint32_t begin = 0;
  for (std::uint32_t end : split_english(span, scratch)) {
    if (!out.empty()) out += ' ';
    out += span.substr(begin, end - begin);
    begin = end;
  }
  return out;
}

TEST(EnglishTokens, AreCutAsSpacyCutsThem) {
  for (const auto& [span, tokens] : std::vector<std::pair<std::string, std::string>>{
           {"word", "word"},
           {"(great).", "( great ) ."},
           {"don't", "do n't"},
           {"Don\u2019t", "Do n\u2019t"},
           {"wouldn't've", "would n't 've"},
           {"dont", "do nt"},
           {"its", "its"},
           {"it's", "it 's"},
           {"dog's", "dog 's"},
           {"don't/won't", "don't / won't"},
           {"U.S.A.", "U.S.A."},
           {"Mr.", "Mr."},
           {"end.", "end ."},
           {"e.g.,", "e.g. ,"},
           {"10a.m.", "10 a.m."},
           {"well-known", "well - known"},
           {"a--b", "a -- b"},
           {"3-4", "3 - 4"},
           {"1,000", "1,000"},
           {"one,two", "one , two"},
           {"5km", "5 km"},
           {"5km/h", "5 km/h"},
           {"50%", "50 %"},
           {"$5.00", "$ 5.00"},
           {"5$", "5 $"},
           {"US$100", "US$ 100"},
           {"great:).", "great :) ."},
           {":-)", ":-)"},
           {"...", "..."},
           {"wait...what", "wait ... what"},
           {"\u2026\u2026", "\u2026 \u2026"},
           {"https://example.com/a?b=c,", "https://example.com/a?b=c ,"},
           {"me@example.com", "me@example.com"},
           {"lower.Upper", "lower . Upper"},
           {"x.y", "x.y"},
           {"10.1.2.3:80", "10.1.2.3:80"},
           {"\u00B0C.", "\u00B0 C ."},
           {"\U0001F600hi", "\U0001F600 hi"},
           {"'", "'"},
       }) {
    EXPECT_EQ(cut(span), tokens) << span;
  }
}

// What is left of contractions and units when punctuation is taken away, as datatrove's MinHash does.
TEST(EnglishTokens, WordsThatLostTheirPunctuation) {
  for (auto [word, tokens] : std::initializer_list<std::pair<const char*, const char*>>{
           {"dont", "do nt"},
           {"theyll", "they ll"},
           {"shouldntve", "should nt ve"},
           {"ima", "i m a"},
           {"cannot", "can not"},
           {"gonna", "gon na"},
           {"yall", "y all"},
           {"ill", "ill"},
           {"0km", "0 km"},
           {"0mb", "0 mb"},
       }) {
    EXPECT_EQ(cut(word), tokens) << word;
  }
}

TEST(EnglishTokens, TakeAnyBytes) {
  EnglishScratch scratch;
  for (const std::string& span : std::vector<std::string>{"\xFF\xFE", "a\xC3", "\xED\xA0\x80.", std::string(70000, '('), std::string(70000, 'a')}) {
    EXPECT_EQ(split_english(span, scratch).back(), span.size());
  }
}

TEST(TokenWalk, RemembersWithoutChangingAnything) {
  TokenWalk walk({"the", "and"});
  std::string text = "The cat and the dog don't mind\u00A0it.";
  for (int round = 0; round < 3; ++round) {
    auto tokens = walk.walk(text);
    ASSERT_EQ(tokens.size(), 10u);
    EXPECT_EQ(tokens[2].listed, 2);  // "and"
    EXPECT_EQ(tokens[0].listed, 0);  // "The"
    EXPECT_EQ(tokens[3].listed, 1);
    EXPECT_TRUE(tokens[9].has(Token::kStop));
    EXPECT_EQ(tokens[6].chars, 3u);  // n't
  }
  EXPECT_TRUE(walk.walk("").empty());
  EXPECT_TRUE(walk.walk("\u00A0 \n").empty());
}

TEST(TokenWalk, HashesAddUpToThoseOfTheConcatenation) {
  TokenWalk walk;
  auto one = [&](std::string_view s) { return walk.walk(s)[0]; };
  Token ab = one("ab"), c = one("c"), abc = one("abc");
  EXPECT_EQ(ab.hash + c.hash * ab.power, abc.hash);
  EXPECT_EQ(ab.power * c.power, abc.power);
  EXPECT_EQ(abc.power * abc.inverse, 1u);
}

TEST(PythonLines, AreThoseOfSplitlines) {
  std::vector<std::string> lines;
  for_each_python_line("a\nb\r\nc\rd\x0b" "e\u0085f\u2028g\u2029\n\u00C2\u2027h\n",
                       [&](std::string_view line) { lines.emplace_back(line); });
  EXPECT_EQ(lines, (std::vector<std::string>{"a", "b", "c", "d", "e", "f", "g", "", "\u00C2\u2027h"}));
}

}  // namespace
}  // namespace corpus::text
