// Croissant 1.1 (docs.mlcommons.org/croissant) with the RAI 1.0 vocabulary; names of properties as
// in croissant.ttl and croissant_rai.ttl. Provenance of the whole in W3C PROV terms, as 1.1 has it.
#include "corpus/policy.h"
#include "provenance/disclosure_facts.h"

namespace corpus::provenance {
namespace {

Value context() {
  Value vocab = object({{"@id", "cr:dataType"}, {"@type", "@vocab"}});
  Value data = object({{"@id", "cr:data"}, {"@type", "@json"}});
  Value examples = object({{"@id", "cr:examples"}, {"@type", "@json"}});
  Value language = object({{"@container", "@language"}});
  return object({
      {"@language", "en"},
      {"@vocab", "https://schema.org/"},
      {"arrayShape", "cr:arrayShape"},
      {"citeAs", "cr:citeAs"},
      {"column", "cr:column"},
      {"conformsTo", "dct:conformsTo"},
      {"containedIn", "cr:containedIn"},
      {"cr", "http://mlcommons.org/croissant/"},
      {"data", data},
      {"dataType", vocab},
      {"dct", "http://purl.org/dc/terms/"},
      {"description", language},
      {"equivalentProperty", "cr:equivalentProperty"},
      {"examples", examples},
      {"extract", "cr:extract"},
      {"field", "cr:field"},
      {"fileObject", "cr:fileObject"},
      {"fileProperty", "cr:fileProperty"},
      {"fileSet", "cr:fileSet"},
      {"format", "cr:format"},
      {"includes", "cr:includes"},
      {"isArray", "cr:isArray"},
      {"isLiveDataset", "cr:isLiveDataset"},
      {"jsonPath", "cr:jsonPath"},
      {"key", "cr:key"},
      {"md5", "cr:md5"},
      {"name", language},
      {"odrl", "http://www.w3.org/ns/odrl/2/"},
      {"parentField", "cr:parentField"},
      {"path", "cr:path"},
      {"prov", "http://www.w3.org/ns/prov#"},
      {"rai", "http://mlcommons.org/croissant/RAI/"},
      {"recordSet", "cr:recordSet"},
      {"references", "cr:references"},
      {"regex", "cr:regex"},
      {"repeated", "cr:repeated"},
      {"replace", "cr:replace"},
      {"samplingRate", "cr:samplingRate"},
      {"sc", "https://schema.org/"},
      {"separator", "cr:separator"},
      {"source", "cr:source"},
      {"subField", "cr:subField"},
      {"transform", "cr:transform"},
  });
}

Value::Array distribution(const Facts& facts) {
  Value::Array out;
  for (const auto& file : facts.files) {
    Value one = object({{"@type", "cr:FileObject"}, {"@id", file.name}, {"name", file.name}});
    one.set("contentUrl", file.name);
    if (file.bytes != 0) one.set("contentSize", std::to_string(file.bytes) + " B");
    one.set("encodingFormat", file.media_type());
    one.set("sha256", file.sha256);
    if (file.name == "manifest.json") {
      one.set("description", "What the corpus holds and where it came from, by libcorpus.");
    } else {
      one.set("description",
              std::string(file.rejects() ? "Records that were left out, with reasons. "
                                         : "Records, one JSON object a line. ") +
                  std::to_string(file.records) + " lines.");
    }
    out.push_back(std::move(one));
  }
  return out;
}

// One line of it for each kind of activity the vocabulary has a word for.
Value::Array preprocessing(const Facts& facts) {
  Value::Array out;
  for (const auto& stage : facts.stages) out.emplace_back("libcorpus component " + stage);
  return out;
}

Value::Array agents(const Facts& facts) {
  Value::Array out;
  for (const auto& model : facts.models) {
    if (!model.synthetic()) continue;
    Value one = object({{"@type", "prov:SoftwareAgent"}, {"@id", "model:" + model.name}});
    one.set("name", model.name);
    std::string text = "Wrote, or may have written, " + std::to_string(model.records) + " records.";
    if (!model.terms.empty()) text += " Terms: " + joined(model.terms) + ".";
    if (!model.taught_by.empty()) text += " Taught by: " + joined(model.taught_by) + ".";
    one.set("description", text);
    out.push_back(std::move(one));
  }
  return out;
}

Value::Array derived_from(const Facts& facts) {
  Value::Array out;
  for (const auto& source : facts.sources) {
    Value one = object({{"@type", "prov:Entity"}, {"@id", "input:" + source.name}});
    one.set("name", source.name);
    if (!source.licences.empty()) one.set("license", joined(source.licences, "; "));
    if (!source.urls.empty()) one.set("url", joined(source.urls, " "));
    out.push_back(std::move(one));
  }
  return out;
}

}  // namespace

std::string disclose_croissant(const Facts& facts) {
  Value out = object({{"@context", context()}, {"@type", "sc:Dataset"}});
  out.set("conformsTo", Value::Array{"http://mlcommons.org/croissant/1.1",
                                     "http://mlcommons.org/croissant/RAI/1.0"});
  out.set("@id", "urn:libcorpus:corpus:" + facts.id);
  out.set("name",
          facts.answered("name") ? facts.answer("name") : "corpus-" + facts.id.substr(0, 12));
  out.set("description",
          (facts.answered("description") ? facts.answer("description") + " " : std::string()) +
              std::to_string(facts.kept) + " records for teaching language models. " +
              facts.policy_sentence());
  out.set("license", facts.answer("licence"));
  out.set("url", facts.answered("url") ? facts.answer("url") : "urn:libcorpus:corpus:" + facts.id);
  out.set("creator", object({{"@type", "sc:Organization"}, {"name", facts.answer("creator")}}));
  if (facts.answered("published")) out.set("datePublished", facts.answer("published"));
  if (facts.answered("version")) out.set("version", facts.answer("version"));
  if (facts.answered("languages")) out.set("inLanguage", facts.answer("languages"));
  out.set("citeAs", facts.answer("citation"));
  out.set("isLiveDataset", false);
  out.set("usageInfo", facts.policy_sentence());
  out.set("prov:wasGeneratedBy",
          object({{"@type", "prov:Activity"},
                  {"@id", "recipe:" + facts.recipe_digest()},
                  {"name", "libcorpus " + facts.manifest.all.get("libcorpus", "")},
                  {"description", joined(facts.stages, " -> ")}}));
  out.set("prov:wasDerivedFrom", derived_from(facts));
  if (auto list = agents(facts); !list.empty()) out.set("prov:wasAttributedTo", std::move(list));
  out.set("rai:dataCollection",
          std::to_string(facts.in) + " records were read from " +
              std::to_string(items(&facts.manifest.all, "inputs").size()) + " inputs, " +
              std::to_string(facts.kept) + " were kept." +
              (facts.collected().empty() ? ""
                                         : " Collected: " + joined(facts.collected(), "; ") + "."));
  out.set("rai:dataCollectionType",
          Value::Array{facts.synthetic() ? "Software Collection" : "Others"});
  Value::Array days;  // the vocabulary takes dates only
  for (const auto& when : facts.collected()) {
    if (policy::parse_date(when)) days.emplace_back(when);
  }
  if (!days.empty()) out.set("rai:dataCollectionTimeFrame", std::move(days));
  out.set("rai:dataPreprocessingProtocol", preprocessing(facts));
  Value::Array tools;
  for (const auto& model : facts.models) {
    if (model.synthetic()) tools.emplace_back(model.name);
  }
  if (!tools.empty()) out.set("rai:machineAnnotationTools", std::move(tools));
  out.set("rai:dataLimitations", Value::Array{facts.answer("limitations")});
  out.set("rai:dataBiases", Value::Array{facts.answer("biases")});
  out.set("rai:dataUseCases", Value::Array{facts.answered("purpose") ? facts.answer("purpose")
                                                                     : facts.policy_sentence()});
  out.set("rai:dataSocialImpact", facts.answer("social_impact"));
  out.set("rai:personalSensitiveInformation", Value::Array{facts.answer("personal_data")});
  out.set("rai:dataReleaseMaintenancePlan", facts.answer("maintenance"));
  out.set("distribution", distribution(facts));
  return pretty(out);
}

}  // namespace corpus::provenance
