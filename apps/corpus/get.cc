// corpus get: records of a finished corpus by number or id.
#include <cstdio>

#include "commands.h"
#include "corpus/shard.h"
#include "common/terminal.h"
#include "job.h"
#include "record_name.h"

namespace corpus::cli {
namespace {

template <typename Reader>
Result<std::string> look_up(const Reader& reader, const std::string& word) {
  CORPUS_TRY(std::uint64_t number, record_number(reader, word));
  return reader.get(number);
}

template <typename Reader>
Result<int> print_each(const Reader& reader, const Args& args) {
  int status = kDone;
  for (std::size_t i = 1; i < args.words.size(); ++i) {
    auto line = look_up(reader, args.words[i]);
    if (line) {
      CORPUS_CHECK(print(*line + '\n'));
      continue;
    }
    if (line.error().code != Code::kNotFound) return std::move(line).error();
    std::fprintf(stderr, "corpus get: %s: no such record in %s\n", args.words[i].c_str(),
                 args.words[0].c_str());
    status = kNo;
  }
  return status;
}

}  // namespace

Result<int> get(const Args& args) {
  if (args.words.size() < 2) {
    return Error{Code::kInvalidArgument,
                 "name a corpus and what to get from it: corpus get CORPUS ID|NUMBER..."};
  }
  const std::string& where = args.words[0];
  if (where.ends_with(".zst")) {
    CORPUS_TRY(ShardReader shard, ShardReader::open(where));
    return print_each(shard, args);
  }
  CORPUS_TRY(CorpusReader reader, CorpusReader::open(where));
  return print_each(reader, args);
}

}  // namespace corpus::cli
