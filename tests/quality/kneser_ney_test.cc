// The trainer against the definition, written down once more without any speed.
#include "quality/kneser_ney.h"

#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <random>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "quality/ngram_model.h"

namespace corpus::quality {
namespace {

using Words = std::vector<std::string>;

std::string train(const std::vector<std::string>& texts, std::size_t order) {
  MemoryBudget memory;
  KneserNey counts(order, &memory);
  for (const auto& text : texts) EXPECT_TRUE(counts.add(text));
  std::string out;
  auto done = counts.finish([&](std::string_view bytes) -> Result<void> {
    out += bytes;
    return {};
  });
  EXPECT_TRUE(done) << done.error().message;
  return out;
}

// Text with the counts of counts that discounts need: some words often, many seldom.
std::vector<std::string> some_text(unsigned seed, int sentences) {
  std::mt19937 random(seed);
  std::vector<std::string> out;
  for (int s = 0; s < sentences; ++s) {
    std::string line;
    for (int n = 1 + static_cast<int>(random() % 8), at = 0; n > 0; --n) {
      at = static_cast<int>(std::min(random() % 30, random() % 30)) + at % 3;
      bool rare = random() % 6 == 0;
      line += (line.empty() ? "" : " ") +
              (rare ? "r" + std::to_string(random() % 200) : "w" + std::to_string(at));
    }
    out.push_back(line);
  }
  return out;
}

class Definition {
 public:
  Definition(const std::vector<std::string>& sentences, std::size_t order)
      : counts_(order + 1), adjusted_(order + 1), order_(order) {
    std::set<std::string> words = {"<unk>", "</s>"};
    for (const auto& sentence : sentences) {
      Words all = {"<s>"};
      std::istringstream in(sentence);
      for (std::string word; in >> word;) all.push_back(word), words.insert(word);
      all.push_back("</s>");
      for (std::size_t i = 1; i < all.size(); ++i) {
        for (std::size_t n = 1; n <= order && n <= i + 1; ++n) {
          ++counts_[n][Words(all.begin() + static_cast<std::ptrdiff_t>(i + 1 - n),
                             all.begin() + static_cast<std::ptrdiff_t>(i + 1))];
        }
      }
    }
    vocabulary_ = static_cast<double>(words.size());
    for (std::size_t n = 1; n <= order; ++n) {
      for (const auto& [gram, count] : counts_[n]) {
        adjusted_[n][gram] = count;
        if (n == order || gram[0] == "<s>") continue;
        adjusted_[n][gram] = 0;
        for (const auto& [longer, ignored] : counts_[n + 1]) {
          if (Words(longer.begin() + 1, longer.end()) == gram) ++adjusted_[n][gram];
        }
      }
    }
  }

  double probability(const Words& gram) const {
    if (gram.empty()) return 1 / vocabulary_;
    std::size_t n = gram.size();
    double sum = 0, left = 0, t[5] = {};
    for (const auto& [other, count] : adjusted_[n]) {
      if (count >= 1 && count <= 4) ++t[count];
    }
    auto discount = [&](int count) {
      int k = std::min(count, 3);
      return k - (k + 1) * t[1] / (t[1] + 2 * t[2]) * t[k + 1] / t[k];
    };
    for (const auto& [other, count] : adjusted_[n]) {
      if (!std::equal(gram.begin(), gram.end() - 1, other.begin())) continue;
      sum += count;
      left += discount(count);
    }
    double lower = probability(Words(gram.begin() + 1, gram.end()));
    if (sum == 0) return lower;
    auto found = adjusted_[n].find(gram);
    double own = found == adjusted_[n].end() ? 0 : found->second - discount(found->second);
    return own / sum + left / sum * lower;
  }

 private:
  std::vector<std::map<Words, int>> counts_, adjusted_;
  std::size_t order_;
  double vocabulary_;
};

TEST(KneserNey, IsWhatItsDefinitionSays) {
  auto sentences = some_text(5, 400);
  for (std::size_t order : {1U, 2U, 3U}) {
    auto model = NgramModel::parse_arpa(train(sentences, order));
    ASSERT_TRUE(model) << model.error().message;
    Definition definition(sentences, order);
    auto more = some_text(6, 60);
    more.push_back("w1 nowhere w2");
    for (const auto& sentence : more) {
      Words all = {"<s>"};
      std::istringstream in(sentence);
      for (std::string word; in >> word;) all.push_back(word == "nowhere" ? "<unk>" : word);
      all.push_back("</s>");
      double expected = 0;
      for (std::size_t i = 1; i < all.size(); ++i) {
        std::size_t from = i + 1 > order ? i + 1 - order : 0;
        // <s> is given, never a word to come, so that a unigram model begins behind it.
        expected += std::log10(
            definition.probability(Words(all.begin() + static_cast<std::ptrdiff_t>(from),
                                         all.begin() + static_cast<std::ptrdiff_t>(i + 1))));
      }
      ASSERT_NEAR(model->score(sentence).log10, expected, 1e-4) << order << ": " << sentence;
    }
  }
}

TEST(KneserNey, TextThatIsTooSmallOrTooRegular) {
  for (const auto& texts : {std::vector<std::string>{"a"},
                            {"a a a a a a"},
                            {"a b", "a b", "a b"},
                            {"<s> </s> <unk>"}}) {
    auto model = NgramModel::parse_arpa(train(texts, 3));
    ASSERT_TRUE(model) << model.error().message;
    EXPECT_LE(model->score("a b c").log10, 0);
    EXPECT_GT(model->score("a b c").log10, -30);
  }
  MemoryBudget memory;
  KneserNey none(3, &memory);
  ASSERT_TRUE(none.add(" \n \n"));
  EXPECT_FALSE(none.finish([](std::string_view) -> Result<void> { return {}; }));
}

TEST(KneserNey, UnknownIsAlwaysAWordThatWasNotSeen) {
  auto without = NgramModel::parse_arpa(train({"a a b"}, 1));
  auto with = NgramModel::parse_arpa(train({"a a b <unk> <s>"}, 1));
  ASSERT_TRUE(without && with);
  EXPECT_EQ(with->score("a c").log10, without->score("a c").log10);
}

TEST(KneserNey, KeepsToItsMemory) {
  MemoryBudget memory(200 << 10);
  Result<void> result;
  {
    KneserNey counts(5, &memory);
    for (unsigned i = 0; i < 1000 && result; ++i) {
      for (const auto& text : some_text(i, 20)) {
        result = counts.add(text);
        if (!result) break;
      }
    }
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, Code::kLimit);
    EXPECT_NE(result.error().message.find("sample"), std::string::npos);
  }
  EXPECT_EQ(memory.used(), 0U);
}

}  // namespace
}  // namespace corpus::quality
