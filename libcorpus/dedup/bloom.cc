// dedup.bloom: drops records whose content was probably seen before, in a fixed amount of memory.
//
// A Bloom filter (Bloom 1970) of content keys (text/content_key.h), sized for `expected` distinct
// records: with n records, m = -n ln p / (ln 2)^2 bits and k = m / n ln 2 probes, a new record is
// taken for a seen one with probability at most p = false_positives. Nothing that was seen passes.
// So up to p of the records are lost, and a lost one cannot be told from a duplicate: there is no
// evidence. For everything else there is dedup.exact. More distinct records than expected end the
// run: the rate would no longer hold.
//
// A Map hashes, a Scan asks the filter in input order. Memory: m bits (1.8 bytes a record for p =
// 0.001), 16 bytes for each record since the last checkpoint.
#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "corpus/component.h"
#include "dedup/hash_content.h"

namespace corpus {
namespace {

constexpr std::string_view kId = "dedup.bloom";

class BloomFilter {
 public:
  BloomFilter(std::uint64_t expected, double false_positives) {
    double n = static_cast<double>(expected), ln2 = std::log(2.0);
    double bits = std::ceil(-n * std::log(false_positives) / (ln2 * ln2));
    words_.resize(static_cast<std::size_t>(bits / 64) + 1);
    probes_ = std::max(1, static_cast<int>(std::lround(bits / n * ln2)));
  }
  static std::uint64_t bytes_for(std::uint64_t expected, double false_positives) {
    double ln2 = std::log(2.0);
    return static_cast<std::uint64_t>(-static_cast<double>(expected) * std::log(false_positives) /
                                      (ln2 * ln2) / 8) + 16;
  }

  // True when it may have been added before (Kirsch and Mitzenmacher 2006: two hashes make all).
  bool add(const Key128& key) {
    std::uint64_t hash = key.lo, step = key.hi | 1;
    bool seen = true;
    for (int i = 0; i < probes_; ++i, hash += step) {
      std::uint64_t& word = words_[slot(hash)];
      std::uint64_t bit = std::uint64_t{1} << (hash & 63);
      seen &= (word & bit) != 0;
      word |= bit;
    }
    return seen;
  }
  void clear() { std::fill(words_.begin(), words_.end(), 0); }
  std::uint64_t bytes() const { return words_.size() * 8; }
  int probes() const { return probes_; }
  // The rate now: share of set bits to the power of probes.
  double rate() const {
    std::uint64_t set = 0;
    for (std::uint64_t word : words_) set += static_cast<std::uint64_t>(std::popcount(word));
    return std::pow(static_cast<double>(set) / static_cast<double>(64 * words_.size()), probes_);
  }

 private:
  std::size_t slot(std::uint64_t hash) const {
    return static_cast<std::size_t>(static_cast<unsigned __int128>(hash) * words_.size() >> 64);
  }
  std::vector<std::uint64_t> words_;
  int probes_ = 1;
};

class DropProbablySeen final : public Scan {
 public:
  DropProbablySeen(std::size_t column, std::uint64_t expected, double false_positives,
                   MemoryBudget* memory)
      : column_(column), expected_(expected), filter_(expected, false_positives), memory_(memory) {}
  ~DropProbablySeen() override { memory_->release(filter_.bytes()); }

  bool drops_only() const override { return true; }

  Result<void> run(Batch& batch) override {
    const auto& keys = batch.columns[column_];
    for (std::size_t i = 0; i < keys.size(); ++i) {
      Record& record = batch.records[i];
      if (record.drop || keys[i] == Key128()) continue;
      if (filter_.add(keys[i])) {
        record.drop = seen_;
        continue;
      }
      if (++distinct_ > expected_) {
        return Error{Code::kLimit,
                     std::string(kId) + ": more than " + std::to_string(expected_) +
                         " distinct records, for which the filter was made; give a larger expected"};
      }
      unsaved_.push_back(keys[i]);
    }
    return {};
  }
  void restart() override {
    filter_.clear();
    unsaved_.clear();
    distinct_ = 0;
  }
  Result<void> save(const StateSink& sink) override {
    auto done = sink({reinterpret_cast<const char*>(unsaved_.data()),
                      unsaved_.size() * sizeof(Key128)});
    unsaved_.clear();
    return done;
  }
  Result<void> load(std::string_view bytes) override {
    if (bytes.size() % sizeof(Key128) != 0) {
      return Error{Code::kCorrupt,
                   std::string(kId) + ": saved keys are cut off; start again without --resume"};
    }
    for (; !bytes.empty(); bytes.remove_prefix(sizeof(Key128))) {
      Key128 key;
      std::memcpy(&key, bytes.data(), sizeof key);
      filter_.add(key);
      ++distinct_;
    }
    return {};
  }
  std::string report() const override {
    char text[160];
    std::snprintf(text, sizeof text,
                  "{\"distinct\":%llu,\"bytes\":%llu,\"probes\":%d,\"false_positive_rate\":%.3g}",
                  static_cast<unsigned long long>(distinct_),
                  static_cast<unsigned long long>(filter_.bytes()), filter_.probes(),
                  filter_.rate());
    return text;
  }

 private:
  std::size_t column_;
  std::uint64_t expected_;
  BloomFilter filter_;
  MemoryBudget* memory_;
  std::vector<Key128> unsaved_;
  std::uint64_t distinct_ = 0;
  Reason seen_ = Reason::intern("dedup.bloom.probably_seen");
};

}  // namespace

Result<Stages> make_dedup_bloom(const Value& value, BuildContext& context) {
  CORPUS_TRY(Scope scope, parse_scope(value.get("scope", "text")));
  // Not stated: more than there can be of what a record usually takes.
  constexpr std::uint64_t kFewest = 100000, kBytesEach = 32;
  auto expected = static_cast<std::uint64_t>(value.get("expected", 0));
  if (expected == 0) expected = std::max(kFewest, context.input_bytes / kBytesEach);
  double rate = value.get("false_positives", 0.001);
  CORPUS_CHECK(context.memory->reserve(BloomFilter::bytes_for(expected, rate), kId));
  std::size_t column = context.new_column();
  return stages(std::make_unique<HashContent>(scope, column),
                std::make_unique<DropProbablySeen>(column, expected, rate, context.memory));
}

}  // namespace corpus
