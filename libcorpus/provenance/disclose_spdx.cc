// SPDX 3.0.1 (spdx.github.io/spdx-spec/v3.0.1), profiles Core, Software, Dataset and AI: the corpus
// is a DatasetPackage that contains its files, teachers are AIPackages that generated it, the
// student is one that is trained on it.
#include "provenance/disclosure_facts.h"

namespace corpus::provenance {
namespace {

class Graph {
 public:
  explicit Graph(const Facts& facts) : base_("urn:libcorpus:corpus:" + facts.id + '#') {
    nodes_.push_back(object({{"type", "CreationInfo"},
                             {"@id", "_:creation"},
                             {"specVersion", "3.0.1"},
                             {"created", facts.timestamp()},
                             {"createdBy", Value::Array{base_ + "creator"}}}));
  }

  std::string id(std::string_view what) const { return base_ + std::string(what); }
  Value& add(std::string_view type, std::string_view what) {
    nodes_.push_back(object(
        {{"type", std::string(type)}, {"spdxId", id(what)}, {"creationInfo", "_:creation"}}));
    ids_.push_back(id(what));
    return nodes_.back();
  }
  void relate(std::string_view from, std::string_view how, Value::Array to) {
    if (to.empty()) return;
    Value& one = add("Relationship", "relation-" + std::to_string(++relations_));
    one.set("from", id(from));
    one.set("relationshipType", std::string(how));
    one.set("to", std::move(to));
  }
  const std::vector<std::string>& ids() const { return ids_; }
  std::string print() && {
    return pretty(object({{"@context", "https://spdx.org/rdf/3.0.1/spdx-context.jsonld"},
                          {"@graph", std::move(nodes_)}}));
  }

 private:
  std::string base_;
  Value::Array nodes_;
  std::vector<std::string> ids_;
  int relations_ = 0;
};

Value hashes(const std::string& sha256) {
  return Value::Array{object({{"type", "Hash"}, {"algorithm", "sha256"}, {"hashValue", sha256}})};
}

void add_dataset(Graph& graph, const Facts& facts) {
  Value& set = graph.add("dataset_DatasetPackage", "corpus");
  set.set("name",
          facts.answered("name") ? facts.answer("name") : "corpus-" + facts.id.substr(0, 12));
  if (facts.answered("description")) set.set("summary", facts.answer("description"));
  set.set("comment", "Licences as the sources state them: " +
                         (facts.licences().empty() ? "none" : joined(facts.licences(), "; ")) +
                         ". Licence of the whole: " + facts.answer("licence") + ". " +
                         facts.policy_sentence());
  set.set("verifiedUsing", hashes(facts.id));
  set.set("originatedBy", Value::Array{graph.id("creator")});
  set.set("suppliedBy", graph.id("creator"));
  set.set("builtTime", facts.timestamp());
  set.set("releaseTime", facts.timestamp());
  set.set("software_primaryPurpose", "data");
  set.set("software_packageVersion",
          facts.answered("version") ? facts.answer("version") : facts.id);
  set.set("software_downloadLocation",
          facts.answered("url") ? facts.answer("url") : "urn:libcorpus:corpus:" + facts.id);
  set.set("dataset_datasetType", Value::Array{"text"});
  set.set("dataset_datasetSize", number(facts.kept));
  set.set("dataset_dataCollectionProcess",
          facts.synthetic()
              ? "Answers of language models, and text of sources, read from " +
                    std::to_string(facts.sources.size()) + " inputs."
              : "Text read from " + std::to_string(facts.sources.size()) + " inputs.");
  Value::Array steps;
  for (const auto& stage : facts.stages) steps.emplace_back(stage);
  if (!steps.empty()) set.set("dataset_dataPreprocessing", std::move(steps));
  set.set("dataset_intendedUse",
          facts.answered("purpose") ? facts.answer("purpose") : facts.policy_sentence());
  set.set("dataset_knownBias", Value::Array{facts.answer("biases")});
  set.set("dataset_hasSensitivePersonalInformation", "noAssertion");
}

Value::Array add_files(Graph& graph, const Facts& facts) {
  Value::Array out;
  for (const auto& file : facts.files) {
    Value& one = graph.add("software_File", "file-" + file.name);
    one.set("name", file.name);
    one.set("verifiedUsing", hashes(file.sha256));
    one.set("contentType", file.media_type());
    one.set("software_primaryPurpose", file.name == "manifest.json" ? "manifest" : "data");
    out.emplace_back(graph.id("file-" + file.name));
  }
  return out;
}

// The model's name is free text: its place in the list names it.
void add_models(Graph& graph, const Facts& facts) {
  for (std::size_t i = 0; i < facts.models.size(); ++i) {
    const ModelFact& model = facts.models[i];
    if (!model.synthetic()) continue;
    std::string what = "teacher-" + std::to_string(i);
    Value& one = graph.add("ai_AIPackage", what);
    one.set("name", model.name);
    one.set("software_packageVersion", model.version.empty() ? "unknown" : model.version);
    one.set("software_primaryPurpose", "model");
    one.set("comment", "Wrote, or may have written, " + std::to_string(model.records) +
                           " records of the corpus. Terms: " +
                           (model.terms.empty() ? "unknown" : joined(model.terms)) + ".");
    if (!model.taught_by.empty()) {
      one.set("ai_informationAboutTraining", "Taught by " + joined(model.taught_by) + ".");
    }
    graph.relate(what, "generates", {graph.id("corpus")});
  }
  if (facts.student.empty()) return;
  Value& student = graph.add("ai_AIPackage", "student");
  student.set("name", facts.student);
  student.set("software_primaryPurpose", "model");
  student.set("comment", "The model that the corpus was made to train.");
  graph.relate("student", "trainedOn", {graph.id("corpus")});
}

}  // namespace

std::string disclose_spdx(const Facts& facts) {
  Graph graph(facts);
  graph.add("Organization", "creator").set("name", facts.answer("creator"));
  add_dataset(graph, facts);
  graph.relate("corpus", "contains", add_files(graph, facts));
  add_models(graph, facts);
  Value::Array elements = array(graph.ids());
  Value& document = graph.add("SpdxDocument", "document");
  document.set("profileConformance", Value::Array{"core", "software", "dataset", "ai"});
  document.set("rootElement", Value::Array{graph.id("corpus")});
  document.set("element", std::move(elements));
  return std::move(graph).print();
}

}  // namespace corpus::provenance
