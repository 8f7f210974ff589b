#include <sys/stat.h>

#include "corpus/tokenizer.h"
#include "io/file.h"
#include "tokens/loaders.h"
#include "tokens/vocabulary.h"

namespace corpus {
namespace {

bool is_folder(const std::string& path) {
  struct stat info;
  return ::stat(path.c_str(), &info) == 0 && S_ISDIR(info.st_mode);
}

Result<std::unique_ptr<Tokenizer>> load(const std::string& path, std::string_view bytes,
                                        std::string_view pattern) {
  if (path.ends_with(".json")) return tokens::load_json(bytes);
  if (path.ends_with(".tiktoken")) return tokens::load_tiktoken(bytes, pattern);
  if (path.ends_with(".model")) {
    // Llama 3 calls its rank file tokenizer.model; a SentencePiece model begins with field 1
    // (0x0A).
    return bytes.starts_with('\n') ? tokens::load_sentencepiece(bytes)
                                   : tokens::load_tiktoken(bytes, pattern);
  }
  std::size_t first = bytes.find_first_not_of(" \t\r\n");
  if (first != std::string_view::npos && bytes[first] == '{') return tokens::load_json(bytes);
  if (!pattern.empty()) return tokens::load_tiktoken(bytes, pattern);
  return Error{Code::kUnsupported, "is no tokenizer.json, *.tiktoken or *.model"};
}

}  // namespace

Result<std::unique_ptr<Tokenizer>> Tokenizer::open(const std::string& path,
                                                   std::string_view pattern) {
  std::string file = is_folder(path) ? path + "/tokenizer.json" : path;
  CORPUS_TRY(std::string bytes, io::read_all(file, tokens::kLargestFile));
  auto out = load(file, bytes, pattern);
  if (!out) return std::move(out).error().context(file);
  return out;
}

Result<std::unique_ptr<Tokenizer>> Tokenizer::from_json(std::string_view json,
                                                        std::string_view what) {
  auto out = tokens::load_json(json);
  if (!out) return std::move(out).error().context(what);
  return out;
}

}  // namespace corpus
