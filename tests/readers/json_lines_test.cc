#include <gmock/gmock.h>

#include <random>

#include "io/file.h"
#include "readers/source_support.h"

namespace corpus::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr std::size_t kMiB = std::size_t{1} << 20;

class JsonLines : public SourceTest {};

TEST_F(JsonLines, LinesStayAsTheyAre) {
  auto path = put("a.jsonl", "{\"a\": 1}\r\n\n  \n{\"b\":2}\n{\"c\":3}");
  EXPECT_THAT(bytes_of(records(path)), ElementsAre("{\"a\": 1}\r", "{\"b\":2}", "{\"c\":3}"));
  EXPECT_EQ(format_, "jsonl");
}

TEST_F(JsonLines, ByteOrderMarkIsPassedOverAndCounted) {
  auto got = records(put("a.jsonl", "\xef\xbb\xbf{\"a\":1}\n{\"b\":2}\n"));
  EXPECT_THAT(bytes_of(got), ElementsAre("{\"a\":1}", "{\"b\":2}"));
  EXPECT_EQ(got[0].offset, 3u);
  EXPECT_EQ(got[1].offset, 11u);
}

TEST_F(JsonLines, EmptyAndBlankFilesHaveNoRecords) {
  EXPECT_TRUE(records(put("empty", "")).empty());
  EXPECT_TRUE(records(put("blank", "\n \n\r\n")).empty());
  EXPECT_TRUE(records(put("bom", "\xef\xbb\xbf")).empty());
}

std::string random_lines(unsigned seed, std::size_t lines, std::size_t longest) {
  std::mt19937 random(seed);
  std::string out;
  for (std::size_t i = 0; i < lines; ++i) {
    out += "{\"n\":" + std::to_string(i) + ",\"x\":\"";
    out.append(random() % longest, static_cast<char>('a' + i % 26));
    out += "\"}\n";
    if (random() % 7 == 0) out += '\n';
  }
  if (seed % 2 == 1) out.pop_back();  // no line break at the end
  return out;
}

TEST_F(JsonLines, AnyBatchSizeGivesTheSameRecords) {
  std::string text = random_lines(1, 300, 200);
  auto path = put("a.jsonl", text);
  auto expected = records(path);
  ASSERT_EQ(expected.size(), 300u);
  for (int batch : {1, 2, 3, 7, 64, 100, 4096, 5000, 1 << 20}) {
    Value options;
    options.set("batch", batch);
    options.set("paths", path);
    auto batches = read_batches(*open(options));
    EXPECT_EQ(records_of(batches), expected) << batch;
    std::string joined;
    for (const auto& b : batches) {
      EXPECT_EQ(b.offset, joined.size());
      joined += b.bytes;
    }
    EXPECT_EQ(joined, text);
    if (batch == 1) {
      for (const auto& b : batches) EXPECT_LE(b.records.size(), 1u);
    }
  }
}

int g_shorten = 0;
int shorten(const char* call, const char*, std::size_t) {
  return std::string_view(call) == "read" ? -g_shorten : 0;
}

TEST_F(JsonLines, ShortReadsDoNotMoveTheCuts) {
  auto path = put("a.jsonl", random_lines(2, 2000, 300));
  for (int batch : {1, 1000, 65536}) {
    Value options = input(path);
    options.set("batch", batch);
    auto expected = read_batches(*open(options));
    for (int size : {1, 7, 4096}) {
      g_shorten = size;
      io::set_fault_hook(shorten);
      auto got = read_batches(*open(options));
      io::set_fault_hook(nullptr);
      EXPECT_EQ(got, expected) << batch << " " << size;
    }
  }
}

TEST_F(JsonLines, LongLinesBecomePieces) {
  std::string huge(3 * kMiB, 'x'), exact(2 * kMiB, 'y'), fits(1000, 'z');
  auto path =
      put("a.jsonl", "{\"a\":1}\n" + huge + "\n{\"b\":2}\n" + exact + "\n" + fits + "\n" + huge);
  Value options;
  options.set("max_record", 1000);
  options.set("format", "jsonl");
  auto got = records(path, options);
  ASSERT_EQ(got.size(), 2u + 3 + 2 + 1 + 3);
  EXPECT_EQ(got[0].bytes, "{\"a\":1}");
  std::string joined;
  for (int i = 1; i <= 3; ++i) {
    EXPECT_EQ(got[i].drop, "malformed.too_long");
    EXPECT_EQ(got[i].flags, Record::kPiece | (i < 3 ? Record::kMorePieces : 0));
    EXPECT_EQ(got[i].offset, 8 + (i - 1) * kMiB);
    joined += got[i].bytes;
  }
  EXPECT_EQ(joined, huge);
  EXPECT_EQ(got[4].bytes, "{\"b\":2}");
  // A line of whole pieces has no empty piece behind them.
  EXPECT_EQ(got[6].flags, Record::kPiece);
  EXPECT_EQ(got[6].bytes.size(), kMiB);
  EXPECT_EQ(got[7].bytes, fits);
  EXPECT_EQ(got[7].drop, "");
  EXPECT_EQ(got[10].flags, Record::kPiece);
  EXPECT_EQ(got[10].bytes.size(), kMiB);
}

TEST_F(JsonLines, TheLimitItselfIsAllowed) {
  std::string line = "{\"a\":\"" + std::string(1000, 'x') + "\"}";
  Value options;
  for (int over : {0, 1}) {
    for (const char* end : {"", "\n"}) {
      options.set("max_record", static_cast<int>(line.size()) - over);
      auto got = records(put("a.jsonl", "{\"b\":1}\n" + line + end), options);
      ASSERT_EQ(got.size(), 2u);
      EXPECT_EQ(got[1].drop, over == 0 ? "" : "malformed.too_long");
      EXPECT_EQ(got[1].bytes, line);
    }
  }
}

TEST_F(JsonLines, SnapshotAtEveryBatchContinuesTheSame) {
  std::string text = random_lines(4, 100, 300);
  text.insert(text.find('\n', 5000) + 1, std::string(5000, 'q') + "\n");
  put("a.jsonl", text);
  put("b.jsonl", random_lines(5, 20, 100));
  put("c.json", "[{\"a\":1},\n {\"b\":\n2}]");
  Value options = input(dir_.string());
  options.set("batch", 700);
  options.set("max_record", 2000);
  auto whole = open(options);
  auto expected = read_batches(*whole);
  auto source = open(options);
  Batch batch;
  for (std::size_t n = 0; n <= expected.size(); ++n) {
    auto again = open(options);
    auto restored = again->restore(source->snapshot());
    ASSERT_TRUE(restored) << restored.error().message;
    auto rest = read_batches(*again);
    EXPECT_EQ(rest, std::vector<GotBatch>(expected.begin() + n, expected.end())) << n;
    for (std::size_t i = 0; i < 3; ++i) {
      EXPECT_EQ(again->inputs()[i].xxh3, whole->inputs()[i].xxh3);
      EXPECT_EQ(again->inputs()[i].format, whole->inputs()[i].format);
      EXPECT_EQ(again->inputs()[i].compression, "none");
    }
    batch.reset();
    ASSERT_TRUE(source->read(batch));
  }
}

TEST_F(JsonLines, RestoreRefusesWhatIsNotItsOwn) {
  auto path = put("a.jsonl", random_lines(4, 100, 300));
  Value options = input(path);
  options.set("batch", 1000);
  auto source = open(options);
  Batch batch;
  ASSERT_TRUE(source->read(batch));
  batch.reset();
  ASSERT_TRUE(source->read(batch));
  auto snapshot = source->snapshot();
  EXPECT_FALSE(open(options)->restore("nonsense"));
  EXPECT_FALSE(open(options)->restore(""));
  put("a.jsonl", "{}\n");
  auto restored = open(options)->restore(snapshot);
  ASSERT_FALSE(restored);
  EXPECT_THAT(restored.error().message, HasSubstr("shorter than it was"));
}

TEST_F(JsonLines, RewindReadsTheSameAgainAndNoticesAChange) {
  auto path = put("a.jsonl", random_lines(6, 50, 100));
  auto source = open(input(path));
  ASSERT_TRUE(source->expect_rewind());
  auto first = read_batches(*source);
  ASSERT_TRUE(source->rewind());
  EXPECT_EQ(read_batches(*source), first);
  put("a.jsonl", random_lines(8, 50, 100));
  ASSERT_TRUE(source->rewind());
  Batch batch;
  Result<bool> more = true;
  while (more && *more) {
    batch.reset();
    more = source->read(batch);
  }
  ASSERT_FALSE(more);
  EXPECT_THAT(more.error().message, HasSubstr("changed between two passes"));
}

TEST_F(JsonLines, ConsumedIsTheStoredBytesOfAllInputs) {
  put("a.jsonl", "{}\n{}\n");
  put("b.jsonl", "{}\n");
  auto source = open(input(dir_.string()));
  Batch batch;
  ASSERT_TRUE(*source->read(batch));
  EXPECT_EQ(batch.consumed, 6u);
  EXPECT_EQ(batch.input, 0u);
  batch.reset();
  ASSERT_TRUE(*source->read(batch));
  EXPECT_EQ(batch.consumed, 9u);
  EXPECT_EQ(batch.input, 1u);
  EXPECT_EQ(batch.seq, 1u);
}

}  // namespace
}  // namespace corpus::test
