// One query against one set of terms.
#ifndef CORPUS_PROVENANCE_POLICY_JUDGE_H_
#define CORPUS_PROVENANCE_POLICY_JUDGE_H_

#include <span>
#include <string>
#include <string_view>

#include "corpus/policy.h"

namespace corpus::policy {

inline constexpr std::size_t kMaxQuote = 200;

// `subject` is only repeated in the answer.
Decision judge(const Query& query, const Terms& terms, std::span<const Agreement> agreements,
               std::string_view subject);

const DutyType* find_duty(std::string_view type);  // null when unknown

// 0 for what is allowed; of two that are not, the larger is the stricter.
int strictness(const Decision& decision);

// At most kMaxQuote bytes of text from outside, as UTF-8 that can be shown.
std::string short_text(std::string_view text);

}  // namespace corpus::policy

#endif  // CORPUS_PROVENANCE_POLICY_JUDGE_H_
