// Lines: what is to be written of a batch, as pieces in order: runs of the batch's own bytes, which
// are not copied, and text that was made.
//
// Adjacent runs grow together, so a batch of which everything is kept is one piece. Runs shorter
// than `min_run` are copied into the text, because a piece has a price too. One object, one thread.
#ifndef CORPUS_WRITERS_LINES_H_
#define CORPUS_WRITERS_LINES_H_

#include <cstdint>
#include <limits>
#include <string_view>
#include <vector>

#include "corpus/batch.h"

namespace corpus {

class Lines {
 public:
  static constexpr std::size_t kCopyAll = std::numeric_limits<std::size_t>::max();

  // Begins anew. Made text goes into `text`, which is cleared and has to live as long as the
  // pieces.
  void start(PaddedBuffer* text, std::size_t min_run) {
    text_ = text;
    text_->clear();
    min_run_ = min_run;
    mark_ = runs_ = 0;
    run_ = {};
    noted_.clear();
    pieces_.clear();
  }

  // Bytes that stay valid as long as the batch.
  void run(std::string_view bytes) {
    if (!run_.empty() && run_.data() + run_.size() == bytes.data()) {
      run_ = {run_.data(), run_.size() + bytes.size()};
      return;
    }
    flush();
    run_ = bytes;
  }

  // Where to append made text.
  PaddedBuffer& text() {
    flush();
    return *text_;
  }

  std::uint64_t size() const { return runs_ + run_.size() + text_->size(); }

  // The pieces. With kCopyAll there is at most one.
  const std::vector<std::string_view>& finish() {
    if (size() == run_.size()) {  // all in one run: never copied
      if (!run_.empty()) pieces_.push_back(run_);
      return pieces_;
    }
    flush();
    add_text();
    // The text has its final address only now.
    const char* text = text_->data();
    for (const auto& [run, size] : noted_) {
      pieces_.emplace_back(run != nullptr ? run : text, size);
      if (run == nullptr) text += size;
    }
    return pieces_;
  }

 private:
  void flush() {
    if (run_.empty()) return;
    if (run_.size() < min_run_) {
      text_->append(run_);
    } else {
      add_text();
      noted_.push_back({run_.data(), run_.size()});
      runs_ += run_.size();
    }
    run_ = {};
  }
  void add_text() {
    if (text_->size() == mark_) return;
    noted_.push_back({nullptr, text_->size() - mark_});
    mark_ = text_->size();
  }

  struct Piece {
    const char* run;  // null: the next `size` bytes of the text
    std::size_t size;
  };

  PaddedBuffer* text_ = nullptr;
  std::size_t min_run_ = 0;
  std::size_t mark_ = 0;    // text before it is noted
  std::uint64_t runs_ = 0;  // bytes of the runs that are noted
  std::string_view run_;    // the run that may still grow
  std::vector<Piece> noted_;
  std::vector<std::string_view> pieces_;
};

}  // namespace corpus

#endif  // CORPUS_WRITERS_LINES_H_
