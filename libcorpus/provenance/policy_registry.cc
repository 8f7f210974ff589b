// Where a registry comes from: the built-in one, a signed folder, files of the user.
#include <algorithm>
#include <filesystem>

#include "corpus/policy.h"
#include "io/file.h"
#include "json/value.h"
#include "provenance/policy_text.h"

namespace corpus::policy {

extern const std::pair<std::string_view, std::string_view> kPolicyFiles[];  // generated, sorted
extern const unsigned kPolicyFileCount;

namespace {

constexpr std::string_view kIndexName = "index.dsse.json";
constexpr std::uint64_t kMaxFile = std::uint64_t{4} << 20;
constexpr std::string_view kRegistryKey =
    "94abf3c95934376677ef041869d4ca78687076418ef70d74cefb1b7bf89eccc2";

Error refused(std::string what) { return {Code::kCorrupt, "policy registry: " + std::move(what)}; }

// name -> sha256, as the signed index lists them.
Result<std::vector<NamedText>> read_index(std::string_view index,
                                          const provenance::PublicKey& key) {
  auto envelope = provenance::parse_envelope(index, provenance::EnvelopeForm::kOurs);
  if (!envelope)
    return std::move(envelope).error().context("policy registry: " + std::string(kIndexName));
  auto verified = provenance::verify_envelope(*envelope, kIndexType, {&key, 1});
  if (!verified)
    return std::move(verified).error().context("policy registry: " + std::string(kIndexName));
  CORPUS_TRY(Value all, json::parse_value(verified->payload));
  const Value* files = all.find("files");
  if (files == nullptr || files->if_object() == nullptr) return refused("the index lists no files");
  std::vector<NamedText> out;
  for (const auto& [file, sha] : *files->if_object()) {
    out.emplace_back(file, sha.if_string() != nullptr ? *sha.if_string() : "");
  }
  return out;
}

}  // namespace

provenance::PublicKey registry_key() {
  return provenance::PublicKey::from_bytes(*provenance::parse_hex(kRegistryKey));
}

std::string sign_registry(std::span<const NamedText> files, const provenance::SigningKey& key) {
  Value list = Value::Object();
  for (const auto& [file, text] : files) list.set(file, provenance::hex(provenance::sha256(text)));
  Value index;
  index.set("policy_index", 1);
  index.set("files", std::move(list));
  return provenance::print_envelope(provenance::sign(kIndexType, index.to_json(), key));
}

Result<Registry> Registry::from_signed(std::span<const NamedText> files, std::string_view index,
                                       const provenance::PublicKey& key) {
  CORPUS_TRY(auto listed, read_index(index, key));
  Registry out;
  for (const auto& [file, text] : files) {
    auto entry = std::find_if(listed.begin(), listed.end(),
                              [&, &f = file](const auto& l) { return l.first == f; });
    if (entry == listed.end()) return refused(file + ": is not in the signed index");
    if (entry->second != provenance::hex(provenance::sha256(text))) {
      return refused(file + ": was changed after it was signed");
    }
    listed.erase(entry);
    CORPUS_CHECK(out.add_document(text, file, true));
  }
  if (!listed.empty()) return refused(listed[0].first + ": is in the signed index but missing");
  for (const auto& model : out.models_) {
    for (const auto& id : model.terms) {
      if (out.find_terms(id) == nullptr)
        return refused("model " + model.names[0] + " names unknown terms " + id);
    }
  }
  return out;
}

Result<Registry> Registry::from_folder(const std::string& dir, const provenance::PublicKey& key) {
  std::vector<NamedText> files;
  std::error_code failed;
  for (const auto& entry : std::filesystem::directory_iterator(dir, failed)) {
    std::string file = entry.path().filename().string();
    if (file == kIndexName) continue;
    CORPUS_TRY(std::string text, io::read_all(entry.path().string(), kMaxFile));
    files.emplace_back(std::move(file), std::move(text));
  }
  if (failed) return Error{Code::kIo, dir + ": " + failed.message()};
  std::sort(files.begin(), files.end());
  CORPUS_TRY(std::string index, io::read_all(dir + '/' + std::string(kIndexName), kMaxFile));
  return from_signed(files, index, key);
}

Result<Registry> Registry::builtin() {
  std::vector<NamedText> files;
  std::string_view index;
  for (unsigned i = 0; i < kPolicyFileCount; ++i) {
    const auto& [file, text] = kPolicyFiles[i];
    if (file == kIndexName)
      index = text;
    else
      files.emplace_back(file, text);
  }
  return from_signed(files, index, registry_key());
}

Result<void> Registry::add_text(std::string_view yaml, std::string_view file) {
  Registry next = *this;  // all of the file or nothing
  CORPUS_CHECK(next.add_document(yaml, file, false));
  for (const auto& model : next.models_) {
    for (const auto& id : model.terms) {
      if (next.find_terms(id) == nullptr) {
        return Error{Code::kInvalidArgument, std::string(file) + ": model " + model.names[0] +
                                                 " names terms '" + id + "', which do not exist"};
      }
    }
  }
  *this = std::move(next);
  return {};
}

Result<void> Registry::add_file(const std::string& path) {
  CORPUS_TRY(std::string text, io::read_all(path, kMaxFile));
  return add_text(text, path);
}

const Terms* Registry::find_terms(std::string_view id) const {
  auto at = std::lower_bound(terms_.begin(), terms_.end(), id,
                             [](const Terms& t, std::string_view x) { return t.id < x; });
  return at != terms_.end() && at->id == id ? &*at : nullptr;
}

std::pair<const Model*, const Model*> Registry::find_model(std::string_view model) const {
  std::string whole = normal_name(model);
  std::string_view tail = whole;
  if (auto slash = tail.rfind('/'); slash != std::string_view::npos) tail.remove_prefix(slash + 1);
  struct Best {
    const Model* model = nullptr;
    int says = -1;
    std::string_view glob;
  } best[2];
  for (const auto& candidate : models_) {
    Best& b = best[candidate.builtin ? 0 : 1];
    for (const auto& glob : candidate.names) {
      int says = specificity(glob);
      if (says < b.says || (says == b.says && glob >= b.glob)) continue;
      if (glob_match(glob, whole) || glob_match(glob, tail)) b = {&candidate, says, glob};
    }
  }
  return {best[0].model, best[1].model};
}

std::string Registry::digest() const {
  std::string all;
  for (const auto& [file, sha] : digests_) all.append(file).append(" ").append(sha).append("\n");
  return provenance::hex(provenance::sha256(all));
}

}  // namespace corpus::policy
