// A job: a recipe made from the command line, and running it.
#ifndef CORPUS_APPS_JOB_H_
#define CORPUS_APPS_JOB_H_

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "common/args.h"
#include "corpus/pipeline.h"
#include "corpus/recipe.h"

namespace corpus::cli {

// Puts IN..., -o, the flags that set something and --set into the recipe, and checks it. `inputs`
// are the words that name inputs. `fallback_output` is used without -o: "-", "null:" or "" when -o
// has to be given.
Result<void> complete(Recipe& recipe, const Args& args, std::span<const std::string> inputs,
                      std::string_view fallback_output);

// Runs with progress and signals as the flags say. No value: whoever reads standard output has
// gone, and there is nothing more to do.
Result<std::optional<Report>> run_quietly(const Recipe& recipe, const Args& args);

// The same, and tells the result: the funnel on stderr, or JSON on stdout with --json.
Result<int> run_job(const Recipe& recipe, const Args& args);
// The same, and gives back what stage `id` reported in *report, when it ran.
Result<int> run_job(const Recipe& recipe, const Args& args, std::string_view id, std::string* report);

// To the file of -o, or to standard output.
Result<int> print_to(const Args& args, std::string_view text);

// Whole file; kLimit above `most` bytes.
Result<std::string> read_small_file(const std::string& path, std::size_t most);

}  // namespace corpus::cli

#endif  // CORPUS_APPS_JOB_H_
