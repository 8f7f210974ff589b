#include <gmock/gmock.h>

#include <random>

#include "readers/source_support.h"

namespace corpus::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class JsonValues : public SourceTest {
 protected:
  std::vector<std::string> read(std::string_view text, Value options = {}) {
    return bytes_of(records(put("in", text), std::move(options)));
  }
};

TEST_F(JsonValues, ElementsOnOneLineAreNotTouched) {
  EXPECT_THAT(read("[{\"a\" : 1},\n  {\"b\":[1, {\"c\":\"]}\\\"\"}]} , {}\n]\n"),
              ElementsAre("{\"a\" : 1}", "{\"b\":[1, {\"c\":\"]}\\\"\"}]}", "{}"));
  EXPECT_EQ(format_, "json array");
  EXPECT_THAT(read("[]"), IsEmpty());
  EXPECT_EQ(format_, "json array");
  EXPECT_THAT(read("\xef\xbb\xbf [ { } ]"), ElementsAre("{ }"));
}

TEST_F(JsonValues, ElementsOverLinesLoseTheirWhiteSpace) {
  EXPECT_THAT(
      read("[\n  {\n    \"a b\" : [ 1, 2 ],\r\n    \"c\" : \" x \"\n  },\n  { \"d\" : 1 }\n]"),
      ElementsAre("{\"a b\":[1,2],\"c\":\" x \"}", "{ \"d\" : 1 }"));
}

TEST_F(JsonValues, MinifyingDoesNotMakeInvalidValid) {
  EXPECT_THAT(read("[{\"a\":1\n 2}]"), ElementsAre("{\"a\":1 2}"));
}

TEST_F(JsonValues, OffsetsAreThoseOfTheInput) {
  auto got = records(put("in", "[ {\"a\":1},\n{\"b\":\n2} ]"));
  ASSERT_EQ(got.size(), 2u);
  EXPECT_EQ(got[0].offset, 2u);
  EXPECT_EQ(got[1].offset, 11u);
}

TEST_F(JsonValues, ValuesOneAfterTheOther) {
  EXPECT_THAT(read("{\n\"a\":1\n}\n{\n\"b\":2}{\"c\":[\n]}"),
              ElementsAre("{\"a\":1}", "{\"b\":2}", "{\"c\":[]}"));
  EXPECT_EQ(format_, "json object");
  EXPECT_THAT(read("{\"a\":1}{\"b\":2}\n"), ElementsAre("{\"a\":1}", "{\"b\":2}"));
  EXPECT_EQ(format_, "json object");
  Value json;
  json.set("format", "json");
  EXPECT_THAT(read("{\"a\":1}\n{\"b\":2}\n", json), ElementsAre("{\"a\":1}", "{\"b\":2}"));
  EXPECT_THAT(read("[{\"a\":1}]\n[{\"b\":2}]\n"), ElementsAre("{\"a\":1}", "{\"b\":2}"));
}

TEST_F(JsonValues, WhatIsNoElementIsKeptAndReadingGoesOn) {
  EXPECT_THAT(
      read("[{\"a\":1}, 12, \"x,]{\", {\"b\":2} oops {\"c\":3}, null]"),
      ElementsAre("{\"a\":1}", "malformed.array|12", "malformed.array|\"x,]{\"", "{\"b\":2}",
                  "malformed.array|oops", "{\"c\":3}", "malformed.array|null"));
  EXPECT_THAT(read("[{\"a\":1}{\"b\":2},,{\"c\":3},]"),
              ElementsAre("{\"a\":1}", "{\"b\":2}", "malformed.array|,", "{\"c\":3}"));
  EXPECT_THAT(read("[{\"a\":1}] tail \n]"),
              ElementsAre("{\"a\":1}", "malformed.array|tail", "malformed.array|]"));
}

TEST_F(JsonValues, TruncatedInputKeepsTheRest) {
  EXPECT_THAT(read("[{\"a\":1},\n{\"b\": [\"x"),
              ElementsAre("{\"a\":1}", "malformed.truncated|{\"b\": [\"x"));
  EXPECT_THAT(read("[{\"a\":1}"), ElementsAre("{\"a\":1}", "malformed.truncated|"));
  EXPECT_THAT(read("[{\"a\":1},\n"), ElementsAre("{\"a\":1}", "malformed.truncated|"));
  EXPECT_THAT(read("{\"a\":1}\n{\"b\":\n"), ElementsAre("{\"a\":1}", "{\"b\":"));
  EXPECT_EQ(format_, "jsonl");
  EXPECT_THAT(read("{\n\"a\":1}\n{\"b\":\n"),
              ElementsAre("{\"a\":1}", "malformed.truncated|{\"b\":\n"));
}

TEST_F(JsonValues, DeepNestingCostsNothing) {
  std::string deep = "{\"a\":" + std::string(100000, '[') + std::string(100000, ']') + "}";
  EXPECT_THAT(read("[{},\n" + deep + ",{}]"), ElementsAre("{}", deep, "{}"));
  EXPECT_EQ(read("[{}," + std::string(100000, '[')).size(), 2u);
}

TEST_F(JsonValues, LongElementsBecomePieces) {
  std::string big = "{\"a\":\"" + std::string(2500000, '[') + "\"}";
  Value options;
  options.set("max_record", 1000);
  auto got = records(put("in", "[{\"b\":1}, " + big + " , {\"c\":\n2}]"), options);
  ASSERT_EQ(got.size(), 5u);
  EXPECT_EQ(got[0].bytes, "{\"b\":1}");
  EXPECT_EQ(got[1].bytes + got[2].bytes + got[3].bytes, big);
  EXPECT_EQ(got[1].drop, "malformed.too_long");
  EXPECT_EQ(got[1].flags, Record::kPiece | Record::kMorePieces);
  EXPECT_EQ(got[3].flags, Record::kPiece);
  EXPECT_EQ(got[1].offset, 10u);
  EXPECT_EQ(got[4].bytes, "{\"c\":2}");
}

TEST_F(JsonValues, AnElementOfManyWindowsIsNotCutAtTheLimit) {
  Value options;
  options.set("max_record", 262144);  // the window is as long when the end is not yet in sight
  std::string big = "{\n\"a\":\"" + std::string(300000, 'x') + "\"}";
  auto got = records(put("in", big + "\n{}"), options);
  ASSERT_EQ(got.size(), 2u);
  EXPECT_EQ(got[0].bytes, big);
  EXPECT_EQ(got[0].flags, Record::kPiece);
}

TEST_F(JsonValues, SnapshotBetweenPieces) {
  // Each piece ends elsewhere: in a string, behind a backslash, between brackets.
  std::string big = "{\"a\":[";
  while (big.size() < 5000000) big += "[\"\\\\]}\\\"x\",{}],";
  big += "0]}";
  std::string table = "a,b\n";
  while (table.size() < 3500000) table += "\"\"\"\n\",";
  for (auto& text : {"[{},\n" + big + ",{\"b\":\n1}]", table + "\n1,2\n"}) {
    Value options = input(put(text[0] == '[' ? "x.json" : "x.csv", text));
    options.set("max_record", 1000);
    auto all = read_batches(*open(options));
    ASSERT_GE(all.size(), 4u);
    auto source = open(options);
    Batch batch;
    for (std::size_t n = 0; n <= all.size(); ++n) {
      auto again = open(options);
      ASSERT_TRUE(again->restore(source->snapshot()));
      ASSERT_TRUE(read_batches(*again) == std::vector<GotBatch>(all.begin() + n, all.end())) << n;
      batch.reset();
      ASSERT_TRUE(source->read(batch));
    }
  }
}

TEST_F(JsonValues, AnyBatchSizeAndSnapshotGiveTheSame) {
  std::mt19937 random(3);
  std::string text = "[";
  for (int i = 0; i < 60; ++i) {
    std::string pad(random() % 9, " \n\t"[random() % 3]);
    text += pad + "{\"i\":" + pad + std::to_string(i) + ",\"s\":\"" +
            std::string(random() % 90, "x]}\\"[random() % 3]) + "\"}" + pad;
    text += random() % 9 == 0 ? ",7 ," : ",";
    if (i == 30) text += "{\"long\":\"" + std::string(3000, 'y') + "\"},";
  }
  text += "{}]\n\n";
  auto path = put("in", text);
  Value options;
  options.set("max_record", 1500);
  auto expected = records(path, options);
  ASSERT_GT(expected.size(), 60u);
  for (int size : {1, 50, 1000}) {
    options.set("batch", size);
    EXPECT_EQ(records(path, options), expected) << size;
    options.set("paths", path);
    auto source = open(options);
    auto all = read_batches(*open(options));
    Batch batch;
    for (std::size_t n = 0; n <= all.size(); ++n) {
      auto again = open(options);
      ASSERT_TRUE(again->restore(source->snapshot()));
      ASSERT_EQ(read_batches(*again), std::vector<GotBatch>(all.begin() + n, all.end())) << n;
      batch.reset();
      ASSERT_TRUE(source->read(batch));
    }
  }
}

TEST_F(JsonValues, GarbageIsLinear) {
  // Unclosed strings, escapes and scalars: each byte must be looked at a bounded number of times.
  std::string text = "[{}, ";
  for (int i = 0; i < 1000000; ++i) text += "\\\"";
  text += "\n";
  for (int i = 0; i < 300000; ++i) text += "1,";
  text += "{}]";
  EXPECT_GT(read(text).size(), 300000u);
}

}  // namespace
}  // namespace corpus::test
