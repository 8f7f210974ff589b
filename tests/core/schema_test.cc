#include "core/schema.h"

#include <gtest/gtest.h>

#include <set>

#include "corpus/recipe.h"
#include "corpus/registry.h"

namespace corpus {
namespace {

// What find_problem says of `value`, both given as YAML; "" when it is fine.
std::string problem(std::string_view schema, std::string_view value) {
  auto s = parse_yaml(schema, "schema");
  auto v = parse_yaml(value, "value");
  EXPECT_TRUE(s && v);
  auto p = find_problem(*v, *s, "it");
  return p ? p->error("r.yaml").message : "";
}

TEST(Schema, Types) {
  EXPECT_EQ(problem("{type: integer}", "3"), "");
  EXPECT_EQ(problem("{type: integer}", "many"), "r.yaml:1: it: 'many' should be an integer");
  EXPECT_EQ(problem("{type: integer}", "3.0"), "r.yaml:1: it: 3 should be an integer");
  EXPECT_EQ(problem("{type: number}", "3"), "");
  EXPECT_EQ(problem("{type: [string, 'null']}", "null"), "");
  EXPECT_EQ(problem("{type: [string, array, object]}", "1"),
            "r.yaml:1: it: 1 should be text, a list or a mapping");
  EXPECT_EQ(problem("{type: boolean}", "yes"), "r.yaml:1: it: 'yes' should be true or false");
}

TEST(Schema, Bounds) {
  EXPECT_EQ(problem("{minimum: 1}", "0"), "r.yaml:1: it: 0 is less than 1");
  EXPECT_EQ(problem("{minimum: 1}", "1"), "");
  EXPECT_EQ(problem("{maximum: 1.5}", "2"), "r.yaml:1: it: 2 is more than 1.5");
  EXPECT_EQ(problem("{exclusiveMinimum: 0}", "0"), "r.yaml:1: it: 0 should be more than 0");
  EXPECT_EQ(problem("{exclusiveMaximum: 1}", "1.0"), "r.yaml:1: it: 1 should be less than 1");
  EXPECT_EQ(problem("{minimum: 1}", "text"), "");  // numbers only
  EXPECT_EQ(problem("{minLength: 1}", "''"), "r.yaml:1: it: should not be empty");
  EXPECT_EQ(problem("{maxLength: 2}", "\"\xc3\xa9\xc3\xa9\""), "");  // characters, not bytes
  EXPECT_EQ(problem("{maxItems: 1}", "[a, b]"), "r.yaml:1: it: has 2 entries, at most 1 allowed");
  EXPECT_EQ(problem("{minItems: 3}", "[a, b]"), "r.yaml:1: it: has 2 entries, at least 3 needed");
}

TEST(Schema, UniqueItems) {
  EXPECT_EQ(problem("{uniqueItems: true}", "[a, b]"), "");
  EXPECT_EQ(problem("{uniqueItems: true}", "[a, 1, a]"), "r.yaml:1: it: 'a' is there twice");
  EXPECT_EQ(problem("{uniqueItems: false}", "[a, a]"), "");
}

TEST(Schema, Sizes) {
  const char* size = "{type: [integer, string], format: bytes, minimum: 1024, maximum: 1MiB}";
  EXPECT_EQ(problem(size, "64k"), "");
  EXPECT_EQ(problem(size, "2000"), "");
  EXPECT_EQ(problem(size, "1k"), "");
  EXPECT_EQ(problem(size, "12"), "r.yaml:1: it: 12 is less than 1024");
  EXPECT_EQ(problem(size, "2MiB"), "r.yaml:1: it: '2MiB' is more than \"1MiB\"");
  EXPECT_EQ(problem(size, "lots"),
            "r.yaml:1: it: 'lots' is no size; write for example 64k, 256MiB or 4G");
}

TEST(Schema, Choices) {
  EXPECT_EQ(problem("{enum: [keep, reject]}", "keep"), "");
  EXPECT_EQ(problem("{enum: [keep, reject]}", "rejct"),
            "r.yaml:1: it: 'rejct' is unknown; did you mean 'reject'?");
  EXPECT_EQ(problem("{enum: [keep, reject]}", "colour"),
            "r.yaml:1: it: 'colour' is none of keep, reject");
  EXPECT_EQ(problem("{const: 1}", "2"), "r.yaml:1: it: 2 should be 1");
}

TEST(Schema, Objects) {
  const char* schema =
      "{type: object, additionalProperties: false, required: [rows],"
      " properties: {rows: {type: integer}, bands: {type: integer}}}";
  EXPECT_EQ(problem(schema, "{rows: 1}"), "");
  EXPECT_EQ(problem(schema, "rows: 1\nrow: 1"),
            "r.yaml:2: it: unknown key 'row'; did you mean 'rows'?");
  EXPECT_EQ(problem(schema, "rows: 1\ncolour: 1"),
            "r.yaml:2: it: unknown key 'colour'; known keys are: rows, bands");
  EXPECT_EQ(problem(schema, "{bands: 1}"), "r.yaml:1: it: the key 'rows' is missing");
  EXPECT_EQ(problem(schema, "rows: 1\nbands: x"), "r.yaml:2: it.bands: 'x' should be an integer");
  EXPECT_EQ(problem("{additionalProperties: {type: string}}", "{a: b, c: 1}"),
            "r.yaml:1: it.c: 1 should be text");
  EXPECT_EQ(problem("{items: {type: string}}", "[a, 1]"), "r.yaml:1: it[1]: 1 should be text");
}

TEST(Schema, Branches) {
  const char* schema =
      "{anyOf: [{type: string, minLength: 2}, {type: array, items: {type: string}}]}";
  EXPECT_EQ(problem(schema, "ab"), "");
  EXPECT_EQ(problem(schema, "[a]"), "");
  EXPECT_EQ(problem(schema, "[1]"), "r.yaml:1: it[0]: 1 should be text");  // the branch of its type
  EXPECT_EQ(problem(schema, "7"), "r.yaml:1: it: 7 should be text or a list");
  EXPECT_EQ(problem("{oneOf: [{minimum: 1}, {minimum: 2}]}", "3"),
            "r.yaml:1: it: 3 fits more than one form; give only one");
  EXPECT_EQ(problem("{oneOf: [{minimum: 1}, {minimum: 2}]}", "1"), "");
}

TEST(Schema, LongValuesAreCutAtACharacter) {
  std::string long_text(59, 'x');
  long_text += "\xc3\xa9\xc3\xa9\xc3\xa9";
  auto said = problem("{type: integer}", '"' + long_text + '"');
  EXPECT_EQ(said, "r.yaml:1: it: '" + std::string(59, 'x') + "... should be an integer");
}

TEST(Schema, CanonicalFormIsOneSpelling) {
  auto schema = parse_yaml(
      "{properties: {a: {default: 1}, size: {format: bytes, default: 1k}, in: {properties: {x: "
      "{default: y}}}}}",
      "s");
  auto form = [&](std::string_view v) { return canonical(*parse_yaml(v, "v"), *schema).to_json(); };
  EXPECT_EQ(form("{}"), R"({"a":1,"size":1024})");
  EXPECT_EQ(form("{size: 1024, a: 1}"), form("{a: 1, size: 1KiB}"));
  EXPECT_NE(form("{a: 2}"), form("{}"));
  EXPECT_EQ(form("{in: {}}"), R"({"a":1,"in":{"x":"y"},"size":1024})");
}

// Nothing in schemas/ may use a word that the checker silently ignores.
void collect_words(const Value& schema, std::set<std::string>& words) {
  for (const auto& [word, value] : *schema.if_object()) {
    words.insert(word);
    if (word == "properties") {
      for (const auto& [name, inner] : *value.if_object()) collect_words(inner, words);
    } else if (value.if_object() != nullptr && word != "default" && word != "const") {
      collect_words(value, words);
    } else if (word == "oneOf" || word == "anyOf") {
      for (const auto& branch : *value.if_array()) collect_words(branch, words);
    }
  }
}

TEST(Schema, SchemasUseOnlyKnownWords) {
  const std::set<std::string> known = {"$schema",
                                       "$comment",
                                       "title",
                                       "description",
                                       "examples",
                                       "type",
                                       "enum",
                                       "const",
                                       "format",
                                       "minimum",
                                       "maximum",
                                       "exclusiveMinimum",
                                       "exclusiveMaximum",
                                       "minLength",
                                       "maxLength",
                                       "items",
                                       "minItems",
                                       "maxItems",
                                       "uniqueItems",
                                       "properties",
                                       "required",
                                       "additionalProperties",
                                       "minProperties",
                                       "maxProperties",
                                       "oneOf",
                                       "anyOf",
                                       "default"};
  std::vector<std::string> names = {"recipe"};
  for (const auto& c : components()) names.emplace_back(c.id);
  for (const auto& name : names) {
    const Value* schema = parsed_schema(name);
    ASSERT_NE(schema, nullptr) << name;
    EXPECT_EQ(schema->get("title", ""), name);
    EXPECT_EQ(schema->get("type", ""), "object") << name;
    std::set<std::string> words;
    collect_words(*schema, words);
    for (const auto& word : words) EXPECT_TRUE(known.count(word)) << name << ": " << word;
  }
}

// A default that its own schema refuses could be set in no recipe.
TEST(Schema, DefaultsAreAllowedValues) {
  for (const auto& c : components()) {
    const Value* schema = parsed_schema(c.id);
    const Value* properties = schema->find("properties");
    ASSERT_NE(properties, nullptr) << c.id;
    for (const auto& [key, rule] : *properties->if_object()) {
      EXPECT_FALSE(rule.get("description", "").empty()) << c.id << '.' << key;
      if (auto* value = rule.find("default")) {
        auto p = find_problem(*value, rule, std::string(c.id) + '.' + key);
        EXPECT_FALSE(p) << p->error("default").message;
      }
    }
  }
}

}  // namespace
}  // namespace corpus
