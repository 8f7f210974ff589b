// What all forms of disclosure are filled from.
#ifndef CORPUS_PROVENANCE_DISCLOSURE_FACTS_H_
#define CORPUS_PROVENANCE_DISCLOSURE_FACTS_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "corpus/disclosure.h"
#include "provenance/manifest_view.h"

namespace corpus::provenance {

struct FileFact {
  std::string name, sha256;
  std::uint64_t bytes = 0, records = 0;
  bool rejects() const { return name.starts_with("rejects/"); }
  std::string media_type() const;
};

struct SourceFact {
  std::string name;  // of the input
  bool declared = false;
  std::vector<std::string> licences, teachers, urls, collected;
  std::uint64_t records = 0, bytes = 0;
};

struct ModelFact {
  std::string name, version, endpoint;  // endpoint: service, weights, human, unknown
  std::vector<std::string> terms, taught_by;
  std::uint64_t records = 0;  // that it wrote, or may have written: sources may declare several
  bool alone = false;         // some records are known to be its own
  bool synthetic() const { return endpoint != "human"; }
};

struct Facts {
  ManifestView manifest;
  Value answers;
  std::string id;  // SHA-256 of the manifest, hex
  std::uint64_t in = 0, kept = 0, bytes = 0, answer_bytes = 0, labelled = 0;
  std::uint64_t unknown_writer = 0;   // records of which nobody says who wrote them
  std::vector<FileFact> files;        // manifest.json last
  std::vector<SourceFact> sources;    // those that records came from
  std::vector<ModelFact> models;      // by name
  std::vector<std::string> stages;    // component ids
  std::string intent, student, date;  // of the gate; empty when unchecked
  bool checked = false;

  // What a person answered, or the marked blank.
  std::string answer(std::string_view id) const;
  bool answered(std::string_view id) const;
  bool synthetic() const;                      // a model wrote some of it
  std::vector<std::string> licences() const;   // of all sources, each once
  std::vector<std::string> collected() const;  // likewise
  std::string policy_sentence() const;
  std::string recipe_digest() const;
  // Day as "2026-12-01T00:00:00Z" for forms that cannot do without one: the answer `published`, the
  // gate's day, or the beginning of Unix time, which nobody will take for true.
  std::string timestamp() const;
};

Result<Facts> gather_facts(const std::string& dir, const DisclosureOptions& options);

// --- writing

std::string joined(const std::vector<std::string>& items, std::string_view between = ", ");
Value::Array array(const std::vector<std::string>& items);
Value number(std::uint64_t n);
// An object with these members, in this order.
Value object(std::initializer_list<std::pair<std::string_view, Value>> members);
std::string pretty(const Value& value);  // two blanks a level, a line feed at the end
// Text that stays text in Markdown: no lines, cells, tags or links of its own.
std::string markdown(std::string_view text);
// A YAML scalar in double quotes.
std::string yaml(std::string_view text);
std::string grouped(std::uint64_t n);  // 1,234,567

// --- the forms

std::string disclose_croissant(const Facts& facts);
std::string disclose_spdx(const Facts& facts);
std::string disclose_cyclonedx(const Facts& facts);
std::string disclose_prov(const Facts& facts);
std::string disclose_eu_summary(const Facts& facts);
std::string disclose_ab2013(const Facts& facts);
std::string disclose_gb45438(const Facts& facts);
std::string disclose_hf_card(const Facts& facts);
std::string disclose_dpi(const Facts& facts);

}  // namespace corpus::provenance

#endif  // CORPUS_PROVENANCE_DISCLOSURE_FACTS_H_
