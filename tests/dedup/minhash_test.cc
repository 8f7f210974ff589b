#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "corpus/registry.h"
#include "support/batch.h"
#include "support/folder.h"

namespace corpus {
namespace {

struct MinHash {
  explicit MinHash(Value options = {}, std::uint64_t limit = 0, const std::string& dir = "")
      : memory(limit) {
    context.memory = &memory;
    context.spill_dir = dir;
    auto made = find_component("dedup.minhash")->make(options, context);
    EXPECT_TRUE(made);
    parts = std::move(*made);
  }
  Fold& fold() { return *std::get<std::unique_ptr<Fold>>(parts.at(0)); }

  Result<void> observe(const Batch& batch) {
    auto state = fold().partial();
    CORPUS_CHECK(fold().observe(batch, *state));
    return fold().merge(std::move(state));
  }
  void finish(std::vector<Batch*> batches) {
    auto map = fold().finish();
    ASSERT_TRUE(map);
    auto state = (*map)->scratch();
    for (Batch* batch : batches) ASSERT_TRUE((*map)->run(*batch, state.get()));
  }
  // Both passes over one batch.
  std::string run(Batch& batch);

  MemoryBudget memory;
  BuildContext context;
  Stages parts;
};

std::string drops(const Batch& batch) {
  std::string out;
  for (const Record& record : batch.records) out += record.drop ? 'x' : '.';
  return out;
}

std::string evidence(const Batch& batch) {
  std::string out;
  for (const Tag& tag : batch.tags)
    out += std::to_string(tag.record) + std::string(tag.value) + "\n";
  return out;
}

std::string MinHash::run(Batch& batch) {
  EXPECT_TRUE(observe(batch));
  finish({&batch});
  return drops(batch);
}

Value options(std::string_view key, Value value) {
  Value out;
  out.set(key, std::move(value));
  return out;
}

std::string random_text(int words, std::mt19937& random) {
  std::string out;
  for (int i = 0; i < words; ++i) out += "w" + std::to_string(random() % 5000) + " ";
  return out;
}

// Replaces `edits` words, far enough apart to break `5 * edits` shingles of `words - 4`.
std::string edited(const std::string& text, int edits, std::mt19937& random) {
  std::vector<std::string> words;
  for (std::size_t at = 0, end; (end = text.find(' ', at)) != std::string::npos; at = end + 1) {
    words.push_back(text.substr(at, end - at));
  }
  std::size_t step = words.size() / static_cast<std::size_t>(edits + 1);
  for (int i = 1; i <= edits; ++i) {
    words[static_cast<std::size_t>(i) * step] = "edit" + std::to_string(random());
  }
  std::string out;
  for (const auto& word : words) out += word + " ";
  return out;
}

TEST(DedupMinhash, NearDuplicatesGoAndTheFirstStays) {
  std::mt19937 random(1);
  std::string a = random_text(200, random), b = random_text(200, random);
  Batch batch;
  test::add(batch, {{Role::kText, a}});
  test::add(batch, {{Role::kText, b}});
  test::add(batch, {{Role::kText, edited(a, 1, random)}});
  test::add(batch, {{Role::kText, edited(b, 1, random)}});
  test::add(batch, {{Role::kText, a + "!"}});
  MinHash minhash;
  EXPECT_EQ(minhash.run(batch), "..xxx");
  EXPECT_EQ(batch.records[2].drop.name(), "dedup.minhash.near_duplicate");
  ASSERT_EQ(batch.tags.size(), 3U);
  EXPECT_EQ(batch.tags[2].record, 4U);
  EXPECT_EQ(batch.tags[2].key, "dedup");
  EXPECT_EQ(batch.tags[2].value, R"({"of":"0:0","method":"minhash","estimate":1.000})");
  EXPECT_TRUE(batch.tags[1].value.starts_with(R"({"of":"0:1","method":"minhash","estimate":0.9)"))
      << batch.tags[1].value;
  EXPECT_EQ(minhash.fold().report(), R"({"compared":5,"clusters":2,"near_duplicates":3})");
}

TEST(DedupMinhash, KeepLongestAndOfEquallyLongTheFirst) {
  std::mt19937 random(2);
  std::string a = random_text(100, random), b = random_text(100, random);
  auto fill = [&](Batch& batch) {
    test::add(batch, {{Role::kText, a}});
    test::add(batch, {{Role::kText, a + "... "}});
    test::add(batch, {{Role::kText, a + ",,, "}});
    test::add(batch, {{Role::kText, b + "."}});
    test::add(batch, {{Role::kText, b}});
  };
  Batch first, longest;
  fill(first);
  fill(longest);
  EXPECT_EQ(MinHash().run(first), ".xx.x");
  EXPECT_EQ(MinHash(options("keep", "longest")).run(longest), "x.x.x");
}

TEST(DedupMinhash, TransitiveChainsAreOneCluster) {
  std::mt19937 random(3);
  Batch batch;
  std::string text = random_text(300, random);
  for (int i = 0; i < 40; ++i) {
    test::add(batch, {{Role::kText, text}});
    text = edited(text, 1, random);
    text = text.substr(text.find(' ') + 1) + "new" + std::to_string(i) + " ";
  }
  EXPECT_EQ(MinHash().run(batch), "." + std::string(39, 'x'));
}

TEST(DedupMinhash, ShortAndEmptyTextsAreKept) {
  Batch batch;
  for (int i = 0; i < 3; ++i)
    test::add_chat(batch, "hi", "four words are here");  // 5 with the prompt
  for (int i = 0; i < 3; ++i) test::add_chat(batch, "", "four words are here");
  for (int i = 0; i < 2; ++i) test::add_chat(batch, "", " ");
  for (int i = 0; i < 2; ++i) test::add(batch, {});
  EXPECT_EQ(MinHash().run(batch), ".xx.......");
}

TEST(DedupMinhash, CjkWithoutSpaces) {
  Batch batch;
  std::string a = "\u4ECA\u5929\u5929\u6C14\u5F88\u597D\u6211\u4EEC\u4E00\u8D77\u53BB\u516C\u56ED";
  std::string b =
      "\u673A\u5668\u5B66\u4E60\u662F\u4EBA\u5DE5\u667A\u80FD\u7684\u4E00\u4E2A\u5206\u652F";
  test::add(batch, {{Role::kText, a}});
  test::add(batch, {{Role::kText, b}});
  test::add(batch, {{Role::kText, a + "\u3002"}});
  EXPECT_EQ(MinHash().run(batch), "..x");
}

TEST(DedupMinhash, ScopeChoosesWhatIsCompared) {
  auto run = [](const char* scope) {
    std::mt19937 random(4);
    std::string p = random_text(50, random), q = random_text(50, random),
                r = random_text(50, random);
    Batch batch;
    test::add_chat(batch, p, q);
    test::add_chat(batch, r, q);
    test::add_chat(batch, p, r);
    return MinHash(options("scope", scope)).run(batch);
  };
  EXPECT_EQ(run("text"), "...");
  EXPECT_EQ(run("response"), ".x.");
  EXPECT_EQ(run("prompt"), "..x");
}

TEST(DedupMinhash, ARecordGoesWhenEachOfItsTurnsStaysElsewhere) {
  std::mt19937 random(4);
  std::string p = random_text(50, random), q = random_text(50, random), r = random_text(50, random);
  Batch batch;
  test::add_chat(batch, p, q);
  test::add_chat(batch, r, r + "and more");  // repeats itself
  test::add_chat(batch, q, r);               // both said, in two records
  test::add_chat(batch, p, "yes");           // too short to count
  test::add_chat(batch, random_text(50, random), q);
  test::add_chat(batch, "yes", "yes");
  MinHash minhash(options("scope", "turn"));
  EXPECT_EQ(minhash.run(batch), "..xx..");
  ASSERT_EQ(batch.tags.size(), 2U);
  EXPECT_EQ(batch.tags[0].value.substr(0, 10), R"({"of":"0:0)");
}

TEST(DedupMinhash, ScopeTurnIsNotOfWholeRecords) {
  for (const char* key : {"index", "verify"}) {
    MemoryBudget memory;
    BuildContext context;
    context.memory = &memory;
    Value both = options("scope", "turn");
    both.set(key, "jaccard");
    auto made = find_component("dedup.minhash")->make(both, context);
    ASSERT_FALSE(made);
    EXPECT_NE(made.error().message.find("leave one"), std::string::npos);
  }
}

TEST(DedupMinhash, DroppedRecordsAreIgnored) {
  std::mt19937 random(5);
  std::string a = random_text(50, random);
  Batch batch;
  test::add(batch, {{Role::kText, a}}).drop = Reason::intern("test.other");
  test::add(batch, {{Role::kText, a}});
  test::add(batch, {{Role::kText, a}}).drop = Reason::intern("test.other");
  EXPECT_EQ(MinHash().run(batch), "x.x");
  EXPECT_EQ(batch.records[0].drop.name(), "test.other");
}

TEST(DedupMinhash, ShingleAsTheRecipeWritesIt) {
  std::mt19937 random(6);
  std::string a = random_text(8, random);
  auto run = [&](Value shingle) {
    Batch batch;
    test::add(batch, {{Role::kText, a}});
    test::add(batch, {{Role::kText, a}});
    return MinHash(options("shingle", std::move(shingle))).run(batch);
  };
  EXPECT_EQ(run(8), ".x");
  EXPECT_EQ(run(9), "..");
  EXPECT_EQ(run("8 words"), ".x");
  EXPECT_EQ(run("9 words"), "..");
  EXPECT_EQ(run("1 word"), ".x");
  MemoryBudget memory;
  BuildContext context{.memory = &memory};
  for (const char* bad : {"five", "5 tokens", "0", "65", "", "-1 words", "5 words "}) {
    auto made = find_component("dedup.minhash")->make(options("shingle", bad), context);
    ASSERT_FALSE(made) << bad;
    EXPECT_EQ(made.error().code, Code::kInvalidArgument);
    EXPECT_NE(made.error().message.find("shingle"), std::string::npos);
  }
  Value many = options("bands", 512);
  many.set("rows", 64);
  auto made = find_component("dedup.minhash")->make(many, context);
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().code, Code::kInvalidArgument);
}

// A corpus in batches; every way to share them among workers gives the same result.
TEST(DedupMinhash, WorkersAndOrderOfMergesDoNotMatter) {
  std::mt19937 random(7);
  std::vector<Batch> batches(12);
  std::vector<std::string> texts;
  std::uint64_t offset = 0;
  for (Batch& batch : batches) {
    for (int i = 0; i < 200; ++i) {
      bool copy = !texts.empty() && random() % 2 == 0;
      std::string text = copy ? edited(texts[random() % texts.size()], 2, random)
                              : random_text(static_cast<int>(20 + random() % 100), random);
      test::add(batch, {{Role::kText, text}}).pos = RecordPos::make(0, offset += 100);
      texts.push_back(text);
    }
  }
  for (const char* keep : {"first", "longest"}) {
    std::string expected;
    for (int round = 0; round < 8; ++round) {
      // Unlimited, little and very little memory.
      MinHash minhash(options("keep", keep),
                      round % 3 == 0 ? 0 : std::uint64_t{128 * 1024} << round % 3);
      Fold& fold = minhash.fold();
      std::vector<std::unique_ptr<State>> workers;
      for (int w = 0; w <= round; ++w) workers.push_back(fold.partial());
      std::vector<std::size_t> order(batches.size());
      for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
      if (round > 0) std::shuffle(order.begin(), order.end(), random);
      for (std::size_t i : order) {
        auto& worker = workers[random() % workers.size()];
        ASSERT_TRUE(fold.observe(batches[i], *worker));
        if (random() % 3 == 0) {
          ASSERT_TRUE(fold.merge(std::move(worker)));
          worker = fold.partial();
        }
      }
      std::shuffle(workers.begin(), workers.end(), random);
      for (auto& worker : workers) ASSERT_TRUE(fold.merge(std::move(worker)));
      auto map = fold.finish();
      ASSERT_TRUE(map);
      std::string all;
      auto state = (*map)->scratch();
      for (Batch& batch : batches) {
        ASSERT_TRUE((*map)->run(batch, state.get()));
        all += drops(batch) + evidence(batch);
        for (Record& record : batch.records) record.drop = Reason();
        batch.tags.clear();
      }
      if (round == 0) expected = all;
      ASSERT_EQ(all, expected) << keep << ", round " << round;
    }
    EXPECT_GT(std::count(expected.begin(), expected.end(), 'x'), 500);
  }
}

TEST(DedupMinhash, ManyIdenticalDocumentsTakeLinearTime) {
  Batch batch;
  for (int i = 0; i < 100000; ++i) {
    test::add(batch, {{Role::kText, "one and the same answer from the teacher"}});
  }
  EXPECT_EQ(MinHash().run(batch), "." + std::string(99999, 'x'));
}

// Pairs with planted edits. Replacing a word breaks five shingles on both sides, so of s shingles
// J = (s - 5 e) / (s + 5 e).
TEST(DedupMinhash, FindsPlantedPairsAndNoOthers) {
  std::mt19937 random(8);
  struct Case {
    int words, edits;
    double least, most;  // share of the pairs found
  };
  for (Case c : {Case{199, 1, 0.998, 1}, Case{199, 2, 0.99, 1}, Case{104, 10, 0, 0.01}}) {
    Batch batch;
    const int pairs = 1000;
    for (int i = 0; i < pairs; ++i) {
      std::string text = random_text(c.words, random);
      test::add(batch, {{Role::kText, text}});
      test::add(batch, {{Role::kText, edited(text, c.edits, random)}});
    }
    std::string result = MinHash().run(batch);
    int found = 0;
    for (int i = 0; i < pairs; ++i) {
      EXPECT_EQ(result[static_cast<std::size_t>(2 * i)], '.') << "a stranger was taken for a copy";
      found += result[static_cast<std::size_t>(2 * i + 1)] == 'x';
    }
    EXPECT_GE(found, c.least * pairs) << c.edits << " edits in " << c.words;
    EXPECT_LE(found, c.most * pairs) << c.edits << " edits in " << c.words;
  }
}

TEST(DedupMinhash, SavedAndLoadedGoesOnTheSame) {
  std::mt19937 random(9);
  Batch one, two;
  std::vector<std::string> texts;
  for (int i = 0; i < 3000; ++i) texts.push_back(random_text(15, random));
  for (int i = 0; i < 3000; ++i) {
    test::add(one, {{Role::kText, texts[random() % 2000]}});
    test::add(two, {{Role::kText, texts[random() % 3000]}}).pos =
        RecordPos::make(1, two.records.size());
  }
  test::Folder folder;
  MinHash whole, first({}, 256 << 10, folder.path()), second({}, 0, folder.path());
  ASSERT_TRUE(whole.observe(one));
  ASSERT_TRUE(whole.observe(two));
  whole.finish({&one, &two});
  std::string expected = drops(one) + drops(two);
  for (Batch* batch : {&one, &two}) {
    for (Record& record : batch->records) record.drop = Reason();
  }
  std::string log;
  ASSERT_TRUE(first.observe(one));
  ASSERT_TRUE(first.fold().save([&](std::string_view bytes) -> Result<void> {
    log += bytes;
    return {};
  }));
  ASSERT_TRUE(second.fold().load(log));
  ASSERT_TRUE(second.observe(two));
  second.finish({&one, &two});
  EXPECT_EQ(drops(one) + drops(two), expected);
  EXPECT_EQ(second.fold().report(), whole.fold().report());
}

TEST(DedupMinhash, LittleMemoryIsEnoughAndMemoryIsGivenBack) {
  std::mt19937 random(10);
  Batch batch;
  for (int i = 0; i < 3000; ++i) test::add(batch, {{Role::kText, random_text(6, random)}});
  for (int i = 0; i < 50; ++i) batch.records.push_back(batch.records[0]);
  for (std::size_t i = 3000; i < 3050; ++i) batch.records[i].pos = RecordPos::make(0, i);
  for (std::uint64_t limit : {0, 200 << 10}) {
    MinHash minhash({}, limit);
    ASSERT_TRUE(minhash.observe(batch));
    if (limit == 0) {
      EXPECT_EQ(minhash.memory.used(), 3 * 1024U * 176);
    } else {
      EXPECT_LE(minhash.memory.used(), limit);
    }
    auto map = minhash.fold().finish();
    ASSERT_TRUE(map);
    EXPECT_EQ(minhash.memory.used(), 50 * 24U) << "only the dropped records are left";
    map->reset();
    EXPECT_EQ(minhash.memory.used(), 0U);
  }
  MinHash none({}, 10 << 10);
  auto result = none.observe(batch);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, Code::kLimit);
  EXPECT_NE(result.error().message.find("dedup.minhash"), std::string::npos);
}

TEST(DedupMinhash, KeepTheGreatestNumber) {
  std::mt19937 random(11);
  std::string text = random_text(30, random);
  Batch batch;
  for (const char* json :
       {"{}", R"({"s":{"score":"9"}})", R"({"s":{"score":-1}})", R"({"s":{"score":2.5}})",
        R"({"s":{"score":2.5}})", R"({"s":{"score":1e0}})"}) {
    test::add(batch, {{Role::kText, text}}).json = json;
  }
  EXPECT_EQ(MinHash(options("keep", "max:/s/score")).run(batch), "xxx.xx");
  MemoryBudget memory;
  BuildContext context{.memory = &memory};
  for (const char* bad : {"best", "max:", "max:score", "maximum"}) {
    auto made = find_component("dedup.minhash")->make(options("keep", bad), context);
    if (std::string_view(bad) == "max:")
      continue;  // the whole record: never a number, but a pointer
    ASSERT_FALSE(made) << bad;
    EXPECT_EQ(made.error().code, Code::kInvalidArgument);
    EXPECT_NE(made.error().message.find("keep"), std::string::npos);
  }
}

TEST(DedupMinhash, ShinglesOfCharacters) {
  Batch batch;
  test::add(batch, {{Role::kText, "Abcdefghijklmnopqrstuvwxyz, the alphabet"}});
  test::add(batch, {{Role::kText, "  abcdefghijklmnopqrstuvwxyz,\n\t THE alphabet \n"}});
  test::add(batch, {{Role::kText, "abcdefghijklmnopqrstuvwxyz the alphabet"}});
  test::add(batch, {{Role::kText, "abcdefghijklmnopqrstuvw"}});
  test::add(batch, {{Role::kText, "abcdefghijklmnopqrstuvw"}});
  EXPECT_EQ(MinHash(options("shingle", "24 characters")).run(batch).substr(0, 2), ".x");
  EXPECT_EQ(drops(batch).substr(3), "..") << "23 characters are less than a shingle";
}

TEST(DedupMinhash, AThresholdInsteadOfBandsAndRows) {
  std::mt19937 random(12);
  auto found = [&](double threshold) {
    Batch batch;
    for (int i = 0; i < 200; ++i) {
      std::string text = random_text(104, random);
      test::add(batch, {{Role::kText, text}});
      test::add(batch, {{Role::kText, edited(text, 4, random)}});  // J = 80 / 120
    }
    std::string result = MinHash(options("threshold", threshold)).run(batch);
    return std::count(result.begin(), result.end(), 'x');
  };
  EXPECT_GT(found(0.4), 195);
  EXPECT_LT(found(0.9), 10);
  MemoryBudget memory;
  BuildContext context{.memory = &memory};
  Value both = options("threshold", 0.8);
  both.set("bands", 3);
  EXPECT_FALSE(find_component("dedup.minhash")->make(both, context));
  EXPECT_FALSE(find_component("dedup.minhash")->make(options("hashes", 64), context));
}

// All three passes; the batches are what they are in the order given.
std::string verified(std::vector<Batch*> batches, Value options, std::uint64_t limit = 0) {
  options.set("verify", "jaccard");
  MinHash minhash(std::move(options), limit);
  auto& find = *std::get<std::unique_ptr<Fold>>(minhash.parts.at(0));
  auto& verify = *std::get<std::unique_ptr<Fold>>(minhash.parts.at(1));
  auto observe = [&](Fold& fold) {
    for (Batch* batch : batches) {
      auto state = fold.partial();
      EXPECT_TRUE(fold.observe(*batch, *state));
      EXPECT_TRUE(fold.merge(std::move(state)));
    }
  };
  observe(find);
  auto nothing = find.finish();
  EXPECT_TRUE(nothing && *nothing == nullptr);
  observe(verify);
  auto map = verify.finish();
  EXPECT_TRUE(map);
  auto state = (*map)->scratch();
  std::string out;
  for (Batch* batch : batches) {
    EXPECT_TRUE((*map)->run(*batch, state.get()));
    out += drops(*batch);
  }
  map->reset();
  EXPECT_EQ(find.report(), "");
  return out;
}

TEST(DedupMinhash, VerifiedDropsAreAsSimilarAsTheySay) {
  std::mt19937 random(13);
  Batch batch;
  for (int i = 0; i < 500; ++i) {
    std::string text = random_text(104, random);
    test::add(batch, {{Role::kText, text}});
    test::add(batch, {{Role::kText, edited(text, i % 8, random)}});  // J = (100 - 5e) / (100 + 5e)
  }
  Value low;  // links nearly all of the pairs
  low.set("bands", 60);
  low.set("rows", 3);
  low.set("threshold", 0.7);
  MemoryBudget memory;
  BuildContext context{.memory = &memory};
  ASSERT_FALSE(find_component("dedup.minhash")->make(low, context))
      << "a threshold solves for them";
  Value solved = options("threshold", 0.7);
  solved.set("hashes", 256);
  std::string result = verified({&batch}, solved);
  ASSERT_GT(batch.tags.size(), 150U);
  for (const Tag& tag : batch.tags) {
    int edits = static_cast<int>(tag.record / 2) % 8;
    int jaccard = (1000 * (100 - 5 * edits) + (100 + 5 * edits) / 2) / (100 + 5 * edits);
    EXPECT_LE(edits, 3) << "0.74 at 3 edits, 0.67 at 4";
    std::string is = std::to_string(jaccard);
    std::string expected = jaccard == 1000 ? "1.000" : "0." + is;
    EXPECT_NE(tag.value.find("\"jaccard\":" + expected + "}"), std::string_view::npos)
        << tag.value << edits;
    EXPECT_NE(tag.value.find("\"of\":\"0:" + std::to_string(tag.record - 1) + "\""),
              std::string_view::npos);
  }
  std::string whole = evidence(batch);
  for (Record& record : batch.records) record.drop = Reason();
  batch.tags.clear();
  EXPECT_EQ(verified({&batch}, solved, 256 << 10), result) << "little memory";
  EXPECT_EQ(evidence(batch), whole);
}

// Each is near the next, the ends are not near each other: what is not near one that stays stays.
TEST(DedupMinhash, VerifiedChainsAreCut) {
  std::mt19937 random(14);
  Batch batch;
  std::string text = random_text(300, random);
  for (int i = 0; i < 40; ++i) {
    test::add(batch, {{Role::kText, text}});
    for (int k = 0; k < 5; ++k) text = text.substr(text.find(' ') + 1);
    for (int k = 0; k < 5; ++k) text += "new" + std::to_string(i) + "x" + std::to_string(k) + " ";
  }
  Batch again;
  for (const Record& record : batch.records)
    test::add(again, {{Role::kText, record.turns[0].text}});
  EXPECT_EQ(MinHash().run(batch), "." + std::string(39, 'x'));
  std::string result = verified({&again}, {});
  auto stay = std::count(result.begin(), result.end(), '.');
  EXPECT_GT(stay, 2);
  EXPECT_LT(stay, 10);
}

TEST(DedupMinhash, OneBucketWithEverything) {
  std::mt19937 random(15);
  Value everything;  // one band of one minimum over shingles of one word, which all texts share
  everything.set("bands", 1);
  everything.set("rows", 1);
  everything.set("shingle", 1);
  Batch batch;
  for (int i = 0; i < 20000; ++i) {
    test::add(batch, {{Role::kText, "same"}});
  }
  EXPECT_EQ(MinHash(everything, 1 << 20).run(batch), "." + std::string(19999, 'x'));
  for (Record& record : batch.records) record.drop = Reason();
  EXPECT_EQ(verified({&batch}, everything, 1 << 20), "." + std::string(19999, 'x'));
}

}  // namespace
}  // namespace corpus
