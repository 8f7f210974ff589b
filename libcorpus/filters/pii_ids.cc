#include "filters/pii_ids.h"

#include <algorithm>
#include <cstdint>

namespace corpus {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
int value(char c) { return c - '0'; }
bool all_equal(std::string_view s) {
  return std::all_of(s.begin(), s.end(), [&](char c) { return c == s[0]; });
}

bool is_date(std::string_view yyyymmdd) {
  auto number = [&](std::size_t at, std::size_t n) {
    int out = 0;
    for (char c : yyyymmdd.substr(at, n)) out = out * 10 + value(c);
    return out;
  };
  int year = number(0, 4), month = number(4, 2), day = number(6, 2);
  return year >= 1880 && year <= 2100 && month >= 1 && month <= 12 && day >= 1 && day <= 31;
}

}  // namespace

bool is_chinese_id(std::string_view digits, char check) {
  static constexpr int kWeights[] = {7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2};
  static constexpr std::string_view kChecks = "10X98765432";
  if (digits.size() != 17 || digits[0] == '0' || digits[0] > '8' || !is_date(digits.substr(6, 8)))
    return false;
  int sum = 0;
  for (std::size_t i = 0; i < 17; ++i) sum += value(digits[i]) * kWeights[i];
  return kChecks[static_cast<std::size_t>(sum % 11)] == (check == 'x' ? 'X' : check);
}

bool is_cpf(std::string_view digits, std::string_view groups) {
  if (groups != "\3\3\3\2" || all_equal(digits)) return false;
  for (std::size_t n : {9U, 10U}) {
    int sum = 0;
    for (std::size_t i = 0; i < n; ++i) sum += value(digits[i]) * static_cast<int>(n + 1 - i);
    int check = sum * 10 % 11 % 10;
    if (check != value(digits[n])) return false;
  }
  return true;
}

bool is_aadhaar(std::string_view digits, std::string_view groups) {
  if (groups != "\4\4\4" || digits[0] < '2') return false;
  // The dihedral group of order 10: a * b below 5 turns, from 5 on mirrors.
  auto times = [](int a, int b) {
    bool mirrored = a >= 5;
    int turn = mirrored ? (a - b % 5 + 5) % 5 : (a + b) % 5;
    return (mirrored != (b >= 5) ? 5 : 0) + turn;
  };
  static constexpr int kPermutation[] = {1, 5, 7, 6, 2, 8, 3, 0, 9, 4};
  int check = 0;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    int digit = value(digits[digits.size() - 1 - i]);
    for (std::size_t n = 0; n < i % 8; ++n) digit = kPermutation[digit];
    check = times(check, digit);
  }
  return check == 0;
}

bool is_nir(std::string_view digits, std::string_view groups) {
  bool printed = groups.size() == 1 || groups == "\1\2\2\2\3\3\2";
  if (!printed || digits.size() != 15 || (digits[0] != '1' && digits[0] != '2')) return false;
  int month = value(digits[3]) * 10 + value(digits[4]);
  if (month < 1 || month > 12) return false;
  std::uint64_t number = 0;
  for (char c : digits.substr(0, 13)) number = number * 10 + static_cast<std::uint64_t>(value(c));
  return 97 - number % 97 == static_cast<std::uint64_t>(value(digits[13]) * 10 + value(digits[14]));
}

bool is_dni(std::string_view digits, char check) {
  static constexpr std::string_view kLetters = "TRWAGMYFPDXBNJZSQVHLCKE";
  if (digits.size() != 8 || all_equal(digits)) return false;
  unsigned number = 0;
  for (char c : digits) number = number * 10 + static_cast<unsigned>(value(c));
  return kLetters[number % 23] == check;
}

std::size_t nino_at(std::string_view text) {
  auto in = [](std::string_view set, char c) { return set.find(c) != std::string_view::npos; };
  if (text.size() < 9 || !in("ABCEGHJKLMNOPRSTWXYZ", text[0]) ||
      !in("ABCEGHJKLMNPRSTWXYZ", text[1]))
    return 0;
  for (std::string_view never : {"BG", "GB", "NK", "KN", "TN", "NT", "ZZ"}) {
    if (text.starts_with(never)) return 0;
  }
  const bool spaced = text[2] == ' ';
  std::size_t at = 2;
  for (int pair = 0; pair < 3; ++pair) {
    if (spaced && (at >= text.size() || text[at++] != ' ')) return 0;
    if (at + 2 > text.size() || !is_digit(text[at]) || !is_digit(text[at + 1])) return 0;
    at += 2;
  }
  if (spaced && (at >= text.size() || text[at++] != ' ')) return 0;
  return at < text.size() && text[at] >= 'A' && text[at] <= 'D' ? at + 1 : 0;
}

std::size_t iban_length(char first, char second) {
  // The registry of ISO 13616: countries by length.
  struct Countries {
    std::size_t length;
    std::string_view names;
  };
  static constexpr Countries kLengths[] = {{15, "NO "},
                                           {16, "BE "},
                                           {18, "DK FI FO GL NL SD "},
                                           {19, "MK SI FK MN "},
                                           {20, "AT BA EE KZ LT LU XK "},
                                           {21, "CH CR HR LI LV "},
                                           {22, "BG BH DE GB GE IE ME RS "},
                                           {23, "AE GI IL IQ TL OM SO "},
                                           {24, "AD CZ ES MD PK RO SA SE SK TN VG "},
                                           {25, "LY PT ST "},
                                           {26, "IS TR "},
                                           {27, "BI DJ FR GR IT MC MR SM "},
                                           {28, "AL AZ BY CY DO GT HU LB NI PL SV "},
                                           {29, "BR EG PS QA UA "},
                                           {30, "JO KW MU YE "},
                                           {31, "MT SC "},
                                           {32, "LC "},
                                           {33, "RU "}};
  for (const auto& [length, names] : kLengths) {
    for (std::size_t i = 0; i < names.size(); i += 3) {
      if (names[i] == first && names[i + 1] == second) return length;
    }
  }
  return 0;
}

}  // namespace corpus
