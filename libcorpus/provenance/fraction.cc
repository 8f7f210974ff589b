// Exact fractions in 128 bits.
#include <algorithm>

#include "corpus/accounts.h"

namespace corpus::provenance {
namespace {

using Wide = Uint128;

Wide gcd(Wide a, Wide b) {
  while (b != 0) {
    Wide rest = a % b;
    a = b;
    b = rest;
  }
  return a;
}

Error too_large() {
  return {Code::kLimit, "a fraction beyond 128 bits; give weights and prices with fewer digits"};
}

Fraction reduced(Wide num, Wide den) {
  Wide common = gcd(num, den);
  return common == 0 ? Fraction{0, 1} : Fraction{num / common, den / common};
}

bool mul(Wide a, Wide b, Wide& out) { return !__builtin_mul_overflow(a, b, &out); }

bool read_digits(std::string_view text, Wide& out, Wide* scale) {
  if (text.empty()) return false;
  for (char c : text) {
    if (c < '0' || c > '9') return false;
    if (!mul(out, 10, out) || __builtin_add_overflow(out, Wide(c - '0'), &out)) return false;
    if (scale != nullptr && !mul(*scale, 10, *scale)) return false;
  }
  return true;
}

std::string print(Wide n) {
  std::string out;
  do {
    out += static_cast<char>('0' + static_cast<int>(n % 10));
    n /= 10;
  } while (n != 0);
  std::reverse(out.begin(), out.end());
  return out;
}

}  // namespace

Result<Fraction> parse_fraction(std::string_view text) {
  Wide num = 0, den = 1;
  bool good = false;
  if (auto slash = text.find('/'); slash != std::string_view::npos) {
    den = 0;
    good = read_digits(text.substr(0, slash), num, nullptr) &&
           read_digits(text.substr(slash + 1), den, nullptr) && den != 0;
  } else if (auto dot = text.find('.'); dot != std::string_view::npos) {
    good = read_digits(text.substr(0, dot), num, nullptr) &&
           read_digits(text.substr(dot + 1), num, &den);
  } else {
    good = read_digits(text, num, nullptr);
  }
  if (!good) {
    return Error{Code::kInvalidArgument,
                 "'" + std::string(text) + "' is no number: write 3, 3/2 or 0.25"};
  }
  return reduced(num, den);
}

std::string to_string(Fraction f) {
  return f.den == 1 ? print(f.num) : print(f.num) + '/' + print(f.den);
}

Result<Fraction> add(Fraction a, Fraction b) {
  Wide common = gcd(a.den, b.den), left = 0, right = 0, den = 0, num = 0;
  if (!mul(a.num, b.den / common, left) || !mul(b.num, a.den / common, right) ||
      !mul(a.den, b.den / common, den) || __builtin_add_overflow(left, right, &num)) {
    return too_large();
  }
  return reduced(num, den);
}

Result<Fraction> multiply(Fraction a, Fraction b) {
  Fraction x = reduced(a.num, b.den), y = reduced(b.num, a.den);
  Fraction out;
  if (!mul(x.num, y.num, out.num) || !mul(x.den, y.den, out.den)) return too_large();
  return out;
}

Result<Fraction> divide(Fraction a, Fraction b) {
  if (b.num == 0) return Error{Code::kInvalidArgument, "nothing is to be shared"};
  return multiply(a, {b.den, b.num});
}

}  // namespace corpus::provenance
