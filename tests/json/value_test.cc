#include "json/value.h"

#include <gtest/gtest.h>

#include <string>

namespace corpus {
namespace {

TEST(JsonValue, ReadsWhatValuesPrint) {
  for (std::string text : {R"({"a":1,"b":[true,false,null,-2.5],"c":{"d":"x\ny\"\\"}})", "[]", "{}",
                           "\"\"", "9007199254740993", "-1"}) {
    auto value = json::parse_value(" " + text + "\n");
    ASSERT_TRUE(value) << text;
    EXPECT_EQ(value->to_json(), text);
  }
}

TEST(JsonValue, Escapes) {
  auto value = json::parse_value(R"("\u00e9\ud83d\ude00\/\b\f\u0000")");
  ASSERT_TRUE(value);
  EXPECT_EQ(*value->if_string(), std::string("\xC3\xA9\xF0\x9F\x98\x80/\b\f\0", 10));
}

TEST(JsonValue, RefusesWhatIsNoJson) {
  for (std::string text : {"",
                           "{",
                           "[1",
                           "[1,]",
                           "{\"a\"}",
                           "{\"a\":1,}",
                           "01",
                           "+1",
                           "1 2",
                           "tru",
                           "\"a",
                           "\"\\x\"",
                           "\"\n\"",
                           "\"\\ud800\"",
                           "\"\\ud800\\u0041\"",
                           "\"\\udc00\"",
                           "-",
                           "nan",
                           "{a:1}",
                           "\"\\u12"}) {
    EXPECT_FALSE(json::parse_value(text)) << text;
  }
  for (std::string text : {R"({"a":1,"a":2})", "\"\xff\"", "18446744073709551616", "1e999"}) {
    EXPECT_FALSE(json::parse_value(text)) << text;  // RFC 8259 leaves these to the reader
  }
  EXPECT_FALSE(json::parse_value(std::string(100, '[') + std::string(100, ']')));
  EXPECT_FALSE(json::parse_value(std::string(1000000, '[')));
}

}  // namespace
}  // namespace corpus
