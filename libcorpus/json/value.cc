#include "json/value.h"

#include <charconv>
#include <cmath>
#include <optional>
#include <string>
#include <unordered_set>

#include "json/escape.h"

namespace corpus::json {
namespace {

constexpr int kMaxDepth = 64;

void append_utf8(std::string& out, std::uint32_t c) {
  if (c < 0x80) {
    out += static_cast<char>(c);
  } else if (c < 0x800) {
    out += static_cast<char>(0xC0 | c >> 6);
    out += static_cast<char>(0x80 | (c & 0x3F));
  } else if (c < 0x10000) {
    out += static_cast<char>(0xE0 | c >> 12);
    out += static_cast<char>(0x80 | (c >> 6 & 0x3F));
    out += static_cast<char>(0x80 | (c & 0x3F));
  } else {
    out += static_cast<char>(0xF0 | c >> 18);
    out += static_cast<char>(0x80 | (c >> 12 & 0x3F));
    out += static_cast<char>(0x80 | (c >> 6 & 0x3F));
    out += static_cast<char>(0x80 | (c & 0x3F));
  }
}

// Recursive descent; each method leaves `at_` behind what it read, or sets `problem_`.
class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  Result<Value> run() {
    if (!valid_utf8(text_)) return Error{Code::kCorrupt, "JSON: bytes that are not UTF-8"};
    auto value = parse_value(0);
    skip_space();
    if (value && at_ != text_.size()) fail("text behind the value");
    if (problem_ != nullptr) {
      return Error{Code::kCorrupt, "JSON: byte " + std::to_string(at_) + ": " + problem_};
    }
    return *std::move(value);
  }

 private:
  std::nullopt_t fail(const char* what) {
    if (problem_ == nullptr) problem_ = what;
    return std::nullopt;
  }
  char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  bool next_if(char c) {
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  void skip_space() {
    while (at_ < text_.size() &&
           (text_[at_] == ' ' || text_[at_] == '\n' || text_[at_] == '\r' || text_[at_] == '\t'))
      ++at_;
  }

  std::optional<Value> parse_value(int depth) {
    skip_space();
    if (depth > kMaxDepth) return fail("nested deeper than 64 levels");
    switch (peek()) {
      case '{':
        return parse_object(depth);
      case '[':
        return parse_array(depth);
      case '"': {
        auto s = parse_string();
        if (!s) return std::nullopt;
        return Value(*std::move(s));
      }
      case 't':
        return parse_word("true", true);
      case 'f':
        return parse_word("false", false);
      case 'n':
        return parse_word("null", Value());
      default:
        return parse_number();
    }
  }

  std::optional<Value> parse_word(std::string_view word, Value value) {
    if (!text_.substr(at_).starts_with(word)) return fail("no JSON value");
    at_ += word.size();
    return value;
  }

  std::optional<Value> parse_object(int depth) {
    ++at_;
    Value::Object members;
    std::unordered_set<std::string> seen;
    skip_space();
    if (next_if('}')) return Value(std::move(members));
    for (;;) {
      skip_space();
      if (peek() != '"') return fail("a key has to be a string");
      auto key = parse_string();
      if (!key) return std::nullopt;
      if (!seen.insert(*key).second) return fail("a key that the object has already");
      skip_space();
      if (!next_if(':')) return fail("no ':' behind a key");
      auto value = parse_value(depth + 1);
      if (!value) return std::nullopt;
      members.emplace_back(*std::move(key), *std::move(value));
      skip_space();
      if (next_if('}')) return Value(std::move(members));
      if (!next_if(',')) return fail("neither ',' nor '}' behind a member");
    }
  }

  std::optional<Value> parse_array(int depth) {
    ++at_;
    Value::Array items;
    skip_space();
    if (next_if(']')) return Value(std::move(items));
    for (;;) {
      auto value = parse_value(depth + 1);
      if (!value) return std::nullopt;
      items.push_back(*std::move(value));
      skip_space();
      if (next_if(']')) return Value(std::move(items));
      if (!next_if(',')) return fail("neither ',' nor ']' behind an item");
    }
  }

  std::optional<std::uint32_t> parse_hex4() {
    std::uint32_t out = 0;
    if (at_ + 4 > text_.size()) return fail("an unfinished \\u escape");
    auto [end, ec] = std::from_chars(text_.data() + at_, text_.data() + at_ + 4, out, 16);
    if (ec != std::errc() || end != text_.data() + at_ + 4)
      return fail("a \\u escape without 4 hex digits");
    at_ += 4;
    return out;
  }

  bool parse_escape(std::string& out) {
    static constexpr std::string_view kNames = "\"\\/bfnrt";
    static constexpr std::string_view kBytes = "\"\\/\b\f\n\r\t";
    char c = peek();
    ++at_;
    if (auto i = kNames.find(c); i != std::string_view::npos) {
      out += kBytes[i];
      return true;
    }
    if (c != 'u') return fail("an unknown escape"), false;
    auto code = parse_hex4();
    if (!code) return false;
    if (*code >= 0xDC00 && *code <= 0xDFFF) return fail("a lone surrogate"), false;
    if (*code >= 0xD800 && *code <= 0xDBFF) {
      if (!next_if('\\') || !next_if('u')) return fail("a lone surrogate"), false;
      auto low = parse_hex4();
      if (!low) return false;
      if (*low < 0xDC00 || *low > 0xDFFF) return fail("a lone surrogate"), false;
      *code = 0x10000 + ((*code - 0xD800) << 10) + (*low - 0xDC00);
    }
    append_utf8(out, *code);
    return true;
  }

  std::optional<std::string> parse_string() {
    ++at_;
    std::string out;
    while (at_ < text_.size()) {
      char c = text_[at_];
      if (static_cast<unsigned char>(c) < 0x20) return fail("a control character in a string");
      ++at_;
      if (c == '"') return out;
      if (c != '\\') {
        out += c;
      } else if (!parse_escape(out)) {
        return std::nullopt;
      }
    }
    return fail("an unfinished string");
  }

  bool digits() {
    std::size_t start = at_;
    while (peek() >= '0' && peek() <= '9') ++at_;
    return at_ != start;
  }

  std::optional<Value> parse_number() {
    std::size_t start = at_;
    bool whole = true;
    next_if('-');
    if (!next_if('0') && !digits()) return fail("no JSON value");
    if (next_if('.')) {
      whole = false;
      if (!digits()) return fail("no digit behind the point");
    }
    if (peek() == 'e' || peek() == 'E') {
      whole = false;
      ++at_;
      if (!next_if('+')) next_if('-');
      if (!digits()) return fail("no digit in the exponent");
    }
    const char* begin = text_.data() + start;
    const char* end = text_.data() + at_;
    if (whole) {
      std::int64_t n = 0;
      if (std::from_chars(begin, end, n).ec != std::errc()) return fail("an integer beyond 64 bit");
      return Value(n);
    }
    double d = 0;
    if (std::from_chars(begin, end, d).ec != std::errc()) return fail("a number beyond a double");
    return Value(d);
  }

  std::string_view text_;
  std::size_t at_ = 0;
  const char* problem_ = nullptr;
};

}  // namespace

Result<Value> parse_value(std::string_view text) { return Parser(text).run(); }

}  // namespace corpus::json
