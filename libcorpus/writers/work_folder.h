// WorkFolder: OUT/.partial, where a corpus is written until it is whole, locked against other runs.
//
// The lock is flock() on OUT/.partial/lock: it goes with the process, so a killed run leaves none.
// One owner; not thread safe.
#ifndef CORPUS_WRITERS_WORK_FOLDER_H_
#define CORPUS_WRITERS_WORK_FOLDER_H_

#include <string>

#include "corpus/result.h"

namespace corpus {

class WorkFolder {
 public:
  explicit WorkFolder(std::string out) : out_(std::move(out)) {}
  ~WorkFolder();
  WorkFolder(const WorkFolder&) = delete;
  WorkFolder& operator=(const WorkFolder&) = delete;

  std::string path() const { return out_ + "/.partial"; }
  bool present() const;

  // For a fresh run: OUT must not exist or be empty. What a run left that died before its first
  // checkpoint is removed: nothing could be resumed from it.
  Result<void> create();
  // For a resumed run.
  Result<void> reopen();
  // Removes the folder with all that is in it, what a resumed run would need last.
  Result<void> remove();

 private:
  Result<void> lock();
  Result<void> check_fresh() const;

  std::string out_;
  int lock_ = -1;
};

}  // namespace corpus

#endif  // CORPUS_WRITERS_WORK_FOLDER_H_
