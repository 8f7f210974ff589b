#include "dedup/band_index.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "support/folder.h"

namespace corpus {
namespace {

struct Doc {
  std::uint64_t pos;
  std::uint64_t rank;
  std::vector<std::uint64_t> keys;
};

// (pos, rank, cluster) of all members by position, clusters numbered in the order of their first.
using Members = std::vector<std::tuple<std::uint64_t, std::uint64_t, std::uint64_t>>;

Members list(BandIndex& index, MemoryBudget& memory) {
  ExternalSort<ClusterMember> sorter(&memory, "test", "");
  auto found = index.clusters(sorter);
  EXPECT_TRUE(found) << (found ? "" : found.error().message);
  Members out;
  EXPECT_TRUE(sorter.drain([&](const ClusterMember& m) -> Result<void> {
    EXPECT_EQ(m.sketch.words[1], m.pos.packed ^ 5) << "the sketch goes with its record";
    out.emplace_back(m.pos.packed, m.rank, m.cluster);
    return {};
  }));
  std::sort(out.begin(), out.end());
  std::map<std::uint64_t, std::uint64_t> numbers;
  for (auto& [pos, rank, cluster] : out) {
    cluster = numbers.emplace(cluster, numbers.size()).first->second;
  }
  return out;
}

void append_row(std::vector<std::uint64_t>& rows, const Doc& doc) {
  rows.push_back(doc.pos);
  rows.push_back(doc.rank);
  rows.insert(rows.end(), doc.keys.begin(), doc.keys.end());
  for (std::uint64_t w : {std::uint64_t{0}, doc.pos ^ 5, std::uint64_t{0}, std::uint64_t{7}}) {
    rows.push_back(w);
  }
}

std::unique_ptr<BandIndex> index_of(const std::vector<Doc>& docs, MemoryBudget& memory,
                                    std::size_t bands, std::size_t piece = 1 << 30,
                                    const std::string& path = "") {
  auto index = std::make_unique<BandIndex>(RowLayout{bands}, &memory, "some.stage", path);
  for (std::size_t i = 0; i < docs.size(); i += piece) {
    std::vector<std::uint64_t> rows;
    for (std::size_t k = i; k < docs.size() && k - i < piece; ++k) append_row(rows, docs[k]);
    auto added = index->add(rows);
    EXPECT_TRUE(added) << (added ? "" : added.error().message);
  }
  EXPECT_EQ(index->size(), docs.size());
  return index;
}

// Compares all pairs, and spreads the least position until nothing changes.
Members slow_clusters(std::vector<Doc> docs) {
  std::sort(docs.begin(), docs.end(), [](const Doc& a, const Doc& b) { return a.pos < b.pos; });
  std::vector<std::size_t> least(docs.size());
  for (std::size_t i = 0; i < docs.size(); ++i) least[i] = i;
  for (bool changed = true; changed;) {
    changed = false;
    for (std::size_t i = 0; i < docs.size(); ++i) {
      for (std::size_t j = 0; j < docs.size(); ++j) {
        bool linked = false;
        for (std::size_t b = 0; b < docs[i].keys.size(); ++b) {
          linked |= docs[i].keys[b] == docs[j].keys[b];
        }
        if (linked && least[j] < least[i]) {
          least[i] = least[j];
          changed = true;
        }
      }
    }
  }
  std::map<std::size_t, int> sizes;
  for (auto l : least) ++sizes[l];
  std::map<std::size_t, std::uint64_t> numbers;
  Members out;
  for (std::size_t i = 0; i < docs.size(); ++i) {
    if (sizes[least[i]] < 2) continue;
    auto number = numbers.emplace(least[i], numbers.size()).first->second;
    out.emplace_back(docs[i].pos, docs[i].rank, number);
  }
  return out;
}

TEST(BandIndex, NothingInNothingOut) {
  MemoryBudget memory;
  EXPECT_TRUE(list(*index_of({}, memory, 14), memory).empty());
  EXPECT_TRUE(list(*index_of({{1, 1, {2, 3}}}, memory, 2), memory).empty());
}

TEST(BandIndex, OneEqualBandLinksAndBandsAreApart) {
  MemoryBudget memory;
  std::vector<Doc> docs = {{10, 1, {1, 2}}, {20, 2, {9, 2}}, {30, 3, {2, 1}}, {40, 4, {7, 7}}};
  EXPECT_EQ(list(*index_of(docs, memory, 2), memory), (Members{{10, 1, 0}, {20, 2, 0}}));
}

TEST(BandIndex, MembersComeByClusterBestFirst) {
  MemoryBudget memory;
  std::vector<Doc> docs = {{30, 1, {1}}, {10, 1, {1}}, {20, 5, {1}}, {5, 0, {2}}, {6, 9, {2}}};
  auto index = index_of(docs, memory, 1);
  ExternalSort<ClusterMember> sorter(&memory, "test", "");
  ASSERT_TRUE(index->clusters(sorter));
  std::vector<std::uint64_t> order;
  ASSERT_TRUE(sorter.drain([&](const ClusterMember& m) -> Result<void> {
    order.push_back(m.pos.packed);
    return {};
  }));
  EXPECT_EQ(order, (std::vector<std::uint64_t>{20, 10, 30, 6, 5}));
}

TEST(BandIndex, ChainsAreOneCluster) {
  MemoryBudget memory;
  std::vector<Doc> docs;
  for (std::uint64_t i = 0; i < 5000; ++i) docs.push_back({i, 0, {(i + 1) / 2, 1000000 + i / 2}});
  std::shuffle(docs.begin(), docs.end(), std::mt19937(1));
  auto members = list(*index_of(docs, memory, 2, 100), memory);
  ASSERT_EQ(members.size(), docs.size());
  for (const auto& m : members) ASSERT_EQ(std::get<2>(m), 0U);
}

TEST(BandIndex, LikeTheSlowTwinInAnyOrderAndCut) {
  std::mt19937 random(2);
  for (int round = 0; round < 60; ++round) {
    MemoryBudget memory;
    std::vector<Doc> docs;
    std::size_t n = 1 + random() % 150, bands = 1 + random() % 5;
    std::uint64_t values = 1 + random() % (4 * n);
    for (std::size_t i = 0; i < n; ++i) {
      Doc doc{i * 7 + 3, random(), {}};
      for (std::size_t b = 0; b < bands; ++b) {
        // Keys that share their top or their low bits, as hashes rarely do.
        doc.keys.push_back((random() % values) << (round % 2 == 0 ? 0 : 50));
      }
      docs.push_back(doc);
    }
    auto expected = slow_clusters(docs);
    for (std::size_t piece : {1, 7, 1000}) {
      std::shuffle(docs.begin(), docs.end(), random);
      ASSERT_EQ(list(*index_of(docs, memory, bands, piece), memory), expected) << "round " << round;
    }
  }
}

// Random records of which some share bands, in several thousands.
std::vector<Doc> many_docs(std::size_t n, std::size_t bands, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::vector<Doc> docs;
  for (std::size_t i = 0; i < n; ++i) {
    Doc doc{1000 + 3 * i, random() % 50, {}};
    for (std::size_t b = 0; b < bands; ++b) doc.keys.push_back(random());
    if (i > 0 && i % 3 == 0) doc.keys[i % bands] = docs[random() % i].keys[i % bands];
    docs.push_back(std::move(doc));
  }
  std::shuffle(docs.begin(), docs.end(), random);
  return docs;
}

// Memory for none, some or all of the records: the same clusters.
TEST(BandIndex, AnyMemoryGivesTheSame) {
  auto docs = many_docs(30000, 14, 3);
  MemoryBudget unlimited;
  auto whole = index_of(docs, unlimited, 14, 500);
  auto expected = list(*whole, unlimited);
  EXPECT_FALSE(whole->spilled());
  ASSERT_GT(expected.size(), 10000U);
  whole.reset();
  EXPECT_EQ(unlimited.used(), 0U);
  for (std::uint64_t kib : {512, 1024, 2500, 5000, 20000}) {
    std::shuffle(docs.begin(), docs.end(), std::mt19937_64(kib));
    MemoryBudget memory(kib << 10);
    auto index = index_of(docs, memory, 14, 300);
    EXPECT_EQ(index->spilled(), kib < 10000) << kib;
    EXPECT_LE(memory.used(), kib << 10);
    ASSERT_EQ(list(*index, memory), expected) << kib << " KiB";
    index.reset();
    EXPECT_EQ(memory.used(), 0U) << kib;
  }
}

TEST(BandIndex, ManyThreadsMayAdd) {
  auto docs = many_docs(20000, 5, 4);
  MemoryBudget unlimited, memory(600 << 10);
  auto expected = list(*index_of(docs, unlimited, 5), unlimited);
  BandIndex index(RowLayout{5}, &memory, "test", "");
  std::vector<std::thread> threads;
  for (std::size_t t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (std::size_t i = t * 5000; i < (t + 1) * 5000; i += 100) {
        std::vector<std::uint64_t> rows;
        for (std::size_t k = i; k < i + 100; ++k) append_row(rows, docs[k]);
        ASSERT_TRUE(index.add(rows));
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_TRUE(index.spilled());
  EXPECT_EQ(list(index, memory), expected);
}

TEST(BandIndex, OneHugeClusterTakesLinearTime) {
  std::vector<Doc> docs(100000, Doc{0, 1, std::vector<std::uint64_t>(14, 0x123456789ABCDEF)});
  for (std::size_t i = 0; i < docs.size(); ++i) docs[i].pos = docs.size() - i;
  for (std::uint64_t mib : {0, 4}) {  // quadratic work would take minutes
    MemoryBudget memory(mib << 20);
    auto members = list(*index_of(docs, memory, 14, 1000), memory);
    ASSERT_EQ(members.size(), docs.size());
    EXPECT_EQ(std::get<0>(members.front()), 1U);
  }
}

// Killed after any save, with other memory than before: what was saved is there, and only that.
TEST(BandIndex, SavedInPiecesAndLoadedIsTheSame) {
  auto docs = many_docs(16000, 4, 5);
  MemoryBudget unlimited;
  auto expected = list(*index_of(docs, unlimited, 4), unlimited);
  for (std::uint64_t first_kib : {0, 400}) {
    for (std::uint64_t second_kib : {0, 300}) {
      test::Folder folder;
      std::string path = folder / "spill-0", log;
      StateSink sink = [&](std::string_view bytes) -> Result<void> {
        log += bytes;
        return {};
      };
      MemoryBudget memory(first_kib << 10), second(second_kib << 10), third;
      auto add = [&](BandIndex& index, std::size_t begin, std::size_t end) {
        std::vector<std::uint64_t> rows;
        for (std::size_t i = begin; i < end; ++i) append_row(rows, docs[i]);
        ASSERT_TRUE(index.add(rows));
      };
      {
        BandIndex index(RowLayout{4}, &memory, "test", path);
        for (std::size_t i = 0; i < 9000; i += 1500) {
          add(index, i, i + 1500);
          ASSERT_TRUE(index.save(sink));
        }
        std::size_t before = log.size();
        ASSERT_TRUE(index.save(sink));
        EXPECT_EQ(log.size(), before) << "nothing new";
        add(index, 9000, 12000);  // lost
      }
      BandIndex again(RowLayout{4}, &second, "test", path);
      ASSERT_TRUE(again.load(log));
      EXPECT_EQ(again.size(), 9000U);
      std::size_t before = log.size();
      ASSERT_TRUE(again.save(sink));
      EXPECT_EQ(log.size(), before) << "what was loaded is saved already";
      add(again, 9000, 16000);
      ASSERT_TRUE(again.save(sink));
      EXPECT_EQ(list(again, second), expected);
      BandIndex last(RowLayout{4}, &third, "test", path);
      ASSERT_TRUE(last.load(log));
      EXPECT_EQ(list(last, third), expected);
    }
  }
}

TEST(BandIndex, SavedRowHasTheDocumentedBytes) {
  test::Folder folder;
  MemoryBudget memory;
  std::string log;
  BandIndex index(RowLayout{2}, &memory, "test", folder / "s");
  std::vector<std::uint64_t> row = {
      0x0102030405060708, 0x0A0B, 0x1112131415161718, 0x2122232425262728, 1, 2, 3, 4};
  ASSERT_TRUE(index.add(row));
  ASSERT_TRUE(index.save([&](std::string_view bytes) -> Result<void> {
    log += bytes;
    return {};
  }));
  std::string file = test::slurp(folder / "s.rows");
  ASSERT_EQ(file.size(), 16U + 64U);
  EXPECT_EQ(file.substr(0, 8), std::string("CSP1\x40\0\0\0", 8));
  EXPECT_EQ(file.substr(16, 8), "\x08\x07\x06\x05\x04\x03\x02\x01");
  EXPECT_EQ(file.substr(32, 16),
            "\x18\x17\x16\x15\x14\x13\x12\x11\x28\x27\x26\x25\x24\x23\x22\x21");
  std::uint64_t expected[] = {0, 80};
  EXPECT_EQ(log, std::string(reinterpret_cast<const char*>(expected), 16));
}

TEST(BandIndex, DamagedRowsAreFoundAndNamed) {
  auto docs = many_docs(3000, 4, 6);
  test::Folder folder;
  std::string path = folder / "spill-0", log;
  MemoryBudget memory;
  {
    auto index = index_of(docs, memory, 4, 1000, path);
    ASSERT_TRUE(index->save([&](std::string_view bytes) -> Result<void> {
      log += bytes;
      return {};
    }));
  }
  std::string good = test::slurp(path + ".rows");
  auto load = [&](std::string bytes, std::string text) {
    folder.write("spill-0.rows", bytes);
    BandIndex index(RowLayout{4}, &memory, "test", path);
    auto result = index.load(text);
    EXPECT_FALSE(result);
    if (!result) {
      EXPECT_EQ(result.error().code, Code::kCorrupt);
      EXPECT_NE(result.error().message.find("--resume"), std::string::npos);
    }
    return result ? "" : result.error().message;
  };
  std::string bad = good;
  bad[100000] ^= 1;
  std::string message = load(bad, log);
  EXPECT_NE(message.find("spill-0.rows"), std::string::npos);
  EXPECT_NE(message.find("checksum"), std::string::npos);
  EXPECT_NE(load(good.substr(0, good.size() - 1), log).find("missing"), std::string::npos);
  bad = good;
  bad[3] = '2';
  EXPECT_NE(load(bad, log).find("another version"), std::string::npos);
  load(good, log.substr(1));
}

TEST(BandIndex, NotEvenOneBlockOfMemoryIsAnError) {
  MemoryBudget memory(10 << 10);
  BandIndex index(RowLayout{14}, &memory, "some.stage", "");
  std::vector<std::uint64_t> rows(20);
  auto result = index.add(rows);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, Code::kLimit);
  EXPECT_NE(result.error().message.find("some.stage"), std::string::npos);
}

// The union-find is what has to fit; that is accounted for before it is taken.
TEST(BandIndex, ClusteringIsWithinTheBudget) {
  MemoryBudget memory(200 << 10);
  auto index = index_of(many_docs(60000, 1, 7), memory, 1, 1000);
  ExternalSort<ClusterMember> sorter(&memory, "test", "");
  auto result = index->clusters(sorter);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, Code::kLimit);
}

}  // namespace
}  // namespace corpus
