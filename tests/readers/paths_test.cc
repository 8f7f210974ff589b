#include "readers/paths.h"

#include <gmock/gmock.h>
#include <sys/stat.h>

#include <thread>

#include "parquet/files.h"
#include "readers/source_support.h"

namespace corpus::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class Paths : public SourceTest {
 protected:
  std::vector<std::string> find(const std::vector<std::string>& paths) {
    auto found = readers::find_inputs(paths);
    EXPECT_TRUE(found) << (found ? "" : found.error().message);
    std::vector<std::string> out;
    if (!found) return out;
    for (const auto& f : *found) {
      out.push_back(f.name.starts_with(at("")) ? f.name.substr(at("").size()) : f.name);
    }
    return out;
  }
  Error fail(const std::vector<std::string>& paths) {
    auto found = readers::find_inputs(paths);
    return found ? Error{} : found.error();
  }
  std::string at(const std::string& name) { return (dir_ / name).string(); }
};

TEST_F(Paths, FoldersAreWalkedInByteOrder) {
  for (const char* name : {"b.jsonl", "a/z.JSON.zst", "a.csv", "a/README.md", "a/.hidden.jsonl",
                           ".git/x.jsonl", "c.jsonl.tmp", "d.tsv.gz", "e.txt", "Z.ndjson"}) {
    put(name, "");
  }
  EXPECT_THAT(find({dir_.string()}),
              ElementsAre("Z.ndjson", "a.csv", "a/z.JSON.zst", "b.jsonl", "d.tsv.gz", "e.txt"));
  EXPECT_THAT(find({at("a/README.md"), at("a/.hidden.jsonl")}),
              ElementsAre("a/README.md", "a/.hidden.jsonl"));
}

TEST_F(Paths, OfOurOwnOutputOnlyTheParts) {
  for (const char* name : {"out/part-00001.jsonl.zst", "out/part-00000.jsonl.zst",
                           "out/manifest.json", "out/rejects/part-00000.jsonl.zst", "x.jsonl"}) {
    put(name, "");
  }
  EXPECT_THAT(find({at("out")}),
              ElementsAre("out/part-00000.jsonl.zst", "out/part-00001.jsonl.zst"));
  EXPECT_THAT(find({dir_.string()}),
              ElementsAre("out/part-00000.jsonl.zst", "out/part-00001.jsonl.zst", "x.jsonl"));
}

TEST_F(Paths, Globs) {
  for (const char* name : {"a1.log", "a2.log", "b.log", "d/a3.log", "d/e/a4.log", ".a.log",
                           "lit[1].log", "dir.log/q.jsonl"}) {
    put(name, "");
  }
  EXPECT_THAT(find({at("a?.log")}), ElementsAre("a1.log", "a2.log"));
  EXPECT_THAT(find({at("[ab]*.log")}), ElementsAre("a1.log", "a2.log", "b.log"));
  EXPECT_THAT(find({at("**/a*.log")}), ElementsAre("a1.log", "a2.log", "d/a3.log", "d/e/a4.log"));
  EXPECT_THAT(find({at("d/**")}), ElementsAre("d/a3.log", "d/e/a4.log"));
  EXPECT_THAT(find({at("d/**/**/a?.log")}), ElementsAre("d/a3.log", "d/e/a4.log"));
  EXPECT_THAT(find({at("lit[1].log")}), ElementsAre("lit[1].log"));
  EXPECT_THAT(find({at("dir*")}), ElementsAre("dir.log/q.jsonl"));
  EXPECT_THAT(find({at("*/e/*.log"), at("b.log")}), ElementsAre("d/e/a4.log", "b.log"));
}

// A listed format before JSON Lines: what the first left in the batch must not hide the second's lines.
TEST_F(Paths, EveryOrderOfFormatsGivesEveryRecord) {
  std::vector<std::string> files = {put("a.csv", "q,a\n1,2\n"), put("b.jsonl", "{\"x\":1}\n{\"x\":2}\n"),
                                    put("c.json", "[{\"y\":1},\n{\"y\":2},{\"y\":3}]"),
                                    put("d.txt", "one\ntwo\nthree\nfour\n")};
  std::sort(files.begin(), files.end());
  do {
    Value::Array paths(files.begin(), files.end());
    auto source = open(Value(Value::Object{{"paths", Value(paths)}}));
    EXPECT_EQ(records_of(read_batches(*source)).size(), 10U) << files[0] << ' ' << files[1];
  } while (std::next_permutation(files.begin(), files.end()));
}

TEST_F(Paths, ErrorsSayWhatToDo) {
  put("empty/readme.md", "");
  put("pq/x.parquet", "");
  EXPECT_EQ(fail({at("none.jsonl")}).code, Code::kNotFound);
  EXPECT_EQ(fail({at("empty")}).code, Code::kInvalidArgument);
  EXPECT_THAT(fail({at("empty")}).message, HasSubstr("name the files"));
  EXPECT_EQ(fail({at("*.zip")}).code, Code::kInvalidArgument);
  if (!parquet::built()) {
    EXPECT_EQ(fail({at("pq")}).code, Code::kUnsupported);
    EXPECT_THAT(fail({at("pq")}).message,
                HasSubstr("x.parquet: this build has no Parquet: build with -DCORPUS_PARQUET=ON"));
  }
  EXPECT_EQ(fail({}).code, Code::kInvalidArgument);
  EXPECT_EQ(fail({"-", "-"}).code, Code::kInvalidArgument);
  Value options = input(put("a.jsonl", ""));
  options.set("batch", 0);
  EXPECT_FALSE(make_source(options));
  EXPECT_THAT(error_of(Value(Value::Object{{"paths", at("a.jsonl")}, {"format", "xml"}})),
              HasSubstr("input.format"));
}

TEST_F(Paths, StandardInput) {
  int saved = ::dup(0);
  for (bool again : {false, true}) {
    int pipe[2];
    ASSERT_EQ(::pipe(pipe), 0);
    ASSERT_EQ(::write(pipe[1], "a,b\n1,2\n3,4\n", 12), 12);
    ::close(pipe[1]);
    ::dup2(pipe[0], 0);
    ::close(pipe[0]);
    auto source = open(input("-"));
    if (again) {
      ASSERT_TRUE(source->expect_rewind());
    }
    auto first = records_of(read_batches(*source));
    ASSERT_EQ(first.size(), 2u);
    EXPECT_EQ(first[1].bytes, "{\"a\":\"3\",\"b\":\"4\"}");
    EXPECT_EQ(source->inputs()[0].name, "-");
    EXPECT_EQ(source->inputs()[0].format, "csv");
    if (again) {
      ASSERT_TRUE(source->rewind());
      EXPECT_EQ(records_of(read_batches(*source)), first);
    }
    EXPECT_FALSE(source->restore(source->snapshot()));
  }
  ::dup2(saved, 0);
  ::close(saved);
}

TEST_F(Paths, APipeIsSpooledWhenItIsReadAgain) {
  auto path = at("pipe.jsonl");
  ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
  std::string text;
  for (int i = 0; i < 100000; ++i) text += "{\"i\":" + std::to_string(i) + "}\n";
  auto feed = [&] {
    std::ofstream(path).write(text.data(), static_cast<std::streamsize>(text.size()));
  };
  for (bool again : {false, true}) {
    std::thread writer(feed);
    auto source = open(input(path));
    if (again) {
      ASSERT_TRUE(source->expect_rewind());
    }
    auto first = read_batches(*source);
    writer.join();
    EXPECT_EQ(records_of(first).size(), 100000u);
    EXPECT_EQ(source->inputs()[0].bytes, 0u);
    auto rewound = source->rewind();
    EXPECT_EQ(rewound.has_value(), again);
    if (again) {
      EXPECT_EQ(read_batches(*source), first);
    }
  }
  auto restored = open(input(path))->restore("");
  ASSERT_FALSE(restored);
  EXPECT_EQ(restored.error().code, Code::kInvalidArgument);
  EXPECT_THAT(restored.error().message, HasSubstr("a pipe cannot be resumed"));
}

}  // namespace
}  // namespace corpus::test
