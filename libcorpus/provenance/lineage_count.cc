#include "provenance/lineage_count.h"

#include <algorithm>
#include <cstring>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "provenance/aigc_label.h"
#include "provenance/policy_judge.h"
#include "provenance/teacher_facts.h"

namespace corpus::policy {
namespace {

constexpr std::uint64_t kEntryBytes = 160;

struct Tally {
  std::uint64_t records = 0, bytes = 0, answer_bytes = 0, labelled = 0;
  void add(const Tally& o) {
    records += o.records;
    bytes += o.bytes;
    answer_bytes += o.answer_bytes;
    labelled += o.labelled;
  }
};

// (input, teacher that the record names or "")
using Key = std::pair<std::uint32_t, std::string>;
using Counts = std::map<Key, Tally>;

struct CountState : State {
  Counts counts;
  std::pair<Key, Tally*> last{};  // most neighbours are of one kind
};

Value number(std::uint64_t n) { return static_cast<std::int64_t>(n); }
Value::Array to_array(const std::vector<std::string>& items) {
  return Value::Array(items.begin(), items.end());
}

class LineageCount final : public Fold {
 public:
  LineageCount(std::shared_ptr<const LineageContext> context, MemoryBudget* memory)
      : context_(std::move(context)), memory_(memory) {}
  ~LineageCount() override { memory_->release(reserved_); }

  std::uint32_t fields() const override { return Fields::kTurns | Fields::kTeacher; }
  bool observes_only() const override { return true; }
  std::unique_ptr<State> partial() const override { return std::make_unique<CountState>(); }

  Result<void> observe(const Batch& batch, State& state) const override {
    auto& own = static_cast<CountState&>(state);
    for (const Record& record : batch.records) {
      if (record.drop) continue;
      Tally& tally = find(own, record);
      ++tally.records;
      tally.bytes += record.json.size();
      for (const Turn& turn : record.turns) {
        if (turn.role == Role::kAssistant || turn.role == Role::kReasoning) {
          tally.answer_bytes += turn.text.size();
        }
      }
      tally.labelled += read_aigc(record.json) != 0;
    }
    return {};
  }

  Result<void> merge(std::unique_ptr<State> state) override {
    for (const auto& [key, tally] : static_cast<CountState&>(*state).counts) {
      auto [at, fresh] = counts_.try_emplace(key);
      if (fresh) {
        std::uint64_t size = kEntryBytes + key.second.size();
        CORPUS_CHECK(memory_->reserve(size, "tags.lineage"));
        reserved_ += size;
      }
      at->second.add(tally);
      fresh_[key].add(tally);
    }
    return {};
  }

  Result<std::unique_ptr<Map>> finish() override { return std::unique_ptr<Map>(); }

  // Each item: input, length of the name, four numbers, the name.
  Result<void> save(const StateSink& sink) override {
    std::string out;
    for (const auto& [key, tally] : fresh_) {
      Head head{key.first, static_cast<std::uint32_t>(key.second.size()), tally};
      out.append(reinterpret_cast<const char*>(&head), sizeof head).append(key.second);
    }
    fresh_.clear();
    return out.empty() ? Result<void>() : sink(out);
  }

  Result<void> load(std::string_view bytes) override {
    while (!bytes.empty()) {
      Head head{};
      if (bytes.size() < sizeof head) return damaged();
      std::memcpy(&head, bytes.data(), sizeof head);
      bytes.remove_prefix(sizeof head);
      if (bytes.size() < head.size) return damaged();
      counts_[{head.input, std::string(bytes.substr(0, head.size))}].add(head.tally);
      bytes.remove_prefix(head.size);
    }
    return {};
  }

  std::string report() const override {
    Value out;
    out.set("registry_sha256", context_->registry.digest());
    out.set("sources", sources());
    out.set("teachers", teachers());
    out.set("lines", lines());
    return out.to_json();
  }

 private:
  struct Head {
    std::uint32_t input, size;
    Tally tally;
  };

  static Error damaged() { return {Code::kCorrupt, "tags.lineage: its saved counts are damaged"}; }

  static Tally& find(CountState& own, const Record& record) {
    std::uint32_t input = record.pos.input();
    auto& [key, tally] = own.last;
    if (tally == nullptr || key.first != input || key.second != record.teacher) {
      key = {input, std::string(record.teacher)};
      tally = &own.counts[key];
    }
    return *tally;
  }

  static void set_counts(Value& to, const Tally& tally) {
    to.set("records", number(tally.records));
    to.set("bytes", number(tally.bytes));
    to.set("answer_bytes", number(tally.answer_bytes));
    if (tally.labelled != 0) to.set("labelled_synthetic", number(tally.labelled));
  }

  // One for each input, in order.
  Value::Array sources() const {
    Value::Array out;
    for (std::uint32_t i = 0; i < context_->inputs.size(); ++i) {
      const SourceTerms& terms = context_->source(i);
      Tally all;
      for (auto at = counts_.lower_bound({i, ""}); at != counts_.end() && at->first.first == i;
           ++at) {
        all.add(at->second);
      }
      Value one;
      one.set("input", short_text(context_->inputs[i]));
      one.set("declared", terms.declared);
      if (!terms.licences.empty()) one.set("licences", to_array(terms.licences));
      if (!terms.teachers.empty()) one.set("teachers", to_array(terms.teachers));
      if (!terms.owners.empty()) one.set("owners", to_array(terms.owners));
      if (!terms.urls.empty()) one.set("urls", to_array(terms.urls));
      if (!terms.collected.empty()) one.set("collected", to_array(terms.collected));
      set_counts(one, all);
      out.push_back(std::move(one));
    }
    return out;
  }

  // One for each line of writers: several when a source declares several and its records name none.
  Value::Array teachers() const {
    std::map<std::vector<std::string>, Tally> by_writers;
    for (const auto& [key, tally] : counts_) {
      by_writers[writers_of(key.second, context_->source(key.first).teachers)].add(tally);
    }
    Value::Array out;
    for (const auto& [writers, tally] : by_writers) {
      Value::Array models;
      for (const auto& model : writers) {
        models.push_back(teacher_facts(context_->registry, model).to_value());
      }
      Value one;
      one.set("models", std::move(models));
      set_counts(one, tally);
      out.push_back(std::move(one));
    }
    return out;
  }

  // One for each source and teacher: what accounts are made from.
  Value::Array lines() const {
    Value::Array out;
    for (const auto& [key, tally] : counts_) {
      Value::Array models;
      for (const auto& model : writers_of(key.second, context_->source(key.first).teachers)) {
        models.emplace_back(short_text(model));
      }
      Value one;
      one.set("source", number(key.first));
      one.set("models", std::move(models));
      set_counts(one, tally);
      out.push_back(std::move(one));
    }
    return out;
  }

  std::shared_ptr<const LineageContext> context_;
  MemoryBudget* memory_;
  std::uint64_t reserved_ = 0;
  Counts counts_, fresh_;
};

}  // namespace

std::unique_ptr<Fold> make_lineage_count(std::shared_ptr<const LineageContext> context,
                                         MemoryBudget* memory) {
  return std::make_unique<LineageCount>(std::move(context), memory);
}

}  // namespace corpus::policy
