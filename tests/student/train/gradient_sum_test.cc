#include "train/gradient_sum.h"

#include <gtest/gtest.h>

#include <vector>

#include "student/train/together.h"
#include "support/folder.h"

namespace student {
namespace {

using corpus::test::Folder;
using test::together;

constexpr std::int64_t kSize = (1 << 20) + 77;  // more than one piece

// Devices whose memory is the host's. An address may hold any byte.
class Devices final : public DeviceGroup {
 public:
  explicit Devices(std::string place) : place_(std::move(place)) {}
  Result<std::string> address() override {
    if (!there) return corpus::Error{corpus::Code::kUnsupported, "no library"};
    std::string out;
    for (int i = 0; i < 256; ++i) out += static_cast<char>(i);
    return out;
  }
  Result<void> join(std::string_view address, std::int32_t rank, std::int32_t world) override {
    joined = address;
    CORPUS_TRY(group_, meet({.place = place_, .rank = rank, .world = world, .digest = "d", .patience = 20}));
    return {};
  }
  Result<void> sum(Tensor x) override {
    ++sums;
    return group_->sum(std::span<float>(static_cast<float*>(x.data), static_cast<std::size_t>(x.cols)));
  }

  bool there = true;
  std::string joined;
  int sums = 0;

 private:
  std::string place_;
  std::unique_ptr<Communicator> group_;
};

std::vector<float> values(std::int32_t rank) {
  std::vector<float> out(kSize);
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = static_cast<float>(i % 1000) * static_cast<float>(rank + 1);
  return out;
}

// Each of two processes adds its values up, by devices where use(rank) says so.
template <typename Use>
void check(Use&& use, bool there, int sums) {
  Folder folder;
  together(folder / "meet", 2, [&](std::int32_t rank, Communicator& communicator) {
    auto backend = *make_backend("cpu", {.threads = 1});
    Devices devices(folder / "devices");
    devices.there = there;
    auto sum = GradientSum::create(*backend, use(rank) ? &devices : nullptr, communicator);
    ASSERT_TRUE(sum) << sum.error().message;
    std::vector<float> mine = values(rank);
    auto done = sum->add_up(Tensor(mine.data(), DType::kF32, 1, kSize));
    ASSERT_TRUE(done) << done.error().message;
    EXPECT_EQ(mine, values(2));  // once and twice is three times
    EXPECT_EQ(devices.sums, sums);
    EXPECT_EQ(sum->why_through_host(), rank == 0 && use(rank) && !there ? "no library" : "");
    EXPECT_EQ(devices.joined, sums > 0 ? *devices.address() : "");
  });
}

TEST(GradientSum, GoesByTheDevices) {
  check([](std::int32_t) { return true; }, true, 1);
}

TEST(GradientSum, GoesThroughTheHostWithoutDevices) {
  check([](std::int32_t) { return false; }, true, 0);
}

TEST(GradientSum, GoesThroughTheHostWhereTheFirstHasNoLibrary) {
  check([](std::int32_t) { return true; }, false, 0);
  check([](std::int32_t rank) { return rank == 1; }, true, 0);
}

TEST(GradientSum, RefusesAProcessWithoutDevices) {
  Folder folder;
  together(folder / "meet", 2, [&](std::int32_t rank, Communicator& communicator) {
    if (rank == 0) {  // tells an address of one byte
      std::vector<float> address(DeviceGroup::kAddressBytes + 1, 1.0f);
      EXPECT_TRUE(communicator.sum(std::span<float>(address)));
      return;
    }
    auto backend = *make_backend("cpu", {.threads = 1});
    auto sum = GradientSum::create(*backend, nullptr, communicator);
    ASSERT_FALSE(sum);
    EXPECT_NE(sum.error().message.find("same backend"), std::string::npos);
  });
}

TEST(GradientSum, LeavesASingleProcessAlone) {
  auto backend = *make_backend("cpu", {.threads = 1});
  auto communicator = alone();
  Devices devices("nowhere");
  auto sum = GradientSum::create(*backend, &devices, *communicator);
  ASSERT_TRUE(sum);
  std::vector<float> mine = values(0);
  ASSERT_TRUE(sum->add_up(Tensor(mine.data(), DType::kF32, 1, kSize)));
  EXPECT_EQ(mine, values(0));
  EXPECT_TRUE(devices.joined.empty());
}

}  // namespace
}  // namespace student
