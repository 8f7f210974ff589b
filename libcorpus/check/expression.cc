#include "check/expression.h"

#include <array>
#include <string>
#include <utility>

#include "text/utf8.h"

namespace corpus::check {
namespace {

constexpr std::size_t kMaxText = 1000, kMaxDigits = 300;
constexpr int kMaxNesting = 32, kMaxPower = 24;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c | 32) >= 'a' && (c | 32) <= 'z'; }

// What each of these is read as. Longer ones first, where one begins with another.
constexpr std::array<std::pair<std::string_view, std::string_view>, 36> kKin = {{
    {"\\left", ""},
    {"\\right", ""},
    {"\\cdot", "*"},
    {"\\times", "*"},
    {"\\div", "/"},
    {"\\dfrac", "\\frac"},
    {"\\tfrac", "\\frac"},
    {"\\%", "%"},
    {"\\$", ""},
    {"\\,", " "},
    {"\\!", ""},
    {"\\;", " "},
    {"\\ ", " "},
    {"\\{", "("},
    {"\\}", ")"},
    {"\\degree", ""},
    {"^\\circ", ""},
    {"^{\\circ}", ""},
    {"\xC2\xB0", ""},
    {"\xE2\x88\x92", "-"},
    {"\xE2\x80\x93", "-"},
    {"\xC3\x97", "*"},
    {"\xC2\xB7", "*"},
    {"\xE2\x8B\x85", "*"},
    {"\xC3\xB7", "/"},
    {"**", "^"},
    {"\xC2\xA0", " "},
    {"\xE2\x88\x9A", "\\sqrt"},
    {"\xCF\x80", "\\pi"},
    {"\xE2\x82\xAC", ""},
    {"\xC2\xA3", ""},
    {"$", ""},
    {"\xC2\xB2", "^2"},
    {"\xC2\xB3", "^3"},
    {"\\displaystyle", ""},
    {"\xE2\x81\x84", "/"},
}};

std::string plain(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    bool found = false;
    for (const auto& [kin, read_as] : kKin) {
      if (!text.starts_with(kin)) continue;
      out += read_as;
      text.remove_prefix(kin.size());
      found = true;
      break;
    }
    if (found) continue;
    out += text[0];
    text.remove_prefix(1);
  }
  return out;
}

using Value = std::optional<Quotient>;

Value product(const Quotient& a, const Quotient& b) {
  auto over = multiply(a.over, b.over), under = multiply(a.under, b.under);
  if (!over || !under) return std::nullopt;
  return Quotient{*std::move(over), *std::move(under)};
}
Value inverse(const Quotient& a) {
  if (a.over.is_zero()) return std::nullopt;
  return Quotient{a.under, a.over};
}
Value sum(const Quotient& a, const Quotient& b) {
  if (a.under == b.under) {
    auto over = add(a.over, b.over);
    return over ? Value(Quotient{*std::move(over), a.under}) : std::nullopt;
  }
  auto x = multiply(a.over, b.under), y = multiply(b.over, a.under),
       under = multiply(a.under, b.under);
  if (!x || !y || !under) return std::nullopt;
  auto over = add(*x, *y);
  return over ? Value(Quotient{*std::move(over), *std::move(under)}) : std::nullopt;
}

class Parser {
 public:
  explicit Parser(std::string_view text) : s_(text) {}

  std::optional<Formula> all() {
    Value value = expression();
    if (!value) return std::nullopt;
    skip_space();
    Formula out{*std::move(value), take('%')};
    skip_space();
    return at_ == s_.size() ? std::optional(std::move(out)) : std::nullopt;
  }

 private:
  char peek() const { return at_ < s_.size() ? s_[at_] : '\0'; }
  char ahead(std::size_t n) const { return at_ + n < s_.size() ? s_[at_ + n] : '\0'; }
  void skip_space() {
    while (peek() == ' ' || peek() == '\n' || peek() == '\t') ++at_;
  }
  bool take(char c) {
    if (peek() != c) return false;
    ++at_;
    return true;
  }
  bool take(std::string_view word) {
    if (!s_.substr(at_).starts_with(word)) return false;
    at_ += word.size();
    return true;
  }

  Value expression() {
    if (++nesting_ > kMaxNesting) return std::nullopt;
    skip_space();
    bool minus = take('-');
    if (!minus) take('+');
    Value out = term();
    if (out && minus) out->over = -out->over;
    while (out) {
      skip_space();
      minus = peek() == '-';
      if (!minus && peek() != '+') break;
      ++at_;
      Value next = term();
      if (!next) return next;
      if (minus) next->over = -next->over;
      out = sum(*out, *next);
    }
    --nesting_;
    return out;
  }

  Value term() {
    skip_space();
    Value out = power();
    while (out) {
      skip_space();
      bool divides = peek() == '/';
      if (divides || peek() == '*') {
        ++at_;
        skip_space();
      } else if (!begins_factor()) {
        break;
      }
      bool minus = take('-');
      Value next = power();
      if (next && divides) next = inverse(*next);
      if (!next) return next;
      if (minus) next->over = -next->over;
      out = product(*out, *next);
    }
    return out;
  }
  // A factor without a sign before it. Two numbers side by side are no product.
  bool begins_factor() const {
    return is_letter(peek()) || peek() == '(' || peek() == '\\' || peek() == '{';
  }

  Value power() {
    Value out = factor();
    if (!out || !take('^')) return out;
    Value exponent;
    if (is_digit(peek())) {
      exponent = number();
    } else {
      bool minus = take('-');
      exponent = factor();
      if (exponent && minus) exponent->over = -exponent->over;
    }
    auto n = exponent ? exponent->number() : std::nullopt;
    if (!n || denominator(*n) != 1 || abs(*n) > kMaxPower) return std::nullopt;
    int times = static_cast<int>(numerator(*n));
    Value base = times < 0 ? inverse(*out) : out;
    out = Quotient{Polynomial(Rational(1))};
    for (int i = 0; i < std::abs(times) && base && out; ++i) out = product(*out, *base);
    return base ? out : base;
  }

  Value factor() {
    skip_space();
    if (is_digit(peek()) || (peek() == '.' && is_digit(ahead(1)))) return mixed();
    if (take('(')) return closed(')');
    if (take('{')) return closed('}');
    if (take("\\frac") || take("frac{")) return fraction(s_[at_ - 1] == '{');
    if (take("\\sqrt") || take("sqrt")) return root();
    if (take('\\')) return greek();
    std::size_t letters = 0;
    while (is_letter(ahead(letters))) ++letters;
    if (letters == 0 || letters > 2) return std::nullopt;
    return Quotient{Polynomial::variable(static_cast<unsigned char>(s_[at_++]))};
  }

  Value closed(char by) {
    Value out = expression();
    skip_space();
    return out && take(by) ? out : std::nullopt;
  }

  Value argument() {
    skip_space();
    if (take('{')) return closed('}');
    if (!is_digit(peek())) return factor();
    return Quotient{Polynomial(Rational(s_[at_++] - '0'))};
  }
  Value fraction(bool open) {
    Value over = open ? closed('}') : argument(), under = over ? argument() : std::nullopt;
    if (under) under = inverse(*under);
    return over && under ? product(*over, *under) : std::nullopt;
  }
  Value root() {
    skip_space();
    Value of = take('{')          ? closed('}')
               : take('(')        ? closed(')')
               : is_digit(peek()) ? number()
                                  : std::nullopt;
    auto n = of ? of->number() : std::nullopt;
    auto out = n ? Polynomial::square_root(*n) : std::nullopt;
    return out ? Value(Quotient{*std::move(out)}) : std::nullopt;
  }
  Value greek() {
    static constexpr std::array<std::string_view, 10> kNames = {
        "pi", "theta", "alpha", "beta", "gamma", "lambda", "mu", "phi", "omega", "sigma"};
    for (std::size_t i = 0; i < kNames.size(); ++i) {
      if (take(kNames[i])) return Quotient{Polynomial::variable(0x370 + static_cast<char32_t>(i))};
    }
    return std::nullopt;
  }

  // 1 1/2 and 1\frac{1}{2} are sums.
  Value mixed() {
    Value whole = number();
    if (!whole) return whole;
    std::size_t back = at_;
    skip_space();
    if (s_.substr(at_).starts_with("\\frac")) {
      at_ += 5;
      Value part = fraction(false);
      if (part && part->number()) return sum(*whole, *part);
      at_ = back;
      return whole;
    }
    if (at_ > back && is_digit(peek())) {
      Value over = number();
      if (over && take('/') && is_digit(peek())) {
        Value under = number();
        if (under) under = inverse(*under);
        Value part = under ? product(*over, *under) : under;
        return part ? sum(*whole, *part) : part;
      }
      return std::nullopt;
    }
    at_ = back;
    return whole;
  }

  Value number() {
    std::string digits;
    long exponent = 0;
    auto run = [&] {
      while (is_digit(peek())) digits += s_[at_++];
    };
    run();
    auto separated = [&](std::size_t size) {  // exactly three digits behind a separator
      return is_digit(ahead(size)) && is_digit(ahead(size + 1)) && is_digit(ahead(size + 2)) &&
             !is_digit(ahead(size + 3));
    };
    while (digits.size() <= kMaxDigits && !digits.empty()) {
      std::size_t size = peek() == ',' ? 1 : s_.substr(at_).starts_with("{,}") ? 3 : 0;
      if (size == 0 || !separated(size)) break;
      at_ += size;
      run();
    }
    if (peek() == '.' && (is_digit(ahead(1)) || !is_letter(ahead(1)))) {
      ++at_;
      auto before = digits.size();
      run();
      exponent -= static_cast<long>(digits.size() - before);
    }
    if ((peek() | 32) == 'e' &&
        (is_digit(ahead(1)) || ((ahead(1) == '-' || ahead(1) == '+') && is_digit(ahead(2))))) {
      bool minus = s_[++at_] == '-';
      if (!is_digit(peek())) ++at_;
      long n = 0;
      while (is_digit(peek())) n = std::min(n * 10 + (s_[at_++] - '0'), 10000L);
      exponent += minus ? -n : n;
    }
    if (digits.empty() || digits.size() > kMaxDigits ||
        std::abs(exponent) > static_cast<long>(kMaxDigits))
      return std::nullopt;
    // A leading 0 would make it octal.
    digits.erase(0, std::min(digits.find_first_not_of('0'), digits.size() - 1));
    Integer ten = pow(Integer(10), static_cast<unsigned>(std::abs(exponent))), value(digits);
    return Quotient{
        Polynomial(exponent < 0 ? Rational(value, ten) : Rational(Integer(value * ten)))};
  }

  std::string_view s_;
  std::size_t at_ = 0;
  int nesting_ = 0;
};

}  // namespace

std::optional<Formula> parse_formula(std::string_view text) {
  text = text::trim(text);
  if (text.empty() || text.size() > kMaxText) return std::nullopt;
  std::string read = plain(text);
  return Parser(read).all();
}

}  // namespace corpus::check
