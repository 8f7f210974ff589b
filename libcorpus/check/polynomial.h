// Sums of products with exact coefficients: the normal form in which two answers are compared.
//
// A term is a rational number, times the square root of an integer without square factors, times
// powers of variables. Roots of different such integers are linearly independent over the
// rationals, so equal values have equal forms: 2/sqrt(2) and sqrt(2), (x+1)^2 and x^2+2x+1. What
// grows beyond kMaxTerms, kMaxDegree or kMaxBits is given up, so cost is bounded whatever the text.
#ifndef CORPUS_CHECK_POLYNOMIAL_H_
#define CORPUS_CHECK_POLYNOMIAL_H_

#include <boost/multiprecision/cpp_int.hpp>
#include <compare>
#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

namespace corpus::check {

using Integer = boost::multiprecision::cpp_int;
using Rational = boost::multiprecision::cpp_rational;

inline constexpr std::size_t kMaxTerms = 48, kMaxDegree = 48, kMaxBits = 1024;

struct Term {
  std::vector<std::pair<char32_t, unsigned>> powers;  // by variable, none of them 0
  Integer root = 1;
  Rational factor;
};

class Polynomial {
 public:
  Polynomial() = default;  // 0
  explicit Polynomial(const Rational& value);
  static Polynomial variable(char32_t name);
  // Of a rational number that is not negative and whose square factors can be found.
  static std::optional<Polynomial> square_root(const Rational& value);

  bool is_zero() const { return terms_.empty(); }
  std::optional<Rational> number() const;  // when it is one
  Polynomial operator-() const;
  friend std::optional<Polynomial> add(const Polynomial& a, const Polynomial& b);
  friend std::optional<Polynomial> multiply(const Polynomial& a, const Polynomial& b);
  friend bool operator==(const Polynomial& a, const Polynomial& b);

 private:
  static std::optional<Polynomial> collect(std::vector<Term> terms);
  std::vector<Term> terms_;  // ordered by powers, then root; no factor is 0
};

// A quotient of two.
struct Quotient {
  Polynomial over, under{Rational(1)};  // under is not 0
  std::optional<Rational> number() const;
};
bool equal(const Quotient& a, const Quotient& b);

}  // namespace corpus::check

#endif  // CORPUS_CHECK_POLYNOMIAL_H_
