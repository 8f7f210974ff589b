#include <gtest/gtest.h>

#include <random>

#include "corpus/recipe.h"

namespace corpus {
namespace {

Value yaml(std::string_view text) {
  auto v = parse_yaml(text, "t.yaml");
  EXPECT_TRUE(v) << v.error().message;
  return v ? *v : Value();
}
std::string refusal(std::string_view text) {
  auto v = parse_yaml(text, "t.yaml");
  return v ? "accepted: " + v->to_json() : v.error().message;
}

TEST(Yaml, PlainScalarsHaveTheTypesOfTheCoreSchema) {
  EXPECT_EQ(yaml("[1, -2, +3, 0x1F, 0o17, 007]").to_json(), "[1,-2,3,31,15,7]");
  EXPECT_EQ(yaml("[1.5, -.5, 1e3, 1., .e3, 1e, .]").to_json(),
            R"([1.5,-0.5,1000,1,".e3","1e","."])");
  EXPECT_NE(yaml("1e3").if_double(), nullptr);
  EXPECT_EQ(yaml("[true, False, TRUE, yes, no, on]").to_json(),
            R"([true,false,true,"yes","no","on"])");
  EXPECT_EQ(yaml("{null: true}").to_json(), R"({"null":true})");
  EXPECT_EQ(yaml("[null, ~, Null, '']").to_json(), R"([null,null,null,""])");
  EXPECT_EQ(yaml("[256MiB, zstd:3, 1 2, 0b1, 1_000, .inf, .nan, -, +]").strings(""),
            std::vector<std::string>());
  EXPECT_EQ(yaml("[256MiB, zstd:3, 1 2, 0b1, 1_000, .inf, .nan]").to_json(),
            R"(["256MiB","zstd:3","1 2","0b1","1_000",".inf",".nan"])");
}

TEST(Yaml, QuotedScalarsAreText) {
  EXPECT_EQ(yaml("['1', \"true\", 'null', \"a\\tb\"]").to_json(), R"(["1","true","null","a\tb"])");
  EXPECT_EQ(yaml("!!str 12").to_json(), "\"12\"");
  EXPECT_EQ(yaml("|\n  a\n  b\n").to_json(), R"("a\nb\n")");
}

TEST(Yaml, IntegersThatDoNotFitBecomeNumbers) {
  EXPECT_EQ(*yaml("9223372036854775807").if_int(), INT64_MAX);
  EXPECT_DOUBLE_EQ(*yaml("9223372036854775808").if_double(), 9223372036854775808.0);
  EXPECT_NE(yaml("1e999").if_string(), nullptr);  // no number that a double can hold
}

TEST(Yaml, JsonIsYaml) {
  EXPECT_EQ(yaml(R"({"a": [1, {"b": null}], "c": "x\u00e9\n"})").to_json(),
            "{\"a\":[1,{\"b\":null}],\"c\":\"x\xc3\xa9\\n\"}");
}

TEST(Yaml, NodesKnowTheirLine) {
  Value v = yaml("a: 1\nb:\n  - x\n  - y: {z: 3}\nc:\n\n  d: 4\n");
  EXPECT_EQ(v.find("a")->line(), 1);
  EXPECT_EQ(v.find("b")->line(), 2);  // the key's line, not that of the first entry
  EXPECT_EQ((*v.find("b")->if_array())[1].line(), 4);
  EXPECT_EQ(v.find("c")->find("d")->line(), 7);
}

TEST(Yaml, EqualKeysNameBothLines) {
  EXPECT_EQ(refusal("a: 1\nb: 2\na: 3\n"),
            "t.yaml:3: key 'a' was already given in line 1; remove one of them");
  EXPECT_EQ(refusal("x: {k: 1, 'k': 2}"),
            "t.yaml:1: key 'k' was already given in line 1; remove one of them");
}

TEST(Yaml, WhatIsNotAccepted) {
  EXPECT_EQ(refusal("a: [1, 2"), "t.yaml:1: end of sequence flow not found");
  EXPECT_EQ(refusal("? [a]\n: 1\n"), "t.yaml:1: a key has to be text");
  EXPECT_EQ(refusal("a: !thing 1\n"), "t.yaml:1: the tag '!thing' is not supported; leave it out");
  EXPECT_EQ(refusal("a: 1\n---\nb: 2\n"), "t.yaml: holds more than one YAML document");
  EXPECT_EQ(refusal(std::string((4 << 20) + 1, ' ')),
            "t.yaml: larger than 4 MiB; that is no recipe");
}

TEST(Yaml, DepthIsLimited) {
  auto nested = [](int n) { return std::string(n, '[') + "1" + std::string(n, ']'); };
  EXPECT_TRUE(parse_yaml(nested(64), "t"));
  EXPECT_EQ(refusal(nested(65)), "t.yaml:1: nested deeper than 64 levels");
  EXPECT_FALSE(parse_yaml(std::string(100000, '['), "t"));
}

TEST(Yaml, AliasesAreCopiesWithinLimits) {
  EXPECT_EQ(yaml("a: &x {k: 1}\nb: *x\n").to_json(), R"({"a":{"k":1},"b":{"k":1}})");
  EXPECT_EQ(refusal("a: &x [*x]\n"), "t.yaml:1: an alias to the node that holds it");
  // Each line is ten times the one before it.
  std::string bomb = "a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol, lol]\n";
  for (int i = 1; i < 12; ++i) {
    std::string me = std::to_string(i), last = "*a" + std::to_string(i - 1);
    bomb += "a" + me + ": &a" + me + " [" + last;
    for (int k = 0; k < 9; ++k) bomb += ", " + last;
    bomb += "]\n";
  }
  EXPECT_NE(refusal(bomb).find("expand to more than 16 MiB"), std::string::npos) << refusal(bomb);
  // Each alias adds a little depth.
  std::string deep = "a0: &a0 [1]\n";
  for (int i = 1; i < 200; ++i) {
    std::string me = std::to_string(i);
    deep += "a" + me + ": &a" + me + " [*a" + std::to_string(i - 1) + "]\n";
  }
  EXPECT_NE(refusal(deep).find("nested deeper"), std::string::npos) << refusal(deep);
}

TEST(Yaml, EmptyTextIsNull) {
  EXPECT_TRUE(yaml("").is_null());
  EXPECT_TRUE(yaml("# nothing\n").is_null());
}

// Law: what to_json prints is read back as the same value.
Value random_value(std::mt19937& rng, int depth) {
  switch (rng() % (depth > 4 ? 5 : 7)) {
    case 0:
      return Value();
    case 1:
      return rng() % 2 == 0;
    case 2:
      return static_cast<std::int64_t>(rng()) - (std::int64_t{1} << 31);
    case 3:
      return static_cast<double>(rng()) / 65537.0 + 0.25;
    case 4: {
      constexpr std::string_view kLetters = "ab:#- '\"\\\n\t{}[],&*!|>%@`~x1.\x01";
      std::string s;
      for (unsigned n = rng() % 12; n != 0; --n) s += kLetters[rng() % kLetters.size()];
      return s;
    }
    case 5: {
      Value::Array a;
      for (unsigned n = rng() % 4; n != 0; --n) a.push_back(random_value(rng, depth + 1));
      return a;
    }
    default: {
      Value::Object o;
      for (unsigned n = rng() % 4; n != 0; --n) {
        o.emplace_back("k" + std::to_string(n), random_value(rng, depth + 1));
      }
      return o;
    }
  }
}

TEST(Yaml, PrintedValuesAreReadBack) {
  for (unsigned seed = 0; seed < 2000; ++seed) {
    std::mt19937 rng(seed);
    Value v = random_value(rng, 0);
    auto back = parse_yaml(v.to_json(), "t");
    ASSERT_TRUE(back) << "seed " << seed << ": " << v.to_json() << ": " << back.error().message;
    ASSERT_EQ(*back, v) << "seed " << seed << ": " << v.to_json() << " became " << back->to_json();
  }
}

}  // namespace
}  // namespace corpus
