#include "language/identifier.h"

#include <gtest/gtest.h>

#include <cld2/public/compact_lang_det.h>
#include <cstdio>  // CLD2's header needs FILE

#include <string>
#include <thread>
#include <vector>

#include "language/cld2.h"

namespace corpus::language {
namespace {

const std::string kEnglish =
    "The old bridge was closed in May because two of its cables had begun to rust, and the town "
    "paid for the repair.";
const std::string kGerman =
    "Die alte Br\xC3\xBC"
    "cke wurde im Mai gesperrt, weil zwei ihrer Seile zu rosten begannen, und die Stadt bezahlte "
    "alles.";
const std::string kChinese =
    "\xE6\x88\x91\xE4\xBB\xAC\xE4\xBB\x8A\xE5\xA4\xA9\xE5\x8E\xBB\xE5\x85\xAC\xE5\x9B\xAD\xE7\x8E"
    "\xA9\xEF\xBC\x8C"
    "\xE7\x84\xB6\xE5\x90\x8E\xE5\x9B\x9E\xE5\xAE\xB6\xE5\x90\x83\xE9\xA5\xAD\xE3\x80\x82";

Identifier with_cld2(std::size_t sample = 0) {
  auto made = Identifier::open("cld2", sample);
  EXPECT_TRUE(made);
  return *std::move(made);
}

void append_utf8(std::string& out, char32_t c) {
  auto put = [&](char32_t byte) { out += static_cast<char>(byte); };
  if (c < 0x80) return put(c);
  if (c < 0x800) return put(0xC0 | c >> 6), put(0x80 | (c & 63));
  if (c < 0x10000) return put(0xE0 | c >> 12), put(0x80 | (c >> 6 & 63)), put(0x80 | (c & 63));
  put(0xF0 | c >> 18), put(0x80 | (c >> 12 & 63)), put(0x80 | (c >> 6 & 63)), put(0x80 | (c & 63));
}

bool taken(const std::string& text) {
  bool reliable = false;
  int valid = 0;
  CLD2::DetectLanguageCheckUTF8(text.data(), static_cast<int>(text.size()), true, &reliable,
                                &valid);
  return static_cast<std::size_t>(valid) == text.size();
}

TEST(Identifier, TellsLanguages) {
  auto identifier = with_cld2();
  auto scratch = identifier.scratch();
  for (const auto& [text, language] :
       {std::pair(kEnglish, "en"), {kGerman, "de"}, {kChinese, "zh"}}) {
    Guess guess = identifier.guess(text, scratch);
    EXPECT_EQ(guess.language, language);
    EXPECT_GT(guess.score, 0.9);
    EXPECT_TRUE(guess.sure);
  }
}

TEST(Identifier, SaysWhenItCannotTell) {
  auto identifier = with_cld2();
  auto scratch = identifier.scratch();
  for (const char* text : {"", "42", "x = 1", "\xFF\xFE\xFD"}) {
    EXPECT_EQ(identifier.guess(text, scratch).language, kUndetermined) << text;
    EXPECT_EQ(identifier.guess(text, scratch).score, 0) << text;
  }
}

// CLD2 refuses texts with characters that are not for interchange: it must never get one, and no
// other may be lost.
TEST(Cld2, ExactlyWhatItRefusesIsReplaced) {
  std::string text, buffer;
  for (char32_t first = 0; first < 0x110000; first += 64) {
    if (first >= 0xD800 && first < 0xE000) continue;
    text.clear();
    for (char32_t c = first; c < first + 64; ++c) append_utf8(text, c);
    std::string clean(interchangeable(text, buffer));
    ASSERT_EQ(clean.size(), text.size());
    ASSERT_TRUE(taken(clean)) << std::hex << static_cast<unsigned>(first);
    if (clean == text) continue;
    for (char32_t c = first; c < first + 64; ++c) {
      text.clear();
      append_utf8(text, c);
      ASSERT_EQ(interchangeable(text, buffer) == text, taken(text))
          << std::hex << static_cast<unsigned>(c);
    }
  }
}

TEST(Identifier, ASampleStandsForTheText) {
  auto whole = with_cld2(), sampled = with_cld2(96);
  auto scratch = sampled.scratch();
  std::string english, german;
  for (int i = 0; i < 20; ++i) english += kEnglish + "\n", german += kGerman + "\n";
  EXPECT_LT(sampled.sample(english, scratch).size(), 200U);
  EXPECT_EQ(sampled.guess(english, scratch).language, "en");
  EXPECT_EQ(sampled.guess(german, scratch).language, "de");
  // Nothing can be told from numbers at its beginning and its middle, so that the whole is read.
  std::string numbers(200, '7'), both = numbers + german + numbers + german + "12 34";
  ASSERT_EQ(sampled.sample(both, scratch).find_first_not_of("7 \n1234"), std::string_view::npos);
  Guess a = whole.guess(both, scratch), b = sampled.guess(both, scratch);
  EXPECT_EQ(a.language, "de");
  EXPECT_EQ(b.language, "de");
  EXPECT_EQ(a.score, b.score);
}

TEST(Identifier, SamplesAreCutBetweenCharacters) {
  auto sampled = with_cld2(40);
  auto scratch = sampled.scratch();
  std::string text;
  for (int i = 0; i < 30; ++i) text += kChinese;
  for (std::size_t shift = 0; shift < 4; ++shift) {
    std::string shifted = std::string(shift, 'a') + text;
    std::string sample(sampled.sample(shifted, scratch));
    EXPECT_NE(static_cast<unsigned char>(sample[0]) & 0xC0, 0x80);
    EXPECT_EQ(sampled.guess(shifted, scratch).language, "zh");
  }
}

TEST(Identifier, ThreadsShareOne) {
  auto identifier = with_cld2();
  std::vector<std::thread> threads;
  std::vector<int> wrong(4);
  for (std::size_t t = 0; t < wrong.size(); ++t) {
    threads.emplace_back([&, t] {
      auto scratch = identifier.scratch();
      for (int i = 0; i < 200; ++i) {
        wrong[t] += identifier.guess(kEnglish, scratch).language != "en";
        wrong[t] += identifier.guess(kGerman, scratch).language != "de";
        wrong[t] += identifier.guess(kChinese, scratch).language != "zh";
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(wrong, std::vector<int>(4));
}

TEST(Identifier, AModelThatIsNoneIsNamed) {
  auto absent = Identifier::open("/nowhere/lid.bin", 0);
  ASSERT_FALSE(absent);
  EXPECT_NE(absent.error().message.find("/nowhere/lid.bin"), std::string::npos);
  EXPECT_NE(absent.error().message.find("cld2"), std::string::npos);
}

}  // namespace
}  // namespace corpus::language
