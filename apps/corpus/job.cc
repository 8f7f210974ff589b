#include "job.h"

#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

#include "commands.h"
#include "progress.h"
#include "report.h"
#include "common/terminal.h"

namespace corpus::cli {
namespace {

Cancel cancel;  // the signal handler has no other way to reach it

// The first signal stops the run at a point it can continue from; the second one ends the process.
void stop_on_signals() {
  struct sigaction action {};
  action.sa_handler = [](int) { cancel.request(); };
  action.sa_flags = static_cast<int>(SA_RESETHAND) | SA_RESTART;
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
}

Error wrong(std::string message) { return {Code::kInvalidArgument, std::move(message)}; }

Result<void> set_output(Recipe& recipe, const std::string& out) {
  for (const char* key : {"dir", "file", "null"}) {
    if (auto* members = recipe.output.if_object()) {
      std::erase_if(*members, [&](const auto& member) { return member.first == key; });
    }
  }
  if (out.empty()) return wrong("-o: the name is empty");
  if (out == "null:") {
    recipe.output.set("null", true);
  } else if (out == "-" || out.ends_with(".jsonl") || out.ends_with(".jsonl.zst") ||
             out.ends_with(".jsonl.gz") || out.ends_with(".parquet")) {
    recipe.output.set("file", out);
  } else {
    recipe.output.set("dir", out);
  }
  return {};
}

bool has_output(const Recipe& recipe) {
  return recipe.output.find("dir") != nullptr || recipe.output.find("file") != nullptr ||
         recipe.output.get("null", false);
}

Result<void> apply_flag(Recipe& recipe, const Flag& flag, const std::string& value) {
  std::string path(flag.sets);
  if (path.starts_with("stages.*.")) path = "stages." + recipe.stages.front().id + path.substr(8);
  std::string assignment = path + (flag.repeats ? '.' + value : '=' + value);
  if (auto done = set(recipe, assignment); !done) {
    return std::move(done).error().context("--" + std::string(flag.name));
  }
  return {};
}

Result<RunOptions> run_options(const Args& args) {
  RunOptions options;
  CORPUS_TRY(double threads, number(args, "threads", 0, 1, 1024));
  options.threads = static_cast<int>(threads);
  CORPUS_TRY(options.checkpoint_seconds,
             number(args, "checkpoint", options.checkpoint_seconds, 0, 86400));
  if (auto* memory = args.last("memory")) {
    auto n = parse_bytes(*memory);
    if (!n) return std::move(n).error().context("--memory");
    options.memory = *n;
  }
  options.resume = args.has("resume");
  options.cancel = &cancel;
  return options;
}

// What an earlier run did, for the --json of a --resume that had nothing to do.
Result<void> counts_of_manifest(const std::string& dir, Report& report) {
  constexpr std::size_t kMost = std::size_t{4} << 20;
  std::string path = dir + "/manifest.json";
  CORPUS_TRY(std::string text, read_small_file(path, kMost));
  CORPUS_TRY(Value manifest, parse_yaml(text, path));  // JSON is YAML
  auto& summary = report.summary;
  auto count = [](const Value& v) {
    return static_cast<std::uint64_t>(v.if_int() ? *v.if_int() : 0);
  };
  if (const Value* counts = manifest.find("counts")) {
    summary.records = static_cast<std::uint64_t>(counts->get("in", 0));
    summary.kept = static_cast<std::uint64_t>(counts->get("kept", 0));
    summary.malformed = static_cast<std::uint64_t>(counts->get("malformed", 0));
    const Value* rejected = counts->find("rejected");
    if (rejected != nullptr && rejected->if_object() != nullptr) {
      for (const auto& [reason, n] : *rejected->if_object()) {
        summary.dropped.emplace_back(reason, count(n));
      }
    }
  }
  const Value* files = manifest.find("files");
  if (files != nullptr && files->if_array() != nullptr) {
    for (const auto& file : *files->if_array()) {
      report.bytes_out += static_cast<std::uint64_t>(file.get("bytes", 0));
    }
  }
  report.peak_rss = peak_rss();
  return {};
}

ProgressStyle progress_style(const Args& args) {
  std::string how = args.get("progress", "auto");
  if (how == "plain") return ProgressStyle::kPlain;
  if (how == "none" || args.has("quiet") || !stderr_is_terminal()) return ProgressStyle::kNone;
  return ProgressStyle::kBar;
}

}  // namespace

Result<void> complete(Recipe& recipe, const Args& args, std::span<const std::string> inputs,
                      std::string_view fallback_output) {
  std::string command = "corpus " + std::string(args.command->name);
  if (!inputs.empty()) {
    Value::Array paths;
    for (const auto& input : inputs) {
      if (input.empty()) return wrong("an input's name is empty");
      paths.emplace_back(input);
    }
    recipe.input.set("paths", std::move(paths));
  }
  if (recipe.input.strings("paths").empty()) {
    return wrong("no input: name files, folders, globs or - for standard input");
  }
  for (const auto& [flag, value] : args.given) {
    if (!flag->sets.empty() && !flag->value.empty()) CORPUS_CHECK(apply_flag(recipe, *flag, value));
  }
  for (const auto& [flag, value] : args.given) {
    if (flag->name != "set") continue;
    if (auto done = set(recipe, value); !done) return std::move(done).error().context("--set");
  }
  if (auto* out = args.last("output")) {
    CORPUS_CHECK(set_output(recipe, *out));
  } else if (!has_output(recipe)) {
    if (fallback_output.empty()) {
      return wrong(
          "no output: add -o OUT (a folder, a .jsonl or .parquet file, - for standard output or null:)");
    }
    CORPUS_CHECK(set_output(recipe, std::string(fallback_output)));
  }
  if (args.has("json") && recipe.output.get("file", "") == "-") {
    return wrong(
        "--json: standard output already carries the records; send them elsewhere with -o");
  }
  return check_recipe(recipe, args.get("recipe", command));
}

Result<std::optional<Report>> run_quietly(const Recipe& recipe, const Args& args) {
  CORPUS_TRY(RunOptions options, run_options(args));
  ProgressLine line(progress_style(args));
  options.progress = [&](const Progress& p) { line.update(p); };
  if (args.has("verbose")) {
    std::fprintf(stderr, "recipe: %s\ndigest: %s\n", recipe.to_value().to_json().c_str(),
                 recipe.digest().c_str());
  }
  stop_on_signals();
  auto report = run(recipe, options);
  line.clear();
  if (report) return std::optional<Report>(*std::move(report));
  if (recipe.output.get("file", "") == "-" && stdout_is_gone()) return std::optional<Report>();
  Error error = std::move(report).error();
  if (error.code == Code::kCancelled && cancel.requested()) {
    auto paths = recipe.input.strings("paths");
    bool resumable = recipe.output.find("dir") != nullptr &&
                     std::find(paths.begin(), paths.end(), "-") == paths.end();
    error.message = resumable ? "interrupted; continue with the same command and --resume"
                              : "interrupted; this cannot be continued, run the command again";
  }
  return error;
}

Result<int> run_job(const Recipe& recipe, const Args& args) {
  return run_job(recipe, args, {}, nullptr);
}

Result<int> run_job(const Recipe& recipe, const Args& args, std::string_view id,
                    std::string* stage_report) {
  CORPUS_TRY(auto report, run_quietly(recipe, args));
  if (!report) return kDone;
  for (const auto& [stage, text] : report->summary.reports) {
    if (stage == id && !text.empty()) *stage_report = text;
  }
  if (report->already_complete) {
    std::string dir = recipe.output.get("dir", "");
    if (!args.has("quiet")) {
      std::fprintf(stderr, "corpus: %s is already complete; nothing was done\n", dir.c_str());
    }
    CORPUS_CHECK(counts_of_manifest(dir, *report));
  }
  if (args.has("json")) return print(run_json(*report));
  if (!args.has("quiet") && !report->already_complete) {
    std::fputs(funnel(*report, recipe).c_str(), stderr);
  }
  return kDone;
}

Result<int> print_to(const Args& args, std::string_view text) {
  std::string path = args.get("output", "-");
  if (path == "-") return print(text);
  std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "wb"), std::fclose);
  bool good = file && std::fwrite(text.data(), 1, text.size(), file.get()) == text.size() &&
              std::fclose(file.release()) == 0;
  if (good) return kDone;
  return Error{Code::kIo, path + ": " + std::strerror(errno)};
}

Result<std::string> read_small_file(const std::string& path, std::size_t most) {
  auto failed = [&](int error) {
    return Error{error == ENOENT ? Code::kNotFound : Code::kIo, path + ": " + std::strerror(error)};
  };
  std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rb"), std::fclose);
  if (!file) return failed(errno);
  std::string out;
  char buffer[1 << 16];
  while (std::size_t n = std::fread(buffer, 1, sizeof buffer, file.get())) {
    out.append(buffer, n);
    if (out.size() > most) {
      return Error{Code::kLimit, path + ": larger than " + bytes(double(most))};
    }
  }
  if (std::ferror(file.get())) return failed(errno);
  return out;
}

}  // namespace corpus::cli
