#include "train/socket.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <chrono>
#include <cstring>
#include <memory>
#include <thread>

namespace student {
namespace {

using corpus::Code;
using corpus::Error;

bool is_path(const std::string& place) { return place.find('/') != std::string::npos; }

Error failed(const std::string& place, const char* what) {
  return {Code::kIo, "--rendezvous " + place + ": " + what + ": " + std::strerror(errno)};
}

Result<sockaddr_un> unix_address(const std::string& place) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (place.size() >= sizeof address.sun_path) {
    return Error{Code::kInvalidArgument, "--rendezvous " + place + ": the path of a Unix socket may have " +
                                             std::to_string(sizeof address.sun_path - 1) + " bytes"};
  }
  std::memcpy(address.sun_path, place.c_str(), place.size() + 1);
  return address;
}

using Addresses = std::unique_ptr<addrinfo, decltype(&freeaddrinfo)>;

Result<Addresses> resolve(const std::string& place, bool listening) {
  std::size_t colon = place.rfind(':');
  if (colon == std::string::npos || colon == 0 || colon + 1 == place.size()) {
    return Error{Code::kInvalidArgument, "--rendezvous " + place + ": give host:port or the path of a Unix socket"};
  }
  addrinfo hints{}, *found = nullptr;
  hints.ai_socktype = SOCK_STREAM;
  if (listening) hints.ai_flags = AI_PASSIVE;
  int error = getaddrinfo(place.substr(0, colon).c_str(), place.substr(colon + 1).c_str(), &hints, &found);
  if (error != 0) return Error{Code::kInvalidArgument, "--rendezvous " + place + ": " + gai_strerror(error)};
  return Addresses(found, &freeaddrinfo);
}

void no_delay(int fd) {
  int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

Result<Socket> try_connect(const std::string& place) {
  if (is_path(place)) {
    CORPUS_TRY(sockaddr_un address, unix_address(place));
    Socket out(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (connect(out.fd(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) return failed(place, "connect");
    return out;
  }
  CORPUS_TRY(Addresses addresses, resolve(place, false));
  for (addrinfo* a = addresses.get(); a != nullptr; a = a->ai_next) {
    Socket out(socket(a->ai_family, a->ai_socktype | SOCK_CLOEXEC, a->ai_protocol));
    if (!out.is_open() || connect(out.fd(), a->ai_addr, a->ai_addrlen) != 0) continue;
    no_delay(out.fd());
    return out;
  }
  return failed(place, "connect");
}

}  // namespace

Socket::~Socket() {
  if (fd_ >= 0) close(fd_);
}

void Socket::set_timeout(int seconds) {
  timeval limit{seconds, 0};
  setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  setsockopt(fd_, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
}

Result<void> Socket::send(const void* bytes, std::size_t n) {
  const char* from = static_cast<const char*>(bytes);
  while (n > 0) {
    ssize_t done = ::send(fd_, from, n, MSG_NOSIGNAL);
    if (done < 0 && errno == EINTR) continue;
    if (done <= 0) return Error{Code::kIo, std::string("another process of the run is gone: ") + std::strerror(errno)};
    from += done;
    n -= static_cast<std::size_t>(done);
  }
  return {};
}

Result<void> Socket::receive(void* bytes, std::size_t n) {
  char* to = static_cast<char*>(bytes);
  while (n > 0) {
    ssize_t done = recv(fd_, to, n, 0);
    if (done < 0 && errno == EINTR) continue;
    if (done <= 0) {
      std::string why = done == 0 ? "it closed the connection" : std::strerror(errno);
      return Error{Code::kIo, "another process of the run is gone: " + why + "; start all of them with --resume"};
    }
    to += done;
    n -= static_cast<std::size_t>(done);
  }
  return {};
}

Result<Socket> listen_at(const std::string& place, int backlog) {
  if (is_path(place)) {
    CORPUS_TRY(sockaddr_un address, unix_address(place));
    Socket out(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (try_connect(place))
      return Error{Code::kInvalidArgument, "--rendezvous " + place + ": another run listens there"};
    unlink(place.c_str());
    if (bind(out.fd(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 || listen(out.fd(), backlog) != 0) {
      return failed(place, "cannot listen");
    }
    return out;
  }
  CORPUS_TRY(Addresses addresses, resolve(place, true));
  for (addrinfo* a = addresses.get(); a != nullptr; a = a->ai_next) {
    Socket out(socket(a->ai_family, a->ai_socktype | SOCK_CLOEXEC, a->ai_protocol));
    int on = 1;
    if (!out.is_open()) continue;
    setsockopt(out.fd(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(out.fd(), a->ai_addr, a->ai_addrlen) == 0 && listen(out.fd(), backlog) == 0) return out;
  }
  return failed(place, "cannot listen");
}

Result<Socket> accept_from(Socket& listener, double patience) {
  pollfd wait{listener.fd(), POLLIN, 0};
  if (poll(&wait, 1, static_cast<int>(patience * 1000)) <= 0) {
    return Error{Code::kLimit, "--rendezvous: not all processes of --world came in time"};
  }
  Socket out(accept4(listener.fd(), nullptr, nullptr, SOCK_CLOEXEC));
  if (!out.is_open()) return Error{Code::kIo, std::string("--rendezvous: accept: ") + std::strerror(errno)};
  no_delay(out.fd());
  return out;
}

Result<Socket> connect_to(const std::string& place, double patience) {
  using Clock = std::chrono::steady_clock;
  auto end = Clock::now() + std::chrono::duration<double>(patience);
  for (;;) {
    auto made = try_connect(place);
    bool absent = !made && made.error().code == Code::kIo;
    if (!absent || Clock::now() >= end) return made;
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
}

}  // namespace student
