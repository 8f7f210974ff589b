// A record of 200 MB must not be held whole. Measured in a child process, as the peak of this one
// may lie in another test.
#include <sys/resource.h>
#include <sys/wait.h>

#include "readers/source_support.h"

namespace corpus::test {
namespace {

constexpr long kLineMb = 200;

class Memory : public SourceTest {
 protected:
  // Reads the file in a child; returns by how many MB its peak grew, -1 when something was wrong.
  long growth(const std::string& path, std::size_t records_around) {
    int pipe[2];
    EXPECT_EQ(::pipe(pipe), 0);
    pid_t child = ::fork();
    if (child == 0) {
      rusage before{}, after{};
      ::getrusage(RUSAGE_SELF, &before);
      long result = -1;
      auto source = make_source(input(path));
      if (source) {
        Batch batch;
        std::size_t pieces = 0, others = 0, bytes = 0;
        for (;;) {
          batch.reset();
          auto more = (*source)->read(batch);
          if (!more || !*more) break;
          auto got = take(batch);
          for (const auto& r : got.records) {
            (r.flags != 0 ? pieces : others) += 1;
            if (r.flags != 0) bytes += r.bytes.size();
          }
        }
        ::getrusage(RUSAGE_SELF, &after);
        if (others == records_around && bytes >> 20 == kLineMb && pieces >= kLineMb) {
          result = (after.ru_maxrss - before.ru_maxrss) / 1024;
        }
      }
      (void)!::write(pipe[1], &result, sizeof result);
      ::_exit(0);
    }
    long result = -1;
    EXPECT_EQ(::read(pipe[0], &result, sizeof result), static_cast<ssize_t>(sizeof result));
    ::close(pipe[0]);
    ::close(pipe[1]);
    ::waitpid(child, nullptr, 0);
    return result;
  }

  std::string huge(const char* name, const char* before, const char* after) {
    auto path = (dir_ / name).string();
    std::ofstream file(path, std::ios::binary);
    std::string mb(std::size_t{1} << 20, 'x');
    file << before;
    for (int i = 0; i < kLineMb; ++i) file << mb;
    file << after;
    return path;
  }
};

TEST_F(Memory, HugeLineAndHugeElement) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  GTEST_SKIP() << "a sanitizer keeps freed memory";
#endif
  // The limit is 16 MiB a record: the window and the batch hold it once each, growth doubles one.
  long lines = growth(huge("a.jsonl", "{\"a\":1}\n{\"b\":\"", "\"}\n{\"c\":1}\n"), 2);
  EXPECT_GE(lines, 0);
  EXPECT_LT(lines, 100);
  long elements = growth(huge("a.json", "[{\"a\":1},\n{\"b\":\"", "\"},{\"c\":\n1}]"), 2);
  EXPECT_GE(elements, 0);
  EXPECT_LT(elements, 100);
  RecordProperty("lines_mb", static_cast<int>(lines));
  RecordProperty("elements_mb", static_cast<int>(elements));
}

}  // namespace
}  // namespace corpus::test
