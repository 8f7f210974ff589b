#include "train/adapter.h"

#include <gtest/gtest.h>

#include "student/train/run.h"
#include "support/folder.h"

namespace student {
namespace {

using corpus::Code;
using corpus::test::Folder;
using test::RunSetup;
using test::TrainingRun;

TEST(Adapter, ComesBackAsItWasSaved) {
  RunSetup setup;
  setup.model.lora = {.rank = 2, .alpha = 4, .targets = {"q_proj", "down_proj"}};
  TrainingRun trained(setup), other(setup);
  ASSERT_TRUE(trained.train(setup.loop));
  Folder folder;
  ASSERT_TRUE(save_adapter(*trained.model, folder.path(), "base"));
  auto config = read_adapter_config(folder.path());
  ASSERT_TRUE(config) << config.error().message;
  EXPECT_EQ(config->rank, 2);
  EXPECT_EQ(config->alpha, 4.0f);
  EXPECT_EQ(config->targets, setup.model.lora.targets);
  EXPECT_NE(other.weights(), trained.weights());
  ASSERT_TRUE(load_adapter(*other.model, folder.path()));
  EXPECT_EQ(other.weights(), trained.weights());

  setup.model.lora.targets = {"q_proj"};
  TrainingRun fewer(setup);
  EXPECT_EQ(load_adapter(*fewer.model, folder.path()).error().code, Code::kCorrupt);
  setup.model.lora = {.rank = 3, .alpha = 4, .targets = {"q_proj", "down_proj"}};
  TrainingRun wider(setup);
  EXPECT_NE(load_adapter(*wider.model, folder.path()).error().message.find("another shape"), std::string::npos);
}

// What would change the result and is not done must not be passed over.
TEST(Adapter, ConfigurationsThatAreRefused) {
  Folder folder;
  const auto read = [&](const std::string& more) {
    folder.write("adapter_config.json",
                 R"({"peft_type":"LORA","r":2,"lora_alpha":4,"target_modules":["q_proj"])" + more + "}");
    return read_adapter_config(folder.path());
  };
  EXPECT_TRUE(read(R"(,"rank_pattern":{},"alpha_pattern":{},"use_dora":false)"));
  for (const char* more : {R"(,"use_dora":true)", R"(,"use_rslora":true)", R"(,"fan_in_fan_out":true)",
                           R"(,"alpha_pattern":{"q_proj":8})", R"(,"rank_pattern":{"q_proj":8})",
                           R"(,"peft_type":"IA3")"}) {
    const auto config = read(more);
    ASSERT_FALSE(config) << more;
    EXPECT_EQ(config.error().code, Code::kUnsupported) << more;
  }
  for (const char* more : {R"(,"r":0)", R"(,"r":-1)", R"(,"r":"two")", R"(,"lora_alpha":null)",
                           R"(,"target_modules":"q_proj")", R"(,"target_modules":[1])"}) {
    const auto config = read(more);
    ASSERT_FALSE(config) << more;
    EXPECT_EQ(config.error().code, Code::kCorrupt) << more;
  }
}

}  // namespace
}  // namespace student
