// student evaluate and student compare.
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <utility>

#include "commands.h"
#include "common/terminal.h"
#include "eval/compare.h"
#include "eval/run.h"
#include "eval/subject.h"
#include "eval/task.h"
#include "io/atomic_file.h"
#include "open_student.h"

namespace student {
namespace {

using corpus::Code;
using corpus::Error;
using corpus::cli::Args;

std::vector<std::string> split(const std::string& list) {
  std::vector<std::string> out;
  for (std::size_t begin = 0; begin < list.size();) {
    auto end = std::min(list.find(',', begin), list.size());
    if (end > begin) out.push_back(list.substr(begin, end - begin));
    begin = end + 1;
  }
  return out;
}

// Who is asked, with what it needs to be there.
struct Asked {
  Student student;
  std::unique_ptr<Subject> subject;
};

Result<Asked> who(const Args& args) {
  if (args.has("model") == args.has("endpoint")) {
    return Error{Code::kInvalidArgument, "name who is evaluated: --model DIR or --endpoint URL"};
  }
  Asked out;
  if (args.has("endpoint")) {
    CORPUS_TRY(auto parallel, integer(args, "parallel", 4, 1, 256));
    const char* key = std::getenv("STUDENT_API_KEY");
    EndpointOptions options{.url = args.get("endpoint", ""), .model = args.get("endpoint-model", ""),
                            .chat = args.has("chat"), .key = key != nullptr ? key : "",
                            .parallel = static_cast<int>(parallel)};
    CORPUS_TRY(out.subject, endpoint_subject(options));
    return out;
  }
  CORPUS_TRY(out.student, open_student(args));
  const Student& student = out.student;
  if (args.has("chat") && !student.chat) return no_template(student);
  bool chat = args.has("chat");
  Json about = {{"model", student.path}, {"tokenizer", student.tokenizer->fingerprint()},
                {"template", chat ? Json(student.chat->name()) : Json(nullptr)},
                {"backend", student.backend->name()}, {"dtype", args.get("dtype", "f32")},
                {"context", student.engine.max_length}};
  CORPUS_TRY(out.subject, local_subject(*student.model, *student.tokenizer, student.chat.get(), chat, student.engine,
                                       std::move(about)));
  return out;
}

Result<RunOptions> run_options(const Args& args) {
  RunOptions out;
  out.tasks.folder = args.get("data", "");
  if (out.tasks.folder.empty())
    return Error{Code::kInvalidArgument, "name the folder with the benchmark files: --data DIR"};
  CORPUS_TRY(auto limit, integer(args, "limit", 0, 0, 1'000'000'000));
  CORPUS_TRY(auto shots, integer(args, "shots", -1, 0, 100));
  CORPUS_TRY(auto samples, integer(args, "samples", 1, 1, 1000));
  CORPUS_TRY(auto max_tokens, integer(args, "max-tokens", 0, 1, 1'000'000));
  CORPUS_TRY(auto seed, integer(args, "seed", 1, 0, 1ll << 52));
  CORPUS_TRY(double temperature, corpus::cli::number(args, "temperature", 0, 0, 2));
  CORPUS_TRY(double top_p, corpus::cli::number(args, "top-p", 1, 0, 1));
  if (samples > 1 && temperature == 0) {
    return Error{Code::kInvalidArgument, "--samples: all would be the same at temperature 0; add --temperature 0.8"};
  }
  out.tasks.limit = static_cast<std::size_t>(limit);
  out.tasks.shots = static_cast<int>(shots);
  out.tasks.samples = static_cast<int>(samples);
  out.tasks.max_tokens = static_cast<std::int32_t>(max_tokens);
  out.tasks.chat = args.has("chat");
  out.sampling = {.temperature = static_cast<float>(temperature), .top_p = static_cast<float>(top_p),
                  .seed = static_cast<std::uint64_t>(seed)};
  return out;
}

// A line on a terminal, rewritten; nothing elsewhere.
class Shown {
 public:
  explicit Shown(bool wanted) : wanted_(wanted && corpus::cli::stderr_is_terminal()) {}
  ~Shown() {
    if (written_) std::fputs("\r\033[K", stderr);
  }
  void operator()(std::string_view task, std::size_t done, std::size_t all) {
    if (!wanted_) return;
    std::lock_guard lock(mutex_);
    written_ = true;
    std::fprintf(stderr, "\r%.*s %zu/%zu\033[K", static_cast<int>(task.size()), task.data(), done, all);
  }

 private:
  bool wanted_, written_ = false;
  std::mutex mutex_;
};

Result<int> print_comparison(const std::vector<RunFile>& runs, const CompareOptions& options, bool json) {
  CORPUS_TRY(auto comparison, compare(runs, options));
  if (json) return corpus::cli::print(as_json(comparison).dump() + '\n');
  CORPUS_TRY(int status, corpus::cli::print(as_table(comparison)));
  for (const auto& note : comparison.notes) std::fprintf(stderr, "student: %s\n", note.c_str());
  return status;
}

}  // namespace

Result<int> evaluate_command(const Args& args) {
  CORPUS_TRY(RunOptions options, run_options(args));
  std::string path = args.get("output", "");
  if (path.empty()) return Error{Code::kInvalidArgument, "name the run file: -o RUN.jsonl"};
  std::vector<std::string> names = split(args.get("tasks", "")), left_out;
  CORPUS_TRY(auto tasks, make_tasks(names, options.tasks, left_out));
  for (const auto& why : left_out) {
    if (!args.has("quiet")) std::fprintf(stderr, "student evaluate: left out: %s\n", why.c_str());
  }
  if (tasks.empty()) return Error{Code::kNotFound, options.tasks.folder + ": no benchmark files that are known"};
  CORPUS_TRY(Asked asked, who(args));
  std::vector<std::string> lines;
  {
    Shown shown(!args.has("quiet"));
    CORPUS_TRY(lines,
               run_tasks(*asked.subject, tasks, options, !names.empty(),
                         [&](std::string_view task, std::size_t done, std::size_t all) { shown(task, done, all); }));
  }
  std::string all;
  for (const auto& line : lines) all += line;
  CORPUS_CHECK(write_text(path, all));
  CORPUS_TRY(RunFile run, parse_run(lines, path));
  return print_comparison({run}, {}, args.has("json"));
}

Result<int> compare_command(const Args& args) {
  if (args.words.empty() || args.words.size() > 3) {
    return Error{Code::kInvalidArgument, "name one to three run files: student compare BEFORE AFTER [TEACHER]"};
  }
  CompareOptions options;
  CORPUS_TRY(auto resamples, integer(args, "resamples", 10'000, 100, 1'000'000));
  CORPUS_TRY(auto seed, integer(args, "seed", 1, 0, 1ll << 52));
  options.resamples = static_cast<std::size_t>(resamples);
  options.seed = static_cast<std::uint64_t>(seed);
  std::vector<RunFile> runs;
  for (const auto& path : args.words) {
    CORPUS_TRY(RunFile run, read_run(path));
    runs.push_back(std::move(run));
  }
  return print_comparison(runs, options, args.has("json"));
}

}  // namespace student
