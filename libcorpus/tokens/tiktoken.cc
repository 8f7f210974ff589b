// tiktoken rank files: a line for each token, its bytes in base64, a space, its rank, which is its
// id too. They carry neither the pattern that cuts text into words nor special tokens: both belong
// to the name of the encoding.
#include <array>
#include <charconv>
#include <utility>

#include "base/base64.h"
#include "tokens/bpe.h"
#include "tokens/fingerprint.h"
#include "tokens/loaders.h"
#include "tokens/text_tokenizer.h"

namespace corpus::tokens {
namespace {

struct Special {
  std::string_view encoding;
  std::string_view content;
  TokenId id;
};

// From tiktoken's openai_public.py and the model cards of Llama 3 and Qwen 2. gpt2, r50k and p50k
// have one more token each than the other, at the same place.
constexpr auto kSpecials = std::to_array<Special>({
    {"gpt2", "<|endoftext|>", 50256},
    {"r50k", "<|endoftext|>", 50256},
    {"p50k", "<|endoftext|>", 50256},
    {"cl100k", "<|endoftext|>", 100257},
    {"cl100k", "<|fim_prefix|>", 100258},
    {"cl100k", "<|fim_middle|>", 100259},
    {"cl100k", "<|fim_suffix|>", 100260},
    {"cl100k", "<|endofprompt|>", 100276},
    {"o200k", "<|endoftext|>", 199999},
    {"o200k", "<|endofprompt|>", 200018},
    {"qwen2", "<|endoftext|>", 151643},
    {"qwen2", "<|im_start|>", 151644},
    {"qwen2", "<|im_end|>", 151645},
    {"llama3", "<|begin_of_text|>", 128000},
    {"llama3", "<|end_of_text|>", 128001},
    {"llama3", "<|start_header_id|>", 128006},
    {"llama3", "<|end_header_id|>", 128007},
    {"llama3", "<|eot_id|>", 128009},
});

Error bad_line(std::size_t line) {
  return {Code::kCorrupt, "line " + std::to_string(line) + ": no base64 token and rank"};
}

Result<void> read_ranks(std::string_view file, Vocabulary& vocabulary) {
  for (std::size_t line = 1; !file.empty(); ++line) {
    std::string_view text = file.substr(0, file.find('\n'));
    file.remove_prefix(std::min(file.size(), text.size() + 1));
    if (text.ends_with('\r')) text.remove_suffix(1);
    if (text.empty()) continue;
    std::size_t space = text.find(' ');
    auto bytes = parse_base64(text.substr(0, space));
    if (space == std::string_view::npos || !bytes || bytes->empty()) return bad_line(line);
    std::int64_t rank = -1;
    const char* end = text.data() + text.size();
    auto got = std::from_chars(text.data() + space + 1, end, rank);
    if (got.ec != std::errc() || got.ptr != end) return bad_line(line);
    if (auto added = vocabulary.add(rank, *bytes); !added) {
      return std::move(added).error().context("line " + std::to_string(line));
    }
  }
  return {};
}

// Each way to make a token of two others merges at the token's rank: the file lists no merges.
PairTable all_merges(const Vocabulary& vocabulary) {
  struct Pair {
    TokenId left, right, id;
  };
  std::vector<Pair> pairs;
  for (TokenId id = 0; id < vocabulary.size(); ++id) {
    std::string_view piece = vocabulary.piece(id);
    for (std::size_t cut = 1; cut < piece.size(); ++cut) {
      TokenId left = vocabulary.id_of(piece.substr(0, cut));
      TokenId right = left < 0 ? -1 : vocabulary.id_of(piece.substr(cut));
      if (right >= 0) pairs.push_back({left, right, id});
    }
  }
  PairTable out(pairs.size());
  for (const Pair& p : pairs)
    out.set(p.left, p.right, {static_cast<std::uint32_t>(p.id), p.id}, false);
  return out;
}

}  // namespace

Result<std::unique_ptr<Tokenizer>> load_tiktoken(std::string_view file, std::string_view pattern) {
  if (file.size() > kLargestFile) return Error{Code::kLimit, "tiktoken file over 256 MiB"};
  if (pattern.empty()) {
    return Error{Code::kInvalidArgument,
                 "a tiktoken file does not say how text is cut into words; state the pattern: "
                 "gpt2, r50k, p50k, "
                 "cl100k, o200k, llama3, qwen2 or a regular expression"};
  }
  TextTokenizerParts parts;
  auto named = pattern_named(pattern);
  if (named) {
    parts.pre_tokenizer = PreTokenizer::of(*named);
  } else {
    CORPUS_TRY(parts.pre_tokenizer, PreTokenizer::of_regex(pattern));
  }
  auto pieces = std::make_unique<Vocabulary>();
  CORPUS_CHECK(read_ranks(file, *pieces));
  if (pieces->size() == 0) return Error{Code::kCorrupt, "no tokens"};
  Fingerprint print;
  print.add("tiktoken").add(named ? regex_of(*named) : pattern);
  BpeOptions options;
  options.whole_words = true;
  for (unsigned b = 0; b < 256; ++b) {
    char byte = static_cast<char>(b);
    options.byte_ids[b] = pieces->id_of(std::string_view(&byte, 1));
    if (options.byte_ids[b] < 0)
      return Error{Code::kCorrupt, "byte " + std::to_string(b) + " has no token"};
  }
  for (TokenId id = 0; id < pieces->size(); ++id) {
    if (!pieces->has(id)) continue;
    CORPUS_CHECK(parts.vocabulary->add(id, pieces->piece(id)));
    print.add(std::int64_t{id}).add(pieces->piece(id));
  }
  std::vector<AddedToken> added;
  for (const Special& special : kSpecials) {
    // A file that is shorter or longer than the encoding it is said to be has other special tokens.
    if (special.encoding != pattern || parts.vocabulary->has(special.id)) continue;
    CORPUS_CHECK(parts.vocabulary->add(special.id, special.content));
    parts.vocabulary->set_special(special.id);
    print.add(std::int64_t{special.id}).add(special.content);
    added.push_back({std::string(special.content), special.id, true, false, false, false, false});
  }
  parts.added = AddedTokens(std::move(added));
  PairTable merges = all_merges(*pieces);
  parts.model = std::make_unique<Bpe>(std::move(pieces), std::move(merges), options);
  parts.fingerprint = print.hex();
  return std::unique_ptr<Tokenizer>(std::make_unique<TextTokenizer>(std::move(parts)));
}

}  // namespace corpus::tokens
