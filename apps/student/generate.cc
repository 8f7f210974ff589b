// student generate: answers to prompts from the command line, a file or standard input.
#include <cstdio>
#include <iostream>
#include <iterator>
#include <utility>

#include "commands.h"
#include "common/terminal.h"
#include "eval/records.h"
#include "eval/subject.h"
#include "io/atomic_file.h"
#include "open_student.h"

namespace student {
namespace {

using corpus::Code;
using corpus::Error;
using corpus::cli::Args;

struct Prompts {
  std::vector<std::string> texts;
  std::vector<Json> records;  // of --prompts: the record goes on with its answer
};

Result<Prompts> prompts_of(const Args& args) {
  Prompts out;
  if (args.has("prompts")) {
    if (!args.words.empty())
      return Error{Code::kInvalidArgument, "--prompts and prompts as arguments do not go together"};
    CORPUS_CHECK(each_record(args.get("prompts", ""), [&](const Json& record, std::string_view) -> Result<void> {
      CORPUS_TRY(std::string prompt, string_member(record, "prompt"));
      out.texts.push_back(std::move(prompt));
      out.records.push_back(record);
      return {};
    }));
    return out;
  }
  out.texts = args.words;
  if (out.texts.empty())
    out.texts.emplace_back(std::istreambuf_iterator<char>(std::cin), std::istreambuf_iterator<char>());
  return out;
}

Result<Ask> how(const Args& args) {
  Ask out;
  CORPUS_TRY(auto max_tokens, integer(args, "max-tokens", 512, 1, 1'000'000));
  CORPUS_TRY(auto seed, integer(args, "seed", 1, 0, 1ll << 52));
  CORPUS_TRY(auto top_k, integer(args, "top-k", 0, 0, 1'000'000));
  CORPUS_TRY(double temperature, corpus::cli::number(args, "temperature", 0, 0, 2));
  CORPUS_TRY(double top_p, corpus::cli::number(args, "top-p", 1, 0, 1));
  out.max_tokens = static_cast<std::int32_t>(max_tokens);
  out.sampling = {.temperature = static_cast<float>(temperature), .top_k = static_cast<std::int32_t>(top_k),
                  .top_p = static_cast<float>(top_p), .seed = static_cast<std::uint64_t>(seed)};
  for (const auto& [flag, value] : args.given) {
    if (flag->name == "stop") out.stop.push_back(value);
  }
  return out;
}

}  // namespace

Result<int> generate_command(const Args& args) {
  CORPUS_TRY(Ask ask, how(args));
  CORPUS_TRY(Prompts prompts, prompts_of(args));
  CORPUS_TRY(Student student, open_student(args));
  if (args.has("chat") && !student.chat) return no_template(student);
  CORPUS_TRY(auto subject, local_subject(*student.model, *student.tokenizer, student.chat.get(), args.has("chat"),
                                         student.engine, {}));
  std::string path = args.get("output", "-");
  std::vector<Ask> asks;
  for (std::size_t i = 0; i < prompts.texts.size(); ++i) {
    ask.prompt = prompts.texts[i];
    asks.push_back(ask);
    asks.back().sampling.seed += i << 20;  // equal prompts get answers of their own
  }
  // One answer is shown as it comes.
  bool shown = asks.size() == 1 && prompts.records.empty() && path == "-";
  if (shown) {
    asks[0].on_text = [](std::string_view text) {
      std::fwrite(text.data(), 1, text.size(), stdout);
      std::fflush(stdout);
    };
  }
  CORPUS_TRY(auto said, subject->answer(asks, {}));
  std::string out;
  std::size_t truncated = 0;
  for (std::size_t i = 0; i < said.size(); ++i) {
    truncated += said[i].truncated;
    if (!prompts.records.empty()) {
      prompts.records[i]["response"] = said[i].text;
      prompts.records[i]["finish_reason"] = said[i].finish;
      out += prompts.records[i].dump(-1, ' ', false, Json::error_handler_t::replace) + '\n';
    } else {
      out += (shown ? "" : said[i].text) + '\n';
    }
  }
  if (truncated > 0 && !args.has("quiet")) {
    std::fprintf(stderr, "student generate: %s did not fit into the context: the beginning was left out\n",
                 corpus::cli::counted(truncated, "prompt").c_str());
  }
  if (path == "-") return corpus::cli::print(out);
  CORPUS_CHECK(write_text(path, out));
  return corpus::cli::kDone;
}

}  // namespace student
