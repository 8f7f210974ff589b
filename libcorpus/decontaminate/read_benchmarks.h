// Benchmarks from files of any shape into an index.
#ifndef CORPUS_DECONTAMINATE_READ_BENCHMARKS_H_
#define CORPUS_DECONTAMINATE_READ_BENCHMARKS_H_

#include <string>
#include <vector>

#include "corpus/result.h"
#include "decontaminate/benchmark_index.h"

namespace corpus {

enum class Parts : std::uint8_t { kPrompt, kAnswer, kBoth };

// Turns become prompts and answers. Strings of a record that are no turn (options, tests, references)
// are other parts, which Parts::kPrompt leaves out. In a record of no known shape every string is a
// prompt. Files that are no records are an error.
Result<BenchmarkIndex> read_benchmarks(const std::vector<std::string>& paths, Parts parts);

}  // namespace corpus

#endif  // CORPUS_DECONTAMINATE_READ_BENCHMARKS_H_
