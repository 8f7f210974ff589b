#include "train/loop.h"

#include <chrono>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <optional>

#include "train/gradient_sum.h"

namespace student {
namespace {

using corpus::Code;
using corpus::Error;
using Clock = std::chrono::steady_clock;

double since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

// log.jsonl: appended to, and cut back to where a checkpoint stood. Losing its last lines in a crash costs nothing.
class Log {
 public:
  Result<void> open(const std::string& path, std::uint64_t bytes) {
    file_.reset(std::fopen(path.c_str(), "abe"));
    if (!file_) return Error{Code::kIo, path + ": cannot open the log"};
    std::error_code error;
    if (std::filesystem::file_size(path, error) > bytes) std::filesystem::resize_file(path, bytes, error);
    if (error) return Error{Code::kIo, path + ": cannot cut the log back: " + error.message()};
    bytes_ = std::filesystem::file_size(path, error);
    return {};
  }
  void add(const std::string& line) {
    if (!file_) return;
    std::fwrite(line.data(), 1, line.size(), file_.get());
    std::fflush(file_.get());
    bytes_ += line.size();
  }
  std::uint64_t bytes() const { return bytes_; }

 private:
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  std::unique_ptr<std::FILE, Close> file_;
  std::uint64_t bytes_ = 0;
};

class Loop {
 public:
  Loop(Model& model, Optimizer& optimizer, Batches& batches, Communicator& communicator, const LoopOptions& options)
      : model_(model), optimizer_(optimizer), batches_(batches), communicator_(communicator), options_(options) {}

  Result<LoopReport> run() {
    const std::int64_t steps = options_.schedule.steps;
    std::uint64_t log_bytes = 0;
    if (options_.resume) {
      CORPUS_TRY(log_bytes, resume());
    }
    if (first() && !options_.folder.empty()) {
      std::error_code error;
      std::filesystem::create_directories(checkpoints(), error);
      if (error) return Error{Code::kIo, checkpoints() + ": cannot create the folder: " + error.message()};
      CORPUS_CHECK(log_.open(options_.folder + "/log.jsonl", log_bytes));
    }
    Backend& backend = model_.backend();
    CORPUS_TRY(GradientSum sum, GradientSum::create(backend, backend.devices(), communicator_));
    gradient_sum_.emplace(std::move(sum));
    if (const std::string& why = gradient_sum_->why_through_host(); !why.empty() && options_.warn) {
      options_.warn("gradients are added up through the host, which is slow: " + why);
    }
    started_ = Clock::now();
    const std::int64_t begin = report_.steps;
    while (report_.steps < steps) {
      CORPUS_TRY(StepReport step, one_step(report_.steps));
      ++report_.steps;
      if (report_.steps == begin + 1) report_.first_loss = step.loss;
      report_.last_loss = step.loss;
      double per_step = since(started_) / static_cast<double>(report_.steps - begin);
      step.seconds_left = per_step * static_cast<double>(steps - report_.steps);
      if (first()) log_.add(log_line(step));
      if (options_.show) options_.show(step);
      bool stop = options_.cancel != nullptr && options_.cancel->requested();
      bool due = options_.save_every > 0 && report_.steps % options_.save_every == 0 && report_.steps < steps;
      if (due || (stop && report_.steps < steps)) CORPUS_CHECK(save());
      if (stop && report_.steps < steps) {
        return Error{Code::kCancelled, "interrupted after step " + std::to_string(report_.steps) +
                                           "; run the same command with --resume to go on"};
      }
    }
    report_.seconds = since(started_);
    return report_;
  }

 private:
  bool first() const { return communicator_.rank() == 0; }
  std::string checkpoints() const { return options_.folder + "/checkpoints"; }

  // What a checkpoint holds: the weights that train, and the optimizer's buffers.
  std::vector<Section> sections() const {
    std::vector<Section> out;
    Tensor weights = model_.weights();
    for (const auto& range : optimizer_.ranges()) {
      out.push_back({"weights." + std::to_string(out.size()),
                     Tensor(weights.columns(range.offset, range.size).data, weights.type, 1, range.size)});
    }
    out.push_back({"first", optimizer_.first()});
    out.push_back({"second", optimizer_.second()});
    if (optimizer_.master()) out.push_back({"master", optimizer_.master()});
    return out;
  }

  // From the newest checkpoint that is whole; from the beginning when there is none.
  Result<std::uint64_t> resume() {
    Error damaged;
    for (const std::string& path : list_checkpoints(checkpoints())) {
      auto info = load_checkpoint(path, options_.run, model_.backend(), sections());
      if (info) {
        report_.steps = report_.resumed_at = info->step;
        report_.skipped = damaged.message;
        return info->log_bytes;
      }
      if (info.error().code != Code::kCorrupt) return std::move(info).error();
      damaged = std::move(info).error();
    }
    if (damaged.code != Code::kOk) {
      return std::move(damaged).context("--resume: no checkpoint is whole; remove the folder to begin again");
    }
    return std::uint64_t{0};
  }

  Result<void> save() {
    if (!first() || options_.folder.empty()) return {};
    std::string path = checkpoints() + '/' + checkpoint_name(report_.steps);
    CheckpointInfo info{.step = report_.steps, .log_bytes = log_.bytes(), .run = options_.run};
    CORPUS_CHECK(save_checkpoint(path, info, model_.backend(), sections()));
    prune_checkpoints(checkpoints(), options_.keep);
    return {};
  }

  Result<StepReport> one_step(std::int64_t step) {
    StepReport out{.step = step + 1, .steps = options_.schedule.steps, .lr = options_.schedule.at(step)};
    const std::int64_t supervised = batches_.supervised(step);
    optimizer_.zero_gradients();
    double sums[2] = {0, 0};  // losses, tokens
    for (std::int32_t part = 0; part < batches_.parts(); ++part) {
      batches_.fill(step, part, buffer_);
      CORPUS_TRY(LossSum loss, model_.loss(buffer_.batch, true, 1 / static_cast<float>(supervised)));
      sums[0] += loss.loss;
      sums[1] += static_cast<double>(buffer_.tokens.size());
      operations_ += model_.step_flops(buffer_.starts);
    }
    report_.tokens += static_cast<std::int64_t>(sums[1]);
    CORPUS_CHECK(communicator_.sum(std::span<double>(sums)));
    for (const auto& range : optimizer_.ranges()) {
      CORPUS_CHECK(gradient_sum_->add_up(model_.gradients().columns(range.offset, range.size)));
    }
    out.loss = sums[0] / static_cast<double>(supervised);
    out.tokens = static_cast<std::int64_t>(sums[1]);
    CORPUS_TRY(out.gradient_norm, optimizer_.gradient_norm());
    if (!std::isfinite(out.loss) || !std::isfinite(out.gradient_norm)) return not_finite(out);
    double scale = options_.clip > 0 && out.gradient_norm > options_.clip ? options_.clip / out.gradient_norm : 1;
    optimizer_.update(step + 1, out.lr, static_cast<float>(scale));
    CORPUS_CHECK(model_.backend().sync());
    double seconds = since(started_);
    double share = out.tokens > 0 ? static_cast<double>(report_.tokens) : 0;
    out.tokens_per_second = share * communicator_.world() / seconds;
    if (options_.ceiling > 0) out.utilization = operations_ / seconds / options_.ceiling;
    return out;
  }

  Error not_finite(const StepReport& step) const {
    auto saved = options_.folder.empty() ? std::vector<std::string>() : list_checkpoints(checkpoints());
    std::string what = std::isfinite(step.loss) ? "the gradient" : "the loss";
    return {Code::kLimit,
            "step " + std::to_string(step.step) + ": " + what + " is not a finite number; " +
                (saved.empty() ? "there is no checkpoint yet" : "the last good checkpoint is " + saved.front()) +
                "; try a lower --lr, a longer --warmup or a smaller --clip"};
  }

  Model& model_;
  Optimizer& optimizer_;
  Batches& batches_;
  Communicator& communicator_;
  const LoopOptions& options_;
  LoopReport report_;
  Log log_;
  BatchBuffer buffer_;
  std::optional<GradientSum> gradient_sum_;
  double operations_ = 0;
  Clock::time_point started_;
};

std::string number(double value, const char* format) {
  char out[40];
  std::snprintf(out, sizeof out, format, value);
  return out;
}

}  // namespace

std::string log_line(const StepReport& r) {
  return "{\"step\":" + std::to_string(r.step) + ",\"loss\":" + number(r.loss, "%.9g") +
         ",\"lr\":" + number(r.lr, "%.9g") + ",\"grad_norm\":" + number(r.gradient_norm, "%.9g") +
         ",\"tokens\":" + std::to_string(r.tokens) + ",\"tokens_per_second\":" + number(r.tokens_per_second, "%.0f") +
         ",\"mfu\":" + number(r.utilization, "%.3f") + ",\"eta\":" + number(r.seconds_left, "%.0f") + "}\n";
}

Result<LoopReport> train(Model& model, Optimizer& optimizer, Batches& batches, Communicator& communicator,
                         const LoopOptions& options) {
  return Loop(model, optimizer, batches, communicator, options).run();
}

Result<double> measure_gemm(Backend& backend, DType type) {
  // A multiplication of a size that models have; on a GPU it has to be larger to be worth measuring.
  const std::int64_t n = backend.name() == "cuda" ? 8192 : 1024;
  const auto bytes = static_cast<std::size_t>(n * n) * size_of(type);
  std::vector<void*> memory;
  Result<double> out = 0.0;
  for (int i = 0; i < 3 && out; ++i) {
    auto made = backend.alloc(bytes);
    if (made) {
      memory.push_back(*made);
      backend.zero(*made, bytes);
    } else {
      out = std::move(made).error();
    }
  }
  double best = 0;
  for (int i = 0; i < 12 && out; ++i) {  // the best of many: others may be using the machine
    auto begin = Clock::now();
    backend.gemm(Tensor(memory[0], type, n, n), Tensor(memory[1], type, n, n), false, Tensor(memory[2], type, n, n),
                 true);
    if (auto done = backend.sync(); !done) out = std::move(done).error();
    best =
        std::max(best, 2.0 * static_cast<double>(n) * static_cast<double>(n) * static_cast<double>(n) / since(begin));
  }
  for (void* m : memory) backend.free(m);
  if (out) out = best;
  return out;
}

}  // namespace student
