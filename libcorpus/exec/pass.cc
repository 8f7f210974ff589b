#include "exec/pass.h"

#include <tbb/enumerable_thread_specific.h>
#include <tbb/global_control.h>
#include <tbb/parallel_pipeline.h>
#include <tbb/task_arena.h>

#include <atomic>
#include <exception>
#include <mutex>
#include <new>

namespace corpus::exec {
namespace {

// Reused batches. One whose memory grew past `keep` by a huge record is given back instead.
class Pool {
 public:
  Pool(std::size_t columns, std::uint64_t keep) : columns_(columns), keep_(keep) {}

  std::unique_ptr<Batch> take() {
    std::lock_guard lock(mutex_);
    if (free_.empty()) {
      auto batch = std::make_unique<Batch>();
      batch->columns.resize(columns_);
      return batch;
    }
    auto batch = std::move(free_.back());
    free_.pop_back();
    return batch;
  }
  void give(std::unique_ptr<Batch> batch) {
    batch->reset();
    if (keep_ != 0 && batch->footprint() > keep_) return;
    std::lock_guard lock(mutex_);
    free_.push_back(std::move(batch));
  }

 private:
  std::size_t columns_;
  std::uint64_t keep_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<Batch>> free_;
};

// The earliest error by batch number. Batches before it still run, so that an earlier one is found.
class FirstError {
 public:
  bool allows(std::uint64_t seq) const { return seq < seq_.load(std::memory_order_relaxed); }
  bool any() const { return !allows(kNone - 1); }
  void set(std::uint64_t seq, Error error) {
    std::lock_guard lock(mutex_);
    if (seq >= seq_) return;
    seq_ = seq;
    error_ = std::move(error);
  }
  Error take() { return std::move(error_); }

 private:
  static constexpr std::uint64_t kNone = ~std::uint64_t{0};
  std::atomic<std::uint64_t> seq_{kNone};
  std::mutex mutex_;
  Error error_;
};

// The one place where exceptions of the standard library and TBB end.
template <typename F>
Result<void> guarded(F&& f) {
  try {
    return f();
  } catch (const std::bad_alloc&) {
    return Error{Code::kLimit, "out of memory; use fewer --threads or a smaller --batch"};
  } catch (const std::exception& e) {
    return Error{Code::kIo, e.what()};
  }
}

}  // namespace

struct Pass::Impl {
  using Group = std::vector<std::size_t>;  // consecutive parallel steps, or one scan
  using States = std::vector<std::unique_ptr<State>>;

  Impl(Source& s, std::vector<Step> st, Sink* k, std::size_t columns, PassLimits l)
      : source(s), steps(std::move(st)), sink(k), limits(l),
        pool(columns, l.in_flight / std::max<std::size_t>(l.tokens, 1)),
        states([this] { return States(steps.size() + 1); }),
        control(tbb::global_control::max_allowed_parallelism, static_cast<std::size_t>(l.threads)),
        arena(l.threads) {
    for (const auto& input : source.inputs()) names.push_back(input.name);
    for (std::size_t i = 0; i < steps.size(); ++i) {
      bool scan = is_scan(i);
      if (scan || groups.empty() || is_scan(groups.back().back())) groups.emplace_back();
      groups.back().push_back(i);
    }
  }

  // False for batches behind an error, or behind the one a Scan declared the last: they were read
  // ahead, how many depends on timing, so they must leave no trace.
  bool counts(const Batch& batch) const {
    return errors.allows(batch.seq) && batch.seq <= last_seq.load(std::memory_order_relaxed);
  }

  bool is_scan(std::size_t i) const { return std::holds_alternative<Scan*>(steps[i].run); }

  void fail(const Batch& batch, std::string_view stage, Error error) {
    std::string where = batch.input < names.size() ? names[batch.input] : std::string();
    if (!stage.empty() && stage != "parse") where += where.empty() ? stage : ": " + std::string(stage);
    errors.set(batch.seq, where.empty() ? std::move(error) : std::move(error).context(where));
  }

  State* state(std::size_t step) {
    auto& slot = states.local()[step];
    if (slot == nullptr) {
      if (step == steps.size()) {
        slot = sink->scratch();
      } else if (auto* map = std::get_if<const Map*>(&steps[step].run)) {
        slot = (*map)->scratch();
      } else if (auto* fold = std::get_if<const Fold*>(&steps[step].run)) {
        slot = (*fold)->partial();
      }
    }
    return slot.get();
  }

  void run_step(Batch& batch, std::size_t i) {
    auto result = guarded([&]() -> Result<void> {
      if (auto* map = std::get_if<const Map*>(&steps[i].run)) return (*map)->run(batch, state(i));
      if (auto* scan = std::get_if<Scan*>(&steps[i].run)) return (*scan)->run(batch);
      return std::get<const Fold*>(steps[i].run)->observe(batch, *state(i));
    });
    if (!result) fail(batch, steps[i].id, std::move(result).error());
  }

  void run_group(Batch& batch, const Group& group) {
    for (std::size_t i : group) {
      if (!counts(batch)) return;
      run_step(batch, i);
    }
    if (batch.last) last_seq = batch.seq;
  }

  void prepare(Batch& batch) {
    if (!counts(batch)) return;
    auto result = guarded([&] { return sink->prepare(batch, state(steps.size())); });
    if (!result) fail(batch, "output", std::move(result).error());
  }

  Source& source;
  std::vector<Step> steps;
  Sink* sink;
  PassLimits limits;
  Pool pool;
  tbb::enumerable_thread_specific<States> states;
  tbb::global_control control;
  tbb::task_arena arena;
  std::vector<std::string> names;
  std::vector<Group> groups;
  FirstError errors;
  std::atomic<std::uint64_t> in_flight{0};
  std::atomic<std::uint64_t> last_seq{~std::uint64_t{0}};
  std::vector<std::uint64_t> by_reason;
};

Pass::Pass(Source& source, std::vector<Step> steps, Sink* sink, std::size_t columns, PassLimits limits)
    : impl_(std::make_unique<Impl>(source, std::move(steps), sink, columns, limits)) {}
Pass::~Pass() = default;

namespace {

void count(Counts& counts, std::vector<std::uint64_t>& by_reason, const Batch& batch) {
  std::uint64_t records = 0;
  by_reason.assign(Reason::count(), 0);
  for (const Record& record : batch.records) {
    counts.bytes += record.json.size() + 1;
    if ((record.flags & Record::kMorePieces) != 0) continue;  // counted with its last piece
    ++records;
    ++by_reason[record.drop.id()];
  }
  counts.records += records;
  counts.kept += by_reason[0];
  counts.blank_lines += batch.blank_lines;
  if (counts.input_records.size() <= batch.input) counts.input_records.resize(batch.input + 1);
  counts.input_records[batch.input] += records;
  if (by_reason[0] == records) return;
  std::size_t id = 1;
  for (const Record& record : batch.records) {  // names are looked up once a reason and batch
    id = record.drop.id();
    if (id != 0 && by_reason[id] != 0) {
      counts.dropped[std::string(record.drop.name())] += by_reason[id];
      by_reason[id] = 0;
    }
  }
}

}  // namespace

Result<Stop> Pass::run(const std::function<bool()>& due,
                       const std::function<void(const Batch&)>& done) {
  Impl& p = *impl_;
  Stop stop = Stop::kEnd;
  std::uint64_t next_seq = 0;

  auto produce = [&](tbb::flow_control& flow) -> Batch* {
    stop = Stop::kCheckpoint;
    bool drain = p.limits.in_flight != 0 && p.in_flight > p.limits.in_flight;
    if (p.limits.cancel != nullptr && p.limits.cancel->requested()) {
      stop = Stop::kCancelled;
    } else if (p.last_seq != ~std::uint64_t{0}) {
      stop = Stop::kEnd;
    } else if (!p.errors.any() && !drain && !due()) {
      auto batch = p.pool.take();
      bool more = false;
      auto result = guarded([&]() -> Result<void> {
        CORPUS_TRY(more, p.source.read(*batch));
        return {};
      });
      if (!result) {
        p.errors.set(next_seq, std::move(result).error());
      } else if (more) {
        next_seq = batch->seq + 1;
        p.in_flight += kBatchCost * batch->bytes.size();
        return batch.release();
      }
      stop = Stop::kEnd;
    }
    flow.stop();
    return nullptr;
  };
  auto consume = [&](Batch* raw) {
    std::unique_ptr<Batch> batch(raw);
    p.in_flight -= kBatchCost * batch->bytes.size();
    if (p.counts(*batch) && p.sink != nullptr) {
      auto result = guarded([&] { return p.sink->write(*batch); });
      if (!result) p.fail(*batch, "", std::move(result).error());
    }
    if (p.counts(*batch)) {
      count(counts_, p.by_reason, *batch);
      done(*batch);
    }
    p.pool.give(std::move(batch));
  };

  auto result = guarded([&]() -> Result<void> {
    bool finished = false;
    while (!finished) {
      p.arena.execute([&] {
        auto chain = tbb::make_filter<void, Batch*>(tbb::filter_mode::serial_in_order, produce);
        for (const auto& group : p.groups) {
          auto mode = p.is_scan(group.front()) ? tbb::filter_mode::serial_in_order
                                               : tbb::filter_mode::parallel;
          bool prepare = p.sink != nullptr && &group == &p.groups.back() &&
                         mode == tbb::filter_mode::parallel;
          chain = chain & tbb::make_filter<Batch*, Batch*>(mode, [&p, &group, prepare](Batch* b) {
                    p.run_group(*b, group);
                    if (prepare) p.prepare(*b);
                    return b;
                  });
        }
        if (p.sink != nullptr && (p.groups.empty() || p.is_scan(p.groups.back().front()))) {
          chain = chain & tbb::make_filter<Batch*, Batch*>(tbb::filter_mode::parallel, [&p](Batch* b) {
                    p.prepare(*b);
                    return b;
                  });
        }
        tbb::parallel_pipeline(p.limits.tokens, chain & tbb::make_filter<Batch*, void>(
                                                            tbb::filter_mode::serial_in_order, consume));
      });
      // Drained only to let memory go: no reason to tell the caller.
      finished = p.errors.any() || stop != Stop::kCheckpoint || due();
    }
    return {};
  });
  if (p.errors.any()) return p.errors.take();
  CORPUS_CHECK(std::move(result));
  return stop;
}

Result<void> Pass::merge(Fold& into) {
  for (std::size_t i = 0; i < impl_->steps.size(); ++i) {
    auto* fold = std::get_if<const Fold*>(&impl_->steps[i].run);
    if (fold == nullptr || *fold != &into) continue;
    for (auto& states : impl_->states) {
      if (states[i] != nullptr) CORPUS_CHECK(into.merge(std::move(states[i])));
    }
  }
  return {};
}

}  // namespace corpus::exec
