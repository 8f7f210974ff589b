// text/english_tokens.h and token_walk.h: cuts that spaCy 3.8 makes; tests/parity compares many more.
#include "text/english_tokens.h"

#include <random>
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
  EXPECT_EQ(ab.hash * Token::power(c.bytes) + c.hash, abc.hash);
  for (std::size_t n : {1, 1000, 1023, 1024, 5000}) {
    EXPECT_EQ(Token::power(n) * Token::power(7), Token::power(n + 7)) << n;
  }
}

std::string random_text(std::mt19937& random, std::size_t runs) {
  static const std::vector<std::string> kPieces = {
      "the", "and", "can't", "U.S.", ":)", "...", "x", "http://a.b/c?d=e", std::string("\0", 1), "\u00E9t\u00E9",
      "\u00A0", "\u4E2D\u6587", "15km", "(", ")", ",", "\"", "-", "word", std::string(40, 'q'), "\xFF", "'s", "$5"};
  std::string out;
  for (; runs > 0; --runs) {
    for (auto n = 1 + random() % 3; n > 0; --n) out += kPieces[random() % kPieces.size()];
    out += " \n\t"[random() % 3];
  }
  return out;
}

// A walk that has seen much says the same as one that is new, and its sums are those of its tokens.
TEST(TokenWalk, MemoryAndSumsChangeNothing) {
  std::mt19937 random(1);
  TokenWalk old({"the", "and", "n't"});
  for (int round = 0; round < 300; ++round) {
    std::string text = random_text(random, round % 7 == 0 ? 2000 : round % 40);
    TokenWalk fresh({"the", "and", "n't"});
    auto tokens = fresh.walk(text);
    auto again = old.walk(text);
    ASSERT_EQ(tokens.size(), again.size());
    TokenCounts sums;
    for (std::size_t i = 0; i < tokens.size(); ++i) {
      ASSERT_EQ(tokens[i].hash, again[i].hash);
      ASSERT_EQ(tokens[i].bytes, again[i].bytes);
      ASSERT_EQ(tokens[i].chars, again[i].chars);
      ASSERT_EQ(tokens[i].traits, again[i].traits);
      ASSERT_EQ(tokens[i].listed, again[i].listed);
      sums.add(tokens[i]);
    }
    ASSERT_EQ(old.counts(), sums);
    ASSERT_EQ(old.count(text), sums);
  }
}

// The tokens of each run are those of the splitter, whatever the walk remembers.
TEST(TokenWalk, CutsAsTheSplitterDoes) {
  std::mt19937 random(2);
  TokenWalk walk;
  EnglishScratch scratch;
  for (int round = 0; round < 2000; ++round) {
    std::string text = random_text(random, 1 + random() % 5), joined;
    std::vector<std::uint32_t> sizes;
    for (std::size_t at = 0; at < text.size();) {
      auto [c, size] = decode(text.substr(at));
      if (is_python_space(c)) {
        at += size;
        continue;
      }
      std::size_t end = at;
      while (end < text.size() && !is_python_space(decode(text.substr(end)).c)) end += decode(text.substr(end)).size;
      std::uint32_t begin = 0;
      for (auto cut_at : split_english(std::string_view(text).substr(at, end - at), scratch)) {
        sizes.push_back(cut_at - begin);
        begin = cut_at;
      }
      at = end;
    }
    auto tokens = walk.walk(text);
    ASSERT_EQ(tokens.size(), sizes.size()) << text;
    for (std::size_t i = 0; i < sizes.size(); ++i) ASSERT_EQ(tokens[i].bytes, sizes[i]) << text;
  }
}

TEST(PythonLines, AreThoseOfSplitlines) {
  std::vector<std::string> lines;
  for_each_python_line("a\nb\r\nc\rd\x0b" "e\u0085f\u2028g\u2029\n\u00C2\u2027h\n",
                       [&](std::string_view line) { lines.emplace_back(line); });
  EXPECT_EQ(lines, (std::vector<std::string>{"a", "b", "c", "d", "e", "f", "g", "", "\u00C2\u2027h"}));
}

}  // namespace
}  // namespace corpus::text
