#include "writers/rejects.h"

#include <gtest/gtest.h>

#include "json/value.h"
#include "run_sink.h"

namespace corpus {
namespace {

std::string from_base64(std::string_view text) {
  static constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  std::uint32_t bits = 0;
  int have = 0;
  for (char c : text) {
    if (c == '=') break;
    bits = bits << 6 | static_cast<std::uint32_t>(kDigits.find(c));
    have += 6;
    if (have >= 8) out += static_cast<char>(bits >> (have -= 8));
  }
  return out;
}

// What docs/formats/rejects.md says about getting the original bytes back.
std::string rebuild(std::string line) {
  EXPECT_EQ(line.back(), '\n');
  line.pop_back();
  auto parsed = json::parse_value(line);
  EXPECT_TRUE(parsed) << line;
  const Value& corpus = *parsed->find("corpus");
  if (auto* raw = corpus.find("raw")) return *raw->if_string();
  if (auto* raw = corpus.find("raw_base64")) return from_base64(*raw->if_string());
  const Value* before = corpus.find("before");
  if (before != nullptr) {
    auto at = line.find("{\"reason\":");
    auto end = line.rfind(",\"before\":" + before->to_json() + "}");
    std::string old = before->to_json();
    return line.substr(0, at) + old + line.substr(end + 11 + old.size());
  }
  auto at = line.rfind("\"corpus\":{\"reason\":");
  auto brace = line.rfind('}');
  if (at > 0 && line[at - 1] == ',') --at;
  return line.substr(0, at) + line.substr(brace);
}

struct Case {
  std::string json;
  std::string reason;
  std::string expected;
};

std::string reject(const Case& c, std::uint8_t flags = 0, bool tag = false) {
  Batch batch;
  Record record;
  record.json = batch.arena.copy(c.json);
  record.drop = Reason::intern(c.reason);
  record.pos = RecordPos::make(3, 81234);
  record.flags = flags;
  if (auto at = c.json.find("\"corpus\":"); at != std::string::npos && c.json[at + 9] == '{') {
    record.corpus_tag = {static_cast<std::uint32_t>(at + 9),
                         static_cast<std::uint32_t>(c.json.find('}', at) + 1)};
  }
  batch.records.push_back(record);
  if (tag) batch.tag(0, "id", "\"9f\"");
  batch.edit(0, {0, 0}, "edits are not for rejects");
  Splicer splicer;
  splicer.start(batch);
  std::string scratch;
  PaddedBuffer out;
  append_reject(batch, 0, splicer, scratch, out);
  return std::string(out.view());
}

TEST(Rejects, WellFormedRecordsKeepTheirBytes) {
  EXPECT_EQ(
      reject({"{\"a\":1} \r", "filters.refusal.apology", ""}, 0, true),
      "{\"a\":1,\"corpus\":{\"reason\":\"filters.refusal.apology\",\"input\":3,\"offset\":81234,"
      "\"id\":\"9f\"}} \r\n");
}

TEST(Rejects, MalformedRecordsBecomeAString) {
  EXPECT_EQ(reject({"{\"a\":\t", "malformed.json", ""}),
            "{\"corpus\":{\"reason\":\"malformed.json\",\"input\":3,\"offset\":81234,"
            "\"raw\":\"{\\\"a\\\":\\t\"}}\n");
  EXPECT_EQ(reject({"\xFF", "malformed.utf8", ""}),
            "{\"corpus\":{\"reason\":\"malformed.utf8\",\"input\":3,\"offset\":81234,"
            "\"raw_base64\":\"/w==\"}}\n");
}

TEST(Rejects, PiecesSayWhetherMoreFollow) {
  auto line = reject({"abc", "malformed.too_long", ""}, Record::kPiece | Record::kMorePieces);
  EXPECT_NE(line.find(",\"offset\":81234,\"more\":true,\"raw\":\"abc\""), std::string::npos)
      << line;
  line = reject({"abc", "malformed.too_long", ""}, Record::kPiece);
  EXPECT_NE(line.find(",\"more\":false,"), std::string::npos) << line;
}

TEST(Rejects, OriginalBytesCanBeRebuilt) {
  using namespace std::string_literals;
  const Case kCases[] = {
      {"{\"a\":1}", "filters.length.short", ""},
      {"{}", "filters.length.short", ""},
      {"{ }\r", "filters.length.short", ""},
      {"{\"a\":\"}\",\"b\":{} } \t", "filters.length.short", ""},
      {"{\"corpus\":{\"id\":\"x\"},\"a\":2}\r", "filters.length.short", ""},
      {"{\"a\":2,\"corpus\":{\"id\":\"x\"}}", "filters.length.short", ""},
      {"{\n \"a\": 1\n}", "filters.length.short", ""},  // not one line
      {"[1]", "filters.length.short", ""},              // no place for a member
      {"", "malformed.json", ""},
      {"nonsense", "malformed.json", ""},
      {"{\"a\":1", "malformed.json", ""},
      {"{\"a\":\"\0\x01\x1f\"}"s, "malformed.json", ""},
      {"\0"s, "malformed.json", ""},
      {"\xC0\xAF", "malformed.utf8", ""},
      {"{\"a\":\"\xED\xA0\x80\"}", "malformed.utf8", ""},
      {"ab\xFF", "malformed.utf8", ""},
      {"abc\xFF", "malformed.utf8", ""},
      {"\xF0\x9F\x98\x80 \\u0041 \"", "malformed.json", ""},
  };
  for (const auto& c : kCases) {
    for (bool tag : {false, true}) {
      std::string line = reject(c, 0, tag);
      EXPECT_EQ(line.find('\n'), line.size() - 1);
      EXPECT_EQ(rebuild(line), c.json) << line;
    }
  }
}

}  // namespace
}  // namespace corpus
