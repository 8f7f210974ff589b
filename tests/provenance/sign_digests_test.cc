// Signing with the digests that the run left: the same leaves and ids as by reading the records,
// and no use of what is damaged, unfinished or of other bytes.
#include <algorithm>

#include "base/hash.h"
#include "base/hex.h"
#include "corpus/shard.h"
#include "io/record_digests.h"
#include "signed_support.h"

namespace corpus::provenance {
namespace {

namespace fs = std::filesystem;

constexpr const char* kDigests = ", digests: true";

struct SignDigests : ::testing::Test {
  void make(const std::string& name, const std::string& more = kDigests, int threads = 1) {
    make_corpus(folder, name, lines, true, more, threads);
  }
  void sign(const std::string& name) {
    auto done = sign_corpus(folder / name, key, {.unchecked_policy = true, .threads = 2});
    ASSERT_TRUE(done) << done.error().message;
    EXPECT_FALSE(fs::exists(folder / name + "/.digests"));
  }
  // Compares each record with its leaf, and the ids.
  std::string problem(const std::string& name) {
    auto report = verify_signed(folder / name, {.trusted = {key.public_key()}, .records = true});
    return report ? report->report.error : report.error().message;
  }
  std::string recipe_digest(const std::string& name) const {
    std::string manifest = test::slurp(folder / name + "/manifest.json");
    auto at = manifest.find("\"content_digest\"");
    return manifest.substr(at, manifest.find('\n', at) - at);
  }
  std::string digests(const std::string& name) const {
    return folder / name + "/.digests/part-00000.jsonl.zst";
  }
  std::string sha256_of_part(const std::string& name) const {
    return hex(sha256(test::slurp(folder / name + "/part-00000.jsonl.zst")));
  }

  test::Folder folder;
  std::vector<std::string> lines = record_lines(80);
  SigningKey key = seed_key();
};

TEST_F(SignDigests, AreThoseOfTheStoredLines) {
  make("out");
  auto found = io::RecordDigests::open(digests("out"), sha256_of_part("out"));
  ASSERT_TRUE(found);
  ASSERT_GT(found->size(), 1u);
  auto shard = ShardReader::open(folder / "out/part-00000.jsonl.zst");
  ASSERT_TRUE(shard);
  ASSERT_EQ(found->size(), shard->records());
  for (std::uint64_t i = 0; i < found->size(); ++i) {
    std::string line = *shard->get(i);
    EXPECT_EQ((*found)[i].line, sha256(line));
    std::string id = print_hex((*found)[i].id);
    EXPECT_NE(line.find("\"corpus\":{\"id\":\"" + id + '"'), std::string::npos) << line;
  }
  auto report = corpus::verify(folder / "out");
  ASSERT_TRUE(report);
  EXPECT_TRUE(report->ok) << report->error;
}

TEST_F(SignDigests, AreTheSameForAnyNumberOfThreads) {
  make("one", kDigests, 1);
  make("four", kDigests, 4);
  EXPECT_EQ(test::files_below(folder / "one"), test::files_below(folder / "four"));
}

TEST_F(SignDigests, LeadToTheLeavesAndIdsThatReadingWouldGive) {
  make("with");
  make("without", "");
  EXPECT_FALSE(fs::exists(folder / "without/.digests"));
  sign("with");
  sign("without");
  EXPECT_EQ(problem("with"), "");
  EXPECT_EQ(problem("without"), "");
  EXPECT_EQ(test::slurp(folder / "with/integrity/ids"),
            test::slurp(folder / "without/integrity/ids"));
  // The records are the same, and so is the recipe that made them.
  EXPECT_EQ(recipe_digest("with"), recipe_digest("without"));
}

// They are really what is signed: a lie with a right checksum becomes a leaf, and the check of the
// records finds it.
TEST_F(SignDigests, AreNotReadAgainWhenSigning) {
  make("out");
  std::string bytes = test::slurp(digests("out"));
  bytes[11] = static_cast<char>(bytes[11] ^ 1);  // of the first record's SHA-256
  std::string body = bytes.substr(0, bytes.size() - 32);
  folder.write("out/.digests/part-00000.jsonl.zst", body + corpus::hex(hash128(body)));
  sign("out");
  EXPECT_NE(problem("out").find("part-00000.jsonl.zst: 1 of its records"), std::string::npos)
      << problem("out");
}

TEST_F(SignDigests, AreNotUsedUnlessWholeAndOfThisPart) {
  make("first");
  const std::string good = test::slurp(digests("first"));
  std::vector<std::string> bad = {"", good.substr(0, good.size() - 1), good + "x",
                                  good.substr(0, good.size() - 96),
                                  good.substr(0, good.size() - 48)};
  for (std::size_t at :
       {std::size_t{0}, std::size_t{11}, std::size_t{60}, good.size() - 90, good.size() - 1}) {
    bad.push_back(good);
    bad.back()[at] = static_cast<char>(bad.back()[at] ^ 1);
  }
  const std::string part = sha256_of_part("first");
  EXPECT_TRUE(io::RecordDigests::open(digests("first"), part));
  EXPECT_FALSE(io::RecordDigests::open(digests("first"), hex(sha256("another"))));
  for (const auto& bytes : bad) {
    folder.write("bytes", bytes);
    EXPECT_FALSE(io::RecordDigests::open(folder / "bytes", part));
  }
  EXPECT_FALSE(io::RecordDigests::open(folder / "nothing", part));

  // Those of another corpus: the records are read.
  std::reverse(lines.begin(), lines.end());
  make("second");
  fs::copy_file(digests("first"), digests("second"), fs::copy_options::overwrite_existing);
  sign("second");
  EXPECT_EQ(problem("second"), "");
}

// An id that the record brought with it, in a run that writes no tags.
TEST_F(SignDigests, AnEarlierIdIsLookedForInTheRecord) {
  lines = {"{\"text\":\"A text that is long enough.\",\"corpus\":{\"id\":\"" +
               std::string("00112233445566778899aabbccddeeff") + "\"}}",
           "{\"text\":\"Another text, which has no id at all.\"}"};
  for (const char* name : {"with", "without"}) {
    make_corpus(folder, name, lines, false, name == std::string("with") ? kDigests : "");
    sign(name);
    EXPECT_EQ(problem(name), "");
    EXPECT_EQ(test::slurp(folder / name + "/integrity/ids").size(), 16u);
  }
}

// A manifest whose counts add up, but are not those of the parts, is of no corpus to sign.
TEST_F(SignDigests, ThePartsAreReadOnceAndCounted) {
  make("out", "");
  std::string manifest = test::slurp(folder / "out/manifest.json");
  for (auto [part, more] : {std::pair("part-00000", 1), std::pair("part-00001", -1)}) {
    auto at = manifest.find("\"records\":", manifest.find(part)) + 10;
    at = manifest.find_first_of("0123456789", at);
    auto end = manifest.find_first_not_of("0123456789", at);
    int records = std::stoi(manifest.substr(at, end - at));
    manifest.replace(at, end - at, std::to_string(records + more));
  }
  auto quote = manifest.rfind("\"manifest_sha256\"");
  auto value = manifest.find(':', quote);
  auto from = manifest.find('"', value) + 1;
  manifest.replace(from, 64, hex(sha256(std::string_view(manifest).substr(0, quote))));
  folder.write("out/manifest.json", manifest);
  auto done = sign_corpus(folder / "out", key, {.unchecked_policy = true});
  ASSERT_FALSE(done);
  EXPECT_NE(done.error().message.find("part-00000"), std::string::npos) << done.error().message;
  EXPECT_FALSE(is_signed(folder / "out"));
}

}  // namespace
}  // namespace corpus::provenance
