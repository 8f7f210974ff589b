// The index as a file; docs/formats/benchmark-index.md has the layout.
#include <cstring>

#include "base/hash.h"
#include "decontaminate/benchmark_index.h"

namespace corpus {
namespace {

constexpr std::string_view kMagic = "CORPUSBI";
constexpr std::uint32_t kVersion = 1;

template <typename T>
void put(std::string& out, T value) {
  for (std::size_t i = 0; i < sizeof(T); ++i) {
    out += static_cast<char>(static_cast<std::uint64_t>(value) >> (8 * i) & 0xFF);
  }
}

class Bytes {
 public:
  explicit Bytes(std::string_view bytes) : rest_(bytes) {}
  template <typename T>
  T get() {
    std::uint64_t out = 0;
    std::string_view bytes = take(sizeof(T));
    for (std::size_t i = 0; i < bytes.size(); ++i) {
      out |= std::uint64_t{static_cast<unsigned char>(bytes[i])} << (8 * i);
    }
    return static_cast<T>(out);
  }
  std::string_view take(std::size_t n) {
    good_ &= n <= rest_.size();
    std::string_view out = rest_.substr(0, good_ ? n : 0);
    rest_.remove_prefix(out.size());
    return out;
  }
  bool good() const { return good_; }
  std::size_t left() const { return rest_.size(); }

 private:
  std::string_view rest_;
  bool good_ = true;
};

Error damaged(const std::string& file, std::string_view what) {
  return {Code::kCorrupt, file + ": " + std::string(what) + "; make the index again"};
}

}  // namespace

std::string BenchmarkIndex::to_bytes() const {
  std::string out(kMagic);
  put(out, kVersion);
  put(out, static_cast<std::uint32_t>(benchmarks_.size()));
  put(out, static_cast<std::uint32_t>(items_.size()));
  for (const auto& benchmark : benchmarks_) {
    put(out, static_cast<std::uint32_t>(benchmark.size()));
    out += benchmark;
  }
  for (const Item& item : items_) {
    put(out, item.benchmark);
    put(out, item.record);
    put(out, static_cast<std::uint8_t>(item.part));
    put(out, static_cast<std::uint8_t>(item.code));
    put(out, item.size);
    for (std::uint64_t word : words(item)) put(out, word);
  }
  Key128 sum = hash128(out);
  put(out, sum.lo);
  put(out, sum.hi);
  return out;
}

Result<BenchmarkIndex> BenchmarkIndex::from_bytes(std::string_view bytes, const std::string& file) {
  constexpr std::size_t kSum = 16;
  if (!bytes.starts_with(kMagic)) return damaged(file, "is no benchmark index");
  if (bytes.size() < kMagic.size() + 12 + kSum) return damaged(file, "the index is cut off");
  Bytes tail(bytes.substr(bytes.size() - kSum));
  bytes.remove_suffix(kSum);
  Key128 sum;
  sum.lo = tail.get<std::uint64_t>();
  sum.hi = tail.get<std::uint64_t>();
  if (sum != hash128(bytes)) return damaged(file, "the index does not match its checksum");
  Bytes in(bytes.substr(kMagic.size()));
  auto version = in.get<std::uint32_t>();
  if (version != kVersion) {
    return Error{Code::kUnsupported, file + ": version " + std::to_string(version) +
                                         " of the index; this program reads version 1"};
  }
  auto benchmarks = in.get<std::uint32_t>();
  auto items = in.get<std::uint32_t>();
  BenchmarkIndex out;
  for (std::uint32_t i = 0; i < benchmarks && in.good(); ++i) {
    out.benchmarks_.emplace_back(in.take(in.get<std::uint32_t>()));
  }
  for (std::uint32_t i = 0; i < items && in.good(); ++i) {
    Item item;
    item.benchmark = in.get<std::uint32_t>();
    item.record = in.get<std::uint32_t>();
    auto part = in.get<std::uint8_t>();
    auto code = in.get<std::uint8_t>();
    item.code = code == 1;
    item.size = in.get<std::uint32_t>();
    item.first = static_cast<std::uint32_t>(out.words_.size());
    if (item.benchmark >= benchmarks || part > static_cast<std::uint8_t>(Part::kOther) || code > 1 ||
        in.left() / 8 < item.size) {
      return damaged(file, "the index is damaged");
    }
    item.part = static_cast<Part>(part);
    for (std::uint32_t k = 0; k < item.size; ++k) out.words_.push_back(in.get<std::uint64_t>());
    out.items_.push_back(item);
  }
  if (!in.good() || in.left() != 0) return damaged(file, "the index is damaged");
  return out;
}

}  // namespace corpus
