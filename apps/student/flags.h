// One bit for each command, for the table of flags.
#ifndef STUDENT_FLAGS_H_
#define STUDENT_FLAGS_H_

#include <cstdint>

#include "common/tables.h"

namespace corpus::cli {

enum StudentCommands : std::uint64_t {
  kTrain = 1ull << 0,
  kInit = 1ull << 1,
  kMerge = 1ull << 2,
  kTokenizer = 1ull << 3,
  kEvaluate = 1ull << 4,
  kCompare = 1ull << 5,
  kGenerate = 1ull << 6,
  kServe = 1ull << 7,
  kHelp = 1ull << 8,
  kEvery = (1ull << 9) - 1,
  kSpeaks = kEvaluate | kGenerate | kServe,  // loads a student and makes text with it
};

}  // namespace corpus::cli

#endif  // STUDENT_FLAGS_H_
