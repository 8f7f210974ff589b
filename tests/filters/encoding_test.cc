// filters.encoding
#include <string>

#include "filter_support.h"

namespace corpus::test {
namespace {

TEST(Encoding, FindsMojibake) {
  Filter filter("filters.encoding", "{mojibake: 1, max_control: 1000}");
  for (const char* text : {
           "caf\xC3\x83\xC2\xA9 au lait",                 // e acute
           "it\xC3\xA2\xE2\x82\xAC\xE2\x84\xA2s broken",  // U+2019 by CP1252
           "it\xC3\xA2\xC2\x80\xC2\x99s broken",          // U+2019 by Latin-1
           "price \xC3\x82\xC2\xA3"
           "5 only",                                        // pound sign
           "a dash \xC3\xA2\xE2\x82\xAC\xE2\x80\x9C here",  // U+2013
           "Gr\xC3\x83\xC2\xBC\xC3\x83\xC5\xB8"
           "e",                                                     // u umlaut, sharp s
           "\xC3\x90\xC5\xB8\xC3\x91\xE2\x82\xAC\xC3\x90\xC2\xB8",  // Cyrillic
           "\xC3\xA4\xC2\xBD\xC2\xA0\xC3\xA5\xC2\xA5\xC2\xBD",      // Chinese
           "smile \xC3\xB0\xC5\xB8\xCB\x9C\xE2\x82\xAC end",        // U+1F600
           "\xC3\xAF\xC2\xBB\xC2\xBF"
           "begin",                               // byte order mark
           "gone \xC3\xAF\xC2\xBF\xC2\xBD here",  // U+FFFD
       }) {
    EXPECT_EQ(filter.answer(text), "mojibake") << text;
  }
}

TEST(Encoding, LetsRealTextPass) {
  Filter filter("filters.encoding");
  for (const char* text : {
           "plain ASCII\twith\r\nline ends\n",
           "caf\xC3\xA9, na\xC3\xAFve, \xC3\xA0 la carte, \xC3\x80 propos, \xC3\x89t\xC3\xA9",
           "\xC2\xAB\xC2\xA0guillemets\xC2\xA0\xC2\xBB and \xE2\x80\x9Cquotes\xE2\x80\x9D",
           "\xE2\x80\x9ESpa\xC3\x9F\xE2\x80\x9C and \xE2\x80\x9E\xC3\x96l\xE2\x80\x9C",  // sharp s
                                                                                         // before a
                                                                                         // quote
           "CAF\xC3\x89\xC2\xBB and S\xC3\x83O PAULO",
           "\xE4\xBD\xA0\xE5\xA5\xBD\xEF\xBC\x8C\xE4\xB8\x96\xE7\x95\x8C\xE3\x80\x82",
           "\xD0\x9F\xD1\x80\xD0\xB8\xD0\xB2\xD0\xB5\xD1\x82 \xCE\xB1\xCE\xB2\xCE\xB3",
           "\xF0\x9F\x98\x80 \xF0\x9F\x91\xA9\xE2\x80\x8D\xF0\x9F\x92\xBB zero-width joiner",
           "\xE2\x80\x8F\xD7\xA9\xD7\x9C\xD7\x95\xD7\x9D right to left",
           "\xEF\xBB\xBF"
           "a byte order mark",
           "page one\f\npage two",
           "temperature 20\xC2\xB0"
           "C, 5\xC2\xB5m, \xC2\xBD cup, \xC3\x97 and \xC3\xB7",
           "next line\xC2\x85here",
           // Once is a quotation.
           "the sequence \xC3\xA2\xE2\x82\xAC\xE2\x84\xA2 is what a lone apostrophe becomes",
       }) {
    EXPECT_EQ(filter.answer(text), "") << text;
  }
}

TEST(Encoding, MojibakeThreshold) {
  std::string one = "caf\xC3\x83\xC2\xA9 ";
  EXPECT_EQ(Filter("filters.encoding").answer(one), "");
  EXPECT_EQ(Filter("filters.encoding").answer(one + one), "mojibake");
  EXPECT_EQ(Filter("filters.encoding", "{mojibake: 3}").answer(one + one), "");
  EXPECT_EQ(Filter("filters.encoding", "{mojibake: 0}").answer(repeat(one, 50)), "");
}

TEST(Encoding, FindsControlCharacters) {
  Filter filter("filters.encoding");
  for (std::string text : {"a\bc", "a\x1B[31mred\x1B[0m", "a\x7F", "bell\a", "don\xC2\x92t", "v\vt",
                           "unit\x1F"
                           "sep",
                           "\x01", "$\frac{1}{2}$", "isn\xC3\xA2\xC2\x80\xC2\x99t"}) {
    EXPECT_EQ(filter.answer(text), "control") << text;
  }
  EXPECT_EQ(filter.answer(std::string("a\0b", 3)), "nul");
  EXPECT_EQ(Filter("filters.encoding", "{max_control: 2}").answer("a\b\bc"), "");
  EXPECT_EQ(Filter("filters.encoding", "{max_control: 2}").answer("a\b\b\bc"), "control");
}

TEST(Encoding, ReplacementCharactersByShare) {
  Filter filter("filters.encoding");
  std::string bad = "\xEF\xBF\xBD";
  EXPECT_EQ(filter.answer(std::string(500, 'x') + bad), "replacement");
  EXPECT_EQ(filter.answer(std::string(5000, 'x') + bad), "");
  EXPECT_EQ(filter.answer(std::string(5000, 'x') + repeat(bad, 10)), "replacement");
  EXPECT_EQ(Filter("filters.encoding", "{max_replacement: 1}").answer(repeat(bad, 10)), "");
}

TEST(Encoding, LoneSurrogates) {
  Batch batch;
  add_chat(batch, "q", "fine").flags = Record::kLoneSurrogate;
  EXPECT_EQ(Filter("filters.encoding").only(batch), "lone_surrogate");
}

TEST(Encoding, Scope) {
  EXPECT_EQ(Filter("filters.encoding").answer("fine", "a\bb"), "control");
  EXPECT_EQ(Filter("filters.encoding", "{scope: response}").answer("fine", "a\bb"), "");
  EXPECT_EQ(Filter("filters.encoding", "{scope: prompt}").answer("a\bb", "fine"), "");
}

// The sequences are found wherever they lie relative to the vectors, and at the very end.
TEST(Encoding, AtEveryPosition) {
  Filter filter("filters.encoding", "{mojibake: 1}");
  for (int before = 0; before < 140; ++before) {
    for (int after : {0, 1, 40}) {
      std::string text = std::string(before, 'x') + "\xC3\x83\xC2\xA9" + std::string(after, 'y');
      ASSERT_EQ(filter.answer(text), "mojibake") << before << ' ' << after;
      ASSERT_EQ(filter.answer(text.substr(0, before + 3) + std::string(after, 'y')), "") << before;
    }
  }
}

}  // namespace
}  // namespace corpus::test
