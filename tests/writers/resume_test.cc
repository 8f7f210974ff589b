// Kill and resume: whatever the moment, the files are those of an uninterrupted run.
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "corpus/verify.h"
#include "io/file.h"
#include "run_sink.h"

namespace corpus {
namespace {

using test::Folder;
using test::Synthetic;

// The part of the runner that matters here: a checkpoint after some batches, kept in a journal file
// (written around the fault hook, as it is not under test) and followed by more.
struct Journal {
  std::string path;
  void store(int next, const std::string& snapshot) const {
    test::write_file(path + ".tmp", std::to_string(next) + "\n" + snapshot);
    std::filesystem::rename(path + ".tmp", path);
  }
  bool load(int* next, std::string* snapshot) const {
    std::string bytes = test::slurp(path);
    if (bytes.empty()) return false;
    auto end = bytes.find('\n');
    *next = std::stoi(bytes.substr(0, end));
    *snapshot = bytes.substr(end + 1);
    return true;
  }
};

Recipe recipe(const std::string& dir, const std::string& codec, const std::string& shard) {
  return test::recipe_to(dir, Value::Object{{"compress", codec}, {"shard", shard}, {"digests", true}});
}

// Runs or resumes until done, with a checkpoint after every `every` batches.
Result<void> drive(const Synthetic& corpus, const Recipe& r, int every) {
  std::string work;
  CORPUS_TRY(auto sink, make_sink(r, &work));
  Journal journal{work + "/journal"};
  int next = 0;
  std::string snapshot;
  if (journal.load(&next, &snapshot)) {
    CORPUS_CHECK(sink->restore(snapshot));
  } else {
    CORPUS_TRY(bool complete, sink->complete());
    if (complete) return {};
    CORPUS_CHECK(sink->open());
  }
  while (next < corpus.batches()) {
    int to = std::min(next + every, corpus.batches());
    CORPUS_CHECK(corpus.feed(*sink, next, to));
    next = to;
    CORPUS_TRY(snapshot, sink->checkpoint());
    journal.store(next, snapshot);
  }
  return sink->close(corpus.summary());
}

class Resume : public ::testing::TestWithParam<std::pair<std::string, std::string>> {
 protected:
  // In memory where there is such a place: these tests sync tens of thousands of times.
  static void SetUpTestSuite() {
    if (::access("/dev/shm", W_OK) == 0) ::setenv("TMPDIR", "/dev/shm", 0);
  }

  Synthetic corpus_{7, 20};
  Folder dir_;

  Recipe to(const std::string& name) const {
    return recipe(dir_ / name, GetParam().first, GetParam().second);
  }
  std::map<std::string, std::string> reference() {
    EXPECT_TRUE(corpus_.run(to("reference")));
    return test::files_below(dir_ / "reference");
  }
};

TEST_P(Resume, FromEveryCheckpointGivesEqualBytes) {
  auto expected = reference();
  for (int stop = 0; stop <= corpus_.batches(); ++stop) {
    for (int more = 0; more < 3; ++more) {
      std::string name = "out-" + std::to_string(stop) + "-" + std::to_string(more);
      std::string work, snapshot;
      {
        auto sink = make_sink(to(name), &work);
        ASSERT_TRUE((*sink)->open());
        for (int b = 0; b < stop; ++b) {
          ASSERT_TRUE(corpus_.feed(**sink, b, b + 1));
          auto made = (*sink)->checkpoint();
          ASSERT_TRUE(made) << made.error().message;
          snapshot = *made;
        }
        // What comes after the checkpoint is lost.
        ASSERT_TRUE(corpus_.feed(**sink, stop, std::min(stop + more, corpus_.batches())));
      }
      auto sink = make_sink(to(name), &work);
      auto restored = (*sink)->restore(snapshot);
      ASSERT_TRUE(restored) << restored.error().message;
      ASSERT_TRUE(corpus_.feed(**sink, stop, corpus_.batches()));
      auto closed = (*sink)->close(corpus_.summary());
      ASSERT_TRUE(closed) << closed.error().message;
      EXPECT_EQ(test::files_below(dir_ / name), expected) << name;
      std::filesystem::remove_all(dir_ / name);
    }
  }
}

// Killed after the files were synced and before the journal was: what the lost checkpoint appended
// to the index log must not stay there.
TEST_P(Resume, FromACheckpointBeforeALostOne) {
  auto expected = reference();
  std::string work, snapshot;
  auto step = [&](int from, int to_batch, bool store) {
    auto sink = make_sink(to("out"), &work);
    ASSERT_TRUE(snapshot.empty() ? (*sink)->open() : (*sink)->restore(snapshot));
    ASSERT_TRUE(corpus_.feed(**sink, from, to_batch));
    auto made = (*sink)->checkpoint();
    ASSERT_TRUE(made);
    if (store) snapshot = *made;
  };
  step(0, 2, true);
  step(2, 4, false);
  step(2, 3, true);
  auto sink = make_sink(to("out"), &work);
  ASSERT_TRUE((*sink)->restore(snapshot));
  ASSERT_TRUE(corpus_.feed(**sink, 3, corpus_.batches()));
  ASSERT_TRUE((*sink)->close(corpus_.summary()));
  EXPECT_EQ(test::files_below(dir_ / "out"), expected);
}

// Killed while the work folder is being removed: the corpus is whole, the rest of the folder goes.
TEST_P(Resume, AfterAKillAtTheVeryEnd) {
  auto expected = reference();
  std::string work;
  auto sink = make_sink(to("reference"), &work);
  EXPECT_TRUE(*(*sink)->complete());
  for (std::vector<std::string> left : {std::vector<std::string>{},
                                        {"lock"},
                                        {"lock", "journal"},
                                        {"lock", "journal", "part-00000.jsonl.zst.index"}}) {
    std::filesystem::create_directories(work + "/rejects");
    for (const auto& name : left) test::write_file(work + "/" + name, "x");
    EXPECT_TRUE(*(*sink)->complete());
    EXPECT_FALSE(std::filesystem::exists(work));
    EXPECT_EQ(test::files_below(dir_ / "reference"), expected);
  }
  EXPECT_FALSE(*(*make_sink(to("other"), &work))->complete());
}

// --- a real kill before the n-th system call

int g_calls = 0, g_kill_at = 0;
int kill_hook(const char*, const char*, std::size_t) {
  if (g_calls++ == g_kill_at) ::_exit(9);
  return 0;
}

int run_child(const Synthetic& corpus, const Recipe& r, int kill_at) {
  pid_t child = ::fork();
  if (child == 0) {
    g_calls = 0;
    g_kill_at = kill_at;
    io::set_fault_hook(kill_hook);
    ::_exit(drive(corpus, r, 2) ? 0 : 1);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST_P(Resume, AfterAKillBeforeAnySystemCall) {
  auto expected = reference();
  bool finished = false;
  for (int at = 0; !finished; ++at) {
    ASSERT_LT(at, 10000);
    std::string name = "out-" + std::to_string(at);
    int code = run_child(corpus_, to(name), at);
    ASSERT_TRUE(code == 0 || code == 9) << code;
    finished = code == 0;
    // Killed a second time while it resumes, somewhere else.
    if (!finished) {
      code = run_child(corpus_, to(name), at / 2);
      ASSERT_TRUE(code == 0 || code == 9) << "at " << at << ": " << code;
    }
    bool claims_whole = std::filesystem::exists(dir_ / (name + "/manifest.json"));
    if (claims_whole) {
      auto files = test::files_below(dir_ / name);
      std::erase_if(files, [](const auto& f) { return f.first.starts_with(".partial"); });
      EXPECT_EQ(files, expected);
    }
    auto done = drive(corpus_, to(name), 3);
    ASSERT_TRUE(done) << "killed before call " << at << ": " << done.error().message;
    ASSERT_EQ(test::files_below(dir_ / name), expected) << "killed before call " << at;
    std::filesystem::remove_all(dir_ / name);
  }
}

// --- failures of the machine

int g_error = 0;
std::string g_call;
int fail_hook(const char* call, const char*, std::size_t) {
  if (!g_call.empty() && g_call != call) return 0;
  return g_calls++ == g_kill_at ? g_error : 0;
}
int short_hook(const char* call, const char*, std::size_t n) {
  bool moves = std::strcmp(call, "read") == 0 || std::strcmp(call, "write") == 0;
  return moves && n > 7 ? -7 : 0;
}

TEST_P(Resume, AfterAFailureOfAnySystemCall) {
  auto expected = reference();
  const std::pair<const char*, int> kFaults[] = {
      {"write", ENOSPC}, {"", EIO}, {"fsync", EIO}, {"rename", EACCES}};
  for (auto [call, error] : kFaults) {
    bool failed = true;
    for (int at = 0; failed; ++at) {
      ASSERT_LT(at, 10000);
      std::string name = "out";
      g_calls = 0;
      g_kill_at = at;
      g_error = error;
      g_call = call;
      io::set_fault_hook(fail_hook);
      auto done = drive(corpus_, to(name), 2);
      io::set_fault_hook(nullptr);
      failed = g_calls > at;
      if (failed) {
        ASSERT_FALSE(done) << call << " " << at;
        EXPECT_FALSE(done.error().message.empty());
        auto report = std::filesystem::exists(dir_ / name) ? verify(dir_ / name)
                                                           : Result<VerifyReport>(VerifyReport());
        ASSERT_TRUE(report);
        EXPECT_FALSE(report->ok) << call << " " << at;
      }
      done = drive(corpus_, to(name), 2);
      ASSERT_TRUE(done) << call << " " << at << ": " << done.error().message;
      ASSERT_EQ(test::files_below(dir_ / name), expected) << call << " " << at;
      std::filesystem::remove_all(dir_ / name);
    }
  }
}

TEST_P(Resume, ShortReadsAndWritesChangeNothing) {
  auto expected = reference();
  io::set_fault_hook(short_hook);
  auto done = drive(corpus_, to("out"), 2);
  io::set_fault_hook(nullptr);
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_EQ(test::files_below(dir_ / "out"), expected);
}

INSTANTIATE_TEST_SUITE_P(Codecs, Resume,
                         ::testing::Values(std::pair<std::string, std::string>{"zstd:3", "256MiB"},
                                           std::pair<std::string, std::string>{"zstd:1", "700"},
                                           std::pair<std::string, std::string>{"gzip", "500"},
                                           std::pair<std::string, std::string>{"none", "2k"}),
                         [](const auto& tested) {
                           std::string name = tested.param.first + "_" + tested.param.second;
                           std::erase(name, ':');
                           return name;
                         });

TEST(ResumeErrors, NameTheFileAndTheRemedy) {
  Folder dir;
  Synthetic corpus(4, 20);
  std::string work, snapshot;
  {
    auto sink = make_sink(test::recipe_to(dir / "out"), &work);
    ASSERT_TRUE((*sink)->open());
    ASSERT_TRUE(corpus.feed(**sink, 0, 3));
    snapshot = *(*sink)->checkpoint();
  }
  std::filesystem::resize_file(work + "/part-00000.jsonl.zst", 10);
  auto sink = make_sink(test::recipe_to(dir / "out"), &work);
  auto restored = (*sink)->restore(snapshot);
  ASSERT_FALSE(restored);
  EXPECT_EQ(restored.error().code, Code::kCorrupt);
  EXPECT_NE(restored.error().message.find("part-00000"), std::string::npos);
  for (std::string bad : {"nonsense", "folder 2\n", "folder 2\n1 1 1 1 1 1\n", "folder 1\n"}) {
    auto again = make_sink(test::recipe_to(dir / "out"), &work);
    EXPECT_FALSE((*again)->restore(bad)) << bad;
    sink->reset();
  }
  auto other = make_sink(test::recipe_to(dir / "other"), &work);
  EXPECT_EQ((*other)->restore(snapshot).error().code, Code::kNotFound);
}

}  // namespace
}  // namespace corpus
