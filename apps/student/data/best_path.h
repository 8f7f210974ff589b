// The one conversation that a record's tree of turns stands for: from its first turn along the best-ranked
// answers.
#ifndef STUDENT_DATA_BEST_PATH_H_
#define STUDENT_DATA_BEST_PATH_H_

#include <corpus/record.h>
#include <corpus/tokenizer.h>

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace student {

struct BestPath {
  std::vector<corpus::ChatTurn> turns;  // up to the last assistant's; empty: nothing was answered
  std::string_view text;                // of a record that is text without roles
  bool is_text = false;

  // Views into the turns; reuses its memory.
  void find(std::span<const corpus::Turn> tree);

 private:
  std::vector<std::int32_t> best_child_;
};

}  // namespace student

#endif  // STUDENT_DATA_BEST_PATH_H_
