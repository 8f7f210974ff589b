#include "exec/journal.h"

#include <gtest/gtest.h>

#include <filesystem>

namespace corpus::exec {
namespace {

Checkpoint sample() {
  Checkpoint c;
  c.digest = "abc";
  c.pass = 3;
  c.source = std::string("\0\1two", 5);
  c.sink = "sink";
  c.counts = {.records = 10, .kept = 7, .blank_lines = 2, .bytes = 1234, .input_records = {4, 6}};
  c.counts.dropped = {{"a.b.c", 1}, {"malformed.utf8", 2}};
  c.logs = {{"state-1", 160}, {"state-2-pass-0", 0}};
  return c;
}

TEST(Journal, RoundTrip) {
  std::string bytes = encode(sample());
  auto back = decode(bytes);
  ASSERT_TRUE(back) << back.error().message;
  EXPECT_EQ(encode(*back), bytes);
  EXPECT_EQ(back->counts.dropped.at("malformed.utf8"), 2U);
  EXPECT_EQ(back->source, sample().source);
}

TEST(Journal, EveryFlippedByteAndEveryTruncationIsRefused) {
  const std::string good = encode(sample());
  for (std::size_t i = 0; i < good.size(); ++i) {
    std::string bad = good;
    bad[i] = static_cast<char>(bad[i] ^ 0x40);
    EXPECT_FALSE(decode(bad)) << i;
    EXPECT_FALSE(decode(std::string_view(good).substr(0, i))) << i;
  }
}

struct Numbers : Durable {
  std::string saved, pending;
  Result<void> save(const StateSink& sink) override {
    saved += pending;
    return sink(std::exchange(pending, {}));
  }
  Result<void> load(std::string_view bytes) override {
    saved = bytes;
    return {};
  }
};

TEST(Journal, LogBytesBehindTheCheckpointDoNotCount) {
  std::string dir = ::testing::TempDir() + "journal_logs";
  std::filesystem::remove_all(dir);
  std::filesystem::create_directories(dir);
  Checkpoint c;
  Numbers n;
  {
    Journal journal(dir);
    n.pending = "one";
    ASSERT_TRUE(journal.save("log", n, c));
    ASSERT_TRUE(journal.store(c));
    Checkpoint later = c;
    n.pending = "lost with the kill";
    ASSERT_TRUE(journal.save("log", n, later));  // ... and never stored
  }
  Journal journal(dir);
  auto back = journal.load();
  ASSERT_TRUE(back);
  Numbers again;
  ASSERT_TRUE(journal.load("log", again, *back));
  EXPECT_EQ(again.saved, "one");
  again.pending = "two";
  ASSERT_TRUE(journal.save("log", again, *back));
  Numbers third;
  ASSERT_TRUE(journal.load("log", third, *back));
  EXPECT_EQ(third.saved, "onetwo");
}

}  // namespace
}  // namespace corpus::exec
