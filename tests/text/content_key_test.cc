#include "text/content_key.h"

#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <unicode/normalizer2.h>

#include "base/hash.h"
#include "text/utf8.h"

namespace corpus::text {
namespace {

std::string utf8(char32_t c) {
  std::string out;
  icu::UnicodeString(static_cast<UChar32>(c)).toUTF8String(out);
  return out;
}

// The same thing by another road: ICU's UTF-16 code, then text steps one after the other.
std::string reference(std::string_view text) {
  UErrorCode status = U_ZERO_ERROR;
  const auto* nfc = icu::Normalizer2::getNFCInstance(status);
  auto wide =
      icu::UnicodeString::fromUTF8(icu::StringPiece(text.data(), static_cast<int>(text.size())));
  std::string out, lines;
  nfc->normalize(wide, status).toUTF8String(out);
  EXPECT_TRUE(U_SUCCESS(status));
  for (std::size_t i = 0; i < out.size(); ++i) {
    if (out[i] == '\r' && i + 1 < out.size() && out[i + 1] == '\n') continue;
    lines += out[i] == '\r' ? '\n' : out[i];
  }
  return std::string(trim(lines));
}

std::string normalised(std::string_view text) {
  std::string scratch;
  return std::string(normalise(text, scratch));
}

Turn turn(Role role, std::string_view text) { return Turn{.text = text, .role = role}; }

Key128 key(std::vector<Turn> turns, Scope scope = Scope::kText) {
  std::string scratch;
  return content_key(turns, scope, scratch);
}

// Every code point, alone between letters, after a letter that takes accents, and after Hangul:
// what the fast path calls inert must be inert for ICU.
TEST(Normalise, EveryCodePointAgreesWithIcu) {
  const std::string filler(40, 'x');  // long enough for the vector path
  for (char32_t c = 0; c < 0x110000; ++c) {
    if (c >= 0xD800 && c < 0xE000) continue;
    std::string one = utf8(c);
    std::string text = filler + "e" + one + "o" + filler;
    ASSERT_EQ(normalised(text), reference(text)) << std::hex << static_cast<unsigned>(c);
  }
}

TEST(Normalise, EveryCodePointAfterOneThatComposes) {
  for (char32_t c = 0; c < 0x110000; ++c) {
    if (c >= 0xD800 && c < 0xE000) continue;
    std::string text = "q\xCC\x81" + utf8(c) + "\xCC\xA3\xEA\xB0\x80" + utf8(c);
    ASSERT_EQ(normalised(text), reference(text)) << std::hex << static_cast<unsigned>(c);
  }
}

TEST(Normalise, RandomMixturesAgreeWithIcuAndAreStable) {
  std::mt19937 random(11);
  const std::vector<std::string> pieces = {"a",
                                           "e\xCC\x81",
                                           "\xC3\xA9",
                                           "\r\n",
                                           "\r",
                                           "\n",
                                           " ",
                                           "\t",
                                           "\xE3\x81\x8B\xE3\x82\x99",
                                           "\xE4\xBD\xA0",
                                           "\xE2\x80\x99",
                                           "\xE2\x80\x80",
                                           "\xE2\x84\xAB",
                                           "\xD0\x96",
                                           "\xEA\xB0\x80",
                                           "\xE1\x84\x80\xE1\x85\xA1\xE1\x86\xA8",
                                           "\xF0\x9F\x98\x80",
                                           "\xF0\xAF\xA0\x80",
                                           "\xC2\xA0",
                                           "\xE3\x80\x80",
                                           "\xEF\xBB\xBF",
                                           "\xD9\x8E\xD9\x91",
                                           "plain words follow here and go on",
                                           "\xCC\x81",
                                           "\xE0\xA4\x95\xE0\xA4\xBC",
                                           "\xC2\x85",
                                           "\xE2\x80\xA8"};
  for (int round = 0; round < 20000; ++round) {
    std::string text;
    for (auto n = random() % 12; n > 0; --n) text += pieces[random() % pieces.size()];
    std::string once = normalised(text);
    ASSERT_EQ(once, reference(text)) << "round " << round;
    ASSERT_EQ(normalised(once), once) << "round " << round;
  }
}

TEST(Normalise, CleanTextIsNotCopied) {
  std::string scratch;
  for (std::string_view text :
       {"  plain ASCII, with a\nsecond line \t", "caf\xC3\xA9 \xE4\xBD\xA0\xE5\xA5\xBD",
        "it\xE2\x80\x99s \xE2\x80\x94 fine \xF0\x9F\x98\x80",
        "\xD0\x9F\xD1\x80\xD0\xB8\xD0\xB2\xD0\xB5\xD1\x82"}) {
    auto out = normalise(text, scratch);
    EXPECT_GE(out.data(), text.data());
    EXPECT_LE(out.data() + out.size(), text.data() + text.size());
    EXPECT_EQ(out, trim(text));
  }
  EXPECT_TRUE(scratch.empty());
}

TEST(Normalise, EndsAndLineEndings) {
  EXPECT_EQ(normalised("\xEF\xBB\xBF \xC2\xA0\xE3\x80\x80 a b \xE2\x80\xA9\x0B\x0C\r\n"), "a b");
  EXPECT_EQ(normalised("a\r\nb\rc\n\rd"), "a\nb\nc\n\nd");
  EXPECT_EQ(normalised("a  b"), "a  b");
  EXPECT_EQ(normalised("\r\n \t"), "");
  EXPECT_EQ(normalised(""), "");
}

TEST(Normalise, BadBytesDoNotCrash) {
  std::mt19937 random(3);
  for (int round = 0; round < 20000; ++round) {
    std::string text(random() % 80, '\0');
    for (auto& c : text) c = static_cast<char>(round % 2 ? random() : random() % 64 + 0xC0);
    normalised(text);
  }
  normalised("\xE2\x80");
  normalised("\xF0");
  normalised("\x80");
}

TEST(ContentKey, IsPinned) {
  // Keys are written into corpora: a change here needs a new tag version.
  EXPECT_EQ(hex(key({turn(Role::kUser, "Hello"), turn(Role::kAssistant, "Hi.")})),
            "8d5ecedc92037a09f79a6eb9c41a2ceb");
  EXPECT_EQ(hex(key({turn(Role::kText, "Once upon a time")})), "9be829582824649c14bfeb6cd0877b96");
}

TEST(ContentKey, IgnoresWhatNormalisationIgnores) {
  auto plain = key({turn(Role::kUser, "caf\xC3\xA9"), turn(Role::kAssistant, "a\nb")});
  EXPECT_EQ(plain,
            key({turn(Role::kUser, " cafe\xCC\x81\n"), turn(Role::kAssistant, "a\r\nb\r\n")}));
  EXPECT_EQ(plain, key({turn(Role::kSystem, " \n"), turn(Role::kUser, "caf\xC3\xA9"),
                        turn(Role::kAssistant, "a\nb")}));
}

TEST(ContentKey, TellsApartWhatMatters) {
  auto a = turn(Role::kUser, "a");
  EXPECT_NE(key({a}), key({turn(Role::kAssistant, "a")}));
  EXPECT_NE(key({a}), key({turn(Role::kText, "a")}));
  EXPECT_NE(key({a}), key({turn(Role::kUser, "A")}));
  EXPECT_NE(key({a}), key({a, a}));
  EXPECT_NE(key({turn(Role::kUser, "ab"), turn(Role::kUser, "c")}),
            key({turn(Role::kUser, "a"), turn(Role::kUser, "bc")}));
  EXPECT_NE(key({a, turn(Role::kAssistant, "b")}), key({turn(Role::kAssistant, "b"), a}));
  EXPECT_NE(key({turn(Role::kUser, "a b")}), key({turn(Role::kUser, "a  b")}));
}

TEST(ContentKey, ScopesAndEmptiness) {
  std::vector<Turn> chat = {turn(Role::kUser, "q"), turn(Role::kAssistant, "r")};
  EXPECT_EQ(key(chat, Scope::kResponse), key({chat[1]}));
  EXPECT_EQ(key(chat, Scope::kPrompt), key({chat[0]}));
  EXPECT_EQ(key({}), Key128{});
  EXPECT_EQ(key({turn(Role::kUser, " \r\n")}), Key128{});
  EXPECT_EQ(key({chat[0]}, Scope::kResponse), Key128{});
}

}  // namespace
}  // namespace corpus::text
