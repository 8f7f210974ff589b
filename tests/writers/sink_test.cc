// What a whole run leaves on disk, for each kind of output.
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>

#include "core/schema.h"
#include "corpus/shard.h"
#include "corpus/verify.h"
#include "corpus/version.h"
#include "io/byte_reader.h"
#include "io/sha256.h"
#include "json/value.h"
#include "parquet/files.h"
#include "run_sink.h"
#include "writers/codec.h"
#include "writers/manifest.h"

namespace corpus {
namespace {

using test::Folder;
using test::slurp;
using test::Synthetic;

std::string decompressed(const std::string& path) {
  auto reader = io::open_bytes(path, io::ReadLimits{});
  EXPECT_TRUE(reader) << reader.error().message;
  std::string out;
  char buffer[4096];
  for (;;) {
    auto n = (*reader)->read(buffer, sizeof buffer);
    EXPECT_TRUE(n);
    if (!n || *n == 0) return out;
    out.append(buffer, *n);
  }
}

std::string expected_kept(const Synthetic& corpus, int records) {
  std::string out;
  for (int n = 0; n < corpus.batches() * records; ++n) {
    if (Synthetic::is_kept(n)) out += Synthetic::kept_line(n) + "\n";
  }
  return out;
}

TEST(FolderSink, WritesPartsRejectsAndManifest) {
  Folder dir;
  Synthetic corpus(5, 40);
  ASSERT_TRUE(corpus.run(test::recipe_to(dir / "out")));
  auto files = test::files_below(dir / "out");
  ASSERT_EQ(files.size(), 3U);
  EXPECT_EQ(decompressed(dir / "out/part-00000.jsonl.zst"), expected_kept(corpus, 40));
  EXPECT_FALSE(std::filesystem::exists(dir / "out/.partial"));

  auto manifest = read_manifest(dir / "out");
  ASSERT_TRUE(manifest) << manifest.error().message;
  auto problem = find_problem(manifest->all, *parsed_schema("manifest"), "manifest");
  EXPECT_FALSE(problem) << problem->error("manifest.json").message;
  EXPECT_EQ(manifest->all.get("libcorpus", ""), kLibraryVersion);
  EXPECT_EQ(manifest->all.get("policy", ""), "unchecked");
  EXPECT_EQ(manifest->in, 200U);
  EXPECT_EQ(manifest->kept + manifest->rejected + manifest->malformed, 200U);
  EXPECT_EQ(manifest->all.find("recipe")->find("output")->find("dir"), nullptr);
  EXPECT_EQ(manifest->all.find("reports")->if_array()->at(0).get("stage", ""), "stats.basic");
  ASSERT_EQ(manifest->files.size(), 2U);
  EXPECT_EQ(manifest->files[0].sha256, io::sha256_hex(files["part-00000.jsonl.zst"]));
  EXPECT_EQ(manifest->files[1].name, "rejects/part-00000.jsonl.zst");
}

TEST(FolderSink, AnyZstdToolReadsAShard) {
  if (std::system("zstd --version > /dev/null 2>&1") != 0) GTEST_SKIP() << "no zstd program";
  Folder dir;
  Synthetic corpus(4, 50);
  ASSERT_TRUE(corpus.run(test::recipe_to(dir / "out")));
  std::string shard = dir / "out/part-00000.jsonl.zst";
  EXPECT_EQ(std::system(("zstd -q -t " + shard).c_str()), 0);
  EXPECT_EQ(std::system(("zstd -q -dc " + shard + " > " + (dir / "text")).c_str()), 0);
  EXPECT_EQ(slurp(dir / "text"), expected_kept(corpus, 50));
}

TEST(FolderSink, EqualRunsWriteEqualFiles) {
  Folder dir;
  Synthetic corpus(3, 30);
  ASSERT_TRUE(corpus.run(test::recipe_to(dir / "one")));
  ASSERT_TRUE(corpus.run(test::recipe_to(dir / "two/")));
  EXPECT_EQ(test::files_below(dir / "one"), test::files_below(dir / "two"));
}

TEST(FolderSink, EveryCodecHoldsTheSameRecords) {
  Synthetic corpus(4, 25);
  for (std::string codec : {"none", "gzip", "gzip:1", "zstd", "zstd:1", "zstd:12"}) {
    for (const char* shard : {"1", "600", "1G"}) {
      Folder dir;
      auto done = corpus.run(test::recipe_to(
          dir / "out", Value::Object{{"compress", codec}, {"shard", std::string(shard)}}));
      ASSERT_TRUE(done) << done.error().message;
      std::string all;
      int parts = 0;
      for (const auto& [name, bytes] : test::files_below(dir / "out")) {
        if (!name.starts_with("part-")) continue;
        ++parts;
        all += decompressed(dir / ("out/" + name));
      }
      EXPECT_EQ(all, expected_kept(corpus, 25));
      int expected = shard == std::string("1") ? 4 : shard == std::string("1G") ? 1 : parts;
      EXPECT_EQ(parts, expected) << codec << " " << shard;
      auto report = verify(dir / "out");
      ASSERT_TRUE(report);
      EXPECT_TRUE(report->ok) << codec << ": " << report->error;
    }
  }
}

TEST(FolderSink, RejectsCanBeLeftOutAndMalformedSkipped) {
  Synthetic corpus(2, 40);
  Folder dir;
  ASSERT_TRUE(corpus.run(test::recipe_to(dir / "none", Value::Object{{"rejects", false}})));
  EXPECT_FALSE(std::filesystem::exists(dir / "none/rejects"));
  Recipe recipe = test::recipe_to(dir / "skip");
  recipe.input.set("on_bad_record", "skip");
  ASSERT_TRUE(corpus.run(recipe));
  std::string rejects = decompressed(dir / "skip/rejects/part-00000.jsonl.zst");
  EXPECT_EQ(rejects.find("malformed"), std::string::npos);
  EXPECT_NE(rejects.find("filters.refusal.apology"), std::string::npos);
  for (const char* name : {"none", "skip"}) {
    auto report = verify(dir / name);
    ASSERT_TRUE(report);
    EXPECT_TRUE(report->ok) << report->error;
  }
}

TEST(FolderSink, ACorpusOfNothingIsWhole) {
  for (std::string codec : {"none", "gzip", "zstd"}) {
    Folder dir;
    Synthetic corpus(0, 1);
    ASSERT_TRUE(corpus.run(test::recipe_to(dir / "out", Value::Object{{"compress", codec}})));
    auto report = verify(dir / "out");
    ASSERT_TRUE(report);
    EXPECT_TRUE(report->ok) << codec << ": " << report->error;
    EXPECT_EQ(test::files_below(dir / "out").size(), 2U);
  }
}

TEST(FolderSink, RefusesAFolderThatIsNotEmpty) {
  Folder dir;
  Synthetic corpus(1, 4);
  std::filesystem::create_directories(dir / "out");
  ASSERT_TRUE(corpus.run(test::recipe_to(dir / "out")));  // empty is fine
  auto again = corpus.run(test::recipe_to(dir / "out"));
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, Code::kInvalidArgument);
  EXPECT_NE(again.error().message.find("another output folder"), std::string::npos);
}

TEST(FolderSink, NamesResumeForAnUnfinishedRun) {
  Folder dir;
  std::string work;
  {
    auto sink = make_sink(test::recipe_to(dir / "out"), &work);
    ASSERT_TRUE((*sink)->open());
  }
  EXPECT_EQ(work, dir / "out/.partial");
  test::write_file(work + "/journal", "x");
  auto sink = make_sink(test::recipe_to(dir / "out"), &work);
  auto opened = (*sink)->open();
  ASSERT_FALSE(opened);
  EXPECT_NE(opened.error().message.find("--resume"), std::string::npos) << opened.error().message;
}

TEST(FolderSink, IsLockedAgainstASecondRun) {
  Folder dir;
  std::string work;
  auto first = make_sink(test::recipe_to(dir / "out"), &work);
  ASSERT_TRUE((*first)->open());
  auto second = make_sink(test::recipe_to(dir / "out"), &work);
  auto opened = (*second)->open();
  ASSERT_FALSE(opened);
  EXPECT_NE(opened.error().message.find("another run"), std::string::npos)
      << opened.error().message;
  first->reset();
  EXPECT_TRUE((*second)->open());  // died before a checkpoint: nothing to resume
}

TEST(FolderSink, IdsAreFoundThroughTheWholeCorpus) {
  Folder dir;
  Synthetic corpus(6, 50);
  ASSERT_TRUE(
      corpus.run(test::recipe_to(dir / "out", Value::Object{{"shard", std::string("500")}})));
  auto reader = CorpusReader::open(dir / "out");
  ASSERT_TRUE(reader) << reader.error().message;
  EXPECT_GT(reader->parts().size(), 1U);
  std::uint64_t number = 0;
  for (int n = 0; n < 300; ++n) {
    auto by_own = reader->find("own-" + std::to_string(n));
    auto by_content = reader->find(Synthetic::content_id(n));
    EXPECT_EQ(static_cast<bool>(by_own), Synthetic::is_kept(n));
    if (!Synthetic::is_kept(n)) {
      EXPECT_EQ(by_own.error().code, Code::kNotFound);
      continue;
    }
    ASSERT_TRUE(by_content);
    EXPECT_EQ(*by_own, number);
    EXPECT_EQ(*by_content, number);
    auto line = reader->get(number);
    ASSERT_TRUE(line) << line.error().message;
    EXPECT_EQ(*line, Synthetic::kept_line(n));
    ++number;
  }
  EXPECT_EQ(reader->records(), number);
  EXPECT_EQ(reader->get(number).error().code, Code::kNotFound);
}

TEST(FolderSink, PartsWithoutAnIndexSaySo) {
  Folder dir;
  Synthetic corpus(1, 9);
  ASSERT_TRUE(corpus.run(test::recipe_to(dir / "out", Value::Object{{"compress", "none"}})));
  auto reader = CorpusReader::open(dir / "out");
  ASSERT_TRUE(reader);
  EXPECT_EQ(reader->get(0).error().code, Code::kUnsupported);
}

TEST(StreamSink, WritesByItsName) {
  Synthetic corpus(3, 20);
  for (std::string name : {"out.jsonl", "out.jsonl.zst", "out.jsonl.gz"}) {
    Folder dir;
    Recipe recipe;
    recipe.output = Value::Object{{"file", dir / name}};
    ASSERT_TRUE(corpus.run(recipe));
    EXPECT_EQ(decompressed(dir / name), expected_kept(corpus, 20));
    EXPECT_EQ(test::files_below(dir.path()).size(), 1U);
  }
}

TEST(StreamSink, LeavesNothingWhenTheRunFails) {
  Folder dir;
  test::write_file(dir / "out.jsonl", "old");
  Recipe recipe;
  recipe.output = Value::Object{{"file", dir / "out.jsonl"}};
  {
    std::string work = "x";
    auto sink = make_sink(recipe, &work);
    EXPECT_EQ(work, "");
    ASSERT_TRUE((*sink)->open());
    ASSERT_TRUE(Synthetic(2, 5).feed(**sink, 0, 2));
  }
  EXPECT_EQ(test::files_below(dir.path()),
            (std::map<std::string, std::string>{{"out.jsonl", "old"}}));
}

TEST(StreamSink, WritesADeviceInPlace) {
  Recipe recipe;
  recipe.output = Value::Object{{"file", "/dev/null"}};
  ASSERT_TRUE(Synthetic(2, 5).run(recipe));
  EXPECT_TRUE(std::filesystem::is_character_file("/dev/null"));
}

TEST(StreamSink, ABrokenPipeIsACancellation) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  ::close(ends[0]);
  auto old = std::signal(SIGPIPE, SIG_IGN);
  int saved = ::dup(1);
  ::dup2(ends[1], 1);
  Recipe recipe;
  recipe.output = Value::Object{{"file", "-"}};
  auto done = Synthetic(2, 5).run(recipe);
  ::dup2(saved, 1);
  ::close(saved);
  ::close(ends[1]);
  std::signal(SIGPIPE, old);
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, Code::kCancelled);
  EXPECT_EQ(done.error().message, "broken pipe");
}

TEST(Sink, NullWritesNothing) {
  Recipe recipe;
  recipe.output = Value::Object{{"null", true}};
  std::string work = "x";
  auto sink = make_sink(recipe, &work);
  ASSERT_TRUE(sink);
  EXPECT_EQ(work, "");
  ASSERT_TRUE(Synthetic(1, 5).run(recipe));
  EXPECT_EQ((*sink)->bytes_written(), 0U);
}

TEST(Sink, WantsExactlyOnePlace) {
  std::string work;
  Recipe recipe;
  EXPECT_EQ(make_sink(recipe, &work).error().code, Code::kInvalidArgument);
  recipe.output = Value::Object{{"dir", "a"}, {"file", "b"}};
  EXPECT_EQ(make_sink(recipe, &work).error().code, Code::kInvalidArgument);
  recipe.output = Value::Object{{"dir", "a"}, {"compress", "brotli"}};
  EXPECT_NE(make_sink(recipe, &work).error().message.find("zstd:1"), std::string::npos);
}

TEST(Sink, ParquetIsThereOrSaysHowToGetIt) {
  Recipe recipe;
  recipe.output = Value::Object{{"file", "x.parquet"}};
  std::string work_dir;
  auto sink = make_sink(recipe, &work_dir);
  ASSERT_EQ(static_cast<bool>(sink), parquet::built());
  if (sink) return;
  EXPECT_EQ(sink.error().code, Code::kUnsupported);
  EXPECT_EQ(sink.error().message, "x.parquet: this build has no Parquet: build with -DCORPUS_PARQUET=ON");
}

TEST(Codec, LevelsAreBounded) {
  EXPECT_EQ(parse_codec("zstd:19")->level, 19);
  EXPECT_EQ(parse_codec("zstd")->level, 3);
  for (const char* bad : {"zstd:0", "zstd:23", "zstd:", "zstd:3x", "gzip:10", "none:1", "", "xz"}) {
    EXPECT_FALSE(parse_codec(bad)) << bad;
  }
}

TEST(Version, IsThatOfTheProject) {
  std::string cmake = slurp(std::string(CORPUS_SOURCE_DIR) + "/CMakeLists.txt");
  EXPECT_NE(cmake.find("VERSION " + std::string(kLibraryVersion) + " "), std::string::npos);
}

}  // namespace
}  // namespace corpus
