// Plan: what record number n is, as a pure function of (seed, n).
//
// Because it is one, a duplicate of record j is made by making j again: nothing is remembered, and
// blocks can be written in any order by any number of threads.
#ifndef CORPUS_BENCH_GENERATOR_PLAN_H_
#define CORPUS_BENCH_GENERATOR_PLAN_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "conversation.h"

namespace corpus::demo {

enum class Label : unsigned char {
  kClean,
  kExactDup,
  kNearDup,
  kRefusal,
  kDisclaimer,
  kIdentity,
  kTruncated,
  kLoop,
  kEncoding,
  kEmpty,
  kBrokenJson,
  kBenchLeak,
};
constexpr std::size_t kLabels = 12;
std::string_view name(Label label);

// The shapes and containers; all records of a block share one.
enum class Form : unsigned char { kAlpacaArray, kShareGpt, kMessagesZst, kPromptGz, kCsv };
constexpr std::size_t kForms = 5;

constexpr std::uint64_t kBlockRecords = 256;
constexpr std::uint64_t kBenchItems = 400;

Form form_of_block(std::uint64_t block);
inline Form form_of(std::uint64_t record) { return form_of_block(record / kBlockRecords); }

struct Plan {
  Label label = Label::kClean;
  std::uint64_t source = 0;  // the record whose content this is; itself unless a duplicate
};
Plan plan_of(std::uint64_t seed, std::uint64_t record);

// The conversation of record n with its planted fault, all but broken JSON, which render.h adds.
void write_record(std::uint64_t seed, std::uint64_t record, const Plan& plan, Conversation& out);

}  // namespace corpus::demo

#endif  // CORPUS_BENCH_GENERATOR_PLAN_H_
