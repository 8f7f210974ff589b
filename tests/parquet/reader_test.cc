// Parquet files made by Arrow C++, read as a chain reads its inputs.
#include <arrow/api.h>
#include <arrow/io/file.h>
#include <gmock/gmock.h>
#include <parquet/arrow/writer.h>
#include <parquet/exception.h>

#include "parquet/files.h"
#include "readers/source_support.h"
#include "support/folder.h"

namespace corpus::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::shared_ptr<::arrow::Array> finish(::arrow::ArrayBuilder& builder) { return builder.Finish().ValueOrDie(); }

std::shared_ptr<::arrow::Array> texts(const std::vector<std::string>& values) {
  ::arrow::StringBuilder out;
  PARQUET_THROW_NOT_OK(out.AppendValues(values));
  return finish(out);
}

class ParquetReader : public SourceTest {
 protected:
  std::string write(const std::string& name, const std::vector<std::string>& names,
                    const std::vector<std::shared_ptr<::arrow::Array>>& columns, std::int64_t group = 1 << 20) {
    ::arrow::FieldVector fields;
    for (std::size_t i = 0; i < names.size(); ++i) fields.push_back(::arrow::field(names[i], columns[i]->type()));
    auto table = ::arrow::Table::Make(::arrow::schema(fields), columns);
    std::string path = (dir_ / name).string();
    auto out = ::arrow::io::FileOutputStream::Open(path).ValueOrDie();
    PARQUET_THROW_NOT_OK(::parquet::arrow::WriteTable(*table, ::arrow::default_memory_pool(), out, group));
    PARQUET_THROW_NOT_OK(out->Close());
    return path;
  }
  // Many rows of one text column and a number, in row groups of 100.
  std::string numbered(const std::string& name, int rows) {
    std::vector<std::string> lines;
    ::arrow::Int64Builder numbers;
    for (int i = 0; i < rows; ++i) {
      lines.push_back("row " + std::to_string(i) + std::string(static_cast<std::size_t>(i * 7 % 50), 'x'));
      PARQUET_THROW_NOT_OK(numbers.Append(i));
    }
    return write(name, {"text", "n"}, {texts(lines), finish(numbers)}, 100);
  }
};

TEST_F(ParquetReader, RowsBecomeObjects) {
  auto pool = ::arrow::default_memory_pool();
  auto role = std::make_shared<::arrow::StringBuilder>(pool), content = std::make_shared<::arrow::StringBuilder>(pool);
  auto item = std::make_shared<::arrow::StructBuilder>(
      ::arrow::struct_({::arrow::field("role", ::arrow::utf8()), ::arrow::field("content", ::arrow::utf8())}), pool,
      std::vector<std::shared_ptr<::arrow::ArrayBuilder>>{role, content});
  ::arrow::ListBuilder list(pool, item);
  ::arrow::DoubleBuilder score;
  for (const char* answer : {"a \"quote\"", "z"}) {
    PARQUET_THROW_NOT_OK(list.Append());
    for (const char* who : {"user", "assistant"}) {
      PARQUET_THROW_NOT_OK(item->Append());
      PARQUET_THROW_NOT_OK(role->Append(who));
      PARQUET_THROW_NOT_OK(content->Append(who[0] == 'u' ? "q" : answer));
    }
  }
  PARQUET_THROW_NOT_OK(score.Append(0.5));
  PARQUET_THROW_NOT_OK(score.AppendNull());
  auto path = write("chat.parquet", {"messages", "score"}, {finish(list), finish(score)});
  EXPECT_THAT(
      bytes_of(records(path)),
      ElementsAre(
          R"({"messages":[{"role":"user","content":"q"},{"role":"assistant","content":"a \"quote\""}],"score":0.5})",
          R"({"messages":[{"role":"user","content":"q"},{"role":"assistant","content":"z"}],"score":null})"));
  EXPECT_EQ(format_, "parquet");
}

TEST_F(ParquetReader, TheContentDecidesAndFoldersAreSearched) {
  auto path = numbered("b.parquet", 3);
  std::filesystem::copy(path, dir_ / "named.jsonl");
  EXPECT_EQ(records((dir_ / "named.jsonl").string()).size(), 3u);
  std::filesystem::remove(dir_ / "named.jsonl");
  put("a.jsonl", "{\"text\":\"first\"}\n");
  EXPECT_EQ(records(dir_.string()).size(), 4u);
}

TEST_F(ParquetReader, TheHashIsOfTheFile) {
  auto path = numbered("n.parquet", 1000);
  auto source = open(input(path));
  auto first = read_batches(*source);
  std::string hash = source->inputs()[0].xxh3;
  EXPECT_EQ(hash.size(), 32u);
  ASSERT_TRUE(source->rewind());
  EXPECT_EQ(read_batches(*source), first);
  ASSERT_TRUE(source->rewind());
  std::filesystem::copy_file(numbered("other.parquet", 999), path, std::filesystem::copy_options::overwrite_existing);
  Batch batch;
  Result<bool> more = true;
  while (more && *more) {
    batch.reset();
    more = source->read(batch);
  }
  ASSERT_FALSE(more);
  EXPECT_THAT(more.error().message, HasSubstr("changed between two passes"));
}

TEST_F(ParquetReader, ContinuesWhereItStood) {
  Value options = input(numbered("n.parquet", 1000));
  options.set("batch", 4096);
  auto whole = read_batches(*open(options));
  ASSERT_GT(whole.size(), 5u);
  auto begun = open(options);
  Batch batch;
  for (int i = 0; i < 3; ++i) {
    batch.reset();
    ASSERT_TRUE(*begun->read(batch));
  }
  auto resumed = open(options);
  ASSERT_TRUE(resumed->restore(begun->snapshot()));
  auto rest = read_batches(*resumed);
  EXPECT_EQ(rest, std::vector<GotBatch>(whole.begin() + 3, whole.end()));
}

TEST_F(ParquetReader, ATypeWithoutJsonIsRefusedByName) {
  ::arrow::TimestampBuilder when(::arrow::timestamp(::arrow::TimeUnit::MILLI), ::arrow::default_memory_pool());
  PARQUET_THROW_NOT_OK(when.Append(1));
  auto path = write("when.parquet", {"created"}, {finish(when)});
  Code code;
  EXPECT_THAT(error_of(input(path), &code), testing::AllOf(HasSubstr("when.parquet"), HasSubstr("created")));
  EXPECT_EQ(code, Code::kUnsupported);
}

TEST_F(ParquetReader, AHugeCellIsMalformedOrOverTheLimit) {
  std::string cell(std::size_t{8} << 20, 'x');
  auto path = write("cell.parquet", {"text"}, {texts({"small", cell, "after"})});
  Value options = input(path);
  options.set("max_record", 1 << 20);
  auto got = records_of(read_batches(*open(options)));
  EXPECT_EQ(got.front().bytes, R"({"text":"small"})");
  EXPECT_EQ(got[1].drop, "malformed.too_long");
  EXPECT_EQ(got.back().bytes, R"({"text":"after"})");

  auto file = io::File::open_read(path);
  ASSERT_TRUE(file);
  auto reader = parquet::open(*std::move(file), {}, 4 << 20);
  ASSERT_TRUE(reader);
  char buffer[4096];
  auto read = (*reader)->read(buffer, sizeof buffer);
  while (read && *read > 0) read = (*reader)->read(buffer, sizeof buffer);
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code, Code::kLimit);
  EXPECT_THAT(read.error().message, HasSubstr("cell.parquet"));
  EXPECT_FALSE((*reader)->read(buffer, sizeof buffer));  // again
}

TEST_F(ParquetReader, DamageIsAnErrorThatNamesTheFile) {
  std::string good = slurp(numbered("good.parquet", 250));
  int errors = 0;
  for (std::size_t at = 4; at < good.size(); at += 13) {
    std::string bad = good;
    bad[at] = static_cast<char>(bad[at] ^ (1 << (at % 8)));
    std::string error = error_of(input(put("damaged.parquet", bad)));
    if (error.empty()) continue;  // a name, a statistic, a value: Arrow's own files have no checksums
    ++errors;
    EXPECT_THAT(error, HasSubstr("damaged.parquet"));
  }
  EXPECT_GT(errors, 20);
  for (std::size_t size = 4; size < good.size(); size += 41) {
    std::string error = error_of(input(put("cut.parquet", good.substr(0, size))));
    EXPECT_THAT(error, HasSubstr("cut.parquet")) << size;
  }
}

TEST_F(ParquetReader, OurPagesHaveChecksums) {
  std::string lines;
  for (int i = 0; i < 40; ++i) lines += R"({"text":"line )" + std::to_string(i * i * 7919) + "\"}\n";
  std::string path = (dir_ / "ours.parquet").string();
  auto file = io::File::create(path);
  ASSERT_TRUE(file);
  auto writer = parquet::create(*std::move(file), 3);
  ASSERT_TRUE(writer);
  Batch batch;
  batch.bytes.append(lines);
  ASSERT_TRUE(parse_text(Value(Value::Object()), Fields::kTurns, batch));
  ASSERT_TRUE((*writer)->add({.batch = &batch, .lines = lines}));
  ASSERT_TRUE((*writer)->finish());
  std::string good = slurp(path);
  auto whole = records(path);
  ASSERT_EQ(whole.size(), 40u);
  int errors = 0;
  std::size_t footer = good.find("schema");  // the name of the root, in the metadata behind all pages
  ASSERT_NE(footer, std::string::npos);
  for (std::size_t at = 4; at < footer; at += 5) {
    std::string bad = good;
    bad[at] = static_cast<char>(bad[at] ^ 4);
    auto damaged = put("damaged.parquet", bad);
    if (!error_of(input(damaged)).empty()) {
      ++errors;
    } else {
      EXPECT_EQ(records(damaged), whole) << "byte " << at;
    }
  }
  EXPECT_GT(errors, static_cast<int>(footer / 20));  // of a fifth: the pages of two leaves of six are read
}

TEST_F(ParquetReader, PipesAndPackedFilesAreRefusedWithTheRemedy) {
  auto path = numbered("n.parquet", 3);
  auto packed = (dir_ / "n.parquet.gz").string();
  ASSERT_EQ(std::system(("gzip -c " + path + " > " + packed).c_str()), 0);
  EXPECT_THAT(error_of(input(packed)), HasSubstr("unpack it"));
}

}  // namespace
}  // namespace corpus::test
