// The decision about one record of a run: its source's licences and its teachers against the
// intent.
//
// Which teachers: the one the record names; when the source declares others, those too (a record's
// own word does not free it from its source's). A record that names one of several declared
// teachers is that one's alone.
#ifndef CORPUS_PROVENANCE_GATE_JUDGE_H_
#define CORPUS_PROVENANCE_GATE_JUDGE_H_

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "corpus/component.h"
#include "corpus/policy.h"
#include "provenance/sources.h"

namespace corpus::policy {

struct Verdict {
  Reason reason;       // none: passes
  int strictness = 0;  // orders verdicts that deny
  std::string tag;     // JSON for the reject
  std::string rules;   // ids of all rules that were looked at, separated by blanks
};

class RecordJudge {
 public:
  RecordJudge(Registry registry, Query query, std::vector<std::string> inputs,
              const Sources& sources);

  // A worker's memory: verdicts by input and teacher. Bounded.
  using Cache = std::unordered_map<std::string, Verdict>;
  // Valid until the next call with this cache. Thread safe.
  const Verdict& judge(const Record& record, Cache& cache) const;

  const Registry& registry() const { return registry_; }
  const Query& query() const { return query_; }
  const std::vector<std::string>& inputs() const { return inputs_; }
  const std::vector<SourceTerms>& sources() const { return sources_; }

 private:
  Verdict decide(std::uint32_t input, std::string_view teacher) const;

  Registry registry_;
  Query query_;
  std::vector<std::string> inputs_;
  std::vector<SourceTerms> sources_;  // [input]
};

}  // namespace corpus::policy

#endif  // CORPUS_PROVENANCE_GATE_JUDGE_H_
