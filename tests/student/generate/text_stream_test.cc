#include "generate/text_stream.h"

#include <corpus/tokenizer.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "student/support/fakes.h"

namespace student {
namespace {

struct Shown {
  std::string text;
  std::vector<std::string> pieces;
  bool stopped = false;
};

Shown show(std::string_view bytes, std::vector<std::string> stops = {}) {
  test::FakeTokenizer tokenizer;
  TextStream stream(tokenizer, -1, std::move(stops));
  Shown out;
  auto add = [&](std::string piece) {
    out.text += piece;
    if (!piece.empty()) out.pieces.push_back(std::move(piece));
  };
  for (char c : bytes) add(stream.push(static_cast<unsigned char>(c)));
  add(stream.finish());
  out.stopped = stream.stopped();
  return out;
}

TEST(TextStream, CharactersAreNeverCut) {
  // One, two, three and four bytes; every token is one byte.
  auto shown = show("a\xC3\xA9\xE2\x82\xAC\xF0\x9F\x99\x82z");
  std::vector<std::string> wanted = {"a", "\xC3\xA9", "\xE2\x82\xAC", "\xF0\x9F\x99\x82", "z"};
  EXPECT_EQ(shown.pieces, wanted);
}

TEST(TextStream, BytesThatAreNoCharactersAreReplaced) {
  const std::string r = "\xEF\xBF\xBD";
  EXPECT_EQ(show("\xFFx").text, r + "x");
  EXPECT_EQ(show("\xC3(").text, r + "(");
  EXPECT_EQ(show("\xE2\x82").text, r);            // the end cuts it: one maximal part
  EXPECT_EQ(show("\xE2\x82q").text, r + "q");
  EXPECT_EQ(show("\xED\xA0\x80").text, r + r + r);  // a surrogate
  EXPECT_EQ(show("\xF4\x90\x80\x80").text, r + r + r + r);
  EXPECT_EQ(show("\xC0\xAF").text, r + r);
}

TEST(TextStream, StopStringsAcrossTokens) {
  auto shown = show("one<|end|>two", {"<|end|>"});
  EXPECT_EQ(shown.text, "one");
  EXPECT_TRUE(shown.stopped);
}

TEST(TextStream, WhatLooksLikeAStopComesLater) {
  auto shown = show("a<|en b", {"<|end|>"});
  EXPECT_EQ(shown.text, "a<|en b");
  EXPECT_FALSE(shown.stopped);
  // Held back while it could still become the stop string, then in one piece.
  EXPECT_EQ(shown.pieces[1], "<|en ");
  EXPECT_EQ(show("a<|en", {"<|end|>"}).text, "a<|en");
}

TEST(TextStream, TheEarliestStopCounts) {
  EXPECT_EQ(show("aXbYc", {"Yc", "Xb"}).text, "a");
  EXPECT_EQ(show("aab", {"ab"}).text, "a");  // the first a may not be taken for the beginning of the stop
  EXPECT_EQ(show("abc", {"", "c"}).text, "ab");
  EXPECT_EQ(show("\xE2\x82\xAC!", {"\xE2\x82\xAC"}).text, "");
}

// Every text over {a, b} of up to 8 bytes and every stop of up to 3: the text shown is the text before the stop's
// first occurrence, and no prefix of it that was shown is longer.
TEST(TextStream, AllSmallTexts) {
  auto words = [](std::size_t n) {
    std::vector<std::string> out;
    for (std::size_t size = 1; size <= n; ++size) {
      for (unsigned bits = 0; bits < (1u << size); ++bits) {
        std::string w;
        for (std::size_t i = 0; i < size; ++i) w += (bits >> i) & 1 ? 'b' : 'a';
        out.push_back(w);
      }
    }
    return out;
  };
  for (const auto& text : words(8)) {
    for (const auto& stop : words(3)) {
      auto shown = show(text, {stop});
      ASSERT_EQ(shown.text, text.substr(0, text.find(stop))) << text << ' ' << stop;
      ASSERT_EQ(shown.stopped, text.find(stop) != std::string::npos);
    }
  }
}

TEST(TextStream, SpecialTokensAreNotShown) {
  test::FakeTokenizer tokenizer;
  TextStream stream(tokenizer, 'x', {});
  EXPECT_EQ(stream.push(test::kImStart), "");
  EXPECT_EQ(stream.push('a'), "a");
}

}  // namespace
}  // namespace student
