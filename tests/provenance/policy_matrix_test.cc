// Intents x teachers with the verdict and the rule that decides, as the registry of 2026-11-24 has
// it.
#include <gtest/gtest.h>

#include "corpus/policy.h"

namespace corpus::policy {
namespace {

constexpr Action kAll[] = {Action::kTrain, Action::kTrainCompeting, Action::kRedistribute,
                           Action::kSell};

Query query(Action action) {
  Query q;
  q.action = action;
  q.date = *parse_date("2026-12-01");
  return q;
}

// What is undertaken when everything that can be undertaken is.
std::vector<std::string> all_duties() {
  std::vector<std::string> out;
  for (const auto& duty : duty_types()) {
    if (!duty.checked) out.emplace_back(duty.type);
  }
  return out;
}

// One letter an intent, in the order of kAll: 'y' allowed as it is, 'c' denied until duties are
// undertaken, 'n' forbidden, '?' unknown, '!' denied by a condition that the query breaks.
struct Row {
  const char* teacher;
  const char* verdicts;
  const char* terms;  // of the deciding rule for train_competing
};

constexpr Row kRows[] = {
    {"gpt-4o", "cncc", "openai-services-2026"},
    {"OpenAI GPT-4", "cncc", "openai-services-2026"},
    {"gpt-3.5-turbo-1106_verbose", "cncc", "openai-services-2026"},
    {"text_davinci_003", "cncc", "openai-tou-20230314"},
    {"gpt-oss-20b", "yyyy", "apache-2.0-weights"},
    {"openai/gpt-oss-120b", "yyyy", "apache-2.0-weights"},
    {"claude-3-opus-20240229", "nny?", "anthropic-commercial-20250617"},
    {"us.anthropic.claude-sonnet-4-v1:0", "nn??", "anthropic-commercial-20250617"},
    {"gemini-1.5-pro", "cny?", "gemini-api-20250520"},
    {"grok-4", "nn?n", "xai-enterprise-20260814"},
    {"mistral-large-latest", "????", "mistral-commercial"},
    {"mistralai/Mistral-7B-Instruct-v0.2", "yyyy", "apache-2.0-weights"},
    {"command-r-plus", "????", "cohere-terms"},
    {"jamba-1.5-large", "?n??", "ai21-terms"},
    {"titan-text-express", "?n??", "aws-bedrock"},
    {"llama-7b", "!!!n", "llama-1"},
    {"meta-llama/Llama-2-70b-chat-hf", "!!??", "llama-2"},
    {"codellama-34b", "!!??", "llama-2"},
    {"Meta-Llama-3-8B-Instruct", "!!??", "llama-3"},
    {"meta-llama/Llama-3.1-405B-Instruct", "!!cc", "llama-3.1"},
    {"llama3.2:3b", "!!cc", "llama-3.2"},
    {"Llama-3.3-70B-Instruct", "!!cc", "llama-3.3"},
    {"llama-4-scout", "!!cc", "llama-4"},
    {"gemma-2-9b-it", "ccyy", "gemma-20250324"},
    {"gemma-4-27b", "yyyy", "apache-2.0-weights"},
    {"deepseek-v3", "cccc", "deepseek-1.0"},
    {"deepseek-ai/DeepSeek-R1", "yyyy", "deepseek-r1"},
    {"DeepSeek-R1-Distill-Qwen-7B", "yyyy", "deepseek-r1"},
    {"DeepSeek-R1-Distill-Llama-8B", "!!cc", "llama-3.1"},
    {"Qwen2.5-72B-Instruct", "ccyy", "qwen-2024"},
    {"Qwen/Qwen2.5-7B-Instruct", "yyyy", "apache-2.0-weights"},
    {"Qwen3-32B", "yyyy", "apache-2.0-weights"},
    {"Qwen-14B-Chat", "!!??", "tongyi-qianwen-2023"},
    {"Qwen1.5-110B-Chat", "!!??", "tongyi-qianwen-2023"},
    {"nemotron-4-340b-instruct", "yyyy", "nvidia-open-model-20250428"},
    {"llama-3.1-nemotron-70b", "!!cc", "llama-3.1"},
    {"nvidia/cosmos-reason1", "ccyy", "nvidia-cosmos-20250428"},
    {"EXAONE-Deep-32B", "nn?n", "exaone-1.1-nc"},
    {"falcon-40b-instruct", "yyyy", "apache-2.0-weights"},
    {"falcon-11b", "cccc", "falcon-2-1.0"},
    {"bloomz-7b1", "cccc", "bigscience-rail-1.0"},
    {"starcoder2-15b", "cccc", "bigcode-openrail-m-1"},
    {"kimi-k2-instruct", "cccc", "kimi-k2-modified-mit"},
    {"stablelm-2-12b-chat", "cc??", "stability-community-20240705"},
    {"phi-4", "yyyy", "mit-weights"},
    {"pythia-12b", "yyyy", "apache-2.0-weights"},
    // Students: their teachers' terms hold as well.
    {"vicuna-13b-v1.5", "!n!n", "openai-services-2026"},
    {"alpaca-7b", "!n!n", "openai-tou-20230314"},
    {"zephyr-7b-beta", "cncc", "openai-services-2026"},
    {"tulu-2-dpo-13b", "!n??", "openai-services-2026"},
    {"openhermes-2.5", "?n??", "openai-services-2026"},
    // Nobody knows.
    {"frobnicate-9000", "????", "unknown_teacher"},
    {"", "????", "unknown_teacher"},
    {"several", "????", "unknown_teacher"},
};

char letter(const Decision& d) {
  if (d.allowed) return 'y';
  if (d.effect == Effect::kDeny) return 'n';
  if (d.effect == Effect::kUnknown) return '?';
  for (const auto& duty : d.unmet) {
    for (const auto& type : duty_types()) {
      if (type.type == duty.type && type.checked) return '!';
    }
  }
  return 'c';
}

TEST(Matrix, EveryIntentForEveryTeacher) {
  auto registry = Registry::builtin();
  ASSERT_TRUE(registry) << registry.error().message;
  for (const Row& row : kRows) {
    std::string got;
    for (Action action : kAll) {
      Decision d = registry->evaluate_teacher(query(action), row.teacher);
      got += letter(d);
      if (d.allowed) continue;
      EXPECT_FALSE(d.rule.empty()) << row.teacher;
      EXPECT_FALSE(d.why.empty()) << row.teacher;
      EXPECT_FALSE(d.how.empty()) << row.teacher << ": a denial has to say what to do";
      EXPECT_LE(d.quote.size(), 200u);
      if (d.effect == Effect::kDeny) {
        EXPECT_FALSE(d.quote.empty()) << d.rule;
      }
    }
    EXPECT_EQ(got, row.verdicts) << row.teacher;
    Decision d = registry->evaluate_teacher(query(Action::kTrainCompeting), row.teacher);
    EXPECT_TRUE(d.rule == row.terms || d.rule == std::string(row.terms) + ".train_competing")
        << row.teacher << ' ' << d.rule;
  }
}

TEST(Matrix, UndertakingEveryDutyLiftsNoBan) {
  auto registry = *Registry::builtin();
  for (const Row& row : kRows) {
    for (std::size_t i = 0; i < 4; ++i) {
      Query q = query(kAll[i]);
      q.accept = all_duties();
      Decision d = registry.evaluate_teacher(q, row.teacher);
      char was = row.verdicts[i];
      EXPECT_EQ(d.allowed, was == 'y' || was == 'c')
          << row.teacher << ' ' << name(kAll[i]) << ' ' << d.why;
      if (was == 'c') {
        EXPECT_FALSE(d.duties.empty()) << row.teacher;
      }
    }
  }
}

TEST(Matrix, EveryRegistryTermIsReachedByARow) {
  auto registry = *Registry::builtin();
  for (const auto& terms : registry.terms()) {
    if (terms.kind == "licence" || terms.id == "openmdw-1.0")
      continue;  // no model is known to have it
    bool reached = false;
    for (const Row& row : kRows) {
      for (const auto& rule : registry.evaluate_teacher(query(Action::kTrain), row.teacher).rules) {
        reached |= rule.starts_with(terms.id + '.');
      }
    }
    EXPECT_TRUE(reached) << terms.id;
  }
}

}  // namespace
}  // namespace corpus::policy
