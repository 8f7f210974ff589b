#include "tokens/regex_split.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include <cstdint>
#include <new>
#include <string>

namespace corpus::tokens {
namespace {

// Enough for any pattern of a real model on megabytes of white space; a hostile one ends.
constexpr std::uint32_t kMatchLimit = 50'000'000;
constexpr std::uint32_t kHeapLimitKib = 256 << 10;
constexpr std::size_t kJitStack = std::size_t{8} << 20;
constexpr std::size_t kLongestPattern = 64 << 10;

}  // namespace

struct RegexSplit::Code {
  pcre2_code* code = nullptr;
  ~Code() { pcre2_code_free(code); }
};

struct RegexSplit::Memory::Parts {
  pcre2_match_context* context = pcre2_match_context_create(nullptr);
  pcre2_match_data* match = pcre2_match_data_create(1, nullptr);
  pcre2_jit_stack* stack = pcre2_jit_stack_create(32 << 10, kJitStack, nullptr);
  Parts() {
    if (context == nullptr || match == nullptr) throw std::bad_alloc();
    pcre2_set_match_limit(context, kMatchLimit);
    pcre2_set_heap_limit(context, kHeapLimitKib);
    pcre2_jit_stack_assign(context, nullptr, stack);  // null without JIT
  }
  ~Parts() {
    pcre2_jit_stack_free(stack);
    pcre2_match_data_free(match);
    pcre2_match_context_free(context);
  }
};

RegexSplit::Memory::Memory() : parts_(std::make_unique<Parts>()) {}
RegexSplit::Memory::~Memory() = default;
RegexSplit::RegexSplit(RegexSplit&&) noexcept = default;
RegexSplit& RegexSplit::operator=(RegexSplit&&) noexcept = default;
RegexSplit::~RegexSplit() = default;

Result<std::string> spell_out_spaces(std::string_view pattern) {
  static constexpr std::string_view kSpace = "\\p{Z}\\x{9}-\\x{d}\\x{85}";
  std::string out;
  bool in_class = false;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    char c = pattern[i];
    if (c != '\\' || i + 1 == pattern.size()) {
      if (c == '[') in_class = true;
      if (c == ']') in_class = false;
      out += c;
      continue;
    }
    char escaped = pattern[++i];
    if (escaped == 's') {
      in_class ? out.append(kSpace) : out.append("[").append(kSpace).append("]");
    } else if (escaped == 'S') {
      if (in_class) return Error{Code::kUnsupported, "\\S inside a class of a pattern"};
      out.append("[^").append(kSpace).append("]");
    } else {
      (out += '\\') += escaped;
    }
  }
  return out;
}

Result<RegexSplit> RegexSplit::compile(std::string_view pattern) {
  if (pattern.size() > kLongestPattern) return Error{corpus::Code::kLimit, "pattern over 64 KiB"};
  CORPUS_TRY(std::string spelled, spell_out_spaces(pattern));
  int error = 0;
  PCRE2_SIZE where = 0;
  RegexSplit out;
  out.code_ = std::make_unique<Code>();
  out.code_->code =
      pcre2_compile(reinterpret_cast<PCRE2_SPTR>(spelled.data()), spelled.size(),
                    PCRE2_UTF | PCRE2_UCP | PCRE2_NEVER_BACKSLASH_C, &error, &where, nullptr);
  if (out.code_->code == nullptr) {
    PCRE2_UCHAR message[160];
    pcre2_get_error_message(error, message, sizeof message);
    return Error{corpus::Code::kUnsupported, "pattern '" + std::string(pattern) +
                                                 "': " + reinterpret_cast<const char*>(message)};
  }
  pcre2_jit_compile(out.code_->code,
                    PCRE2_JIT_COMPLETE);  // without it, matching is slower but the same
  return out;
}

bool RegexSplit::find(std::string_view text, std::size_t from, Memory& memory, std::size_t* begin,
                      std::size_t* end) const {
  auto& parts = *memory.parts_;
  auto match = [&](std::uint32_t options) {
    return pcre2_match(code_->code, reinterpret_cast<PCRE2_SPTR>(text.data()), text.size(), from,
                       PCRE2_NO_UTF_CHECK | options, parts.match, parts.context);
  };
  int got = match(0);
  if (got == PCRE2_ERROR_JIT_STACKLIMIT) got = match(PCRE2_NO_JIT);
  if (got < 0) return false;
  const PCRE2_SIZE* range = pcre2_get_ovector_pointer(parts.match);
  *begin = range[0];
  *end = range[1];
  return *begin <= *end;  // \K in a look-ahead may turn them round
}

}  // namespace corpus::tokens
