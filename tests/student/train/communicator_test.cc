#include "train/communicator.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

#include "student/train/together.h"
#include "support/folder.h"
#include "train/socket.h"

namespace student {
namespace {

using corpus::test::Folder;
using test::together;

void check_sums(const std::string& place, std::int32_t world) {
  std::vector<std::vector<float>> results(static_cast<std::size_t>(world));
  together(place, world, [&](std::int32_t rank, Communicator& communicator) {
    std::vector<float> values(700001);  // more than one piece, and an odd end
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(i % 1000) * static_cast<float>(rank + 1);
    double other[2] = {1, static_cast<double>(rank)};
    ASSERT_TRUE(communicator.sum(std::span<double>(other)));
    ASSERT_TRUE(communicator.sum(std::span<float>(values)));
    EXPECT_EQ(other[0], world);
    EXPECT_EQ(other[1], world * (world - 1) / 2);
    results[static_cast<std::size_t>(rank)] = values;
  });
  for (std::size_t i = 0; i < results[0].size(); i += 997) {
    EXPECT_EQ(results[0][i], static_cast<float>(i % 1000) * static_cast<float>(world * (world + 1) / 2));
  }
  for (const auto& other : results) EXPECT_EQ(other, results[0]);
}

TEST(Communicator, AddsUpOverAUnixSocket) {
  Folder folder;
  check_sums(folder / "meet", 3);
}

TEST(Communicator, AddsUpOverTcp) {
  // A port that was free a moment ago.
  check_sums("127.0.0.1:" + std::to_string(20000 + getpid() % 20000), 2);
}

TEST(Communicator, TurnsAProcessOfAnotherRunAway) {
  Folder folder;
  std::string place = folder / "meet";
  std::thread other([&] {
    auto met = meet({.place = place, .rank = 1, .world = 2, .digest = std::string(64, 'x'), .patience = 20});
    EXPECT_FALSE(met);
  });
  auto met = meet({.place = place, .rank = 0, .world = 2, .digest = std::string(64, 'd'), .patience = 20});
  other.join();
  ASSERT_FALSE(met);
  EXPECT_NE(met.error().message.find("other options or data"), std::string::npos);
}

TEST(Communicator, IgnoresAStrangerAndGivesUpInTheEnd) {
  Folder folder;
  std::string place = folder / "meet";
  std::thread stranger([&] {
    auto socket = connect_to(place, 20);
    ASSERT_TRUE(socket);
    std::string noise(200, 'n');
    (void)socket->send(noise.data(), noise.size());
  });
  auto met = meet({.place = place, .rank = 0, .world = 2, .digest = "d", .patience = 1});
  stranger.join();
  ASSERT_FALSE(met);
  EXPECT_EQ(met.error().code, corpus::Code::kLimit);
}

TEST(Communicator, NoticesThatTheOtherIsGone) {
  Folder folder;
  together(folder / "meet", 2, [](std::int32_t rank, Communicator& communicator) {
    if (rank == 1) return;
    float value = 1;
    auto done = communicator.sum(std::span<float>(&value, 1));
    ASSERT_FALSE(done);
    EXPECT_NE(done.error().message.find("gone"), std::string::npos);
  });
}

TEST(Communicator, NamesAPlaceThatIsNone) {
  for (const char* place : {"nowhere", "host:", ":12"}) {
    auto met = meet({.place = place, .rank = 0, .world = 2, .patience = 1});
    ASSERT_FALSE(met);
    EXPECT_NE(met.error().message.find("host:port"), std::string::npos) << met.error().message;
  }
  auto met = meet({.place = "/" + std::string(200, 'x'), .rank = 0, .world = 2, .patience = 1});
  ASSERT_FALSE(met);
  EXPECT_NE(met.error().message.find("Unix socket"), std::string::npos);
}

}  // namespace
}  // namespace student
