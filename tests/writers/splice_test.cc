#include "writers/splice.h"

#include <gtest/gtest.h>

#include "run_sink.h"
#include "writers/encode.h"

namespace corpus {
namespace {

std::string text(const std::vector<std::string_view>& pieces) {
  std::string out;
  for (auto piece : pieces) out += piece;
  return out;
}

// One record, tagged with {"k":1} and written.
std::string tagged(std::string_view json, Span earlier = {}) {
  Batch batch;
  Record record;
  record.json = batch.arena.copy(json);
  record.corpus_tag = earlier;
  batch.records.push_back(record);
  batch.tag(0, "k", "1");
  Splicer splicer;
  splicer.start(batch);
  PaddedBuffer buffer;
  Lines lines;
  lines.start(&buffer, 0);
  splicer.add_line(0, lines);
  return text(lines.finish());
}

TEST(Splice, PutsTagsBeforeTheFinalBrace) {
  EXPECT_EQ(tagged(R"({"a":1})"), "{\"a\":1,\"corpus\":{\"k\":1}}\n");
  EXPECT_EQ(tagged(R"({"a":"}{\"}"})"), "{\"a\":\"}{\\\"}\",\"corpus\":{\"k\":1}}\n");
  EXPECT_EQ(tagged(R"({"a":{"b":{}}})"), "{\"a\":{\"b\":{}},\"corpus\":{\"k\":1}}\n");
}

TEST(Splice, NeedsNoCommaInAnEmptyObject) {
  EXPECT_EQ(tagged("{}"), "{\"corpus\":{\"k\":1}}\n");
  EXPECT_EQ(tagged("{ \t}"), "{ \t\"corpus\":{\"k\":1}}\n");
  EXPECT_EQ(tagged("{\"a\":{}}"), "{\"a\":{},\"corpus\":{\"k\":1}}\n");
}

TEST(Splice, KeepsWhatStandsBehindTheBrace) {
  EXPECT_EQ(tagged("{\"a\":1 } \t\r"), "{\"a\":1 ,\"corpus\":{\"k\":1}} \t\r\n");
}

TEST(Splice, WritesWhatIsNoObjectWithoutTags) {
  EXPECT_EQ(tagged("[1,2]"), "[1,2]\n");
  EXPECT_EQ(tagged("\"}\""), "\"}\"\n");
}

TEST(Splice, ReplacesAnEarlierValueAndKeepsIt) {
  std::string json = R"({"corpus":{"x":[1]},"a":1})";
  EXPECT_EQ(tagged(json, {10, 19}), "{\"corpus\":{\"k\":1,\"before\":{\"x\":[1]}},\"a\":1}\n");
}

TEST(Splice, MakesOneLineOfAPrettyPrintedRecord) {
  EXPECT_EQ(tagged("{\n  \"a\": 1\n}"), "{   \"a\": 1 ,\"corpus\":{\"k\":1}}\n");
}

TEST(Splice, AppliesEditsInOrderOfPositionTogetherWithTags) {
  Batch batch;
  test::fill(batch, "{\"a\":\"one\",\"b\":\"two\"}\n{\"a\":\"x\"}\n");
  batch.edit(0, {16, 19}, "second");
  batch.tag(1, "k", "1");
  batch.edit(0, {6, 9}, "");
  batch.tag(0, "z", "null");
  batch.tag(1, "k", "2");  // the later counts
  Splicer splicer;
  splicer.start(batch);
  PaddedBuffer buffer;
  Lines lines;
  lines.start(&buffer, 0);
  splicer.add_line(0, lines);
  splicer.add_line(1, lines);
  EXPECT_EQ(text(lines.finish()),
            "{\"a\":\"\",\"b\":\"second\",\"corpus\":{\"z\":null}}\n{\"a\":\"x\",\"corpus\":{\"k\":"
            "2}}\n");
}

TEST(Splice, AnEditInsideAnEarlierValueDoesNotTearIt) {
  Batch batch;
  test::fill(batch, "{\"corpus\":{\"x\":1},\"a\":1}\n");
  batch.records[0].corpus_tag = {10, 17};
  batch.edit(0, {15, 16}, "2");
  batch.tag(0, "k", "1");
  Splicer splicer;
  splicer.start(batch);
  PaddedBuffer buffer;
  splicer.append_tagged(0, "\"r\":0", buffer);
  EXPECT_EQ(buffer.view(), "{\"corpus\":{\"r\":0,\"k\":1,\"before\":{\"x\":1}},\"a\":1}");
}

TEST(Lines, RunsGrowTogetherAndAreNotCopied) {
  Batch batch;
  test::fill(batch, "{\"a\":1}\n{\"a\":2}\n{\"a\":3}\n");
  Splicer splicer;
  splicer.start(batch);
  PaddedBuffer buffer;
  Lines lines;
  lines.start(&buffer, Lines::kCopyAll);
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(lines.size(), 8 * i);
    splicer.add_line(i, lines);
  }
  const auto& pieces = lines.finish();
  ASSERT_EQ(pieces.size(), 1U);
  EXPECT_EQ(pieces[0].data(), batch.bytes.data());
  EXPECT_EQ(pieces[0].size(), batch.bytes.size());
  EXPECT_TRUE(buffer.empty());
}

TEST(Lines, ARecordThatIsLeftOutSplitsARun) {
  Batch batch;
  test::fill(batch, "{\"a\":1}\n{\"a\":2}\n{\"a\":3}");  // no line feed at the end
  for (std::size_t min_run : {std::size_t{0}, std::size_t{100}, Lines::kCopyAll}) {
    Splicer splicer;
    splicer.start(batch);
    PaddedBuffer buffer;
    Lines lines;
    lines.start(&buffer, min_run);
    splicer.add_line(0, lines);
    splicer.add_line(2, lines);
    EXPECT_EQ(lines.size(), 16U);
    EXPECT_EQ(text(lines.finish()), "{\"a\":1}\n{\"a\":3}\n");
  }
}

// Random batches, against the plain way: every record built on its own.
TEST(Lines, EqualTheSimpleWay) {
  std::uint32_t seed = 7;
  auto random = [&](std::uint32_t n) {
    return (seed = seed * 1664525 + 1013904223) >> 8 & 0xFFFF ? (seed >> 10) % n : 0;
  };
  for (int round = 0; round < 200; ++round) {
    Batch batch;
    std::string lines_in, expected;
    std::size_t count = random(20);
    for (std::size_t i = 0; i < count; ++i) {
      lines_in += "{\"a\":\"" + std::string(random(40), 'x') + "\"}\n";
    }
    test::fill(batch, lines_in);
    static const Reason kReason = Reason::intern("test.drop");
    for (std::size_t i = 0; i < count; ++i) {
      if (random(4) == 0) batch.records[i].drop = kReason;
    }
    std::vector<bool> first(count), second(count);
    for (std::size_t i = 0; i < count; ++i) {
      if ((first[i] = random(3) == 0)) batch.tag(i, "f", "1");
    }
    for (std::size_t i = 0; i < count; ++i) {
      if ((second[i] = random(3) == 0)) batch.tag(i, "s", "2");
    }
    for (std::size_t i = 0; i < count; ++i) {
      if (batch.records[i].drop) continue;
      std::string line(batch.records[i].json);
      if (first[i] || second[i]) {
        line.pop_back();
        line += ",\"corpus\":{";
        if (first[i]) line += "\"f\":1";
        if (first[i] && second[i]) line += ",";
        if (second[i]) line += "\"s\":2";
        line += "}}";
      }
      expected += line + "\n";
    }
    EncodeOptions options;
    options.codec.kind = Codec::Kind::kNone;
    BatchEncoder encoder(options);
    ASSERT_TRUE(encoder.encode(batch));
    Encoded encoded = kept(batch);
    EXPECT_EQ(text({encoded.pieces.begin(), encoded.pieces.end()}), expected);
  }
}

}  // namespace
}  // namespace corpus
