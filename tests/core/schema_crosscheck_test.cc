// Our checker against valijson, over the schemas we ship and documents that are right and wrong.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <random>

#define VALIJSON_USE_EXCEPTIONS 1
#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validator.hpp>

#include "core/schema.h"
#include "corpus/recipe.h"
#include "corpus/registry.h"

namespace corpus {
namespace {

class Judge {
 public:
  explicit Judge(std::string_view text) {
    auto json = nlohmann::json::parse(text);
    valijson::adapters::NlohmannJsonAdapter adapter(json);
    valijson::SchemaParser().populateSchema(adapter, schema_);
  }
  bool accepts(const Value& value) const {
    auto json = nlohmann::json::parse(value.to_json());
    valijson::adapters::NlohmannJsonAdapter adapter(json);
    valijson::Validator validator(valijson::Validator::kStrongTypes);
    return validator.validate(schema_, adapter, nullptr);
  }

 private:
  valijson::Schema schema_;
};

// Values that are near the edges of what schemas say.
Value probe(std::mt19937& rng, const Value* rule) {
  if (rule != nullptr && rng() % 3 == 0) {
    if (auto* d = rule->find("default")) return *d;
  }
  if (rule != nullptr && rng() % 3 == 0) {
    if (auto* list = rule->find("enum")) {
      return (*list->if_array())[rng() % list->if_array()->size()];
    }
  }
  if (rule != nullptr && rng() % 2 == 0) {
    for (const char* word : {"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"}) {
      const Value* limit = rule->find(word);
      if (limit == nullptr || rng() % 2 == 0) continue;
      int step = static_cast<int>(rng() % 3) - 1;
      if (auto* i = limit->if_int()) return *i + step;
      if (auto* d = limit->if_double()) return *d + 0.5 * step;
    }
  }
  switch (rng() % 8) {
    case 0:
      return Value();
    case 1:
      return true;
    case 2:
      return static_cast<int>(rng() % 40) - 5;
    case 3:
      return static_cast<double>(rng() % 100) / 64.0 + 0.001;
    case 4:
      return "";
    case 5:
      return "text";
    case 6:
      return Value::Array{"a", rng() % 2 == 0 ? Value(1) : Value("a")};
    default:
      return Value::Object{{"k", "v"}};
  }
}

// valijson 1.0 throws where a format meets a list or a mapping, and does not know ours anyway.
Value without_format(const Value& rules) {
  Value out = rules;
  Value properties = *rules.find("properties");
  for (auto& [key, rule] : *properties.if_object()) {
    std::erase_if(*rule.if_object(), [](const auto& member) { return member.first == "format"; });
  }
  out.set("properties", std::move(properties));
  return out;
}

void compare(const std::string& name, const Value& schema, std::string_view text) {
  Judge judge(text);
  const auto* properties = schema.find("properties");
  int good = 0, bad = 0;
  for (unsigned seed = 0; seed < 600; ++seed) {
    std::mt19937 rng(seed);
    Value::Object document;
    for (const auto& [key, rule] : *properties->if_object()) {
      if (rng() % 3 != 0) continue;
      Value v = probe(rng, &rule);
      // Sizes written as text are ours alone.
      if (rule.get("format", "") == "bytes" && v.if_string() != nullptr) continue;
      document.emplace_back(key, std::move(v));
    }
    if (rng() % 16 == 0) document.emplace_back("no_such_key", 1);
    Value value(std::move(document));
    auto p = find_problem(value, schema, "");
    (p ? bad : good) += 1;
    ASSERT_EQ(!p, judge.accepts(value))
        << name << ", seed " << seed << ": " << value.to_json() << (p ? ": " + p->what : "");
  }
  EXPECT_GT(good, 0) << name;
  EXPECT_GT(bad, 0) << name;
}

TEST(SchemaCrossCheck, ComponentsAgreeWithValijson) {
  for (const auto& c : components()) {
    compare(std::string(c.id), *parsed_schema(c.id), c.schema);
  }
}

TEST(SchemaCrossCheck, RecipeSectionsAgreeWithValijson) {
  for (const char* section : {"input", "output"}) {
    const Value& rules = *parsed_schema("recipe")->find("properties")->find(section);
    compare(section, rules, without_format(rules).to_json());
  }
}

TEST(SchemaCrossCheck, StagesAgreeWithValijson) {
  const Value& rules = *parsed_schema("recipe")->find("properties")->find("stages");
  std::string text = rules.to_json();
  Judge judge(text);
  for (const char* yaml : {"[]", "[a]", "[a: {}]", "[a: ]", "[a: 1]", "[{a: {}, b: {}}]", "[{}]",
                           "[7]", "a", "{a: b}", "[a, b: {c: 1}, [x]]", "null"}) {
    Value value = *parse_yaml(yaml, "v");
    EXPECT_EQ(!find_problem(value, rules, ""), judge.accepts(value)) << yaml;
  }
}

}  // namespace
}  // namespace corpus
