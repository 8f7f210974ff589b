// The five verbs: everything that happens to records is one of these.
//
//   Source -> Map (parallel, const) -> Scan (serial) / Fold (first pass, then a Map) -> Sink
//
// exec/ drives them. A component knows nothing of threads, files of other components, or passes; it
// is handed whole batches. Stages leave records alone whose `drop` is set, and drop a record by
// setting it. Stages never reorder, add or remove records.
//
// Threads: for each method the comment says what may run at the same time.
// Errors: returned for a broken stream or machine only; a bad record is dropped with a reason.
#ifndef CORPUS_COMPONENT_H_
#define CORPUS_COMPONENT_H_

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "corpus/batch.h"
#include "corpus/result.h"
#include "corpus/value.h"

namespace corpus {

// Which parts of a record a component reads; the parse stage unescapes the union of what the chain
// declares, once. Records are always checked to be JSON.
struct Fields {
  static constexpr std::uint32_t kTurns = 1;
  static constexpr std::uint32_t kId = 2;
  static constexpr std::uint32_t kTeacher = 4;
  static constexpr std::uint32_t kFinish = 8;
};

// A component's per-worker memory. Made by scratch(), used by one batch at a time.
struct State {
  virtual ~State() = default;
};

// Receives the bytes a component wants back after a restart.
using StateSink = std::function<Result<void>(std::string_view)>;

struct Component {
  virtual ~Component() = default;
  virtual std::uint32_t fields() const { return 0; }  // of Fields
  // True when all it does to a record is to drop it. A later pass then replays what it decided
  // instead of deciding again.
  virtual bool drops_only() const { return false; }
  // What the component has to say after the last pass, as one JSON value; "" for nothing.
  virtual std::string report() const { return {}; }
  // Said once, when all of the output is written and before it gets its final names: for what
  // outlives the run. A run that is killed in between says it again when it is resumed.
  virtual Result<void> commit() { return {}; }
};

struct Map : Component {
  virtual std::unique_ptr<State> scratch() const { return nullptr; }
  // Concurrent with itself on other batches.
  virtual Result<void> run(Batch&, State*) const = 0;
};

// State that survives kill -9. save() appends what changed since the last save; load() is given, on
// a fresh object, everything appended so far, in order. Neither runs concurrently with anything.
struct Durable {
  virtual ~Durable() = default;
  virtual Result<void> save(const StateSink&) { return {}; }
  virtual Result<void> load(std::string_view) { return {}; }
};

struct Scan : Component, Durable {
  // One batch at a time, in input order.
  virtual Result<void> run(Batch&) = 0;
  // A new pass begins: forget everything.
  virtual void restart() {}
};

struct Fold : Component, Durable {
  virtual std::unique_ptr<State> partial() const = 0;
  // Concurrent with itself on other batches, each with its own partial.
  virtual Result<void> observe(const Batch&, State&) const = 0;
  // Not concurrent. Called in any order, also between batches; the result must not depend on it.
  virtual Result<void> merge(std::unique_ptr<State>) = 0;
  // True for a Fold that only looks on (statistics): it needs no pass of its own, it observes in the
  // last one, and finish() is called at its end.
  virtual bool observes_only() const { return false; }
  // After the last merge. May return null when there is nothing to do in the second pass.
  virtual Result<std::unique_ptr<Map>> finish() = 0;
};

struct InputInfo {
  std::string name;            // as the user would name it
  std::uint64_t bytes = 0;     // as stored; 0 when not known (a pipe)
  std::uint64_t records = 0;   // filled in by exec
  std::string xxh3;            // XXH3-128 of the stored bytes, hex; complete after a full pass
  std::string format;          // "jsonl", "json array", "json object", "csv", "tsv", "text", "parquet"
  std::string compression;     // "none", "zstd", "gzip"
};

struct Source : Component {
  // Fills `batch` (already reset) with the next records; false at the end. Not concurrent.
  virtual Result<bool> read(Batch& batch) = 0;
  // Said once before the first read() when rewind() will follow, so that a pipe can be spooled.
  virtual Result<void> expect_rewind() { return {}; }
  virtual Result<void> rewind() = 0;  // for the next pass
  // Where the next read() continues, to be given to restore() on a fresh Source of the same inputs.
  virtual std::string snapshot() const = 0;
  virtual Result<void> restore(std::string_view snapshot) = 0;
  virtual std::vector<InputInfo> inputs() const = 0;
};

// What exec/ counted, given to Sink::close for the manifest.
struct RunSummary {
  std::uint64_t records = 0;  // all, malformed included
  std::uint64_t kept = 0;
  std::uint64_t malformed = 0;
  std::uint64_t blank_lines = 0;
  std::uint64_t bytes_in = 0;   // of records, decompressed
  std::vector<std::pair<std::string, std::uint64_t>> dropped;  // reason name, count; sorted by name
  std::vector<InputInfo> inputs;
  std::vector<std::pair<std::string, std::string>> reports;    // component id, JSON
};

struct Sink : Component {
  virtual std::unique_ptr<State> scratch() const { return nullptr; }
  // Print and compress into batch.encoded. Concurrent with itself on other batches.
  virtual Result<void> prepare(Batch&, State*) const { return {}; }
  // One batch at a time, in input order.
  virtual Result<void> write(Batch&) = 0;
  // Called before the first write of a fresh run, or restore() instead after a restart.
  virtual Result<void> open() { return {}; }
  // Makes everything written so far durable and says where that is. Not concurrent.
  virtual Result<std::string> checkpoint() { return std::string(); }
  // Goes back to a checkpoint of an earlier process: what was written after it is cut off.
  virtual Result<void> restore(std::string_view) { return {}; }
  // Flush, fsync, rename. Nothing is taken for finished before this returns.
  virtual Result<void> close(const RunSummary&) = 0;
  virtual std::uint64_t bytes_written() const { return 0; }
  // True when what this run would make stands finished where it would write: nothing is left to
  // resume. An Error when something else stands there.
  virtual Result<bool> complete() const { return false; }
};

// --- the common small cases

// A filter that needs no memory between records: returns the reason to drop, or none to keep.
using Predicate = std::function<Reason(const Record&)>;
std::unique_ptr<Map> keep_if(std::uint32_t fields, Predicate predicate);

// Which turns a stage looks at.
enum class Scope : std::uint8_t { kText, kPrompt, kResponse };  // all turns / not assistant / assistant
Result<Scope> parse_scope(std::string_view name);               // "text", "prompt", "response"
inline bool in_scope(const Turn& turn, Scope scope) {
  bool assistant = turn.role == Role::kAssistant;
  return scope == Scope::kText || (scope == Scope::kResponse ? assistant || turn.role == Role::kText
                                                             : !assistant &&
                                                                   turn.role != Role::kReasoning &&
                                                                   turn.role != Role::kCall);
}

// --- how components are made

using Stage = std::variant<std::unique_ptr<Map>, std::unique_ptr<Scan>, std::unique_ptr<Fold>>;

// The share of --memory that stages may keep between batches.
class MemoryBudget {
 public:
  explicit MemoryBudget(std::uint64_t limit = 0) : limit_(limit) {}  // 0: no limit
  // Accounts for `bytes` more; kLimit with `who` and the remedy when that is over the limit. Thread safe.
  Result<void> reserve(std::uint64_t bytes, std::string_view who);
  void release(std::uint64_t bytes) { used_ -= bytes; }
  std::uint64_t used() const { return used_; }
  std::uint64_t limit() const { return limit_; }

 private:
  std::uint64_t limit_;
  std::atomic<std::uint64_t> used_{0};
};

struct BuildContext {
  MemoryBudget* memory = nullptr;  // never null while a factory runs; outlives the components
  std::vector<std::string> inputs;  // names by number, for stages that have to know their source
  // As stored, of all inputs; 0 when one is not known (a pipe). For stages that choose how to work.
  std::uint64_t input_bytes = 0;
  // Recipe::content_digest() of what is built, for stages that write down what was done to a record.
  std::string recipe_digest;
  std::size_t columns = 0;
  std::size_t new_column() { return columns++; }  // index into Batch::columns

  // The sink's work folder, which exists once a run has begun and goes with its end; empty for a run
  // that cannot be resumed. What a stage cannot keep in memory goes into files of its own there.
  std::string spill_dir;
  std::size_t spill_files = 0;
  // A path that no other stage of the chain uses; "" (an unnamed temporary file) without spill_dir.
  // The same for the same chain in every process.
  std::string new_spill_path() {
    if (spill_dir.empty()) return {};
    return spill_dir + "/spill-" + std::to_string(spill_files++);
  }
};

// A factory returns the stages that make up one component, in order (dedup.exact is a Map that
// hashes and a Scan that looks up).
using Stages = std::vector<Stage>;
using Factory = Result<Stages> (*)(const Value& options, BuildContext&);

template <typename... S>
Stages stages(S... s) {
  Stages out;
  (out.emplace_back(std::move(s)), ...);
  return out;
}

}  // namespace corpus

#endif  // CORPUS_COMPONENT_H_
