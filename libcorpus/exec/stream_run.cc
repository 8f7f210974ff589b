#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <condition_variable>
#include <cstring>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include "corpus/stream.h"

namespace corpus {
namespace exec {
namespace {

constexpr int kSocketBuffer = 1 << 20;

Error system_error(const char* what) { return {Code::kIo, std::string(what) + ": " + std::strerror(errno)}; }

// A file descriptor that is closed with it.
class Fd {
 public:
  Fd() = default;
  explicit Fd(int fd) : fd_(fd) {}
  Fd(Fd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Fd& operator=(Fd&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~Fd() { close(); }
  int get() const { return fd_; }
  void close() {
    if (fd_ >= 0) ::close(std::exchange(fd_, -1));
  }

 private:
  int fd_ = -1;
};

// Hands one batch at a time from the run's serial sink to next(). The sink waits until the batch has been
// given back, so that nothing is copied and nothing piles up.
class Handover {
 public:
  Result<void> give(const Delivered& delivered) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return stopped_ || current_ == nullptr; });
    if (stopped_) return Error{Code::kCancelled, "interrupted"};
    current_ = &delivered;
    tell();
    changed_.wait(lock, [&] { return stopped_ || current_ == nullptr; });
    if (current_ == nullptr) return {};
    current_ = nullptr;
    return Error{Code::kCancelled, "interrupted"};
  }

  // Gives the last one back and waits for another; null when the run has ended.
  const Delivered* take() {
    std::unique_lock lock(mutex_);
    give_back();
    changed_.wait(lock, [&] { return ended_ || current_ != nullptr; });
    taken_ = current_ != nullptr;
    if (taken_) untell();
    taker_ = std::this_thread::get_id();
    return current_;
  }

  // For a program that pushes and takes on one thread: while it holds a batch nothing would move.
  void give_back_mine() {
    std::lock_guard lock(mutex_);
    if (taker_ == std::this_thread::get_id()) give_back();
  }

  // Readable while a batch waits to be taken, or nothing will ever come.
  int fd() const { return told_.get(); }
  bool waiting() {
    std::lock_guard lock(mutex_);
    return ended_ || (current_ != nullptr && !taken_);
  }

  void end() {
    std::lock_guard lock(mutex_);
    ended_ = true;
    tell();
  }
  void stop() {
    std::lock_guard lock(mutex_);
    stopped_ = true;
    changed_.notify_all();
  }

 private:
  void give_back() {
    if (!std::exchange(taken_, false)) return;
    current_ = nullptr;
    changed_.notify_all();
  }

  void tell() {
    (void)::eventfd_write(told_.get(), 1);
    changed_.notify_all();
  }
  void untell() {
    eventfd_t count;
    (void)::eventfd_read(told_.get(), &count);
  }

  Fd told_{::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};
  std::mutex mutex_;
  std::condition_variable changed_;
  const Delivered* current_ = nullptr;
  std::thread::id taker_;
  bool taken_ = false, ended_ = false, stopped_ = false;
};

class Running final : public StreamRun {
 public:
  Running() = default;
  ~Running() override {
    handover_.stop();
    cancel_.request();
    if (input_.get() >= 0) (void)::shutdown(input_.get(), SHUT_RDWR);  // wakes whoever reads or writes
    join();
  }

  Result<void> begin(const Recipe& recipe, RunOptions run, StreamOptions options) {
    Custom custom{.stages = std::move(options.stages), .deliver = {}};
    bool writes = false;
    for (const char* place : {"dir", "file", "null"}) writes |= recipe.output.find(place) != nullptr;
    if (!writes) custom.deliver = [this](const Delivered& d) { return handover_.give(d); };
    if (options.push || options.feed) {
      // Sockets rather than a pipe: writing to one whose reader has gone is an error, not a signal.
      int ends[2];
      if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) return system_error("socketpair");
      reader_ = Fd(ends[0]);
      input_ = Fd(ends[1]);
      (void)::setsockopt(ends[1], SOL_SOCKET, SO_SNDBUF, &kSocketBuffer, sizeof kSocketBuffer);
      custom.input_fd = reader_.get();
      custom.input_name = options.name;
    }
    CORPUS_TRY(chain_, build(recipe, run.memory, std::move(custom)));
    // The run is cancelled by the caller or by the destructor.
    run.progress = [this, asked = run.cancel, tell = std::move(run.progress)](const Progress& progress) {
      if (asked != nullptr && asked->requested()) cancel_.request();
      if (tell) tell(progress);
    };
    run.cancel = &cancel_;
    runner_ = std::thread([this, run] {
      result_ = exec_run(run);
      handover_.end();
    });
    if (options.feed) feeder_ = std::thread([this, feed = std::move(options.feed)] { feed_all(feed); });
    return {};
  }

  Result<std::size_t> push(std::string_view bytes) override {
    handover_.give_back_mine();
    std::size_t done = 0;
    while (done < bytes.size()) {
      int fd = input_.get();
      if (fd < 0) return Error{Code::kInvalidArgument, "push after end"};
      ssize_t n = ::send(fd, bytes.data() + done, bytes.size() - done, MSG_DONTWAIT | MSG_NOSIGNAL);
      if (n > 0) {
        done += static_cast<std::size_t>(n);
      } else if (errno == EPIPE || errno == ECONNRESET) {
        return bytes.size();  // the run needs no more, or failed: next() and finish() say which
      } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
        if (handover_.waiting()) break;
        pollfd wait[] = {{fd, POLLOUT, 0}, {handover_.fd(), POLLIN, 0}};
        (void)::poll(wait, 2, -1);
      } else if (errno != EINTR) {
        return system_error("push");
      }
    }
    return done;
  }

  Result<void> end() override {
    std::lock_guard lock(input_mutex_);
    input_.close();
    return {};
  }

  Result<const Delivered*> next() override {
    if (const Delivered* delivered = handover_.take()) return delivered;
    join();
    if (feed_error_.code != Code::kOk) return feed_error_;
    if (!*result_) return result_->error();
    return static_cast<const Delivered*>(nullptr);
  }

  Result<Report> finish() override {
    CORPUS_CHECK(end_if_pushed());
    for (;;) {
      CORPUS_TRY(const Delivered* delivered, next());
      if (delivered == nullptr) return *result_;
    }
  }

 private:
  Result<Report> exec_run(const RunOptions& run) {
    auto report = corpus::run(*chain_, run);
    chain_.reset();
    reader_.close();  // a push that still waits learns of the end
    return report;
  }

  // finish() from a program that forgot end() would wait for ever.
  Result<void> end_if_pushed() { return feeder_.joinable() ? Result<void>() : end(); }

  void feed_all(const std::function<Result<bool>(std::string&)>& feed) {
    std::string chunk;
    for (;;) {
      chunk.clear();
      auto more = feed(chunk);
      if (!more) {
        feed_error_ = std::move(more).error();
        break;
      }
      if (!*more) break;
      for (std::size_t done = 0; done < chunk.size();) {
        ssize_t n = ::send(input_.get(), chunk.data() + done, chunk.size() - done, MSG_NOSIGNAL);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return;
        done += static_cast<std::size_t>(n);
      }
    }
    (void)::shutdown(input_.get(), SHUT_WR);
  }

  void join() {
    if (runner_.joinable()) runner_.join();
    if (feeder_.joinable()) feeder_.join();
  }

  Handover handover_;
  Cancel cancel_;
  std::optional<Chain> chain_;
  std::optional<Result<Report>> result_;
  Error feed_error_;
  std::mutex input_mutex_;
  Fd input_, reader_;
  std::thread runner_, feeder_;
};

}  // namespace
}  // namespace exec

Result<std::unique_ptr<StreamRun>> StreamRun::start(const Recipe& recipe, RunOptions run, StreamOptions options) {
  auto out = std::make_unique<exec::Running>();
  CORPUS_CHECK(out->begin(recipe, std::move(run), std::move(options)));
  return std::unique_ptr<StreamRun>(std::move(out));
}

}  // namespace corpus
