// Signing, checking and proving a corpus that nobody touched, and what signing refuses.
#include "corpus/shard.h"
#include "provenance/part_log.h"
#include "signed_support.h"

namespace corpus::provenance {
namespace {

namespace fs = std::filesystem;

TEST_F(SignedCorpus, Verifies) {
  for (bool records : {false, true}) {
    for (int threads : {1, 4}) {
      auto report = check({.trusted = {key.public_key()}, .records = records, .threads = threads});
      EXPECT_TRUE(report.report.ok) << report.report.error;
      EXPECT_EQ(report.report.records, 72u);
      EXPECT_EQ(report.keyid, key.public_key().id());
      EXPECT_TRUE(report.trusted);
      EXPECT_TRUE(report.unchecked_policy);
    }
  }
  auto untrusting = check({});
  EXPECT_TRUE(untrusting.report.ok) << untrusting.report.error;
  EXPECT_FALSE(untrusting.trusted);
  EXPECT_TRUE(is_signed(dir));
}

TEST_F(SignedCorpus, IsStillACorpusForThoseWhoKnowNothingOfSignatures) {
  auto report = corpus::verify(dir);
  ASSERT_TRUE(report);
  EXPECT_TRUE(report->ok) << report->error;
}

TEST_F(SignedCorpus, ThePageOfAReportIsNoDamage) {
  folder.write("out/report.html", "<p>");
  EXPECT_TRUE(check().report.ok);
}

TEST_F(SignedCorpus, RecordsLeadToTheRootThatIsSigned) {
  auto log = parse_log(test::slurp(dir + "/integrity/log"));
  ASSERT_TRUE(log) << log.error().message;
  auto secret = parse_hex(test::slurp(dir + "/integrity/secret").substr(0, 64));
  ASSERT_TRUE(secret);
  auto reader = CorpusReader::open(dir);
  ASSERT_TRUE(reader);
  MerkleRoot roots;
  std::uint64_t number = 0;
  for (std::uint64_t part = 0; part < log->entries.size(); ++part) {
    MerkleRoot tree;
    for (std::uint64_t i = 0; i < log->entries[part].records; ++i) {
      Digest leaf = record_commitment(record_nonce(*secret, part, i), *reader->get(number++));
      tree.add(std::string_view(reinterpret_cast<const char*>(leaf.data()), leaf.size()));
    }
    EXPECT_EQ(tree.root(), log->entries[part].root);
    roots.add(log->entries[part].line());
  }
  EXPECT_EQ(number, 72u);
  std::string payload =
      parse_envelope(test::slurp(dir + "/manifest.dsse.json"), EnvelopeForm::kOurs)->payload;
  EXPECT_NE(payload.find("\"root\":\"" + hex(roots.root()) + '"'), std::string::npos);
}

TEST_F(SignedCorpus, EveryRecordHasAProof) {
  auto reader = CorpusReader::open(dir);
  for (std::uint64_t i = 0; i < 72; ++i) {
    auto proof = prove(dir, i);
    ASSERT_TRUE(proof) << proof.error().message;
    std::vector<PublicKey> trusted = {key.public_key()};
    auto report = check_proof(*proof, trusted);
    ASSERT_TRUE(report) << report.error().message;
    EXPECT_EQ(report->record, *reader->get(i));
    EXPECT_TRUE(report->trusted);
    EXPECT_EQ(report->manifest, sha256(test::slurp(dir + "/manifest.json")));
    EXPECT_TRUE(check_proof(*proof));
    trusted = {seed_key(40).public_key()};
    EXPECT_FALSE(check_proof(*proof, trusted));
    // It opens one record only.
    EXPECT_EQ(proof->find(record_line(i == 0 ? 1 : 0)), std::string::npos);
  }
  auto beyond = prove(dir, 72);
  ASSERT_FALSE(beyond);
  EXPECT_EQ(beyond.error().code, Code::kNotFound);
}

TEST_F(SignedCorpus, SigningTwiceIsRefused) {
  auto again = sign_corpus(dir, key, {.unchecked_policy = true});
  ASSERT_FALSE(again);
  EXPECT_NE(again.error().message.find("signed already"), std::string::npos);
}

TEST_F(SignedCorpus, ASigningThatWasCutOffCanBeRepeated) {
  fs::remove(dir + "/manifest.dsse.json");
  EXPECT_TRUE(sign_corpus(dir, key, {.unchecked_policy = true}));
  EXPECT_TRUE(check().report.ok);
}

TEST(SignCorpus, RefusesWhatNobodyCheckedAndWhatIsNotWhole) {
  test::Folder folder;
  make_corpus(folder, "out", record_lines(20));
  SigningKey key = seed_key();
  auto unchecked = sign_corpus(folder / "out", key);
  ASSERT_FALSE(unchecked);
  EXPECT_EQ(unchecked.error().code, Code::kInvalidArgument);
  EXPECT_NE(unchecked.error().message.find("--unchecked-policy"), std::string::npos);
  EXPECT_FALSE(is_signed(folder / "out"));

  std::ofstream(folder / "out/part-00000.jsonl.zst", std::ios::app) << 'x';
  auto damaged = sign_corpus(folder / "out", key, {.unchecked_policy = true});
  ASSERT_FALSE(damaged);
  EXPECT_NE(damaged.error().message.find("part-00000.jsonl.zst"), std::string::npos);
}

TEST(SignCorpus, WorksForOtherCompressionsToo) {
  for (const char* compress : {"none", "gzip"}) {
    test::Folder folder;
    std::string in = folder.write("in.jsonl", record_line(1) + '\n' + record_line(2) + '\n');
    auto recipe =
        parse_recipe("corpus: 1\ninput: {paths: [" + in + "]}\noutput: {dir: " + (folder / "out") +
                         ", compress: " + compress + "}\n",
                     "recipe");
    ASSERT_TRUE(recipe);
    ASSERT_TRUE(corpus::run(*recipe, {}));
    ASSERT_TRUE(sign_corpus(folder / "out", seed_key(), {.unchecked_policy = true}));
    auto report = verify_signed(folder / "out", {.records = true});
    ASSERT_TRUE(report);
    EXPECT_TRUE(report->report.ok) << report->report.error;
    EXPECT_EQ(report->report.records, 2u);
  }
}

TEST(SignCorpus, AnUnsignedCorpusIsNotSigned) {
  test::Folder folder;
  make_corpus(folder, "out", record_lines(5));
  EXPECT_FALSE(is_signed(folder / "out"));
  auto report = verify_signed(folder / "out");
  ASSERT_TRUE(report);
  EXPECT_FALSE(report->report.ok);
  EXPECT_NE(report->report.error.find("is not signed"), std::string::npos);
  EXPECT_EQ(prove(folder / "out", 0).error().code, Code::kNotFound);
}

// What version 1 signed verifies for ever, and so does a proof that it made.
TEST(SignCorpus, GoldenFile) {
  std::string golden = std::string(CORPUS_SOURCE_DIR) + "/tests/data/golden/signed-v1";
  std::vector<PublicKey> trusted = {seed_key().public_key()};
  auto report = verify_signed(golden, {.trusted = trusted, .records = true});
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_TRUE(report->report.ok) << report->report.error;
  EXPECT_GT(report->report.records, 1u);
  std::string proof = test::slurp(golden + ".proof.json");
  auto held = check_proof(proof, trusted);
  ASSERT_TRUE(held) << held.error().message;
  EXPECT_EQ(held->index, 1u);
  EXPECT_EQ(*prove(golden, 1), proof);
}

}  // namespace
}  // namespace corpus::provenance
