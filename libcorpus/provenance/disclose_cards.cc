// Cards and labels: Hugging Face dataset card, Data Provenance Initiative card (the fields of
// data_summaries/_template.json), implicit labels after GB 45438-2025.
#include "provenance/disclosure_facts.h"

namespace corpus::provenance {
namespace {

// The hub's own classes.
std::string_view size_category(std::uint64_t n) {
  if (n < 1000) return "n<1K";
  if (n < 10000) return "1K<n<10K";
  if (n < 100000) return "10K<n<100K";
  if (n < 1000000) return "100K<n<1M";
  if (n < 10000000) return "1M<n<10M";
  if (n < 100000000) return "10M<n<100M";
  return n < 1000000000 ? "100M<n<1B" : "n>1B";
}

std::vector<std::string> model_names(const Facts& facts) {
  std::vector<std::string> out;
  for (const auto& model : facts.models) {
    if (model.synthetic()) out.push_back(model.name);
  }
  return out;
}

std::string title(const Facts& facts) {
  return facts.answered("name") ? facts.answer("name") : "Corpus " + facts.id.substr(0, 12);
}

}  // namespace

std::string disclose_hf_card(const Facts& facts) {
  std::string out = "---\n";
  out += "pretty_name: " + yaml(title(facts)) + '\n';
  // The hub knows licences by its own short names; all others are "other" with a name.
  out += "license: other\nlicense_name: " + yaml(facts.answer("licence")) + '\n';
  if (facts.answered("languages")) out += "language: [" + yaml(facts.answer("languages")) + "]\n";
  out += "size_categories: [" + yaml(size_category(facts.kept)) + "]\n";
  out += "task_categories: [" + yaml("text-generation") + "]\n";
  out += "source_datasets: [" + yaml("extended") + "]\ntags:\n";
  if (facts.synthetic()) out += "- synthetic\n- distillation\n";
  out += "- libcorpus\n";
  out += "configs:\n- config_name: default\n  data_files:\n";
  for (const auto& file : facts.files) {
    if (file.rejects() || file.name == "manifest.json") continue;
    out += "  - split: train\n    path: " + yaml("part-*") + '\n';
    break;
  }
  out += "---\n\n# " + markdown(title(facts)) + "\n\n" + markdown(facts.answer("description")) +
         "\n\n" + grouped(facts.kept) + " records, kept of " + grouped(facts.in) + " read. " +
         markdown(facts.policy_sentence()) + "\n\n## Sources\n\n";
  out += "| source | licence as stated | records |\n|---|---|---|\n";
  for (const auto& source : facts.sources) {
    out += "| " + markdown(source.name) + " | " +
           (source.licences.empty() ? "not stated" : markdown(joined(source.licences, "; "))) +
           " | " + grouped(source.records) + " |\n";
  }
  out += "\n## Who wrote it\n\n| model | terms | its own teachers | records |\n|---|---|---|---|\n";
  for (const auto& model : facts.models) {
    out += "| " + markdown(model.name) + " | " + markdown(joined(model.terms)) + " | " +
           markdown(joined(model.taught_by)) + " | " + grouped(model.records) +
           (model.alone ? "" : " (at most)") + " |\n";
  }
  if (facts.unknown_writer != 0) {
    out += "| unknown | | | " + grouped(facts.unknown_writer) + " |\n";
  }
  out += "\n## How it was made\n\n`" + joined(facts.stages, "`, `") + "`, recipe " +
         facts.recipe_digest() + ", manifest SHA-256 " + facts.id + ".\n";
  out += "\n## Limits and personal data\n\n" + markdown(facts.answer("limitations")) + "\n\n" +
         markdown(facts.answer("biases")) + "\n\n" + markdown(facts.answer("personal_data")) +
         "\n\n## Citation and contact\n\n" + markdown(facts.answer("citation")) + "\n\n" +
         markdown(facts.answer("contact")) + '\n';
  return out;
}

std::string disclose_dpi(const Facts& facts) {
  Value::Array licences, derived;
  for (const auto& source : facts.sources) {
    derived.emplace_back(source.name);
    for (const auto& licence : source.licences) {
      licences.push_back(object({{"License", licence}, {"License URL", joined(source.urls, " ")}}));
    }
  }
  Value card = object({{"Unique Dataset Identifier", "corpus-" + facts.id.substr(0, 12)},
                       {"Dataset Name", title(facts)},
                       {"Paper Title", ""},
                       {"Paper URL", ""},
                       {"GitHub URL", ""},
                       {"Hugging Face URL", ""},
                       {"Papers with Code URL", ""},
                       {"ArXiv URL", ""},
                       {"Semantic Scholar Corpus ID", ""},
                       {"Collection", facts.answer("name")},
                       {"Collection URL", facts.answer("url")},
                       {"Languages", Value::Array{facts.answer("languages")}},
                       {"Task Categories", Value::Array{facts.answer("tasks")}},
                       {"Text Sources", derived},
                       {"Model Generated", array(model_names(facts))},
                       {"Format", Value::Array{"Conversations"}},
                       {"Human Annotation", facts.synthetic() ? "No" : ""},
                       {"Derived from Datasets", derived},
                       {"Creators", Value::Array{facts.answer("creator")}},
                       {"Licenses", std::move(licences)},
                       {"License Notes", facts.policy_sentence()},
                       {"License Verified By", ""},
                       {"Data Provenance", "manifest SHA-256 " + facts.id}});
  return pretty(object({{"corpus-" + facts.id.substr(0, 12), std::move(card)}}));
}

std::string disclose_gb45438(const Facts& facts) {
  // 1: generated. 2: may be: some of it is, or nobody knows.
  bool human = facts.unknown_writer != 0;
  for (const auto& model : facts.models) human |= !model.synthetic();
  const char* label = facts.synthetic() && !human ? "1" : "2";
  bool none = !facts.synthetic() && facts.unknown_writer == 0;
  Value::Array files;
  for (const auto& file : facts.files) {
    if (file.name == "manifest.json") continue;
    Value one = object({{"file", file.name}, {"sha256", file.sha256}});
    if (!none) {
      one.set("AIGC", object({{"Label", label},
                              {"ContentProducer", facts.answer("aigc_producer")},
                              {"ProduceID", facts.id + ':' + file.name},
                              {"ReservedCode1", ""},
                              {"ContentPropagator", facts.answer("aigc_producer")},
                              {"PropagateID", facts.id + ':' + file.name},
                              {"ReservedCode2", ""}}));
    }
    files.push_back(std::move(one));
  }
  return pretty(object({{"standard", "GB 45438-2025"},
                        {"policy", facts.policy_sentence()},
                        {"labelled_on_import", number(facts.labelled)},
                        {"files", std::move(files)}}));
}

}  // namespace corpus::provenance
