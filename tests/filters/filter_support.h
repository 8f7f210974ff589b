// One record through one filter.
#ifndef CORPUS_TESTS_FILTERS_FILTER_SUPPORT_H_
#define CORPUS_TESTS_FILTERS_FILTER_SUPPORT_H_

#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "corpus/recipe.h"
#include "corpus/registry.h"
#include "support/batch.h"

namespace corpus::test {

// A component made from options in YAML; kept for several batches.
class Filter {
 public:
  explicit Filter(std::string_view id, std::string_view options = "{}") : id_(id) {
    auto value = parse_yaml(options, "options");
    EXPECT_TRUE(value.has_value()) << value.error().message;
    context_.memory = &memory_;
    auto made = find_component(id)->make(*value, context_);
    EXPECT_TRUE(made.has_value()) << made.error().message;
    stages_ = *std::move(made);
  }

  void run(Batch& batch) {
    auto result = run_stages(stages_, context_, batch);
    EXPECT_TRUE(result.has_value()) << result.error().message;
  }

  // Why an answer is dropped, without the component's id; "" when it is kept.
  std::string answer(std::string_view text, std::string_view prompt = "Question?") {
    Batch batch;
    add_chat(batch, prompt, text);
    return only(batch);
  }

  std::string only(Batch& batch) {
    run(batch);
    std::string_view name = batch.records.at(0).drop.name();
    if (name.empty()) return {};
    EXPECT_TRUE(name.starts_with(id_ + ".")) << name;
    return std::string(name.substr(id_.size() + 1));
  }

 private:
  std::string id_;
  MemoryBudget memory_;
  BuildContext context_;
  Stages stages_;
};

inline std::string repeat(std::string_view text, int times) {
  std::string out;
  for (int i = 0; i < times; ++i) out += text;
  return out;
}

}  // namespace corpus::test

#endif  // CORPUS_TESTS_FILTERS_FILTER_SUPPORT_H_
