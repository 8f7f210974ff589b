#include "train/loop.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <limits>

#include "student/train/run.h"
#include "student/train/together.h"
#include "support/folder.h"

namespace student {
namespace {

using corpus::test::Folder;
using test::TrainingRun;
using test::RunSetup;

TEST(Loop, Learns) {
  RunSetup setup;
  setup.loop.schedule.steps = 40;
  TrainingRun run(setup);
  auto report = run.train(setup.loop);
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_LT(report->last_loss, report->first_loss / 2);
}

TEST(Loop, TheSameBytesForOneAndTwoThreads) {
  for (DType type : {DType::kF32, DType::kBF16}) {
    for (bool master : {true, false}) {
      RunSetup setup;
      setup.model.compute = type;
      setup.optimizer.master = master;
      TrainingRun one(setup);
      setup.threads = 2;
      TrainingRun two(setup);
      ASSERT_TRUE(one.train(setup.loop));
      ASSERT_TRUE(two.train(setup.loop));
      EXPECT_EQ(one.weights(), two.weights());
    }
  }
}

// One step's gradient, so that the update cannot hide or blow up a difference.
std::vector<float> gradient(std::int32_t micro) {
  RunSetup setup;
  setup.batches.batch = 8;
  setup.batches.micro = micro;
  TrainingRun run(setup);
  run.optimizer->zero_gradients();
  BatchBuffer buffer;
  for (std::int32_t part = 0; part < run.batches->parts(); ++part) {
    run.batches->fill(0, part, buffer);
    EXPECT_TRUE(run.model->loss(buffer.batch, true, 1 / static_cast<float>(run.batches->supervised(0))));
  }
  std::vector<float> out;
  for (const Parameter& p : run.model->parameters()) {
    std::size_t begin = out.size();
    out.resize(begin + static_cast<std::size_t>(p.file_rows * p.cols));
    EXPECT_TRUE(run.backend->read(out.data() + begin, run.model->gradient(p).data, (out.size() - begin) * sizeof(float)));
  }
  return out;
}

TEST(Loop, EightOfOneAreOneOfEight) {
  auto one = gradient(1), eight = gradient(8);
  EXPECT_TRUE(std::any_of(one.begin(), one.end(), [](float g) { return g != 0; }));
  EXPECT_LE(relative_error(eight, one), 1e-6);
}

TEST(Loop, TwoProcessesAreOneWithTwiceTheAccumulation) {
  RunSetup setup;
  TrainingRun single(setup);
  ASSERT_TRUE(single.train(setup.loop));
  Folder folder;
  std::string weights[2];
  test::together(folder / "meet", 2, [&](std::int32_t rank, Communicator& communicator) {
    RunSetup half = setup;
    half.batches.rank = rank;
    half.batches.world = 2;
    TrainingRun run(half);
    auto report = train(*run.model, *run.optimizer, *run.batches, communicator, half.loop);
    ASSERT_TRUE(report) << report.error().message;
    weights[rank] = run.weights();
  });
  EXPECT_EQ(weights[0], weights[1]);
  EXPECT_LE(relative_error(test::floats(weights[0]), test::floats(single.weights())), 1e-5);
}

class Resume : public ::testing::Test {
 protected:
  Resume() {
    setup.loop.run = std::string(64, 'r');
    setup.loop.save_every = 2;
    TrainingRun whole(setup);
    LoopOptions options = setup.loop;
    options.folder = folder / "whole";
    EXPECT_TRUE(whole.train(options));
    expected = whole.weights();
    setup.loop.folder = folder / "out";
  }
  // Runs in a process that `prepare` arranges to be killed; true when it was.
  template <typename Prepare>
  bool killed(Prepare&& prepare) {
    pid_t child = fork();
    if (child == 0) {
      TrainingRun run(setup);
      LoopOptions options = setup.loop;
      prepare(options);
      auto done = run.train(options);
      _exit(done ? 0 : 1);
    }
    int status = 0;
    waitpid(child, &status, 0);
    return WIFSIGNALED(status);
  }
  void resume_and_compare(std::int64_t from) {
    TrainingRun run(setup);
    LoopOptions options = setup.loop;
    options.resume = true;
    auto report = run.train(options);
    ASSERT_TRUE(report) << report.error().message;
    EXPECT_EQ(report->resumed_at, from);
    EXPECT_EQ(report->steps, setup.loop.schedule.steps);
    EXPECT_EQ(run.weights(), expected);
    std::string log = corpus::test::slurp(folder / "out/log.jsonl");
    EXPECT_EQ(std::count(log.begin(), log.end(), '\n'), setup.loop.schedule.steps) << log;
  }
  Folder folder;
  RunSetup setup;
  std::string expected;
};

TEST_F(Resume, AfterKillDuringAStep) {
  ASSERT_TRUE(killed([](LoopOptions& options) {
    options.show = [](const StepReport& step) {
      if (step.step == 5) kill(getpid(), SIGKILL);  // after the log's line, before the next checkpoint
    };
  }));
  resume_and_compare(4);
}

TEST_F(Resume, AfterKillDuringACheckpoint) {
  // The file may not grow beyond half of a checkpoint: the write that does is the last thing the process does.
  ASSERT_TRUE(killed([](LoopOptions& options) {
    options.show = [folder = options.folder](const StepReport& step) {
      if (step.step != 4) return;
      auto size = std::filesystem::file_size(list_checkpoints(folder + "/checkpoints").front());
      rlimit limit{size / 2, size / 2};
      signal(SIGXFSZ, SIG_DFL);
      setrlimit(RLIMIT_FSIZE, &limit);
      rlimit core{0, 0};
      setrlimit(RLIMIT_CORE, &core);
    };
  }));
  EXPECT_TRUE(std::filesystem::exists(folder / "out/checkpoints/step-000000004.ckpt.tmp"));
  resume_and_compare(2);
  EXPECT_FALSE(std::filesystem::exists(folder / "out/checkpoints/step-000000004.ckpt.tmp"));
}

TEST_F(Resume, SkipsADamagedCheckpoint) {
  ASSERT_TRUE(killed([](LoopOptions& options) {
    options.show = [](const StepReport& step) {
      if (step.step == 7) kill(getpid(), SIGKILL);
    };
  }));
  std::string path = folder / "out/checkpoints/step-000000006.ckpt";
  std::string bytes = corpus::test::slurp(path);
  bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 1);
  folder.write("out/checkpoints/step-000000006.ckpt", bytes);
  resume_and_compare(4);
}

TEST_F(Resume, OnRequestOfTheUser) {
  TrainingRun run(setup);
  corpus::Cancel cancel;
  LoopOptions options = setup.loop;
  options.cancel = &cancel;
  options.show = [&](const StepReport& step) {
    if (step.step == 3) cancel.request();
  };
  auto report = run.train(options);
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, corpus::Code::kCancelled);
  resume_and_compare(3);
}

TEST_F(Resume, RefusesAnotherRunsCheckpoint) {
  TrainingRun run(setup);
  ASSERT_TRUE(run.train(setup.loop));
  setup.loop.run = std::string(64, 'x');
  setup.loop.resume = true;
  TrainingRun other(setup);
  auto report = other.train(setup.loop);
  ASSERT_FALSE(report);
  EXPECT_NE(report.error().message.find("other options, data or model"), std::string::npos);
}

TEST(Loop, KeepsTheLastCheckpoints) {
  Folder folder;
  RunSetup setup;
  setup.loop.folder = folder.path();
  setup.loop.save_every = 1;
  setup.loop.keep = 2;
  TrainingRun run(setup);
  ASSERT_TRUE(run.train(setup.loop));
  auto kept = list_checkpoints(folder / "checkpoints");
  ASSERT_EQ(kept.size(), 2u);
  EXPECT_TRUE(kept[0].ends_with("step-000000007.ckpt"));
}

TEST(Loop, StopsAtALossThatIsNoNumberAndNamesTheCheckpoint) {
  Folder folder;
  RunSetup setup;
  setup.loop.folder = folder.path();
  setup.loop.save_every = 2;
  TrainingRun run(setup);
  LoopOptions options = setup.loop;
  options.show = [&](const StepReport& step) {
    if (step.step != 4) return;
    const Parameter& p = run.model->parameters()[0];
    auto values = run.model->get(p);
    values->front() = values->back() = std::numeric_limits<float>::quiet_NaN();
    for (float& v : *values) v = std::numeric_limits<float>::quiet_NaN();
    EXPECT_TRUE(run.model->set(p, *values));
  };
  auto report = run.train(options);
  ASSERT_FALSE(report);
  EXPECT_NE(report.error().message.find("step 5: the loss is not a finite number"), std::string::npos) << report.error().message;
  EXPECT_NE(report.error().message.find("step-000000004.ckpt"), std::string::npos) << report.error().message;
  EXPECT_EQ(list_checkpoints(folder / "checkpoints").size(), 2u);
}

TEST(Loop, LearnsToEndItsTurnThoughThatIsThePaddingToken) {
  RunSetup setup;
  setup.loop.schedule.steps = 60;
  TrainingRun run(setup);
  ASSERT_TRUE(run.train(setup.loop));
  BatchBuffer buffer;
  run.batches->fill(0, 0, buffer);
  auto losses = run.model->token_losses(buffer.batch);
  ASSERT_TRUE(losses);
  double end_of_turn = 0;
  int n = 0;
  for (std::size_t i = 0; i < buffer.targets.size(); ++i) {
    if (buffer.targets[i] != 60) continue;
    end_of_turn += (*losses)[i];
    ++n;
  }
  ASSERT_GT(n, 0);
  EXPECT_LT(end_of_turn / n, 2) << "61 tokens: knowing nothing is 4.1";
}

TEST(Loop, AdaptersTrainAndTheRestStays) {
  RunSetup setup;
  setup.model.lora = {.rank = 2, .alpha = 4};
  setup.loop.schedule.steps = 30;
  TrainingRun run(setup);
  auto before = *run.model->get(run.model->parameters()[0]);
  auto report = run.train(setup.loop);
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_LT(report->last_loss, report->first_loss);
  EXPECT_EQ(*run.model->get(run.model->parameters()[0]), before);
  EXPECT_LT(run.optimizer->size(), run.model->flat_size() / 2);
}

}  // namespace
}  // namespace student
