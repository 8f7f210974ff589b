// A small byte-level tokenizer.json for tests: 256 bytes, a few merges, special tokens behind them.
#ifndef CORPUS_TESTS_TINY_TOKENIZER_H_
#define CORPUS_TESTS_TINY_TOKENIZER_H_

#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "corpus/tokenizer.h"
#include "json/escape.h"

namespace corpus::tokens {

// GPT-2's printed form of bytes.
inline std::string printed(std::string_view bytes) {
  std::string out;
  auto put = [&](unsigned c) {
    if (c < 0x80) {
      out += static_cast<char>(c);
    } else {
      out += static_cast<char>(0xC0 | c >> 6);
      out += static_cast<char>(0x80 | (c & 63));
    }
  };
  for (unsigned char b : bytes) {
    unsigned shifted = 0x100;
    bool itself = (b >= 0x21 && b <= 0x7E) || (b >= 0xA1 && b <= 0xAC) || b >= 0xAE;
    for (unsigned k = 0; !itself && k < b; ++k) {
      shifted += !((k >= 0x21 && k <= 0x7E) || (k >= 0xA1 && k <= 0xAC) || k >= 0xAE);
    }
    put(itself ? b : shifted);
  }
  return out;
}

inline std::string json_string(std::string_view s) {
  std::string out;
  json::append_quoted(out, s);
  return out;
}

using Merges = std::vector<std::pair<std::string, std::string>>;

inline const Merges& tiny_merges() {
  static const Merges merges{{"h", "e"},     {"l", "l"},   {"he", "ll"}, {"hell", "o"},
                             {" ", "w"},     {"o", "r"},   {" w", "or"}, {"l", "d"},
                             {" wor", "ld"}, {"\n", "\n"}, {" ", " "},   {"t", "h"}};
  return merges;
}

struct TinyOptions {
  std::vector<std::string> specials;
  std::string pre_tokenizer = R"({"type":"ByteLevel","add_prefix_space":false,"use_regex":true})";
  std::string model_extra;  // ",\"ignore_merges\":true"
  std::string extra;        // ",\"normalizer\":..."
};

// Ids: the byte's value; merged tokens from 256 on in order; specials behind them.
inline std::string tiny_json(const TinyOptions& options = {}) {
  std::string vocab, merges, added;
  int id = 0;
  for (; id < 256; ++id) {
    char byte = static_cast<char>(id);
    vocab += (id == 0 ? "" : ",") + json_string(printed({&byte, 1})) + ":" + std::to_string(id);
  }
  for (const auto& [a, b] : tiny_merges()) {
    vocab += "," + json_string(printed(a + b)) + ":" + std::to_string(id++);
    merges += (merges.empty() ? "" : ",") + json_string(printed(a) + " " + printed(b));
  }
  for (const std::string& special : options.specials) {
    added += std::string(added.empty() ? "" : ",") + "{\"id\":" + std::to_string(id++) +
             ",\"content\":" + json_string(special) +
             ",\"special\":true,\"normalized\":false,\"single_word\":false,\"lstrip\":false,"
             "\"rstrip\":false}";
  }
  return "{\"version\":\"1.0\",\"added_tokens\":[" + added +
         "],\"pre_tokenizer\":" + options.pre_tokenizer + options.extra +
         ",\"model\":{\"type\":\"BPE\",\"vocab\":{" + vocab + "},\"merges\":[" + merges + "]" +
         options.model_extra + "}}";
}

inline std::unique_ptr<Tokenizer> tiny(const TinyOptions& options = {}) {
  auto made = Tokenizer::from_json(tiny_json(options), "tiny");
  if (!made) throw std::runtime_error(made.error().message);
  return *std::move(made);
}

}  // namespace corpus::tokens

#endif  // CORPUS_TESTS_TINY_TOKENIZER_H_
