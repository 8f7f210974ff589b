#include "corpus/recipe.h"

#include <gtest/gtest.h>

#include "corpus/registry.h"

namespace corpus {
namespace {

constexpr std::string_view kGood = R"(corpus: 1
input: {paths: [a.jsonl, b.jsonl], adapt: auto, max_record: 4MiB}
stages:
  - dedup.exact: {}
  - tags.source:
  - tags.content_id
output: {dir: out, compress: zstd:3, shard: 256MiB}
)";

Recipe good() {
  auto r = parse_recipe(kGood, "r.yaml");
  EXPECT_TRUE(r) << r.error().message;
  return r ? *r : Recipe();
}
std::string refusal(std::string_view text) {
  auto r = parse_recipe(text, "r.yaml");
  return r ? "accepted" : r.error().message;
}
std::string set_refusal(std::string_view assignment) {
  Recipe r = good();
  auto done = set(r, assignment);
  return done ? "done" : done.error().message;
}

TEST(Recipe, ReadsItsParts) {
  Recipe r = good();
  EXPECT_EQ(r.input.strings("paths"), (std::vector<std::string>{"a.jsonl", "b.jsonl"}));
  EXPECT_EQ(r.input.get("max_record", 0), 4 << 20);
  ASSERT_EQ(r.stages.size(), 3u);
  EXPECT_EQ(r.stages[0].id, "dedup.exact");
  EXPECT_EQ(r.stages[1].options, Value(Value::Object{}));
  EXPECT_EQ(r.stages[2].id, "tags.content_id");
  EXPECT_EQ(r.output.get("dir", ""), "out");
}

TEST(Recipe, PrintedRecipesAreReadBack) {
  Recipe r = good();
  auto back = parse_recipe(r.to_value().to_json(), "again");
  ASSERT_TRUE(back) << back.error().message;
  EXPECT_EQ(back->to_value(), r.to_value());
}

TEST(Recipe, EveryPartMayBeLeftOut) {
  auto r = parse_recipe("corpus: 1", "r.yaml");
  ASSERT_TRUE(r);
  EXPECT_TRUE(r->stages.empty());
  EXPECT_TRUE(parse_recipe("corpus: 1\ninput:\nstages:\noutput:\n", "r.yaml"));
}

TEST(Recipe, MessagesNameFileLineAndKey) {
  EXPECT_EQ(refusal(""), "r.yaml: this is no recipe: it has no line 'corpus: 1'");
  EXPECT_EQ(refusal("[1]"), "r.yaml: this is no recipe: it has no line 'corpus: 1'");
  EXPECT_EQ(refusal("corpus: 2"),
            "r.yaml:1: corpus: version 2 is not known; this build reads version 1");
  EXPECT_EQ(refusal("corpus: 1\nstage: []\n"),
            "r.yaml:2: unknown key 'stage'; did you mean 'stages'?");
  EXPECT_EQ(refusal("corpus: 1\ninput:\n  unknwon: keep\n"),
            "r.yaml:3: input: unknown key 'unknwon'; did you mean 'unknown'?");
  EXPECT_EQ(refusal("corpus: 1\ninput: {max_depth: 0}\n"),
            "r.yaml:2: input.max_depth: 0 is less than 1");
  EXPECT_EQ(refusal("corpus: 1\nstages:\n  - dedup.exact: {}\n  - dedup.minhsah: {}\n"),
            "r.yaml:4: stages: unknown component 'dedup.minhsah'; did you mean 'dedup.minhash'?");
  EXPECT_EQ(refusal("corpus: 1\nstages:\n  - tags.source: {colour: 1}\n").substr(0, 45),
            "r.yaml:3: tags.source: unknown key 'colour'; ");
  EXPECT_EQ(refusal("corpus: 1\nstages:\n  - tags.source: 3\n"),
            "r.yaml:3: stages[0].tags.source: 3 should be a mapping or null");
  EXPECT_EQ(refusal("corpus: 1\nstages: [7]\n"),
            "r.yaml:2: stages[0]: 7 should be a component id or 'id: {options}'");
  EXPECT_EQ(refusal("corpus: 1\noutput:\n  dir: a\n  file: b\n"),
            "r.yaml:4: output: dir and file exclude each other");
}

TEST(Recipe, CheckSaysTheSameOfRecipesMadeInCode) {
  Recipe r = good();
  EXPECT_TRUE(check_recipe(r, "mine"));
  r.stages.push_back({"filters.refusl", Value()});
  EXPECT_EQ(check_recipe(r, "mine").error().message,
            "mine: stages: unknown component 'filters.refusl'; did you mean 'filters.refusal'?");
  EXPECT_TRUE(check_recipe(Recipe{}, "mine"));  // null sections mean empty ones
}

TEST(RecipeSet, TypesComeFromTheSchema) {
  Recipe r = good();
  ASSERT_TRUE(set(r, "input.max_depth=64"));
  EXPECT_EQ(r.input.get("max_depth", 0), 64);
  ASSERT_TRUE(set(r, "output.dir=2024"));  // text, although it looks like a number
  EXPECT_EQ(r.output.get("dir", ""), "2024");
  ASSERT_TRUE(set(r, "output.compress=zstd:9"));
  ASSERT_TRUE(set(r, "output.rejects=false"));
  EXPECT_FALSE(r.output.get("rejects", true));
  ASSERT_TRUE(set(r, "input.paths=[x, y]"));
  EXPECT_EQ(r.input.strings("paths").size(), 2u);
  ASSERT_TRUE(set(r, "input.paths=-"));
  EXPECT_EQ(r.input.strings("paths"), std::vector<std::string>{"-"});
  ASSERT_TRUE(set(r, "input.map.prompt=/q"));
  ASSERT_TRUE(set(r, "input.map.response=/a/0"));
  EXPECT_EQ(r.input.find("map")->to_json(), R"({"prompt":"/q","response":"/a/0"})");
  EXPECT_TRUE(check_recipe(r, "r"));
}

TEST(RecipeSet, FalseTakesAStageOut) {
  Recipe r = good();
  ASSERT_TRUE(set(r, "stages.tags.source=false"));
  ASSERT_EQ(r.stages.size(), 2u);
  EXPECT_EQ(r.stages[1].id, "tags.content_id");
}

TEST(RecipeSet, Refusals) {
  EXPECT_EQ(set_refusal("bands"),
            "'bands' is no assignment; write for example stages.dedup.minhash.bands=20");
  EXPECT_EQ(set_refusal("a=b.c"),
            "'a=b.c' is no assignment; write for example stages.dedup.minhash.bands=20");
  EXPECT_EQ(set_refusal("outptu.dir=x"), "unknown section 'outptu'; did you mean 'output'?");
  EXPECT_EQ(set_refusal("stages.dedup.exat.scope=x"),
            "the recipe has no stage 'dedup.exat'; did you mean 'dedup.exact'?");
  EXPECT_EQ(set_refusal("stages.tags.source=3"),
            "stages.tags.source: set one of its options, or the stage to false");
  EXPECT_EQ(set_refusal("input.max_depth=deep"), "input.max_depth: 'deep' should be an integer");
  EXPECT_EQ(set_refusal("input.adpat=text"), "input: unknown key 'adpat'; did you mean 'adapt'?");
  EXPECT_EQ(set_refusal("input.max_depth="), "input.max_depth: null should be an integer");
}

TEST(RecipeSet, ARefusedAssignmentChangesNothing) {
  Recipe r = good();
  EXPECT_FALSE(set(r, "input.max_depth=deep"));
  EXPECT_EQ(r.to_value(), good().to_value());
}

TEST(RecipeDigest, NamesWhatDecidesTheContent) {
  auto digest = [](std::string_view assignment) {
    Recipe r = good();
    auto done = set(r, assignment);
    EXPECT_TRUE(done) << done.error().message;
    return r.digest();
  };
  std::string base = good().digest();
  EXPECT_EQ(base.size(), 32u);
  EXPECT_EQ(digest("input.paths=other"), base);
  EXPECT_EQ(digest("output.dir=other"), base);
  EXPECT_EQ(digest("input.max_record=4096k"), base);  // another spelling
  EXPECT_EQ(digest("input.unknown=keep"), base);      // the default
  EXPECT_NE(digest("input.unknown=reject"), base);
  EXPECT_NE(digest("input.batch=2MiB"), base);
  EXPECT_NE(digest("output.compress=zstd:4"), base);
  EXPECT_NE(digest("stages.tags.source=false"), base);
}

TEST(RecipeDigest, OrderOfStagesCountsOrderOfKeysDoesNot) {
  auto digest = [](std::string_view yaml) { return parse_recipe(yaml, "r")->digest(); };
  EXPECT_EQ(digest("corpus: 1\ninput: {adapt: text, batch: 1k}"),
            digest("input: {batch: 1k, adapt: text}\ncorpus: 1"));
  EXPECT_NE(digest("corpus: 1\nstages: [dedup.exact, tags.source]"),
            digest("corpus: 1\nstages: [tags.source, dedup.exact]"));
}

TEST(Profile, EachIsAGoodRecipe) {
  for (const auto& name : profiles()) {
    auto r = profile(name);
    ASSERT_TRUE(r) << r.error().message;
    EXPECT_FALSE(r->stages.empty());
    EXPECT_TRUE(check_recipe(*r, name));
  }
  EXPECT_EQ(profile("sft")->input.get("unknown", ""), "reject");
}

TEST(Profile, UnknownNamesAreSuggested) {
  auto r = profile("stf");
  ASSERT_FALSE(r);
  EXPECT_EQ(r.error().code, Code::kNotFound);
  EXPECT_EQ(r.error().message, "unknown profile 'stf'; did you mean 'sft'?");
}

}  // namespace
}  // namespace corpus
