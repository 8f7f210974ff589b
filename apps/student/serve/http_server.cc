#include "serve/http_server.h"

#include <sys/socket.h>

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <deque>
#include <list>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include "serve/openai_error.h"

namespace student {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;
using corpus::Result;
using boost::system::error_code;
using corpus::Code;
using corpus::Error;

std::string_view reason(int status) {
  switch (status) {
    case 200: return "OK";
    case 400: return "Bad Request";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 413: return "Payload Too Large";
    case 429: return "Too Many Requests";
    case 431: return "Request Header Fields Too Large";
    case 503: return "Service Unavailable";
    default: return "Internal Server Error";
  }
}

class Session;

// What sessions need of the server; used on the thread that moves bytes, but for `handler` and `workers`.
struct Shared {
  HttpLimits limits;
  HttpServer::Handler handler;
  asio::thread_pool* workers = nullptr;
  std::size_t connections = 0;
  std::list<Session*> sending;  // sessions whose request is not complete, longest first
};

// A Reply may outlive the server: it keeps this, and with it what its session stands on.
struct Core : std::enable_shared_from_this<Core> {
  Shared shared;  // sessions use it until the last of them is gone with io
  asio::io_context io{1};
};

class Session : public std::enable_shared_from_this<Session> {
 public:
  Session(tcp::socket socket, Core& core)
      : stream_(std::move(socket)), core_(core), shared_(core.shared), place_(shared_.sending.end()) {
    ++shared_.connections;
  }
  ~Session() {
    leave_list();
    --shared_.connections;
  }

  void read_request() {
    parser_.emplace();
    parser_->header_limit(static_cast<std::uint32_t>(shared_.limits.max_header));
    parser_->body_limit(shared_.limits.max_body);
    place_ = shared_.sending.insert(shared_.sending.end(), this);
    stream_.expires_after(turn_ == 0 ? shared_.limits.header_time : shared_.limits.idle_time);
    http::async_read_header(stream_, buffer_, *parser_, [self = shared_from_this()](error_code ec, std::size_t) {
      if (ec) return self->refuse(ec);
      self->read_body();
    });
  }

  // Closes at once, in whatever state.
  void drop() {
    leave_list();
    error_code ignored;
    stream_.socket().close(ignored);
    lose();
  }

  // For a client that comes when there is no room.
  void turn_away() {
    keep_alive_ = false;
    answering_ = true;
    finish_with(503, error_json("server_error", "too many connections; try again later"));
  }

  // --- called through a Reply, on the thread that moves bytes
  void finish_with(int status, const std::string& json) {
    std::string head = "HTTP/1.1 " + std::to_string(status) + ' ' + std::string(reason(status)) +
                       "\r\nContent-Type: application/json\r\nContent-Length: " + std::to_string(json.size()) +
                       (status == 429 || status == 503 ? "\r\nRetry-After: 1" : "") +
                       (keep_alive_ ? "\r\n\r\n" : "\r\nConnection: close\r\n\r\n");
    last_ = true;
    write(head + json);
  }
  void begin_events() {
    write("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: no-cache\r\n" +
          std::string(chunked_ ? "Transfer-Encoding: chunked\r\n" : "Connection: close\r\n") +
          (chunked_ && !keep_alive_ ? "Connection: close\r\n\r\n" : "\r\n"));
  }
  void event(const std::string& text) { write(chunk(text)); }
  void end_events() {
    last_ = true;
    write(chunked_ ? "0\r\n\r\n" : "");
  }
  asio::any_io_executor executor() { return stream_.get_executor(); }

  void set_on_gone(std::function<void()> callback) {
    {
      std::lock_guard lock(gone_mutex_);
      if (!gone_) return void(on_gone_ = std::move(callback));
    }
    callback();
  }

 private:
  void leave_list() {
    if (place_ != shared_.sending.end()) shared_.sending.erase(place_);
    place_ = shared_.sending.end();
  }

  // A request that did not come as it should: say so where the client could still be listening.
  void refuse(error_code ec) {
    leave_list();
    int status = 0;
    std::string why;
    if (ec == http::error::body_limit) {
      status = 413;
      why = "the body is larger than " + std::to_string(shared_.limits.max_body) + " bytes";
    } else if (ec == http::error::header_limit) {
      status = 431;
      why = "the header is larger than " + std::to_string(shared_.limits.max_header) + " bytes";
    } else if (ec.category() == http::make_error_code(http::error::bad_method).category() &&
               ec != http::error::end_of_stream && ec != http::error::partial_message) {
      status = 400;
      why = "this is no HTTP request: " + ec.message();
    }
    if (status == 0 || !stream_.socket().is_open()) return;
    keep_alive_ = false;
    answering_ = true;
    finish_with(status, error_json("invalid_request_error", why));
  }

  void read_body() {
    stream_.expires_after(shared_.limits.body_time);
    if (beast::iequals(parser_->get()[http::field::expect], "100-continue")) {
      static constexpr std::string_view kGoOn = "HTTP/1.1 100 Continue\r\n\r\n";
      asio::async_write(stream_, asio::buffer(kGoOn), [self = shared_from_this()](error_code ec, std::size_t) {
        if (!ec) self->read_rest();
      });
    } else {
      read_rest();
    }
  }

  void read_rest() {
    http::async_read(stream_, buffer_, *parser_, [self = shared_from_this()](error_code ec, std::size_t) {
      if (ec) return self->refuse(ec);
      self->handle();
    });
  }

  void handle();

  // Sees a client that closes while it waits. Bytes that come are the next request: they stay where they are.
  void watch() {
    stream_.socket().async_wait(tcp::socket::wait_read, [self = shared_from_this(), turn = turn_](error_code ec) {
      if (ec || turn != self->turn_ || !self->answering_) return;
      char byte;
      auto n = ::recv(self->stream_.socket().native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
      if (n == 0 || (n < 0 && errno != EAGAIN && errno != EWOULDBLOCK)) return self->drop();
      if (n < 0) self->watch();
    });
  }

  std::string chunk(const std::string& text) const {
    if (!chunked_) return text;
    char size[20];
    std::snprintf(size, sizeof size, "%zx\r\n", text.size());
    return size + text + "\r\n";
  }

  void write(std::string bytes) {
    if (lost_) return;
    unsent_ += bytes.size();
    outbox_.push_back(std::move(bytes));
    // An answer in one piece may be larger; a stream of pieces that nobody takes has to end.
    if (outbox_.size() > 1 && unsent_ > shared_.limits.max_unsent) return drop();
    if (!writing_) write_some();
  }

  void write_some() {
    writing_ = true;
    stream_.expires_after(shared_.limits.write_time);
    asio::async_write(stream_, asio::buffer(outbox_.front()), [self = shared_from_this()](error_code ec, std::size_t) {
      self->writing_ = false;
      if (ec || self->lost_) return self->drop();
      self->unsent_ -= self->outbox_.front().size();
      self->outbox_.pop_front();
      if (!self->outbox_.empty()) return self->write_some();
      if (self->last_) self->done();
    });
  }

  void done() {
    answering_ = false;
    last_ = false;
    ++turn_;
    {
      std::lock_guard lock(gone_mutex_);
      on_gone_ = nullptr;
    }
    if (keep_alive_) return read_request();
    // Reading on for a moment lets the client read the answer: closing with unread bytes resets the connection.
    error_code ignored;
    stream_.socket().shutdown(tcp::socket::shutdown_send, ignored);
    stream_.expires_after(std::chrono::seconds(2));
    place_ = shared_.sending.insert(shared_.sending.end(), this);
    drain(64);
  }

  void drain(int reads) {
    buffer_.clear();
    stream_.async_read_some(buffer_.prepare(16 << 10), [self = shared_from_this(), reads](error_code ec, std::size_t) {
      if (ec || reads == 0) return self->drop();
      self->drain(reads - 1);
    });
  }

  void lose() {
    lost_ = true;
    std::function<void()> callback;
    {
      std::lock_guard lock(gone_mutex_);
      if (gone_) return;
      gone_ = true;
      callback = std::exchange(on_gone_, nullptr);
    }
    if (callback) callback();
  }

  beast::tcp_stream stream_;
  Core& core_;
  Shared& shared_;
  beast::flat_buffer buffer_;
  std::optional<http::request_parser<http::string_body>> parser_;
  std::list<Session*>::iterator place_;
  std::deque<std::string> outbox_;
  std::size_t unsent_ = 0;
  std::uint64_t turn_ = 0;
  bool writing_ = false, last_ = false, answering_ = false, keep_alive_ = false, chunked_ = true, lost_ = false;

  std::mutex gone_mutex_;  // guards what follows
  std::function<void()> on_gone_;
  bool gone_ = false;
};

class SessionReply final : public Reply {
 public:
  SessionReply(std::shared_ptr<Core> core, std::shared_ptr<Session> session)
      : core_(std::move(core)), session_(std::move(session)) {}
  // A handler that forgot to answer would leave the client waiting for ever. In any case the session is let go
  // of on its own thread.
  ~SessionReply() override {
    auto executor = session_->executor();
    asio::post(executor, [session = std::move(session_), drop = !ended_] {
      if (drop) session->drop();
    });
  }
  void send(int status, std::string json) override {
    ended_ = true;
    post([status, json = std::move(json)](Session& s) { s.finish_with(status, json); });
  }
  void begin_events() override {
    post([](Session& s) { s.begin_events(); });
  }
  void event(std::string_view data) override {
    post([text = "data: " + std::string(data) + "\n\n"](Session& s) { s.event(text); });
  }
  void end_events() override {
    ended_ = true;
    post([](Session& s) { s.end_events(); });
  }
  void on_gone(std::function<void()> callback) override { session_->set_on_gone(std::move(callback)); }

 private:
  template <typename F>
  void post(F what) {
    asio::post(session_->executor(), [session = session_, what = std::move(what)] { what(*session); });
  }
  std::shared_ptr<Core> core_;  // goes last
  std::shared_ptr<Session> session_;
  std::atomic<bool> ended_{false};
};

void Session::handle() {
  leave_list();
  auto message = parser_->release();
  HttpRequest request;
  request.method = std::string(message.method_string());
  request.path = std::string(message.target());
  request.path.resize(std::min(request.path.size(), request.path.find('?')));
  request.body = std::move(message.body());
  keep_alive_ = message.keep_alive();
  chunked_ = message.version() >= 11;
  if (!chunked_) keep_alive_ = false;
  answering_ = true;
  watch();
  asio::post(*shared_.workers, [&shared = shared_, request = std::move(request),
                                reply = std::make_shared<SessionReply>(core_.shared_from_this(), shared_from_this())]() mutable {
    shared.handler(std::move(request), std::move(reply));
  });
}

class Server final : public HttpServer {
 public:
  Server(const HttpLimits& limits, Handler handler)
      : workers_(static_cast<std::size_t>(limits.workers)) {
    core_->shared = {.limits = limits, .handler = std::move(handler), .workers = &workers_, .sending = {}};
  }
  ~Server() override { stop(); }

  Result<void> listen(const std::string& host, std::uint16_t port) {
    error_code ec;
    auto address = asio::ip::make_address(host == "localhost" ? "127.0.0.1" : host, ec);
    if (ec)
      return Error{Code::kInvalidArgument, "'" + host + "' is no address to listen on; write 127.0.0.1 or 0.0.0.0"};
    tcp::endpoint endpoint(address, port);
    acceptor_.open(endpoint.protocol(), ec);
    if (!ec) acceptor_.set_option(asio::socket_base::reuse_address(true), ec);
    if (!ec) acceptor_.bind(endpoint, ec);
    if (!ec) acceptor_.listen(1024, ec);
    if (ec) return Error{Code::kIo, "cannot listen on " + host + ':' + std::to_string(port) + ": " + ec.message()};
    port_ = acceptor_.local_endpoint().port();
    accept();
    thread_ = std::thread([this] { core_->io.run(); });
    return {};
  }

  std::uint16_t port() const override { return port_; }

  void stop() override {
    if (!thread_.joinable()) return;
    core_->io.stop();
    thread_.join();
    workers_.join();
  }

 private:
  void accept() {
    acceptor_.async_accept([this](error_code ec, tcp::socket socket) {
      if (ec) {  // usually: no file descriptors left. Connections will end
        timer_.expires_after(std::chrono::milliseconds(50));
        return timer_.async_wait([this](error_code stopped) {
          if (!stopped) accept();
        });
      }
      Shared& shared = core_->shared;
      if (shared.connections >= shared.limits.max_connections && !shared.sending.empty()) {
        shared.sending.front()->drop();
      }
      // A dropped session lives until its last handler has run, so some room is left for those.
      bool full = shared.connections >= shared.limits.max_connections + 64;
      socket.set_option(tcp::no_delay(true), ec);
      auto session = std::make_shared<Session>(std::move(socket), *core_);
      if (full) {
        session->turn_away();
      } else {
        session->read_request();
      }
      accept();
    });
  }

  std::shared_ptr<Core> core_ = std::make_shared<Core>();
  asio::thread_pool workers_;
  tcp::acceptor acceptor_{core_->io};
  asio::steady_timer timer_{core_->io};
  std::thread thread_;
  std::uint16_t port_ = 0;
};

}  // namespace

Result<std::unique_ptr<HttpServer>> HttpServer::start(const std::string& host, std::uint16_t port,
                                                      const HttpLimits& limits, Handler handler) {
  auto server = std::make_unique<Server>(limits, std::move(handler));
  CORPUS_CHECK(server->listen(host, port));
  return std::unique_ptr<HttpServer>(std::move(server));
}

}  // namespace student
