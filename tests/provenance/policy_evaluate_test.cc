#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "corpus/policy.h"

namespace corpus::policy {
namespace {

Query query(Action action = Action::kTrainCompeting) {
  Query q;
  q.action = action;
  q.date = *parse_date("2026-12-01");
  return q;
}

struct Evaluate : ::testing::Test {
  Registry registry = *Registry::builtin();
  Decision teacher(const Query& q, std::string_view name) {
    return registry.evaluate_teacher(q, name);
  }
  Decision licence(const Query& q, std::string_view stated) {
    return registry.evaluate_licence(q, stated);
  }
};

TEST_F(Evaluate, ReviewsGoOutOfDate) {
  Query q = query();
  EXPECT_TRUE(teacher(q, "deepseek-r1").allowed);
  q.date = *parse_date("2026-11-24") + std::chrono::days(180);
  EXPECT_TRUE(teacher(q, "deepseek-r1").allowed);
  q.date += std::chrono::days(1);
  Decision stale = teacher(q, "deepseek-r1");
  EXPECT_FALSE(stale.allowed);
  EXPECT_EQ(stale.effect, Effect::kUnknown);
  EXPECT_NE(stale.why.find("181 days"), std::string::npos) << stale.why;
  q.max_review_age = 365;
  EXPECT_TRUE(teacher(q, "deepseek-r1").allowed);
  q.max_review_age = 180;
  // The text of a published licence version stays what it is, and a ban stays a ban.
  EXPECT_TRUE(licence(q, "CC0-1.0").allowed);
  EXPECT_EQ(teacher(q, "gpt-4").effect, Effect::kDeny);
}

TEST_F(Evaluate, NamePrefixOfTheStudent) {
  Query q = query();
  q.accept = {"attribution", "licence_copy", "use_policy", "user_limit"};
  q.student = "MyModel-8B";
  Decision d = teacher(q, "llama-3.1-8b");
  EXPECT_FALSE(d.allowed);
  ASSERT_EQ(d.unmet.size(), 1u);
  EXPECT_EQ(d.unmet[0].type, "name_prefix");
  EXPECT_EQ(d.unmet[0].value, "Llama");
  q.student = "Llama-MyModel-8B";
  d = teacher(q, "llama-3.1-8b");
  EXPECT_TRUE(d.allowed) << d.why;
  EXPECT_EQ(d.duties.size(), 4u);
  // Nobody outside gets it: what is owed to others falls away.
  q.student = "MyModel-8B";
  q.distribution = Distribution::kPrivate;
  q.accept = {"use_policy", "user_limit"};
  EXPECT_TRUE(teacher(q, "llama-3.1-8b").allowed);
  q.distribution = Distribution::kHosted;
  EXPECT_FALSE(teacher(q, "llama-3.1-8b").allowed);
}

TEST_F(Evaluate, StudentsOfTheSameFamilyOnly) {
  Query q = query();
  q.accept = {"licence_copy", "use_policy", "user_limit"};
  EXPECT_FALSE(teacher(q, "llama-2-70b-chat").allowed);
  q.student = "my-model";
  q.student_base = "Llama-2-7b";
  EXPECT_TRUE(teacher(q, "llama-2-70b-chat").allowed);
  q.student_base = "pythia-1b";
  q.student = "llama-2-in-name-only";  // the base is what counts
  EXPECT_FALSE(teacher(q, "llama-2-70b-chat").allowed);
  q.student_base.clear();
  EXPECT_FALSE(teacher(q, "Qwen1.5-7B-Chat").allowed);
  q.student_base = "Qwen2-7B";
  EXPECT_TRUE(teacher(q, "Qwen1.5-7B-Chat").allowed);
}

TEST_F(Evaluate, NonCommercialSources) {
  Query q = query();
  EXPECT_FALSE(licence(q, "CC-BY-NC-4.0").allowed);
  EXPECT_EQ(licence(q, "CC BY-NC 4.0").rule, "cc-by-nc-4.0.train_competing");
  q.commercial = false;
  Decision d = licence(q, "cc-by-nc-4.0");
  ASSERT_EQ(d.unmet.size(), 1u);
  EXPECT_EQ(d.unmet[0].type, "attribution");
  q.accept = {"attribution"};
  EXPECT_TRUE(licence(q, "cc-by-nc-4.0").allowed);
  q.action = Action::kSell;
  EXPECT_FALSE(licence(q, "cc-by-nc-4.0").allowed);
  EXPECT_FALSE(licence(q, "CC-BY-NC-SA-4.0").allowed);
  // To sell is commercial, whatever else is said.
  ASSERT_TRUE(registry.add_text(
      "policy: 1\nterms:\n  - {id: shop, kind: licence, title: T, basis: text, reviewed: "
      "2026-11-30, reviewed_by: me, names: [shop], rules: [{action: sell, effect: conditional, "
      "conditions: [{type: non_commercial}]}]}\n",
      "mine.yaml"));
  EXPECT_FALSE(licence(q, "shop").allowed);
}

TEST_F(Evaluate, AcceptingACheckedConditionMeansNothing) {
  Query q = query();
  q.accept = {"non_commercial", "students_only", "name_prefix", "attribution",
              "licence_copy",   "use_policy",    "user_limit"};
  EXPECT_FALSE(licence(q, "cc-by-nc-4.0").allowed);
  EXPECT_FALSE(teacher(q, "llama-2-7b").allowed);
  EXPECT_FALSE(teacher(q, "llama-3.1-8b").allowed);
}

TEST_F(Evaluate, StatedLicences) {
  Query q = query();
  auto rule = [&](std::string_view stated) {
    Decision d = licence(q, stated);
    return d.allowed ? "+" + d.rule : d.rule;
  };
  EXPECT_EQ(rule("MIT"), "+mit.train_competing");
  EXPECT_EQ(rule(" apache license, version 2.0 "), "+apache-2.0.train_competing");
  EXPECT_EQ(rule("Apache-2.0 (repo LICENSE)"), "+apache-2.0.train_competing");
  EXPECT_EQ(rule("MIT License"), "+mit.train_competing");
  EXPECT_EQ(rule("own"), "+first-party.train_competing");
  EXPECT_EQ(rule("MIT OR CC-BY-NC-4.0"), "+mit.train_competing");
  EXPECT_EQ(rule("CC-BY-NC-4.0 OR MIT"), "+mit.train_competing");
  EXPECT_EQ(rule("MIT AND CC-BY-NC-4.0"), "cc-by-nc-4.0.train_competing");
  EXPECT_EQ(rule("(MIT) AND (Apache-2.0)"), "+mit.train_competing");
  EXPECT_EQ(rule("CC BY-NC 4.0 (DATA_LICENSE); code Apache-2.0"), "cc-by-nc-4.0.train_competing");
  EXPECT_EQ(rule("MIT (for research use only)"), "stated-non-commercial.train_competing");
  EXPECT_EQ(rule("Apache-2.0; samples with their own terms"), "parts-not-stated.train_competing");
  EXPECT_EQ(rule("none stated"), "none-stated.train_competing");
  EXPECT_EQ(rule(""), "unknown_licence");
  EXPECT_EQ(rule("whatever"), "unknown_licence");
  EXPECT_EQ(rule("MIT, see the vendor's note"), "unknown_licence");  // a word nobody understood
  EXPECT_EQ(rule("MIT (unbalanced"), "unknown_licence");
  EXPECT_EQ(rule("repo LICENSE"), "unknown_licence");  // says where, not what
  EXPECT_EQ(rule("MIT (repo LICENSE); outputs by GPT-4, so OpenAI terms apply (not stated)"),
            "+mit.train_competing");
}

TEST_F(Evaluate, StrictestOfSeveral) {
  Query q = query();
  q.accept = {"attribution"};
  auto all = [&](std::vector<std::string> teachers, std::vector<std::string> licences) {
    return registry.evaluate(q, teachers, licences);
  };
  EXPECT_TRUE(all({"human"}, {"MIT"}).allowed);
  EXPECT_TRUE(all({"deepseek-r1", "human"}, {"MIT", "CC0-1.0"}).allowed);
  EXPECT_EQ(all({"deepseek-r1", "gpt-4"}, {"MIT"}).rule, "openai-services-2026.train_competing");
  EXPECT_EQ(all({"deepseek-r1"}, {"MIT", "CC BY-NC 4.0"}).rule, "cc-by-nc-4.0.train_competing");
  EXPECT_EQ(all({"nobody-knows"}, {"CC BY-NC 4.0"}).rule, "cc-by-nc-4.0.train_competing");
  EXPECT_EQ(all({}, {"MIT"}).rule, "unknown_teacher");
  EXPECT_EQ(all({"human"}, {}).rule, "unknown_licence");
  // In whatever order they come.
  std::vector<std::string> teachers = {"deepseek-r1", "gemma-2-9b", "nobody-knows",
                                       "gpt-4",       "human",      "llama-2-7b"};
  std::mt19937 random(3);
  for (int i = 0; i < 50; ++i) {
    std::shuffle(teachers.begin(), teachers.end(), random);
    Decision d = all(teachers, {"CC-BY-4.0", "MIT"});
    EXPECT_EQ(d.rule, "openai-services-2026.train_competing");
    EXPECT_FALSE(d.allowed);
  }
}

TEST_F(Evaluate, DutiesOfAllAddUp) {
  Query q = query();
  q.accept = {"attribution", "passthrough_terms", "licence_copy", "use_policy"};
  std::vector<std::string> teachers = {"gemma-2-9b", "human"}, licences = {"CC-BY-4.0"};
  Decision d = registry.evaluate(q, teachers, licences);
  ASSERT_TRUE(d.allowed) << d.why;
  auto has = [&](std::string_view rule) {
    return std::any_of(d.duties.begin(), d.duties.end(),
                       [&](const Duty& x) { return x.rule == rule; });
  };
  EXPECT_TRUE(has("gemma-20250324.train_competing"));
  EXPECT_TRUE(has("cc-by-4.0.train_competing"));
}

TEST_F(Evaluate, TeachersOfTeachers) {
  Decision d = teacher(query(), "zephyr-7b-alpha");
  EXPECT_EQ(d.rule, "openai-services-2026.train_competing");
  EXPECT_EQ(d.subject, "zephyr-7b-alpha <- gpt-3.5-turbo");
  ASSERT_TRUE(
      registry.add_text("policy: 1\nmodels:\n  - {names: [grandchild*], terms: [mit-weights], "
                        "taught_by: [zephyr-7b-alpha]}\n"
                        "  - {names: [ouroboros], terms: [mit-weights], taught_by: [ouroboros]}\n",
                        "mine.yaml"));
  d = teacher(query(), "grandchild-1b");
  EXPECT_EQ(d.rule, "openai-services-2026.train_competing");
  EXPECT_EQ(d.subject, "grandchild-1b <- zephyr-7b-alpha <- gpt-3.5-turbo");
  EXPECT_FALSE(teacher(query(), "ouroboros").allowed);
}

TEST_F(Evaluate, TheUsersFileAddsButNeverSoftens) {
  std::string yaml =
      "policy: 1\nterms:\n  - id: contract-7\n    kind: service\n    title: Our contract\n    "
      "basis: text\n"
      "    reviewed: 2026-11-30\n    reviewed_by: legal\n    rules:\n      - {action: [train, "
      "train_competing], effect: allow}\n"
      "  - id: house-rule\n    kind: service\n    title: House rule\n    basis: text\n    "
      "reviewed: 2026-11-30\n"
      "    reviewed_by: legal\n    rules:\n      - {action: [train, train_competing], effect: "
      "deny, quote: not here, section: '1'}\n"
      "models:\n  - {names: [gpt-4*, mistral-large*, our-model], terms: [contract-7]}\n"
      "  - {names: [deepseek-r1], terms: [house-rule]}\n";
  EXPECT_FALSE(teacher(query(), "our-model").allowed);
  EXPECT_FALSE(teacher(query(), "mistral-large").allowed);
  ASSERT_TRUE(registry.add_text(yaml, "mine.yaml"));
  EXPECT_TRUE(teacher(query(), "our-model").allowed);
  EXPECT_TRUE(teacher(query(), "mistral-large").allowed);  // was unknown: the user has read it
  EXPECT_FALSE(teacher(query(), "gpt-4o").allowed);        // forbids: only an agreement lifts it
  EXPECT_EQ(teacher(query(), "deepseek-r1").rule, "house-rule.train_competing");
}

TEST_F(Evaluate, TheUsersLicenceNamesAddButNeverSoften) {
  auto entry = [](const char* id, const char* name, const char* effect) {
    return std::string("  - {id: ") + id +
           ", kind: licence, title: T, basis: text, reviewed: 2026-11-30, reviewed_by: me, names: "
           "['" +
           name + "'], rules: [{action: [train, train_competing], effect: " + effect + "}]}\n";
  };
  ASSERT_TRUE(registry.add_text(
      "policy: 1\nterms:\n" + entry("aaa", "cc-by-nc-4.0", "allow") + entry("bbb", "mit", "deny") +
          entry("ccc", "vendor licence 7", "allow") + entry("ddd", "none stated", "allow"),
      "mine.yaml"));
  EXPECT_EQ(licence(query(), "CC-BY-NC-4.0").rule, "cc-by-nc-4.0.train_competing");
  EXPECT_FALSE(licence(query(), "CC-BY-NC-4.0").allowed);
  EXPECT_EQ(licence(query(), "MIT").rule, "bbb.train_competing");
  EXPECT_TRUE(licence(query(), "Vendor Licence 7").allowed);
  EXPECT_TRUE(licence(query(), "none stated").allowed);  // the user knows better than nobody
}

std::string agreement(const provenance::SigningKey& key, std::string body) {
  return provenance::print_envelope(provenance::sign(kAgreementType, body, key));
}

TEST_F(Evaluate, OnlyASignedAgreementLiftsARule) {
  auto key = *provenance::SigningKey::create(), stranger = *provenance::SigningKey::create();
  provenance::PublicKey trusted[] = {key.public_key()};
  std::string body =
      "{\"agreement\":1,\"id\":\"C-2026-7\",\"party\":\"Us\",\"counterparty\":\"OpenAI\",\"lifts\":"
      "[\"openai-services-2026.train_competing\",\"openai-tou-20241211.train_competing\"],"
      "\"students\":[\"our-*\"],"
      "\"from\":\"2026-12-01\",\"until\":\"2026-12-31\"}";
  EXPECT_FALSE(registry.add_agreement(agreement(stranger, body), "a.json", trusted));
  EXPECT_FALSE(registry.add_agreement(body, "a.json", trusted));
  EXPECT_FALSE(registry.add_agreement(
      provenance::print_envelope(provenance::sign("application/json", body, key)), "a.json",
      trusted));
  std::string unknown_rule = body;
  unknown_rule.replace(unknown_rule.find("openai-services-2026"), 20, "openai-services-2099");
  EXPECT_FALSE(registry.add_agreement(agreement(key, unknown_rule), "a.json", trusted));

  Query q = query();
  q.student = "Our-7B";
  EXPECT_FALSE(teacher(q, "gpt-4o").allowed);
  auto added = registry.add_agreement(agreement(key, body), "a.json", trusted);
  ASSERT_TRUE(added) << added.error().message;
  EXPECT_FALSE(registry.add_agreement(agreement(key, body), "a.json", trusted));  // once

  Decision d = teacher(q, "gpt-4o");
  EXPECT_TRUE(d.allowed) << d.why;
  EXPECT_EQ(d.lifted_by, std::vector<std::string>{"C-2026-7"});
  q.student = "Other-7B";
  EXPECT_FALSE(teacher(q, "gpt-4o").allowed);
  q.student = "Our-7B";
  EXPECT_FALSE(teacher(q, "text-davinci-003").allowed);  // another rule of the same provider
  EXPECT_FALSE(teacher(q, "claude-3").allowed);
  q.date = *parse_date("2027-01-01");
  EXPECT_FALSE(teacher(q, "gpt-4o").allowed);
  q.date = *parse_date("2026-11-30");
  EXPECT_FALSE(teacher(q, "gpt-4o").allowed);
}

TEST_F(Evaluate, JsonIsWellFormedWhateverTheNameIs) {
  std::string evil = "a\"b\\\n\xff" + std::string(500, 'x') + "\xc3\xa9";
  Decision d = teacher(query(), evil);
  std::string json = to_json(d);
  EXPECT_NE(json.find("\"verdict\":\"deny\""), std::string::npos);
  EXPECT_LT(json.size(), 1500u);
  EXPECT_EQ(json.find('\n'), std::string::npos);
  EXPECT_EQ(json.find('\xff'), std::string::npos);
}

}  // namespace
}  // namespace corpus::policy
