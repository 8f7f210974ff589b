#include "writers/json_value.h"

#include <charconv>
#include <string>

namespace corpus {
namespace {

constexpr int kMaxDepth = 64;

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  Result<Value> document() {
    Value value;
    if (parse(value, 0)) {
      skip_space();
      if (at_ == text_.size()) return value;
    }
    return Error{Code::kCorrupt, "byte " + std::to_string(at_) + ": is not JSON"};
  }

 private:
  char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  bool take(char c) {
    if (peek() != c) return false;
    ++at_;
    return true;
  }
  bool take(std::string_view word) {
    if (!text_.substr(at_).starts_with(word)) return false;
    at_ += word.size();
    return true;
  }
  void skip_space() {
    while (at_ < text_.size() &&
           std::string_view(" \t\r\n").find(text_[at_]) != std::string_view::npos) {
      ++at_;
    }
  }

  bool parse(Value& out, int depth) {
    skip_space();
    switch (peek()) {
      case '{':
        return depth < kMaxDepth && object(out, depth);
      case '[':
        return depth < kMaxDepth && array(out, depth);
      case '"': {
        std::string text;
        if (!string(text)) return false;
        out = std::move(text);
        return true;
      }
      case 't':
        out = true;
        return take("true");
      case 'f':
        out = false;
        return take("false");
      case 'n':
        out = Value();
        return take("null");
      default:
        return number(out);
    }
  }

  bool object(Value& out, int depth) {
    ++at_;
    Value::Object members;
    skip_space();
    if (!take('}')) {
      do {
        skip_space();
        std::string key;
        if (!string(key)) return false;
        skip_space();
        if (!take(':')) return false;
        members.emplace_back(std::move(key), Value());
        if (!parse(members.back().second, depth + 1)) return false;
        skip_space();
      } while (take(','));
      if (!take('}')) return false;
    }
    out = std::move(members);
    return true;
  }

  bool array(Value& out, int depth) {
    ++at_;
    Value::Array items;
    skip_space();
    if (!take(']')) {
      do {
        if (!parse(items.emplace_back(), depth + 1)) return false;
        skip_space();
      } while (take(','));
      if (!take(']')) return false;
    }
    out = std::move(items);
    return true;
  }

  bool number(Value& out) {
    std::size_t end = text_.find_first_not_of("+-.0123456789eE", at_);
    std::string_view s = text_.substr(at_, end == std::string_view::npos ? end : end - at_);
    std::string_view digits = s.substr(s.starts_with('-') ? 1 : 0);
    bool leading_zero =
        digits.size() > 1 && digits[0] == '0' && digits[1] >= '0' && digits[1] <= '9';
    if (digits.empty() || digits[0] < '0' || digits[0] > '9' || leading_zero) return false;
    const char* last = s.data() + s.size();
    std::int64_t whole = 0;
    double real = 0;
    if (auto got = std::from_chars(s.data(), last, whole);
        got.ec == std::errc() && got.ptr == last) {
      out = whole;
    } else if (auto d = std::from_chars(s.data(), last, real);
               d.ec == std::errc() && d.ptr == last) {
      out = real;
    } else {
      return false;
    }
    at_ += s.size();
    return true;
  }

  bool string(std::string& out) {
    if (!take('"')) return false;
    for (;;) {
      std::size_t end = at_;
      while (end < text_.size() && text_[end] != '"' && text_[end] != '\\' &&
             static_cast<unsigned char>(text_[end]) >= 0x20) {
        ++end;
      }
      out.append(text_.substr(at_, end - at_));
      at_ = end;
      if (take('"')) return true;
      if (!take('\\') || !escape(out)) return false;
    }
  }

  bool escape(std::string& out) {
    static constexpr std::string_view kFrom = "\"\\/bfnrt", kTo = "\"\\/\b\f\n\r\t";
    if (auto k = kFrom.find(peek()); peek() != '\0' && k != std::string_view::npos) {
      out += kTo[k];
      ++at_;
      return true;
    }
    std::uint32_t code = 0, low = 0;
    if (!take('u') || !hex4(code)) return false;
    if (code >= 0xD800 && code < 0xDC00) {  // a surrogate counts with its partner only
      if (!take("\\u") || !hex4(low) || low < 0xDC00 || low > 0xDFFF) return false;
      code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
    } else if (code >= 0xDC00 && code <= 0xDFFF) {
      return false;
    }
    auto byte = [&](std::uint32_t b) { out += static_cast<char>(b); };
    if (code < 0x80) {
      byte(code);
    } else if (code < 0x800) {
      byte(0xC0 | code >> 6), byte(0x80 | (code & 63));
    } else if (code < 0x10000) {
      byte(0xE0 | code >> 12), byte(0x80 | (code >> 6 & 63)), byte(0x80 | (code & 63));
    } else {
      byte(0xF0 | code >> 18), byte(0x80 | (code >> 12 & 63));
      byte(0x80 | (code >> 6 & 63)), byte(0x80 | (code & 63));
    }
    return true;
  }

  bool hex4(std::uint32_t& out) {
    if (text_.size() - at_ < 4) return false;
    const char* end = text_.data() + at_ + 4;
    auto got = std::from_chars(text_.data() + at_, end, out, 16);
    if (got.ec != std::errc() || got.ptr != end) return false;
    at_ += 4;
    return true;
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace

Result<Value> parse_json(std::string_view text) { return Parser(text).document(); }

}  // namespace corpus
