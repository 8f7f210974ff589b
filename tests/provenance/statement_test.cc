#include <gtest/gtest.h>

#include "corpus/provenance.h"
#include "json/value.h"

namespace corpus::provenance {
namespace {

constexpr std::string_view kManifest =
    "{\"manifest\":1,\"libcorpus\":\"0.1.0\",\"recipe_digest\":\"abc\",\"policy\":\"unchecked\","
    "\"counts\":{\"in\":3,\"kept\":2},\"files\":[{\"name\":\"part-00000.jsonl.zst\",\"bytes\":7,"
    "\"records\":2,"
    "\"sha256\":\"000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f\"}]}";

TEST(Statement, NamesTheManifestAndEachFile) {
  Value evidence;
  evidence.set("log_root", "ff");
  auto statement = statement_of_manifest(kManifest, evidence);
  ASSERT_TRUE(statement) << statement.error().message;
  ASSERT_EQ(statement->subjects.size(), 2u);
  EXPECT_EQ(statement->subjects[0].name, "manifest.json");
  EXPECT_EQ(statement->subjects[0].sha256, sha256(kManifest));
  EXPECT_EQ(statement->subjects[1].name, "part-00000.jsonl.zst");
  std::string text = print_statement(*statement);
  auto again = parse_statement(text);
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(again->subjects, statement->subjects);
  EXPECT_EQ(again->predicate_type, kCorpusPredicate);
  EXPECT_EQ(again->predicate, statement->predicate);
  EXPECT_EQ(again->predicate.find("evidence")->get("log_root", ""), "ff");
  EXPECT_EQ(print_statement(*again), text);
}

TEST(Statement, RefusesWhatIsNoStatement) {
  std::string good = print_statement(*statement_of_manifest(kManifest, {}));
  auto without = [&](std::string_view from, std::string_view to) {
    std::string text = good;
    auto at = text.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    text.replace(at, from.size(), to);
    return parse_statement(text);
  };
  EXPECT_FALSE(without("Statement/v1", "Statement/v0.1"));
  EXPECT_FALSE(without("predicateType", "predicateTipe"));
  EXPECT_FALSE(without("\"subject\"", "\"subjects\""));
  EXPECT_FALSE(without("0001020304", "000102030"));
  EXPECT_FALSE(without("part-00000.jsonl.zst", "manifest.json"));
  EXPECT_FALSE(parse_statement("{"));
  EXPECT_FALSE(statement_of_manifest("{}", {}));
  EXPECT_FALSE(statement_of_manifest("{\"files\":[{}]}", {}));
}

TEST(StrictJson, TakesWhatTheRfcTakes) {
  auto v =
      json::parse_value(" {\"a\\u00e9\\ud83d\\ude00\\/\" : [1, -2.5e3, true, null, \"\\n\", {}]} ");
  ASSERT_TRUE(v) << v.error().message;
  const Value* list = v->find("a\xc3\xa9\xf0\x9f\x98\x80/");
  ASSERT_NE(list, nullptr);
  EXPECT_EQ((*list->if_array())[0], Value(1));
  EXPECT_EQ((*list->if_array())[1], Value(-2500.0));
  EXPECT_EQ(*json::parse_value("-9223372036854775808")->if_int(), INT64_MIN);
}

TEST(StrictJson, RefusesWhatCanBeReadInTwoWays) {
  for (const char* bad : {"",
                          " ",
                          "{",
                          "[",
                          "[1,]",
                          "{\"a\":1,}",
                          "{\"a\":1,\"a\":2}",
                          "{\"a\":1,\"\\u0061\":2}",
                          "01",
                          "-",
                          "1.",
                          ".5",
                          "1e",
                          "+1",
                          "NaN",
                          "tru",
                          "\"\\ud800\"",
                          "\"\\udc00\"",
                          "\"\\ud800\\u0041\"",
                          "\"\\x\"",
                          "\"a",
                          "\"\t\"",
                          "9223372036854775808",
                          "1e999",
                          "[1] 2",
                          "\"\\u12g4\"",
                          "\xff",
                          "\"\xc3\x28\"",
                          "{1:2}",
                          "[1 2]",
                          "{\"a\" 1}"}) {
    EXPECT_FALSE(json::parse_value(bad)) << bad;
  }
  EXPECT_TRUE(json::parse_value(std::string(64, '[') + std::string(64, ']')));
  EXPECT_FALSE(json::parse_value(std::string(100000, '[')));
}

}  // namespace
}  // namespace corpus::provenance
