// The flags that state what the text is for: as options of policy.gate, and as a query.
#ifndef CORPUS_APPS_INTENT_H_
#define CORPUS_APPS_INTENT_H_

#include "common/args.h"
#include "corpus/policy.h"
#include "corpus/recipe.h"

namespace corpus::cli {

// With --intent policy.gate comes first in the recipe, or the one that is there takes the flags.
// The day is always written down, so that the recipe does the same on another day.
Result<void> state_intent(Recipe& recipe, const Args& args);

// With --withdrawals filters.withdrawn comes first, but for the gate.
void leave_out_withdrawn(Recipe& recipe, const Args& args);

Result<policy::Query> intent_query(const Args& args);
// Built-in terms and those of --policy-file.
Result<policy::Registry> policy_registry(const Args& args);

}  // namespace corpus::cli

#endif  // CORPUS_APPS_INTENT_H_
