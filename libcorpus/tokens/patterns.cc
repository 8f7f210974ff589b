// The regular expressions behind the scanners, as they stand in the files and packages of the
// models.
#include <array>

#include "tokens/scan.h"

namespace corpus::tokens {
namespace {

struct Known {
  Pattern pattern;
  std::string_view regex;
};

// The first of a pattern is its regex_of(); further ones have the same matches.
constexpr auto kKnown = std::to_array<Known>({
    {Pattern::kGpt2,
     R"('s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+)"},
    {Pattern::kGpt2, R"('(?:[sdmt]|ll|ve|re)| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+)"},
    {Pattern::kGpt2,
     R"('(?:[sdmt]|ll|ve|re)| ?\p{L}++| ?\p{N}++| ?[^\s\p{L}\p{N}]++|\s++$|\s+(?!\S)|\s)"},
    {Pattern::kCl100k,
     R"('(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++[\r\n]*+|\s++$|\s*[\r\n]|\s+(?!\S)|\s)"},
    {Pattern::kLlama3,
     R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)"},
    {Pattern::kQwen2,
     R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)"},
    {Pattern::kO200k,
     R"([^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+)"},
    {Pattern::kDeepseek, R"([!"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^)"
                         "\r\n"
                         R"(\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+| ?[\p{P}\p{S}]+[)"
                         "\r\n"
                         R"(]*|\s*[)"
                         "\r\n"
                         R"(]+|\s+(?!\S)|\s+)"},
});

}  // namespace

const std::string_view kDeepseekCjk = "[\u4e00-\u9fa5\u3040-\u309f\u30a0-\u30ff]+";

std::string_view regex_of(Pattern pattern) {
  if (pattern == Pattern::kSmollm) pattern = Pattern::kGpt2;
  for (const Known& k : kKnown) {
    if (k.pattern == pattern) return k.regex;
  }
  return {};
}

std::optional<Pattern> pattern_of(std::string_view regex) {
  for (const Known& k : kKnown) {
    if (k.regex == regex) return k.pattern;
  }
  return {};
}

std::optional<Pattern> pattern_named(std::string_view name) {
  if (name == "gpt2" || name == "r50k" || name == "p50k") return Pattern::kGpt2;
  if (name == "cl100k") return Pattern::kCl100k;
  if (name == "llama3") return Pattern::kLlama3;
  if (name == "qwen2") return Pattern::kQwen2;
  if (name == "o200k") return Pattern::kO200k;
  return {};
}

}  // namespace corpus::tokens
