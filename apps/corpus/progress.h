// Shows how far a run is: one line that is redrawn on a terminal, or a line every ten seconds.
#ifndef CORPUS_APPS_PROGRESS_H_
#define CORPUS_APPS_PROGRESS_H_

#include <chrono>
#include <string>

#include "corpus/pipeline.h"

namespace corpus::cli {

enum class ProgressStyle { kNone, kPlain, kBar };

// Called from one thread at a time, which may change.
class ProgressLine {
 public:
  explicit ProgressLine(ProgressStyle style) : style_(style) {}
  ~ProgressLine() { clear(); }
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;

  void update(const Progress& progress);
  void clear();  // leaves the terminal as it was

 private:
  using Clock = std::chrono::steady_clock;
  void begin_pass(const Progress& progress);

  ProgressStyle style_;
  Clock::time_point started_ = Clock::now();
  Clock::time_point shown_ = started_;
  bool drawn_ = false;
  int pass_ = 0;
  // Where the pass began, for its rate: a resumed one does not begin at zero.
  double seconds_at_start_ = 0;
  std::uint64_t done_at_start_ = 0, text_at_start_ = 0;
};

// One line of at most `width` columns, without a line end. `seconds`, `done` and `text` are what
// the pass took so far. Less important parts go first when there is no room.
std::string progress_line(const Progress& progress, double seconds, std::uint64_t done,
                          std::uint64_t text, int width, bool bar);

}  // namespace corpus::cli

#endif  // CORPUS_APPS_PROGRESS_H_
