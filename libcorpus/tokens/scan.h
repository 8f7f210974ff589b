// Hand-written scanners for the pre-tokenizer patterns that models share: where the pieces end that
// BPE then works on. Each gives exactly the pieces of its regular expression (regex_of), which
// tests/tokens/scan_test.cc checks against PCRE2 and tests/parity against the peers.
//
// Pieces cover the text without gaps. Linear in the text. Pure functions, thread safe.
#ifndef CORPUS_TOKENS_SCAN_H_
#define CORPUS_TOKENS_SCAN_H_

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace corpus::tokens {

enum class Pattern : std::uint8_t {
  kGpt2,      // GPT-2, r50k, p50k
  kCl100k,    // tiktoken's form: white space at the very end is one piece
  kLlama3,    // cl100k's first form, Llama 3
  kQwen2,     // the same with single digits
  kO200k,     // words split where case changes
  kSmollm,    // single digits first, then GPT-2's pattern
  kDeepseek,  // groups of three digits, runs of Chinese and Japanese, then its own pattern
};

// Ends of pieces, ascending; the last is text.size(). Texts are below 4 GiB.
using Ends = std::vector<std::uint32_t>;

// Appends the ends of the pieces of `text`, valid UTF-8.
void scan(Pattern pattern, std::string_view text, Ends& ends);

// The pattern as a regular expression; of kSmollm and kDeepseek the last of their steps.
std::string_view regex_of(Pattern pattern);
// The scanner for a regular expression as it stands in tokenizer files, where there is one.
std::optional<Pattern> pattern_of(std::string_view regex);
// By name: gpt2, r50k, p50k, cl100k, llama3, qwen2, o200k.
std::optional<Pattern> pattern_named(std::string_view name);

// The step before the last of kSmollm and kDeepseek, for pre-tokenizers that are a sequence.
inline constexpr std::string_view kDeepseekDigits = "\\p{N}{1,3}";
extern const std::string_view kDeepseekCjk;

}  // namespace corpus::tokens

#endif  // CORPUS_TOKENS_SCAN_H_
