// Runs a chain: its passes, its checkpoints, its end.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <optional>
#include <thread>
#include <utility>

#include "corpus/pipeline.h"
#include "exec/journal.h"
#include "exec/pass.h"
#include "exec/verdicts.h"

namespace corpus {
namespace exec {
namespace {

using Clock = std::chrono::steady_clock;

double since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

constexpr std::size_t kTokensPerThread = 4;
constexpr std::size_t kVerdictBytes = std::size_t{64} << 20;

class Runner {
 public:
  Runner(Chain& chain, const RunOptions& options)
      : chain_(chain), options_(options), journal_(chain.work_dir) {
    for (std::size_t i = 0; i < chain_.stages.size(); ++i) {
      auto* fold = std::get_if<std::unique_ptr<Fold>>(&chain_.stages[i].second);
      if (fold != nullptr && !(*fold)->observes_only()) barriers_.push_back(i);
    }
    became_.resize(chain_.stages.size());
    verdicts_.spoil();
  }

  Result<Report> run() {
    start_ = Clock::now();
    bool resumable = !chain_.work_dir.empty();
    if (options_.resume && !resumable) {
      return Error{Code::kInvalidArgument, "--resume: only an output folder can be resumed"};
    }
    if (options_.resume) {
      CORPUS_TRY(bool complete, chain_.sink->complete());
      if (complete) return Report{.already_complete = true};
    }
    CORPUS_TRY(bool resumed, options_.resume ? resume() : Result<bool>(false));
    if (!resumed) {
      checkpoint_.digest = chain_.digest;
      CORPUS_CHECK(chain_.sink->open());
    }
    while (checkpoint_.pass <= barriers_.size()) CORPUS_CHECK(run_pass());
    return close(resumed);
  }

 private:
  int passes() const { return static_cast<int>(barriers_.size()) + 1; }
  bool last_pass() const { return checkpoint_.pass == barriers_.size(); }

  // --- what a pass consists of

  std::size_t stages_end() const {
    return last_pass() ? chain_.stages.size() : barriers_[checkpoint_.pass] + 1;
  }

  std::string log_name(std::size_t stage) const {
    bool scan = std::holds_alternative<std::unique_ptr<Scan>>(chain_.stages[stage].second);
    std::string name = "state-" + std::to_string(stage);
    return scan ? name + "-pass-" + std::to_string(checkpoint_.pass) : name;
  }

  // Calls f(stage index, Durable) for everything that gathers state in this pass.
  template <typename F>
  Result<void> each_durable(F&& f) {
    for (std::size_t i = 0; i < stages_end(); ++i) {
      auto& stage = chain_.stages[i].second;
      if (auto* scan = std::get_if<std::unique_ptr<Scan>>(&stage)) CORPUS_CHECK(f(i, **scan));
      if (observed(i)) CORPUS_CHECK(f(i, *std::get<std::unique_ptr<Fold>>(stage)));
    }
    return {};
  }

  bool observed(std::size_t i) const {
    auto* fold = std::get_if<std::unique_ptr<Fold>>(&chain_.stages[i].second);
    if (fold == nullptr) return false;
    return (*fold)->observes_only() ? last_pass()
                                    : !last_pass() && barriers_[checkpoint_.pass] == i;
  }

  // The stages of this pass, behind a parse stage that reads what they need.
  Result<std::vector<Step>> steps() {
    std::vector<Step> out(1);
    std::size_t begin = 0;
    replay_.reset();
    if (checkpoint_.pass > 0 && verdicts_.whole()) {
      begin = barriers_[checkpoint_.pass - 1];
      replay_ = verdicts_.replay();
      out.push_back({"replay", replay_.get()});
    }
    std::uint32_t fields = last_pass() ? chain_.sink->fields() : 0;
    for (std::size_t i = begin; i < stages_end(); ++i) {
      auto& [id, stage] = chain_.stages[i];
      if (auto* map = std::get_if<std::unique_ptr<Map>>(&stage)) {
        out.push_back({id, static_cast<const Map*>(map->get())});
      } else if (auto* scan = std::get_if<std::unique_ptr<Scan>>(&stage)) {
        out.push_back({id, scan->get()});
      } else if (observed(i)) {
        out.push_back({id, static_cast<const Fold*>(std::get<std::unique_ptr<Fold>>(stage).get())});
      } else if (became_[i] != nullptr) {
        out.push_back({id, static_cast<const Map*>(became_[i].get())});
        continue;  // what the Fold read it has seen; its Map says itself what it reads
      } else {
        continue;
      }
      fields |= std::visit([](const auto& s) { return s->fields(); }, stage);
    }
    for (const auto& map : became_) fields |= map != nullptr ? map->fields() : 0;
    CORPUS_TRY(parse_, chain_.parse(fields));
    out[0] = {"parse", static_cast<const Map*>(parse_.get())};
    return out;
  }

  // Whether the next pass may replay what this one decided: nothing before its Fold leaves anything
  // but verdicts.
  bool replayable() const {
    if (last_pass() || !fresh_pass_) return false;
    for (std::size_t i = 0; i < barriers_[checkpoint_.pass]; ++i) {
      bool drops_only =
          became_[i] != nullptr
              ? became_[i]->drops_only()
              : std::visit([](const auto& s) { return s->drops_only(); }, chain_.stages[i].second);
      if (!drops_only) return false;
    }
    return true;
  }

  PassLimits limits() const {
    PassLimits limits;
    limits.threads = options_.threads > 0
                         ? options_.threads
                         : static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
    limits.tokens = kTokensPerThread * static_cast<std::size_t>(limits.threads);
    limits.cancel = options_.cancel;
    if (options_.memory != 0) {
      limits.in_flight = options_.memory / 4;
      limits.tokens = std::clamp<std::uint64_t>(limits.in_flight / (kBatchCost * chain_.batch_bytes), 1,
                                                limits.tokens);
    }
    return limits;
  }

  // --- running

  Result<void> run_pass() {
    fresh_pass_ = checkpoint_.source.empty();
    if (fresh_pass_) {
      if (checkpoint_.pass != 0) CORPUS_CHECK(chain_.source->rewind());
      for (auto& [id, stage] : chain_.stages) {
        if (auto* scan = std::get_if<std::unique_ptr<Scan>>(&stage)) (*scan)->restart();
      }
    }
    CORPUS_TRY(auto pass_steps, steps());
    Pass pass(*chain_.source, std::move(pass_steps), last_pass() ? chain_.sink.get() : nullptr, chain_.columns,
              limits());
    pass.counts() = checkpoint_.counts;
    Verdicts next(kVerdictBytes);
    if (!replayable()) next.spoil();
    auto saved_at = Clock::now();
    // A batch came since the last checkpoint. Asked at one end of the pipeline, set at the other.
    std::atomic<bool> pending{false};
    auto due = [&] {
      return pending && !chain_.work_dir.empty() && since(saved_at) >= options_.checkpoint_seconds;
    };
    auto done = [&](const Batch& batch) {
      pending = true;
      next.append(batch);
      report_progress(pass.counts(), batch.consumed);
    };
    for (;;) {
      CORPUS_TRY(Stop stop, pass.run(due, done));
      CORPUS_CHECK(merge_folds(pass));
      checkpoint_.counts = pass.counts();
      if (stop == Stop::kEnd) break;
      checkpoint_.source = chain_.source->snapshot();
      CORPUS_CHECK(save());
      if (stop == Stop::kCancelled) {
        return Error{Code::kCancelled,
                     chain_.work_dir.empty() ? "interrupted"
                                             : "interrupted; run the same command with --resume to go on"};
      }
      saved_at = Clock::now();
      pending = false;
    }
    CORPUS_CHECK(end_pass());
    verdicts_ = std::move(next);
    return {};
  }

  Result<void> merge_folds(Pass& pass) {
    for (std::size_t i = 0; i < chain_.stages.size(); ++i) {
      if (!observed(i)) continue;
      CORPUS_CHECK(pass.merge(*std::get<std::unique_ptr<Fold>>(chain_.stages[i].second)));
    }
    return {};
  }

  Result<void> end_pass() {
    bool last = last_pass();
    CORPUS_CHECK(save_states());
    CORPUS_CHECK(finish_folds());
    ++checkpoint_.pass;
    if (last) {
      checkpoint_.source = chain_.source->snapshot();
    } else {
      checkpoint_.source.clear();
      checkpoint_.counts = {};
    }
    return store();
  }

  Result<void> finish_folds() {
    for (std::size_t i = 0; i < chain_.stages.size(); ++i) {
      if (!observed(i)) continue;
      auto made = std::get<std::unique_ptr<Fold>>(chain_.stages[i].second)->finish();
      if (!made) return std::move(made).error().context(chain_.stages[i].first);
      became_[i] = *std::move(made);
    }
    return {};
  }

  Result<Report> close(bool resumed) {
    const Counts& counts = checkpoint_.counts;
    Report report;
    RunSummary& summary = report.summary;
    summary.records = counts.records;
    summary.kept = counts.kept;
    summary.blank_lines = counts.blank_lines;
    summary.bytes_in = counts.bytes;
    for (const auto& [name, n] : counts.dropped) {
      if (name.starts_with("malformed.")) summary.malformed += n;
      summary.dropped.emplace_back(name, n);
    }
    summary.inputs = chain_.source->inputs();
    for (std::size_t i = 0; i < summary.inputs.size() && i < counts.input_records.size(); ++i) {
      summary.inputs[i].records = counts.input_records[i];
    }
    for (const auto& [id, stage] : chain_.stages) {
      std::string said = std::visit([](const auto& s) { return s->report(); }, stage);
      if (!said.empty()) summary.reports.emplace_back(id, std::move(said));
    }
    for (auto& [id, stage] : chain_.stages) {
      auto done = std::visit([](auto& s) { return s->commit(); }, stage);
      if (!done) return std::move(done).error().context(id);
    }
    CORPUS_CHECK(chain_.sink->close(summary));
    report.bytes_out = chain_.sink->bytes_written();
    report.seconds = since(start_);
    report.peak_rss = peak_rss();
    report.resumed = resumed;
    return report;
  }

  // --- checkpoints

  Result<void> save_states() {
    if (chain_.work_dir.empty()) return {};
    return each_durable([&](std::size_t i, Durable& durable) {
      return journal_.save(log_name(i), durable, checkpoint_);
    });
  }
  Result<void> store() {
    if (chain_.work_dir.empty()) return {};
    CORPUS_TRY(checkpoint_.sink, chain_.sink->checkpoint());
    return journal_.store(checkpoint_);
  }
  Result<void> save() {
    CORPUS_CHECK(save_states());
    return store();
  }

  Result<void> load_state(std::size_t i, Durable& durable) {
    return journal_.load(log_name(i), durable, checkpoint_);
  }

  // False when there is nothing to go on with and the run starts afresh.
  Result<bool> resume() {
    auto loaded = journal_.load();
    if (!loaded) {
      if (loaded.error().code != Code::kNotFound) return std::move(loaded).error();
      return false;
    }
    if (loaded->digest != chain_.digest) {
      return Error{Code::kInvalidArgument,
                   chain_.work_dir + ": belongs to a run with another recipe or other inputs; give the "
                                     "same command, or another output folder"};
    }
    // The folds of passes that are over become the Maps of later ones; then what this pass gathered.
    checkpoint_ = *std::move(loaded);
    const std::uint32_t pass = checkpoint_.pass;
    const auto last = static_cast<std::uint32_t>(barriers_.size());
    for (checkpoint_.pass = 0; checkpoint_.pass < std::min(pass, last); ++checkpoint_.pass) {
      std::size_t i = barriers_[checkpoint_.pass];
      CORPUS_CHECK(load_state(i, *std::get<std::unique_ptr<Fold>>(chain_.stages[i].second)));
      CORPUS_CHECK(finish_folds());
    }
    CORPUS_CHECK(each_durable([&](std::size_t i, Durable& durable) { return load_state(i, durable); }));
    if (pass > last) CORPUS_CHECK(finish_folds());
    checkpoint_.pass = pass;
    if (!checkpoint_.source.empty()) CORPUS_CHECK(chain_.source->restore(checkpoint_.source));
    CORPUS_CHECK(chain_.sink->restore(checkpoint_.sink));
    return true;
  }

  void report_progress(const Counts& counts, std::uint64_t consumed) {
    if (!options_.progress || since(reported_) < 0.1) return;
    reported_ = Clock::now();
    if (!total_) {
      total_ = 0;
      for (const auto& input : chain_.source->inputs()) {
        if (input.bytes == 0 && input.records == 0) continue;
        *total_ += input.bytes;
      }
    }
    options_.progress({.pass = static_cast<int>(checkpoint_.pass) + 1,
                       .passes = passes(),
                       .bytes_done = consumed,
                       .bytes_total = *total_,
                       .bytes_text = counts.bytes,
                       .records = counts.records,
                       .dropped = counts.records - counts.kept,
                       .seconds = since(start_)});
  }

  Chain& chain_;
  const RunOptions& options_;
  Journal journal_;
  Checkpoint checkpoint_;
  std::vector<std::size_t> barriers_;           // stages that need a pass of their own
  std::vector<std::unique_ptr<Map>> became_;    // [stage] what a Fold finished as
  std::unique_ptr<Map> parse_;
  std::unique_ptr<Scan> replay_;
  Verdicts verdicts_{0};                        // of the pass before, when whole
  bool fresh_pass_ = true;                      // not taken up in the middle
  Clock::time_point start_, reported_;
  std::optional<std::uint64_t> total_;
};

}  // namespace
}  // namespace exec

Result<Report> run(Chain& chain, const RunOptions& options) {
  return exec::Runner(chain, options).run();
}

}  // namespace corpus
