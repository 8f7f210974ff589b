#include "plan.h"

#include "damage.h"
#include "grammar.h"

namespace corpus::demo {
namespace {

// Streams of random numbers; the record number is mixed in below.
constexpr std::uint64_t kPlanStream = 1, kContentStream = 2, kDamageStream = 3;
Rng rng_for(std::uint64_t seed, std::uint64_t record, std::uint64_t stream) {
  return Rng(seed, record * 4 + stream);
}

struct Share {
  Label label;
  double share;
};
// Of all records. kBrokenJson is drawn in JSON Lines only.
constexpr Share kShares[] = {
    {Label::kExactDup, 0.04},    {Label::kNearDup, 0.04},    {Label::kRefusal, 0.02},
    {Label::kDisclaimer, 0.01},  {Label::kIdentity, 0.005},  {Label::kTruncated, 0.02},
    {Label::kLoop, 0.015},       {Label::kEncoding, 0.015},  {Label::kEmpty, 0.01},
    {Label::kBrokenJson, 0.007}, {Label::kBenchLeak, 0.003},
};

bool json_lines(Form form) {
  return form == Form::kShareGpt || form == Form::kMessagesZst || form == Form::kPromptGz;
}
bool chat(Form form) { return form == Form::kShareGpt || form == Form::kMessagesZst; }

Label label_of(std::uint64_t seed, std::uint64_t record) {
  Rng rng = rng_for(seed, record, kPlanStream);
  double at = static_cast<double>(rng.next() >> 11) * 0x1.0p-53;
  for (const auto& [label, share] : kShares) {
    if (at < share) {
      if (label == Label::kBrokenJson && !json_lines(form_of(record))) return Label::kClean;
      return label;
    }
    at -= share;
  }
  return Label::kClean;
}

ContentPlan content_plan(std::uint64_t seed, std::uint64_t record) {
  Rng rng = rng_for(seed, record, kPlanStream);
  rng.next();  // the label's
  Form form = form_of(record);
  ContentPlan plan;
  plan.many_turns = rng.chance(0.25) && chat(form);
  plan.system = rng.chance(0.2) && chat(form);
  plan.input = rng.chance(0.2) && form == Form::kAlpacaArray;
  return plan;
}

// A conversation of `source` can be written in `form` without losing anything.
bool fits(const ContentPlan& plan, Form form) {
  if (plan.input) return form == Form::kAlpacaArray;
  return chat(form) || !(plan.many_turns || plan.system);
}

}  // namespace

std::string_view name(Label label) {
  constexpr std::string_view kNames[] = {"clean",      "exact_dup", "near_dup",    "refusal",
                                         "disclaimer", "identity",  "truncated",   "loop",
                                         "encoding",   "empty",     "broken_json", "bench_leak"};
  return kNames[static_cast<std::size_t>(label)];
}

Form form_of_block(std::uint64_t block) {
  constexpr Form kPattern[] = {
      Form::kShareGpt, Form::kMessagesZst, Form::kAlpacaArray, Form::kPromptGz, Form::kMessagesZst,
      Form::kShareGpt, Form::kPromptGz,    Form::kAlpacaArray, Form::kCsv,      Form::kShareGpt};
  return kPattern[block % std::size(kPattern)];
}

Plan plan_of(std::uint64_t seed, std::uint64_t record) {
  Plan plan{label_of(seed, record), record};
  if (plan.label != Label::kExactDup && plan.label != Label::kNearDup) return plan;
  Rng rng = rng_for(seed, record, kDamageStream);
  for (int tries = 0; tries < 64; ++tries) {
    std::uint64_t source = record == 0 ? 0 : rng.next() % record;
    if (source != record && label_of(seed, source) == Label::kClean &&
        fits(content_plan(seed, source), form_of(record))) {
      plan.source = source;
      return plan;
    }
  }
  plan.label = Label::kClean;  // the first few records may find no original
  return plan;
}

void write_record(std::uint64_t seed, std::uint64_t record, const Plan& plan, Conversation& out) {
  Rng content = rng_for(seed, plan.source, kContentStream);
  write_conversation(content, content_plan(seed, plan.source), out);
  if (plan.label == Label::kClean) return;
  Rng rng = rng_for(seed, record, kDamageStream);
  rng.next();
  damage(plan.label, seed, rng, out);
}

}  // namespace corpus::demo
