// Runs that end in a Parquet file.
#include <arrow/table.h>
#include <gmock/gmock.h>
#include <parquet/arrow/reader.h>
#include <parquet/exception.h>
#include <parquet/file_reader.h>
#include <parquet/metadata.h>

#include <cerrno>

#include "corpus/pipeline.h"
#include "corpus/recipe.h"
#include "io/file.h"
#include "parquet/files.h"
#include "support/folder.h"

namespace corpus::test {
namespace {

using testing::HasSubstr;

// Every line in another way of writing, so that printing a record anew would show.
std::string corpus_lines(int n) {
  std::string out;
  for (int i = 0; i < n; ++i) {
    std::string id = std::to_string(i);
    switch (i % 4) {
      case 0: out += R"({"id": ")" + id + R"(", "messages":[{"role":"user","content":"caf\u00e9 \ud83d\ude00"},)";
        out += "{\"role\":\"assistant\",\"content\":\"\xc3\xa9" R"(\n)" + id + R"("}], "model":"gpt-4"})"; break;
      case 1: out += R"({ "instruction" : "say", "input":"", "output":")" + id + R"( \/ \u0041"  })"; break;
      case 2: out += R"({"text":"one )" + id + R"(","x":[1, 2.50, 1e3, {"y":null}]})"; break;
      default: out += R"({"prompt":"p","response":"lone \ud800 )" + id + R"("})";
    }
    out += '\n';
  }
  return out;
}

std::string column_text(const std::string& path, const std::string& column) {
  ::parquet::arrow::FileReaderBuilder builder;
  PARQUET_THROW_NOT_OK(builder.OpenFile(path));
  auto reader = builder.Build().ValueOrDie();
  return reader->ReadTable().ValueOrDie()->GetColumnByName(column)->ToString();
}

Result<Report> convert(const std::string& in, const std::string& out, Recipe recipe = {}, int threads = 2) {
  recipe.input = recipe.input.if_object() ? recipe.input : Value(Value::Object());
  recipe.input.set("paths", in);
  recipe.output = recipe.output.if_object() ? recipe.output : Value(Value::Object());
  recipe.output.set("file", out);
  RunOptions options;
  options.threads = threads;
  return run(recipe, options);
}

TEST(ParquetWriter, BytesComeBack) {
  Folder folder;
  std::string lines = corpus_lines(20'000);
  auto in = folder.write("in.jsonl", lines);
  auto there = convert(in, folder / "mid.parquet");
  ASSERT_TRUE(there) << there.error().message;
  auto back = convert(folder / "mid.parquet", folder / "back.jsonl");
  ASSERT_TRUE(back) << back.error().message;
  EXPECT_EQ(slurp(folder / "back.jsonl"), lines);
  EXPECT_FALSE(io::exists(folder / "mid.parquet.partial"));
  EXPECT_GT(there->bytes_out, 0u);
  EXPECT_EQ(there->bytes_out, std::filesystem::file_size(folder / "mid.parquet"));
}

TEST(ParquetWriter, SameBytesForAnyNumberOfThreads) {
  Folder folder;
  auto in = folder.write("in.jsonl", corpus_lines(30'000));
  ASSERT_TRUE(convert(in, folder / "one.parquet", {}, 1));
  ASSERT_TRUE(convert(in, folder / "four.parquet", {}, 4));
  EXPECT_TRUE(slurp(folder / "one.parquet") == slurp(folder / "four.parquet"));
}

TEST(ParquetWriter, RowGroupsAreBounded) {
  Folder folder;
  std::string line = R"({"text":")" + std::string(1000, 'a') + "\"}\n", lines;
  for (int i = 0; i < 10; ++i) lines += line;
  auto file = io::File::create(folder / "x.parquet");
  ASSERT_TRUE(file);
  auto writer = parquet::create(*std::move(file), 3, 35'000);
  ASSERT_TRUE(writer);
  for (int i = 0; i < 7; ++i) {
    Batch batch;
    batch.bytes.append(lines);
    ASSERT_TRUE(parse_text(Value(Value::Object()), Fields::kTurns, batch));
    ASSERT_TRUE((*writer)->add({.batch = &batch, .lines = lines}));
  }
  ASSERT_TRUE((*writer)->finish());
  auto reader = ::parquet::ParquetFileReader::OpenFile(folder / "x.parquet");
  auto metadata = reader->metadata();
  EXPECT_EQ(metadata->num_rows(), 70);
  ASSERT_EQ(metadata->num_row_groups(), 3);  // 3, 3 and 1 batches of 10 KB
  EXPECT_EQ(metadata->RowGroup(0)->num_rows(), 30);
  EXPECT_EQ(metadata->RowGroup(0)->ColumnChunk(0)->compression(), ::parquet::Compression::ZSTD);
}

TEST(ParquetWriter, ColumnsSayWhatTheLinesSay) {
  Folder folder;
  std::string boilerplate = "Subscribe to our newsletter for more of this.", lines;
  for (const char* own : {"The first text.", "The second text."}) {
    lines += R"({"text":")" + std::string(own) + "\\n" + boilerplate + "\"}\n";
  }
  auto in = folder.write("in.jsonl", lines);
  Recipe recipe;
  recipe.stages.push_back({"dedup.lines", Value(Value::Object())});  // cuts the record, not its turns
  auto done = convert(in, folder / "out.parquet", recipe);
  ASSERT_TRUE(done) << done.error().message;
  for (const char* column : {"turns", "json"}) {
    std::string text = column_text(folder / "out.parquet", column);
    EXPECT_THAT(text, HasSubstr("The second text.")) << column;
    auto first = text.find(boilerplate);
    ASSERT_NE(first, std::string::npos) << column;
    EXPECT_EQ(text.find(boilerplate, first + 1), std::string::npos) << column;
  }
}

TEST(ParquetWriter, AFailedWriteLeavesNothing) {
  Folder folder;
  auto in = folder.write("in.jsonl", corpus_lines(2000));
  folder.write("out.parquet", "what was there before");
  io::set_fault_hook([](const char* call, const char* path, std::size_t) {
    return std::string_view(call) == "write" && std::string_view(path).ends_with(".partial") ? ENOSPC : 0;
  });
  auto done = convert(in, folder / "out.parquet");
  io::set_fault_hook(nullptr);
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, Code::kIo);
  EXPECT_THAT(done.error().message, HasSubstr("out.parquet"));
  EXPECT_EQ(slurp(folder / "out.parquet"), "what was there before");
  EXPECT_FALSE(io::exists(folder / "out.parquet.partial"));
}

TEST(ParquetWriter, OtherCodecsAreRefused) {
  Folder folder;
  auto in = folder.write("in.jsonl", corpus_lines(1));
  Recipe recipe;
  recipe.output = Value::Object();
  recipe.output.set("compress", "gzip");
  auto done = convert(in, folder / "out.parquet", recipe);
  ASSERT_FALSE(done);
  EXPECT_THAT(done.error().message, HasSubstr("zstd:1 to zstd:22"));
}

TEST(ParquetWriter, NothingKeptIsAFileWithoutRows) {
  Folder folder;
  auto in = folder.write("in.jsonl", "\n");
  ASSERT_TRUE(convert(in, folder / "none.parquet"));
  EXPECT_EQ(::parquet::ParquetFileReader::OpenFile(folder / "none.parquet")->metadata()->num_rows(), 0);
  auto back = convert(folder / "none.parquet", folder / "back.jsonl");
  ASSERT_TRUE(back) << back.error().message;
  EXPECT_EQ(slurp(folder / "back.jsonl"), "");
}

}  // namespace
}  // namespace corpus::test
