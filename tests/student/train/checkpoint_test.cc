#include "train/checkpoint.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <numeric>

#include "support/folder.h"

namespace student {
namespace {

using corpus::Code;
using corpus::test::Folder;

class CheckpointTest : public ::testing::Test {
 protected:
  CheckpointTest() {
    backend = *make_backend("cpu", {.threads = 1});
    for (std::size_t n : {std::size_t{1}, std::size_t{1500003}}) {  // more than a block, and an odd end
      void* memory = *backend->alloc(n * 4);
      sections.push_back({"s" + std::to_string(n), Tensor(memory, DType::kF32, 1, static_cast<std::int64_t>(n))});
      std::iota(static_cast<float*>(memory), static_cast<float*>(memory) + n, 1.0f);
    }
    info.run = std::string(64, 'r');
    path = folder / "step-000000012.ckpt";
  }
  ~CheckpointTest() override {
    for (auto& section : sections) backend->free(section.data.data);
  }
  void clear() {
    for (auto& section : sections) backend->zero(section.data.data, section.data.bytes());
  }
  Folder folder;
  std::unique_ptr<Backend> backend;
  std::vector<Section> sections;
  CheckpointInfo info{.step = 12, .log_bytes = 345};
  std::string path;
};

TEST_F(CheckpointTest, GivesBackWhatWasSaved) {
  ASSERT_TRUE(save_checkpoint(path, info, *backend, sections));
  std::string first = corpus::test::slurp(path);
  clear();
  auto loaded = load_checkpoint(path, info.run, *backend, sections);
  ASSERT_TRUE(loaded) << loaded.error().message;
  EXPECT_EQ(loaded->step, 12);
  EXPECT_EQ(loaded->log_bytes, 345u);
  EXPECT_EQ(static_cast<float*>(sections[1].data.data)[1500002], 1500003.0f);
  ASSERT_TRUE(save_checkpoint(path, info, *backend, sections));
  EXPECT_EQ(corpus::test::slurp(path), first);
}

TEST_F(CheckpointTest, NoticesEveryChangedByteAndEveryCut) {
  ASSERT_TRUE(save_checkpoint(path, info, *backend, sections));
  const std::string good = corpus::test::slurp(path);
  for (std::size_t at : {std::size_t{0}, std::size_t{9}, std::size_t{20}, good.size() / 2, good.size() - 33, good.size() - 1}) {
    std::string bad = good;
    bad[at] = static_cast<char>(bad[at] ^ 4);
    folder.write("step-000000012.ckpt", bad);
    EXPECT_FALSE(load_checkpoint(path, info.run, *backend, sections)) << at;
  }
  for (std::size_t size : {std::size_t{0}, std::size_t{7}, std::size_t{40}, good.size() / 2, good.size() - 1}) {
    folder.write("step-000000012.ckpt", good.substr(0, size));
    auto loaded = load_checkpoint(path, info.run, *backend, sections);
    ASSERT_FALSE(loaded) << size;
    EXPECT_EQ(loaded.error().code, Code::kCorrupt) << loaded.error().message;
  }
}

TEST_F(CheckpointTest, BelongsToItsRunAndItsModel) {
  ASSERT_TRUE(save_checkpoint(path, info, *backend, sections));
  auto other = load_checkpoint(path, "another", *backend, sections);
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().code, Code::kInvalidArgument);
  auto fewer = load_checkpoint(path, info.run, *backend, std::span(sections).first(1));
  ASSERT_FALSE(fewer);
  EXPECT_NE(fewer.error().message.find("other tensors"), std::string::npos);
}

TEST_F(CheckpointTest, HeadersThatAreNone) {
  for (const char* text : {"", "[]", "{}", R"({"checkpoint":2})", R"({"checkpoint":1,"step":-1})",
                           R"({"checkpoint":1,"step":1,"log_bytes":0,"run":"r","sections":[{}]})",
                           R"({"checkpoint":1,"step":1,"log_bytes":0,"run":"r","sections":[{"name":"a","bytes":-1}]})"}) {
    EXPECT_FALSE(parse_checkpoint_header(text)) << text;
  }
}

TEST_F(CheckpointTest, TheNewestComesFirstAndTheOldGo) {
  for (std::int64_t step : {9, 10, 100}) folder.write(checkpoint_name(step), "x");
  folder.write("step-000000101.ckpt.tmp", "x");
  prune_checkpoints(folder.path(), 2);
  auto left = list_checkpoints(folder.path());
  ASSERT_EQ(left.size(), 2u);
  EXPECT_TRUE(left[0].ends_with("step-000000100.ckpt"));
  EXPECT_TRUE(left[1].ends_with("step-000000010.ckpt"));
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder.path()), {}), 2);
}

}  // namespace
}  // namespace student
