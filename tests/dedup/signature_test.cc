#include "dedup/signature.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <string>
#include <vector>

namespace corpus {
namespace {

std::vector<std::uint32_t> minima(const SignatureScheme& scheme, std::string_view text) {
  ShingleSigner signer(scheme);
  Turn turn{.text = text};
  EXPECT_TRUE(signer.read({&turn, 1}, Scope::kText));
  return {signer.minima().begin(), signer.minima().end()};
}

double agreement(const std::vector<std::uint32_t>& a, const std::vector<std::uint32_t>& b) {
  std::size_t same = 0;
  for (std::size_t i = 0; i < a.size(); ++i) same += a[i] == b[i];
  return static_cast<double>(same) / static_cast<double>(a.size());
}

// Two texts of distinct words; `shared` shingles of one word in common, `own` more in each: their
// similarity is exactly shared / (shared + 2 own) for shingle = 1.
std::pair<std::string, std::string> pair_of(int shared, int own, std::mt19937_64& random) {
  std::string a, b;
  for (int i = 0; i < shared + 2 * own; ++i) {
    std::string word = "w" + std::to_string(random()) + " ";
    if (i < shared || i % 2 == 0) a += word;
    if (i < shared || i % 2 == 1) b += word;
  }
  return {a, b};
}

// Bias within 4 standard errors, variance within 10 % of the binomial one.
TEST(Signature, EstimatesJaccardWithoutBiasAndWithBinomialVariance) {
  SignatureScheme scheme({.shingle = 1});
  std::mt19937_64 random(1);
  struct Case {
    int shared, own;
  };
  for (Case c :
       {Case{10, 45}, Case{30, 35}, Case{50, 25}, Case{80, 10}, Case{90, 5}, Case{900, 50}}) {
    double j = static_cast<double>(c.shared) / (c.shared + 2 * c.own);
    int pairs = c.shared > 500 ? 1000 : 3000;
    double sum = 0, squares = 0;
    for (int i = 0; i < pairs; ++i) {
      auto [a, b] = pair_of(c.shared, c.own, random);
      double error = agreement(minima(scheme, a), minima(scheme, b)) - j;
      sum += error;
      squares += error * error;
    }
    double variance = j * (1 - j) / static_cast<double>(scheme.hashes());
    EXPECT_NEAR(sum / pairs, 0, 4 * std::sqrt(variance / pairs)) << "J = " << j;
    // The variance of a sample variance is about 2 / pairs of it squared.
    EXPECT_NEAR(squares / pairs / variance, 1, 4 * std::sqrt(2.0 / pairs)) << "J = " << j;
  }
}

// Texts that differ in a counter only, as templates of a teacher do: the words are not random.
TEST(Signature, EstimatesJaccardOfSequentialWords) {
  SignatureScheme scheme({.shingle = 1});
  double sum = 0;
  const int pairs = 2000;
  for (int i = 0; i < pairs; ++i) {
    std::string a, b;
    for (int k = 0; k < 150; ++k) {
      std::string word = std::to_string(i * 1000 + k) + " ";
      if (k < 100) a += word;
      if (k >= 50) b += word;
    }
    sum += agreement(minima(scheme, a), minima(scheme, b));
  }
  double j = 50.0 / 150;
  EXPECT_NEAR(sum / pairs, j, 4 * std::sqrt(j * (1 - j) / 112 / pairs));
}

// 1 - (1 - J^rows)^bands, at similarities around the threshold.
TEST(Signature, PairsShareABandAsTheoryHasIt) {
  SignatureScheme scheme({.shingle = 1});
  std::mt19937_64 random(2);
  std::vector<std::uint64_t> x(scheme.bands()), y(scheme.bands());
  ShingleSigner signer(scheme);
  auto keys = [&](std::string_view text, std::vector<std::uint64_t>& out) {
    Turn turn{.text = text};
    ASSERT_TRUE(signer.read({&turn, 1}, Scope::kText));
    signer.band_keys(out.data());
  };
  for (int shared : {30, 50, 60, 70, 80, 90, 96}) {
    double j = shared / 100.0;
    double expected = 1 - std::pow(1 - std::pow(j, scheme.rows()), scheme.bands());
    const int pairs = 1500;
    int found = 0;
    for (int i = 0; i < pairs; ++i) {
      auto [a, b] = pair_of(shared, (100 - shared) / 2, random);
      keys(a, x);
      keys(b, y);
      bool any = false;
      for (std::size_t band = 0; band < x.size(); ++band) any |= x[band] == y[band];
      found += any;
    }
    double sigma = std::sqrt(expected * (1 - expected) / pairs);
    EXPECT_NEAR(static_cast<double>(found) / pairs, expected, 4 * sigma + 1e-3) << "J = " << j;
  }
}

TEST(Signature, ShinglesDependOnTheOrderOfWords) {
  SignatureScheme scheme({.shingle = 3});
  EXPECT_EQ(minima(scheme, "a b c"), minima(scheme, "A, b; c!"));
  EXPECT_NE(minima(scheme, "a b c"), minima(scheme, "b a c"));
  EXPECT_NE(minima(scheme, "a b c"), minima(scheme, "c b a"));
  EXPECT_LT(agreement(minima(scheme, "a b c"), minima(scheme, "c b a")), 0.1);
}

// Every shingle of a text is found in a text of that shingle alone: the rolling sum forgets what
// left.
TEST(Signature, RollingIsLikeHashingEachShingleAlone) {
  for (std::size_t shingle : {1, 2, 5, 8}) {
    SignatureScheme scheme({.shingle = shingle, .bands = 5, .rows = 7});
    std::vector<std::string> words;
    std::string text;
    for (int i = 0; i < 40; ++i) {
      words.push_back("w" + std::to_string(i * i % 17));
      text += words.back() + " ";
    }
    std::vector<std::uint32_t> expected(scheme.hashes(), ~0U);
    for (std::size_t i = 0; i + shingle <= words.size(); ++i) {
      std::string one;
      for (std::size_t k = i; k < i + shingle; ++k) one += words[k] + " ";
      auto m = minima(scheme, one);
      for (std::size_t k = 0; k < m.size(); ++k) expected[k] = std::min(expected[k], m[k]);
    }
    EXPECT_EQ(minima(scheme, text), expected) << shingle;
  }
}

TEST(Signature, TurnsInScopeAreReadAsOneText) {
  SignatureScheme scheme({});
  ShingleSigner signer(scheme);
  Turn turns[] = {{.text = "one two three", .role = Role::kUser},
                  {.text = "four five six", .role = Role::kAssistant}};
  ASSERT_TRUE(signer.read(turns, Scope::kText));
  std::vector<std::uint32_t> all(signer.minima().begin(), signer.minima().end());
  EXPECT_EQ(all, minima(scheme, "one two three four five six"));
  EXPECT_EQ(signer.bytes(), 26U);
  EXPECT_FALSE(signer.read(turns, Scope::kResponse)) << "three words are less than a shingle";
  EXPECT_FALSE(signer.read({}, Scope::kText));
}

TEST(Signature, TooShortIsToldForEveryCount) {
  for (std::size_t shingle : {1, 5, 64}) {
    SignatureScheme scheme({.shingle = shingle});
    ShingleSigner signer(scheme);
    std::string text;
    for (std::size_t n = 1; n <= shingle + 1; ++n) {
      text += "w ";
      Turn turn{.text = text};
      EXPECT_EQ(signer.read({&turn, 1}, Scope::kText), n >= shingle) << n << " of " << shingle;
    }
  }
}

TEST(Signature, LongTextsInManyChunks) {
  SignatureScheme scheme({});
  std::string text;
  std::mt19937 random(3);
  for (int i = 0; i < 20000; ++i) text += std::to_string(random()) + (i % 7 == 0 ? "\n" : " ");
  std::string other = text;
  std::replace(other.begin(), other.end(), '\n', '\t');
  EXPECT_EQ(minima(scheme, text), minima(scheme, other));
  EXPECT_LT(agreement(minima(scheme, text), minima(scheme, text.substr(text.size() / 2))), 0.75);
}

TEST(Signature, SeedsGiveOtherFunctions) {
  SignatureScheme one({.seed = 1}), two({.seed = 2});
  std::string text = "the quick brown fox jumps over the lazy dog";
  EXPECT_LT(agreement(minima(one, text), minima(two, text)), 0.05);
}

// Saved band keys of an interrupted run are only good if this never changes.
TEST(Signature, Golden) {
  SignatureScheme scheme({.bands = 14, .rows = 8});
  ShingleSigner signer(scheme);
  Turn turn{.text = "The quick brown fox jumps over the lazy dog; \u4F60\u597D, \u00C9t\u00E9!"};
  ASSERT_TRUE(signer.read({&turn, 1}, Scope::kText));
  std::vector<std::uint64_t> keys(scheme.bands());
  signer.band_keys(keys.data());
  EXPECT_EQ(keys[0], 10881917986779655653U);
  EXPECT_EQ(keys[13], 7846280671715398822U);
}

}  // namespace
}  // namespace corpus
