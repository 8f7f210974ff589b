#include "train/provenance.h"

#include <filesystem>

#include "io/read_text.h"

namespace student {

using corpus::Code;
using corpus::Error;

Result<DataOrigin> origin_of(const std::string& path) {
  DataOrigin out{.path = path, .policy = "unchecked"};
  const std::string name = path + "/manifest.json";
  std::error_code error;
  if (!std::filesystem::is_regular_file(name, error)) return out;
  CORPUS_TRY(std::string text, read_text(name));
  auto manifest = nlohmann::ordered_json::parse(text, nullptr, false);
  auto digest = manifest.is_object() ? manifest.find("manifest_sha256") : manifest.end();
  if (!manifest.is_object() || digest == manifest.end() || !digest->is_string() || !manifest.contains("policy")) {
    return Error{Code::kCorrupt, name + ": no manifest of a corpus; see `corpus verify`"};
  }
  out.manifest_sha256 = digest->get<std::string>();
  out.policy = manifest["policy"];
  if (out.policy.is_object() && out.policy.contains("intent")) {
    out.checked = out.policy["intent"] == "train" || out.policy["intent"] == "train_competing";
  }
  return out;
}

Result<void> require_policy(const std::vector<DataOrigin>& origins, bool unchecked) {
  for (const DataOrigin& origin : origins) {
    if (origin.checked || unchecked) continue;
    std::string what = origin.manifest_sha256.empty()
                           ? "is no corpus folder, so nobody checked whether its terms allow training"
                           : "is a corpus whose terms were not checked for training";
    return Error{Code::kInvalidArgument, origin.path + " " + what +
                                             "; make one with `corpus curate --intent train`, or "
                                             "give --unchecked-policy, which student.json will record"};
  }
  return {};
}

nlohmann::ordered_json to_json(const std::vector<DataOrigin>& origins) {
  auto out = nlohmann::ordered_json::array();
  for (const DataOrigin& origin : origins) {
    nlohmann::ordered_json one = {{"path", origin.path}};
    if (!origin.manifest_sha256.empty()) one["manifest_sha256"] = origin.manifest_sha256;
    one["policy"] = origin.policy;
    out.push_back(std::move(one));
  }
  return out;
}

}  // namespace student
