#include "provenance/disclosure_facts.h"

#include <algorithm>
#include <map>

#include "corpus/nearest.h"
#include "corpus/policy.h"

namespace corpus::provenance {
namespace {

void add_new(std::vector<std::string>& to, const std::vector<std::string>& from) {
  for (const auto& item : from) {
    if (std::find(to.begin(), to.end(), item) == to.end()) to.push_back(item);
  }
}

std::uint64_t count(const Value& object, std::string_view key) {
  return static_cast<std::uint64_t>(std::max<std::int64_t>(0, object.get(key, 0)));
}

void add_files(Facts& facts) {
  for (const auto& file : items(&facts.manifest.all, "files")) {
    facts.files.push_back({file.get("name", ""), file.get("sha256", ""), count(file, "bytes"),
                           count(file, "records")});
  }
  facts.files.push_back({"manifest.json", facts.id, 0, 0});
}

void add_sources(Facts& facts, const Value& lineage) {
  for (const auto& source : items(&lineage, "sources")) {
    SourceFact one;
    one.name = source.get("input", "");
    one.declared = source.get("declared", false);
    one.licences = source.strings("licences");
    one.teachers = source.strings("teachers");
    one.urls = source.strings("urls");
    one.collected = source.strings("collected");
    one.records = count(source, "records");
    one.bytes = count(source, "bytes");
    facts.bytes += one.bytes;
    facts.answer_bytes += count(source, "answer_bytes");
    facts.labelled += count(source, "labelled_synthetic");
    if (one.records != 0) facts.sources.push_back(std::move(one));
  }
}

void add_models(Facts& facts, const Value& lineage) {
  std::map<std::string, ModelFact> models;
  for (const auto& line : items(&lineage, "teachers")) {
    const auto& writers = items(&line, "models");
    if (writers.empty()) facts.unknown_writer += count(line, "records");
    for (const auto& writer : writers) {
      ModelFact& one = models[writer.get("model", "")];
      one.name = writer.get("model", "");
      one.version = writer.get("version", "");
      one.endpoint = writer.get("endpoint", "unknown");
      one.terms = writer.strings("terms");
      one.taught_by = writer.strings("taught_by");
      one.records += count(line, "records");
      one.alone |= writers.size() == 1;
    }
  }
  for (auto& [name, model] : models) facts.models.push_back(std::move(model));
}

void add_stages(Facts& facts) {
  const Value* recipe = facts.manifest.all.find("recipe");
  for (const auto& stage : items(recipe, "stages")) {
    if (stage.if_string() != nullptr) facts.stages.push_back(*stage.if_string());
    if (stage.if_object() != nullptr && !stage.if_object()->empty()) {
      facts.stages.push_back(stage.if_object()->front().first);
    }
  }
}

Error refused(const std::string& dir, std::string_view what) {
  return {Code::kInvalidArgument, dir + ": " + std::string(what)};
}

Result<void> check_answers(const Value& answers) {
  if (answers.is_null()) return {};
  if (answers.if_object() == nullptr) {
    return Error{Code::kInvalidArgument, "answers: not a mapping of blanks to texts"};
  }
  std::vector<std::string_view> ids;
  for (const auto& blank : disclosure_blanks()) ids.push_back(blank.id);
  for (const auto& [id, text] : *answers.if_object()) {
    if (std::find(ids.begin(), ids.end(), id) == ids.end()) {
      return Error{Code::kInvalidArgument,
                   "answers: unknown blank '" + id + "'" + suggestion(id, ids, "blanks")};
    }
    if (text.if_string() == nullptr) {
      return Error{Code::kInvalidArgument, "answers: '" + id + "' has to be a text in quotes"};
    }
    if (id == "published" && !policy::parse_date(*text.if_string())) {
      return Error{Code::kInvalidArgument, "answers: 'published' is a day, YYYY-MM-DD"};
    }
  }
  return {};
}

}  // namespace

std::string FileFact::media_type() const {
  if (name.ends_with(".zst")) return "application/zstd";
  if (name.ends_with(".gz")) return "application/gzip";
  return name.ends_with(".jsonl") ? "application/jsonl" : "application/json";
}

bool Facts::answered(std::string_view key) const { return answers.find(key) != nullptr; }

std::string Facts::answer(std::string_view key) const {
  if (const Value* given = answers.find(key)) return *given->if_string();
  for (const auto& blank : disclosure_blanks()) {
    if (blank.id == key) return "[TO BE COMPLETED: " + std::string(blank.what) + "]";
  }
  return {};
}

bool Facts::synthetic() const {
  return labelled != 0 || std::any_of(models.begin(), models.end(),
                                      [](const auto& model) { return model.synthetic(); });
}

std::vector<std::string> Facts::licences() const {
  std::vector<std::string> out;
  for (const auto& source : sources) add_new(out, source.licences);
  return out;
}

std::vector<std::string> Facts::collected() const {
  std::vector<std::string> out;
  for (const auto& source : sources) add_new(out, source.collected);
  return out;
}

std::string Facts::policy_sentence() const {
  if (!checked) return "Policy: unchecked. Nobody looked whether terms and licences allow a use.";
  return "Checked on " + date +
         " against the terms of teachers and the licences of sources for the intent '" + intent +
         "'; records whose terms do not allow it were left out.";
}

std::string Facts::recipe_digest() const { return manifest.all.get("recipe_digest", ""); }

std::string Facts::timestamp() const {
  std::string day = answered("published") ? answer("published") : date;
  return (day.empty() ? "1970-01-01" : day) + "T00:00:00Z";
}

Result<Facts> gather_facts(const std::string& dir, const DisclosureOptions& options) {
  CORPUS_CHECK(check_answers(options.answers));
  Facts out;
  CORPUS_TRY(out.manifest, load_manifest(dir));
  out.answers = options.answers;
  out.checked = out.manifest.policy_checked();
  if (!out.checked && !options.unchecked_policy) {
    return refused(dir,
                   "its manifest says \"policy: unchecked\", so nobody looked whether the terms "
                   "allow it; make it with `corpus curate --intent ...`, or disclose it as it is "
                   "with --unchecked-policy, which the text will say");
  }
  const Value* lineage = out.manifest.report("tags.lineage");
  if (lineage == nullptr) {
    return refused(dir,
                   "its manifest does not say what it is made of; make it with tags.lineage as the "
                   "last stage (curate does)");
  }
  out.id = hex(out.manifest.sha256);
  out.in = out.manifest.count("in");
  out.kept = out.manifest.count("kept");
  add_files(out);
  add_sources(out, *lineage);
  add_models(out, *lineage);
  add_stages(out);
  std::uint64_t records = 0;
  for (const auto& source : out.sources) records += source.records;
  if (records != out.kept) {
    return refused(dir,
                   "tags.lineage saw " + std::to_string(records) + " records of which " +
                       std::to_string(out.kept) +
                       " were kept: it has to be the last stage, and the only one of its kind");
  }
  if (out.checked) {
    const Value* policy = out.manifest.all.find("policy");
    out.intent = policy->get("intent", "");
    out.student = policy->get("student", "");
    out.date = policy->get("date", "");
  }
  return out;
}

}  // namespace corpus::provenance
