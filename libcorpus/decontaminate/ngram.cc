// decontaminate.ngram: drops records that hold a benchmark item, with the evidence.
//
// Each turn in scope is compared with the items of the benchmarks (benchmark_index.h). A record that
// has some gets the tag
//   "decontaminate":[{"benchmark":"gsm8k_test.jsonl.zst","item":12,"part":"prompt","share":0.98,
//                     "run":41,"words":"the words that match, as they stand in the record"}]
// with up to kShown of them. The report says for each benchmark how many items and records that is.
#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "corpus/component.h"
#include "decontaminate/benchmark_index.h"
#include "decontaminate/read_benchmarks.h"
#include "io/file.h"
#include "json/escape.h"

namespace corpus {
namespace {

constexpr std::size_t kShown = 5;
constexpr std::size_t kShownBytes = 400;
constexpr std::size_t kLargestIndex = std::size_t{4} << 30;

struct MatcherState : State {
  Matcher matcher;
  std::vector<Hit> all;
  std::vector<std::string> words;  // evidence of all
  std::string json;
};

// What the map tells the scan: hits of a batch, in the column as (record's) benchmark and item.
class Find final : public Map {
 public:
  Find(std::shared_ptr<const BenchmarkIndex> index, Scope scope, bool tags_only, std::size_t column)
      : index_(std::move(index)), scope_(scope), tags_only_(tags_only), column_(column) {}

  std::uint32_t fields() const override { return Fields::kTurns; }
  std::unique_ptr<State> scratch() const override { return std::make_unique<MatcherState>(); }

  Result<void> run(Batch& batch, State* state) const override {
    auto& s = static_cast<MatcherState&>(*state);
    auto& column = batch.columns[column_];
    column.clear();
    for (std::size_t i = 0; i < batch.records.size(); ++i) {
      Record& record = batch.records[i];
      if (record.drop) continue;
      s.all.clear();
      s.words.clear();
      for (const Turn& turn : record.turns) {
        if (!in_scope(turn, scope_)) continue;
        for (const Hit& hit : s.matcher.match(*index_, turn.text)) {
          s.all.push_back(hit);
          s.words.emplace_back(s.all.size() > kShown ? std::string_view() : shown(turn.text, hit));
        }
      }
      if (s.all.empty()) continue;
      for (const Hit& hit : s.all) column.push_back({hit.item, i});
      batch.tag(i, "decontaminate", evidence(batch.arena, s));
      if (!tags_only_) record.drop = reason_;
    }
    return {};
  }

 private:
  static std::string_view shown(std::string_view text, const Hit& hit) {
    std::string_view words = text.substr(hit.begin, hit.end - hit.begin);
    if (words.size() <= kShownBytes) return words;
    std::size_t end = kShownBytes;
    while ((static_cast<unsigned char>(words[end]) & 0xC0) == 0x80) --end;
    return words.substr(0, end);
  }

  std::string_view evidence(Arena& arena, MatcherState& s) const {
    std::string& out = s.json;
    out = '[';
    for (std::size_t i = 0; i < s.all.size() && i < kShown; ++i) {
      const Hit& hit = s.all[i];
      const auto& item = index_->items()[hit.item];
      if (i > 0) out += ',';
      out += "{\"benchmark\":";
      json::append_quoted(out, index_->benchmarks()[item.benchmark]);
      out += ",\"item\":" + std::to_string(item.record) + ",\"part\":\"" + std::string(name(item.part)) +
             "\",\"share\":";
      std::array<char, 16> number;
      auto end = std::to_chars(number.data(), number.data() + number.size(), hit.share,
                               std::chars_format::fixed, 2).ptr;
      out.append(number.data(), end);
      out += ",\"run\":" + std::to_string(hit.run) + ",\"words\":";
      json::append_quoted(out, s.words[i]);
      out += '}';
    }
    out += ']';
    return arena.copy(out);
  }

  std::shared_ptr<const BenchmarkIndex> index_;
  Scope scope_;
  bool tags_only_;
  std::size_t column_;
  Reason reason_ = Reason::intern("decontaminate.ngram.contaminated");
};

// Counts what Find found, once a pass.
class Count final : public Scan {
 public:
  Count(std::shared_ptr<const BenchmarkIndex> index, std::size_t column)
      : index_(std::move(index)), column_(column) {
    restart();
  }

  Result<void> run(Batch& batch) override {
    std::uint64_t last = ~std::uint64_t{0};
    std::vector<std::uint32_t> seen;
    for (const Key128& hit : batch.columns[column_]) {
      if (hit.hi != last) seen.clear();
      last = hit.hi;
      auto item = static_cast<std::uint32_t>(hit.lo);
      std::uint32_t benchmark = index_->items()[item].benchmark;
      hits_[item] = 1;
      if (std::find(seen.begin(), seen.end(), benchmark) != seen.end()) continue;
      seen.push_back(benchmark);
      ++records_[benchmark];
    }
    return {};
  }

  void restart() override {
    hits_.assign(index_->items().size(), 0);
    records_.assign(index_->benchmarks().size(), 0);
  }

  // All of it each time; it is small beside what a checkpoint costs otherwise.
  Result<void> save(const StateSink& sink) override {
    std::string bytes(hits_.begin(), hits_.end());
    bytes.append(reinterpret_cast<const char*>(records_.data()), records_.size() * 8);
    return sink(bytes);
  }
  Result<void> load(std::string_view bytes) override {
    const std::size_t size = hits_.size() + records_.size() * 8;
    if (bytes.size() % size != 0) {
      return Error{Code::kCorrupt, "decontaminate.ngram: the saved state is damaged; run without --resume"};
    }
    if (bytes.empty()) return {};
    bytes = bytes.substr(bytes.size() - size);
    hits_.assign(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(hits_.size()));
    std::copy_n(bytes.data() + hits_.size(), records_.size() * 8,
                reinterpret_cast<char*>(records_.data()));
    return {};
  }

  std::string report() const override {
    std::vector<std::uint32_t> items(records_.size()), found(records_.size());
    std::vector<std::set<std::uint32_t>> all(records_.size()), hit(records_.size());
    for (std::size_t i = 0; i < hits_.size(); ++i) {
      const auto& item = index_->items()[i];
      all[item.benchmark].insert(item.record);
      if (hits_[i] != 0) hit[item.benchmark].insert(item.record);
    }
    std::string out = "{\"benchmarks\":{";
    for (std::size_t b = 0; b < records_.size(); ++b) {
      if (b > 0) out += ',';
      json::append_quoted(out, index_->benchmarks()[b]);
      out += ":{\"items\":" + std::to_string(all[b].size()) + ",\"found\":" + std::to_string(hit[b].size()) +
             ",\"records\":" + std::to_string(records_[b]) + '}';
    }
    return out + "}}";
  }

 private:
  std::shared_ptr<const BenchmarkIndex> index_;
  std::size_t column_;
  std::vector<char> hits_;              // for each item
  std::vector<std::uint64_t> records_;  // for each benchmark
};

Result<BenchmarkIndex> make_index(const Value& value, Parts parts) {
  std::string saved = value.get("index", "");
  auto against = value.strings("against");
  if (saved.empty() == against.empty()) {
    return Error{Code::kInvalidArgument,
                 "name either the benchmarks (against) or an index of them that was saved (index)"};
  }
  if (saved.empty()) return read_benchmarks(against, parts);
  CORPUS_TRY(std::string bytes, io::read_all(saved, kLargestIndex));
  return BenchmarkIndex::from_bytes(bytes, saved);
}

}  // namespace

Result<Stages> make_decontaminate_ngram(const Value& value, BuildContext& context) {
  MatchOptions options;
  std::string mode = value.get("mode", "words");
  Parts parts = Parts::kBoth;
  if (mode == "datatrove") {
    options.ngram = 12;
    parts = Parts::kAnswer;
    options.overlap = 0;
  } else if (mode == "lm-eval") {
    parts = Parts::kPrompt;
    options.overlap = 0;
  }
  auto size = [&](const char* key, std::size_t fallback) {
    return static_cast<std::size_t>(value.get(key, static_cast<std::int64_t>(fallback)));
  };
  options.ngram = size("ngram", options.ngram);
  options.min_words = size("min_words", options.min_words);
  options.common = size("common", options.common);
  options.overlap = value.get("overlap", options.overlap);
  if (value.find("parts") != nullptr) {
    std::string which = value.get("parts", "both");
    parts = which == "prompt" ? Parts::kPrompt : which == "answer" ? Parts::kAnswer : Parts::kBoth;
  }
  CORPUS_TRY(Scope scope, parse_scope(value.get("scope", "text")));
  CORPUS_TRY(BenchmarkIndex made, make_index(value, parts));
  if (std::string save = value.get("save_index", ""); !save.empty()) {
    CORPUS_CHECK(io::write_atomically(save, made.to_bytes()));
  }
  made.finish(options);
  auto index = std::make_shared<const BenchmarkIndex>(std::move(made));
  CORPUS_CHECK(context.memory->reserve(index->memory(), "decontaminate.ngram"));
  std::size_t column = context.new_column();
  return stages(std::unique_ptr<Map>(std::make_unique<Find>(
                    index, scope, value.get("action", "drop") == "tag", column)),
                std::unique_ptr<Scan>(std::make_unique<Count>(index, column)));
}

}  // namespace corpus
