// A client by hand: sockets, so that a test decides what is sent and when.
#ifndef CORPUS_TESTS_STUDENT_SERVE_CLIENT_H_
#define CORPUS_TESTS_STUDENT_SERVE_CLIENT_H_

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

namespace student::test {

class Client {
 public:
  explicit Client(std::uint16_t port) {
    fd_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connected_ = fd_ >= 0 && ::connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  }
  ~Client() { close(); }
  Client(Client&& other) noexcept : fd_(other.fd_), connected_(other.connected_) { other.fd_ = -1; }
  void close() {
    if (fd_ >= 0) ::close(fd_);
    fd_ = -1;
  }
  bool connected() const { return connected_; }
  bool send(std::string_view bytes) {
    while (!bytes.empty()) {
      auto n = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (n <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(n));
    }
    return true;
  }
  bool post(std::string_view path, std::string_view body) {
    return send("POST " + std::string(path) + " HTTP/1.1\r\nHost: x\r\nContent-Length: " + std::to_string(body.size()) +
                "\r\n\r\n" + std::string(body));
  }
  // Until `end` was read, the connection closed or `ms` went by without a byte.
  std::string read(std::string_view end = {}, int ms = 5000) {
    std::string out;
    char buffer[4096];
    while (end.empty() || out.find(end) == std::string::npos) {
      pollfd waiting{fd_, POLLIN, 0};
      if (::poll(&waiting, 1, ms) <= 0) break;
      auto n = ::recv(fd_, buffer, sizeof buffer, 0);
      if (n <= 0) {
        closed_ = true;
        break;
      }
      out.append(buffer, static_cast<std::size_t>(n));
    }
    return out;
  }
  bool closed() const { return closed_; }  // by the server, as read() saw it

 private:
  int fd_ = -1;
  bool connected_ = false, closed_ = false;
};

struct Answer {
  int status = 0;
  std::string body;
};

// One request, one answer; a chunked body is put together.
inline Answer ask(std::uint16_t port, std::string_view method, std::string_view path, std::string_view body = {}) {
  Client client(port);
  client.send(std::string(method) + ' ' + std::string(path) + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: " +
              std::to_string(body.size()) + "\r\n\r\n" + std::string(body));
  std::string got = client.read();
  auto split = got.find("\r\n\r\n");
  if (split == std::string::npos) return {};
  Answer out{.status = std::atoi(got.c_str() + 9), .body = got.substr(split + 4)};
  if (got.substr(0, split).find("chunked") == std::string::npos) return out;
  std::string whole;
  std::string_view rest = out.body;
  for (;;) {
    auto line = rest.find("\r\n");
    if (line == std::string_view::npos) break;
    auto size = std::strtoul(std::string(rest.substr(0, line)).c_str(), nullptr, 16);
    if (size == 0) break;
    whole += rest.substr(line + 2, size);
    rest.remove_prefix(line + 2 + size + 2);
  }
  out.body = whole;
  return out;
}

}  // namespace student::test

#endif  // CORPUS_TESTS_STUDENT_SERVE_CLIENT_H_
