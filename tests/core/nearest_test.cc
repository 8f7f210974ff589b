#include "corpus/nearest.h"

#include <gtest/gtest.h>

namespace corpus {
namespace {

constexpr std::string_view kNames[] = {"bands", "rows", "shingle", "keep"};

TEST(Nearest, SlipsOfTheFingers) {
  EXPECT_EQ(nearest("row", kNames), "rows");
  EXPECT_EQ(nearest("rwos", kNames), "rows");  // neighbours swapped
  EXPECT_EQ(nearest("bandss", kNames), "bands");
  EXPECT_EQ(nearest("shinlge", kNames), "shingle");
  EXPECT_EQ(nearest("keep", kNames), "keep");
}

TEST(Nearest, NothingNear) {
  EXPECT_EQ(nearest("temperature", kNames), "");
  EXPECT_EQ(nearest("", kNames), "");
  EXPECT_EQ(nearest(std::string(100000, 'r'), kNames), "");
  EXPECT_EQ(nearest("rows", {}), "");
}

TEST(Nearest, Suggestion) {
  EXPECT_EQ(suggestion("band", kNames, "keys"), "; did you mean 'bands'?");
  EXPECT_EQ(suggestion("zzzzz", kNames, "keys"), "; keys are: bands, rows, shingle, keep");
}

}  // namespace
}  // namespace corpus
