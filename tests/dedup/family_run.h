// A fixture for tests that run one component of dedup over a text, in a child process.
#ifndef CORPUS_TESTS_DEDUP_FAMILY_RUN_H_
#define CORPUS_TESTS_DEDUP_FAMILY_RUN_H_

#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "dedup/run_in_child.h"
#include "support/folder.h"

namespace corpus::test {

class FamilyRun : public testing::Test {
 protected:
  explicit FamilyRun(std::string component) : component_(std::move(component)) {}

  std::string run(const std::string& text, const std::string& options,
                  const RunOptions& how = {.threads = 2}) {
    std::string input = folder_.write("in.jsonl", text);
    out_ = folder_ / ("out-" + std::to_string(n_++));
    return run_in_child(recipe({input}, component_ + ": {" + options + "}", out_), how);
  }
  std::string kept() { return slurp(out_ + "/part-00000.jsonl"); }
  std::string rejects() { return slurp(out_ + "/rejects/part-00000.jsonl"); }

  std::string component_;
  Folder folder_;
  std::string out_;
  int n_ = 0;
};

}  // namespace corpus::test

#endif  // CORPUS_TESTS_DEDUP_FAMILY_RUN_H_
