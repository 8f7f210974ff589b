#include <gmock/gmock.h>

#include "parquet/files.h"
#include "readers/source_support.h"

namespace corpus::test {
namespace {

using testing::HasSubstr;

class Sniff : public SourceTest {
 protected:
  std::string format(std::string_view text, const std::string& name = "in") {
    records(put(name, text));
    return format_;
  }
};

TEST_F(Sniff, JsonLinesOrValues) {
  EXPECT_EQ(format(""), "jsonl");
  EXPECT_EQ(format("{\"a\":1}"), "jsonl");
  EXPECT_EQ(format("{\"a\":1}\n"), "jsonl");
  EXPECT_EQ(format("{\"a\":1}\n\n{\"b\":1}"), "jsonl");
  EXPECT_EQ(format("{\"a\":1}, \n{\"b\":1}"), "jsonl");   // a bad line is data
  EXPECT_EQ(format("{\"a\":1\n{\"b\":1}\n"), "jsonl");    // the first line is cut off
  EXPECT_EQ(format("{\"a\":\"x\n{\"b\":1}\n"), "jsonl");  // in a string
  EXPECT_EQ(format("oops\n{\"b\":1}\n{\"b\":2}\n{\"b\":2}\n"), "jsonl");
  EXPECT_EQ(format("oops\n{\"b\":1}\n", "x.jsonl"), "jsonl");
  EXPECT_EQ(format("{\n\"a\":1\n}"), "json object");
  EXPECT_EQ(format("{\"a\":[\n{\"b\":1}]}"), "json object");
  EXPECT_EQ(format("{}{}"), "json object");
  EXPECT_EQ(format("{\"a\":\"" + std::string(200000, 'x') + "\"}\n{}\n"), "jsonl");
}

TEST_F(Sniff, Arrays) {
  EXPECT_EQ(format("[]\n"), "json array");
  EXPECT_EQ(format("[\n  {\n"), "json array");
  EXPECT_EQ(format("[1,2]", "x.json"), "json array");
  EXPECT_EQ(format("[1] A. Author\n[2] B. Author\n"), "text");
  EXPECT_EQ(format("[link](x)\n"), "text");
}

TEST_F(Sniff, Tables) {
  EXPECT_EQ(format("a\tb\n1\t2\n3\t4\n"), "tsv");
  EXPECT_EQ(format("a,b\n1,2\n3,4\n"), "csv");
  EXPECT_EQ(format("Well, yes\nI came, too\n"), "text");
  EXPECT_EQ(format("Well, yes\nNo\nPerhaps, perhaps, perhaps\n"), "text");
  EXPECT_EQ(format("a,b\n1,2\n3,4\n", "x.txt"), "text");
  EXPECT_EQ(format("text\none\n", "x.csv.gz"), "csv");
  EXPECT_EQ(format("{\"a\":1}\n{\"a\":2}\n", "x.csv"), "jsonl");
  EXPECT_EQ(format("# Title\n\nText.\n"), "text");
}

TEST_F(Sniff, OtherFormatsAreNamed) {
  Code code;
  std::string utf16("\xff\xfe{\0\"\0", 6);
  EXPECT_THAT(error_of(input(put("u.jsonl", utf16)), &code), HasSubstr("u.jsonl: is UTF-16"));
  EXPECT_EQ(code, Code::kUnsupported);
  std::string parquet = error_of(input(put("x.parquet", "PAR1....")), &code);
  EXPECT_EQ(code, parquet::built() ? Code::kCorrupt : Code::kUnsupported);
  EXPECT_THAT(parquet, HasSubstr(parquet::built() ? "x.parquet: Parquet: "
                                                  : "this build has no Parquet: build with -DCORPUS_PARQUET=ON"));
  EXPECT_THAT(error_of(input(put("x.xz",
                                 "\xfd"
                                 "7zXZ....")),
                       &code),
              HasSubstr("xz -dc"));
}

TEST_F(Sniff, TheOptionDecides) {
  Value options;
  options.set("format", "text");
  EXPECT_EQ(records(put("in", "{\"a\":1}\n"), options)[0].bytes, "{\"text\":\"{\\\"a\\\":1}\"}");
  options.set("format", "tsv");
  EXPECT_EQ(records(put("in", "a,b\n1\n"), options)[0].bytes, "{\"a,b\":\"1\"}");
  options.set("format", "jsonl");
  EXPECT_EQ(records(put("in", "[{}]\n"), options)[0].bytes, "[{}]");
}

}  // namespace
}  // namespace corpus::test
