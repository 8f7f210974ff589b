// stats.signals: what it reads of tags, its quantiles, order does not matter, restarts.
#include <string>

#include <gtest/gtest.h>

#include "corpus/recipe.h"
#include "corpus/registry.h"
#include "support/batch.h"

namespace corpus::test {
namespace {

std::unique_ptr<Fold> make() {
  MemoryBudget memory;
  BuildContext context{.memory = &memory};
  auto made = find_component("stats.signals")->make(Value(Value::Object{}), context);
  return std::move(std::get<std::unique_ptr<Fold>>((*made)[0]));
}

void observe(Fold& fold, int first, int last) {
  Batch batch;
  for (int i = first; i <= last; ++i) {
    add_chat(batch, "?", "!");
    std::string value = "{\"words\":" + std::to_string(i) + ",\"share\":0.5" + (i % 10 == 0 ? ",\"verdict\":\"short\"}" : "}");
    batch.tag(batch.records.size() - 1, "rules", batch.arena.copy(value));
    batch.tag(batch.records.size() - 1, "id", "\"text is no signal\"");
  }
  auto partial = fold.partial();
  ASSERT_TRUE(fold.observe(batch, *partial));
  ASSERT_TRUE(fold.merge(std::move(partial)));
}

TEST(Signals, AreDistributions) {
  auto fold = make();
  observe(*fold, 1, 1000);
  auto report = parse_yaml(fold->report(), "report");
  ASSERT_TRUE(report) << fold->report();
  const Value& words = *report->find("signals")->find("rules.words");
  EXPECT_EQ(words.get("count", 0), 1000);
  EXPECT_EQ(words.get("min", 0.0), 1);
  EXPECT_EQ(words.get("max", 0.0), 1000);
  EXPECT_EQ(words.get("mean", 0.0), 500.5);
  EXPECT_NEAR(words.get("p50", 0.0), 500, 6);
  EXPECT_NEAR(words.get("p95", 0.0), 950, 10);
  EXPECT_EQ(report->find("signals")->find("rules.share")->get("p1", 0.0), 0.5);
  EXPECT_EQ(report->find("verdicts")->get("rules.short", 0), 100);
  EXPECT_EQ(report->find("signals")->find("id"), nullptr);
}

TEST(Signals, DoNotDependOnTheOrder) {
  auto whole = make(), parts = make();
  observe(*whole, 1, 300);
  observe(*parts, 201, 300);
  observe(*parts, 1, 77);
  observe(*parts, 78, 200);
  EXPECT_EQ(whole->report(), parts->report());
}

TEST(Signals, SurviveARestart) {
  auto fold = make(), again = make();
  std::string state;
  auto sink = [&](std::string_view bytes) -> Result<void> {
    state += bytes;
    return {};
  };
  observe(*fold, 1, 10);
  ASSERT_TRUE(fold->save(sink));
  observe(*fold, 11, 20);
  ASSERT_TRUE(fold->save(sink));
  ASSERT_TRUE(again->load(state));
  EXPECT_EQ(again->report(), fold->report());
  EXPECT_FALSE(make()->load(std::string_view(state).substr(0, state.size() - 3)));
}

}  // namespace
}  // namespace corpus::test
