// Lines, validity, and what a record keeps of the bytes it was read from.
#include <string>

#include "adapters/parse_support.h"

namespace corpus {
namespace {

std::string verdict(std::string_view json, const Value& input = test::options(),
                    std::uint32_t fields = test::kAllFields) {
  Batch batch;
  auto done = test::parse_into(batch, json, input, fields);
  if (!done) return done.error().message;
  if (batch.records.size() != 1) return std::to_string(batch.records.size()) + " records";
  EXPECT_EQ(batch.records[0].json, json.substr(0, json.find('\n')));
  return std::string(batch.records[0].drop.name());
}

TEST(Validity, EveryByteIsChecked) {
  struct {
    const char* json;
    const char* reason;
  } cases[] = {
      {R"({"a":1})", ""},
      {R"( {"a" : -0.5e+10 , "b":[true,false,null,{}],"c":{"d":[]}} )", ""},
      {R"({"a":1e9999,"b":123456789012345678901234567890})", ""},
      {R"({"":1,"":2})", ""},
      {R"({"a":1,"a":2})", ""},
      {R"({"a":NaN})", "malformed.literal"},
      {R"({"a":Infinity})", "malformed.literal"},
      {R"({"a":-Infinity})", "malformed.number"},
      {R"({"a":nul})", "malformed.literal"},
      {R"({"a":nulll})", "malformed.literal"},
      {R"({"a":true1})", "malformed.literal"},
      {R"({"a":true"b"})", "malformed.literal"},
      {R"({"a":True})", "malformed.literal"},
      {R"({"a":01})", "malformed.number"},
      {R"({"a":1.})", "malformed.number"},
      {R"({"a":.5})", "malformed.number"},
      {R"({"a":+1})", "malformed.number"},
      {R"({"a":-})", "malformed.number"},
      {R"({"a":1e})", "malformed.number"},
      {R"({"a":1e+})", "malformed.number"},
      {R"({"a":0x10})", "malformed.number"},
      {R"({"a":1_000})", "malformed.number"},
      {R"({"a":1 2})", "malformed.json"},
      {R"({"a":'b'})", "malformed.json"},
      {R"({"a":})", "malformed.json"},
      {R"({"a"})", "malformed.json"},
      {R"({"a" "b"})", "malformed.json"},
      {R"({"a":1,})", "malformed.json"},
      {R"({,"a":1})", "malformed.json"},
      {R"({"a":[1,]})", "malformed.json"},
      {R"({"a":[,1]})", "malformed.json"},
      {R"({"a":[1 2]})", "malformed.json"},
      {R"({"a":{"b":1})", "malformed.json"},
      {R"({"a":[1})", "malformed.json"},
      {R"({"a":{"b"}})", "malformed.json"},
      {R"({"a":{1:2}})", "malformed.json"},
      {R"({a:1})", "malformed.json"},
      {R"({"a":1)", "malformed.json"},
      {R"({"a":"b)", "malformed.json"},
      {R"({"a":"b"x})", "malformed.json"},
      {"{\"a\":1}\x0C", "malformed.trailing"},
      {"{\"a\":1\x0C}", "malformed.number"},
      {R"({"a":1}})", "malformed.trailing"},
      {R"({"a":1} {"b":2})", "malformed.trailing"},
      {R"({"a":1},)", "malformed.trailing"},
      {R"([{"a":1}])", "malformed.not_object"},
      {R"("text")", "malformed.not_object"},
      {"12", "malformed.not_object"},
      {"Some prose.", "malformed.not_object"},
      {"{\"a\":\"\xFF\"}", "malformed.utf8"},
      {"{\"a\":\"\xED\xA0\x80\"}", "malformed.utf8"},
      {"{\"a\":\"\xC3\"}", "malformed.utf8"},
      {"{\"a\":\"tab\there\"}", "malformed.control"},
      {R"({"a":"\x"})", "malformed.escape"},
      {R"({"a":["\u12"]})", "malformed.escape"},
      {R"({"\q":1})", "malformed.escape"},
      {R"({"text":"\x"})", "malformed.escape"},
      {R"({"id":"\x","text":"t"})", "malformed.escape"},
      {R"({"generator":"\x","text":"t"})", "malformed.escape"},
      {R"({"text":"a","text":"b"})", "malformed.duplicate_key"},
      {R"({"text":"a","te\u0078t":"b"})", "malformed.duplicate_key"},
      {R"({"id":1,"text":"a","id":2})", "malformed.duplicate_key"},
      {R"({"messages":[{"role":"user","content":"a","content":"b"}]})", "malformed.duplicate_key"},
      {R"({"prompt":{"role":"prompter","text":"a","text":"b"}})", "malformed.duplicate_key"},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(verdict(c.json), c.reason) << c.json;
    EXPECT_EQ(verdict(std::string(c.json) + "\n"), c.reason) << c.json;
    // What a chain reads must not change what it accepts.
    EXPECT_EQ(verdict(c.json, test::options(), 0), c.reason) << c.json;
  }
}

TEST(Validity, KeysInsideOtherValuesMayRepeat) {
  EXPECT_EQ(verdict(R"({"text":"t","meta":{"id":1,"id":2}})"), "");
}

TEST(Validity, NulBytes) {
  EXPECT_EQ(verdict(std::string("{\"text\":\"a\0b\"}", 14)), "malformed.control");
  EXPECT_EQ(verdict(std::string("{\"a\":1\0}", 8)), "malformed.number");
  EXPECT_EQ(verdict(std::string("{\0\"a\":1}", 8)), "malformed.json");
  EXPECT_EQ(verdict(std::string("\0\0\0", 3)), "malformed.not_object");
  Batch batch;
  ASSERT_TRUE(test::parse_into(batch, R"({"text":"a\u0000b"})"));
  EXPECT_EQ(batch.records.at(0).turns[0].text, std::string_view("a\0b", 3));
}

TEST(Validity, DepthHasALimit) {
  auto nested = [](std::size_t depth) {
    std::string s = "{\"a\":" + std::string(depth - 1, '[') + std::string(depth - 1, ']') + "}";
    return s;
  };
  EXPECT_EQ(verdict(nested(512)), "");
  EXPECT_EQ(verdict(nested(513)), "malformed.too_deep");
  EXPECT_EQ(verdict(nested(8), test::options({{"max_depth", 8}})), "");
  EXPECT_EQ(verdict(nested(9), test::options({{"max_depth", 8}})), "malformed.too_deep");
  EXPECT_EQ(verdict(nested(100000)), "malformed.too_deep");
  EXPECT_EQ(verdict(std::string(100000, '[')), "malformed.not_object");
  std::string objects;
  for (int i = 0; i < 100000; ++i) objects += "{\"a\":";
  EXPECT_EQ(verdict(objects), "malformed.too_deep");
  EXPECT_NE(verdict("{}", test::options({{"max_depth", 0}})), "");

  // The deepest tree that is allowed.
  std::string tree = "{\"role\":\"prompter\",\"text\":\"t\",\"message_id\":\"m\"}";
  for (int i = 0; i < 255; ++i)
    tree = "{\"role\":\"prompter\",\"text\":\"t\",\"replies\":[" + tree + "]}";
  Batch batch;
  ASSERT_TRUE(test::parse_into(batch, tree));
  EXPECT_EQ(batch.records.at(0).turns.size(), 256U);
  EXPECT_EQ(batch.records[0].turns[255].parent, 254);
}

TEST(Lines, BeginAndEndWhereTheySay) {
  Batch batch;
  batch.input = 3;
  std::string text = "{\"text\":\"a\"}\r\n\n \t\r\n  {\"text\":\"b\"}  \nbad\n\n{\"text\":\"c\"}";
  batch.bytes.append(text);
  batch.offset = 1000;
  auto map = std::move(make_parse(test::options(), test::kAllFields)).value();
  auto state = map->scratch();
  ASSERT_TRUE(map->run(batch, state.get()));
  ASSERT_EQ(batch.records.size(), 4U);
  EXPECT_EQ(batch.blank_lines, 3U);
  EXPECT_EQ(batch.raw.size(), 4U);
  EXPECT_EQ(batch.records[0].json, "{\"text\":\"a\"}\r");
  EXPECT_EQ(batch.records[1].json, "  {\"text\":\"b\"}  ");
  EXPECT_EQ(batch.records[2].drop.name(), "malformed.not_object");
  EXPECT_EQ(batch.records[3].json, "{\"text\":\"c\"}");
  for (const auto& record : batch.records) {
    EXPECT_EQ(record.pos.input(), 3U);
    EXPECT_EQ(text.substr(record.pos.offset() - 1000, record.json.size()), record.json);
    test::expect_raw_spans(record);
  }
}

TEST(Lines, NeighboursDoNotMatter) {
  // Each of these must get the same verdict alone and among the others, whatever the block.
  const std::string lines[] = {R"({"text":"ok"})",
                               R"({"text":"a)",
                               R"(b"})",
                               R"({"text":)",
                               R"("x"})",
                               R"({"a":[1,)",
                               R"(2]})",
                               R"({"text":"\)",
                               R"("})",
                               "{\"text\":\"\xFF\"}",
                               R"({"text":"a"} })",
                               R"({"text":"\\"})",
                               R"({"text":"\x"})",
                               "{\"t\":\"\x01\"}",
                               R"({"a":1)",
                               R"({"messages":[{"role":"user","content":"q"}]})"};
  std::vector<std::string> alone;
  for (const auto& line : lines) alone.push_back(verdict(line));
  for (std::size_t repeat : {1U, 3U, 3000U}) {  // the last spans many blocks
    for (std::size_t first = 0; first < std::size(lines); ++first) {
      for (std::size_t second = 0; second<std::size(lines); second += repeat> 3 ? 5 : 1) {
        std::string text;
        for (std::size_t i = 0; i < repeat; ++i) text += lines[first] + "\n" + lines[second] + "\n";
        Batch batch;
        ASSERT_TRUE(test::parse_into(batch, text));
        ASSERT_EQ(batch.records.size(), 2 * repeat);
        for (std::size_t i = 0; i < batch.records.size(); ++i) {
          ASSERT_EQ(batch.records[i].drop.name(), alone[i % 2 == 0 ? first : second])
              << lines[first] << " | " << lines[second] << " at " << i;
        }
      }
    }
  }
}

TEST(Lines, LongOnesBetweenShortOnes) {
  std::string text, longest(300000, 'x');
  for (int i = 0; i < 20; ++i) {
    text += R"({"text":"short"})"
            "\n";
    text += "{\"text\":\"" + longest + "\\n\"}\n";
  }
  Batch batch;
  ASSERT_TRUE(test::parse_into(batch, text));
  ASSERT_EQ(batch.records.size(), 40U);
  for (std::size_t i = 0; i < 40; ++i) {
    ASSERT_FALSE(batch.records[i].drop);
    EXPECT_EQ(batch.records[i].turns[0].text, i % 2 == 0 ? "short" : longest + "\n");
  }
}

TEST(Listed, RecordsOfTheReaderAreTakenAsTheyAre) {
  Batch batch;
  batch.bytes.append("[{\"text\":\n\"a\"}, {\"text\":\"b\"}, broken \" row]");
  batch.raw_listed = true;
  batch.raw = {{.begin = 1, .size = 13, .offset = 1}, {.begin = 16, .size = 12, .offset = 16}};
  batch.raw.push_back(
      {.begin = 30, .size = 12, .offset = 30, .drop = Reason::intern("malformed.csv")});
  batch.raw.push_back({.begin = 30, .size = 4, .offset = 30, .flags = Record::kPiece});
  auto map = std::move(make_parse(test::options(), test::kAllFields)).value();
  auto state = map->scratch();
  ASSERT_TRUE(map->run(batch, state.get()));
  ASSERT_EQ(batch.records.size(), 4U);
  EXPECT_EQ(test::print(batch.records[0]), "0:text<-1 'a'");
  EXPECT_EQ(test::print(batch.records[1]), "0:text<-1 'b'");
  EXPECT_EQ(batch.records[2].drop.name(), "malformed.csv");
  EXPECT_EQ(batch.records[2].json, "broken \" row");
  EXPECT_TRUE(batch.records[3].drop.malformed());
  EXPECT_EQ(batch.records[3].flags, Record::kPiece);
  EXPECT_EQ(batch.records[3].pos.offset(), 30U);
}

TEST(Listed, NothingIsNothing) {
  Batch batch;
  batch.raw_listed = true;
  auto map = std::move(make_parse(test::options(), test::kAllFields)).value();
  auto state = map->scratch();
  ASSERT_TRUE(map->run(batch, state.get()));
  batch.raw_listed = false;
  ASSERT_TRUE(map->run(batch, state.get()));
  EXPECT_TRUE(batch.records.empty());
}

TEST(BadRecord, EndsTheRunWhenAsked) {
  Batch batch;
  auto done = test::parse_into(batch, "{\"text\":\"a\"}\n{\"text\":01}\n{",
                               test::options({{"on_bad_record", "fail"}}));
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, Code::kCorrupt);
  EXPECT_NE(done.error().message.find("byte 13"), std::string::npos)
      << done.error().message;
  EXPECT_NE(done.error().message.find("malformed.number"), std::string::npos)
      << done.error().message;
  EXPECT_TRUE(test::parse_into(batch, "{\"a\":1}",
                               test::options({{"on_bad_record", "fail"}, {"unknown", "reject"}})));
}

TEST(Text, IsViewedWhereItHasNoEscapes) {
  Batch batch;
  ASSERT_TRUE(test::parse_into(batch, R"({"prompt":"plain","response":"with\nescape"})"));
  const Record& record = batch.records.at(0);
  const char* begin = batch.bytes.data();
  EXPECT_TRUE(record.turns[0].text.data() > begin &&
              record.turns[0].text.data() < begin + batch.bytes.size());
  EXPECT_FALSE(record.turns[1].text.data() > begin &&
               record.turns[1].text.data() < begin + batch.bytes.size());
  EXPECT_EQ(record.json.substr(record.turns[1].raw.begin, record.turns[1].raw.size()),
            "with\\nescape");
}

TEST(Text, LoneSurrogatesAreReplacedAndFlagged) {
  Batch batch;
  ASSERT_TRUE(test::parse_into(batch,
                               "{\"text\":\"a\\ud800b\"}\n{\"text\":\"\\ud83d\\ude00\"}\n"
                               "{\"text\":\"t\",\"x\":[\"\\udc00\"]}\n"));
  EXPECT_EQ(batch.records.at(0).turns[0].text,
            "a\xEF\xBF\xBD"
            "b");
  EXPECT_EQ(batch.records[0].flags, Record::kLoneSurrogate);
  EXPECT_EQ(batch.records[1].flags, 0);
  EXPECT_EQ(batch.records[2].flags, Record::kLoneSurrogate);
}

}  // namespace
}  // namespace corpus
