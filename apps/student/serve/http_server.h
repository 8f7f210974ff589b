// A small HTTP/1.1 server on Boost.Beast for requests whose answers may take minutes and come in pieces.
//
// One thread moves bytes of all connections, so a slow client costs a socket and some KiB, not a thread;
// a few workers run the handler. Everything from outside has a limit: size of header and body, time to
// send them, time to take the answer, connections. When all connections are taken, the one that has been
// sending its request for longest makes room, so clients that send nothing cannot keep others out.
//
// A client that closes its connection is seen while its answer is made (Reply::on_gone).
// Threads: Reply from any. The handler runs on several threads at once and must not throw.
// Order of ends: stop() first, then whatever still holds a Reply, then the server.
#ifndef STUDENT_SERVE_HTTP_SERVER_H_
#define STUDENT_SERVE_HTTP_SERVER_H_

#include <corpus/result.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace student {

struct HttpLimits {
  std::size_t max_header = 16 << 10;
  std::size_t max_body = 4 << 20;
  std::size_t max_connections = 512;
  std::size_t max_unsent = 1 << 20;              // bytes of an answer that the client has not taken yet
  std::chrono::milliseconds header_time{10'000};  // from the connection to the end of the first header
  std::chrono::milliseconds idle_time{60'000};    // from an answer to the end of the next header
  std::chrono::milliseconds body_time{30'000};
  std::chrono::milliseconds write_time{30'000};   // for each piece of the answer
  int workers = 2;
};

struct HttpRequest {
  std::string method;
  std::string path;  // without the query
  std::string body;
};

// The way back to one client. Either send(), or begin_events(), event() ..., end_events().
class Reply {
 public:
  virtual ~Reply() = default;
  virtual void send(int status, std::string json) = 0;
  virtual void begin_events() = 0;
  virtual void event(std::string_view data) = 0;  // one server-sent event, data without line ends
  virtual void end_events() = 0;
  // Called once, from any thread, when the client has gone before the end; at once if it already has.
  virtual void on_gone(std::function<void()> callback) = 0;
};

class HttpServer {
 public:
  using Handler = std::function<void(HttpRequest, std::shared_ptr<Reply>)>;
  // Listens on host:port; port 0 takes a free one.
  static corpus::Result<std::unique_ptr<HttpServer>> start(const std::string& host, std::uint16_t port,
                                                           const HttpLimits& limits, Handler handler);
  virtual ~HttpServer() = default;
  virtual std::uint16_t port() const = 0;
  virtual void stop() = 0;  // no handler runs after this
};

}  // namespace student

#endif  // STUDENT_SERVE_HTTP_SERVER_H_
