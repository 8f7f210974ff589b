#include "tokens/bpe.h"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <string>

namespace corpus::tokens {
namespace {

// Bytes a, b, c are 0, 1, 2; merges over them with random ranks.
struct World {
  std::vector<std::string> tokens{"a", "b", "c"};
  std::map<std::pair<TokenId, TokenId>, Merge> merges;
};

World random_world(unsigned seed) {
  std::mt19937 rng(seed);
  World w;
  for (std::uint32_t rank = 0; rank < 40; ++rank) {
    auto left = static_cast<TokenId>(rng() % w.tokens.size()),
         right = static_cast<TokenId>(rng() % w.tokens.size());
    if (w.merges.contains({left, right}) ||
        w.tokens[size_t(left)].size() + w.tokens[size_t(right)].size() > 12)
      continue;
    w.merges[{left, right}] = {rank, static_cast<TokenId>(w.tokens.size())};
    w.tokens.push_back(w.tokens[size_t(left)] + w.tokens[size_t(right)]);
  }
  return w;
}

// Word by word as the definition says: merge the lowest rank, the leftmost of equals, until none is
// left.
std::vector<TokenId> reference(const World& w, std::string_view word) {
  std::vector<TokenId> ids;
  for (char c : word) ids.push_back(c - 'a');
  while (true) {
    Merge best;
    std::size_t at = 0;
    for (std::size_t i = 0; i + 1 < ids.size(); ++i) {
      auto found = w.merges.find({ids[i], ids[i + 1]});
      if (found != w.merges.end() && found->second.rank < best.rank) {
        best = found->second;
        at = i;
      }
    }
    if (best.rank == Merge::kNever) return ids;
    ids[at] = best.id;
    ids.erase(ids.begin() + static_cast<std::ptrdiff_t>(at) + 1);
  }
}

Bpe make(const World& w) {
  PairTable pairs(w.merges.size());
  for (const auto& [pair, merge] : w.merges) pairs.set(pair.first, pair.second, merge, false);
  BpeOptions options;
  options.byte_ids.fill(-1);
  for (int i = 0; i < 3; ++i) options.byte_ids[static_cast<std::size_t>('a' + i)] = i;
  return Bpe(std::make_unique<Vocabulary>(), std::move(pairs), options);
}

TEST(Bpe, ShortAndLongWordsMergeAsDefined) {
  for (unsigned seed = 0; seed < 30; ++seed) {
    World w = random_world(seed);
    Bpe bpe = make(w);
    WordScratch scratch;
    std::mt19937 rng(seed + 1000);
    for (std::size_t n : {1u, 2u, 3u, 7u, 30u, 63u, 64u, 65u, 66u, 200u, 500u}) {
      std::string word;
      while (word.size() < n) word += static_cast<char>('a' + rng() % 3);
      std::vector<TokenId> ids{-7};
      bpe.encode(word, scratch, ids);
      ASSERT_EQ(ids[0], -7);
      ids.erase(ids.begin());
      ASSERT_EQ(ids, reference(w, word)) << "seed " << seed << ", " << word;
    }
  }
}

TEST(Bpe, SymbolsWithoutATokenAreLeftOutOrUnknown) {
  World w;
  Bpe plain = make(w);
  WordScratch scratch;
  std::vector<TokenId> ids;
  plain.encode("axxb", scratch, ids);
  EXPECT_EQ(ids, (std::vector<TokenId>{0, 1}));
  for (bool fuse : {false, true}) {
    BpeOptions options;
    options.byte_ids.fill(-1);
    options.byte_ids['a'] = 0;
    options.unknown = 9;
    options.fuse_unknown = fuse;
    Bpe bpe(std::make_unique<Vocabulary>(), PairTable(0), options);
    ids.clear();
    bpe.encode("xxax", scratch, ids);
    EXPECT_EQ(ids, fuse ? (std::vector<TokenId>{9, 0, 9}) : (std::vector<TokenId>{9, 9, 0, 9}));
  }
}

TEST(Bpe, AHugeWordIsNotQuadratic) {
  World w = random_world(3);
  Bpe bpe = make(w);
  WordScratch scratch;
  std::string word(300'000, 'a');
  std::vector<TokenId> ids;
  bpe.encode(word, scratch, ids);
  std::string back;
  for (TokenId id : ids) back += w.tokens[static_cast<std::size_t>(id)];
  EXPECT_EQ(back, word);
}

}  // namespace
}  // namespace corpus::tokens
