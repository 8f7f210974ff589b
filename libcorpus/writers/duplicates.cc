#include "corpus/duplicates.h"

#include <charconv>
#include <cstdint>

#include "corpus/shard.h"
#include "json/value.h"
#include "writers/manifest.h"
#include "writers/splice.h"

namespace corpus {
namespace {

using Part = CorpusReader::Lines;

void add_texts(const Value& value, const std::string& path, DuplicateRecord& out) {
  if (const std::string* text = value.if_string()) {
    out.texts.emplace_back(path, *text);
  } else if (const auto* members = value.if_object()) {
    for (const auto& [key, member] : *members) {
      if (path.empty() && key == kTagKey) continue;
      add_texts(member, path.empty() ? key : path + '/' + key, out);
    }
  } else if (const auto* items = value.if_array()) {
    for (std::size_t i = 0; i < items->size(); ++i) {
      add_texts((*items)[i], path.empty() ? std::to_string(i) : path + '/' + std::to_string(i),
                out);
    }
  }
}

void set_line(DuplicateRecord& record, std::string line) {
  record.json = std::move(line);
  if (auto value = json::parse_value(record.json)) add_texts(*value, "", record);
}

std::string input_name(const Manifest& manifest, std::string_view position) {
  std::size_t number = 0;
  std::from_chars(position.data(), position.data() + position.size(), number);
  const Value* inputs = manifest.all.find("inputs");
  const auto* list = inputs != nullptr ? inputs->if_array() : nullptr;
  return list != nullptr && number < list->size() ? (*list)[number].get("name", "") : "";
}

Result<std::string> line_of(const CorpusReader& reader, std::string_view id) {
  CORPUS_TRY(std::uint64_t number, reader.find(id));
  return reader.get(number);
}

}  // namespace

Result<Duplicate> explain_duplicate(const std::string& dir, std::string_view id) {
  CORPUS_TRY(Manifest manifest, read_manifest(dir));
  CORPUS_TRY(auto clusters, CorpusReader::open(dir, Part::kClusters));
  auto found = line_of(clusters, id);
  if (!found) {
    if (found.error().code != Code::kNotFound) return std::move(found).error();
    return Error{Code::kNotFound, dir + ": no record with the id or position '" + std::string(id) +
                                      "' was dropped as a duplicate"};
  }
  Duplicate out;
  CORPUS_TRY(out.evidence, json::parse_value(*found));
  out.dropped.position = out.evidence.get("record", "");
  out.dropped.id = out.evidence.get("id", "");
  out.dropped.input = input_name(manifest, out.dropped.position);
  out.reason = out.evidence.get("reason", "");
  out.method = out.evidence.get("method", "");
  out.stays.position = out.evidence.get("of", "");

  if (manifest.writes_rejects) {
    CORPUS_TRY(auto rejects, CorpusReader::open(dir, Part::kRejected));
    CORPUS_TRY(std::string line, line_of(rejects, out.dropped.position));
    set_line(out.dropped, std::move(line));
  }
  if (out.stays.position.starts_with("index:")) {
    out.stays.input = out.evidence.get("input", "");
    return out;
  }
  out.stays.input = input_name(manifest, out.stays.position);
  CORPUS_TRY(auto kept, CorpusReader::open(dir));
  auto line = line_of(kept, out.stays.position);
  if (!line && line.error().code == Code::kNotFound && manifest.writes_rejects) {
    CORPUS_TRY(auto rejects, CorpusReader::open(dir, Part::kRejected));
    line = line_of(rejects, out.stays.position);
    if (line) {
      if (auto record = json::parse_value(*line)) {
        const Value* tags = record->find(kTagKey);
        if (tags != nullptr) out.stays_was_dropped = tags->get("reason", "");
      }
    }
  }
  if (line) {
    set_line(out.stays, *std::move(line));
  } else if (line.error().code != Code::kNotFound) {
    return std::move(line).error();
  }
  return out;
}

Value Duplicate::to_value() const {
  auto record = [](const DuplicateRecord& r) {
    Value out;
    out.set("position", r.position);
    out.set("input", r.input);
    if (!r.id.empty()) out.set("id", r.id);
    Value texts = Value::Object();
    for (const auto& [path, text] : r.texts) texts.set(path, text);
    out.set("texts", std::move(texts));
    return out;
  };
  Value out;
  out.set("method", method);
  out.set("reason", reason);
  for (const char* key : {"estimate", "jaccard"}) {
    if (const Value* v = evidence.find(key)) out.set(key, *v);
  }
  out.set("dropped", record(dropped));
  out.set("stays", record(stays));
  if (!stays_was_dropped.empty()) out.set("stays_was_dropped", stays_was_dropped);
  return out;
}

}  // namespace corpus
