#include <gmock/gmock.h>

#include "readers/source_support.h"

namespace corpus::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class Delimited : public SourceTest {
 protected:
  std::vector<std::string> csv(std::string_view text, Value options = {}) {
    return bytes_of(records(put("in.csv", text), std::move(options)));
  }
};

TEST_F(Delimited, RowsBecomeObjects) {
  EXPECT_THAT(csv("q,a\r\n1,two words\r\n,\r\n"),
              ElementsAre("{\"q\":\"1\",\"a\":\"two words\"}", "{\"q\":\"\",\"a\":\"\"}"));
  EXPECT_EQ(format_, "csv");
  EXPECT_THAT(csv("only header\n"), IsEmpty());
  EXPECT_THAT(csv("one\nx"), ElementsAre("{\"one\":\"x\"}"));
}

TEST_F(Delimited, QuotedFields) {
  EXPECT_THAT(csv("a,b\n\"x,\"\"y\"\"\nz\",\"\"\n\n5\" wide,\"\"\"\"\n"),
              ElementsAre("{\"a\":\"x,\\\"y\\\"\\nz\",\"b\":\"\"}",
                          "{\"a\":\"5\\\" wide\",\"b\":\"\\\"\"}"));
}

TEST_F(Delimited, ByteOrderMarkAndQuotedHeader) {
  EXPECT_THAT(csv("\xef\xbb\xbf\"a,1\",a,a\n1,2,3\n"),
              ElementsAre("{\"a,1\":\"1\",\"a\":\"2\",\"a_2\":\"3\"}"));
}

TEST_F(Delimited, BadRowsKeepTheirBytes) {
  EXPECT_THAT(
      csv("a,b\n1\n1,2,3\n\"x\"y,2\n3,4\n5,\"open\nrest,\n"),
      ElementsAre("malformed.csv_row|1", "malformed.csv_row|1,2,3", "malformed.csv_row|\"x\"y,2",
                  "{\"a\":\"3\",\"b\":\"4\"}", "malformed.csv_row|5,\"open\nrest,\n"));
}

// Many TSV files have no quoting at all: a cell that only begins with a quotation is what it says.
TEST_F(Delimited, AQuotationInTsvIsText) {
  EXPECT_THAT(bytes_of(records(put("in.tsv", "a\tb\n\"said\" he\t1\n\"q\tr\"\t2\n"))),
              ElementsAre("{\"a\":\"\\\"said\\\" he\",\"b\":\"1\"}",
                          "{\"a\":\"q\\tr\",\"b\":\"2\"}"));
}

TEST_F(Delimited, LongRowsBecomePieces) {
  Value options;
  options.set("max_record", 100);
  std::string cell = "\"" + std::string(1500000, '\n') + "\"";
  auto got = records(put("in.csv", "a,b\n1,2\n" + cell + ",x\n3,4\n"), options);
  ASSERT_EQ(got.size(), 4u);
  EXPECT_EQ(got[1].bytes + got[2].bytes, cell + ",x");
  EXPECT_EQ(got[2].flags, Record::kPiece);
  EXPECT_EQ(got[3].bytes, "{\"a\":\"3\",\"b\":\"4\"}");
}

TEST_F(Delimited, TabsAndTheirOffsets) {
  auto got = records(put("x", "q\ta\n1\t2, 3\n4\t5\n"));
  EXPECT_THAT(bytes_of(got),
              ElementsAre("{\"q\":\"1\",\"a\":\"2, 3\"}", "{\"q\":\"4\",\"a\":\"5\"}"));
  EXPECT_EQ(format_, "tsv");
  EXPECT_EQ(got[0].offset, 4u);
  EXPECT_EQ(got[1].offset, 11u);
}

TEST_F(Delimited, HeaderErrorsNameTheFile) {
  auto path = put("in.csv", "a,\"b\n1,2\n");
  Code code;
  EXPECT_THAT(error_of(input(path), &code), HasSubstr("in.csv: the header row"));
  EXPECT_EQ(code, Code::kCorrupt);
}

TEST_F(Delimited, AnyBatchSizeAndSnapshotGiveTheSame) {
  std::string text = "a,b\n";
  for (int i = 0; i < 50; ++i) {
    text += std::to_string(i) + ",\"" + std::string(i % 13, i % 3 == 0 ? '\n' : 'x') + "\"\r\n";
    if (i % 10 == 3) text += "bad row\n\n";
    if (i == 25) text += "\"" + std::string(500, '\n') + "\",\n";
  }
  auto path = put("in.csv", text);
  Value options;
  options.set("max_record", 200);
  auto expected = records(path, options);
  ASSERT_EQ(expected.size(), 56u);
  for (int size : {1, 30, 100000}) {
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

TEST_F(Delimited, PlainText) {
  auto path = put("in.txt", "Hello, \"you\"\r\n\n  \nsecond\tline");
  EXPECT_THAT(bytes_of(records(path)),
              ElementsAre("{\"text\":\"Hello, \\\"you\\\"\"}", "{\"text\":\"second\\tline\"}"));
  EXPECT_EQ(format_, "text");
  Value options;
  options.set("max_record", 6);
  auto got = records(put("in.txt", "short\nmuch too long\nshort\n"), options);
  EXPECT_THAT(bytes_of(got), ElementsAre("{\"text\":\"short\"}", "malformed.too_long|much too long",
                                         "{\"text\":\"short\"}"));
}

}  // namespace
}  // namespace corpus::test
