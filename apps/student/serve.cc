// student serve: the student for OpenAI clients.
#include <signal.h>
#include <sys/resource.h>

#include <cstdio>
#include <filesystem>

#include "commands.h"
#include "corpus/value.h"
#include "open_student.h"
#include "serve/student_server.h"

namespace student {
namespace {

// A connection takes a file descriptor, and the usual soft limit of 1,024 is low.
void allow_many_files() {
  rlimit files{};
  if (::getrlimit(RLIMIT_NOFILE, &files) != 0) return;
  files.rlim_cur = files.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &files);
}

std::string last_part(const std::string& path) {
  std::filesystem::path p(path);
  return p.filename().empty() || p.filename() == "." ? p.parent_path().filename().string() : p.filename().string();
}

}  // namespace

Result<int> serve_command(const corpus::cli::Args& args) {
  // Before threads are made, so that they all leave the signals to sigwait.
  sigset_t ends;
  sigemptyset(&ends);
  sigaddset(&ends, SIGINT);
  sigaddset(&ends, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &ends, nullptr);
  allow_many_files();
  ServerOptions options;
  CORPUS_TRY(auto port, integer(args, "port", 8080, 0, 65535));
  CORPUS_TRY(auto clients, integer(args, "max-clients", 512, 1, 1'000'000));
  CORPUS_TRY(auto queue, integer(args, "max-queue", 1024, 1, 1'000'000));
  auto body = corpus::parse_bytes(args.get("max-body", "4MiB"));
  if (!body) return std::move(body).error().context("--max-body");
  CORPUS_TRY(Student student, open_student(args));
  options.host = args.get("host", "127.0.0.1");
  options.port = static_cast<std::uint16_t>(port);
  options.model_id = args.get("name", last_part(student.path));
  options.http.max_connections = static_cast<std::size_t>(clients);
  options.http.max_body = *body;
  options.engine = student.engine;
  options.engine.max_queue = static_cast<std::size_t>(queue);
  Voice voice{student.model.get(), student.tokenizer.get(), student.chat.get()};
  CORPUS_TRY(auto server, StudentServer::start(voice, options));
  if (!args.has("quiet")) {
    std::fprintf(stderr, "serving %s on http://%s:%d/v1 (context %d, %d slots, %s)\n", options.model_id.c_str(),
                 options.host.c_str(), static_cast<int>(server->port()), options.engine.max_length,
                 options.engine.slots,
                 student.chat ? ("template " + std::string(student.chat->name())).c_str() : "no chat template");
  }
  int signal = 0;
  sigwait(&ends, &signal);
  return corpus::cli::kDone;
}

}  // namespace student
