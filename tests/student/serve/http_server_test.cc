#include "serve/http_server.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "student/serve/client.h"

namespace student {
namespace {

using namespace std::chrono_literals;
using test::Client;

// Answers with the body it got, and the method and path.
void echo(HttpRequest request, std::shared_ptr<Reply> reply) {
  reply->send(200, request.method + ' ' + request.path + ' ' + request.body);
}

std::unique_ptr<HttpServer> serve(HttpServer::Handler handler, HttpLimits limits = {}) {
  auto server = HttpServer::start("127.0.0.1", 0, limits, std::move(handler));
  EXPECT_TRUE(server) << server.error().message;
  return *std::move(server);
}

TEST(HttpServer, AnswersAndKeepsTheConnection) {
  auto server = serve(echo);
  Client client(server->port());
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(client.post("/a?b=c", "hello" + std::to_string(i)));
    auto got = client.read("hello" + std::to_string(i));
    EXPECT_TRUE(got.starts_with("HTTP/1.1 200 OK\r\n")) << got;
    EXPECT_TRUE(got.ends_with("\r\n\r\nPOST /a hello" + std::to_string(i))) << got;
  }
}

TEST(HttpServer, PipelinedRequestsAreAnsweredInOrder) {
  auto server = serve(echo);
  Client client(server->port());
  ASSERT_TRUE(client.send("GET /1 HTTP/1.1\r\nHost: x\r\n\r\nGET /2 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"));
  auto got = client.read();
  EXPECT_LT(got.find("GET /1"), got.find("GET /2"));
  EXPECT_NE(got.find("GET /2"), std::string::npos);
  EXPECT_TRUE(client.closed());
}

TEST(HttpServer, ChunkedBodiesAndExpectations) {
  auto server = serve(echo);
  Client client(server->port());
  ASSERT_TRUE(
      client.send("POST /x HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"));
  EXPECT_NE(client.read("abcde").find("POST /x abcde"), std::string::npos);
  ASSERT_TRUE(client.send("POST /y HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n"));
  EXPECT_EQ(client.read("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
  ASSERT_TRUE(client.send("ok"));
  EXPECT_NE(client.read("POST /y ok").find("200 OK"), std::string::npos);
}

TEST(HttpServer, EventsAreChunks) {
  auto server = serve([](HttpRequest, std::shared_ptr<Reply> reply) {
    reply->begin_events();
    reply->event("{\"a\":1}");
    reply->event("[DONE]");
    reply->end_events();
  });
  Client client(server->port());
  ASSERT_TRUE(client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n"));
  auto got = client.read("0\r\n\r\n");
  EXPECT_NE(got.find("Content-Type: text/event-stream"), std::string::npos);
  EXPECT_TRUE(got.ends_with("\r\n\r\nf\r\ndata: {\"a\":1}\n\n\r\ne\r\ndata: [DONE]\n\n\r\n0\r\n\r\n")) << got;
  // HTTP/1.0 has no chunks: the end of the connection ends the stream.
  Client old(server->port());
  ASSERT_TRUE(old.send("GET / HTTP/1.0\r\n\r\n"));
  auto plain = old.read();
  EXPECT_TRUE(plain.ends_with("\r\n\r\ndata: {\"a\":1}\n\ndata: [DONE]\n\n")) << plain;
  EXPECT_TRUE(old.closed());
}

// A body that is announced as too large is refused before a byte of it is read.
TEST(HttpServer, LargeBodiesAreRefusedEarly) {
  std::atomic<int> handled{0};
  auto server = serve([&](HttpRequest, std::shared_ptr<Reply> reply) {
    ++handled;
    reply->send(200, "");
  }, {.max_body = 1000});
  Client announced(server->port());
  ASSERT_TRUE(announced.send("POST /v1/completions HTTP/1.1\r\nHost: x\r\nContent-Length: 1073741824\r\n\r\n"));
  auto got = announced.read();
  EXPECT_TRUE(got.starts_with("HTTP/1.1 413 Payload Too Large\r\n")) << got;
  EXPECT_NE(got.find("the body is larger than 1000 bytes"), std::string::npos);
  EXPECT_TRUE(announced.closed());
  // Without a length it ends where it becomes too large.
  Client chunked(server->port());
  ASSERT_TRUE(chunked.send("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"));
  std::string piece = "200\r\n" + std::string(512, 'x') + "\r\n";
  for (int i = 0; i < 4; ++i) chunked.send(piece);
  EXPECT_TRUE(chunked.read().starts_with("HTTP/1.1 413 ")) << got;
  EXPECT_EQ(handled, 0);
}

// A gigabyte really sent: memory does not grow by it, and the client is told.
TEST(HttpServer, AGigabyteIsNotTaken) {
  auto server = serve(echo);
  Client client(server->port());
  ASSERT_TRUE(client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000000\r\n\r\n"));
  std::string piece(1 << 20, 'x');
  int sent = 0;
  while (sent < 1000 && client.send(piece)) ++sent;
  EXPECT_LT(sent, 100);  // socket buffers and what is drained before closing
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  EXPECT_LT(usage.ru_maxrss, 1 << 20);  // KiB
}

TEST(HttpServer, LargeHeadersAndNonsenseAreRefused) {
  auto server = serve(echo, {.max_header = 1000});
  Client large(server->port());
  large.send("GET / HTTP/1.1\r\nX: " + std::string(2000, 'x') + "\r\n\r\n");
  EXPECT_TRUE(large.read().starts_with("HTTP/1.1 431 "));
  Client nonsense(server->port());
  nonsense.send("\x16\x03\x01 this is TLS\r\n\r\n");
  EXPECT_TRUE(nonsense.read().starts_with("HTTP/1.1 400 "));
  Client smuggler(server->port());
  smuggler.send("POST / HTTP/1.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n");
  EXPECT_TRUE(smuggler.read().starts_with("HTTP/1.1 400 "));
}

TEST(HttpServer, SlowRequestsEnd) {
  auto server = serve(echo, {.header_time = 200ms, .body_time = 300ms});
  Client nothing(server->port());
  Client drip(server->port());
  Client body(server->port());
  body.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nab");
  auto start = std::chrono::steady_clock::now();
  // A byte now and then does not win time.
  for (int i = 0; i < 20 && drip.send("G"); ++i) std::this_thread::sleep_for(30ms);
  nothing.read();
  drip.read();
  body.read();
  EXPECT_TRUE(nothing.closed() && drip.closed() && body.closed());
  EXPECT_LT(std::chrono::steady_clock::now() - start, 3s);
}

TEST(HttpServer, ClientsThatLeaveAreSeen) {
  std::mutex mutex;
  std::condition_variable changed;
  int gone = 0, begun = 0;
  std::vector<std::shared_ptr<Reply>> waiting;
  auto server = serve([&](HttpRequest, std::shared_ptr<Reply> reply) {
    reply->on_gone([&] {
      std::lock_guard lock(mutex);
      ++gone;
      changed.notify_all();
    });
    std::lock_guard lock(mutex);
    waiting.push_back(std::move(reply));
    ++begun;
    changed.notify_all();
  });
  {
    Client client(server->port());
    client.post("/", "x");
    std::unique_lock lock(mutex);
    changed.wait_for(lock, 5s, [&] { return begun == 1; });
    EXPECT_EQ(gone, 0);
  }
  std::unique_lock lock(mutex);
  changed.wait_for(lock, 5s, [&] { return gone == 1; });
  EXPECT_EQ(gone, 1);
  waiting[0]->send(200, "nobody reads this");
  server->stop();
}

// Whoever does not take the answer loses it; the memory it takes is bounded.
TEST(HttpServer, AnswersThatNobodyTakesEnd) {
  std::atomic<bool> gone{false};
  auto server = serve([&](HttpRequest, std::shared_ptr<Reply> reply) {
    reply->on_gone([&] { gone = true; });
    reply->begin_events();
    std::string piece(100'000, 'x');
    for (int i = 0; i < 2000 && !gone; ++i) {
      reply->event(piece);
      std::this_thread::sleep_for(1ms);
    }
    reply->end_events();
  });
  Client client(server->port());
  client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  for (int i = 0; i < 500 && !gone; ++i) std::this_thread::sleep_for(10ms);
  EXPECT_TRUE(gone);
}

// 1,000 clients that send half a header and then nothing, on a server that has room for 100: a good client that
// comes in between, before and after, is served each time.
TEST(HttpServer, AThousandSlowClientsKeepNobodyOut) {
  rlimit files{};
  ::getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &files);
  if (files.rlim_cur < 2500) GTEST_SKIP() << "needs 2,500 file descriptors; the limit is " << files.rlim_cur;
  auto server = serve(echo, {.max_connections = 100});
  std::vector<Client> slow;
  auto good = [&](int i) {
    auto start = std::chrono::steady_clock::now();
    Client client(server->port());
    client.post("/good", std::to_string(i));
    EXPECT_TRUE(client.read("/good").starts_with("HTTP/1.1 200 OK")) << i;
    EXPECT_LT(std::chrono::steady_clock::now() - start, 2s) << i;
  };
  for (int i = 0; i < 1000; ++i) {
    slow.emplace_back(server->port());
    ASSERT_TRUE(slow.back().connected());
    slow.back().send("POST /v1/completions HTTP/1.1\r\nHos");
    if (i % 50 == 0) good(i);
  }
  good(1000);
}

// Clients whose answers are being made are not sent away for new ones: the new ones hear that it is full.
TEST(HttpServer, FullIsSaid) {
  std::mutex mutex;
  std::vector<std::shared_ptr<Reply>> waiting;
  auto server = serve([&](HttpRequest, std::shared_ptr<Reply> reply) {
    std::lock_guard lock(mutex);
    waiting.push_back(std::move(reply));
  }, {.max_connections = 10});
  std::vector<Client> busy;
  for (int i = 0; i < 74; ++i) {  // 10 and the 64 that are let in while others end
    busy.emplace_back(server->port());
    busy.back().post("/", "x");
  }
  for (int i = 0; i < 500; ++i) {
    std::lock_guard lock(mutex);
    if (waiting.size() == 74) break;
    std::this_thread::sleep_for(5ms);
  }
  Client late(server->port());
  auto got = late.read();
  EXPECT_TRUE(got.starts_with("HTTP/1.1 503 ")) << got;
  EXPECT_NE(got.find("too many connections"), std::string::npos);
  for (auto& reply : waiting) reply->send(200, "done");
  EXPECT_TRUE(busy.front().read("done").starts_with("HTTP/1.1 200"));
  waiting.clear();
}

TEST(HttpServer, PortsInUseAreNamed) {
  auto first = serve(echo);
  auto second = HttpServer::start("127.0.0.1", first->port(), {}, echo);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().message,
            "cannot listen on 127.0.0.1:" + std::to_string(first->port()) + ": Address already in use");
  EXPECT_FALSE(HttpServer::start("nowhere", 0, {}, echo));
}

}  // namespace
}  // namespace student
