#include "check/polynomial.h"

#include <algorithm>
#include <tuple>

namespace corpus::check {
namespace {

using boost::multiprecision::denominator;
using boost::multiprecision::gcd;
using boost::multiprecision::numerator;

bool too_big(const Integer& n) { return n != 0 && msb(abs(n)) >= kMaxBits; }
bool too_big(const Rational& r) { return too_big(numerator(r)) || too_big(denominator(r)); }

unsigned degree(const Term& term) {
  unsigned out = 0;
  for (const auto& [name, power] : term.powers) out += power;
  return out;
}

auto key(const Term& term) { return std::tie(term.powers, term.root); }

Term product(const Term& a, const Term& b) {
  Term out;
  auto x = a.powers.begin(), y = b.powers.begin();
  while (x != a.powers.end() || y != b.powers.end()) {
    if (y == b.powers.end() || (x != a.powers.end() && x->first < y->first)) {
      out.powers.push_back(*x++);
    } else if (x == a.powers.end() || y->first < x->first) {
      out.powers.push_back(*y++);
    } else {
      out.powers.emplace_back(x->first, x->second + y->second);
      ++x, ++y;
    }
  }
  Integer common = gcd(a.root, b.root);
  out.root = a.root / common * (b.root / common);
  out.factor = a.factor * b.factor * Rational(common);
  return out;
}

}  // namespace

Polynomial::Polynomial(const Rational& value) {
  if (value == 0) return;
  terms_.emplace_back();
  terms_[0].factor = value;
}

Polynomial Polynomial::variable(char32_t name) {
  Polynomial out(Rational(1));
  out.terms_[0].powers.emplace_back(name, 1);
  return out;
}

std::optional<Polynomial> Polynomial::square_root(const Rational& value) {
  if (value < 0) return std::nullopt;
  if (value == 0) return Polynomial();
  // The root of a/b is that of ab, over b.
  Integer rest = numerator(value) * denominator(value), outside = 1, inside = 1;
  if (too_big(rest)) return std::nullopt;
  constexpr unsigned kMaxPrime = 2000;
  for (unsigned p = 2; p <= kMaxPrime && rest >= Integer(p) * p; p += 1 + (p > 2)) {
    while (rest % (p * p) == 0) {
      rest /= p * p;
      outside *= p;
    }
    if (rest % p == 0) {
      rest /= p;
      inside *= p;
    }
  }
  Integer left, root = sqrt(rest, left);
  if (left == 0) {
    outside *= root;
  } else if (rest < Integer(kMaxPrime) * kMaxPrime * kMaxPrime) {
    inside *= rest;  // a prime, or a product of two different ones
  } else {
    return std::nullopt;
  }
  Polynomial out(Rational(outside, denominator(value)));
  out.terms_[0].root = inside;
  return out;
}

std::optional<Rational> Polynomial::number() const {
  if (terms_.empty()) return Rational(0);
  if (terms_.size() > 1 || !terms_[0].powers.empty() || terms_[0].root != 1) return std::nullopt;
  return terms_[0].factor;
}

Polynomial Polynomial::operator-() const {
  Polynomial out = *this;
  for (Term& term : out.terms_) term.factor = -term.factor;
  return out;
}

std::optional<Polynomial> Polynomial::collect(std::vector<Term> terms) {
  std::sort(terms.begin(), terms.end(),
            [](const Term& a, const Term& b) { return key(a) < key(b); });
  Polynomial out;
  for (Term& term : terms) {
    if (!out.terms_.empty() && key(out.terms_.back()) == key(term)) {
      out.terms_.back().factor += term.factor;
    } else {
      out.terms_.push_back(std::move(term));
    }
    if (out.terms_.back().factor == 0) out.terms_.pop_back();
  }
  if (out.terms_.size() > kMaxTerms) return std::nullopt;
  for (const Term& term : out.terms_) {
    if (degree(term) > kMaxDegree || too_big(term.factor) || too_big(term.root))
      return std::nullopt;
  }
  return out;
}

std::optional<Polynomial> add(const Polynomial& a, const Polynomial& b) {
  std::vector<Term> terms = a.terms_;
  terms.insert(terms.end(), b.terms_.begin(), b.terms_.end());
  return Polynomial::collect(std::move(terms));
}

std::optional<Polynomial> multiply(const Polynomial& a, const Polynomial& b) {
  std::vector<Term> terms;
  for (const Term& x : a.terms_) {
    for (const Term& y : b.terms_) terms.push_back(product(x, y));
  }
  return Polynomial::collect(std::move(terms));
}

bool operator==(const Polynomial& a, const Polynomial& b) {
  return std::equal(
      a.terms_.begin(), a.terms_.end(), b.terms_.begin(), b.terms_.end(),
      [](const Term& x, const Term& y) { return key(x) == key(y) && x.factor == y.factor; });
}

std::optional<Rational> Quotient::number() const {
  auto a = over.number(), b = under.number();
  return a && b ? std::optional<Rational>(*a / *b) : std::nullopt;
}

bool equal(const Quotient& a, const Quotient& b) {
  auto left = multiply(a.over, b.under), right = multiply(b.over, a.under);
  return left && right && *left == *right;
}

}  // namespace corpus::check
