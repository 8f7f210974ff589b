// bare: the yardsticks. What this machine can do on the same bytes without a framework around it.
//
//   bare filter FILE [OUT]   two threads, one simdjson On-Demand loop: every string unescaped,
//   records
//                            whose answer has at least 400 characters kept; into nothing or into
//                            OUT (written in order, then fsync)
//   bare memcpy|xxh3|read FILE    bare write FILE OUT
//
// Prints one JSON object: seconds of the work itself, bytes, and what was counted.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <simdjson.h>
#include <xxhash.h>

#include "base/hash.h"

namespace {

constexpr std::size_t kChunk = std::size_t{4} << 20;
constexpr std::size_t kLongestLine = std::size_t{1} << 20;
constexpr int kThreads = 2;
constexpr std::size_t kFewestChars = 400;

[[noreturn]] void fail(const char* what) {
  std::perror(what);
  std::exit(2);
}

struct Counts {
  std::uint64_t records = 0, kept = 0, text_bytes = 0, bad = 0;
};

// Visits every value, unescapes every string; the answer is "output", "response" or "completion".
bool visit(simdjson::ondemand::value value, bool answer, std::uint64_t& text,
           std::string_view& out) {
  simdjson::ondemand::json_type type;
  if (value.type().get(type)) return false;
  if (type == simdjson::ondemand::json_type::string) {
    std::string_view s;
    if (value.get_string().get(s)) return false;
    text += s.size();
    if (answer) out = s;
  } else if (type == simdjson::ondemand::json_type::object) {
    simdjson::ondemand::object object;
    if (value.get_object().get(object)) return false;
    for (auto field : object) {
      simdjson::ondemand::value inner;
      if (field.error() || field.value().get(inner) || !visit(inner, false, text, out))
        return false;
    }
  } else if (type == simdjson::ondemand::json_type::array) {
    simdjson::ondemand::array array;
    if (value.get_array().get(array)) return false;
    for (auto element : array) {
      simdjson::ondemand::value inner;
      if (element.get(inner) || !visit(inner, false, text, out)) return false;
    }
  } else {
    std::string_view raw = value.raw_json_token();
    text += raw.empty();
  }
  return true;
}

std::size_t characters(std::string_view s) {
  while (!s.empty() && std::strchr(" \t\r\n\f\v", s.front()) != nullptr) s.remove_prefix(1);
  while (!s.empty() && std::strchr(" \t\r\n\f\v", s.back()) != nullptr) s.remove_suffix(1);
  std::size_t n = 0;
  for (char c : s) n += (c & 0xc0) != 0x80;
  return n;
}

bool keeps(simdjson::ondemand::parser& parser, const char* line, std::size_t size,
           std::size_t capacity, Counts& counts) {
  simdjson::ondemand::document document;
  simdjson::ondemand::object object;
  std::string_view answer;
  if (parser.iterate(line, size, capacity).get(document) || document.get_object().get(object))
    return false;
  for (auto field : object) {
    simdjson::ondemand::raw_json_string key;
    simdjson::ondemand::value value;
    if (field.key().get(key) || field.value().get(value)) return false;
    bool is_answer = key == "output" || key == "response" || key == "completion";
    if (!visit(value, is_answer, counts.text_bytes, answer)) return false;
  }
  return answer.size() >= kFewestChars && characters(answer) >= kFewestChars;
}

class Filter {
 public:
  Filter(int in, std::size_t size, int out) : in_(in), size_(size), out_(out) {}

  Counts run() {
    std::vector<Counts> counts(kThreads);
    std::vector<std::thread> threads;
    for (auto& c : counts) threads.emplace_back([this, &c] { work(c); });
    for (auto& t : threads) t.join();
    for (std::size_t i = 1; i < counts.size(); ++i) {
      counts[0].records += counts[i].records;
      counts[0].kept += counts[i].kept;
      counts[0].text_bytes += counts[i].text_bytes;
      counts[0].bad += counts[i].bad;
    }
    return counts[0];
  }

 private:
  // A line belongs to the chunk in which it begins.
  void work(Counts& counts) {
    simdjson::ondemand::parser parser;
    std::vector<char> buffer(kChunk + kLongestLine + simdjson::SIMDJSON_PADDING);
    std::string kept;
    for (;;) {
      std::size_t chunk = next_.fetch_add(1), from = chunk * kChunk;
      if (from >= size_) return;
      std::size_t back = from == 0 ? 0 : 1;  // to see whether a line begins at `from`
      ssize_t got =
          pread(in_, buffer.data(), kChunk + kLongestLine + back, static_cast<off_t>(from - back));
      if (got < 0) fail("read");
      const char* begin = buffer.data();
      const char* end = begin + got;
      if (back) {
        auto* newline =
            static_cast<const char*>(std::memchr(begin, '\n', static_cast<std::size_t>(got)));
        begin = newline == nullptr ? end : newline + 1;
      }
      const char* stop = std::min<const char*>(end, buffer.data() + back + kChunk);
      kept.clear();
      while (begin < stop) {
        auto* newline = static_cast<const char*>(
            std::memchr(begin, '\n', static_cast<std::size_t>(end - begin)));
        if (newline == nullptr) newline = end;
        auto size = static_cast<std::size_t>(newline - begin);
        ++counts.records;
        if (keeps(parser, begin, size,
                  static_cast<std::size_t>(buffer.data() + buffer.size() - begin), counts)) {
          ++counts.kept;
          if (out_ >= 0) kept.append(begin, size + 1);
        }
        begin = newline + 1;
      }
      if (out_ >= 0) write_in_turn(chunk, kept);
    }
  }

  void write_in_turn(std::size_t chunk, std::string_view bytes) {
    std::unique_lock lock(mutex_);
    turn_changed_.wait(lock, [&] { return turn_ == chunk; });
    while (!bytes.empty()) {
      ssize_t n = ::write(out_, bytes.data(), bytes.size());
      if (n < 0) fail("write");
      bytes.remove_prefix(static_cast<std::size_t>(n));
    }
    ++turn_;
    turn_changed_.notify_all();
  }

  int in_;
  std::size_t size_;
  int out_;
  std::atomic<std::size_t> next_{0};
  std::mutex mutex_;
  std::condition_variable turn_changed_;
  std::size_t turn_ = 0;
};

std::vector<char> load(int fd, std::size_t size) {
  std::vector<char> bytes(size);
  for (std::size_t at = 0; at < size;) {
    ssize_t n = pread(fd, bytes.data() + at, size - at, static_cast<off_t>(at));
    if (n <= 0) fail("read");
    at += static_cast<std::size_t>(n);
  }
  return bytes;
}

int open_or_fail(const char* path, int flags) {
  int fd = ::open(path, flags | O_CLOEXEC, 0644);
  if (fd < 0) fail(path);
  return fd;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) {
    std::fputs("usage: bare filter|memcpy|xxh3|read|write FILE [OUT]\n", stderr);
    return 2;
  }
  std::string what = argv[1];
  int in = open_or_fail(argv[2], O_RDONLY);
  struct stat status {};
  if (fstat(in, &status) != 0) fail(argv[2]);
  auto size = static_cast<std::size_t>(status.st_size);
  int out = argc > 3 ? open_or_fail(argv[3], O_WRONLY | O_CREAT | O_TRUNC) : -1;

  using Clock = std::chrono::steady_clock;
  Counts counts;
  std::uint64_t check = 0;
  std::vector<char> bytes, copy;
  if (what == "memcpy" || what == "xxh3" || what == "write") bytes = load(in, size);
  if (what == "memcpy") copy.assign(size, 1);  // pages touched before the clock starts
  auto start = Clock::now();
  if (what == "filter") {
    counts = Filter(in, size, out).run();
  } else if (what == "memcpy") {
    std::memcpy(copy.data(), bytes.data(), size);
    check = static_cast<unsigned char>(copy[size / 2]);
  } else if (what == "xxh3") {
    check = corpus::hash128({bytes.data(), size}).lo;
  } else if (what == "read") {
    std::vector<char> buffer(kChunk);
    for (ssize_t n; (n = ::read(in, buffer.data(), buffer.size())) > 0;)
      check += static_cast<std::uint64_t>(n);
  } else if (what == "write" && out >= 0) {
    for (std::size_t at = 0; at < size;) {
      ssize_t n = ::write(out, bytes.data() + at, std::min(kChunk, size - at));
      if (n < 0) fail("write");
      at += static_cast<std::size_t>(n);
    }
  } else {
    std::fputs("bare: unknown yardstick, or no OUT\n", stderr);
    return 2;
  }
  // The product makes its files durable before it reports; so does the yardstick.
  if (out >= 0 && fsync(out) != 0) fail("fsync");
  double seconds = std::chrono::duration<double>(Clock::now() - start).count();
  std::printf(
      "{\"seconds\": %.6f, \"bytes\": %zu, \"in\": %llu, \"kept\": %llu, \"text_bytes\": %llu, "
      "\"check\": %llu}\n",
      seconds, size, static_cast<unsigned long long>(counts.records),
      static_cast<unsigned long long>(counts.kept),
      static_cast<unsigned long long>(counts.text_bytes), static_cast<unsigned long long>(check));
}
