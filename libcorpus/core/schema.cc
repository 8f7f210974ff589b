#include "core/schema.h"

#include <algorithm>
#include <map>
#include <mutex>
#include <vector>

#include "corpus/nearest.h"
#include "corpus/recipe.h"
#include "corpus/registry.h"

namespace corpus {
namespace {

std::string shown(const Value& v) {
  constexpr std::size_t kLongest = 60;
  std::string s = v.if_string() != nullptr ? '\'' + *v.if_string() + '\'' : v.to_json();
  if (s.size() > kLongest) {
    s.resize(kLongest);
    while (!s.empty() && (static_cast<unsigned char>(s.back()) & 0xC0) == 0x80) s.pop_back();
    if (!s.empty() && static_cast<unsigned char>(s.back()) >= 0xC0) s.pop_back();
    s += "...";
  }
  return s;
}

bool has_type(const Value& v, std::string_view type) {
  if (type == "null") return v.is_null();
  if (type == "boolean") return v.if_bool() != nullptr;
  if (type == "integer") return v.if_int() != nullptr;
  if (type == "number") return v.if_int() != nullptr || v.if_double() != nullptr;
  if (type == "string") return v.if_string() != nullptr;
  if (type == "array") return v.if_array() != nullptr;
  return type == "object" && v.if_object() != nullptr;
}

std::string article(std::string_view type) {
  if (type == "null") return "null";
  if (type == "boolean") return "true or false";
  if (type == "string") return "text";
  if (type == "array") return "a list";
  if (type == "object") return "a mapping";
  return (type == "integer" ? "an " : "a ") + std::string(type);
}

bool is_size(const Value& schema) { return schema.get("format", "") == "bytes"; }

std::optional<double> number_of(const Value& v, const Value& schema) {
  if (auto* i = v.if_int()) return static_cast<double>(*i);
  if (auto* d = v.if_double()) return *d;
  if (auto* s = v.if_string(); s != nullptr && is_size(schema)) {
    if (auto n = parse_bytes(*s)) return static_cast<double>(*n);
  }
  return std::nullopt;
}

// "a, b, c"; of a long list its beginning and its end.
std::string joined(const std::vector<std::string>& names) {
  constexpr std::size_t kMost = 16, kShown = 4;
  std::string out;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (i != 0) out += ", ";
    if (names.size() > kMost && i == kShown) {
      out += "..., ";
      i = names.size() - 1;
    }
    out += names[i];
  }
  return out;
}

class Checker {
 public:
  std::optional<Problem> check(const Value& v, const Value& schema, const std::string& path) {
    if (auto p = type(v, schema, path)) return p;
    if (auto p = choices(v, schema, path)) return p;
    if (auto p = numbers(v, schema, path)) return p;
    if (auto* s = v.if_string()) {
      auto letters = std::count_if(s->begin(), s->end(), [](char c) { return (c & 0xC0) != 0x80; });
      auto n = static_cast<std::size_t>(letters);
      if (auto p = size(v, n, schema, path, "Length", "characters")) return p;
    }
    if (auto* a = v.if_array()) {
      if (auto p = size(v, a->size(), schema, path, "Items", "entries")) return p;
      if (schema.get("uniqueItems", false)) {
        if (auto p = repeated(*a, path)) return p;
      }
      if (auto* items = schema.find("items")) {
        for (std::size_t i = 0; i < a->size(); ++i) {
          if (auto p = check((*a)[i], *items, path + '[' + std::to_string(i) + ']')) return p;
        }
      }
    }
    if (auto* o = v.if_object()) {
      if (auto p = size(v, o->size(), schema, path, "Properties", "keys")) return p;
      if (auto p = members(v, *o, schema, path)) return p;
    }
    if (auto* any = schema.find("anyOf")) {
      if (auto p = branches(v, *any, path, false)) return p;
    }
    if (auto* one = schema.find("oneOf")) return branches(v, *one, path, true);
    return std::nullopt;
  }

 private:
  static Problem problem(const Value& v, const std::string& path, std::string what) {
    return {v.line(), path, std::move(what)};
  }

  static std::optional<Problem> type(const Value& v, const Value& schema, const std::string& path) {
    auto types = schema.strings("type");
    if (types.empty()) return std::nullopt;
    std::string wanted;
    for (std::size_t i = 0; i < types.size(); ++i) {
      if (has_type(v, types[i])) return std::nullopt;
      if (i != 0) wanted += i + 1 == types.size() ? " or " : ", ";
      wanted += article(types[i]);
    }
    return problem(v, path, shown(v) + " should be " + wanted);
  }

  static std::optional<Problem> choices(const Value& v, const Value& schema,
                                        const std::string& path) {
    if (auto* only = schema.find("const"); only != nullptr && !(v == *only)) {
      return problem(v, path, shown(v) + " should be " + shown(*only));
    }
    const Value* list = schema.find("enum");
    if (list == nullptr || list->if_array() == nullptr) return std::nullopt;
    std::vector<std::string_view> names;
    std::vector<std::string> all;
    for (const auto& item : *list->if_array()) {
      if (v == item) return std::nullopt;
      if (auto* s = item.if_string()) names.push_back(*s);
      all.push_back(item.if_string() ? *item.if_string() : item.to_json());
    }
    auto* s = v.if_string();
    auto near = s != nullptr ? nearest(*s, names) : std::string_view();
    if (near.empty()) return problem(v, path, shown(v) + " is none of " + joined(all));
    return problem(v, path, shown(v) + " is unknown; did you mean '" + std::string(near) + "'?");
  }

  static std::optional<Problem> numbers(const Value& v, const Value& schema,
                                        const std::string& path) {
    if (auto* s = v.if_string(); s != nullptr && is_size(schema)) {
      if (auto n = parse_bytes(*s); !n) return problem(v, path, std::move(n).error().message);
    }
    auto n = number_of(v, schema);
    if (!n) return std::nullopt;
    struct Bound {
      std::string_view word, says;
      bool (*broken)(double, double);
    };
    static constexpr Bound kBounds[] = {
        {"minimum", " is less than ", [](double a, double b) { return a < b; }},
        {"maximum", " is more than ", [](double a, double b) { return a > b; }},
        {"exclusiveMinimum", " should be more than ", [](double a, double b) { return a <= b; }},
        {"exclusiveMaximum", " should be less than ", [](double a, double b) { return a >= b; }},
    };
    for (const auto& bound : kBounds) {
      const Value* limit = schema.find(bound.word);
      if (limit != nullptr && bound.broken(*n, *number_of(*limit, schema))) {
        return problem(v, path, shown(v) + std::string(bound.says) + limit->to_json());
      }
    }
    return std::nullopt;
  }

  // minLength, maxItems, ...
  static std::optional<Problem> size(const Value& v, std::size_t n, const Value& schema,
                                     const std::string& path, const std::string& of,
                                     const std::string& unit) {
    auto count = static_cast<std::int64_t>(n);
    auto least = schema.get("min" + of, 0);
    auto most = schema.get("max" + of, count);
    if (count < least && count == 0) return problem(v, path, "should not be empty");
    std::string has = "has " + std::to_string(count) + " " + unit + ", ";
    if (count < least)
      return problem(v, path, has + "at least " + std::to_string(least) + " needed");
    if (count > most) return problem(v, path, has + "at most " + std::to_string(most) + " allowed");
    return std::nullopt;
  }

  static std::optional<Problem> repeated(const Value::Array& list, const std::string& path) {
    for (auto item = list.begin(); item != list.end(); ++item) {
      if (std::find(list.begin(), item, *item) != item) {
        return problem(*item, path, shown(*item) + " is there twice");
      }
    }
    return std::nullopt;
  }

  std::optional<Problem> members(const Value& v, const Value::Object& object, const Value& schema,
                                 const std::string& path) {
    const Value* properties = schema.find("properties");
    const Value* others = schema.find("additionalProperties");
    std::string dot = path.empty() ? "" : path + '.';
    for (const auto& [key, item] : object) {
      const Value* rule = properties != nullptr ? properties->find(key) : nullptr;
      if (rule == nullptr && others != nullptr && others->if_object() != nullptr) rule = others;
      if (rule != nullptr) {
        if (auto p = check(item, *rule, dot + key)) return p;
      } else if (others != nullptr && others->if_bool() != nullptr && !*others->if_bool()) {
        return problem(item, path, "unknown key '" + key + "'" + known_keys(key, properties));
      }
    }
    for (const auto& key : schema.strings("required")) {
      if (v.find(key) == nullptr) return problem(v, path, "the key '" + key + "' is missing");
    }
    return std::nullopt;
  }

  static std::string known_keys(std::string_view key, const Value* properties) {
    std::vector<std::string_view> names;
    if (properties != nullptr && properties->if_object() != nullptr) {
      for (const auto& member : *properties->if_object()) names.push_back(member.first);
    }
    return names.empty() ? "; there are none to set" : suggestion(key, names, "known keys");
  }

  // When only one branch is of the value's type, its problem is the one to tell.
  std::optional<Problem> branches(const Value& v, const Value& list, const std::string& path,
                                  bool exactly_one) {
    int good = 0, of_type = 0;
    std::optional<Problem> told;
    for (const auto& branch : *list.if_array()) {
      auto p = check(v, branch, path);
      if (!p && !exactly_one) return std::nullopt;
      good += !p;
      if (p && !type(v, branch, path)) {
        ++of_type;
        told = std::move(p);
      }
    }
    if (good == 1) return std::nullopt;
    if (good > 1) return problem(v, path, shown(v) + " fits more than one form; give only one");
    if (of_type == 1) return told;
    std::string forms;
    for (const auto& branch : *list.if_array()) {
      std::string form = branch.get("description", "");
      if (form.empty() && !branch.strings("type").empty())
        form = article(branch.strings("type")[0]);
      if (!form.empty()) forms += (forms.empty() ? " should be " : " or ") + form;
    }
    return problem(v, path, shown(v) + (forms.empty() ? " has none of the allowed forms" : forms));
  }
};

}  // namespace

Error Problem::error(std::string_view name) const {
  std::string message(name);
  if (line > 0) message += ':' + std::to_string(line);
  if (!path.empty()) message += ": " + path;
  return {Code::kInvalidArgument, message + ": " + what};
}

std::optional<Problem> find_problem(const Value& value, const Value& schema,
                                    std::string_view path) {
  return Checker().check(value, schema, std::string(path));
}

Value canonical(const Value& value, const Value& schema) {
  if (is_size(schema) && value.if_string() != nullptr) {
    if (auto n = parse_bytes(*value.if_string())) return static_cast<std::int64_t>(*n);
  }
  const auto* object = value.if_object();
  if (object == nullptr) return value;
  Value::Object out;
  const Value* properties = schema.find("properties");
  for (const auto& [key, item] : *object) {
    const Value* rule = properties != nullptr ? properties->find(key) : nullptr;
    out.emplace_back(key, rule != nullptr ? canonical(item, *rule) : item);
  }
  if (properties != nullptr && properties->if_object() != nullptr) {
    for (const auto& [key, rule] : *properties->if_object()) {
      const Value* fallback = rule.find("default");
      if (fallback != nullptr && value.find(key) == nullptr) {
        out.emplace_back(key, canonical(*fallback, rule));
      }
    }
  }
  std::sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  return out;
}

const Value* parsed_schema(std::string_view name) {
  static std::mutex mutex;
  static auto* parsed = new std::map<std::string, Value, std::less<>>;
  std::lock_guard lock(mutex);
  if (auto it = parsed->find(name); it != parsed->end()) return &it->second;
  std::string_view text = schema(name);
  if (text.empty()) return nullptr;
  auto value = parse_yaml(text, name);  // JSON is YAML
  if (!value) return nullptr;
  return &parsed->emplace(std::string(name), *std::move(value)).first->second;
}

}  // namespace corpus
