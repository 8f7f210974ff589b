// Counts the records of real corpora, where a checkout has them beside it.
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "readers/source_support.h"
#include "simd/json_scan.h"

namespace corpus::test {
namespace {

std::filesystem::path data_dir() {
  const char* named = std::getenv("CORPUS_TEST_DATA");
  return named != nullptr ? std::filesystem::path(named)
                          : std::filesystem::path(CORPUS_SOURCE_DIR) / ".." / "shared" / "data";
}

TEST(RealData, EveryFileHasTheRecordsItsListSays) {
  auto dir = data_dir();
  std::ifstream list(dir / "SOURCES.tsv");
  if (!list) GTEST_SKIP() << "no " << (dir / "SOURCES.tsv") << "; set CORPUS_TEST_DATA";
  std::string line;
  std::getline(list, line);
  std::size_t files = 0, total = 0;
  while (std::getline(list, line)) {
    std::istringstream row(line);
    std::vector<std::string> cells(14);
    for (auto& cell : cells) std::getline(row, cell, '\t');
    const std::string& name = cells[0];
    if (cells[5].empty()) continue;
    SCOPED_TRACE(name);
    auto source = make_source(Value(Value::Object{{"paths", (dir / name).string()}}));
    ASSERT_TRUE(source);
    std::uint64_t records = 0, bytes = 0, dropped = 0;
    Batch batch;
    for (;;) {
      batch.reset();
      auto more = (*source)->read(batch);
      ASSERT_TRUE(more) << more.error().message;
      if (!*more) break;
      bytes += batch.bytes.size();
      for (const auto& record : take(batch).records) {
        ++records;
        dropped += record.drop.empty() ? 0 : 1;
      }
    }
    auto info = (*source)->inputs()[0];
    EXPECT_EQ(records, std::stoull(cells[5])) << info.format;
    EXPECT_EQ(dropped, 0u);
    if (info.format == "jsonl" && info.compression == "zstd") {
      EXPECT_EQ(bytes, std::stoull(cells[6]));
    }
    EXPECT_EQ(info.bytes, std::stoull(cells[7]));
    EXPECT_EQ(info.xxh3.size(), 32u);
    ++files;
    total += records;
  }
  EXPECT_GT(files, 100u);
  std::printf("%zu files, %zu records\n", files, total);
}

std::vector<std::string> minified(const std::filesystem::path& path) {
  auto source = make_source(Value(Value::Object{{"paths", path.string()}}));
  std::vector<std::string> out;
  if (!source) return out;
  for (const auto& record : records_of(read_batches(**source))) {
    std::string text(record.bytes.size() + 64, '\0');
    text.resize(simd::minify_value(record.bytes.data(), record.bytes.size(), text.data()));
    out.push_back(std::move(text));
  }
  return out;
}

// The lists hold some sources twice: as the array they were, and as lines another program made of
// it.
TEST(RealData, ArraysAndLinesAreTheSameRecords) {
  auto dir = data_dir();
  if (!std::filesystem::exists(dir)) GTEST_SKIP() << "no " << dir << "; set CORPUS_TEST_DATA";
  std::size_t pairs = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(dir)) {
    std::string name = entry.path().filename().string();
    if (entry.path().parent_path().filename() != "raw" || !name.ends_with(".json.zst")) continue;
    auto lines = entry.path().parent_path().parent_path() /
                 (name.substr(0, name.size() - std::string(".json.zst").size()) + ".jsonl.zst");
    if (!std::filesystem::exists(lines)) continue;
    EXPECT_TRUE(minified(entry.path()) == minified(lines)) << entry.path();
    ++pairs;
  }
  EXPECT_GT(pairs, 5u);
}

}  // namespace
}  // namespace corpus::test
