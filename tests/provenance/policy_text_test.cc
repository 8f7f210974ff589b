#include <gtest/gtest.h>

#include "corpus/policy.h"
#include "provenance/policy_text.h"
#include "provenance/sources.h"

namespace corpus::policy {
namespace {

TEST(Names, NormalForm) {
  EXPECT_EQ(normal_name("OpenAI GPT-4"), "openai-gpt-4");
  EXPECT_EQ(normal_name("text_davinci_003"), "text-davinci-003");
  EXPECT_EQ(normal_name("  llama3.1:8b - "), "llama3.1-8b");
  EXPECT_EQ(normal_name(""), "");
  EXPECT_EQ(normal_name("-_ "), "");
}

TEST(Names, Globs) {
  EXPECT_TRUE(glob_match("gpt-4*", "gpt-4"));
  EXPECT_TRUE(glob_match("*claude*", "bedrock-claude-v2"));
  EXPECT_TRUE(glob_match("a?c", "abc"));
  EXPECT_FALSE(glob_match("a?c", "ac"));
  EXPECT_FALSE(glob_match("gpt-4", "gpt-4o"));
  EXPECT_TRUE(glob_match("*", ""));
  EXPECT_TRUE(glob_match("", ""));
  EXPECT_FALSE(glob_match("", "a"));
  EXPECT_TRUE(glob_match("a*b*c", "axxbyybzzc"));
  EXPECT_FALSE(glob_match("a*b*c", "axxbyyb"));
  // Not exponential.
  EXPECT_FALSE(glob_match("*a*a*a*a*a*a*a*a*b", std::string(20000, 'a')));
}

TEST(Names, TheMostSpecificGlobWins) {
  auto registry = *Registry::builtin();
  auto first_term = [&](std::string_view model) {
    const Model* m = registry.find_model(model).first;
    return m == nullptr || m->terms.empty() ? std::string() : m->terms[0];
  };
  EXPECT_EQ(first_term("llama-3-8b"), "llama-3");
  EXPECT_EQ(first_term("llama-3.1-8b"), "llama-3.1");
  EXPECT_EQ(first_term("Infinity/llama-3_1-8b"), "llama-3.1");
  EXPECT_EQ(first_term("deepseek-r1-distill-llama-8b"), "deepseek-r1");
  EXPECT_EQ(registry.find_model("deepseek-r1-distill-llama-8b").first->terms[1], "llama-3.1");
  EXPECT_EQ(first_term("o1"), "openai-services-2026");
  EXPECT_EQ(first_term("o1000"), "");
  EXPECT_EQ(first_term("command"), "cohere-terms");
  EXPECT_EQ(first_term("commander"), "");
}

TEST(Text, Clauses) {
  auto clauses = split_clauses("A (b; c) d; e", ";");
  ASSERT_EQ(clauses.size(), 2u);
  EXPECT_EQ(clauses[0].words, "A  d");
  EXPECT_EQ(clauses[0].remarks, std::vector<std::string>{"b; c"});
  EXPECT_EQ(split_clauses("a (b (c) d)", ";")[0].remarks, std::vector<std::string>{"b (c) d"});
  EXPECT_EQ(split_clauses("a (b", ";")[0].words, "a (b");
  EXPECT_EQ(split_clauses(")(", ";").size(), 1u);
}

TEST(Text, TeacherCells) {
  auto registry = *Registry::builtin();
  auto names = [&](std::string_view cell) { return split_teachers(registry.phrases(), cell); };
  using List = std::vector<std::string>;
  EXPECT_EQ(names("gpt-4; claude-2 (API)"), (List{"gpt-4", "claude-2"}));
  EXPECT_EQ(names("OpenAI text-davinci-003 / ChatGPT zero-shot CoT (not in the file)"),
            (List{"OpenAI text-davinci-003", "ChatGPT zero-shot CoT"}));
  EXPECT_EQ(names("meta-llama/Llama-2-7b"), (List{"meta-llama/Llama-2-7b"}));
  EXPECT_EQ(names("none"), (List{"human"}));
  EXPECT_EQ(names("none (human-written seeds)"), (List{"human"}));
  EXPECT_EQ(names("Human"), (List{"human"}));
  EXPECT_EQ(names("none (human/community, many LLM-assisted)"),
            (List{"none (human/community, many LLM-assisted)"}));
  EXPECT_EQ(names("none (partly AI)"), (List{"none (partly AI)"}));
  EXPECT_EQ(names("none/Evol-Instruct prompts"), (List{"none/Evol-Instruct prompts"}));
  EXPECT_EQ(names(""), List{});
  EXPECT_EQ(names(" ; "), List{});
}

TEST(Sources, PathGlobs) {
  EXPECT_TRUE(path_match("data/*.jsonl", "data/a.jsonl"));
  EXPECT_FALSE(path_match("data/*.jsonl", "data/b/a.jsonl"));
  EXPECT_TRUE(path_match("data/**/*.jsonl", "data/b/c/a.jsonl"));
  EXPECT_TRUE(path_match("data/**/*.jsonl", "data/a.jsonl"));
  EXPECT_TRUE(path_match("**", "a/b"));
  EXPECT_TRUE(path_match("-", "-"));
  EXPECT_FALSE(path_match("a?b", "a/b"));
  EXPECT_FALSE(path_match("*", "a/b"));
  EXPECT_FALSE(path_match("", "a"));
}

TEST(Sources, TablesNameTheirFilesFromTheirFolder) {
  auto registry = *Registry::builtin();
  Sources sources;
  std::string tsv =
      "file\torigin\tlicence_as_stated\tteacher\r\nx/a.jsonl\tme\tMIT\tgpt-4; none "
      "(human)\r\n\nb.jsonl\t\t\n";
  auto added = sources.add_table_text(tsv, "/data/SOURCES.tsv", registry.phrases());
  ASSERT_TRUE(added) << added.error().message;
  SourceTerms a = sources.find("/data/x/../x/a.jsonl");
  EXPECT_TRUE(a.declared);
  EXPECT_EQ(a.licences, std::vector<std::string>{"MIT"});
  EXPECT_EQ(a.teachers, (std::vector<std::string>{"gpt-4", "human"}));
  EXPECT_EQ(a.urls, std::vector<std::string>{"me"});
  SourceTerms b = sources.find("/data/b.jsonl");
  EXPECT_TRUE(b.declared);
  EXPECT_TRUE(b.licences.empty());
  // A name that only ends alike is another file.
  EXPECT_FALSE(sources.find("/other/x/a.jsonl").declared);
  EXPECT_FALSE(sources.find("a.jsonl").declared);

  EXPECT_FALSE(sources.add_table_text("file\tteacher\n", "t.tsv", registry.phrases()));
  auto wide =
      sources.add_table_text("file\tlicense\tteacher\na\tMIT\tx\ty\n", "t.tsv", registry.phrases());
  ASSERT_FALSE(wide);
  EXPECT_NE(wide.error().message.find("t.tsv:2"), std::string::npos);
  EXPECT_FALSE(sources.add_table_text("", "t.tsv", registry.phrases()));
}

TEST(Sources, DeclarationsAddUp) {
  Value list = Value::Array{};
  Value one, two;
  one.set("files", "data/*.jsonl").set_line(1);
  one.set("licence", "MIT");
  two.set("files", Value::Array{"data/a.jsonl"});
  two.set("licence", "CC-BY-NC-4.0");
  two.set("teacher", Value::Array{"gpt-4", "human"});
  list = Value::Array{one, two};
  Sources sources;
  ASSERT_TRUE(sources.add_list(&list));
  EXPECT_EQ(sources.find("data/a.jsonl").licences,
            (std::vector<std::string>{"MIT", "CC-BY-NC-4.0"}));
  EXPECT_EQ(sources.find("data/b.jsonl").licences, std::vector<std::string>{"MIT"});
  EXPECT_FALSE(sources.find("c.jsonl").declared);
}

}  // namespace
}  // namespace corpus::policy
