// FastTextModel against fastText itself, on small models of every kind.
#include "text/fasttext_model.h"

#include <fasttext/fasttext.h>
#include <gtest/gtest.h>

#include <fstream>
#include <random>
#include <sstream>
#include <string>
#include <vector>

#include "support/folder.h"

namespace corpus::text {
namespace {

const std::vector<std::vector<std::string>> kClasses = {
    {"the", "cat", "sat", "on", "mat", "dog", "ran", "house", "with", "\xC3\xBCnder"},
    {"le", "chat", "\xC3\xA9tait", "sur", "tapis", "chien", "maison", "avec", "la",
     "gar\xC3\xA7on"},
    {"\xD0\xBA\xD0\xBE\xD1\x82", "\xD1\x81\xD0\xBE\xD0\xB1\xD0\xB0\xD0\xBA\xD0\xB0",
     "\xD0\xB4\xD0\xBE\xD0\xBC", "\xD0\xB8", "\xE7\x8C\xAB", "x1"},
    {"1", "2", "+", "==", "return", "int", "def", "foo();"}};

std::string sentence(std::mt19937& random, std::size_t kind, std::size_t words) {
  std::string out;
  for (std::size_t i = 0; i < words; ++i) {
    // Now and then a word of another class, and one that is nowhere else.
    const auto& from = kClasses[random() % 8 == 0 ? random() % kClasses.size() : kind];
    out += from[random() % from.size()];
    if (random() % 16 == 0) out += std::to_string(random() % 1000);
    out += " \t  \v"[random() % 5];
  }
  return out;
}

struct Kind {
  fasttext::loss_name loss;
  int word_ngrams, min_n, max_n;
  bool quantised;
  // fastText's table of logistic values has steps of 1/32, so it is off by up to 1/128.
  float tolerance() const {
    return loss == fasttext::loss_name::ova || loss == fasttext::loss_name::ns ? 1.0F / 128 + 5e-5F
                                                                               : 5e-5F;
  }
};

std::string train(const Kind& kind, const std::string& dir, fasttext::FastText& model) {
  std::mt19937 random(7);
  std::ofstream text(dir + "/train.txt");
  for (int i = 0; i < 400; ++i) {
    std::size_t label = std::min<std::size_t>(random() % 6, kClasses.size() - 1);
    text << "__label__" << label << ' ' << sentence(random, label, 3 + random() % 9) << '\n';
  }
  text.close();
  fasttext::Args args;
  args.input = dir + "/train.txt";
  args.model = fasttext::model_name::sup;
  args.loss = kind.loss;
  args.dim = 10;
  args.epoch = 5;
  args.lr = 0.2;
  args.wordNgrams = kind.word_ngrams;
  args.minn = kind.min_n;
  args.maxn = kind.max_n;
  args.bucket = kind.word_ngrams > 1 || kind.max_n > 0 ? 2000 : 0;
  args.minCount = 1;
  args.thread = 1;
  args.verbose = 0;
  model.train(args);
  if (kind.quantised) {
    fasttext::Args how = args;
    how.qnorm = true;
    how.dsub = 2;
    how.cutoff = 400;
    model.quantize(how);
  }
  model.saveModel(dir + "/model");
  return test::slurp(dir + "/model");
}

class FastTextParity : public testing::TestWithParam<Kind> {};

TEST_P(FastTextParity, GivesTheProbabilitiesOfFastText) {
  test::Folder dir;
  fasttext::FastText theirs;
  std::string bytes = train(GetParam(), dir.path(), theirs);
  auto ours = FastTextModel::parse(bytes);
  ASSERT_TRUE(ours) << ours.error().message;
  ASSERT_EQ(ours->labels(), kClasses.size());
  FastTextModel::Scratch scratch(*ours);
  std::vector<float> out(ours->labels());
  std::mt19937 random(8);
  for (int i = 0; i < 500; ++i) {
    std::string text = sentence(random, random() % kClasses.size(), random() % 20);
    std::istringstream in(text + '\n');
    std::vector<std::pair<fasttext::real, std::string>> predictions;
    theirs.predictLine(in, predictions, 4, 0);
    ours->probabilities(text, scratch, out);
    ASSERT_EQ(predictions.size(), out.size());
    for (const auto& [p, label] : predictions) {
      std::size_t at = ours->label_index(std::string_view(label).substr(9));
      ASSERT_LT(at, out.size()) << label;
      ASSERT_NEAR(out[at], p, GetParam().tolerance()) << text;
    }
    auto best = ours->best(text, scratch);
    ASSERT_NEAR(best.probability, predictions[0].first, GetParam().tolerance()) << text;
    if (predictions[0].first - predictions[1].first > 0.01F) {
      ASSERT_EQ("__label__" + ours->label(best.label), predictions[0].second) << text;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Kinds, FastTextParity,
                         testing::Values(Kind{fasttext::loss_name::softmax, 1, 0, 0, false},
                                         Kind{fasttext::loss_name::softmax, 2, 0, 0, false},
                                         Kind{fasttext::loss_name::softmax, 3, 2, 4, false},
                                         Kind{fasttext::loss_name::hs, 1, 2, 4, false},
                                         Kind{fasttext::loss_name::hs, 1, 2, 4, true},
                                         Kind{fasttext::loss_name::ova, 2, 1, 3, false},
                                         Kind{fasttext::loss_name::ns, 1, 3, 3, false},
                                         Kind{fasttext::loss_name::softmax, 2, 2, 5, true}));

TEST(FastTextModel, RemembersWithoutAnEffect) {
  test::Folder dir;
  fasttext::FastText theirs;
  auto model = FastTextModel::parse(
      train({fasttext::loss_name::softmax, 2, 2, 4, false}, dir.path(), theirs));
  ASSERT_TRUE(model);
  FastTextModel::Scratch used(*model);
  std::vector<float> a(model->labels()), b(model->labels());
  std::mt19937 random(9);
  for (int i = 0; i < 300; ++i) {
    std::string text = sentence(random, random() % kClasses.size(), random() % 60);
    FastTextModel::Scratch fresh(*model);
    model->probabilities(text, used, a);
    model->probabilities(text, fresh, b);
    ASSERT_EQ(a, b);
  }
}

TEST(FastTextModel, CutOffAnywhereIsAnError) {
  test::Folder dir;
  fasttext::FastText theirs;
  std::string bytes = train({fasttext::loss_name::hs, 1, 2, 3, true}, dir.path(), theirs);
  for (std::size_t size = 0; size < bytes.size(); size += 1 + size / 40) {
    EXPECT_FALSE(FastTextModel::parse(std::string_view(bytes).substr(0, size))) << size;
  }
  EXPECT_FALSE(FastTextModel::parse("not a model at all, but long enough to hold a header of one"));
}

// Bytes changed at random are refused or read, but never read past their end (under ASan).
TEST(FastTextModel, DamageIsHarmless) {
  test::Folder dir;
  fasttext::FastText theirs;
  const std::string good = train({fasttext::loss_name::hs, 2, 2, 3, true}, dir.path(), theirs);
  std::mt19937 random(10);
  for (int i = 0; i < 300; ++i) {
    std::string bytes = good;
    bytes[random() % (i % 2 == 0 ? 200 : bytes.size())] ^= static_cast<char>(1U << random() % 8);
    auto model = FastTextModel::parse(bytes);
    if (!model) continue;
    FastTextModel::Scratch scratch(*model);
    model->best("the cat sat x y 123 \xE7\x8C\xAB", scratch);
  }
}

}  // namespace
}  // namespace corpus::text
