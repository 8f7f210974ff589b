// policy.gate: passes only records whose teachers' and sources' terms allow the stated intent.
//
// A record is stopped with the reason "policy.<rule>" and, as its tag "policy", the decision with
// the quoted clause. With `same_content` (the default) the gate is a Fold: a first pass gathers
// what some source forbids, and the second also stops the same content where another source would
// allow it (same content: equal content ids, as in tags.content_id). Without it, a Map.
#include <memory>
#include <string>
#include <utility>

#include "corpus/component.h"
#include "io/file.h"
#include "provenance/gate_count.h"
#include "provenance/gate_judge.h"
#include "provenance/gate_twins.h"
#include "text/content_key.h"

namespace corpus {
namespace policy {
namespace {

constexpr std::uint64_t kMaxAgreement = std::uint64_t{1} << 20;

struct GateState : State {
  RecordJudge::Cache cache;
  std::string scratch;
};

void stop(Batch& batch, std::size_t i, Reason reason, std::string_view tag) {
  batch.records[i].drop = reason;
  if (!tag.empty()) batch.tag(i, "policy", batch.arena.copy(tag));
}

class Gate final : public Map {
 public:
  // `twins` may be null.
  Gate(std::shared_ptr<const RecordJudge> judge, std::unique_ptr<const Twins> twins)
      : judge_(std::move(judge)), twins_(std::move(twins)) {}

  std::uint32_t fields() const override {
    return twins_ != nullptr ? Fields::kTeacher | Fields::kTurns : Fields::kTeacher;
  }
  std::unique_ptr<State> scratch() const override { return std::make_unique<GateState>(); }

  Result<void> run(Batch& batch, State* state) const override {
    auto& own = static_cast<GateState&>(*state);
    for (std::size_t i = 0; i < batch.records.size(); ++i) {
      const Record& record = batch.records[i];
      if (record.drop) continue;
      const Verdict& verdict = judge_->judge(record, own.cache);
      if (verdict.reason) {
        stop(batch, i, verdict.reason, verdict.tag);
      } else if (twins_ != nullptr) {
        stop_twin(batch, i, own.scratch);
      }
    }
    return {};
  }

 private:
  void stop_twin(Batch& batch, std::size_t i, std::string& scratch) const {
    Key128 key = text::content_key(batch.records[i].turns, Scope::kText, scratch);
    const Twins::Entry* twin = key == Key128{} ? nullptr : twins_->find(key);
    if (twin == nullptr) return;
    const auto& label = twins_->label(*twin);
    std::string tag = label.tag.empty() ? "{" : label.tag.substr(0, label.tag.size() - 1) + ',';
    tag += "\"same_content_as\":{\"input\":" + std::to_string(twin->pos.input()) +
           ",\"offset\":" + std::to_string(twin->pos.offset()) + "}}";
    stop(batch, i, label.reason, tag);
  }

  std::shared_ptr<const RecordJudge> judge_;
  std::unique_ptr<const Twins> twins_;
};

class GatherForbidden final : public Fold {
 public:
  GatherForbidden(std::shared_ptr<const RecordJudge> judge, MemoryBudget* memory)
      : judge_(std::move(judge)), memory_(memory), twins_(std::make_unique<Twins>(memory)) {}

  std::uint32_t fields() const override { return Fields::kTeacher | Fields::kTurns; }
  std::unique_ptr<State> partial() const override { return std::make_unique<Partial>(memory_); }

  Result<void> observe(const Batch& batch, State& state) const override {
    auto& own = static_cast<Partial&>(state);
    for (const Record& record : batch.records) {
      if (record.drop) continue;
      const Verdict& verdict = judge_->judge(record, own.gate.cache);
      if (!verdict.reason) continue;
      Key128 key = text::content_key(record.turns, Scope::kText, own.gate.scratch);
      if (key != Key128{}) CORPUS_CHECK(own.twins.add(key, record.pos, verdict));
    }
    return {};
  }

  Result<void> merge(std::unique_ptr<State> state) override {
    return twins_->add(static_cast<Partial&>(*state).twins);
  }

  Result<std::unique_ptr<Map>> finish() override {
    std::unique_ptr<const Twins> twins;
    if (twins_->size() != 0) twins = std::move(twins_);
    return std::unique_ptr<Map>(std::make_unique<Gate>(judge_, std::move(twins)));
  }

  Result<void> save(const StateSink& sink) override { return twins_->save(sink); }
  Result<void> load(std::string_view bytes) override { return twins_->load(bytes); }

 private:
  struct Partial : State {
    explicit Partial(MemoryBudget* memory) : twins(memory) {}
    GateState gate;
    Twins twins;
  };

  std::shared_ptr<const RecordJudge> judge_;
  MemoryBudget* memory_;
  std::unique_ptr<Twins> twins_;
};

Result<Query> query_of(const Value& options) {
  Query q;
  CORPUS_TRY(q.action, parse_action(options.get("intent", "")));
  CORPUS_TRY(q.distribution, parse_distribution(options.get("distribution", "released")));
  q.student = options.get("student", "");
  q.student_base = options.get("student_base", "");
  q.commercial = options.get("commercial", true);
  q.accept = options.strings("accept");
  q.max_review_age = static_cast<int>(options.get("max_review_age", q.max_review_age));
  if (std::string date = options.get("date", ""); !date.empty()) {
    CORPUS_TRY(q.date, parse_date(date));
  }
  return q;
}

Result<Registry> registry_of(const Value& options) {
  CORPUS_TRY(Registry registry, Registry::builtin());
  for (const auto& path : options.strings("registry")) CORPUS_CHECK(registry.add_file(path));
  std::vector<provenance::PublicKey> keys;
  for (const auto& path : options.strings("agreement_keys")) {
    CORPUS_TRY(auto key, provenance::read_public_key(path));
    keys.push_back(key);
  }
  for (const auto& path : options.strings("agreements")) {
    CORPUS_TRY(std::string envelope, io::read_all(path, kMaxAgreement));
    CORPUS_CHECK(registry.add_agreement(envelope, path, keys));
  }
  return registry;
}

}  // namespace
}  // namespace policy

Result<Stages> make_policy_gate(const Value& options, BuildContext& context) {
  using namespace policy;
  CORPUS_TRY(Query query, query_of(options));
  CORPUS_TRY(Registry registry, registry_of(options));
  Sources sources;
  CORPUS_CHECK(sources.add_list(options.find("sources")));
  if (std::string table = options.get("table", ""); !table.empty()) {
    CORPUS_CHECK(sources.add_table(table, registry.phrases()));
  }
  auto judge = std::make_shared<const RecordJudge>(std::move(registry), std::move(query),
                                                   context.inputs, sources);
  if (!options.get("same_content", true)) {
    return stages(std::unique_ptr<Map>(std::make_unique<Gate>(judge, nullptr)),
                  make_gate_count(judge));
  }
  return stages(std::unique_ptr<Fold>(std::make_unique<GatherForbidden>(judge, context.memory)),
                make_gate_count(judge));
}

}  // namespace corpus
