// What a run did: the funnel for people, one JSON object for programs.
#ifndef CORPUS_APPS_REPORT_H_
#define CORPUS_APPS_REPORT_H_

#include <string>

#include "corpus/pipeline.h"
#include "corpus/recipe.h"

namespace corpus::cli {

// Records in, what each stage dropped and why, what was kept; then sizes, time and memory.
std::string funnel(const Report& report, const Recipe& recipe);

// schemas/output.run.json
std::string run_json(const Report& report);

std::string json_string(std::string_view text);

}  // namespace corpus::cli

#endif  // CORPUS_APPS_REPORT_H_
