#include "provenance/manifest_view.h"

#include "io/file.h"
#include "json/value.h"
#include "provenance/part_log.h"

namespace corpus::provenance {
namespace {

constexpr std::string_view kSelf = "\"manifest_sha256\": \"";

}  // namespace

const Value::Array& items(const Value* object, std::string_view key) {
  static const Value::Array kNone;
  const Value* list = object != nullptr ? object->find(key) : nullptr;
  return list != nullptr && list->if_array() != nullptr ? *list->if_array() : kNone;
}

const Value* ManifestView::report(std::string_view stage) const {
  for (const auto& one : items(&all, "reports")) {
    if (one.get("stage", "") == stage) return one.find("report");
  }
  return nullptr;
}

std::uint64_t ManifestView::count(std::string_view key) const {
  const Value* counts = all.find("counts");
  std::int64_t n = counts != nullptr ? counts->get(key, 0) : 0;
  return n < 0 ? 0 : static_cast<std::uint64_t>(n);
}

bool ManifestView::policy_checked() const {
  const Value* policy = all.find("policy");
  return policy != nullptr && policy->if_object() != nullptr;
}

std::vector<std::string> ManifestView::parts() const {
  std::vector<std::string> out;
  for (const auto& file : items(&all, "files")) {
    std::string name = file.get("name", "");
    if (name.starts_with("part-") && name.find('/') == std::string::npos) {
      out.push_back(std::move(name));
    }
  }
  return out;
}

Result<ManifestView> load_manifest(const std::string& dir) {
  std::string path = dir + "/manifest.json";
  if (!io::exists(path)) {
    return Error{Code::kNotFound, dir + ": has no manifest.json: it is no finished corpus"};
  }
  CORPUS_TRY(std::string text, io::read_all(path, kMaxDocument));
  ManifestView out{.dir = dir, .all = {}, .sha256 = provenance::sha256(text)};
  auto parsed = json::parse_value(text);
  if (!parsed) return std::move(parsed).error().context(path);
  out.all = *std::move(parsed);
  auto self = text.rfind(kSelf);
  if (self == std::string::npos ||
      std::string_view(text).substr(self + kSelf.size()) !=
          hex(provenance::sha256(std::string_view(text).substr(0, self))) + "\"\n}\n") {
    return Error{Code::kCorrupt,
                 path + ": its digest of itself differs: it was changed or damaged"};
  }
  if (out.all.get("manifest", 0) != 1) {
    return Error{Code::kUnsupported, path + ": has a version that this build does not read"};
  }
  return out;
}

}  // namespace corpus::provenance
