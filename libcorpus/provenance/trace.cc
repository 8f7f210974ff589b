// Walks a record's lineage: its "corpus" value, the one "before" that, and so on.
#include <optional>
#include <utility>

#include "corpus/lineage.h"
#include "corpus/shard.h"
#include "json/value.h"
#include "provenance/json_look.h"
#include "provenance/manifest_view.h"

namespace corpus::provenance {
namespace {

Value entry(const Value::Array& list, std::int64_t at) {
  if (at < 0 || static_cast<std::size_t>(at) >= list.size()) return {};
  return list[static_cast<std::size_t>(at)];
}

LineageStep step_of(const Value& tag, std::span<const ManifestView> manifests) {
  LineageStep out;
  out.id = tag.get("id", "");
  const Value* lineage = tag.find("lineage");
  if (lineage == nullptr) return out;
  out.lineage = *lineage;
  out.recipe = lineage->get("recipe", "");
  std::int64_t file = lineage->get("file", -1);
  for (const auto& manifest : manifests) {
    if (manifest.all.get("content_digest", "") != out.recipe) continue;
    out.dir = manifest.dir;
    out.input = entry(items(&manifest.all, "inputs"), file);
    out.source = entry(items(manifest.report("tags.lineage"), "sources"), file);
    break;
  }
  return out;
}

Result<Value> corpus_value(std::string_view record, const std::string& where) {
  JsonLook look;
  if (!look.parse(record)) return Error{Code::kCorrupt, where + ": is no JSON"};
  std::string_view value = look.raw(pointer("/corpus"));
  if (value.empty()) return Value();
  auto parsed = json::parse_value(value);
  if (!parsed) return std::move(parsed).error().context(where);
  return parsed;
}

}  // namespace

Value Trace::to_value() const {
  Value::Array list;
  for (const auto& step : steps) {
    Value one;
    one.set("corpus", step.dir.empty() ? Value() : Value(step.dir));
    one.set("id", step.id);
    one.set("recipe", step.recipe);
    one.set("lineage", step.lineage);
    one.set("input", step.input);
    one.set("source", step.source);
    list.push_back(std::move(one));
  }
  Value out;
  out.set("corpus", dir);
  out.set("number", static_cast<std::int64_t>(number));
  out.set("steps", std::move(list));
  return out;
}

Result<Trace> trace(std::string_view id, std::span<const std::string> dirs) {
  std::vector<ManifestView> manifests;
  for (const auto& dir : dirs) {
    CORPUS_TRY(manifests.emplace_back(), load_manifest(dir));
  }
  for (const auto& dir : dirs) {
    CORPUS_TRY(CorpusReader reader, CorpusReader::open(dir));
    auto number = reader.find(id);
    if (!number && number.error().code == Code::kNotFound) continue;
    if (!number) return std::move(number).error();
    CORPUS_TRY(std::string record, reader.get(*number));
    CORPUS_TRY(Value tag, corpus_value(record, dir + ": record " + std::to_string(*number)));
    Trace out{.dir = dir, .number = *number, .steps = {}};
    for (const Value* at = &tag; at != nullptr && at->if_object() != nullptr;
         at = at->find("before")) {
      out.steps.push_back(step_of(*at, manifests));
    }
    return out;
  }
  return Error{Code::kNotFound, "no record with the id '" + std::string(id) + "'"};
}

}  // namespace corpus::provenance
