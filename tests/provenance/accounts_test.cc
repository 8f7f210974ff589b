// Exact shares: fractions, prices, weights, the signed statement.
#include "corpus/accounts.h"

#include <random>

#include "provenance/manifest_view.h"
#include "signed_support.h"

namespace corpus::provenance {
namespace {

TEST(Fraction, IsExactAndRefusesWhatIsTooLarge) {
  EXPECT_EQ(to_string(*parse_fraction("0.25")), "1/4");
  EXPECT_EQ(to_string(*parse_fraction("6/4")), "3/2");
  EXPECT_EQ(to_string(*parse_fraction("7")), "7");
  for (const char* bad : {"", "-1", "1/0", "1/", "/2", "1.5/2", "1e3", " 1", ".5", "1."}) {
    EXPECT_FALSE(parse_fraction(bad)) << bad;
  }
  EXPECT_EQ(to_string(*add(*parse_fraction("1/6"), *parse_fraction("1/3"))), "1/2");
  EXPECT_EQ(to_string(*divide(*parse_fraction("1/6"), *parse_fraction("1/3"))), "1/2");
  auto huge = parse_fraction("340282366920938463463374607431768211455");  // 2^128 - 1
  ASSERT_TRUE(huge);
  EXPECT_FALSE(parse_fraction("340282366920938463463374607431768211456"));
  EXPECT_FALSE(add(*huge, Fraction{1, 1}));
  EXPECT_FALSE(multiply(*huge, Fraction{2, 1}));
  EXPECT_FALSE(divide(*huge, Fraction{}));
}

struct Accounts : ::testing::Test {
  std::string make(const std::string& name, int records, const std::string& owner) {
    std::string text;
    for (int i = 0; i < records; ++i) {
      text += R"({"prompt":"Q)" + std::to_string(i) + R"(?","response":"An answer.")" +
              (i % 3 == 0 ? std::string() : R"(,"model":"m)" + std::to_string(i % 3) + "\"") +
              "}\n";
    }
    std::string in = folder.write(name + ".jsonl", text);
    auto recipe =
        parse_recipe("corpus: 1\ninput: {paths: [" + in +
                         "]}\nstages:\n  - tags.lineage: {sources: [{files: '**', licence: MIT, "
                         "teacher: [m8, m9], owner: " +
                         owner + "}]}\noutput: {dir: " + (folder / name) + "}\n",
                     "recipe");
    EXPECT_TRUE(recipe) << recipe.error().message;
    EXPECT_TRUE(corpus::run(*recipe, {.threads = 1}));
    return folder / name;
  }
  static std::string share(const Statement& statement, const std::string& teacher,
                           const std::string& owner) {
    for (const auto& line : items(&statement.predicate, "lines")) {
      if (line.get("teacher", "") == teacher && line.get("owner", "") == owner) {
        return line.get("share", "");
      }
    }
    return "none";
  }
  static Fraction sum(const Statement& statement) {
    Fraction out;
    for (const auto& line : items(&statement.predicate, "lines")) {
      out = *add(out, *parse_fraction(line.get("share", "")));
    }
    return out;
  }
  test::Folder folder;
};

TEST_F(Accounts, ShareByTeacherAndOwner) {
  std::string dirs[] = {make("a", 9, "Ann"), make("b", 3, "Bob")};
  AccountsOptions options;
  options.unit = "records";
  auto plain = make_accounts(dirs, options);
  ASSERT_TRUE(plain) << plain.error().message;
  EXPECT_EQ(share(*plain, "m1", "Ann"), "1/4");
  EXPECT_EQ(share(*plain, "m8", "Ann"), "1/8");  // two may have written it: half each
  EXPECT_EQ(share(*plain, "m9", "Bob"), "1/24");
  EXPECT_EQ(sum(*plain), (Fraction{1, 1}));

  options.weights = {"1/3", "2"};
  options.prices = *parse_yaml(
      "{default: '1', prices: [{teacher: 'm1', owner: 'ann', price: '0'}, {teacher: 'M?', price: "
      "'0.1'}]}",
      "prices");
  auto priced = make_accounts(dirs, options);
  ASSERT_TRUE(priced) << priced.error().message;
  EXPECT_EQ(share(*priced, "m1", "Ann"), "0");
  EXPECT_EQ(sum(*priced), (Fraction{1, 1}));
}

TEST_F(Accounts, SumToOneWhateverTheNumbers) {
  std::string dirs[] = {make("a", 17, "Ann"), make("b", 5, "Bob")};
  std::mt19937_64 random(3);
  for (int i = 0; i < 50; ++i) {
    AccountsOptions options;
    options.weights = {
        std::to_string(random() % 1000 + 1) + '/' + std::to_string(random() % 97 + 1),
        std::to_string(random() % 1000) + ".37"};
    auto made = make_accounts(dirs, options);
    ASSERT_TRUE(made) << made.error().message;
    EXPECT_EQ(sum(*made), (Fraction{1, 1})) << options.weights[0] << ' ' << options.weights[1];
  }
}

TEST_F(Accounts, ASignedAccountIsCheckedToTheLastShare) {
  std::string dirs[] = {make("a", 9, "Ann")};
  auto key = seed_key();
  Statement statement = *make_accounts(dirs, {});
  statement.predicate.set("key", hex(key.public_key().bytes()));
  auto seal = [&](const Statement& s) {
    return print_envelope(sign(kInTotoType, print_statement(s), key));
  };
  const std::string good = seal(statement);
  auto report = check_accounts(good);
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(report->keyid, key.public_key().id());
  // A false share, honestly signed.
  Statement bad = statement;
  Value lines = *bad.predicate.find("lines");
  (*lines.if_array())[0].set("share", "1/2");
  bad.predicate.set("lines", lines);
  EXPECT_FALSE(check_accounts(seal(bad)));
  for (std::size_t at = 0; at < good.size(); at += 7) {
    std::string flipped = good;
    flipped[at] = static_cast<char>(flipped[at] ^ 1);
    EXPECT_FALSE(check_accounts(flipped)) << at;
  }
}

TEST_F(Accounts, RefusesWhatCannotBeShared) {
  std::string dirs[] = {make("a", 9, "Ann")};
  AccountsOptions options;
  options.weights = {"0"};
  EXPECT_EQ(make_accounts(dirs, options).error().code, Code::kInvalidArgument);
  options.weights = {"1", "1"};
  EXPECT_EQ(make_accounts(dirs, options).error().code, Code::kInvalidArgument);
  make_corpus(folder, "plain", record_lines(20));
  std::string plain[] = {folder / "plain"};
  EXPECT_EQ(make_accounts(plain, {}).error().code, Code::kInvalidArgument);
}

}  // namespace
}  // namespace corpus::provenance
