// Every reader over any bytes: the laws of record_reader.h and not only the absence of crashes.
//
// The first three bytes choose format, batch size and record limit. What is read must not depend on
// how the decoder hands out its bytes, must be the same when a second reader takes over at any
// batch, and what is dropped must be the input's own bytes.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include "readers/record_reader.h"
#include "readers/sniff.h"

namespace {

using corpus::Batch;
using corpus::Result;
using corpus::readers::Format;
using corpus::readers::Limits;
using corpus::readers::RecordReader;
using corpus::readers::Stream;

class MemoryReader final : public corpus::io::ByteReader {
 public:
  MemoryReader(std::string_view bytes, std::size_t step) : rest_(bytes), step_(step) {}
  Result<std::size_t> read(char* to, std::size_t n) override {
    n = std::min({n, step_, rest_.size()});
    if (n != 0) std::memcpy(to, rest_.data(), n);
    rest_.remove_prefix(n);
    return n;
  }
  std::uint64_t stored_read() const override { return 0; }
  const char* compression() const override { return "none"; }
  corpus::Key128 stored_hash() const override { return {}; }

 private:
  std::string_view rest_;
  std::size_t step_;
};

struct Setup {
  std::string_view bytes;
  std::string_view format;
  Limits limits;
};

std::unique_ptr<RecordReader> open(const Setup& setup, std::size_t step) {
  Stream stream(std::make_unique<MemoryReader>(setup.bytes, step));
  auto format = corpus::readers::sniff(stream, "x", setup.format);
  if (!format) return nullptr;
  auto reader = corpus::readers::make_reader(*format, std::move(stream), setup.limits);
  return reader->begin("x") ? std::move(reader) : nullptr;
}

void require(bool ok) {
  if (!ok) std::abort();
}

// One line for all that a batch says.
std::string print(const Batch& batch, const Setup& setup) {
  std::string out = std::to_string(batch.offset) + (batch.raw_listed ? " L " : " P ");
  out.append(batch.bytes.view());
  for (const auto& raw : batch.raw) {
    require(raw.begin + std::size_t{raw.size} <= batch.bytes.size());
    require(raw.offset <= setup.bytes.size());
    if (raw.drop) {
      require(batch.bytes.view().substr(raw.begin, raw.size) ==
              setup.bytes.substr(raw.offset, raw.size));
    }
    out += "\n" + std::to_string(raw.offset) + " " + std::to_string(raw.size) + " " +
           std::string(raw.drop.name()) + " " + std::to_string(raw.flags);
  }
  return out;
}

std::vector<std::string> read_all(RecordReader& reader, const Setup& setup) {
  std::vector<std::string> out;
  Batch batch;
  for (;;) {
    batch.reset();
    auto more = reader.read(batch);
    require(more.has_value());
    if (!*more) return out;
    out.push_back(print(batch, setup));
    require(out.size() <= setup.bytes.size() + 2);  // always goes on
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 3) return 0;
  static constexpr const char* kFormats[] = {"auto", "jsonl", "json", "csv", "tsv", "text"};
  static constexpr std::size_t kBatch[] = {1, 16, 100, 1 << 20};
  static constexpr std::size_t kRecord[] = {1, 8, 50, 1 << 20};
  Setup setup;
  setup.format = kFormats[data[0] % 6];
  setup.limits = {kBatch[data[1] % 4], kRecord[data[2] % 4]};
  setup.bytes = {reinterpret_cast<const char*>(data) + 3, size - 3};

  auto reader = open(setup, ~std::size_t{0});
  auto other = open(setup, 1 + data[1] / 4);
  require((reader == nullptr) == (other == nullptr));
  if (!reader) return 0;
  auto all = read_all(*reader, setup);
  require(read_all(*other, setup) == all);

  auto first = open(setup, 5);
  Batch batch;
  for (int n = data[2] / 4; n > 0 && !all.empty(); --n) {
    batch.reset();
    require(first->read(batch).has_value());
    all.erase(all.begin());
  }
  auto second = open(setup, 3);
  require(*second->resume(first->mark()));
  require(read_all(*second, setup) == all);
  return 0;
}
