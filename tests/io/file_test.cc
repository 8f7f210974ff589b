#include "io/file.h"

#include <gmock/gmock.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <string>

#include "io/glob.h"

namespace corpus::io {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// What the hook does: `fail` is returned for the n-th call of that name, `shorten` for every read
// and write.
struct Fault {
  const char* call = "";
  int nth = 0;
  int fail = 0;
  int shorten = 0;
  int seen = 0;
} g_fault;

int hook(const char* call, const char*, std::size_t) {
  if (std::string_view(call) == g_fault.call && g_fault.seen++ == g_fault.nth) return g_fault.fail;
  bool moves = std::string_view(call) == "read" || std::string_view(call) == "write";
  return moves ? -g_fault.shorten : 0;
}

class FileTest : public testing::Test {
 protected:
  FileTest() {
    std::string name = testing::UnitTest::GetInstance()->current_test_info()->name();
    dir_ = std::filesystem::temp_directory_path() /
           ("corpus-file-" + name + std::to_string(::getpid()));
    std::filesystem::create_directories(dir_);
    set_fault_hook(nullptr);
  }
  ~FileTest() override {
    set_fault_hook(nullptr);
    std::filesystem::remove_all(dir_);
  }
  void inject(Fault fault) {
    g_fault = fault;
    set_fault_hook(hook);
  }
  std::string at(const std::string& name) { return (dir_ / name).string(); }
  std::string content(const std::string& name) { return *read_all(at(name), 1 << 30); }

  std::filesystem::path dir_;
};

TEST_F(FileTest, WritesAndReadsWhole) {
  for (int shorten : {0, 1, 7, 4096}) {
    inject({.shorten = shorten});
    auto file = File::create(at("a"));
    ASSERT_TRUE(file);
    std::string text(10000, 'x');
    ASSERT_TRUE(file->write("head "));
    ASSERT_TRUE(file->writev({"", "one", "", "two", text, ""}));
    ASSERT_TRUE(file->writev({}));
    ASSERT_TRUE(file->writev({"", ""}));
    ASSERT_TRUE(file->sync());
    ASSERT_TRUE(file->close());
    EXPECT_FALSE(file->is_open());
    EXPECT_EQ(content("a"), "head onetwo" + text);
    auto in = File::open_read(at("a"));
    ASSERT_TRUE(in);
    EXPECT_TRUE(in->seekable());
    EXPECT_EQ(*in->size(), 10011u);
    char buffer[20000];
    EXPECT_EQ(*in->read(buffer, 11), 11u);
    EXPECT_EQ(*in->read(buffer, sizeof buffer), 10000u);
    EXPECT_EQ(*in->read(buffer, sizeof buffer), 0u);
    EXPECT_EQ(*in->pread(buffer, 3, 5), 3u);
    EXPECT_EQ(std::string(buffer, 3), "one");
    EXPECT_EQ(*in->pread(buffer, 100, 10005), 6u);
  }
}

TEST_F(FileTest, ManyPieces) {
  std::string all;
  std::vector<std::string> owners;
  for (int i = 0; i < 5000; ++i) owners.push_back(std::to_string(i));
  std::vector<std::string_view> pieces(owners.begin(), owners.end());
  for (auto piece : pieces) all += piece;
  for (int shorten : {0, 5}) {
    inject({.shorten = shorten});
    auto file = File::create(at("a"));
    ASSERT_TRUE(file->writev(pieces));
    EXPECT_EQ(content("a"), all);
  }
}

TEST_F(FileTest, SignalsAreNoErrors) {
  inject({.call = "write", .fail = EINTR});
  auto file = File::create(at("a"));
  EXPECT_TRUE(file->write("abc"));
  inject({.call = "read", .fail = EINTR});
  EXPECT_EQ(content("a"), "abc");
}

TEST_F(FileTest, ASignalInTheMiddleOfAReadIsNoError) {
  struct sigaction quiet {};
  struct sigaction old {};
  quiet.sa_handler = [](int) {};  // without SA_RESTART: read() returns with EINTR
  ASSERT_EQ(::sigaction(SIGALRM, &quiet, &old), 0);
  itimerval often{{0, 2000}, {0, 2000}};
  ::setitimer(ITIMER_REAL, &often, nullptr);
  int pipe[2];
  ASSERT_EQ(::pipe(pipe), 0);
  pid_t child = ::fork();
  if (child == 0) {
    ::usleep(100000);  // timers are not inherited
    (void)!::write(pipe[1], "abc", 3);
    ::_exit(0);
  }
  ::close(pipe[1]);
  auto file = File::adopt(pipe[0], "pipe");
  char buffer[8];
  auto got = file.read(buffer, sizeof buffer);
  itimerval never{};
  ::setitimer(ITIMER_REAL, &never, nullptr);
  ::sigaction(SIGALRM, &old, nullptr);
  ::waitpid(child, nullptr, 0);
  ::close(pipe[0]);
  ASSERT_TRUE(got) << got.error().message;
  EXPECT_EQ(*got, 3u);
}

TEST_F(FileTest, ErrorsNamePathAndRemedy) {
  auto missing = File::open_read(at("none"));
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, Code::kNotFound);
  EXPECT_THAT(missing.error().message, HasSubstr(at("none")));
  EXPECT_EQ(File::open_read(dir_.string()).error().code, Code::kInvalidArgument);

  auto file = File::create(at("a"));
  inject({.call = "write", .fail = ENOSPC});
  auto full = file->write("x");
  ASSERT_FALSE(full);
  EXPECT_EQ(full.error().code, Code::kIo);
  EXPECT_EQ(full.error().message,
            at("a") + ": cannot write: no space left; free some and run again with --resume");
  inject({.call = "fsync", .fail = EIO});
  EXPECT_FALSE(file->sync());
  inject({.call = "truncate", .fail = EIO});
  EXPECT_FALSE(file->truncate(0));
  inject({.call = "open", .fail = EMFILE});
  EXPECT_THAT(File::open_read(at("a")).error().message, HasSubstr("ulimit -n"));
  inject({.call = "rename", .fail = EACCES});
  EXPECT_FALSE(rename(at("a"), at("b")));
}

TEST_F(FileTest, AppendAndTruncate) {
  {
    auto file = File::open_append(at("a"));
    ASSERT_TRUE(file->write("123456"));
  }
  auto file = File::open_append(at("a"));
  ASSERT_TRUE(file->write("78"));
  ASSERT_TRUE(file->truncate(4));
  ASSERT_TRUE(file->write("x"));
  EXPECT_EQ(content("a"), "1234x");
}

TEST_F(FileTest, AtomicWriteLeavesTheOldOrTheNew) {
  ASSERT_TRUE(write_atomically(at("a"), "old"));
  for (const char* call : {"open", "write", "fsync", "rename"}) {
    inject({.call = call, .fail = EIO});
    EXPECT_FALSE(write_atomically(at("a"), "new")) << call;
    set_fault_hook(nullptr);
    EXPECT_EQ(content("a"), "old") << call;
    EXPECT_FALSE(exists(at("a.tmp"))) << call;
  }
  ASSERT_TRUE(write_atomically(at("a"), "new"));
  EXPECT_EQ(content("a"), "new");
}

TEST_F(FileTest, Folders) {
  ASSERT_TRUE(make_dirs(at("x/y/z")));
  ASSERT_TRUE(make_dirs(at("x/y/z/")));
  EXPECT_TRUE(is_dir(at("x/y/z")));
  ASSERT_TRUE(write_atomically(at("x/f"), ""));
  EXPECT_EQ(make_dirs(at("x/f/g")).error().code, Code::kInvalidArgument);
  EXPECT_TRUE(sync_dir(at("x")));
  EXPECT_FALSE(sync_dir(at("none")));
  EXPECT_TRUE(remove_file(at("x/f")));
  EXPECT_TRUE(remove_file(at("x/f")));
  EXPECT_FALSE(exists(at("x/f")));
}

TEST_F(FileTest, ReadAllHasALimit) {
  ASSERT_TRUE(write_atomically(at("a"), std::string(100000, 'x')));
  EXPECT_EQ(read_all(at("a"), 100000)->size(), 100000u);
  EXPECT_EQ(read_all(at("a"), 99999).error().code, Code::kLimit);
  EXPECT_TRUE(read_all("/proc/self/status", 1 << 20));
}

TEST_F(FileTest, TemporaryCanBeReadAgain) {
  auto file = File::temporary();
  ASSERT_TRUE(file);
  ASSERT_TRUE(file->write("abc"));
  for (int i = 0; i < 2; ++i) {
    auto again = file->reopen();
    char buffer[8];
    EXPECT_EQ(*again->read(buffer, 8), 3u);
  }
}

TEST_F(FileTest, MovesCloseWhatTheyReplace) {
  auto a = File::create(at("a"));
  auto b = File::create(at("b"));
  File file = *std::move(a);
  EXPECT_TRUE(file.is_open());
  file = *std::move(b);
  EXPECT_EQ(file.name(), at("b"));
  EXPECT_TRUE(file.write("b"));
  EXPECT_EQ(content("b"), "b");
}

TEST_F(FileTest, GlobSkipsHiddenAndFollowsNoLinksDown) {
  ASSERT_TRUE(make_dirs(at("d/e")));
  for (const char* name : {"d/a", "d/e/a", "d/.a"}) ASSERT_TRUE(write_atomically(at(name), ""));
  std::filesystem::create_directory_symlink(dir_ / "d", dir_ / "d/loop");
  auto found = glob(at("**/a"));
  ASSERT_TRUE(found);
  EXPECT_THAT(*found, ElementsAre(at("d/a"), at("d/e/a")));
  EXPECT_THAT(*glob(at("d/loop/a")), ElementsAre(at("d/loop/a")));
  EXPECT_THAT(*glob(at("d/.a*")), ElementsAre(at("d/.a")));
  EXPECT_TRUE(glob(at("none/*"))->empty());
}

}  // namespace
}  // namespace corpus::io
