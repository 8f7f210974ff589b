// Every kernel answers as its scalar twin does.
#include "simd/space_edges.h"

#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace corpus::simd {
namespace {

TEST(SpaceEdges, AnswersAsTheScalarOne) {
  std::mt19937 random(3);
  const std::string alphabet = "ab \t\n\v\f\r\x1c\x1d\x1e\x1f\x08\x0e\x1b\x21\x80\xC2\xA0\xFF";
  for (int round = 0; round < 3000; ++round) {
    std::string text(random() % 300, ' ');
    for (char& c : text) c = random() % 3 == 0 ? alphabet[random() % alphabet.size()] : 'x';
    std::vector<std::uint32_t> fast(text.size() + 2), slow(text.size() + 2);
    fast.resize(space_edges(text, fast.data()));
    slow.resize(space_edges_scalar(text, slow.data()));
    ASSERT_EQ(fast, slow) << "round " << round;
  }
}

TEST(SpaceEdges, CutsAtPythonsAsciiWhiteSpace) {
  std::vector<std::uint32_t> edges(32);
  std::string text = " a\tb\x1f" "c\xC2\xA0" "d ";
  edges.resize(space_edges(text, edges.data()));
  EXPECT_EQ(edges, (std::vector<std::uint32_t>{1, 2, 3, 4, 5, 9}));
}

}  // namespace
}  // namespace corpus::simd
