#include "simd/unescape.h"

#include <gtest/gtest.h>

#include <cstring>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "simd/cpu.h"
#include "simd/escapable.h"

namespace corpus::simd {
namespace {

struct Variant {
  const char* name;
  Unescaped (*unescape)(const char*, std::size_t, char*);
  std::size_t (*find)(const char*, std::size_t);
};

std::vector<Variant> variants() {
  std::vector<Variant> all{{"scalar", unescape_scalar, find_backslash_scalar},
                           {"dispatched", unescape, find_backslash}};
  if (has_avx2()) all.push_back({"avx2", unescape_avx2, find_backslash_avx2});
  if (has_avx512()) all.push_back({"avx512", unescape_avx512, find_backslash_avx512});
  if (has_vbmi2()) all.push_back({"vbmi2", unescape_vbmi2, find_backslash});
  return all;
}

// Exactly the memory that the contract allows, so that a sanitizer sees a byte too many.
struct Input {
  Input(std::string_view s, std::size_t shift) : size(s.size()) {
    bytes = std::make_unique<char[]>(shift + size + kUnescapePadding);
    at = bytes.get() + shift;
    std::memcpy(at, s.data(), size);
    // What stands behind must not matter.
    for (std::size_t i = 0; i < kUnescapePadding; ++i) at[size + i] = i % 2 == 0 ? '\\' : '"';
  }
  std::unique_ptr<char[]> bytes;
  char* at;
  std::size_t size;
};

struct Outcome {
  bool ok, lone;
  std::string text;
  bool operator==(const Outcome&) const = default;
};

Outcome decode(const Variant& v, std::string_view s, std::size_t shift = 0) {
  Input in(s, shift);
  auto out = std::make_unique<char[]>(s.size() + kUnescapePadding);
  auto got = v.unescape(in.at, in.size, out.get());
  if (!got.ok) return {false, false, ""};
  EXPECT_LE(got.size, s.size());
  return {true, got.lone_surrogate, std::string(out.get(), got.size)};
}

TEST(Unescape, KnownAnswers) {
  struct {
    const char* in;
    bool ok, lone;
    const char* out;
  } cases[] = {
      {"", true, false, ""},
      {"plain", true, false, "plain"},
      {R"(\"\\\/\b\f\n\r\t)", true, false, "\"\\/\b\f\n\r\t"},
      {R"(\u0041\u00e9\u20AC)", true, false, "A\xC3\xA9\xE2\x82\xAC"},
      {R"(\ud83d\ude00!)", true, false, "\xF0\x9F\x98\x80!"},
      {R"(\uD800\uDC00\uDBFF\uDFFF)", true, false, "\xF0\x90\x80\x80\xF4\x8F\xBF\xBF"},
      {R"(\ud83d)", true, true, "\xEF\xBF\xBD"},
      {R"(a\ude00b)", true, true,
       "a\xEF\xBF\xBD"
       "b"},
      {R"(\ud83dx)", true, true, "\xEF\xBF\xBDx"},
      {R"(\ud83d\n)", true, true, "\xEF\xBF\xBD\n"},
      {R"(\ud83d\u0041)", true, true,
       "\xEF\xBF\xBD"
       "A"},
      {R"(\ud83d\ud83d\ude00)", true, true, "\xEF\xBF\xBD\xF0\x9F\x98\x80"},
      {R"(\x)", false, false, ""},
      {R"(\u12g4)", false, false, ""},
      {R"(\u123)", false, false, ""},
      {R"(\ud83d\u12)", false, false, ""},
      {R"(\U0041)", false, false, ""},
      {R"(\')", false, false, ""},
      {"ends\\", false, false, ""},
  };
  for (const auto& v : variants()) {
    for (const auto& c : cases) {
      EXPECT_EQ(decode(v, c.in), (Outcome{c.ok, c.lone, c.out})) << v.name << ": " << c.in;
    }
    EXPECT_EQ(decode(v, R"(\u0000)").text, std::string(1, '\0')) << v.name;
  }
}

TEST(Unescape, VariantsAgreeAtEveryLengthAndAlignment) {
  static const char* const kPieces[] = {
      "a",       "\xC3\xA9",         "\\n",  "\\\\",  "\\u0041", "\\u4e2d", "\\ud83d\\ude00",
      "\\ud83d", "0123456789abcdef", "\\\"", "\\u12", "\\q"};
  std::mt19937 random(7);
  for (int round = 0; round < 20000; ++round) {
    // The last two pieces are faults: rare, or nothing else would be seen.
    std::size_t kinds = random() % 8 == 0 ? std::size(kPieces) : std::size(kPieces) - 2;
    std::string s;
    for (unsigned n = random() % 40; n > 0; --n) {
      s += random() % 3 == 0 ? kPieces[random() % kinds] : "x";
    }
    s.resize(std::min<std::size_t>(s.size(), random() % 200));
    Outcome want = decode(variants()[0], s);
    for (const auto& v : variants()) {
      EXPECT_EQ(decode(v, s, random() % 64), want) << v.name << ": " << s;
      Input in(s, random() % 64);
      EXPECT_EQ(v.find(in.at, in.size), std::min(s.find('\\'), s.size())) << v.name << ": " << s;
    }
    Input in(s, 0);
    auto checked = check_escapes(in.at, in.size);
    EXPECT_EQ(checked.ok, want.ok) << s;
    if (checked.ok) {
      EXPECT_EQ(checked.lone_surrogate, want.lone) << s;
    }
  }
}

TEST(Escapable, VariantsAgreeAtEveryLengthAndAlignment) {
  for (std::size_t n = 0; n < 150; ++n) {
    for (std::size_t hit = 0; hit <= n; ++hit) {
      for (char c : {'"', '\\', '\n', '\0', '\x1F'}) {
        auto bytes = std::make_unique<char[]>(n + 1);  // nothing behind may be read
        char* s = bytes.get() + 1;
        std::memset(s, hit % 2 == 0 ? '\x7F' : '\xC3', n);
        if (hit < n) s[hit] = c;
        EXPECT_EQ(find_escapable_scalar(s, n), hit);
        EXPECT_EQ(find_escapable(s, n), hit);
        if (has_avx2()) {
          EXPECT_EQ(find_escapable_avx2(s, n), hit);
        }
      }
    }
  }
}

}  // namespace
}  // namespace corpus::simd
