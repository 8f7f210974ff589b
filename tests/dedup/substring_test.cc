// dedup.substring, over whole runs, and compared with a suffix array.
#include <divsufsort.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "dedup/family_run.h"
#include "dedup/run_in_child.h"
#include "dedup/seen_twice.h"
#include "dedup/window_hash.h"
#include "support/folder.h"

namespace corpus {
namespace {

using testing::HasSubstr;
using testing::Not;

class DedupSubstring : public test::FamilyRun {
 protected:
  DedupSubstring() : FamilyRun("dedup.substring") {}
};

std::string line(const std::string& text) { return "{\"text\":\"" + text + "\"}\n"; }

// Which bytes of which text a suffix array says are repeated, as deduplicate-text-datasets has it:
// every suffix that has `length` bytes in common with a neighbour in the array.
std::vector<std::vector<bool>> by_suffix_array(const std::vector<std::string>& texts,
                                               std::size_t length) {
  std::string all;
  std::vector<std::size_t> begins;
  std::vector<std::size_t> ends_of;  // [byte] end of its text
  for (const auto& text : texts) {
    begins.push_back(all.size());
    all += text;
    ends_of.resize(all.size(), all.size());
  }
  std::vector<saidx_t> array(all.size());
  divsufsort(reinterpret_cast<const sauchar_t*>(all.data()), array.data(),
             static_cast<saidx_t>(all.size()));
  std::vector<bool> repeated(all.size());
  auto whole = [&](std::size_t at) { return at + length <= ends_of[at]; };
  // Neighbours among the suffixes that do not go over a border.
  std::vector<std::size_t> inner;
  for (saidx_t at : array) {
    if (whole(static_cast<std::size_t>(at))) inner.push_back(static_cast<std::size_t>(at));
  }
  for (std::size_t i = 1; i < inner.size(); ++i) {
    if (all.compare(inner[i - 1], length, all, inner[i], length) != 0) continue;
    for (std::size_t k = 0; k < length; ++k) {
      repeated[inner[i - 1] + k] = repeated[inner[i] + k] = true;
    }
  }
  std::vector<std::vector<bool>> out;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    auto from = repeated.begin() + static_cast<std::ptrdiff_t>(begins[i]);
    out.emplace_back(from, from + static_cast<std::ptrdiff_t>(texts[i].size()));
  }
  return out;
}

TEST_F(DedupSubstring, WithKeepNoneEqualsASuffixArray) {
  std::mt19937 random(11);
  for (int round = 0; round < 6; ++round) {
    std::size_t length = 8 + random() % 20;
    std::vector<std::string> texts;
    for (int i = 0; i < 60; ++i) {
      std::string text;
      for (auto n = random() % 6; n > 0; --n) {
        if (!texts.empty() && random() % 2 == 0) {
          const std::string& other = texts[random() % texts.size()];
          if (!other.empty()) text += other.substr(random() % other.size(), 5 + random() % 40);
        } else {
          for (auto k = random() % 30; k > 0; --k) {
            text += static_cast<char>('a' + random() % (round % 2 == 0 ? 3 : 20));
          }
        }
      }
      texts.push_back(text);
    }
    std::string input, expected;
    auto repeated = by_suffix_array(texts, length);
    for (std::size_t i = 0; i < texts.size(); ++i) {
      input += line(texts[i]);
      std::string left;
      for (std::size_t k = 0; k < texts[i].size(); ++k) {
        if (!repeated[i][k]) left += texts[i][k];
      }
      if (left.empty() && !texts[i].empty()) continue;  // dropped
      std::size_t removed = texts[i].size() - left.size();
      expected += removed == 0 ? line(left)
                               : "{\"text\":\"" + left +
                                     "\",\"corpus\":{\"substring\":{\"removed\":" +
                                     std::to_string(removed) + "}}}\n";
    }
    ASSERT_EQ(run(input, "keep: none, length: " + std::to_string(length)), "");
    EXPECT_EQ(kept(), expected) << round;
  }
}

TEST_F(DedupSubstring, TheFirstOneStays) {
  std::string same = "this very span is in both of the texts";
  ASSERT_EQ(run(line("one: " + same + "!") + line("two: " + same + "?"), "length: 20"), "");
  EXPECT_THAT(kept(), HasSubstr("one: " + same + "!"));
  EXPECT_THAT(kept(), Not(HasSubstr("two: this")));
}

TEST_F(DedupSubstring, NeverCutsThroughACharacter) {
  // The repeat begins and ends within a character: the second halves of two letters are equal.
  std::string middle = "0123456789012345678901234567890123456789";
  std::string a = "\xD0\xB0" + middle + "\xD0\xB1", b = "\xC3\xB0" + middle + "\xD0\xB2";
  ASSERT_EQ(run(line("x" + a) + line("y" + b), "length: 20"), "");
  EXPECT_THAT(kept(), HasSubstr("{\"text\":\"y\xC3\xB0\xD0\xB2\""));
}

TEST_F(DedupSubstring, CountsWords) {
  std::string input = line("so a b c d e f g h i, and more of it here") +
                      line("again: a  b c d, e f g h i (with other signs)");
  ASSERT_EQ(run(input, "unit: words, length: 8"), "");
  EXPECT_THAT(kept(), HasSubstr("{\"text\":\"again:  (with other signs)\""));
}

TEST_F(DedupSubstring, ActionsDropAndTag) {
  std::string same = "this very span is in both of the texts";
  std::string input = line(same + " and a tail that is its own, long enough") + line(same + ".");
  ASSERT_EQ(run(input, "length: 20, action: drop"), "");
  EXPECT_THAT(rejects(), HasSubstr("dedup.substring.repeated"));
  EXPECT_THAT(rejects(), HasSubstr("\"dedup\":{\"of\":\"0:0\",\"method\":\"substring\""));
  ASSERT_EQ(run(input, "length: 20, action: tag"), "");
  EXPECT_THAT(kept(), HasSubstr("\"substring\":{\"repeated\":38,\"spans\":[[0,0,38,\"0:0\"]]}"));
}

TEST_F(DedupSubstring, OneLetterAllOverIsLinear) {
  ASSERT_EQ(run(line(std::string(300000, 'a')) + line(std::string(300000, 'a')), "keep: none"), "");
  EXPECT_EQ(kept(), "");
  ASSERT_EQ(run(line("") + line("short") + line("short"), ""), "");
  EXPECT_EQ(kept(), line("") + line("short") + line("short"));
}

TEST_F(DedupSubstring, AnyMemoryThreadsAndKillsGiveTheSame) {
  std::mt19937 random(3);
  std::string text;
  std::vector<std::string> texts;
  for (int i = 0; i < 4000; ++i) {
    std::string one;
    for (int k = 0; k < 30; ++k) one += "w" + std::to_string(random() % 100000) + " ";
    if (i > 0 && random() % 3 == 0) one += texts[random() % texts.size()].substr(0, 150);
    texts.push_back(one);
    text += line(one);
  }
  std::map<std::string, std::string> expected;
  for (std::uint64_t memory : {0, 4 << 20}) {
    for (int threads : {1, 3}) {
      ASSERT_EQ(run(text, "", {.threads = threads, .memory = memory}), "");
      auto files = test::files_below(out_);
      if (expected.empty()) expected = files;
      EXPECT_TRUE(files == expected) << memory << ' ' << threads;
    }
  }
  EXPECT_THAT(expected["part-00000.jsonl"], HasSubstr("removed"));
  std::string out = folder_ / "killed";
  std::string said = "killed";
  for (int tries = 1; tries <= 24 && said == "killed"; ++tries) {
    // Little and ample memory take turns: the table has another size then.
    said = test::run_in_child(
        test::recipe({folder_ / "in.jsonl"}, "dedup.substring: {}", out),
        {.threads = 2,
         .memory = std::uint64_t{tries % 2 == 0 ? 3U : 64U} << 20,
         .resume = true,
         .checkpoint_seconds = 0},
        tries < 24 ? 250000U : 0U);
  }
  ASSERT_EQ(said, "");
  EXPECT_TRUE(test::files_below(out) == expected);
}

TEST(WindowHash, IsOfTheLastNumbersOnly) {
  std::mt19937_64 random(1);
  for (std::size_t n : {1U, 2U, 7U, 100U}) {
    WindowHash rolling(n);
    std::vector<std::uint64_t> numbers;
    for (int i = 0; i < 300; ++i) {
      numbers.push_back(random() % 5 == 0 ? 0 : random());
      bool full = rolling.add(numbers.back());
      ASSERT_EQ(full, numbers.size() >= n);
      if (!full) continue;
      WindowHash fresh(n);
      for (std::size_t k = numbers.size() - n; k < numbers.size(); ++k) fresh.add(numbers[k]);
      ASSERT_EQ(rolling.key(), fresh.key());
    }
  }
  WindowHash a(3), b(3);
  for (int x : {1, 2, 3}) a.add(static_cast<std::uint64_t>(x));
  for (int x : {2, 1, 3}) b.add(static_cast<std::uint64_t>(x));
  EXPECT_NE(a.key(), b.key());
}

TEST(SeenTwice, KnowsAllThatCameTwiceAlsoAtAnotherSize) {
  std::mt19937_64 random(2);
  MemoryBudget memory;
  auto big = SeenTwice::make(1 << 14, &memory, "test");
  ASSERT_TRUE(big);
  std::vector<std::uint64_t> once, twice;
  for (int i = 0; i < 500; ++i) {
    once.push_back(random());
    twice.push_back(random());
    (*big)->add(once.back());
    (*big)->add(twice.back());
    (*big)->add(twice.back());
  }
  std::string saved((*big)->bytes());
  for (std::uint64_t slots : {1U << 12, 1U << 14, 1U << 16}) {
    auto other = SeenTwice::make(slots, &memory, "test");
    ASSERT_TRUE(other);
    for (std::size_t i = 0; i < saved.size() / 8; ++i) {
      std::uint64_t word = 0;
      std::memcpy(&word, saved.data() + i * 8, 8);
      (*other)->load(i, saved.size() / 8, word);
    }
    std::size_t wrong = 0;
    for (auto hash : twice) EXPECT_TRUE((*other)->twice(hash)) << slots;
    for (auto hash : once) wrong += (*other)->twice(hash);
    EXPECT_LT(wrong, 250U);
    // One that came once before and once after the restart.
    (*other)->add(once[0]);
    EXPECT_TRUE((*other)->twice(once[0]));
  }
}

}  // namespace
}  // namespace corpus
