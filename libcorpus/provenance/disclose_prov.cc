// PROV-JSON (W3C Member Submission, 24 April 2013): files and inputs are entities, the run is an
// activity, teachers and libcorpus are agents.
#include "provenance/disclosure_facts.h"

namespace corpus::provenance {
namespace {

Value typed(std::string_view name) {
  return object({{"$", std::string(name)}, {"type", "xsd:QName"}});
}

// Relations are numbered: "_:r1" ...
void relate(Value& to, std::string_view from_role, std::string from, std::string_view to_role,
            std::string other, int& n) {
  to.set("_:r" + std::to_string(++n),
         object({{from_role, std::move(from)}, {to_role, std::move(other)}}));
}

}  // namespace

std::string disclose_prov(const Facts& facts) {
  Value entity = Value::Object(), activity = Value::Object(), agent = Value::Object();
  Value generated, used, attributed, derived, member;
  for (Value* list : {&generated, &used, &attributed, &derived, &member}) *list = Value::Object();
  int n = 0;

  entity.set("c:corpus", object({{"prov:type", typed("prov:Collection")},
                                 {"prov:label", std::to_string(facts.kept) + " records"},
                                 {"lc:manifest_sha256", facts.id},
                                 {"lc:policy", facts.policy_sentence()}}));
  activity.set("c:run", object({{"prov:label", joined(facts.stages, " -> ")},
                                {"lc:recipe_digest", facts.recipe_digest()}}));
  agent.set("c:libcorpus",
            object({{"prov:type", typed("prov:SoftwareAgent")},
                    {"prov:label", "libcorpus " + facts.manifest.all.get("libcorpus", "")}}));
  relate(generated, "prov:entity", "c:corpus", "prov:activity", "c:run", n);
  for (std::size_t i = 0; i < facts.files.size(); ++i) {
    std::string id = "c:file" + std::to_string(i);
    entity.set(id,
               object({{"prov:label", facts.files[i].name}, {"lc:sha256", facts.files[i].sha256}}));
    relate(member, "prov:collection", "c:corpus", "prov:entity", id, n);
  }
  for (std::size_t i = 0; i < facts.sources.size(); ++i) {
    const SourceFact& source = facts.sources[i];
    std::string id = "c:input" + std::to_string(i);
    Value one = object({{"prov:label", source.name}, {"lc:records_kept", number(source.records)}});
    if (!source.licences.empty()) one.set("lc:licence", joined(source.licences, "; "));
    if (!source.urls.empty()) one.set("lc:url", joined(source.urls, " "));
    entity.set(id, std::move(one));
    relate(used, "prov:activity", "c:run", "prov:entity", id, n);
    relate(derived, "prov:generatedEntity", "c:corpus", "prov:usedEntity", id, n);
  }
  for (std::size_t i = 0; i < facts.models.size(); ++i) {
    const ModelFact& model = facts.models[i];
    std::string id = "c:writer" + std::to_string(i);
    Value one =
        object({{"prov:type", typed(model.synthetic() ? "prov:SoftwareAgent" : "prov:Person")},
                {"prov:label", model.name},
                {"lc:records", number(model.records)}});
    if (!model.terms.empty()) one.set("lc:terms", joined(model.terms));
    if (!model.taught_by.empty()) one.set("lc:taught_by", joined(model.taught_by));
    agent.set(id, std::move(one));
    relate(attributed, "prov:entity", "c:corpus", "prov:agent", id, n);
  }
  Value out = object({{"prefix", object({{"c", "urn:libcorpus:corpus:" + facts.id + ':'},
                                         {"lc", "urn:libcorpus:terms:"}})},
                      {"entity", entity},
                      {"activity", activity},
                      {"agent", agent}});
  Value associated = Value::Object();
  relate(associated, "prov:activity", "c:run", "prov:agent", "c:libcorpus", n);
  out.set("wasAssociatedWith", std::move(associated));
  for (auto [name, list] : {std::pair<std::string_view, Value*>{"wasGeneratedBy", &generated},
                            {"used", &used},
                            {"wasAttributedTo", &attributed},
                            {"wasDerivedFrom", &derived},
                            {"hadMember", &member}}) {
    if (!list->if_object()->empty()) out.set(name, std::move(*list));
  }
  return pretty(out);
}

}  // namespace corpus::provenance
