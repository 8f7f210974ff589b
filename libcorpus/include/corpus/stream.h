// StreamRun: a run whose ends are held by the program. Records are pushed in or read from the recipe's
// inputs, and come out batch by batch, in input order.
//
//   auto run = StreamRun::start(*parse_recipe("corpus: 1\nstages: [filters.refusal: {}]", "r"),
//                               {.threads = 2}, {.push = true});
//   while (...) {
//     auto taken = (*run)->push(bytes);                    // any format and compression that a file may have
//     if (*taken < bytes.size()) { auto batch = (*run)->next(); ... }
//   }
//   (*run)->end(); while (auto* batch = *(*run)->next()) ...;  (*run)->finish();
//
// The chain runs on threads of its own while the program does something else; it waits when nobody takes
// what it made, so memory stays bounded. A chain that needs two passes (dedup.minhash, select.sample)
// keeps what is pushed in an unnamed temporary file and gives its first batch after end().
//
// Threads: push(), end() and next() may be called from two threads, one that pushes and one that takes.
// The destructor cancels what has not finished and waits.
#ifndef CORPUS_STREAM_H_
#define CORPUS_STREAM_H_

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "corpus/pipeline.h"

namespace corpus {

struct StreamOptions {
  bool push = false;  // records come by push(); otherwise from feed, or else from recipe.input.paths
  // Called from one thread of the run: fills the string with more bytes, false at the end.
  std::function<Result<bool>(std::string&)> feed;
  std::string name = "pushed";            // what messages and tags call that input
  std::vector<Custom::At> stages;         // as Custom::stages
};

class StreamRun {
 public:
  // `run.cancel` stays the caller's. A recipe whose output names a place writes there: then there is nothing to be
  // taken, and next() waits for the end. Otherwise its output may only say `convert`.
  static Result<std::unique_ptr<StreamRun>> start(const Recipe& recipe, RunOptions run, StreamOptions options);
  virtual ~StreamRun() = default;

  // How many of the bytes were taken: all, or fewer when a batch waits to be taken with next() first.
  virtual Result<std::size_t> push(std::string_view bytes) = 0;
  virtual Result<void> end() = 0;

  // The next batch, waiting for it; null at the end. Valid until the same thread's next call, of whatever. An
  // error of the run is returned here.
  virtual Result<const Delivered*> next() = 0;
  // Takes and drops what is left, waits for the end, and says what happened.
  virtual Result<Report> finish() = 0;
};

}  // namespace corpus

#endif  // CORPUS_STREAM_H_
