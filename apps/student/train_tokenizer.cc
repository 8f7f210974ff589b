// student tokenizer train: a byte-level BPE tokenizer for the texts of a corpus.
#include <cstdio>

#include "commands.h"
#include "common/terminal.h"
#include "data/bpe_trainer.h"
#include "io/atomic_file.h"
#include "open_student.h"

namespace student {

using corpus::Code;
using corpus::Error;

Result<int> tokenizer_command(const corpus::cli::Args& args) {
  std::vector<std::string> paths = args.words;
  if (paths.empty() || paths[0] != "train") {
    return Error{Code::kInvalidArgument, "say what to do: student tokenizer train FILES --vocab N -o tokenizer.json"};
  }
  paths.erase(paths.begin());
  std::string out = args.get("output", "");
  if (paths.empty() || out.empty()) {
    return Error{
        Code::kInvalidArgument,
        "name the texts and where the tokenizer goes: student tokenizer train FILES --vocab N -o tokenizer.json"};
  }
  CORPUS_TRY(auto vocab, integer(args, "vocab", 8192, 256, 1 << 20));
  CORPUS_TRY(auto threads, integer(args, "threads", 0, 0, 4096));
  CORPUS_TRY(WordCounts counts, count_words(paths, static_cast<int>(threads)));
  CORPUS_TRY(std::string json, train_bpe(counts, {.vocab = static_cast<std::int32_t>(vocab)}));
  CORPUS_CHECK(write_text(out, json));
  if (!args.has("quiet")) {
    std::fprintf(stderr, "%s: from %s\n", out.c_str(),
                 corpus::cli::counted(counts.words().size(), "different word").c_str());
  }
  return corpus::cli::kDone;
}

}  // namespace student
