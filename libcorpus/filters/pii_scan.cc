#include "filters/pii_scan.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "filters/pii_ids.h"
#include "simd/byte_set.h"

namespace corpus {
namespace {

bool digit(char c) { return c >= '0' && c <= '9'; }
bool upper(char c) { return c >= 'A' && c <= 'Z'; }
bool letter(char c) { return (c | 32) >= 'a' && (c | 32) <= 'z'; }
bool alnum(char c) { return digit(c) || letter(c); }
bool hex(char c) { return digit(c) || ((c | 32) >= 'a' && (c | 32) <= 'f'); }

// Something begins, or has its first telling byte, at one of these.
constexpr simd::ByteSet kTriggers = simd::ByteSet()
                                        .add('0', '9')
                                        .add('@')
                                        .add('+')
                                        .add('(')
                                        .add(':')
                                        .add('-')
                                        .add('_')
                                        .add('=')
                                        .add('I')
                                        .add('K')
                                        .add('J');

class Scanner {
 public:
  Scanner(std::string_view text, std::uint32_t kinds, std::vector<PiiFound>& out)
      : s_(text), kinds_(kinds), out_(out) {}

  void run() {
    std::size_t at = 0;
    while ((at = simd::find_first(kTriggers, s_, at)) < s_.size()) at = std::max(look(at), at + 1);
  }

 private:
  char get(std::size_t i) const { return i < s_.size() ? s_[i] : '\0'; }
  char before(std::size_t i) const { return i > 0 ? s_[i - 1] : '\0'; }
  bool wants(Pii kind) const { return (kinds_ >> static_cast<unsigned>(kind) & 1) != 0; }

  // Where to go on.
  std::size_t found(std::size_t begin, std::size_t end, Pii kind) {
    if (!out_.empty() && out_.back().end > begin) return end;
    if (wants(kind)) out_.push_back({begin, end, kind});
    return end;
  }

  std::size_t look(std::size_t i) {
    switch (s_[i]) {
      case '@':
        return email(i);
      case '=':
        return assigned_secret(i);
      case ':':
        return hex(get(i + 1)) || get(i + 1) == ':' ? std::max(ipv6(i), assigned_secret(i))
                                                    : assigned_secret(i);
      case '-':
      case '_':
      case 'I':
      case 'K':
      case 'J':
        return secret(i);
      default:
        return number(i);
    }
  }

  std::size_t email(std::size_t at) {
    auto local = [](char c) {
      return alnum(c) || c == '.' || c == '_' || c == '%' || c == '+' || c == '-';
    };
    std::size_t begin = at, end = at + 1;
    while (begin > 0 && at - begin < 64 && local(s_[begin - 1])) --begin;
    while (begin < at && !alnum(s_[begin])) ++begin;
    while (end < s_.size() && end - at < 255 && (alnum(s_[end]) || s_[end] == '.' || s_[end] == '-')) ++end;
    while (end > at && !alnum(s_[end - 1])) --end;
    std::string_view domain = s_.substr(at + 1, end - at - 1);
    std::size_t dot = domain.rfind('.');
    if (begin == at || dot == std::string_view::npos || dot == 0) return at + 1;
    std::string_view top = domain.substr(dot + 1);
    if (top.size() < 2 || top.size() > 24 || !std::all_of(top.begin(), top.end(), letter)) return at + 1;
    if (domain.find("..") != std::string_view::npos) return at + 1;
    return found(begin, end, Pii::kEmail);
  }

  // Anything that begins with a digit, a plus sign or a bracket.
  std::size_t number(std::size_t at) {
    char c = s_[at];
    if (digit(c) && (alnum(before(at)) || before(at) == '.' || before(at) == '_')) {
      std::size_t end = iban(at);
      return end > at + 1 ? end : nino(at, at - 2);
    }
    if (digit(c) && before(at) == ' ' && at >= 3 && upper(s_[at - 2])) {
      if (std::size_t end = nino(at, at - 3); end > at + 1) return end;
    }
    if (digit(c)) {
      if (std::size_t end = ipv4(at); end != 0) return found(at, end, Pii::kIpv4);
      if (hex(c) && get(at + 1) != '\0') {
        if (std::size_t end = whole_ipv6(at); end != 0) return found(at, end, Pii::kIpv6);
      }
    }
    // Digits in groups.
    std::size_t end = at, digits = 0, groups = 0;
    std::array<char, 20> value{};
    std::array<std::uint8_t, 12> sizes{};
    while (end < s_.size()) {
      char x = s_[end];
      if (digit(x)) {
        if (digits == value.size()) return skip_digits(end);
        if (!digit(before(end)) || end == at) {
          if (groups == sizes.size()) return end;
          ++groups;
        }
        value[digits++] = x;
        ++sizes[groups - 1];
        ++end;
      } else if ((x == ' ' || x == '-' || x == '.') && digit(before(end)) &&
                 (digit(get(end + 1)) || get(end + 1) == '(')) {
        ++end;
      } else if (x == '(' && digit(get(end + 1)) && (end == at || !digit(before(end)))) {
        ++end;
      } else if (x == ')' && digit(before(end))) {
        end += get(end + 1) == ' ' && digit(get(end + 2)) ? 2 : 1;
      } else if (x == '+' && end == at && digit(get(end + 1))) {
        ++end;
      } else {
        break;
      }
    }
    while (end > at && !digit(s_[end - 1])) --end;
    std::string_view d(value.data(), digits);
    std::string_view sized(reinterpret_cast<const char*>(sizes.data()), groups);
    // A letter that checks the digits before it.
    if (digit(c) && groups == 1 && letter(get(end)) && !alnum(get(end + 1)) &&
        (is_dni(d, get(end)) || is_chinese_id(d, get(end)))) {
      return found(at, end + 1, Pii::kNationalId);
    }
    if (end == at || alnum(get(end))) return std::max(end, at + 1);
    if (digit(c) && is_national_id(d, sized, at)) return found(at, end, Pii::kNationalId);
    if (digit(c) && is_card(d, sized)) return found(at, end, Pii::kCard);
    if (is_phone(d, sized, c, at)) return found(at, end, Pii::kPhone);
    return end;
  }
  std::size_t skip_digits(std::size_t at) const {
    while (at < s_.size() && digit(s_[at])) ++at;
    return at;
  }

  // Luhn's check; known first digits; one group or the groups that are printed on cards.
  static bool is_card(std::string_view d, std::string_view groups) {
    if (d.size() < 13 || d.size() > 19 || d[0] < '3' || d[0] > '6') return false;
    bool printed = groups.size() == 1 || groups == "\4\4\4\4" || groups == "\4\6\5" ||
                   groups == "\4\4\4\4\3";
    if (!printed) return false;
    if (std::all_of(d.begin(), d.end(), [&](char c) { return c == d[0]; })) return false;
    int sum = 0;
    for (std::size_t i = 0; i < d.size(); ++i) {
      int n = d[d.size() - 1 - i] - '0';
      if (i % 2 == 1) n = n * 2 > 9 ? n * 2 - 9 : n * 2;
      sum += n;
    }
    return sum % 10 == 0;
  }

  bool is_national_id(std::string_view d, std::string_view groups, std::size_t at) const {
    return is_social_security(d, groups, at) || is_nir(d, groups) ||
           (d.size() == 18 && groups.size() == 1 && is_chinese_id(d.substr(0, 17), d[17])) ||
           (get(at + 3) == '.' && get(at + 7) == '.' && get(at + 11) == '-' && is_cpf(d, groups)) ||
           (get(at + 4) == ' ' && get(at + 9) == ' ' && is_aadhaar(d, groups));
  }

  // `at` is a digit of it, the first; where to go on.
  std::size_t nino(std::size_t at, std::size_t begin) {
    if (at < 2 || begin >= at || alnum(before(begin))) return at + 1;
    std::size_t size = nino_at(s_.substr(begin));
    if (size == 0 || alnum(get(begin + size))) return at + 1;
    return found(begin, begin + size, Pii::kNationalId);
  }

  bool is_social_security(std::string_view d, std::string_view groups, std::size_t at) const {
    if (groups != "\3\2\4" || get(at + 3) != '-' || get(at + 6) != '-') return false;
    std::string_view area = d.substr(0, 3);
    return area != "000" && area != "666" && area[0] != '9' && d.substr(3, 2) != "00" &&
           d.substr(5) != "0000";
  }

  // With a country's number, or as North American numbers are written.
  bool is_phone(std::string_view d, std::string_view groups, char first, std::size_t at) const {
    if (first == '+') return d.size() >= 8 && d.size() <= 15 && d[0] != '0' && groups.size() <= 7;
    bool area = groups == "\3\3\4" || (groups == "\1\3\3\4" && d[0] == '1');
    std::string_view local = d.substr(d.size() >= 10 ? d.size() - 10 : 0);
    if (!area || local[0] < '2' || local[3] < '2') return false;
    // 100 200 3000 may be anything; a bracket, hyphens or full stops are how numbers are written.
    std::size_t sign = at + (first == '(' ? 0 : groups.size() == 4 ? 5 : 3);
    return first == '(' || get(sign) == '-' || get(sign) == '.' || get(at + 1) == '-';
  }

  // End of the address at `at`, or 0.
  std::size_t ipv4(std::size_t at) const {
    std::size_t i = at;
    for (int part = 0; part < 4; ++part) {
      if (part > 0 && get(i++) != '.') return 0;
      int value = 0;
      std::size_t n = 0;
      while (digit(get(i)) && n < 4) {
        value = value * 10 + (s_[i++] - '0');
        ++n;
      }
      if (n == 0 || n > 3 || value > 255 || (n > 1 && s_[i - n] == '0')) return 0;
    }
    if (alnum(get(i)) || (get(i) == '.' && digit(get(i + 1)))) return 0;
    // 1.2.3.4 is a version more often than a host, and so is what begins with 0.
    return i - at == 7 || s_[at] == '0' ? 0 : i;
  }

  std::size_t ipv6(std::size_t at) {
    std::size_t begin = at;
    while (begin > 0 && at - begin < 4 && hex(s_[begin - 1])) --begin;
    if (begin > 0 && (alnum(s_[begin - 1]) || s_[begin - 1] == ':' || s_[begin - 1] == '_')) return at + 1;
    std::size_t end = whole_ipv6(begin);
    return end == 0 ? at + 1 : found(begin, end, Pii::kIpv6);
  }

  // Eight groups of hexadecimal digits, or fewer around one "::", three of them at least.
  std::size_t whole_ipv6(std::size_t at) const {
    std::size_t i = at, groups = 0;
    bool gap = false, digits = false;
    while (i < s_.size() && groups < 9) {
      std::size_t n = 0;
      while (n < 5 && hex(get(i + n))) ++n;
      if (n > 4) return 0;
      groups += n > 0;
      for (std::size_t k = 0; k < n; ++k) digits |= digit(s_[i + k]);
      i += n;
      if (get(i) != ':') break;
      if (get(i + 1) == ':') {
        if (gap) return 0;
        gap = true;
        i += 2;
      } else if (hex(get(i + 1))) {
        ++i;
      } else {
        break;
      }
    }
    if (alnum(get(i)) || get(i) == ':') return 0;
    return digits && (groups == 8 || (gap && groups >= 3 && groups < 8)) ? i : 0;
  }

  // `at` is the first of the two check digits. Groups of four may be apart by spaces.
  std::size_t iban(std::size_t at) {
    if (at < 2 || !upper(s_[at - 1]) || !upper(s_[at - 2]) || (at > 2 && alnum(s_[at - 3])) ||
        !digit(get(at + 1))) {
      return at + 1;
    }
    const std::size_t length = iban_length(s_[at - 2], s_[at - 1]);
    std::array<char, 34> value{};
    std::size_t n = 0, end = at - 2, good = 0;
    while (end < s_.size() && n < length) {
      if (digit(s_[end]) || upper(s_[end])) {
        value[n++] = s_[end++];
        if (n == length && !alnum(get(end)) && mod97({value.data(), n}) == 1) good = end;
      } else if (s_[end] == ' ' && n % 4 == 0) {
        ++end;
      } else {
        break;
      }
    }
    return good == 0 ? at + 1 : found(at - 2, good, Pii::kIban);
  }
  static int mod97(std::string_view iban) {
    int rest = 0;
    auto add = [&](char c) {
      rest = digit(c) ? (rest * 10 + (c - '0')) % 97 : (rest * 100 + (c - 'A' + 10)) % 97;
    };
    for (char c : iban.substr(4)) add(c);
    for (char c : iban.substr(0, 4)) add(c);
    return rest;
  }

  struct KeyForm {
    std::string_view prefix;
    std::size_t least, most;  // characters behind it
  };
  // Published forms of keys; `at` is the last character of the prefix or one in it.
  std::size_t secret(std::size_t at) {
    static constexpr KeyForm kForms[] = {
        {"sk-ant-", 24, 160}, {"sk-proj-", 24, 200}, {"sk_live_", 16, 99},    {"sk_test_", 16, 99},
        {"rk_live_", 16, 99}, {"sk-", 20, 64},       {"ghp_", 36, 36},        {"gho_", 36, 36},
        {"ghs_", 36, 36},     {"ghu_", 36, 36},      {"github_pat_", 22, 99}, {"glpat-", 20, 40},
        {"xoxb-", 20, 99},    {"xoxp-", 20, 99},     {"xoxa-", 20, 99},       {"hf_", 30, 40},
        {"npm_", 36, 36},     {"ghr_", 36, 36},      {"glrt-", 20, 40},       {"xapp-", 20, 150},
        {"whsec_", 24, 99},   {"shpat_", 32, 32},    {"dckr_pat_", 24, 40},   {"pypi-", 80, 300},
        {"gsk_", 40, 64},     {"nvapi-", 40, 99},    {"pplx-", 40, 64},       {"xai-", 40, 99},
        {"AKIA", 16, 16},     {"ASIA", 16, 16},      {"AIza", 35, 35},        {"eyJ", 30, 4000}};
    constexpr std::string_view kPem = "-----BEGIN ";
    if (s_[at] == '-' && s_.substr(at, kPem.size()) == kPem) return private_key(at);
    for (const auto& [prefix, least, most] : kForms) {
      std::size_t mark = prefix.find(s_[at]);
      if (mark == std::string_view::npos || at < mark) continue;
      std::size_t begin = at - mark;
      if (s_.substr(begin, prefix.size()) != prefix || alnum(before(begin))) continue;
      bool token = prefix == "eyJ", capitals = prefix == "AKIA" || prefix == "ASIA";
      std::size_t end = begin + prefix.size();
      while (end < s_.size() && end - begin < prefix.size() + most &&
             (capitals ? upper(s_[end]) || digit(s_[end])
                       : alnum(s_[end]) || s_[end] == '_' || s_[end] == '-' || (token && s_[end] == '.'))) {
        ++end;
      }
      std::string_view body = s_.substr(begin + prefix.size(), end - begin - prefix.size());
      if (body.size() < least || alnum(get(end)) || entropy(body) < 3) continue;
      if (token && std::count(body.begin(), body.end(), '.') != 2) continue;
      return found(begin, end, Pii::kSecret);
    }
    return at + 1;
  }

  // `at` is the = or : between a name that says secret and a value that looks random: api_key =
  // "..."
  std::size_t assigned_secret(std::size_t at) {
    auto outside = [](char c) { return c == ' ' || c == '"' || c == '\'' || c == '`' || c == '='; };
    std::size_t name_end = at;
    while (name_end > 0 && at - name_end < 3 && outside(s_[name_end - 1])) --name_end;
    static constexpr std::string_view kNames[] = {"key",    "token",      "secret", "password",
                                                  "passwd", "credential", "bearer"};
    static constexpr std::string_view kEnds = "ey en et rd wd al er";
    if (name_end < 2) return at + 1;
    const char ending[] = {static_cast<char>(s_[name_end - 2] | 32),
                           static_cast<char>(s_[name_end - 1] | 32)};
    if (!letter(ending[0]) || kEnds.find(std::string_view(ending, 2)) == std::string_view::npos)
      return at + 1;
    std::size_t named = 0;
    for (std::string_view name : kNames) {
      if (name_end < name.size()) continue;
      std::size_t same = 0;
      while (same < name.size() && (s_[name_end - 1 - same] | 32) == name[name.size() - 1 - same])
        ++same;
      if (same == name.size()) named = same;
    }
    if (named == 0) return at + 1;
    std::size_t begin = at + 1;
    while (begin < s_.size() && begin - at < 5 && outside(s_[begin])) ++begin;
    std::size_t end = begin, digits = 0, letters = 0;
    while (
        end < s_.size() && end - begin < 512 &&
        (alnum(s_[end]) || s_[end] == '_' || s_[end] == '-' || s_[end] == '/' || s_[end] == '+')) {
      digits += digit(s_[end]);
      letters += letter(s_[end]);
      ++end;
    }
    // Words with hyphens, paths and calls are no keys; those have digits among their letters,
    // everywhere.
    std::size_t size = end - begin;
    if (size < 20 || get(end) == '(' || get(end) == '.' || 12 * digits < size || 4 * letters < size)
      return at + 1;
    while (get(end) == '=') ++end;
    return entropy(s_.substr(begin, size)) < 3.5 ? at + 1 : found(begin, end, Pii::kSecret);
  }

  std::size_t private_key(std::size_t at) {
    std::size_t name = s_.find("PRIVATE KEY-----", at);
    std::size_t end = s_.find("-----END ", at);
    if (name == std::string_view::npos || name - at > 32 || end == std::string_view::npos) return at + 10;
    std::size_t close = s_.find("-----", end + 9);
    return found(at, close == std::string_view::npos ? s_.size() : close + 5, Pii::kSecret);
  }

  // Bits a character: words have about 2.5 at these lengths, random keys over 3.5.
  static double entropy(std::string_view text) {
    std::array<int, 256> counts{};
    for (char c : text) ++counts[static_cast<unsigned char>(c)];
    double out = 0;
    for (int n : counts) {
      if (n == 0) continue;
      double p = n / static_cast<double>(text.size());
      out -= p * std::log2(p);
    }
    return out;
  }

  std::string_view s_;
  std::uint32_t kinds_;
  std::vector<PiiFound>& out_;
};

}  // namespace

std::string_view name(Pii kind) {
  static constexpr std::string_view kNames[kPiiKinds] = {"email", "phone", "ipv4",        "ipv6",
                                                         "iban",  "card",  "national_id", "secret"};
  return kNames[static_cast<std::size_t>(kind)];
}

void find_pii(std::string_view text, std::uint32_t kinds, std::vector<PiiFound>& out) {
  out.clear();
  Scanner(text, kinds, out).run();
}

}  // namespace corpus
