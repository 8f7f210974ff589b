// Lists of withdrawals, filters.withdrawn, certificates of exclusion.
#include "corpus/withdrawal.h"

#include <random>

#include "corpus/shard.h"
#include "json/value.h"
#include "provenance/content_ids.h"
#include "provenance/near_sketch.h"
#include "signed_support.h"

namespace corpus::provenance {
namespace {

struct Withdrawals : ::testing::Test {
  void SetUp() override {
    std::string text;
    for (int i = 0; i < 30; ++i) text += record_line(i) + '\n';
    text += near_line("") + '\n' + near_line(" Indeed.") + '\n';
    in = folder.write("in.jsonl", text);
    make("out", "");
  }
  // A long answer, so that a word more is a near duplicate.
  static std::string near_line(const std::string& more) {
    std::string words;
    for (int i = 0; i < 60; ++i) words += "word" + std::to_string(i) + ' ';
    return R"({"id":"near)" + more + R"(","prompt":"Say words.","response":")" + words + more +
           R"(","model":"gpt-4-0613"})";
  }
  void make(const std::string& name, const std::string& first_stage) {
    auto recipe =
        parse_recipe("corpus: 1\ninput: {paths: [" + in + "], batch: 1k}\nstages:\n" + first_stage +
                         "  - tags.lineage\noutput: {dir: " + (folder / name) + ", shard: 1000}\n",
                     "recipe");
    ASSERT_TRUE(recipe) << recipe.error().message;
    auto done = corpus::run(*recipe, {.threads = 2});
    ASSERT_TRUE(done) << done.error().message;
    dropped = {done->summary.dropped.begin(), done->summary.dropped.end()};
    auto signed_ = sign_corpus(folder / name, key, {.unchecked_policy = true, .threads = 2});
    ASSERT_TRUE(signed_) << signed_.error().message;
  }
  std::string id_of(std::uint64_t number) const {
    auto record = json::parse_value(*CorpusReader::open(folder / "out")->get(number));
    return record->find("corpus")->get("id", "");
  }
  Withdrawal entry(std::vector<std::string> ids) const {
    Withdrawal out;
    out.ids = std::move(ids);
    out.owner = "Ann";
    out.reason = "mine";
    out.date = "2026-12-01";
    return out;
  }
  std::string stage() const { return "  - filters.withdrawn: {list: " + list + "}\n"; }

  test::Folder folder;
  std::string in, list = folder / "gone.list";
  SigningKey key = seed_key();
  std::map<std::string, std::uint64_t> dropped;
};

TEST_F(Withdrawals, AreLeftOutOfTheNextCorpusAndThatIsProved) {
  ASSERT_TRUE(append_withdrawal(list, entry({id_of(3), id_of(17)}), key));
  make("next", stage());
  EXPECT_EQ(dropped, (std::map<std::string, std::uint64_t>{{"filters.withdrawn.id", 2}}));
  auto proof = certify_exclusion(folder / "next", list, 0);
  ASSERT_TRUE(proof) << proof.error().message;
  PublicKey trusted[] = {key.public_key()};
  auto report = check_certificate(*proof, trusted);
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(report->ids, 2u);
  EXPECT_TRUE(report->trusted);
  EXPECT_FALSE(report->by_rule);
  // The corpus that still holds them gets none.
  EXPECT_EQ(certify_exclusion(folder / "out", list, 0).error().code, Code::kCorrupt);
  EXPECT_EQ(certify_exclusion(folder / "next", list, 1).error().code, Code::kNotFound);
  PublicKey other[] = {seed_key(9).public_key()};
  EXPECT_FALSE(check_certificate(*proof, other));
}

TEST_F(Withdrawals, ByTheSourcesIdByTeacherAndByLikeness) {
  Withdrawal by_record = entry({});
  by_record.records = {"r5", "r6"};
  ASSERT_TRUE(append_withdrawal(list, by_record, key));
  make("a", stage());
  EXPECT_EQ(dropped["filters.withdrawn.record"], 2u);

  Withdrawal by_teacher = entry({});
  by_teacher.teachers = {"GPT-4*"};
  std::filesystem::remove(list);
  ASSERT_TRUE(append_withdrawal(list, by_teacher, key));
  make("b", stage());
  EXPECT_EQ(dropped["filters.withdrawn.teacher"], 2u);

  Withdrawal near = entry({id_of(30)});
  near.sketches = {*near_sketch(near_line(""))};
  std::filesystem::remove(list);
  ASSERT_TRUE(append_withdrawal(list, near, key));
  make("c", stage());
  EXPECT_EQ(dropped["filters.withdrawn.id"], 1u);
  EXPECT_EQ(dropped["filters.withdrawn.near"], 1u);
}

TEST_F(Withdrawals, AnIdOfAnEarlierCorpusCountsToo) {
  ASSERT_TRUE(append_withdrawal(list, entry({id_of(0)}), key));
  std::string changed = R"({"prompt":"Other?","response":"Rewritten by hand.","corpus":{"id":")" +
                        id_of(0) + "\"}}\n";
  in = folder.write("changed.jsonl", changed + record_line(1) + '\n');
  make("next", stage());
  EXPECT_EQ(dropped["filters.withdrawn.id"], 1u);
}

TEST_F(Withdrawals, ListsAreOnlyAddedTo) {
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(append_withdrawal(list, entry({id_of(i)}), key));
  auto all = read_withdrawals(list);
  ASSERT_TRUE(all);
  ASSERT_EQ(all->entries.size(), 3u);
  auto write = [&](std::vector<std::string> lines) {
    std::string text;
    for (const auto& line : lines) text += line + '\n';
    folder.write("bad.list", text);
    return read_withdrawals(folder / "bad.list");
  };
  const auto& l = all->lines;
  EXPECT_TRUE(write({l[0], l[1]}));  // the end cannot be missed: manifests name the list's SHA-256
  EXPECT_FALSE(write({l[1], l[2]}));
  EXPECT_FALSE(write({l[0], l[2]}));
  EXPECT_FALSE(write({l[1], l[0], l[2]}));
  EXPECT_FALSE(write({l[0], l[0], l[1]}));
  PublicKey other[] = {seed_key(9).public_key()};
  EXPECT_FALSE(read_withdrawals(list, other));
  EXPECT_EQ(append_withdrawal(list, entry({}), key).error().code, Code::kInvalidArgument);
  EXPECT_EQ(append_withdrawal(list, entry({"xyz"}), key).error().code, Code::kInvalidArgument);
}

TEST_F(Withdrawals, AnyChangedByteOfListOrCertificateIsFound) {
  ASSERT_TRUE(append_withdrawal(list, entry({id_of(3), id_of(17)}), key));
  make("next", stage());
  const std::string proof = *certify_exclusion(folder / "next", list, 0);
  const std::string text = test::slurp(list);
  std::mt19937_64 random(11);
  for (int i = 0; i < 1000; ++i) {
    std::string bad = i % 2 == 0 ? proof : text;
    std::size_t at = random() % bad.size();
    bad[at] = static_cast<char>(bad[at] ^ static_cast<char>(1 + random() % 255));
    if (i % 2 == 0) {
      EXPECT_FALSE(check_certificate(bad)) << at;
    } else {
      folder.write("bad.list", bad);
      EXPECT_FALSE(read_withdrawals(folder / "bad.list")) << at;
    }
  }
}

// Neighbours that stand in the list, with good paths, but that do not show what they are to show.
TEST_F(Withdrawals, NeighboursHaveToStandSideBySide) {
  auto before = parse_content_ids(test::slurp(folder / "out/integrity/ids"));
  ASSERT_TRUE(before);
  ASSERT_TRUE(append_withdrawal(list, entry({hex(before->ids[before->ids.size() / 2])}), key));
  make("next", stage());
  auto ids = parse_content_ids(test::slurp(folder / "next/integrity/ids"));
  ASSERT_TRUE(ids);
  MemoryHashes hashes = ids->hashes();
  auto place = [&](std::uint64_t index) {
    Value out, path = Value::Array();
    out.set("index", static_cast<std::int64_t>(index));
    out.set("id", hex(ids->ids[index]));
    Proof hashes_to_root = *inclusion_proof(hashes, index, ids->ids.size());
    for (const auto& digest : hashes_to_root) {
      path.if_array()->emplace_back(hex(digest));
    }
    out.set("path", path);
    return out;
  };
  Value proof = *json::parse_value(*certify_exclusion(folder / "next", list, 0));
  Value absent = (*proof.find("absent")->if_array())[0];
  std::int64_t left = absent.find("left")->get("index", -1);
  ASSERT_GT(left, 1);
  ASSERT_LT(left + 3, static_cast<std::int64_t>(ids->ids.size()));
  auto forged = [&](const Value& l, const Value& r) {
    Value one = absent, all = proof;
    one.set("left", l);
    one.set("right", r);
    all.set("absent", Value::Array{one});
    return check_certificate(all.to_json() + '\n');
  };
  auto at = static_cast<std::uint64_t>(left);
  EXPECT_TRUE(forged(place(at), place(at + 1)));
  EXPECT_FALSE(forged(place(at - 1), place(at + 1)));  // a gap in which it could stand
  EXPECT_FALSE(forged(place(at), place(at + 2)));
  EXPECT_FALSE(forged(place(at - 1), place(at)));  // side by side elsewhere
  EXPECT_FALSE(forged(place(at + 1), place(at + 2)));
  EXPECT_FALSE(forged(place(at), Value()));  // not the end
  EXPECT_FALSE(forged(Value(), place(at + 1)));
  EXPECT_FALSE(forged(Value(), Value()));
}

TEST_F(Withdrawals, ACorpusWithoutContentIdsGetsNoCertificate) {
  ASSERT_TRUE(append_withdrawal(list, entry({id_of(3)}), key));
  make_corpus(folder, "plain", record_lines(20), false);
  ASSERT_TRUE(sign_corpus(folder / "plain", key, {.unchecked_policy = true}));
  auto proof = certify_exclusion(folder / "plain", list, 0);
  ASSERT_FALSE(proof);
  EXPECT_EQ(proof.error().code, Code::kUnsupported);
}

TEST_F(Withdrawals, AListOfIdsThatIsNotTheRecordsIsFound) {
  // Signed anew by a dishonest hand: every file is as signed, but an id is left out of the list.
  std::string dir = folder / "out";
  auto ids = parse_content_ids(test::slurp(dir + "/integrity/ids"));
  ASSERT_TRUE(ids);
  ids->ids.pop_back();
  folder.write("out/integrity/ids", ids->print());
  auto envelope = parse_envelope(test::slurp(dir + "/manifest.dsse.json"), EnvelopeForm::kOurs);
  Statement statement = *parse_statement(envelope->payload);
  for (auto& subject : statement.subjects) {
    if (subject.name == kIdsName) subject.sha256 = sha256(ids->print());
  }
  Value evidence = *statement.predicate.find("evidence"), list_of_ids = *evidence.find("ids");
  list_of_ids.set("root", hex(ids->root()));
  list_of_ids.set("count", static_cast<std::int64_t>(ids->ids.size()));
  evidence.set("ids", list_of_ids);
  statement.predicate.set("evidence", evidence);
  folder.write("out/manifest.dsse.json",
               print_envelope(sign(kInTotoType, print_statement(statement), key)));
  EXPECT_TRUE(verify_signed(dir)->report.ok);
  auto report = verify_signed(dir, {.trusted = {}, .records = true});
  ASSERT_TRUE(report);
  EXPECT_FALSE(report->report.ok);
  EXPECT_NE(report->report.error.find("integrity/ids"), std::string::npos) << report->report.error;
}

// All places of an absent id among few, so that the ends and the empty list are met.
TEST(ContentIds, ReadsTheIdBehindAnyText) {
  ContentIdReader reader;
  std::string id(32, 'a');
  auto with = [&](const std::string& record) { return reader.read(record); };
  EXPECT_EQ(with(R"({"a":1,"corpus":{"id":")" + id + "\"}}"), parse_content_id(id));
  EXPECT_EQ(with(R"({"a":"\"corpus\":{","corpus":{"id":")" + id + R"("}})"), parse_content_id(id));
  EXPECT_EQ(with(R"({"corpus":{"id":")" + id + R"("},"b":{"corpus":{"id":"x"}}})"),
            parse_content_id(id));
  EXPECT_EQ(with(R"({"a":"\"corpus\":{\"id\":\")" + id + R"(\"}"})"), std::nullopt);
  EXPECT_EQ(with(R"({"corpus":{"id":"short"}})"), std::nullopt);
  EXPECT_EQ(with("no JSON"), std::nullopt);
}

TEST(NearSketch, EstimatesLikeness) {
  auto sketch = [](const std::string& text) {
    Turn turn{.text = text};
    Sketch out;
    Sketcher().sketch({&turn, 1}, out);
    return out;
  };
  std::mt19937_64 random(5);
  std::vector<std::string> words;
  for (int i = 0; i < 4000; ++i) words.push_back("w" + std::to_string(random() % 100000));
  for (std::size_t shared : {0u, 1000u, 2000u, 3600u, 4000u}) {
    std::string a, b;
    for (std::size_t i = 0; i < words.size(); ++i) {
      a += words[i] + ' ';
      b += (i < shared ? words[i] : "other" + std::to_string(i)) + ' ';
    }
    double exact = shared < 3 ? 0 : double(shared - 2) / double(2 * 3998 - (shared - 2));
    EXPECT_NEAR(likeness(sketch(a), sketch(b)), exact, 0.15) << shared;
  }
  EXPECT_EQ(sketch("One, two THREE four!"), sketch("one two three -- Four"));
  EXPECT_TRUE(sketch("only two").empty());
  Sketch some = sketch("a b c d e f");
  EXPECT_EQ(parse_sketch(print_sketch(some)), some);
  EXPECT_EQ(parse_sketch("123"), std::nullopt);
  SketchIndex index;
  index.add(sketch("a b c d e f"));
  index.add(sketch("a b c d e g"));
  EXPECT_EQ(index.find(sketch("a b c d e g"), 0.5), 1u);
  EXPECT_EQ(index.find(sketch("x y z"), 0.1), std::nullopt);
}

}  // namespace
}  // namespace corpus::provenance
