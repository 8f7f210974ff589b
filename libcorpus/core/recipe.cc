// Recipes: reading, checking, changing and naming them.
#include "corpus/recipe.h"

#include <algorithm>
#include <optional>

#include "base/hash.h"
#include "core/schema.h"
#include "corpus/nearest.h"
#include "corpus/registry.h"

namespace corpus {
namespace {

constexpr int kVersion = 1;

const Value& recipe_schema() { return *parsed_schema("recipe"); }

const Value& section_schema(std::string_view section) {
  return *recipe_schema().find("properties")->find(section);
}

std::vector<std::string_view> component_ids() {
  std::vector<std::string_view> ids;
  for (const auto& c : components()) ids.push_back(c.id);
  return ids;
}

std::optional<Problem> check_stage(const StageSpec& stage) {
  if (find_component(stage.id) == nullptr) {
    auto ids = component_ids();
    return Problem{
        stage.options.line(), "stages",
        "unknown component '" + stage.id + "'" + suggestion(stage.id, ids, "components")};
  }
  if (stage.options.is_null()) return std::nullopt;  // all defaults
  return find_problem(stage.options, *parsed_schema(stage.id), stage.id);
}

std::optional<Problem> check_output(const Value& output) {
  std::string given;
  for (const char* key : {"dir", "file", "null"}) {
    const Value* v = output.find(key);
    if (v == nullptr || (v->if_bool() != nullptr && !*v->if_bool())) continue;
    if (!given.empty()) {
      return Problem{v->line(), "output", given + " and " + key + " exclude each other"};
    }
    given = key;
  }
  return std::nullopt;
}

std::optional<Problem> check_stages(const Recipe& recipe) {
  for (const auto& stage : recipe.stages) {
    if (auto p = check_stage(stage)) return p;
  }
  return check_output(recipe.output);
}

// A section that was named but left empty.
Value or_empty(const Value* v) {
  if (v == nullptr) return Value::Object{};
  if (!v->is_null()) return *v;
  Value out(Value::Object{});
  out.set_line(v->line());
  return out;
}

std::vector<StageSpec> read_stages(const Value* list) {
  std::vector<StageSpec> out;
  if (list == nullptr || list->if_array() == nullptr) return out;
  for (const auto& item : *list->if_array()) {
    if (auto* id = item.if_string()) {
      Value none(Value::Object{});
      none.set_line(item.line());
      out.push_back({*id, std::move(none)});
    } else {
      const auto& [name, options] = item.if_object()->front();
      out.push_back({name, or_empty(&options)});
    }
  }
  return out;
}

Value without(const Value& object, std::initializer_list<std::string_view> keys) {
  Value::Object out;
  if (auto* members = object.if_object()) {
    for (const auto& member : *members) {
      if (std::find(keys.begin(), keys.end(), member.first) == keys.end()) out.push_back(member);
    }
  }
  return out;
}

// Puts `v` at `path` ("map.prompt") below `object`.
void put(Value& object, std::string_view path, Value v) {
  auto dot = path.find('.');
  std::string_view key = path.substr(0, dot);
  if (dot == std::string_view::npos) {
    object.set(key, std::move(v));
    return;
  }
  const Value* inner = object.find(key);
  Value next = inner != nullptr && inner->if_object() != nullptr ? *inner : Value(Value::Object{});
  put(next, path.substr(dot + 1), std::move(v));
  object.set(key, std::move(next));
}

// As the schema wants it: what YAML makes of the text, or the text itself ("--set id=42").
std::optional<Problem> put_checked(Value& object, std::string_view path, std::string_view text,
                                   const Value& rules, std::string_view object_path) {
  if (object.if_object() == nullptr) object = Value::Object{};
  auto typed = parse_yaml(text, "value");
  std::optional<Problem> problem;
  if (typed) {
    Value trial = object;
    put(trial, path, *std::move(typed));
    problem = find_problem(trial, rules, object_path);
    if (!problem) {
      object = std::move(trial);
      return std::nullopt;
    }
  }
  Value trial = object;
  put(trial, path, std::string(text));
  auto as_text = find_problem(trial, rules, object_path);
  if (as_text) return problem ? problem : as_text;
  object = std::move(trial);
  return std::nullopt;
}

Result<void> set_stage(Recipe& recipe, std::string_view path, std::string_view text) {
  auto matches = [&](std::string_view id) {
    return path == id || (path.starts_with(id) && path[id.size()] == '.');
  };
  std::vector<std::string_view> ids;
  bool found = false;
  for (auto stage = recipe.stages.begin(); stage != recipe.stages.end();) {
    ids.push_back(stage->id);
    if (!matches(stage->id)) {
      ++stage;
      continue;
    }
    found = true;
    if (path == stage->id) {
      if (text != "false") {
        return Error{Code::kInvalidArgument,
                     "stages." + stage->id + ": set one of its options, or the stage to false"};
      }
      stage = recipe.stages.erase(stage);
      continue;
    }
    auto problem = put_checked(stage->options, path.substr(stage->id.size() + 1), text,
                               *parsed_schema(stage->id), stage->id);
    if (problem) return Error{Code::kInvalidArgument, problem->path + ": " + problem->what};
    ++stage;
  }
  if (found) return {};
  std::string_view typed = path.substr(0, path.find('.', path.find('.') + 1));
  return Error{Code::kInvalidArgument, "the recipe has no stage '" + std::string(typed) + "'" +
                                           suggestion(typed, ids, "its stages")};
}

}  // namespace

Value Recipe::to_value() const {
  Value::Array list;
  for (const auto& stage : stages) {
    list.push_back(Value::Object{{stage.id, or_empty(&stage.options)}});
  }
  Value::Object out{{"corpus", kVersion}};
  out.emplace_back("input", or_empty(&input));
  out.emplace_back("stages", std::move(list));
  out.emplace_back("output", or_empty(&output));
  return out;
}

namespace {

std::string digest_of(const Recipe& recipe, std::initializer_list<std::string_view> not_of_input,
                      std::initializer_list<std::string_view> not_of_output) {
  Value::Array list;
  for (const auto& stage : recipe.stages) {
    const Value* rules = parsed_schema(stage.id);
    Value options = or_empty(&stage.options);
    list.push_back(Value::Object{{stage.id, rules ? canonical(options, *rules) : options}});
  }
  Value::Object all;
  all.emplace_back("corpus", kVersion);
  all.emplace_back("input", canonical(without(recipe.input, not_of_input), section_schema("input")));
  all.emplace_back("stages", std::move(list));
  all.emplace_back("output", canonical(without(recipe.output, not_of_output), section_schema("output")));
  return hex(hash128(Value(std::move(all)).to_json()));
}

}  // namespace

std::string Recipe::digest() const { return digest_of(*this, {"paths"}, {"dir", "file", "null", "digests"}); }

std::string Recipe::content_digest() const {
  return digest_of(*this, {"paths", "batch"},
                   {"dir", "file", "null", "digests", "compress", "shard", "rejects", "tokens"});
}

Result<Recipe> parse_recipe(std::string_view yaml, std::string_view name) {
  CORPUS_TRY(Value root, parse_yaml(yaml, name));
  const Value* version = root.find("corpus");
  if (version == nullptr) {
    return Error{Code::kInvalidArgument,
                 std::string(name) + ": this is no recipe: it has no line 'corpus: 1'"};
  }
  if (auto* n = version->if_int(); n != nullptr && *n != kVersion) {
    return Problem{version->line(), "corpus",
                   "version " + std::to_string(*n) + " is not known; this build reads version 1"}
        .error(name);
  }
  for (auto& [key, section] : *root.if_object()) {
    if (!section.is_null() || key == "corpus") continue;
    int line = section.line();
    section = key == "stages" ? Value(Value::Array{}) : Value(Value::Object{});
    section.set_line(line);
  }
  if (auto p = find_problem(root, recipe_schema(), "")) return p->error(name);
  Recipe recipe{.input = or_empty(root.find("input")),
                .stages = read_stages(root.find("stages")),
                .output = or_empty(root.find("output"))};
  if (auto p = check_stages(recipe)) return p->error(name);
  return recipe;
}

Result<void> check_recipe(const Recipe& recipe, std::string_view name) {
  if (auto p = find_problem(recipe.to_value(), recipe_schema(), "")) return p->error(name);
  if (auto p = check_stages(recipe)) return p->error(name);
  return {};
}

Result<void> set(Recipe& recipe, std::string_view assignment) {
  auto equals = assignment.find('=');
  auto dot = assignment.find('.');
  if (equals == std::string_view::npos || dot == std::string_view::npos || dot > equals) {
    return Error{Code::kInvalidArgument,
                 "'" + std::string(assignment) +
                     "' is no assignment; write for example stages.dedup.minhash.bands=20"};
  }
  std::string_view section = assignment.substr(0, dot);
  std::string_view path = assignment.substr(dot + 1, equals - dot - 1);
  std::string_view text = assignment.substr(equals + 1);
  if (section == "stages") return set_stage(recipe, path, text);
  if (section != "input" && section != "output") {
    std::string_view sections[] = {"input", "stages", "output"};
    return Error{Code::kInvalidArgument, "unknown section '" + std::string(section) + "'" +
                                             suggestion(section, sections, "sections")};
  }
  Value& target = section == "input" ? recipe.input : recipe.output;
  if (auto p = put_checked(target, path, text, section_schema(section), section)) {
    return Error{Code::kInvalidArgument, p->path + ": " + p->what};
  }
  return {};
}

}  // namespace corpus
