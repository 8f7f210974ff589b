#include "corpus/value.h"

#include <gtest/gtest.h>

#include <cmath>

namespace corpus {
namespace {

TEST(Value, PrintsCompactJson) {
  Value v(Value::Object{{"a", 1}, {"b", Value::Array{true, Value(), 1.5, "x\"\\\n\t\r\x01"}}});
  EXPECT_EQ(v.to_json(), "{\"a\":1,\"b\":[true,null,1.5,\"x\\\"\\\\\\n\\t\\r\\u0001\"]}");
  EXPECT_EQ(Value(0.1).to_json(), "0.1");  // shortest that reads back the same
  EXPECT_EQ(Value(INFINITY).to_json(), "null");
  EXPECT_EQ(Value(Value::Object{}).to_json(), "{}");
}

TEST(Value, GetsWithDefaultsAndConversions) {
  Value v(Value::Object{{"n", 3}, {"d", 2.5}, {"size", "64k"}, {"s", "text"}, {"b", false}});
  EXPECT_EQ(v.get("n", 7), 3);
  EXPECT_EQ(v.get("none", 7), 7);
  EXPECT_EQ(v.get("size", 7), 65536);
  EXPECT_EQ(v.get("s", 7), 7);  // of another type
  EXPECT_DOUBLE_EQ(v.get("n", 1.0), 3.0);
  EXPECT_DOUBLE_EQ(v.get("d", 1.0), 2.5);
  EXPECT_FALSE(v.get("b", true));
  EXPECT_EQ(v.get("s", ""), "text");
  EXPECT_EQ(Value().get("s", "fallback"), "fallback");
}

TEST(Value, SetReplacesInPlace) {
  Value v;
  v.set("a", 1);
  v.set("b", 2);
  v.set("a", 3);
  EXPECT_EQ(v.to_json(), R"({"a":3,"b":2})");
}

TEST(Value, OneStringIsAListOfOne) {
  Value v(Value::Object{{"one", "x"}, {"list", Value::Array{"x", 1, "y"}}});
  EXPECT_EQ(v.strings("one"), std::vector<std::string>{"x"});
  EXPECT_EQ(v.strings("list"), (std::vector<std::string>{"x", "y"}));
  EXPECT_TRUE(v.strings("none").empty());
}

TEST(Value, EqualityIgnoresLines) {
  Value a(1), b(1);
  b.set_line(7);
  EXPECT_EQ(a, b);
  EXPECT_FALSE(Value(1) == Value(1.0));
}

TEST(ParseBytes, Sizes) {
  auto n = [](std::string_view s) { return parse_bytes(s).value(); };
  EXPECT_EQ(n("0"), 0u);
  EXPECT_EQ(n("1048576"), 1048576u);
  EXPECT_EQ(n("64k"), 65536u);
  EXPECT_EQ(n("64KiB"), 65536u);
  EXPECT_EQ(n("64 kb"), 65536u);
  EXPECT_EQ(n("256MiB"), 256u << 20);
  EXPECT_EQ(n("4G"), std::uint64_t{4} << 30);
  EXPECT_EQ(n("1.5 GiB"), std::uint64_t{3} << 29);
  EXPECT_EQ(n("2T"), std::uint64_t{2} << 40);
}

TEST(ParseBytes, Refusals) {
  for (const char* text : {"", "k", "lots", "-1", "1x", "1kk", "nan", "inf", "1e30", "9999999T"}) {
    EXPECT_FALSE(parse_bytes(text)) << text;
  }
}

}  // namespace
}  // namespace corpus
