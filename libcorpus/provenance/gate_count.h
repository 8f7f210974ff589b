// What the gate let through and what it stopped, by input: for the manifest.
#ifndef CORPUS_PROVENANCE_GATE_COUNT_H_
#define CORPUS_PROVENANCE_GATE_COUNT_H_

#include <memory>

#include "corpus/component.h"
#include "provenance/gate_judge.h"

namespace corpus::policy {

// Looks on in the last pass, right behind the gate.
std::unique_ptr<Fold> make_gate_count(std::shared_ptr<const RecordJudge> judge);

}  // namespace corpus::policy

#endif  // CORPUS_PROVENANCE_GATE_COUNT_H_
