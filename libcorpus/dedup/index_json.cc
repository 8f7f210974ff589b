#include "dedup/index_json.h"

#include <utility>

#include "base/hash.h"
#include "corpus/recipe.h"
#include "corpus/value.h"
#include "io/file.h"
#include "json/escape.h"

namespace corpus {
namespace {

constexpr std::int64_t kVersion = 1;
constexpr std::uint64_t kLargest = std::uint64_t{256} << 20;
constexpr std::string_view kSelf = "\"xxh3\":\"";

const char* name_of(IndexKind kind) {
  return kind == IndexKind::kContent ? "dedup.exact" : "dedup.minhash";
}

Value number(std::uint64_t n) { return static_cast<std::int64_t>(n); }

// All 64 bits: JSON numbers lose some.
std::string digits(std::uint64_t n) { return std::to_string(n); }

bool read(const Value& object, std::string_view key, std::uint64_t& out) {
  const Value* v = object.find(key);
  const std::int64_t* n = v != nullptr ? v->if_int() : nullptr;
  if (n == nullptr || *n < 0) return false;
  out = static_cast<std::uint64_t>(*n);
  return true;
}

// g-0-12: nothing that leads out of the folder.
bool good_name(std::string_view name) {
  return name.starts_with("g-") && name.find_first_not_of("0123456789-", 2) == name.npos;
}

bool read_members(const Value& all, IndexJson& out) {
  std::string kind = all.get("kind", "");
  if (kind == name_of(IndexKind::kContent)) {
    out.purpose.kind = IndexKind::kContent;
  } else if (kind == name_of(IndexKind::kBands)) {
    out.purpose.kind = IndexKind::kBands;
  } else {
    return false;
  }
  out.purpose.options = all.get("options", "");
  const Value* generations = all.find("generations");
  const Value* inputs = all.find("inputs");
  if (generations == nullptr || generations->if_array() == nullptr || inputs == nullptr ||
      inputs->if_array() == nullptr || !read(all, "last_first", out.last_first)) {
    return false;
  }
  std::string checksum = all.get("last_checksum", "");
  if (checksum.empty() || checksum.size() > 20 ||
      checksum.find_first_not_of("0123456789") != checksum.npos) {
    return false;
  }
  for (char c : checksum) {
    out.last_checksum = out.last_checksum * 10 + static_cast<std::uint64_t>(c - '0');
  }
  std::uint64_t end = 0;
  for (const Value& item : *generations->if_array()) {
    auto& g = out.generations.emplace_back();
    g.name = item.get("name", "");
    if (!good_name(g.name) || !read(item, "first_input", g.first_input) ||
        !read(item, "inputs", g.inputs) || !read(item, "records", g.records) ||
        !read(item, "keys", g.keys) || g.first_input != end) {
      return false;
    }
    end += g.inputs;
  }
  for (const Value& name : *inputs->if_array()) {
    if (name.if_string() == nullptr) return false;
    out.inputs.push_back(*name.if_string());
  }
  return out.inputs.size() == end;
}

}  // namespace

std::string print_index_json(const IndexJson& index) {
  Value::Array generations;
  for (const auto& g : index.generations) {
    Value item;
    item.set("name", g.name);
    item.set("first_input", number(g.first_input));
    item.set("inputs", number(g.inputs));
    item.set("records", number(g.records));
    item.set("keys", number(g.keys));
    generations.push_back(std::move(item));
  }
  Value::Array inputs;
  for (const auto& name : index.inputs) {
    inputs.emplace_back(json::valid_utf8(name) ? name : std::string("(not UTF-8)"));
  }
  Value all;
  all.set("index", kVersion);
  all.set("kind", name_of(index.purpose.kind));
  all.set("options", index.purpose.options);
  all.set("generations", std::move(generations));
  all.set("last_first", number(index.last_first));
  all.set("last_checksum", digits(index.last_checksum));
  all.set("inputs", std::move(inputs));
  std::string out = all.to_json();
  out.back() = ',';  // its brace
  std::string digest = hex(hash128(out));
  return out.append(kSelf).append(digest).append("\"}\n");
}

Result<IndexJson> parse_index_json(std::string_view text, const std::string& path) {
  auto damaged = [&](const char* how) {
    return Error{Code::kCorrupt, path + ": " + how +
                                     "; restore it from a copy, or remove the index and make it "
                                     "anew from its inputs"};
  };
  auto self = text.rfind(kSelf);
  if (self == text.npos || !text.starts_with("{\"index\":")) return damaged("is no index");
  if (text.substr(self) != std::string(kSelf) + hex(hash128(text.substr(0, self))) + "\"}\n") {
    return damaged("its checksum of itself differs: it was changed or damaged");
  }
  auto parsed = parse_yaml(text, path);  // JSON is YAML
  if (!parsed) return std::move(parsed).error();
  std::uint64_t version = 0;
  if (!read(*parsed, "index", version)) return damaged("has no version");
  if (version != kVersion) {
    return Error{Code::kUnsupported,
                 path + ": the index has version " + std::to_string(version) +
                     ", this build reads version 1; make it anew with this build from the inputs "
                     "that it lists, or use the build that made it"};
  }
  IndexJson out;
  if (!read_members(*parsed, out)) return damaged("lacks a member, or has one of another form");
  return out;
}

Result<IndexJson> read_index_json(const std::string& dir) {
  std::string path = dir + "/" + std::string(kIndexJson);
  if (!io::exists(path)) {
    return Error{Code::kNotFound, dir + ": is no index (it has no index.json); a run of dedup.exact "
                                        "or dedup.minhash with the option index makes one"};
  }
  CORPUS_TRY(std::string text, io::read_all(path, kLargest));
  return parse_index_json(text, path);
}

}  // namespace corpus
