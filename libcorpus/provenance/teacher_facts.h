// What is known of a teacher by its name: for lineage tags, disclosures and accounts.
#ifndef CORPUS_PROVENANCE_TEACHER_FACTS_H_
#define CORPUS_PROVENANCE_TEACHER_FACTS_H_

#include <string>
#include <string_view>
#include <vector>

#include "corpus/policy.h"
#include "corpus/value.h"

namespace corpus::policy {

struct TeacherFacts {
  std::string model;     // as it was named
  std::string version;   // the snapshot in the name ("0613", "20240229"), may be empty
  std::string endpoint;  // "service", "weights", "human", "unknown": how its text can be got
  std::vector<std::string> terms;      // ids in the registry
  std::vector<std::string> taught_by;  // its own teachers, theirs behind them, each once

  // {"model":...,"version":...,"endpoint":...,"terms":[...],"taught_by":[...]}; empty ones left out
  Value to_value() const;
};

TeacherFacts teacher_facts(const Registry& registry, std::string_view model);

// Who wrote a record: whom it names, or else whom its source declares.
std::vector<std::string> writers_of(std::string_view named,
                                    const std::vector<std::string>& declared);

}  // namespace corpus::policy

#endif  // CORPUS_PROVENANCE_TEACHER_FACTS_H_
