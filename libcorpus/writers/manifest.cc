#include "writers/manifest.h"

#include "corpus/version.h"
#include "io/file.h"
#include "io/sha256.h"
#include "json/escape.h"
#include "json/value.h"
#include "writers/clusters.h"

namespace corpus {
namespace {

constexpr std::uint64_t kLargest = std::uint64_t{256} << 20;
constexpr std::string_view kSelf = "\"manifest_sha256\": \"";

Value number(std::uint64_t n) { return static_cast<std::int64_t>(n); }

// File names need not be UTF-8, JSON has to be: other bytes become U+FFFD.
std::string utf8(std::string_view name) {
  if (json::valid_utf8(name)) return std::string(name);
  std::string out;
  for (char c : name) {
    if (static_cast<unsigned char>(c) < 0x80)
      out += c;
    else
      out += "\xEF\xBF\xBD";
  }
  return out;
}

Value input_value(const InputInfo& input) {
  Value out;
  out.set("name", utf8(input.name));
  out.set("bytes", number(input.bytes));
  out.set("records", number(input.records));
  out.set("xxh3", input.xxh3);
  out.set("format", input.format);
  out.set("compression", input.compression);
  return out;
}

Value counts_value(const RunSummary& summary) {
  Value malformed = Value::Object(), rejected = Value::Object();
  for (const auto& [reason, n] : summary.dropped) {
    (reason.starts_with("malformed.") ? malformed : rejected).set(reason, number(n));
  }
  Value out;
  out.set("in", number(summary.records));
  out.set("kept", number(summary.kept));
  out.set("malformed", number(summary.malformed));
  out.set("blank_lines", number(summary.blank_lines));
  out.set("rejected", std::move(rejected));
  out.set("malformed_reasons", std::move(malformed));
  return out;
}

// What was checked of the terms: the gate's intent and counts, or that nobody looked.
Value policy_value(const RunSummary& summary) {
  for (const auto& [stage, text] : summary.reports) {
    if (stage != "policy.gate") continue;
    auto report = json::parse_value(text);
    if (!report) break;
    Value out;
    for (const char* key :
         {"intent", "student", "distribution", "date", "registry_sha256", "passed", "rejected"}) {
      if (const Value* v = report->find(key)) out.set(key, *v);
    }
    return out;
  }
  return "unchecked";
}

Value file_value(const FileInfo& file) {
  Value out;
  out.set("name", file.name);
  out.set("bytes", number(file.bytes));
  out.set("records", number(file.records));
  if (file.continued != 0) out.set("continued", number(file.continued));
  out.set("sha256", file.sha256);
  return out;
}

void put(std::string& out, std::string_view key, std::string_view json) {
  out.append("\"").append(key).append("\": ").append(json).append(",\n");
}

// One item a line, so that two manifests can be compared with diff.
template <typename Items, typename ToJson>
std::string list(const Items& items, ToJson to_json) {
  std::string out = "[";
  for (const auto& item : items) {
    out += out.size() == 1 ? "\n" : ",\n";
    out += to_json(item);
  }
  return out + (items.empty() ? "]" : "\n]");
}

// part-00000.jsonl.zst, rejects/part-00000.jsonl or clusters.jsonl.zst: nothing that leads out of
// the folder.
bool is_part_name(std::string_view name) {
  if (name.starts_with("rejects/")) name.remove_prefix(8);
  return (name.starts_with("part-") || is_clusters_name(name)) && name.find('/') == std::string_view::npos &&
         name.find('\0') == std::string_view::npos;
}

bool read_number(const Value& object, std::string_view key, std::uint64_t& out) {
  const Value* v = object.find(key);
  const std::int64_t* n = v != nullptr ? v->if_int() : nullptr;
  if (n == nullptr || *n < 0) return false;
  out = static_cast<std::uint64_t>(*n);
  return true;
}

bool read_file(const Value& v, FileInfo& out) {
  out.name = v.get("name", "");
  out.sha256 = v.get("sha256", "");
  if (v.find("continued") != nullptr && !read_number(v, "continued", out.continued)) return false;
  return is_part_name(out.name) && out.sha256.size() == 64 && read_number(v, "bytes", out.bytes) &&
         read_number(v, "records", out.records);
}

bool read_members(Manifest& m) {
  const Value* counts = m.all.find("counts");
  const Value* files = m.all.find("files");
  if (counts == nullptr || files == nullptr || files->if_array() == nullptr) return false;
  if (!read_number(*counts, "in", m.in) || !read_number(*counts, "kept", m.kept) ||
      !read_number(*counts, "malformed", m.malformed)) {
    return false;
  }
  const Value* rejected = counts->find("rejected");
  if (rejected == nullptr || rejected->if_object() == nullptr) return false;
  for (const auto& [reason, value] : *rejected->if_object()) {
    std::uint64_t n = 0;
    if (!read_number(*rejected, reason, n)) return false;
    m.rejected += n;
  }
  for (const auto& item : *files->if_array()) {
    if (!read_file(item, m.files.emplace_back())) return false;
  }
  if (const Value* recipe = m.all.find("recipe")) {
    const Value* input = recipe->find("input");
    const Value* output = recipe->find("output");
    m.writes_malformed = input == nullptr || input->get("on_bad_record", "") != "skip";
    m.writes_rejects = output == nullptr || output->get("rejects", true);
  }
  return true;
}

}  // namespace

Value recipe_value(const Recipe& recipe) {
  Recipe copy = recipe;
  if (auto* output = copy.output.if_object()) {
    std::erase_if(*output, [](const auto& member) { return member.first == "dir"; });
  }
  return copy.to_value();
}

std::string print_manifest(const Recipe& recipe, const RunSummary& summary,
                           const std::vector<FileInfo>& files) {
  std::string out = "{\n";
  put(out, "manifest", std::to_string(kManifestVersion));
  put(out, "libcorpus", Value(std::string(kLibraryVersion)).to_json());
  put(out, "recipe", recipe_value(recipe).to_json());
  put(out, "recipe_digest", Value(recipe.digest()).to_json());
  put(out, "content_digest", Value(recipe.content_digest()).to_json());
  put(out, "policy", policy_value(summary).to_json());
  put(out, "inputs", list(summary.inputs, [](const auto& i) { return input_value(i).to_json(); }));
  put(out, "counts", counts_value(summary).to_json());
  put(out, "files", list(files, [](const auto& f) { return file_value(f).to_json(); }));
  put(out, "reports", list(summary.reports, [](const auto& report) {
        return "{\"stage\":" + Value(report.first).to_json() + ",\"report\":" + report.second + "}";
      }));
  std::string digest = io::sha256_hex(out);
  return out.append(kSelf).append(digest).append("\"\n}\n");
}

Result<Manifest> parse_manifest(std::string_view text, std::string_view name) {
  auto damaged = [&](std::string_view what) {
    return Error{Code::kCorrupt, std::string(name) + ": " + std::string(what)};
  };
  Manifest manifest;
  auto parsed = json::parse_value(text);
  if (!parsed) return std::move(parsed).error().context(name);
  manifest.all = *std::move(parsed);
  std::uint64_t version = 0;
  if (!read_number(manifest.all, "manifest", version)) return damaged("is no manifest of a corpus");
  if (version != kManifestVersion) {
    return Error{Code::kUnsupported, std::string(name) + ": has version " +
                                         std::to_string(version) +
                                         ", this build reads version 1; update libcorpus"};
  }
  auto self = text.rfind(kSelf);
  if (self == std::string_view::npos ||
      text.substr(self + kSelf.size()) != io::sha256_hex(text.substr(0, self)) + "\"\n}\n") {
    return damaged("its digest of itself differs: it was changed or damaged");
  }
  if (!read_members(manifest)) return damaged("lacks counts or files of the right form");
  return manifest;
}

Result<Manifest> read_manifest(const std::string& dir) {
  std::string path = dir + "/" + std::string(kManifestName);
  if (!io::exists(path)) {
    return Error{Code::kNotFound,
                 dir +
                     ": has no manifest.json: it is no corpus, or one whose run did "
                     "not end; run the same command with --resume"};
  }
  CORPUS_TRY(std::string text, io::read_all(path, kLargest));
  return parse_manifest(text, path);
}

}  // namespace corpus
