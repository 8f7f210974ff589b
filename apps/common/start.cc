#include <signal.h>

#include <cstdio>
#include <string>
#include <vector>

#include "common/help.h"
#include "common/terminal.h"
#include "corpus/nearest.h"
#include "corpus/version.h"

namespace corpus::cli {
namespace {

int failed(const Error& error, std::string_view command) {
  std::string who(program().name);
  if (!command.empty()) who += ' ' + std::string(command);
  std::fprintf(stderr, "%s: %s\n", who.c_str(), error.message.c_str());
  return kFailed;
}

Result<int> print_version() { return print(std::string(program().name) + ' ' + std::string(kLibraryVersion) + '\n'); }

Error unknown_command(std::string_view typed) {
  std::vector<std::string_view> names;
  for (const auto& command : commands()) names.push_back(command.name);
  auto near = nearest(typed, names);
  std::string message = "unknown command '" + std::string(typed) + "'; ";
  message +=
      near.empty() ? "'" + std::string(program().name) + " --help' lists them" : "did you mean '" + std::string(near) + "'?";
  return {Code::kInvalidArgument, message};
}

Result<int> dispatch(const Command& command, int argc, char** argv) {
  CORPUS_TRY(Args args, parse_args(command, argc, argv));
  if (args.has("help")) return print(help_text(command));
  if (args.has("version")) return print_version();
  return command.run(args);
}

}  // namespace

int start(int argc, char** argv) {
  signal(SIGPIPE, SIG_IGN);  // a closed pipe is seen by the write that meets it
  std::string_view first = argc > 1 ? argv[1] : "";
  if (first.empty()) {
    std::fputs(overview().c_str(), stderr);
    return kFailed;
  }
  Result<int> done = kDone;
  const Command* command = nullptr;
  if (first == "--help" || first == "-h") {
    done = print(overview());
  } else if (first == "--version" || first == "-V") {
    done = print_version();
  } else if ((command = find_command(first)) != nullptr) {
    done = dispatch(*command, argc - 2, argv + 2);
  } else if (first[0] == '-') {
    done = Error{Code::kInvalidArgument, "'" + std::string(first) +
                                             "' comes before the command; write " +
                                             std::string(program().name) + " COMMAND " + std::string(first)};
  } else {
    done = unknown_command(first);
  }
  return done ? *done : failed(done.error(), command != nullptr ? command->name : "");
}

}  // namespace corpus::cli
