// CycloneDX 1.6 ML-BOM (cyclonedx.org/docs/1.6/json): the corpus as a component of type data,
// teachers and student as machine-learning models.
#include "provenance/disclosure_facts.h"

namespace corpus::provenance {
namespace {

// A UUID of version 8 (RFC 9562, section 5.8) out of the manifest's SHA-256.
std::string uuid(std::string hex) {
  hex[12] = '8';
  hex[16] = "89ab"[(hex[16] < 'a' ? hex[16] - '0' : hex[16] - 'a' + 10) % 4];
  return hex.substr(0, 8) + '-' + hex.substr(8, 4) + '-' + hex.substr(12, 4) + '-' +
         hex.substr(16, 4) + '-' + hex.substr(20, 12);
}

Value hashes(const std::string& sha256) {
  return Value::Array{object({{"alg", "SHA-256"}, {"content", sha256}})};
}

Value property(std::string_view name, std::string value) {
  return object({{"name", "libcorpus:" + std::string(name)}, {"value", std::move(value)}});
}

Value corpus_component(const Facts& facts) {
  Value out = object({{"type", "data"}, {"bom-ref", "corpus"}});
  out.set("name",
          facts.answered("name") ? facts.answer("name") : "corpus-" + facts.id.substr(0, 12));
  out.set("version", facts.answered("version") ? facts.answer("version") : facts.id.substr(0, 12));
  out.set("description", std::to_string(facts.kept) + " records. " + facts.policy_sentence());
  out.set("hashes", hashes(facts.id));
  Value::Array licences;
  if (facts.answered("licence")) {
    licences.push_back(object({{"license", object({{"name", facts.answer("licence")}})}}));
  }
  for (const auto& stated : facts.licences()) {
    licences.push_back(object({{"license", object({{"name", "source: " + stated}})}}));
  }
  if (!licences.empty()) out.set("licenses", std::move(licences));
  Value owner =
      Value::Array{object({{"organization", object({{"name", facts.answer("creator")}})}})};
  Value data = object({{"type", "dataset"}, {"name", "records"}});
  data.set("description", facts.answer("description"));
  data.set("classification", "public or as the creator states");
  data.set("sensitiveData", Value::Array{facts.answer("personal_data")});
  data.set("governance", object({{"custodians", owner}, {"stewards", owner}, {"owners", owner}}));
  out.set("data", Value::Array{std::move(data)});
  Value::Array files;
  for (const auto& file : facts.files) {
    files.push_back(object({{"type", "file"},
                            {"bom-ref", "file:" + file.name},
                            {"mime-type", file.media_type()},
                            {"name", file.name},
                            {"hashes", hashes(file.sha256)}}));
  }
  out.set("components", std::move(files));
  out.set("properties", Value::Array{property("recipe_digest", facts.recipe_digest()),
                                     property("stages", joined(facts.stages, " -> ")),
                                     property("policy", facts.checked ? "checked" : "unchecked")});
  return out;
}

Value model_component(const ModelFact& model) {
  Value out = object({{"type", "machine-learning-model"}, {"bom-ref", "model:" + model.name}});
  out.set("name", model.name);
  if (!model.version.empty()) out.set("version", model.version);
  out.set("description", "Wrote, or may have written, " + std::to_string(model.records) +
                             " records of the corpus.");
  Value::Array licences;
  for (const auto& terms : model.terms) {
    licences.push_back(object({{"license", object({{"name", "terms: " + terms}})}}));
  }
  if (!licences.empty()) out.set("licenses", std::move(licences));
  if (!model.taught_by.empty()) {
    out.set("properties", Value::Array{property("taught_by", joined(model.taught_by))});
  }
  return out;
}

}  // namespace

std::string disclose_cyclonedx(const Facts& facts) {
  Value tool = object({{"type", "application"},
                       {"name", "libcorpus"},
                       {"version", facts.manifest.all.get("libcorpus", "")}});
  Value out = object({{"bomFormat", "CycloneDX"}, {"specVersion", "1.6"}});
  out.set("serialNumber", "urn:uuid:" + uuid(facts.id));
  out.set("version", 1);
  out.set("metadata", object({{"tools", object({{"components", Value::Array{std::move(tool)}}})}}));
  Value::Array components{corpus_component(facts)}, wrote;
  for (const auto& model : facts.models) {
    if (!model.synthetic()) continue;
    components.push_back(model_component(model));
    wrote.emplace_back("model:" + model.name);
  }
  Value::Array dependencies{object({{"ref", "corpus"}, {"dependsOn", std::move(wrote)}})};
  if (!facts.student.empty()) {
    Value card = object(
        {{"modelParameters", object({{"datasets", Value::Array{object({{"ref", "corpus"}})}}})}});
    components.push_back(object({{"type", "machine-learning-model"},
                                 {"bom-ref", "student"},
                                 {"name", facts.student},
                                 {"modelCard", std::move(card)}}));
    dependencies.push_back(object({{"ref", "student"}, {"dependsOn", Value::Array{"corpus"}}}));
  }
  out.set("components", std::move(components));
  out.set("dependencies", std::move(dependencies));
  return pretty(out);
}

}  // namespace corpus::provenance
