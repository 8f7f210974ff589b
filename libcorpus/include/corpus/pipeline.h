// Running a recipe.
//
//   auto recipe = parse_recipe(text, "r.yaml");          // or profile("sft") and set input, output
//   auto report = run(*recipe, {.threads = 2});
//
// run() returns when every output is durable, or with the earliest error in the input. Exceptions of
// the libraries underneath never escape. Not reentrant on the same output folder (it is locked).
//
// A chain with a Fold that changes records (dedup.minhash, select.sample) reads its input once more
// for each such Fold; see docs/architecture.md.
#ifndef CORPUS_PIPELINE_H_
#define CORPUS_PIPELINE_H_

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "corpus/component.h"
#include "corpus/recipe.h"
#include "corpus/result.h"

namespace corpus {

// Set from a signal handler or another thread; run() then stops at a point it can resume from.
class Cancel {
 public:
  void request() { requested_.store(true, std::memory_order_relaxed); }
  bool requested() const { return requested_.load(std::memory_order_relaxed); }

 private:
  std::atomic<bool> requested_{false};
};

struct Progress {
  int pass = 1, passes = 1;
  std::uint64_t bytes_done = 0, bytes_total = 0;  // stored input bytes of this pass; total 0: unknown
  std::uint64_t bytes_text = 0;                   // decompressed
  std::uint64_t records = 0, dropped = 0;
  double seconds = 0;
};

struct RunOptions {
  int threads = 0;                // 0: all the process may use
  std::uint64_t memory = 0;       // cap on peak RSS in bytes; 0: none
  bool resume = false;            // continue an interrupted run of the same recipe and inputs
  double checkpoint_seconds = 5;  // how much work a kill may cost; 0: after every batch
  const Cancel* cancel = nullptr;
  // Called from one thread at a time, a few times a second.
  std::function<void(const Progress&)> progress;
};

struct Report {
  RunSummary summary;
  std::uint64_t bytes_out = 0;
  double seconds = 0;
  std::uint64_t peak_rss = 0;
  bool resumed = false;
  bool already_complete = false;  // --resume found a finished output; nothing was done
};

// A chain ready to run. Stages are listed with the id of the component they belong to.
struct Chain {
  std::unique_ptr<MemoryBudget> memory;
  std::unique_ptr<Source> source;
  // Makes the stage that turns bytes into records, reading the given Fields: one for each pass.
  std::function<Result<std::unique_ptr<Map>>(std::uint32_t fields)> parse;
  std::vector<std::pair<std::string, Stage>> stages;
  std::unique_ptr<Sink> sink;
  std::size_t columns = 0;
  std::uint64_t batch_bytes = 0;  // text a batch is meant to hold
  std::string digest;     // of recipe and inputs: a journal of another digest is refused
  std::string work_dir;   // where the journal lives; empty: the run cannot be resumed
};

std::string to_json(const Report& report);  // schemas/output.run.json

// One batch on its way to a program instead of to a file.
struct Delivered {
  const Batch* batch = nullptr;  // kept and dropped records
  std::string_view lines;        // the kept records as they would be written, a line feed after each
};

// What a program brings itself instead of naming it in the recipe.
struct Custom {
  struct At {
    std::size_t behind = 0;  // how many of the recipe's stages come before it
    std::string id;          // for messages
    Stage stage;
  };
  std::vector<At> stages;  // sorted by `behind`
  // Instead of recipe.output: called for one batch at a time, in input order; an Error ends the run.
  std::function<Result<void>(const Delivered&)> deliver;
  // Instead of input.paths: a pipe or socket, read to its end and closed. -1: none.
  int input_fd = -1;
  std::string input_name;
};

// Builds source, parse stage, stages and sink from the registry. `memory` is the cap in bytes.
Result<Chain> build(const Recipe& recipe, std::uint64_t memory, Custom custom = {});
// The records of bytes that the program put into a fresh batch, by the options of recipe.input.
Result<void> parse_text(const Value& input, std::uint32_t fields, Batch& batch);
Result<Report> run(Chain& chain, const RunOptions& options);
Result<Report> run(const Recipe& recipe, const RunOptions& options);

std::uint64_t peak_rss();  // of this process, bytes

}  // namespace corpus

#endif  // CORPUS_PIPELINE_H_
