// Any bytes as a tokenizer file and as text for a good tokenizer. The first byte says which:
//   J  the rest is tokenizer.json        T  a tiktoken file        K  a token file
//   (docs/formats/tokens.md) else: text; what it encodes to decodes to the text again, where that
//   is UTF-8, and short and long ways to scan agree.
// A tokenizer that is accepted must encode without harm.
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include "corpus/token_file.h"
#include "corpus/tokenizer.h"
#include "json/escape.h"
#include "tokens/loaders.h"
#include "tokens/scan.h"

namespace {

using corpus::Tokenizer;

void use(const corpus::Result<std::unique_ptr<Tokenizer>>& made) {
  if (!made) return;
  auto ids = (*made)->encode("Hello w\u00f6rld 123 <|im_end|>\n\n \u4e2d\u6587 \xff", true);
  for (auto id : ids) {
    if (id < 0 || id >= (*made)->vocab_size()) std::abort();
  }
  (void)(*made)->decode(ids);
}

// The bytes as tokens of their own, in the pattern that `which` picks.
const Tokenizer& bytes_tokenizer(unsigned which) {
  static std::vector<std::unique_ptr<Tokenizer>> made;
  if (made.empty()) {
    static constexpr char kDigits[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string file;
    for (unsigned b = 0; b < 256; ++b) {
      file += {kDigits[b >> 2], kDigits[b << 4 & 63], '=', '='};
      file += " " + std::to_string(b) + "\n";
    }
    for (const char* name : {"gpt2", "cl100k", "llama3", "qwen2", "o200k"}) {
      auto t = corpus::tokens::load_tiktoken(file, name);
      if (!t) std::abort();
      made.push_back(*std::move(t));
    }
  }
  return *made[which % made.size()];
}

void encode(std::string_view text, unsigned which) {
  const Tokenizer& t = bytes_tokenizer(which);
  auto ids = t.encode(text);
  if (!corpus::json::valid_utf8(text)) return;
  if (t.decode(ids) != text) std::abort();
  for (auto pattern : {corpus::tokens::Pattern::kSmollm, corpus::tokens::Pattern::kDeepseek}) {
    corpus::tokens::Ends ends;
    corpus::tokens::scan(pattern, text, ends);
    std::uint32_t from = 0;
    for (std::uint32_t end : ends) {
      if (end <= from) std::abort();
      from = end;
    }
    if (from != text.size()) std::abort();
  }
}

void token_file(std::string_view bytes) {
  char path[] = "/tmp/corpus-fuzz-XXXXXX";
  int fd = mkstemp(path);
  if (fd < 0) return;
  close(fd);
  std::ofstream(path, std::ios::binary) << bytes;
  auto file = corpus::TokenFile::open(path);
  if (file) (void)file->verify().has_value();
  std::remove(path);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  std::string_view rest(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0]) {
    case 'J':
      use(Tokenizer::from_json(rest, "fuzz"));
      break;
    case 'T':
      use(corpus::tokens::load_tiktoken(rest, "cl100k"));
      break;
    case 'K':
      token_file(rest);
      break;
    default:
      encode(rest, data[0]);
  }
  return 0;
}
