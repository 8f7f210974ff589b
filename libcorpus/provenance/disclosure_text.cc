// Small writers for disclosures: JSON to be read by people, Markdown, YAML.
#include "json/escape.h"
#include "provenance/disclosure_facts.h"

namespace corpus::provenance {
namespace {

void print(const Value& value, std::size_t depth, std::string& out) {
  std::string indent(2 * depth + 2, ' ');
  auto open = [&](char bracket) { out += bracket; };
  auto close = [&](char bracket) {
    out += '\n';
    out.append(2 * depth, ' ');
    out += bracket;
  };
  if (const auto* list = value.if_array(); list != nullptr && !list->empty()) {
    open('[');
    for (std::size_t i = 0; i < list->size(); ++i) {
      out += i == 0 ? "\n" : ",\n";
      out += indent;
      print((*list)[i], depth + 1, out);
    }
    close(']');
  } else if (const auto* members = value.if_object(); members != nullptr && !members->empty()) {
    open('{');
    bool first = true;
    for (const auto& [key, member] : *members) {
      out += first ? "\n" : ",\n";
      out += indent;
      first = false;
      json::append_quoted(out, key);
      out += ": ";
      print(member, depth + 1, out);
    }
    close('}');
  } else {
    out += value.to_json();
  }
}

}  // namespace

std::string joined(const std::vector<std::string>& items, std::string_view between) {
  std::string out;
  for (const auto& item : items) out.append(out.empty() ? "" : between).append(item);
  return out;
}

Value::Array array(const std::vector<std::string>& items) {
  return Value::Array(items.begin(), items.end());
}

Value number(std::uint64_t n) { return static_cast<std::int64_t>(n); }

Value object(std::initializer_list<std::pair<std::string_view, Value>> members) {
  Value out = Value::Object();
  for (const auto& [key, value] : members) out.set(key, value);
  return out;
}

std::string pretty(const Value& value) {
  std::string out;
  print(value, 0, out);
  return out + '\n';
}

std::string markdown(std::string_view text) {
  std::string out;
  for (char c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) {
      out += ' ';
    } else if (c == '<') {
      out += "&lt;";
    } else if (c == '&') {
      out += "&amp;";
    } else {
      if (std::string_view("\\|`*[]").find(c) != std::string_view::npos) out += '\\';
      out += c;
    }
  }
  return out;
}

std::string yaml(std::string_view text) {
  std::string out;
  json::append_quoted(out, text);  // a JSON string is a YAML scalar
  return out;
}

std::string grouped(std::uint64_t n) {
  std::string digits = std::to_string(n), out;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    if (i != 0 && (digits.size() - i) % 3 == 0) out += ',';
    out += digits[i];
  }
  return out;
}

}  // namespace corpus::provenance
