#include "dedup/band_index.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <string>
#include <vector>

namespace corpus {
namespace {

struct Doc {
  std::uint64_t pos;
  std::uint32_t length;
  std::vector<std::uint64_t> keys;
};

// (pos, length, cluster) of all members.
using Members = std::vector<std::tuple<std::uint64_t, std::uint32_t, std::uint32_t>>;

Members list(const BandIndex& index) {
  auto found = index.clusters();
  EXPECT_TRUE(found);
  Members out;
  for (const auto& m : *found) out.emplace_back(m.pos.packed, m.length, m.cluster);
  return out;
}

std::unique_ptr<BandIndex> index_of(const std::vector<Doc>& docs, MemoryBudget& memory,
                                    std::size_t bands, std::size_t piece = 1 << 30) {
  auto index = make_memory_band_index(bands, &memory, "test");
  for (std::size_t i = 0; i < docs.size(); i += piece) {
    BandEntries entries(bands, &memory, "test");
    for (std::size_t k = i; k < std::min(docs.size(), i + piece); ++k) {
      EXPECT_TRUE(entries.add({docs[k].pos}, docs[k].length, docs[k].keys.data()));
    }
    EXPECT_TRUE(index->add(entries));
    EXPECT_EQ(entries.size(), 0U);
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
  std::map<std::size_t, std::uint32_t> numbers;
  Members out;
  for (std::size_t i = 0; i < docs.size(); ++i) {
    if (sizes[least[i]] < 2) continue;
    auto number = numbers.emplace(least[i], numbers.size()).first->second;
    out.emplace_back(docs[i].pos, docs[i].length, number);
  }
  return out;
}

TEST(BandIndex, NothingInNothingOut) {
  MemoryBudget memory;
  EXPECT_TRUE(list(*index_of({}, memory, 14)).empty());
  EXPECT_TRUE(list(*index_of({{1, 1, {2, 3}}}, memory, 2)).empty());
}

TEST(BandIndex, OneEqualBandLinksAndBandsAreApart) {
  MemoryBudget memory;
  std::vector<Doc> docs = {{10, 1, {1, 2}}, {20, 2, {9, 2}}, {30, 3, {2, 1}}, {40, 4, {7, 7}}};
  EXPECT_EQ(list(*index_of(docs, memory, 2)), (Members{{10, 1, 0}, {20, 2, 0}}));
}

TEST(BandIndex, ChainsAreOneCluster) {
  MemoryBudget memory;
  std::vector<Doc> docs;
  for (std::uint64_t i = 0; i < 5000; ++i) docs.push_back({i, 0, {(i + 1) / 2, 1000000 + i / 2}});
  std::shuffle(docs.begin(), docs.end(), std::mt19937(1));
  auto members = list(*index_of(docs, memory, 2, 100));
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
      Doc doc{i * 7 + 3, static_cast<std::uint32_t>(random()), {}};
      for (std::size_t b = 0; b < bands; ++b) {
        // Keys that share their top or their low bits, as hashes rarely do.
        doc.keys.push_back((random() % values) << (round % 2 == 0 ? 0 : 50));
      }
      docs.push_back(doc);
    }
    auto expected = slow_clusters(docs);
    for (std::size_t piece : {1, 7, 1000}) {
      std::shuffle(docs.begin(), docs.end(), random);
      ASSERT_EQ(list(*index_of(docs, memory, bands, piece)), expected) << "round " << round;
    }
  }
}

// Many blocks, so that whole ones change hands and parts are copied.
TEST(BandIndex, OrderOfMergesDoesNotMatterForManyRecords) {
  std::mt19937_64 random(3);
  MemoryBudget memory;
  std::vector<Doc> docs;
  for (std::uint64_t i = 0; i < 30000; ++i) {
    docs.push_back(
        {i, static_cast<std::uint32_t>(i), {random() % 40000, random(), random() % 90000}});
  }
  auto expected = list(*index_of(docs, memory, 3));
  EXPECT_GT(expected.size(), 10000U);
  for (std::size_t piece : {999, 1024, 1500, 5000}) {
    std::shuffle(docs.begin(), docs.end(), random);
    EXPECT_EQ(list(*index_of(docs, memory, 3, piece)), expected) << piece;
  }
  EXPECT_EQ(memory.used(), 0U);
}

TEST(BandIndex, OneHugeClusterTakesLinearTime) {
  MemoryBudget memory;
  std::vector<Doc> docs(100000, Doc{0, 1, std::vector<std::uint64_t>(14, 0x123456789ABCDEF)});
  for (std::size_t i = 0; i < docs.size(); ++i) docs[i].pos = docs.size() - i;
  auto index = index_of(docs, memory, 14);
  auto members = list(*index);  // quadratic work would take minutes
  ASSERT_EQ(members.size(), docs.size());
  EXPECT_EQ(std::get<0>(members.front()), 1U);
}

TEST(BandIndex, SavedInPiecesAndLoadedIsTheSame) {
  std::mt19937_64 random(4);
  MemoryBudget memory;
  std::string log;
  StateSink sink = [&](std::string_view bytes) -> Result<void> {
    log += bytes;
    return {};
  };
  auto index = make_memory_band_index(4, &memory, "test");
  for (int part = 0; part < 7; ++part) {
    BandEntries entries(4, &memory, "test");
    for (int i = 0; i < 1500; ++i) {
      std::uint64_t keys[] = {random() % 9000, random() % 9000, random(), random()};
      ASSERT_TRUE(entries.add({random()}, static_cast<std::uint32_t>(i), keys));
    }
    ASSERT_TRUE(index->add(entries));
    ASSERT_TRUE(index->save(sink));
    ASSERT_EQ(log.size(), index->size() * 44) << "everything once";
  }
  ASSERT_TRUE(index->save(sink));
  EXPECT_EQ(log.size(), index->size() * 44);
  auto loaded = make_memory_band_index(4, &memory, "test");
  ASSERT_TRUE(loaded->load(log));
  EXPECT_EQ(list(*loaded), list(*index));
  std::size_t before = log.size();
  ASSERT_TRUE(loaded->save(sink));
  EXPECT_EQ(log.size(), before) << "what was loaded is saved already";
  auto result = loaded->load(log.substr(1));
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, Code::kCorrupt);
}

TEST(BandIndex, SavedEntryHasTheDocumentedBytes) {
  MemoryBudget memory;
  BandEntries entries(2, &memory, "test");
  std::uint64_t keys[] = {0x1112131415161718, 0x2122232425262728};
  ASSERT_TRUE(entries.add({0x0102030405060708}, 0x0A0B0C0D, keys));
  std::string bytes;
  ASSERT_TRUE(entries.save([&](std::string_view b) -> Result<void> {
    bytes += b;
    return {};
  }));
  EXPECT_EQ(bytes, std::string("\x08\x07\x06\x05\x04\x03\x02\x01\x0D\x0C\x0B\x0A"
                               "\x18\x17\x16\x15\x14\x13\x12\x11\x28\x27\x26\x25\x24\x23\x22\x21"));
}

TEST(BandIndex, OverTheBudgetIsAnError) {
  MemoryBudget memory(1 << 20);
  std::vector<std::uint64_t> keys(14);
  {
    BandEntries entries(14, &memory, "some.stage");
    Result<void> result;
    std::size_t n = 0;
    for (; n < 100000 && result; ++n) result = entries.add({n}, 0, keys.data());
    ASSERT_FALSE(result);
    EXPECT_EQ(n - 1, (1 << 20) / (124 * 1024) * 1024)
        << "124 bytes a record, 1024 records at a time";
    EXPECT_EQ(result.error().code, Code::kLimit);
    EXPECT_NE(result.error().message.find("some.stage"), std::string::npos);
  }
  EXPECT_EQ(memory.used(), 0U);
}

// Clusters need room too, and that is accounted for before it is taken.
TEST(BandIndex, ClusteringIsWithinTheBudget) {
  MemoryBudget memory(124 * 8192 + 1000);
  auto index = make_memory_band_index(14, &memory, "some.stage");
  BandEntries entries(14, &memory, "some.stage");
  std::vector<std::uint64_t> keys(14);
  for (std::uint64_t i = 0; i < 8192; ++i) ASSERT_TRUE(entries.add({i}, 0, keys.data()));
  ASSERT_TRUE(index->add(entries));
  auto result = index->clusters();
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, Code::kLimit);
}

}  // namespace
}  // namespace corpus
