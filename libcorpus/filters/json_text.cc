#include "filters/json_text.h"

#include <bitset>

#include "simd/byte_set.h"

namespace corpus {
namespace {

constexpr std::size_t kMaxDepth = 1024;
constexpr simd::ByteSet kStringEnds = simd::ByteSet().add('"').add('\\').add(0, 0x1F);

bool is_digit(char c) { return c >= '0' && c <= '9'; }

class Reader {
 public:
  explicit Reader(std::string_view text) : s_(text) {}
  std::size_t at() const { return at_; }

  JsonEnd value() {
    JsonEnd end = begin_value();
    while (end == JsonEnd::kWhole && depth_ > 0) {
      skip_space();
      if (done()) return JsonEnd::kUnfinished;
      char c = s_[at_];
      if (fresh_ ? c == closer() : (c == '}' || c == ']')) {
        if (c != closer()) return JsonEnd::kInvalid;
        ++at_;
        --depth_;
        fresh_ = false;
        continue;
      }
      if (!fresh_) {
        if (c != ',') return JsonEnd::kInvalid;
        ++at_;
      }
      if (objects_[depth_ - 1]) end = key();
      if (end == JsonEnd::kWhole) end = begin_value();
    }
    return end;
  }

 private:
  bool done() const { return at_ >= s_.size(); }
  char closer() const { return objects_[depth_ - 1] ? '}' : ']'; }
  void skip_space() {
    while (!done() && (s_[at_] == ' ' || s_[at_] == '\n' || s_[at_] == '\t' || s_[at_] == '\r'))
      ++at_;
  }

  // A scalar, or the bracket of an array or object.
  JsonEnd begin_value() {
    skip_space();
    if (done()) return JsonEnd::kUnfinished;
    fresh_ = false;
    switch (s_[at_]) {
      case '{':
      case '[':
        if (depth_ == kMaxDepth) return JsonEnd::kInvalid;
        objects_[depth_++] = s_[at_++] == '{';
        fresh_ = true;
        return JsonEnd::kWhole;
      case '"':
        return string();
      case 't':
        return word("true");
      case 'f':
        return word("false");
      case 'n':
        return word("null");
      default:
        return number();
    }
  }

  JsonEnd key() {
    skip_space();
    if (done()) return JsonEnd::kUnfinished;
    if (s_[at_] != '"') return JsonEnd::kInvalid;
    if (JsonEnd end = string(); end != JsonEnd::kWhole) return end;
    skip_space();
    if (done()) return JsonEnd::kUnfinished;
    return s_[at_++] == ':' ? JsonEnd::kWhole : JsonEnd::kInvalid;
  }

  JsonEnd string() {
    ++at_;
    while ((at_ = simd::find_first(kStringEnds, s_, at_)) < s_.size()) {
      if (s_[at_] == '"') {
        ++at_;
        return JsonEnd::kWhole;
      }
      if (s_[at_] != '\\') return JsonEnd::kInvalid;
      at_ += 2;
    }
    at_ = s_.size();
    return JsonEnd::kUnfinished;
  }

  JsonEnd word(std::string_view wanted) {
    std::string_view here = s_.substr(at_, wanted.size());
    if (!wanted.starts_with(here)) return JsonEnd::kInvalid;
    at_ += here.size();
    return here.size() == wanted.size() ? JsonEnd::kWhole : JsonEnd::kUnfinished;
  }

  JsonEnd digits() {
    if (done()) return JsonEnd::kUnfinished;
    if (!is_digit(s_[at_])) return JsonEnd::kInvalid;
    while (!done() && is_digit(s_[at_])) ++at_;
    return JsonEnd::kWhole;
  }
  JsonEnd number() {
    if (s_[at_] == '-') ++at_;
    const bool zero = !done() && s_[at_] == '0';
    const std::size_t begin = at_;
    if (JsonEnd end = digits(); end != JsonEnd::kWhole) return end;
    if (zero && at_ - begin > 1) return JsonEnd::kInvalid;
    if (!done() && s_[at_] == '.') {
      ++at_;
      if (JsonEnd end = digits(); end != JsonEnd::kWhole) return end;
    }
    if (!done() && (s_[at_] | 32) == 'e') {
      ++at_;
      if (!done() && (s_[at_] == '+' || s_[at_] == '-')) ++at_;
      return digits();
    }
    return JsonEnd::kWhole;
  }

  std::string_view s_;
  std::size_t at_ = 0, depth_ = 0;
  bool fresh_ = false;  // the innermost array or object has nothing in it yet
  std::bitset<kMaxDepth> objects_;
};

}  // namespace

JsonEnd read_json(std::string_view text, std::size_t* size) {
  Reader reader(text);
  JsonEnd end = reader.value();
  *size = reader.at();
  return end;
}

}  // namespace corpus
