// A connected stream socket that moves whole buffers, and the two ways to get one.
#ifndef STUDENT_TRAIN_SOCKET_H_
#define STUDENT_TRAIN_SOCKET_H_

#include <corpus/result.h>

#include <cstddef>
#include <string>
#include <utility>

namespace student {

using corpus::Result;

class Socket {
 public:
  Socket() = default;
  explicit Socket(int fd) : fd_(fd) {}
  Socket(Socket&& o) noexcept : fd_(std::exchange(o.fd_, -1)) {}
  Socket& operator=(Socket&& o) noexcept {
    std::swap(fd_, o.fd_);
    return *this;
  }
  ~Socket();

  bool is_open() const { return fd_ >= 0; }
  int fd() const { return fd_; }
  // A read or write that makes no progress for so long is an error.
  void set_timeout(int seconds);
  Result<void> send(const void* bytes, std::size_t n);
  Result<void> receive(void* bytes, std::size_t n);

 private:
  int fd_ = -1;
};

// `place`: "host:port", or a path that holds a slash. A Unix socket that lies there from a run that ended is removed.
Result<Socket> listen_at(const std::string& place, int backlog);
Result<Socket> accept_from(Socket& listener, double patience);  // kLimit when nobody came
// Tries until somebody listens there or `patience` seconds are over.
Result<Socket> connect_to(const std::string& place, double patience);

}  // namespace student

#endif  // STUDENT_TRAIN_SOCKET_H_
