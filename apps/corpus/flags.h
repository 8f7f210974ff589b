// The one table of flags. Help, man page, completions, parsing and most of what flags do come from
// it: a flag with a `sets` path assigns its value to that path of the recipe.
#ifndef CORPUS_APPS_FLAGS_H_
#define CORPUS_APPS_FLAGS_H_

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace corpus::cli {

// Which commands take a flag: one bit for each.
enum Commands : std::uint32_t {
  kCurate = 1u << 0,
  kRun = 1u << 1,
  kFilter = 1u << 2,
  kDedup = 1u << 3,
  kStats = 1u << 4,
  kCat = 1u << 5,
  kHead = 1u << 6,
  kSample = 1u << 7,
  kGet = 1u << 8,
  kConvert = 1u << 9,
  kPack = 1u << 10,
  kVerify = 1u << 11,
  kHelp = 1u << 12,
  kPolicy = 1u << 13,
  kKey = 1u << 14,
  kSign = 1u << 15,
  kProve = 1u << 16,
  kCheckProof = 1u << 17,
  kEvery = (1u << 18) - 1,
  kMakes = kCurate | kRun | kFilter | kDedup | kConvert | kPack,  // writes a corpus or a file
  kLooks = kStats | kCat | kHead | kSample,
  kRuns = kMakes | kLooks,  // drives a recipe over inputs
  kReads = kRuns & ~kRun,   // names its inputs as arguments
  kIntends = kCurate | kPolicy,  // states what the text is for
};

struct Flag {
  std::string_view name;     // without --
  char letter = 0;           // the short form, or 0
  std::string_view value;    // what to call the value in help; empty for a switch
  std::string_view help;     // one line
  std::string_view details;  // more, for the command's own page; may be empty
  std::string_view choices;  // "a|b|c": nothing else is accepted; empty for any value
  std::uint32_t commands = 0;
  std::string_view sets;  // recipe path; "stages.*." is the only stage of the command
  bool repeats = false;   // may be given more than once
};

std::span<const Flag> flags();
const Flag* find_flag(std::string_view name);
const Flag* find_flag(char letter);

// "-o, --output OUT"
std::string spelling(const Flag& flag);

}  // namespace corpus::cli

#endif  // CORPUS_APPS_FLAGS_H_
