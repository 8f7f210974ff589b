#include "json/pointer.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>

namespace corpus::json {
namespace {

// What the pointer names, as it stands in the text; nothing when there is no such place.
std::optional<std::string> at(const std::string& pointer, std::string text) {
  std::size_t size = text.size();
  text.append(64, ' ');
  Index index;
  EXPECT_EQ(index.build(text.data(), size), Fault::kNone);
  Cursor cursor(text.data(), index.tokens(), static_cast<std::uint32_t>(size));
  auto parsed = Pointer::parse(pointer);
  EXPECT_TRUE(parsed);
  if (!parsed->find(cursor)) return std::nullopt;
  std::uint32_t begin = cursor.position();
  cursor.skip();
  return text.substr(begin, cursor.end_of(cursor.token()) - begin);
}

// The examples of RFC 6901, section 5.
TEST(Pointer, OfTheRfc) {
  const std::string text =
      R"({"foo": ["bar", "baz"], "": 0, "a/b": 1, "c%d": 2, "e^f": 3, "g|h": 4, "i\\j": 5, "k\"l": 6, " ": 7, "m~n": 8})";
  EXPECT_EQ(at("", text), text);
  EXPECT_EQ(at("/foo", text), R"(["bar", "baz"])");
  EXPECT_EQ(at("/foo/0", text), "\"bar\"");
  EXPECT_EQ(at("/", text), "0");
  EXPECT_EQ(at("/a~1b", text), "1");
  EXPECT_EQ(at("/c%d", text), "2");
  EXPECT_EQ(at("/e^f", text), "3");
  EXPECT_EQ(at("/g|h", text), "4");
  EXPECT_EQ(at("/i\\j", text), "5");
  EXPECT_EQ(at("/k\"l", text), "6");
  EXPECT_EQ(at("/ ", text), "7");
  EXPECT_EQ(at("/m~0n", text), "8");
}

TEST(Pointer, LeadsNowhere) {
  const std::string text = R"({"a": [1, {"b": null}], "e": [], "o": {}})";
  EXPECT_EQ(at("/a/1/b", text), "null");
  for (const char* nowhere :
       {"/b", "/a/2", "/a/01", "/a/-", "/a/x", "/a/0/b", "/e/0", "/o/a", "/a/99999999999"}) {
    EXPECT_EQ(at(nowhere, text), std::nullopt) << nowhere;
  }
}

TEST(Pointer, RefusesOtherForms) {
  for (const char* bad : {"a", "a/b", "/~", "/~2", "/a~"}) {
    auto parsed = Pointer::parse(bad);
    ASSERT_FALSE(parsed) << bad;
    EXPECT_EQ(parsed.error().code, Code::kInvalidArgument);
  }
}

}  // namespace
}  // namespace corpus::json
