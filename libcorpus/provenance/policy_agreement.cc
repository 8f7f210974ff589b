// Agreements: the one way to lift a rule.
#include "core/schema.h"
#include "corpus/policy.h"
#include "json/value.h"

namespace corpus::policy {

Result<void> Registry::add_agreement(std::string_view envelope, std::string_view name,
                                     std::span<const provenance::PublicKey> trusted) {
  auto refused = [&](Error e) { return std::move(e).context(name); };
  auto parsed = provenance::parse_envelope(envelope, provenance::EnvelopeForm::kAnyone);
  if (!parsed) return refused(std::move(parsed).error());
  auto verified = provenance::verify_envelope(*parsed, kAgreementType, trusted);
  if (!verified) return refused(std::move(verified).error());
  auto value = json::parse_value(verified->payload);
  if (!value) return refused(std::move(value).error());
  if (auto problem = find_problem(*value, *parsed_schema("policy.agreement"), ""))
    return problem->error(name);

  Agreement out;
  out.id = value->get("id", "");
  out.party = value->get("party", "");
  out.counterparty = value->get("counterparty", "");
  out.lifts = value->strings("lifts");
  out.students = value->strings("students");
  out.keyid = verified->keyid;
  for (auto& [key, date] : {std::pair{"from", &out.from}, std::pair{"until", &out.until}}) {
    auto day = parse_date(value->get(key, ""));
    if (!day) return refused(std::move(day).error().context(key));
    *date = *day;
  }
  for (const auto& rule : out.lifts) {
    auto dot = rule.rfind('.');
    const Terms* terms = dot == std::string::npos ? nullptr : find_terms(rule.substr(0, dot));
    if (terms == nullptr || !parse_action(rule.substr(dot + 1))) {
      return refused({Code::kInvalidArgument,
                      "lifts '" + rule + "', which is no rule; see `corpus policy list`"});
    }
  }
  for (const auto& other : agreements_) {
    if (other.id == out.id)
      return refused({Code::kInvalidArgument, "agreement '" + out.id + "' was given already"});
  }
  digests_.emplace_back(name, provenance::hex(provenance::sha256(envelope)));
  agreements_.push_back(std::move(out));
  return {};
}

}  // namespace corpus::policy
