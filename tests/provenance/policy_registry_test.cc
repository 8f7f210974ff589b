#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <random>
#include <set>

#include "corpus/policy.h"

namespace corpus::policy {
namespace {

namespace fs = std::filesystem;
const fs::path kFolder = fs::path(CORPUS_SOURCE_DIR) / "data/policy";

std::string read(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

struct Signed : ::testing::Test {
  void SetUp() override {
    for (const auto& entry : fs::directory_iterator(kFolder)) {
      std::string name = entry.path().filename().string();
      if (name == "index.dsse.json")
        index = read(entry.path());
      else
        files.emplace_back(name, read(entry.path()));
    }
    std::sort(files.begin(), files.end());
  }
  std::vector<NamedText> files;
  std::string index;
};

TEST_F(Signed, TheBuiltInRegistryIsTheOneInTheTree) {
  auto builtin = Registry::builtin();
  ASSERT_TRUE(builtin)
      << builtin.error().message
      << " (after a change of data/policy it has to be signed again: docs/formats/policy.md)";
  auto folder = Registry::from_folder(kFolder.string(), registry_key());
  ASSERT_TRUE(folder) << folder.error().message;
  EXPECT_EQ(builtin->digest(), folder->digest());
}

TEST_F(Signed, EveryEntryIsWhole) {
  auto registry = Registry::builtin();
  ASSERT_TRUE(registry);
  std::size_t teachers = 0, licences = 0;
  std::set<std::string> ids;
  for (const auto& terms : registry->terms()) {
    (terms.kind == "licence" ? licences : teachers)++;
    EXPECT_TRUE(ids.insert(terms.id).second) << terms.id;
    EXPECT_NE(terms.reviewed, Date{}) << terms.id;
    for (Action action :
         {Action::kTrain, Action::kTrainCompeting, Action::kRedistribute, Action::kSell}) {
      const Rule* rule = terms.find(action);
      ASSERT_NE(rule, nullptr) << terms.id << ' ' << name(action);
      EXPECT_LE(rule->quote.size(), 200u) << rule->id;
      // Whoever forbids by somebody's terms says by which clause.
      if (rule->effect == Effect::kDeny && terms.id != "stated-non-commercial") {
        EXPECT_FALSE(rule->quote.empty()) << rule->id;
        EXPECT_FALSE(rule->section.empty()) << rule->id;
      }
      if (terms.basis == "unread") {
        EXPECT_EQ(rule->effect, Effect::kUnknown) << rule->id;
      }
    }
    EXPECT_TRUE(terms.kind != "licence" || !terms.names.empty()) << terms.id;
  }
  EXPECT_GE(teachers, 30u);
  EXPECT_GE(licences, 15u);
  for (const auto& model : registry->models()) {
    for (const auto& glob : model.names) EXPECT_EQ(glob, normal_name(glob)) << "would never match";
    for (const auto& teacher : model.taught_by) {
      EXPECT_NE(registry->find_model(teacher).first, nullptr) << teacher;
    }
  }
}

TEST_F(Signed, OneChangedByteIsRefused) {
  ASSERT_TRUE(Registry::from_signed(files, index, registry_key()));
  std::mt19937_64 random(1);
  for (int round = 0; round < 300; ++round) {
    auto changed = files;
    auto& [name, text] = changed[random() % changed.size()];
    text[random() % text.size()] ^= static_cast<char>(1 << random() % 7);
    auto refused = Registry::from_signed(changed, index, registry_key());
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Code::kCorrupt);
    EXPECT_NE(refused.error().message.find(name + ": was changed"), std::string::npos)
        << refused.error().message;
  }
  for (std::size_t i = 0; i < index.size(); ++i) {
    std::string changed = index;
    changed[i] ^= 1;
    ASSERT_FALSE(Registry::from_signed(files, changed, registry_key())) << i;
  }
}

TEST_F(Signed, AddedMissingAndRenamedFilesAreRefused) {
  auto more = files;
  more.emplace_back("more.yaml", "policy: 1\n");
  EXPECT_FALSE(Registry::from_signed(more, index, registry_key()));
  for (std::size_t i = 0; i < files.size(); ++i) {
    auto fewer = files;
    fewer.erase(fewer.begin() + static_cast<std::ptrdiff_t>(i));
    auto refused = Registry::from_signed(fewer, index, registry_key());
    ASSERT_FALSE(refused) << files[i].first;
    EXPECT_NE(refused.error().message.find(files[i].first + ": is in the signed index but missing"),
              std::string::npos)
        << refused.error().message;
  }
  auto twice = files;
  twice.push_back(files[0]);
  EXPECT_FALSE(Registry::from_signed(twice, index, registry_key()));
  auto renamed = files;
  renamed[0].first = "x.yaml";
  EXPECT_FALSE(Registry::from_signed(renamed, index, registry_key()));
}

TEST_F(Signed, AnotherKeyDoesNotSignForIt) {
  auto key = *provenance::SigningKey::create();
  std::string other = sign_registry(files, key);
  EXPECT_TRUE(Registry::from_signed(files, other, key.public_key()));
  EXPECT_FALSE(Registry::from_signed(files, other, registry_key()));
}

TEST(RegistryFile, MistakesAreNamedByLine) {
  auto registry = *Registry::builtin();
  auto why = [&](std::string_view yaml) {
    auto added = registry.add_text(yaml, "mine.yaml");
    return added ? std::string() : added.error().message;
  };
  std::string head =
      "policy: 1\nterms:\n  - id: mine\n    kind: weights\n    title: T\n    basis: text\n"
      "    reviewed: 2026-11-01\n    reviewed_by: me\n    rules:\n";
  EXPECT_EQ(why(head + "      - {action: train, effect: allow}\n"), "");
  EXPECT_NE(why(head + "      - {action: train, effect: allow}\n").find("exist already"),
            std::string::npos);
  std::string other = head;
  other.replace(other.find("id: mine"), 8, "id: next");
  EXPECT_NE(why(other + "      - {action: dance, effect: allow}\n").find("mine.yaml:10"),
            std::string::npos);
  EXPECT_NE(why(other + "      - {action: train, effect: conditional}\n").find("conditions"),
            std::string::npos);
  EXPECT_NE(why(other + "      - {action: train, effect: deny, conditions: [{type: use_policy}]}\n")
                .find("conditions"),
            std::string::npos);
  EXPECT_NE(why(other + "      - {action: [train, train], effect: allow}\n").find("already"),
            std::string::npos);
  EXPECT_NE(why("policy: 1\nmodels:\n  - {names: [a], terms: [nowhere]}\n").find("nowhere"),
            std::string::npos);
  EXPECT_NE(why("policy: 2\n"), "");
  EXPECT_NE(why("policy: 1\nneutral: ['*']\n").find("alone"), std::string::npos);
  std::string date = other;
  date.replace(date.find("2026-11-01"), 10, "2026-13-01");
  EXPECT_NE(why(date + "      - {action: train, effect: allow}\n").find("2026-13-01"),
            std::string::npos);
  // Nothing of a refused file stays.
  EXPECT_EQ(registry.find_terms("next"), nullptr);
}

}  // namespace
}  // namespace corpus::policy
