// student train: a model, data, and what comes of them.
#include <corpus/provenance.h>
#include <signal.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <memory>

#include "commands.h"
#include "common/terminal.h"
#include "io/atomic_file.h"
#include "io/load.h"
#include "train/adapter.h"
#include "train/checkpoint.h"
#include "train/loop.h"
#include "train/provenance.h"
#include "train_settings.h"

namespace student {
namespace {

using corpus::Code;
using corpus::Error;
using corpus::cli::Args;
using corpus::cli::bytes;
using corpus::cli::counted;
using corpus::cli::grouped;
using Json = nlohmann::ordered_json;

corpus::Cancel g_cancel;

// A line that is redrawn on a terminal, or a line every ten seconds.
class Line {
 public:
  explicit Line(bool quiet) : quiet_(quiet), terminal_(corpus::cli::stderr_is_terminal()) {}
  ~Line() { clear(); }
  void show(const StepReport& r) {
    if (quiet_) return;
    double now = std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
    bool last = r.step == r.steps;
    if (!last && shown_ > 0 && now - shown_ < (terminal_ ? 0.2 : 10)) return;
    shown_ = now;
    char text[200];
    int n = std::snprintf(text, sizeof text, "step %s/%s  loss %.4f  lr %.2e  grad %.2f  %s tok/s",
                          grouped(static_cast<std::uint64_t>(r.step)).c_str(),
                          grouped(static_cast<std::uint64_t>(r.steps)).c_str(), r.loss, static_cast<double>(r.lr),
                          r.gradient_norm, grouped(static_cast<std::uint64_t>(r.tokens_per_second)).c_str());
    std::string line(text, static_cast<std::size_t>(n));
    if (r.utilization > 0) line += "  MFU " + corpus::cli::percent(r.utilization, 1);
    line += "  ETA " + corpus::cli::duration(r.seconds_left);
    if (terminal_)
      line.resize(std::min<std::size_t>(line.size(), static_cast<std::size_t>(corpus::cli::stderr_width()) - 1));
    std::fprintf(stderr, terminal_ ? "\r\033[K%s" : "%s\n", line.c_str());
  }
  void clear() {
    if (terminal_ && shown_ > 0) std::fputc('\n', stderr);
    shown_ = 0;
  }

 private:
  bool quiet_, terminal_;
  double shown_ = 0;
};

struct Data {
  Dataset data;
  std::unique_ptr<Dataset> replay;
  std::vector<DataOrigin> origins;
};

Result<void> check_teacher(const TrainSettings& s, const corpus::Tokenizer& tokenizer) {
  if (s.teacher_tokenizer.empty()) return {};
  auto teacher = corpus::Tokenizer::open(s.teacher_tokenizer);
  if (!teacher) return std::move(teacher).error().context("--teacher-tokenizer");
  if ((*teacher)->fingerprint() == tokenizer.fingerprint()) return {};
  return Error{
      Code::kInvalidArgument,
      "--teacher-tokenizer " + s.teacher_tokenizer + ": teacher and student cut text into different tokens (" +
          std::to_string((*teacher)->vocab_size()) + " and " + std::to_string(tokenizer.vocab_size()) +
          " ids; fingerprints " + (*teacher)->fingerprint().substr(0, 12) + " and " +
          tokenizer.fingerprint().substr(0, 12) +
          "), so the teacher's log-probabilities mean nothing to this student; leave --teacher-tokenizer out and "
          "learn from the text"};
}

void describe(const char* flag, const Dataset& d, const TrainSettings& s) {
  if (s.quiet) return;
  std::fprintf(stderr, "%s: %s, %s of them learned\n", flag, counted(d.size(), "document").c_str(),
               counted(d.tokens.size(), "token").c_str());
  std::fprintf(stderr, "  learned %s, left out: %s too long, %s unanswered, %s malformed\n", grouped(d.learned).c_str(),
               grouped(d.too_long).c_str(), grouped(d.unanswered).c_str(), grouped(d.malformed).c_str());
  if (d.too_long > 0) {
    std::fprintf(stderr, "  the longest has %s; --length is %u\n", counted(d.longest, "token").c_str(),
                 s.batches.length);
  }
  if (d.topk > 0) {
    std::fprintf(stderr, "  with the teacher's log-probabilities: %s; other tokens than the student's: %s\n",
                 grouped(d.with_teacher).c_str(), grouped(d.teacher_differs).c_str());
  }
}

Result<Data> read_data(const TrainSettings& s, const corpus::Tokenizer& tokenizer, TokenId end_of_text) {
  Data out;
  for (const auto* paths : {&s.data, &s.replay}) {
    for (const std::string& path : *paths) {
      CORPUS_TRY(auto origin, origin_of(path));
      out.origins.push_back(std::move(origin));
    }
  }
  CORPUS_CHECK(require_policy(out.origins, s.unchecked_policy));
  auto chat = corpus::ChatTemplate::named(s.chat, tokenizer);
  if (!chat) return std::move(chat).error().context("--template");
  DatasetOptions options{.length = s.batches.length, .end_of_text = end_of_text, .topk = s.topk, .threads = s.threads};
  auto data = read_dataset(s.data, tokenizer, **chat, options);
  if (!data) return std::move(data).error().context("--data");
  out.data = *std::move(data);
  describe("data", out.data, s);
  if (s.topk > 0 && out.data.with_teacher == 0) {
    return Error{Code::kInvalidArgument,
                 "--teacher-tokenizer: no record of --data has the teacher's log-probabilities for its tokens"};
  }
  if (s.replay.empty()) return out;
  options.topk = 0;
  auto replay = read_dataset(s.replay, tokenizer, **chat, options);
  if (!replay) return std::move(replay).error().context("--replay");
  out.replay = std::make_unique<Dataset>(*std::move(replay));
  describe("replay", *out.replay, s);
  return out;
}

// What this process holds in memory now.
std::size_t resident_bytes() {
  std::ifstream statm("/proc/self/statm");
  std::size_t size = 0, resident = 0;
  statm >> size >> resident;
  return resident * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
}

std::int64_t trainable(const Model& model) {
  std::int64_t n = 0;
  for (const Parameter& p : model.parameters()) n += p.trains ? p.rows * p.cols : 0;
  return n;
}

// LoRA's optimizer is small, and how small the layout says; here an upper bound will do.
std::int64_t trainable_bound(const Config& c, const LoraOptions& lora) {
  auto width = static_cast<std::int64_t>(c.width), ffn = static_cast<std::int64_t>(c.ffn);
  std::int64_t q = std::int64_t{c.heads} * c.head_dim, kv = std::int64_t{c.kv_heads} * c.head_dim, r = lora.rank;
  if (r > 0) return c.layers * r * (2 * (width + q) + 2 * (width + kv) + 3 * (width + ffn));
  return c.layers * (2 * width * q + 2 * width * kv + 3 * width * ffn + 2 * width) +
         std::int64_t{c.vocab} * width * (c.tied ? 1 : 2);
}

// After the data was read, which is in `program` with the tokenizer and the libraries.
Result<void> check_memory(const TrainSettings& s, const Config& config, const Backend& backend) {
  MemoryPlan plan = plan_memory(backend, config, s.model_options);
  OptimizerMemory optimizer =
      plan_optimizer(trainable_bound(config, s.model_options.lora), s.model_options.compute, s.optimizer.master);
  std::size_t checkpoint = s.save_every > 0 ? kCheckpointBuffer : 0;
  std::size_t needed = plan.total() + optimizer.moments + optimizer.master + checkpoint;
  std::size_t program = backend.name() == "cuda" ? 0 : resident_bytes();  // there the plan is for the device
  auto show = [](std::size_t n) { return bytes(static_cast<double>(n)); };
  if (!s.quiet) {
    std::fprintf(stderr,
                 "memory: program and data %s, weights %s, gradients %s, optimizer %s, activations %s, workspace %s: %s\n",
                 show(program).c_str(),
                 show(plan.weights).c_str(), show(plan.gradients).c_str(),
                 show(optimizer.moments + optimizer.master).c_str(), show(plan.activations).c_str(),
                 show(plan.workspace + checkpoint).c_str(), show(program + needed).c_str());
  }
  std::size_t total = s.memory != 0 ? program + needed : needed;
  std::size_t limit = s.memory != 0 ? s.memory : backend.free_memory();
  if (total <= limit) return {};
  return Error{Code::kLimit,
               (s.memory != 0 ? "--memory " : "the machine has ") + show(limit) + ", and this run needs " +
                   show(total) +
                   "; make --micro-batch or --length smaller, add --recompute, train adapters with --lora, or use "
                   "--dtype bf16 --stochastic-rounding"};
}

Result<std::string> weights_digest(Model& model) {
  std::string digests, block(std::size_t{4} << 20, '\0');
  const std::size_t size = model.weights().bytes();
  for (std::size_t at = 0; at < size; at += block.size()) {
    block.resize(std::min(block.size(), size - at));
    CORPUS_CHECK(model.backend().read(block.data(), static_cast<const char*>(model.weights().data) + at, block.size()));
    auto digest = corpus::provenance::sha256(block);
    digests.append(reinterpret_cast<const char*>(digest.data()), digest.size());
  }
  return corpus::provenance::hex(corpus::provenance::sha256(digests));
}

Json inputs_json(const Dataset& d) {
  Json out = Json::array();
  for (const DataInput& input : d.inputs)
    out.push_back({{"name", input.name}, {"records", input.records}, {"xxh3", input.xxh3}});
  return out;
}

Json count_json(const Dataset& d) {
  return {{"records", d.records},        {"documents", d.size()},   {"tokens", d.tokens.size()},
          {"learned_tokens", d.learned}, {"too_long", d.too_long},  {"unanswered", d.unanswered},
          {"malformed", d.malformed},    {"inputs", inputs_json(d)}};
}

// What decides every bit of the result, and nothing else: no paths, no times.
std::string run_digest(const TrainSettings& s, const Data& data, const std::string& weights,
                       const std::string& tokenizer) {
  Json all = {{"settings", to_json(s)}, {"weights", weights}, {"tokenizer", tokenizer}};
  for (const Dataset* d : {&data.data, static_cast<const Dataset*>(data.replay.get())}) {
    for (std::size_t i = 0; d != nullptr && i < d->inputs.size(); ++i) all["data"].push_back(d->inputs[i].xxh3);
  }
  return corpus::provenance::hex(corpus::provenance::sha256(all.dump()));
}

Result<void> check_output(const TrainSettings& s) {
  std::error_code error;
  if (s.resume || !std::filesystem::exists(s.out, error) || std::filesystem::is_empty(s.out, error)) return {};
  return Error{Code::kInvalidArgument, s.out + " is there already; go on with --resume, or choose another -o"};
}

// student.json comes last: its presence says that the folder is whole.
Result<void> save_student(const TrainSettings& s, Model& model, const Data& data, const std::string& run,
                          const LoopReport& report, const std::string& tokenizer) {
  CORPUS_CHECK(save_model(model, s.out, {.weights = s.model_options.compute, .tokenizer_from = s.model}));
  if (s.model_options.lora.rank > 0) {
    std::filesystem::create_directories(s.out + "/adapter");
    CORPUS_CHECK(save_adapter(model, s.out + "/adapter", s.model));
  }
  Json record = {{"student", 1}, {"base", s.model}, {"tokenizer", tokenizer}, {"run", run}, {"settings", to_json(s)}};
  record["origins"] = to_json(data.origins);
  record["unchecked_policy"] = s.unchecked_policy;
  record["data"] = count_json(data.data);
  if (data.replay) record["replay"] = count_json(*data.replay);
  record["result"] = {{"steps", report.steps}, {"last_loss", report.last_loss}};
  CORPUS_CHECK(write_text(s.out + "/student.json", record.dump(1) + '\n'));
  std::error_code error;
  std::filesystem::remove_all(s.out + "/checkpoints", error);
  return {};
}

Result<int> run(TrainSettings& s, const Config& config) {
  CORPUS_TRY(std::string json, load_tokenizer_json(s.model));
  CORPUS_TRY(auto tokenizer, corpus::Tokenizer::from_json(json, s.model + "/tokenizer.json"));
  if (tokenizer->vocab_size() > config.vocab) {
    return Error{Code::kInvalidArgument, s.model + ": the tokenizer has " + std::to_string(tokenizer->vocab_size()) +
                                             " ids and the model only " + std::to_string(config.vocab) +
                                             " rows; they do not belong together"};
  }
  CORPUS_CHECK(check_teacher(s, *tokenizer));
  CORPUS_TRY(auto backend, make_backend(s.backend, {.threads = s.threads}));
  TokenId end_of_text = tokenizer->id_of("<|endoftext|>");
  CORPUS_TRY(Data data, read_data(s, *tokenizer, end_of_text >= 0 ? end_of_text : config.eos));
  double ceiling = 0;
  if (!s.quiet) {  // before the plan: it brings the libraries' code into memory
    CORPUS_TRY(ceiling, measure_gemm(*backend, s.model_options.compute));
  }
  CORPUS_CHECK(check_memory(s, config, *backend));
  CORPUS_TRY(auto model, load_model(*backend, s.model, s.model_options, s.batches.seed));
  Batches batches(data.data, data.replay.get(), s.batches);
  if (s.schedule.steps == 0) s.schedule.steps = batches.steps_of(s.epochs);
  if (s.schedule.warmup < 0) s.schedule.warmup = (s.schedule.steps + 32) / 33;
  CORPUS_TRY(std::string weights, weights_digest(*model));
  LoopOptions options{.schedule = s.schedule,
                      .clip = s.clip,
                      .folder = s.out,
                      .resume = s.resume,
                      .save_every = s.save_every,
                      .keep = s.keep,
                      .ceiling = ceiling,
                      .cancel = &g_cancel};
  options.run = run_digest(s, data, weights, tokenizer->fingerprint());
  s.meeting.digest = options.run;
  CORPUS_TRY(auto communicator, meet(s.meeting));
  CORPUS_TRY(auto optimizer, Optimizer::create(*model, s.optimizer));
  if (!s.quiet) {
    std::fprintf(stderr, "training: %s of %s, %s in %s; GEMM ceiling %.0f GFLOP/s on %s\n",
                 counted(static_cast<std::uint64_t>(trainable(*model)), "parameter").c_str(), s.model.c_str(),
                 counted(static_cast<std::uint64_t>(s.schedule.steps), "step").c_str(),
                 counted(batches.sequences(), "packed sequence").c_str(), options.ceiling / 1e9,
                 backend->device().c_str());
  }
  Line line(s.quiet || s.batches.rank != 0);
  options.show = [&](const StepReport& report) { line.show(report); };
  options.warn = [](const std::string& what) { std::fprintf(stderr, "student train: %s\n", what.c_str()); };
  auto report = train(*model, *optimizer, batches, *communicator, options);
  line.clear();
  if (!report) return std::move(report).error();
  if (!report->skipped.empty())
    std::fprintf(stderr, "student train: skipped a damaged checkpoint: %s\n", report->skipped.c_str());
  if (s.batches.rank != 0) return corpus::cli::kDone;
  optimizer.reset();  // saving takes memory for the largest tensor
  CORPUS_CHECK(save_student(s, *model, data, options.run, *report, tokenizer->fingerprint()));
  if (!s.quiet) {
    std::fprintf(stderr, "%s: loss %.4f after %s, %s\n", s.out.c_str(), report->last_loss,
                 counted(static_cast<std::uint64_t>(report->steps), "step").c_str(),
                 corpus::cli::duration(report->seconds).c_str());
  }
  return corpus::cli::kDone;
}

}  // namespace

Result<int> train_command(const Args& args) {
  std::string path = args.get("model", "");
  if (path.empty())
    return Error{Code::kInvalidArgument, "name the model to start from: --model DIR; `student init` makes a new one"};
  CORPUS_TRY(Config config, load_config(path));
  CORPUS_TRY(TrainSettings settings, train_settings(args, config.context));
  CORPUS_CHECK(check_output(settings));
  std::error_code error;
  if (settings.resume && std::filesystem::exists(settings.out + "/student.json", error)) {
    std::fprintf(stderr, "%s is complete; nothing to do\n", settings.out.c_str());
    return corpus::cli::kDone;
  }
  for (int signal_number : {SIGINT, SIGTERM}) {
    signal(signal_number, [](int) { g_cancel.request(); });
  }
  return run(settings, config);
}

}  // namespace student
