#include "corpus/shard.h"

#include <gtest/gtest.h>

#include <random>

#include "corpus/verify.h"
#include "io/byte_reader.h"
#include "io/zstd_frame.h"
#include "run_sink.h"
#include "writers/manifest.h"
#include "writers/record_index.h"

namespace corpus {
namespace {

using test::Folder;
using test::Synthetic;

std::string number_id(int n) { return "id-" + std::to_string(n); }
std::string number_line(int n) { return "{\"n\":" + std::to_string(n) + "}"; }

// The bytes of a shard with records 0, 1, ..., each with the ids number_id(n) and "even" or "odd".
std::string make_shard(int frames, int records) {
  std::string out;
  RecordIndex index;
  io::ZstdCompressor zstd(1);
  FrameNote note;
  for (int f = 0; f < frames; ++f) {
    std::string text;
    note.clear();
    for (int k = 0; k < records; ++k) {
      int n = f * records + k;
      note.add_record(text.size());
      note.add_id(number_id(n));
      note.add_id(n % 2 == 0 ? "even" : "odd");
      text += number_line(n) + "\n";
    }
    PaddedBuffer frame, encoded;
    EXPECT_TRUE(zstd.append_frame(frame, text));
    note.encode(static_cast<std::uint32_t>(text.size()), encoded);
    index.add_frame(frame.view(), encoded.view());
    out += frame.view();
  }
  EXPECT_TRUE(index.finish([&](std::string_view bytes) -> Result<void> {
    out += bytes;
    return {};
  }));
  return out;
}

class Shard : public ::testing::Test {
 protected:
  Result<ShardReader> open(std::string_view bytes) {
    test::write_file(path_, bytes);
    return ShardReader::open(path_);
  }
  Folder dir_;
  std::string path_ = dir_ / "shard.jsonl.zst";
};

TEST_F(Shard, EveryRecordAndIdIsFound) {
  for (auto [frames, records] : {std::pair{0, 0}, {1, 1}, {3, 1}, {1, 400}, {7, 1500}}) {
    auto shard = open(make_shard(frames, records));
    ASSERT_TRUE(shard) << shard.error().message;
    EXPECT_TRUE(shard->check());
    int total = frames * records;
    EXPECT_EQ(shard->records(), static_cast<std::uint64_t>(total));
    for (int n = 0; n<total; n += total> 1000 ? 97 : 1) {
      EXPECT_EQ(*shard->get(static_cast<std::uint64_t>(n)), number_line(n));
    }
    for (int n = 0; n < total; ++n) {
      auto found = shard->find(number_id(n));
      ASSERT_TRUE(found) << n;
      EXPECT_EQ(*found, static_cast<std::uint64_t>(n));
    }
    for (int n = 0; n < 500; ++n) {
      EXPECT_EQ(shard->find(number_id(total + n)).error().code, Code::kNotFound);
    }
    // Of many records with one id the first is named.
    auto even = shard->find("even"), odd = shard->find("odd");
    EXPECT_EQ(even ? *even : 99, total > 0 ? 0U : 99U);
    EXPECT_EQ(odd ? *odd : 99, total > 1 ? 1U : 99U);
    EXPECT_EQ(shard->get(static_cast<std::uint64_t>(total)).error().code, Code::kNotFound);
  }
}

TEST_F(Shard, FilesOfOthersAreRefused) {
  EXPECT_EQ(open("").error().code, Code::kNotFound);
  EXPECT_EQ(open("{}\n").error().code, Code::kNotFound);
  PaddedBuffer frame;
  ASSERT_TRUE(io::ZstdCompressor(1).append_frame(frame, "{}\n"));
  EXPECT_EQ(open(frame.view()).error().code, Code::kNotFound);
  // Seekable, but not ours.
  std::string seekable(frame.view());
  auto stored = static_cast<std::uint32_t>(frame.size());
  seekable += io::seek_table({{stored, 3, io::content_checksum(frame.view())}});
  EXPECT_EQ(open(seekable).error().code, Code::kCorrupt);
}

// Whatever is damaged: an answer, or an error, but nothing worse; check() finds it.
TEST_F(Shard, DamageIsFound) {
  std::string good = make_shard(3, 40);
  ASSERT_TRUE(open(good));
  std::mt19937 random(5);
  for (int round = 0; round < 2000; ++round) {
    std::string bad = good;
    std::size_t at = round % 2 == 0 ? random() % bad.size() : bad.size() - 1 - random() % 600;
    bad[at] = static_cast<char>(bad[at] ^ (1 << random() % 8));
    auto shard = open(bad);
    if (!shard) continue;
    for (std::uint64_t n = 0; n < shard->records(); n += 13) (void)shard->get(n);
    for (int n = 0; n < 120; n += 13) (void)shard->find(number_id(n));
    // The two unused bits of the seek table's descriptor, and what a frame header leaves unused.
    auto checked = shard->check();
    bool harmless = at == bad.size() - 5 || at < good.find("CORPUSIX") - 8;
    EXPECT_TRUE(!checked || harmless) << "byte " << at;
    if (checked) {
      for (std::uint64_t n = 0; n < 120; n += 7) {
        EXPECT_EQ(*shard->get(n), number_line(static_cast<int>(n)));
      }
    }
  }
  for (std::size_t n = 0; n < good.size(); n += 7) {
    EXPECT_FALSE(open(std::string_view(good).substr(0, n))) << n;
  }
}

// An index that is intact but says something false.
TEST_F(Shard, AFalseIndexIsFound) {
  io::ZstdCompressor zstd(1);
  PaddedBuffer frame;
  ASSERT_TRUE(zstd.append_frame(frame, "{}\n{}\n"));
  for (std::vector<std::uint64_t> offsets :
       {std::vector<std::uint64_t>{0}, {0, 2}, {3, 0}, {0, 3, 6}, {}}) {
    FrameNote note;
    for (auto offset : offsets) note.add_record(offset);
    PaddedBuffer encoded;
    note.encode(6, encoded);
    RecordIndex index;
    index.add_frame(frame.view(), encoded.view());
    std::string bytes(frame.view());
    ASSERT_TRUE(index.finish([&](std::string_view more) -> Result<void> {
      bytes += more;
      return {};
    }));
    auto shard = open(bytes);
    ASSERT_TRUE(shard);
    EXPECT_EQ(shard->check().error().code, Code::kCorrupt);
    for (std::uint64_t n = 0; n < shard->records(); ++n) (void)shard->get(n);
  }
}

TEST(RecordIndex, TheLogGivesTheSameIndexBack) {
  FrameNote note;
  RecordIndex index;
  std::string log, one, two;
  for (int f = 0; f < 5; ++f) {
    note.clear();
    for (int k = 0; k < f; ++k) {
      note.add_record(static_cast<std::uint64_t>(k) * 10);
      note.add_id(number_id(f * 100 + k));
    }
    PaddedBuffer encoded;
    note.encode(50, encoded);
    index.add_frame("0123456789", encoded.view());
    if (f != 2) log += index.take_log();
  }
  RecordIndex restored;
  ASSERT_TRUE(restored.load(log));
  EXPECT_EQ(restored.bytes(), index.bytes());
  auto to = [](std::string& out) {
    return [&out](std::string_view bytes) -> Result<void> {
      out += bytes;
      return {};
    };
  };
  ASSERT_TRUE(index.finish(to(one)));
  ASSERT_TRUE(restored.finish(to(two)));
  EXPECT_EQ(one, two);
  for (std::size_t n = 1; n < log.size(); ++n) {
    RecordIndex damaged;
    (void)damaged.load(std::string_view(log).substr(0, n));  // an error or less, never a crash
  }
  EXPECT_FALSE(RecordIndex().load("short"));
}

// --- files that were written once and have to be readable for ever

const std::string kGolden = std::string(CORPUS_SOURCE_DIR) + "/tests/data/golden/corpus-v1";

std::string text_of(const std::string& path) {
  auto reader = io::open_bytes(path, io::ReadLimits{});
  EXPECT_TRUE(reader);
  std::string out(1 << 16, '\0');
  auto n = (*reader)->read(out.data(), out.size());
  EXPECT_TRUE(n);
  out.resize(*n);
  return out;
}

TEST(Golden, IsWhole) {
  auto report = verify(kGolden);
  ASSERT_TRUE(report);
  EXPECT_TRUE(report->ok) << report->error;
  EXPECT_EQ(report->records, Synthetic(3, 10).summary().kept);
}

TEST(Golden, RecordsAndIdsAreFound) {
  auto corpus = CorpusReader::open(kGolden);
  ASSERT_TRUE(corpus) << corpus.error().message;
  std::uint64_t number = 0;
  for (int n = 0; n < 30; ++n) {
    if (!Synthetic::is_kept(n)) continue;
    EXPECT_EQ(*corpus->find("own-" + std::to_string(n)), number);
    EXPECT_EQ(*corpus->find(Synthetic::content_id(n)), number);
    EXPECT_EQ(*corpus->get(number++), Synthetic::kept_line(n));
  }
}

// What is written now has the golden bytes: all but the frames themselves, whose bytes depend on
// the version of zstd.
TEST(Golden, IndexAndSeekTableAreWrittenAlike) {
  std::string golden = test::slurp(kGolden + "/part-00000.jsonl.zst");
  auto shard = ShardReader::open(kGolden + "/part-00000.jsonl.zst");
  ASSERT_TRUE(shard);
  auto file = io::File::open_read(kGolden + "/part-00000.jsonl.zst");
  auto frames = io::read_seek_table(*file);
  ASSERT_TRUE(frames);
  RecordIndex index;
  std::size_t at = 0;
  for (std::uint32_t f = 0; f < shard->frames(); ++f) {
    FrameNote note;
    std::size_t offset = 0;
    for (int n = static_cast<int>(f) * 10; n < static_cast<int>(f) * 10 + 10; ++n) {
      if (!Synthetic::is_kept(n)) continue;
      note.add_record(offset);
      note.add_id("own-" + std::to_string(n));
      note.add_id(Synthetic::content_id(n));
      offset += Synthetic::kept_line(n).size() + 1;
    }
    PaddedBuffer encoded;
    note.encode(static_cast<std::uint32_t>(offset), encoded);
    index.add_frame(std::string_view(golden).substr(at, frames->at(f).stored), encoded.view());
    at += frames->at(f).stored;
  }
  std::string tail;
  ASSERT_TRUE(index.finish([&](std::string_view bytes) -> Result<void> {
    tail += bytes;
    return {};
  }));
  EXPECT_EQ(golden.substr(at), tail);
}

TEST(Golden, LinesAreWrittenAlike) {
  Folder dir;
  Value options = Value::Object{{"compress", "none"}};
  ASSERT_TRUE(Synthetic(3, 10).run(test::recipe_to(dir / "out", options)));
  for (std::string part : {"part-00000.jsonl", "rejects/part-00000.jsonl"}) {
    EXPECT_EQ(test::slurp(dir / ("out/" + part)), text_of(kGolden + "/" + part + ".zst")) << part;
  }
}

}  // namespace
}  // namespace corpus
