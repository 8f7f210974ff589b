#include "base/base64.h"

#include <utility>

#include <gtest/gtest.h>

namespace corpus {
namespace {

TEST(Base64, IsThatOfTheRfc) {
  const std::pair<const char*, const char*> kVectors[] = {{"", ""},
                                                          {"f", "Zg=="},
                                                          {"fo", "Zm8="},
                                                          {"foo", "Zm9v"},
                                                          {"foob", "Zm9vYg=="},
                                                          {"fooba", "Zm9vYmE="},
                                                          {"foobar", "Zm9vYmFy"}};
  for (auto [bytes, text] : kVectors) {
    EXPECT_EQ(base64(bytes), text);
    EXPECT_EQ(parse_base64(text), bytes);
  }
}

TEST(Base64, NothingElseIsTaken) {
  for (const char* bad :
       {"Zg", "Zg=", "Zh==", "Zg===", "Z===", "Zm9=", "Zm8-", " Zm9v", "Zm9v\n"}) {
    EXPECT_EQ(parse_base64(bad), std::nullopt) << bad;
  }
  EXPECT_EQ(parse_base64("_-8", true), "\xFF\xEF");
}

}  // namespace
}  // namespace corpus
