// Runs a Source over files made by a test and writes down everything it hands out.
#ifndef CORPUS_TESTS_READERS_SOURCE_SUPPORT_H_
#define CORPUS_TESTS_READERS_SOURCE_SUPPORT_H_

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "corpus/component.h"

namespace corpus {
Result<std::unique_ptr<Source>> make_source(const Value& input);
}

namespace corpus::test {

struct Got {
  std::uint32_t input = 0;
  std::uint64_t offset = 0;
  std::string bytes;
  std::string drop;
  int flags = 0;
  bool operator==(const Got&) const = default;
};

struct GotBatch {
  std::uint64_t seq = 0;
  std::uint64_t offset = 0;
  std::vector<Got> records;  // lines that are not blank for JSON Lines
  std::string bytes;
  bool operator==(const GotBatch&) const = default;
};

inline GotBatch take(const Batch& batch) {
  GotBatch out{batch.seq, batch.offset, {}, std::string(batch.bytes.view())};
  if (batch.raw_listed) {
    for (const auto& raw : batch.raw) {
      out.records.push_back({batch.input, raw.offset,
                             std::string(batch.bytes.view().substr(raw.begin, raw.size)),
                             std::string(raw.drop.name()), raw.flags});
    }
    return out;
  }
  std::string_view bytes = batch.bytes.view();
  for (std::size_t at = 0; at < bytes.size();) {
    std::size_t end = std::min(bytes.find('\n', at), bytes.size());
    std::string_view line = bytes.substr(at, end - at);
    if (line.find_first_not_of(" \t\r") != std::string_view::npos) {
      out.records.push_back({batch.input, batch.offset + at, std::string(line), "", 0});
    }
    at = end + 1;
  }
  return out;
}

inline std::vector<GotBatch> read_batches(Source& source) {
  std::vector<GotBatch> out;
  Batch batch;
  for (;;) {
    batch.reset();
    auto more = source.read(batch);
    EXPECT_TRUE(more) << (more ? "" : more.error().message);
    if (!more || !*more) return out;
    out.push_back(take(batch));
  }
}

inline std::vector<Got> records_of(const std::vector<GotBatch>& batches) {
  std::vector<Got> out;
  for (const auto& batch : batches) {
    out.insert(out.end(), batch.records.begin(), batch.records.end());
  }
  return out;
}

class SourceTest : public testing::Test {
 protected:
  SourceTest() {
    std::string name = testing::UnitTest::GetInstance()->current_test_info()->name();
    dir_ = std::filesystem::temp_directory_path() /
           ("corpus-" + name + "-" + std::to_string(::getpid()));
    std::filesystem::create_directories(dir_);
  }
  ~SourceTest() override { std::filesystem::remove_all(dir_); }

  std::string put(const std::string& name, std::string_view bytes) {
    auto path = dir_ / name;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary)
        .write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    return path.string();
  }
  static Value input(const std::string& path) { return Value(Value::Object{{"paths", path}}); }

  static std::unique_ptr<Source> open(const Value& options) {
    auto source = make_source(options);
    EXPECT_TRUE(source) << (source ? "" : source.error().message);
    return source ? *std::move(source) : nullptr;
  }
  // Every record of one file; `options` are further keys of input.
  std::vector<Got> records(const std::string& path, Value options = {}) {
    options.set("paths", path);
    auto source = open(options);
    if (!source) return {};
    auto out = records_of(read_batches(*source));
    format_ = source->inputs()[0].format;
    return out;
  }
  static std::vector<std::string> bytes_of(const std::vector<Got>& got) {
    std::vector<std::string> out;
    for (const auto& g : got) out.push_back(g.drop.empty() ? g.bytes : g.drop + "|" + g.bytes);
    return out;
  }
  // The first error of reading it all; "" when there is none.
  static std::string error_of(const Value& options, Code* code = nullptr) {
    auto source = make_source(options);
    Error error;
    if (!source) {
      error = source.error();
    } else {
      Batch batch;
      for (;;) {
        batch.reset();
        auto more = (*source)->read(batch);
        if (!more) error = more.error();
        if (!more || !*more) break;
      }
    }
    if (code != nullptr) *code = error.code;
    return error.message;
  }

  std::filesystem::path dir_;
  std::string format_;
};

}  // namespace corpus::test

#endif  // CORPUS_TESTS_READERS_SOURCE_SUPPORT_H_
