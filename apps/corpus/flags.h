// The one table of flags. Help, man page, completions, parsing and most of what flags do come from
// it: a flag with a `sets` path assigns its value to that path of the recipe.
#ifndef CORPUS_APPS_FLAGS_H_
#define CORPUS_APPS_FLAGS_H_

#include <cstdint>

#include "common/tables.h"

namespace corpus::cli {

// Which commands take a flag: one bit for each.
enum Commands : std::uint64_t {
  kCurate = 1ull << 0,
  kRun = 1ull << 1,
  kFilter = 1ull << 2,
  kDedup = 1ull << 3,
  kStats = 1ull << 4,
  kCat = 1ull << 5,
  kHead = 1ull << 6,
  kSample = 1ull << 7,
  kGet = 1ull << 8,
  kConvert = 1ull << 9,
  kPack = 1ull << 10,
  kVerify = 1ull << 11,
  kHelp = 1ull << 12,
  kPolicy = 1ull << 13,
  kKey = 1ull << 14,
  kSign = 1ull << 15,
  kProve = 1ull << 16,
  kCheckProof = 1ull << 17,
  kTrace = 1ull << 24,
  kWithdraw = 1ull << 25,
  kAccounts = 1ull << 26,
  kDisclose = 1ull << 27,
  kTokenize = 1ull << 30,
  kDecontaminate = 1ull << 31,
  kQuality = 1ull << 32,
  kEvery = ~0ull,
  kMakes = kCurate | kRun | kFilter | kDedup | kConvert | kPack | kDecontaminate | kQuality,  // writes a corpus or a file
  kLooks = kStats | kCat | kHead | kSample,
  kRuns = kMakes | kLooks | kTokenize,  // drives a recipe over inputs
  kReads = kRuns & ~kRun,   // names its inputs as arguments
  kIntends = kCurate | kPolicy,  // states what the text is for
};

}  // namespace corpus::cli

#endif  // CORPUS_APPS_FLAGS_H_
