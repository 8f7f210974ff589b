#include "simd/byte_set.h"

#include <random>
#include <string>

#include <gtest/gtest.h>

namespace corpus::simd {
namespace {

ByteSet random_set(std::mt19937& random, int density) {
  ByteSet set;
  for (unsigned b = 0; b < 256; ++b) {
    if (static_cast<int>(random() % 256) < density) set.add(b);
  }
  return set;
}

TEST(ByteSet, HoldsExactlyWhatWasAdded) {
  auto set = ByteSet().add(0x80, 0x8F).add('a').add(0xFF).add(0);
  for (unsigned b = 0; b < 256; ++b) {
    bool expected = (b >= 0x80 && b <= 0x8F) || b == 'a' || b == 0xFF || b == 0;
    EXPECT_EQ(set.contains(static_cast<unsigned char>(b)), expected) << b;
  }
}

TEST(ByteSet, EveryByteAtEveryPosition) {
  for (unsigned b = 0; b < 256; ++b) {
    auto set = ByteSet().add(b);
    std::string text(131, static_cast<char>(b ^ 0x55));
    for (std::size_t at = 0; at < text.size(); ++at) {
      std::string one = text;
      one[at] = static_cast<char>(b);
      ASSERT_EQ(find_first(set, one), at) << b;
      ASSERT_EQ(find_first(set, one, at), at) << b;
      ASSERT_EQ(find_first(set, one, at + 1), one.size()) << b;
    }
  }
}

TEST(ByteSet, AgreesWithTheScalarTwinAtAnyLengthAndAlignment) {
  std::mt19937 random(7);
  for (int round = 0; round < 3000; ++round) {
    ByteSet set = random_set(random, round % 3 == 0 ? 1 : 8);
    std::string text(random() % 300, '\0');
    for (auto& c : text) c = static_cast<char>(random());
    std::size_t shift = random() % 64;
    std::string_view view = std::string_view(text).substr(std::min(shift, text.size()));
    for (std::size_t from :
         {std::size_t{0}, std::size_t{1}, view.size() / 2, view.size(), view.size() + 5}) {
      ASSERT_EQ(find_first(set, view, from), find_first_scalar(set, view, from))
          << "round " << round << " size " << view.size() << " from " << from;
    }
  }
}

}  // namespace
}  // namespace corpus::simd
