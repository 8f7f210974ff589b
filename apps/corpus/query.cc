// corpus dedup query: whether an index of earlier runs has a text.
#include <cstdio>
#include <memory>
#include <string>
#include <sys/stat.h>
#include <unistd.h>

#include "commands.h"
#include "common/terminal.h"
#include "corpus/pipeline.h"
#include "dedup.h"
#include "job.h"

namespace corpus::cli {
namespace {

bool exists(const std::string& path) {
  struct stat info {};
  return stat(path.c_str(), &info) == 0;
}

// An open file that holds the text as one record.
Result<int> record_of(const std::string& text) {
  Value record;
  record.set("text", text);
  std::string line = record.to_json() + '\n';
  std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::tmpfile(), std::fclose);
  bool good = file != nullptr && std::fwrite(line.data(), 1, line.size(), file.get()) == line.size();
  good = good && std::fflush(file.get()) == 0 && std::fseek(file.get(), 0, SEEK_SET) == 0;
  int fd = good ? dup(fileno(file.get())) : -1;
  if (fd < 0) return Error{Code::kIo, "cannot write a temporary file"};
  return fd;
}

std::string told(const Record& record, const Tag* known, bool json) {
  std::string at = std::to_string(record.pos.input()) + ':' + std::to_string(record.pos.offset());
  if (json) {
    std::string out = "{\"record\":\"" + at + "\",\"seen\":";
    return out + (known == nullptr ? "false" : "true,\"known\":" + std::string(known->value)) + "}\n";
  }
  if (known == nullptr) return at + "  not seen\n";
  auto value = parse_yaml(known->value, "known");
  if (!value) return at + "  seen\n";
  std::string out = at + "  seen in " + value->get("input", "") + " at byte " +
                    std::to_string(value->get("offset", 0));
  if (std::string id = value->get("id", ""); !id.empty()) out += ", id " + id;
  char similarity[32];
  std::snprintf(similarity, sizeof similarity, "%.3f", value->get("similarity", 0.0));
  return out + ", similarity " + similarity + '\n';
}

}  // namespace

Result<int> query(const Args& args) {
  if (args.words.size() < 2) {
    return Error{Code::kInvalidArgument,
                 "name an index and what to look for: corpus dedup query INDEX TEXT|FILE|-"};
  }
  Recipe recipe;
  Value options = Value::Object();
  options.set("index", args.words[1]);
  options.set("action", "tag");
  recipe.stages.push_back({"dedup.known", std::move(options)});
  Custom custom;
  std::vector<std::string> inputs(args.words.begin() + 2, args.words.end());
  if (inputs.empty()) inputs.emplace_back("-");
  if (inputs[0] != "-" && !exists(inputs[0])) {
    std::string text = inputs[0];
    for (std::size_t i = 1; i < inputs.size(); ++i) text += ' ' + inputs[i];
    CORPUS_TRY(custom.input_fd, record_of(text));
    custom.input_name = "text";
    recipe.input.set("format", "jsonl");
  } else {
    Value::Array paths;
    for (const auto& input : inputs) paths.emplace_back(input);
    recipe.input.set("paths", std::move(paths));
  }
  std::uint64_t seen = 0;
  custom.deliver = [&](const Delivered& delivered) -> Result<void> {
    const Batch& batch = *delivered.batch;
    std::vector<const Tag*> known(batch.records.size());
    for (const Tag& tag : batch.tags) {
      if (tag.key == "known") known[tag.record] = &tag;
    }
    std::string out;
    for (std::size_t i = 0; i < batch.records.size(); ++i) {
      if (batch.records[i].drop) continue;
      seen += known[i] != nullptr;
      out += told(batch.records[i], known[i], args.has("json"));
    }
    CORPUS_TRY(int status, print(out));
    (void)status;
    return {};
  };
  CORPUS_TRY(Chain chain, build(recipe, 0, std::move(custom)));
  CORPUS_TRY(double threads, number(args, "threads", 0, 1, 1024));
  CORPUS_TRY(Report report, run(chain, {.threads = static_cast<int>(threads)}));
  if (report.summary.malformed != 0) {
    std::fprintf(stderr, "corpus dedup: %s no records and were left out\n",
                 counted(report.summary.malformed, "line").c_str());
  }
  return seen != 0 ? kDone : kNo;
}

}  // namespace corpus::cli
