// StageSet: stages of a recipe as a function on records in memory, without files, threads or a run.
//
//   auto set = StageSet::make(*parse_recipe("{corpus: 1, stages: [{filters.length: {min_chars:
//   20}}, "
//                                           "{dedup.known: {index: seen, action: tag}}]}", "r"));
//   auto found = (*set)->apply("{\"text\":\"short\"}\n");     // found->reasons[0] ==
//   "filters.length.too_short"
//
// For stages that look at each record on its own: filters, tags, the look-up in an index of earlier
// runs (dedup.known), the policy gate. A stage that compares the records of a run needs a run:
// kUnsupported, with its name. What a stage would report is not said.
//
// Threads: apply() may be called by many at once.
#ifndef CORPUS_STAGE_SET_H_
#define CORPUS_STAGE_SET_H_

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "corpus/recipe.h"
#include "corpus/result.h"

namespace corpus {

class StageSet {
 public:
  struct Applied {
    std::vector<std::string>
        reasons;        // of each record in order why it was dropped; empty: it was kept
    std::string lines;  // the kept ones as a run would write them, a line feed after each
  };

  // The recipe's stages, and `adapt` and the like of its input; its output may only say `convert`.
  static Result<std::unique_ptr<const StageSet>> make(const Recipe& recipe);
  ~StageSet();

  // JSON Lines, 1 GiB at most. A line that is no record is dropped with a reason; blank lines are
  // none.
  Result<Applied> apply(std::string_view records) const;

 private:
  struct Impl;
  explicit StageSet(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace corpus

#endif  // CORPUS_STAGE_SET_H_
