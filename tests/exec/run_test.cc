// The runner alone, with components that exist only here.
#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <numeric>
#include <random>

#include "corpus/pipeline.h"

namespace corpus {
namespace {

// `n` batches of `per` records each, whose bytes are their numbers.
struct Numbers final : Source {
  int batches, per;
  int next = 0;
  int fail_at = -1;
  Numbers(int n, int p) : batches(n), per(p) {}
  Result<bool> read(Batch& batch) override {
    if (next == fail_at) return Error{Code::kCorrupt, "planted"};
    if (next == batches) return false;
    batch.seq = static_cast<std::uint64_t>(next);
    for (int i = 0; i < per; ++i) batch.bytes.append(std::to_string(next * per + i) + "\n");
    ++next;
    return true;
  }
  Result<void> rewind() override {
    next = 0;
    return {};
  }
  std::string snapshot() const override { return "at " + std::to_string(next); }
  Result<void> restore(std::string_view s) override {
    next = std::stoi(std::string(s.substr(3)));
    return {};
  }
  std::vector<InputInfo> inputs() const override { return {{.name = "numbers"}}; }
};

struct Split final : Map {
  Result<void> run(Batch& batch, State*) const override {
    std::string_view rest = batch.bytes.view();
    while (!rest.empty()) {
      auto end = rest.find('\n');
      Record r;
      r.json = rest.substr(0, end);
      r.pos = RecordPos::make(0, std::stoull(std::string(r.json)));
      batch.records.push_back(r);
      rest.remove_prefix(end + 1);
    }
    return {};
  }
};

// Drops every number that is a multiple of `of`.
std::unique_ptr<Map> drop_multiples(std::uint64_t of) {
  auto reason = Reason::intern("test.multiple");
  return keep_if(0, [=](const Record& r) { return r.pos.packed % of == 0 ? reason : Reason(); });
}

// Drops what exceeds a running sum: serial state that a lost or repeated batch would change.
struct SumScan final : Scan {
  bool pure = true;
  explicit SumScan(bool p = true) : pure(p) {}
  bool drops_only() const override { return pure; }
  std::uint64_t sum = 0;
  Reason reason = Reason::intern("test.odd_sum");
  Result<void> run(Batch& batch) override {
    for (auto& r : batch.records) {
      if (r.drop) continue;
      sum = sum * 31 + r.pos.packed;
      if (sum % 5 == 0) r.drop = reason;
    }
    return {};
  }
  void restart() override { sum = 0; }
  Result<void> save(const StateSink& sink) override {
    return sink({reinterpret_cast<const char*>(&sum), sizeof sum});
  }
  Result<void> load(std::string_view bytes) override {
    if (bytes.size() >= sizeof sum) std::memcpy(&sum, bytes.data() + bytes.size() - sizeof sum, sizeof sum);
    return {};
  }
};

// First pass: the largest kept number. Second pass: drops everything above half of it.
struct HalfFold final : Fold {
  struct Max : State {
    std::uint64_t max = 0;
  };
  std::uint64_t max = 0;
  std::unique_ptr<State> partial() const override { return std::make_unique<Max>(); }
  Result<void> observe(const Batch& batch, State& s) const override {
    auto& m = static_cast<Max&>(s).max;
    for (const auto& r : batch.records) {
      if (!r.drop) m = std::max(m, r.pos.packed);
    }
    return {};
  }
  Result<void> merge(std::unique_ptr<State> s) override {
    max = std::max(max, static_cast<Max&>(*s).max);
    return {};
  }
  Result<std::unique_ptr<Map>> finish() override {
    auto reason = Reason::intern("test.upper_half");
    auto half = max / 2;
    return keep_if(0, [=](const Record& r) { return r.pos.packed > half ? reason : Reason(); });
  }
  Result<void> save(const StateSink& sink) override {
    return sink({reinterpret_cast<const char*>(&max), sizeof max});
  }
  Result<void> load(std::string_view bytes) override {
    if (bytes.size() >= sizeof max) std::memcpy(&max, bytes.data() + bytes.size() - sizeof max, sizeof max);
    return {};
  }
};

// Keeps what was written in memory that outlives it, as a disk would.
struct MemorySink final : Sink {
  std::string& disk;
  bool& closed;
  MemorySink(std::string& d, bool& c) : disk(d), closed(c) {}
  Result<void> prepare(Batch& batch, State*) const override {
    batch.encoded.resize(1);
    for (const auto& r : batch.records) {
      if (!r.drop) batch.encoded[0].append(std::string(r.json) + ",");
    }
    return {};
  }
  Result<void> write(Batch& batch) override {
    disk += batch.encoded[0].view();
    return {};
  }
  Result<void> open() override {
    disk.clear();
    return {};
  }
  Result<std::string> checkpoint() override { return std::to_string(disk.size()); }
  Result<void> restore(std::string_view s) override {
    disk.resize(std::stoul(std::string(s)));
    return {};
  }
  Result<void> close(const RunSummary&) override {
    closed = true;
    return {};
  }
};

struct World {
  std::string disk;
  bool closed = false;
  std::string dir;

  Chain chain(int batches = 40, int per = 25, bool replay = true) {
    Chain c;
    c.memory = std::make_unique<MemoryBudget>();
    c.source = std::make_unique<Numbers>(batches, per);
    c.parse = [](std::uint32_t) -> Result<std::unique_ptr<Map>> {
      return std::unique_ptr<Map>(std::make_unique<Split>());
    };
    c.stages.emplace_back("multiples", drop_multiples(7));
    c.stages.emplace_back("sum", std::make_unique<SumScan>(replay));
    c.stages.emplace_back("half", std::make_unique<HalfFold>());
    c.stages.emplace_back("sum2", std::make_unique<SumScan>());
    c.sink = std::make_unique<MemorySink>(disk, closed);
    c.batch_bytes = 100;
    c.digest = "d";
    c.work_dir = dir;
    return c;
  }
};

std::string fresh_dir(const std::string& name) {
  std::string dir = ::testing::TempDir() + name;
  std::filesystem::remove_all(dir);
  std::filesystem::create_directories(dir);
  return dir;
}

TEST(Run, SameBytesForAnyThreadCountAndConservation) {
  std::string expected;
  for (int threads : {1, 2, 4}) {
    World world;
    Chain chain = world.chain();
    auto report = run(chain, {.threads = threads});
    ASSERT_TRUE(report) << report.error().message;
    EXPECT_TRUE(world.closed);
    std::uint64_t dropped = 0;
    for (const auto& [name, n] : report->summary.dropped) dropped += n;
    EXPECT_EQ(report->summary.records, 1000U);
    EXPECT_EQ(report->summary.kept + dropped, 1000U);
    if (threads == 1) expected = world.disk;
    EXPECT_EQ(world.disk, expected) << threads;
    EXPECT_FALSE(expected.empty());
  }
}

TEST(Run, ReplayedVerdictsEqualRepeatedOnes) {
  World replayed, repeated;
  Chain a = replayed.chain(40, 25, true), b = repeated.chain(40, 25, false);
  auto x = run(a, {.threads = 2}), y = run(b, {.threads = 2});
  ASSERT_TRUE(x);
  ASSERT_TRUE(y);
  EXPECT_EQ(replayed.disk, repeated.disk);
  EXPECT_EQ(x->summary.dropped, y->summary.dropped);
}

// Cancelling after a random number of batches and resuming, again and again, changes nothing. The
// journal is what a kill at that moment leaves behind too, since nothing after it counts.
TEST(Run, ResumeAfterAnyStopGivesTheSameBytes) {
  World whole;
  Chain chain = whole.chain();
  ASSERT_TRUE(run(chain, {.threads = 2}));

  std::mt19937 random(7);
  for (int round = 0; round < 8; ++round) {
    World world;
    world.dir = fresh_dir("resume");
    int stops = 0;
    for (;; ++stops) {
      ASSERT_LT(stops, 200);
      Chain c = world.chain();
      Cancel cancel;
      auto* source = static_cast<Numbers*>(c.source.get());
      // A source that fails stands for a kill: nothing is saved after the last checkpoint.
      int more = 1 + static_cast<int>(random() % 30);
      bool kill = random() % 2 == 0;
      struct Stopper final : Source {
        Numbers* inner;
        Cancel* cancel;
        int left;
        bool kill;
        Result<bool> read(Batch& b) override {
          if (left-- == 0) {
            if (kill) return Error{Code::kIo, "killed"};
            cancel->request();
          }
          return inner->read(b);
        }
        Result<void> rewind() override { return inner->rewind(); }
        std::string snapshot() const override { return inner->snapshot(); }
        Result<void> restore(std::string_view s) override { return inner->restore(s); }
        std::vector<InputInfo> inputs() const override { return inner->inputs(); }
      };
      std::unique_ptr<Source> keep = std::move(c.source);
      auto stopper = std::make_unique<Stopper>();
      stopper->inner = source;
      stopper->cancel = &cancel;
      stopper->left = more;
      stopper->kill = kill;
      c.source = std::move(stopper);
      auto report = run(c, {.threads = 2, .resume = true, .checkpoint_seconds = 0, .cancel = &cancel});
      if (report) break;
      ASSERT_TRUE(report.error().code == Code::kCancelled || report.error().message == "killed")
          << report.error().message;
    }
    EXPECT_GT(stops, 0);
    EXPECT_EQ(world.disk, whole.disk);
    EXPECT_TRUE(world.closed);
  }
}

TEST(Run, AnotherDigestIsRefused) {
  World world;
  world.dir = fresh_dir("digest");
  Chain c = world.chain();
  static_cast<Numbers*>(c.source.get())->fail_at = 30;
  ASSERT_FALSE(run(c, {.threads = 1, .checkpoint_seconds = 0}));
  Chain other = world.chain();
  other.digest = "e";
  auto report = run(other, {.threads = 1, .resume = true});
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, Code::kInvalidArgument);
  EXPECT_NE(report.error().message.find("another recipe"), std::string::npos);
}

// Fails on the batches it is told to, the later ones sooner.
struct FailOn final : Map {
  std::map<std::uint64_t, std::string> where;
  Result<void> run(Batch& batch, State*) const override {
    auto it = where.find(batch.seq);
    return it == where.end() ? Result<void>() : Error{Code::kCorrupt, it->second};
  }
};

TEST(Run, TheEarliestErrorInTheInputWins) {
  for (int round = 0; round < 50; ++round) {
    World world;
    Chain c = world.chain();
    auto fail = std::make_unique<FailOn>();
    fail->where = {{11, "second"}, {10, "first"}, {13, "third"}};
    c.stages.emplace(c.stages.begin() + 1, "fail", std::move(fail));
    auto report = run(c, {.threads = 4});
    ASSERT_FALSE(report);
    EXPECT_EQ(report.error().message, "numbers: fail: first");
    EXPECT_FALSE(world.closed);
  }
}

struct Throws final : Map {
  Result<void> run(Batch& batch, State*) const override {
    if (batch.seq == 3) throw std::runtime_error("thrown");
    return {};
  }
};

TEST(Run, ExceptionsEndHere) {
  World world;
  Chain c = world.chain();
  c.stages.emplace_back("throws", std::make_unique<Throws>());
  auto report = run(c, {.threads = 2});
  ASSERT_FALSE(report);
  EXPECT_NE(report.error().message.find("thrown"), std::string::npos);
}

TEST(Run, AMemoryCapChangesNoBytes) {
  World free, capped;
  Chain a = free.chain(), b = capped.chain();
  ASSERT_TRUE(run(a, {.threads = 4}));
  ASSERT_TRUE(run(b, {.threads = 4, .memory = 4000}));
  EXPECT_EQ(free.disk, capped.disk);
}

struct Until final : Scan {
  Result<void> run(Batch& batch) override {
    batch.last = batch.seq == 2;
    return {};
  }
};

TEST(Run, AScanCanEndTheReading) {
  World world;
  Chain c = world.chain(1'000'000, 5);
  c.stages.clear();
  c.stages.emplace_back("until", std::make_unique<Until>());
  auto report = run(c, {.threads = 2});
  ASSERT_TRUE(report);
  EXPECT_EQ(report->summary.records, 15U);  // not how far the reader happened to be ahead
}

}  // namespace
}  // namespace corpus
