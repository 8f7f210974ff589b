// What an attacker or a bad disk can do to a signed corpus: all of it is found, and named.
#include <algorithm>
#include <random>

#include "signed_support.h"

namespace corpus::provenance {
namespace {

namespace fs = std::filesystem;

struct Tamper : SignedCorpus {
  std::string envelope_path() const { return dir + "/manifest.dsse.json"; }
  Envelope envelope() const {
    return *parse_envelope(test::slurp(envelope_path()), EnvelopeForm::kOurs);
  }
  void replace_envelope(const Envelope& e) const {
    folder.write("out/manifest.dsse.json", print_envelope(e));
  }
  void expect_refused(const std::string& words) const {
    SignedReport report = check();
    EXPECT_FALSE(report.report.ok);
    EXPECT_NE(problems(report).find(words), std::string::npos) << problems(report);
  }
  // The corpus that an honest run makes of `lines`, below the signature of this one.
  void replace_corpus(const std::vector<std::string>& lines) const {
    make_corpus(folder, "other", lines);
    for (const auto& [name, bytes] : test::files_below(dir)) {
      if (!name.starts_with("integrity/") && name != "manifest.dsse.json") {
        fs::remove(dir + '/' + name);
      }
    }
    for (const auto& [name, bytes] : test::files_below(folder / "other")) {
      folder.write("out/" + name, bytes);
    }
  }
};

#ifdef __SANITIZE_ADDRESS__
constexpr int kShare = 10;  // it takes ten times as long
#else
constexpr int kShare = 1;
#endif

TEST_F(Tamper, TenThousandFlippedBytes) {
  const auto files = test::files_below(dir);
  std::vector<std::string> names;
  for (const auto& [name, bytes] : files) names.push_back(name);
  ASSERT_GE(names.size(), 10u);
  std::mt19937_64 random(7);
  std::map<std::string, int> flips;
  for (int i = 0; i < 8000 / kShare; ++i) {
    const std::string& name = names[random() % names.size()];
    std::string bytes = files.at(name);
    std::size_t at = random() % bytes.size();
    bytes[at] = static_cast<char>(bytes[at] ^ static_cast<char>(1 + random() % 255));
    folder.write("out/" + name, bytes);
    SignedReport report = i % 2 == 0 ? check() : check({});
    ASSERT_FALSE(report.report.ok) << name << " byte " << at;
    ASSERT_NE(problems(report).find(name), std::string::npos)
        << name << " byte " << at << ": " << problems(report);
    folder.write("out/" + name, files.at(name));
    ++flips[name];
  }
  EXPECT_EQ(flips.size(), names.size());
  EXPECT_TRUE(check().report.ok);

  const std::string proof = *prove(dir, 30);
  std::vector<PublicKey> trusted = {key.public_key()};
  for (int i = 0; i < 2000 / kShare; ++i) {
    std::string bytes = proof;
    std::size_t at = random() % bytes.size();
    bytes[at] = static_cast<char>(bytes[at] ^ static_cast<char>(1 + random() % 255));
    auto checked = i % 2 == 0 ? check_proof(bytes, trusted) : check_proof(bytes);
    ASSERT_FALSE(checked) << "byte " << at << ": " << bytes;
    ASSERT_FALSE(checked.error().message.empty());
  }
}

TEST_F(Tamper, EveryBitOfTheSignature) {
  const Envelope good = envelope();
  for (std::size_t bit = 0; bit < 512; ++bit) {
    Envelope bad = good;
    bad.signatures[0].sig[bit / 8] =
        static_cast<char>(bad.signatures[0].sig[bit / 8] ^ 1 << bit % 8);
    replace_envelope(bad);
    ASSERT_FALSE(check().report.ok) << bit;
  }
}

TEST_F(Tamper, ReorderedRecords) {
  auto lines = record_lines(80);
  std::swap(lines[3], lines[4]);
  replace_corpus(lines);
  expect_refused("manifest.json: was changed");
  expect_refused("2 of its records are not those that were signed, the first is number 3");
}

TEST_F(Tamper, ADuplicatedRecord) {
  auto lines = record_lines(80);
  lines.insert(lines.begin() + 2, lines[1]);
  replace_corpus(lines);
  expect_refused("part-00000.jsonl.zst: was changed");
  expect_refused("the first is number 2");
}

TEST_F(Tamper, AMissingRecord) {
  auto lines = record_lines(80);
  lines.pop_back();  // a rejected one
  lines.pop_back();
  replace_corpus(lines);
  expect_refused("records where");
  expect_refused("rejects/part-00001.jsonl.zst: was changed");
}

TEST_F(Tamper, PartsMissingTooManyExchanged) {
  std::string first = test::slurp(dir + "/part-00000.jsonl.zst");
  std::string second = test::slurp(dir + "/part-00001.jsonl.zst");
  folder.write("out/part-00000.jsonl.zst", second);
  folder.write("out/part-00001.jsonl.zst", first);
  expect_refused("part-00000.jsonl.zst: was changed");
  expect_refused("part-00001.jsonl.zst: was changed");
  folder.write("out/part-00000.jsonl.zst", first);
  folder.write("out/part-00001.jsonl.zst", second);
  folder.write("out/part-00099.jsonl.zst", second);
  expect_refused("part-00099.jsonl.zst: is not in the signed statement");
  fs::remove(dir + "/part-00099.jsonl.zst");
  fs::remove(dir + "/part-00001.jsonl.zst");
  expect_refused("part-00001.jsonl.zst: is missing");
}

TEST_F(Tamper, FilesOfTheSignatureMissing) {
  for (const auto& [name, bytes] : test::files_below(dir)) {
    fs::remove(dir + '/' + name);
    SignedReport report = check();
    EXPECT_FALSE(report.report.ok);
    EXPECT_NE(problems(report).find(name + ": is missing"), std::string::npos) << problems(report);
    folder.write("out/" + name, bytes);
  }
  EXPECT_TRUE(check().report.ok);
}

TEST_F(Tamper, ForgedKeyId) {
  Envelope e = envelope();
  SigningKey other = seed_key(90);
  e.signatures[0].sig = other.sign(pre_authentication_encoding(e.payload_type, e.payload));
  replace_envelope(e);
  expect_refused("is not by that key");
  e = sign(e.payload_type, e.payload, key);
  e.signatures[0].keyid = other.public_key().id();
  replace_envelope(e);
  expect_refused("forged key id");
}

TEST_F(Tamper, WrongPayloadType) {
  replace_envelope(sign("application/vnd.libcorpus.agreement+json", envelope().payload, key));
  expect_refused("the payload type is 'application/vnd.libcorpus.agreement+json'");
}

TEST_F(Tamper, StrippedSignature) {
  Envelope e = envelope();
  e.signatures.clear();
  replace_envelope(e);
  expect_refused("carries no signature");
  fs::remove(envelope_path());
  expect_refused("the signature was stripped");
}

// Somebody who changes a record and signs all anew, with a key of his own.
TEST_F(Tamper, SignedAnewByAnotherKey) {
  fs::remove_all(dir);
  auto lines = record_lines(80);
  lines[5] = record_line(4000);
  make_corpus(folder, "out", lines);
  ASSERT_TRUE(sign_corpus(dir, seed_key(90), {.unchecked_policy = true}));
  expect_refused("no signature is by a key that is trusted here");
  SignedReport untrusting = check({});
  EXPECT_TRUE(untrusting.report.ok);
  EXPECT_FALSE(untrusting.trusted);
}

// The owner of the key signs a statement that leaves a part out, or whose log is another.
TEST_F(Tamper, AStatementThatIsNotAboutThisCorpus) {
  auto statement = parse_statement(envelope().payload);
  ASSERT_TRUE(statement);
  Statement less = *statement;
  std::erase_if(less.subjects, [](const Subject& s) { return s.name == "part-00001.jsonl.zst"; });
  replace_envelope(sign(kInTotoType, print_statement(less), key));
  expect_refused("manifest and statement differ about part-00001.jsonl.zst");

  Statement other = *statement;
  Value log, evidence = *other.predicate.find("evidence");
  log.set("root", std::string(64, '0'));
  log.set("parts", 3);
  evidence.set("log", log);
  other.predicate.set("evidence", evidence);
  replace_envelope(sign(kInTotoType, print_statement(other), key));
  expect_refused("integrity/log: its root or counts");

  Statement foreign = *statement;
  foreign.predicate_type = "https://example.org/other";
  replace_envelope(sign(kInTotoType, print_statement(foreign), key));
  expect_refused("is about 'https://example.org/other'");
}

// A signer whose trees are not about the records: only reading the records finds it.
TEST_F(Tamper, TreesOfOtherRecords) {
  std::string name = "integrity/part-00000.jsonl.zst.leaves";
  std::string leaves = test::slurp(dir + '/' + name);
  leaves[40] = static_cast<char>(leaves[40] ^ 1);
  folder.write("out/" + name, leaves);
  auto statement = parse_statement(envelope().payload);
  for (auto& subject : statement->subjects) {
    if (subject.name == name) subject.sha256 = sha256(leaves);
  }
  replace_envelope(sign(kInTotoType, print_statement(*statement), key));
  EXPECT_TRUE(check().report.ok);
  SignedReport deep = check({.trusted = {key.public_key()}, .records = true});
  EXPECT_FALSE(deep.report.ok);
  EXPECT_NE(deep.report.error.find("1 of its records are not those that were signed, the first is "
                                   "number 1"),
            std::string::npos)
      << deep.report.error;
}

}  // namespace
}  // namespace corpus::provenance
