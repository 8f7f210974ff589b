#include "corpus/value.h"

#include <cctype>
#include <charconv>
#include <cmath>
#include <cstdio>

namespace corpus {
namespace {

void print_string(std::string& out, std::string_view s) {
  out += '"';
  for (unsigned char c : s) {
    switch (c) {
      case '"': out += "\\\""; break;
      case '\\': out += "\\\\"; break;
      case '\n': out += "\\n"; break;
      case '\t': out += "\\t"; break;
      case '\r': out += "\\r"; break;
      default:
        if (c < 0x20) {
          char buffer[8];
          std::snprintf(buffer, sizeof buffer, "\\u%04x", c);
          out += buffer;
        } else {
          out += static_cast<char>(c);
        }
    }
  }
  out += '"';
}

void print(std::string& out, const Value& v) {
  if (auto* b = v.if_bool()) {
    out += *b ? "true" : "false";
  } else if (auto* i = v.if_int()) {
    out += std::to_string(*i);
  } else if (auto* d = v.if_double()) {
    char buffer[32];
    auto end = std::to_chars(buffer, buffer + sizeof buffer, *d).ptr;
    std::isfinite(*d) ? out.append(buffer, end) : out.append("null");
  } else if (auto* s = v.if_string()) {
    print_string(out, *s);
  } else if (auto* a = v.if_array()) {
    out += '[';
    for (std::size_t k = 0; k < a->size(); ++k) {
      if (k != 0) out += ',';
      print(out, (*a)[k]);
    }
    out += ']';
  } else if (auto* o = v.if_object()) {
    out += '{';
    for (std::size_t k = 0; k < o->size(); ++k) {
      if (k != 0) out += ',';
      print_string(out, (*o)[k].first);
      out += ':';
      print(out, (*o)[k].second);
    }
    out += '}';
  } else {
    out += "null";
  }
}

}  // namespace

const Value* Value::find(std::string_view key) const {
  if (auto* object = if_object()) {
    for (const auto& [name, value] : *object) {
      if (name == key) return &value;
    }
  }
  return nullptr;
}

Value& Value::set(std::string_view key, Value v) {
  if (is_null()) data_ = Object();
  auto& object = *if_object();
  for (auto& [name, value] : object) {
    if (name == key) return value = std::move(v);
  }
  return object.emplace_back(key, std::move(v)).second;
}

bool Value::get(std::string_view key, bool fallback) const {
  const Value* v = find(key);
  auto* b = v != nullptr ? v->if_bool() : nullptr;
  return b != nullptr ? *b : fallback;
}

std::int64_t Value::get(std::string_view key, std::int64_t fallback) const {
  const Value* v = find(key);
  if (v == nullptr) return fallback;
  if (auto* i = v->if_int()) return *i;
  if (auto* s = v->if_string()) {
    if (auto n = parse_bytes(*s)) return static_cast<std::int64_t>(*n);
  }
  return fallback;
}

double Value::get(std::string_view key, double fallback) const {
  const Value* v = find(key);
  if (v == nullptr) return fallback;
  if (auto* i = v->if_int()) return static_cast<double>(*i);
  if (auto* d = v->if_double()) return *d;
  return fallback;
}

std::string Value::get(std::string_view key, std::string fallback) const {
  const Value* v = find(key);
  auto* s = v != nullptr ? v->if_string() : nullptr;
  return s != nullptr ? *s : fallback;
}

std::vector<std::string> Value::strings(std::string_view key) const {
  std::vector<std::string> out;
  const Value* v = find(key);
  if (v == nullptr) return out;
  if (auto* s = v->if_string()) out.push_back(*s);
  if (auto* a = v->if_array()) {
    for (const auto& item : *a) {
      if (auto* s = item.if_string()) out.push_back(*s);
    }
  }
  return out;
}

std::string Value::to_json() const {
  std::string out;
  print(out, *this);
  return out;
}

Result<std::uint64_t> parse_bytes(std::string_view text) {
  double number = 0;
  auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), number);
  std::string unit;
  for (const char* p = end; p != text.data() + text.size(); ++p) {
    if (*p != ' ') unit += static_cast<char>(std::tolower(static_cast<unsigned char>(*p)));
  }
  if (unit.ends_with("ib")) unit.resize(unit.size() - 2);
  else if (unit.ends_with('b')) unit.pop_back();
  static constexpr std::string_view kUnits = "kmgt";
  int shift = 0;
  bool known = unit.empty();
  if (unit.size() == 1) {
    auto at = kUnits.find(unit[0]);
    known = at != std::string_view::npos;
    shift = known ? 10 * (static_cast<int>(at) + 1) : 0;
  }
  double bytes = std::ldexp(number, shift);
  if (ec != std::errc() || !known || !(bytes >= 0) || bytes > 9e18) {
    return Error{Code::kInvalidArgument,
                 "'" + std::string(text) + "' is no size; write for example 64k, 256MiB or 4G"};
  }
  return static_cast<std::uint64_t>(bytes);
}

}  // namespace corpus
