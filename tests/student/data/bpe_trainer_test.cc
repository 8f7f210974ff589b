#include "data/bpe_trainer.h"

#include <gtest/gtest.h>

#include <map>
#include <nlohmann/json.hpp>

#include "data/rng.h"
#include "student/data/corpus_text.h"

namespace student {
namespace {

std::string babble(std::uint64_t seed, std::size_t words) {
  static const char* kWords[] = {"corn", "corner", "don't", " learn", "learned", "unlearned", "42", "naive", "\xc3\xa9t\xc3\xa9",
                                 "...", "(a)", "\n\n", "    if", "x"};
  Rng rng(seed);
  std::string out;
  for (std::size_t i = 0; i < words; ++i) {
    if (rng.below(3)) out += ' ';
    out += kWords[rng.below(std::size(kWords))];
  }
  return out;
}

// The definition, in the slowest way: count all pairs anew for each merge.
std::vector<std::string> merges_by_counting(const WordCounts& counts, std::size_t merges) {
  std::vector<std::pair<std::vector<int>, std::uint64_t>> words;
  for (const auto& [word, count] : counts.words()) {
    words.push_back({{}, count});
    for (unsigned char c : word) words.back().first.push_back(c);
  }
  std::vector<std::string> pieces, out;
  for (int b = 0; b < 256; ++b) pieces.emplace_back(1, static_cast<char>(b));
  while (out.size() < merges) {
    std::map<std::pair<int, int>, std::uint64_t> pairs;
    for (const auto& [ids, count] : words) {
      for (std::size_t i = 0; i + 1 < ids.size(); ++i) pairs[{ids[i], ids[i + 1]}] += count;
    }
    std::pair<int, int> best{-1, -1};
    std::uint64_t most = 1;
    for (const auto& [pair, count] : pairs) {
      if (count > most) best = pair, most = count;
    }
    if (best.first < 0) break;
    std::string made = pieces[static_cast<std::size_t>(best.first)] + pieces[static_cast<std::size_t>(best.second)];
    out.push_back(made);
    auto known = std::find(pieces.begin(), pieces.end(), made);
    int id = static_cast<int>(known - pieces.begin());
    if (known == pieces.end()) pieces.push_back(made);
    for (auto& [ids, count] : words) {
      for (std::size_t i = 0; i + 1 < ids.size(); ++i) {
        if (ids[i] != best.first || ids[i + 1] != best.second) continue;
        ids[i] = id;
        ids.erase(ids.begin() + static_cast<std::ptrdiff_t>(i) + 1);
      }
    }
  }
  return out;
}

TEST(BpeTrainer, MergesWhatCountingAllPairsWouldMerge) {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    SCOPED_TRACE(seed);
    WordCounts counts;
    counts.add(babble(seed, 300));
    auto json = train_bpe(counts, {.vocab = 259 + 60});
    ASSERT_TRUE(json) << json.error().message;
    auto tokenizer = corpus::Tokenizer::from_json(*json, "trained");
    ASSERT_TRUE(tokenizer) << tokenizer.error().message;
    std::vector<std::string> pieces;
    for (TokenId id = 259; id < (*tokenizer)->vocab_size(); ++id) pieces.emplace_back((*tokenizer)->piece(id));
    std::vector<std::string> expected, all = merges_by_counting(counts, 60);
    for (auto& piece : all) {  // a piece that two pairs make has one id
      if (std::find(expected.begin(), expected.end(), piece) == expected.end()) expected.push_back(piece);
    }
    expected.resize(std::min(expected.size(), pieces.size()));
    EXPECT_EQ(pieces, expected);
    EXPECT_GT(pieces.size(), 20u);
  }
}

TEST(BpeTrainer, TokensGiveTheTextBackAndDigitsStandAlone) {
  WordCounts counts;
  counts.add(babble(7, 2000));
  auto json = train_bpe(counts, {.vocab = 400});
  ASSERT_TRUE(json);
  auto tokenizer = corpus::Tokenizer::from_json(*json, "trained");
  ASSERT_TRUE(tokenizer) << tokenizer.error().message;
  std::string text = babble(8, 200) + " 12345 \xe2\x82\xac";
  auto ids = (*tokenizer)->encode(text);
  EXPECT_EQ((*tokenizer)->decode(ids), text);
  EXPECT_LT(ids.size(), text.size() / 2);
  EXPECT_EQ((*tokenizer)->encode("42").size(), 2u);
}

TEST(BpeTrainer, EqualCountsGiveEqualBytes) {
  WordCounts forward, backward;
  std::string text;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) forward.add(babble(seed, 50));
  for (std::uint64_t seed = 20; seed >= 1; --seed) {
    WordCounts part;
    part.add(babble(seed, 50));
    backward.merge(part);
  }
  EXPECT_EQ(*train_bpe(forward, {.vocab = 350}), *train_bpe(backward, {.vocab = 350}));
}

TEST(BpeTrainer, TakesSpecialTokensFirstAndRefusesTooFewIds) {
  auto tokenizer = test::byte_tokenizer();
  EXPECT_EQ(tokenizer->id_of("<|endoftext|>"), 0);
  EXPECT_TRUE(tokenizer->is_special(2));
  EXPECT_EQ(tokenizer->vocab_size(), 259);
  auto small = train_bpe(WordCounts(), {.vocab = 200});
  ASSERT_FALSE(small);
  EXPECT_NE(small.error().message.find("at least 259"), std::string::npos);
}

TEST(WordCounts, LeavesOutWhatNoWordIs) {
  WordCounts counts;
  counts.add(std::string(WordCounts::kLongestWord + 1, 'a') + " b b");
  EXPECT_EQ(counts.words().size(), 1u);
  EXPECT_EQ(counts.words().at(" b"), 2u);
}

}  // namespace
}  // namespace student
