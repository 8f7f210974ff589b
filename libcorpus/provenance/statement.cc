// in-toto Statement v1 (in-toto/attestation, spec/v1/statement.md).
#include <algorithm>
#include <unordered_set>

#include "corpus/provenance.h"
#include "json/value.h"

namespace corpus::provenance {
namespace {

Error refused(std::string what) { return {Code::kCorrupt, "statement: " + std::move(what)}; }

}  // namespace

std::string print_statement(const Statement& statement) {
  Value::Array subjects;
  for (const auto& subject : statement.subjects) {
    Value digest, one;
    digest.set("sha256", hex(subject.sha256));
    one.set("digest", std::move(digest));
    one.set("name", subject.name);
    subjects.push_back(std::move(one));
  }
  Value out;
  out.set("_type", std::string(kStatementType));
  out.set("predicate",
          statement.predicate.is_null() ? Value(Value::Object()) : statement.predicate);
  out.set("predicateType", statement.predicate_type);
  out.set("subject", std::move(subjects));
  return out.to_json();
}

Result<Statement> parse_statement(std::string_view json) {
  auto all = json::parse_value(json);
  if (!all) return std::move(all).error().context("statement");
  if (all->get("_type", "") != kStatementType) {
    return refused("'_type' is not " + std::string(kStatementType));
  }
  Statement out;
  out.predicate_type = all->get("predicateType", "");
  if (out.predicate_type.empty()) return refused("has no 'predicateType'");
  if (const Value* predicate = all->find("predicate")) out.predicate = *predicate;
  const Value* subjects = all->find("subject");
  if (subjects == nullptr || subjects->if_array() == nullptr || subjects->if_array()->empty()) {
    return refused("has no subject");
  }
  std::unordered_set<std::string> names;
  for (const auto& item : *subjects->if_array()) {
    Subject& subject = out.subjects.emplace_back();
    subject.name = item.get("name", "");
    const Value* digest = item.find("digest");
    auto sha = digest != nullptr ? parse_hex(digest->get("sha256", "")) : std::nullopt;
    if (!sha) return refused("subject '" + subject.name + "' has no sha256 digest");
    if (!names.insert(subject.name).second)
      return refused("subject '" + subject.name + "' stands twice");
    subject.sha256 = *sha;
  }
  return out;
}

Result<Statement> statement_of_manifest(std::string_view manifest, Value evidence) {
  auto all = json::parse_value(manifest);
  if (!all) return std::move(all).error().context("manifest.json");
  Statement out;
  out.predicate_type = kCorpusPredicate;
  out.subjects.push_back({"manifest.json", sha256(manifest)});
  const Value* files = all->find("files");
  if (files == nullptr || files->if_array() == nullptr) {
    return Error{Code::kCorrupt, "manifest.json: has no list 'files'"};
  }
  for (const auto& file : *files->if_array()) {
    std::string name = file.get("name", "");
    auto sha = parse_hex(file.get("sha256", ""));
    if (name.empty() || !sha)
      return Error{Code::kCorrupt, "manifest.json: a file without name or sha256"};
    out.subjects.push_back({std::move(name), *sha});
  }
  for (std::string_view key : {"libcorpus", "recipe_digest", "policy", "counts"}) {
    if (const Value* v = all->find(key)) out.predicate.set(key, *v);
  }
  if (!evidence.is_null()) out.predicate.set("evidence", std::move(evidence));
  return out;
}

}  // namespace corpus::provenance
