// What a program of a user looks like: a recipe in code, a run, its report.
#include <cstdio>
#include <fstream>

#include "corpus/pipeline.h"
#include "corpus/recipe.h"
#include "corpus/registry.h"

int main() {
  const char* path = "/tmp/libcorpus-consumer.jsonl";
  std::ofstream(path) << R"({"prompt": "Name a prime.", "response": "Seven is a prime number."})"
                      << '\n'
                      << R"({"prompt": "Name a prime.", "response": "Seven is a prime number."})"
                      << '\n'
                      << R"({"prompt": "Name a color.", "response": "Green is the color of moss."})"
                      << '\n';
  auto recipe = corpus::parse_recipe(
      "corpus: 1\n"
      "input: {paths: [/tmp/libcorpus-consumer.jsonl]}\n"
      "stages:\n"
      "  - dedup.exact: {}\n"
      "output: {\"null\": true}\n",
      "consumer");
  if (!recipe) {
    std::fprintf(stderr, "%s\n", recipe.error().message.c_str());
    return 1;
  }
  auto report = corpus::run(*recipe, {.threads = 2});
  std::remove(path);
  if (!report) {
    std::fprintf(stderr, "%s\n", report.error().message.c_str());
    return 1;
  }
  std::printf("%zu components, %llu records, %llu kept\n", corpus::components().size(),
              static_cast<unsigned long long>(report->summary.records),
              static_cast<unsigned long long>(report->summary.kept));
  return report->summary.records == 3 && report->summary.kept == 2 ? 0 : 1;
}
