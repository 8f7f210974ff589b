#include "corpus/accounts.h"

#include <algorithm>
#include <map>

#include "core/schema.h"
#include "corpus/policy.h"
#include "provenance/manifest_view.h"

namespace corpus::provenance {
namespace {

Error wrong(std::string what) { return {Code::kInvalidArgument, std::move(what)}; }
Value number(std::uint64_t n) { return static_cast<std::int64_t>(n); }
std::uint64_t count(const Value& object, std::string_view key) {
  return static_cast<std::uint64_t>(std::max<std::int64_t>(0, object.get(key, 0)));
}

// Teacher and owner; what several may have written counts for each in equal parts.
struct Line {
  Fraction records, units, amount, price;
};
using Lines = std::map<std::pair<std::string, std::string>, Line>;

class Prices {
 public:
  static Result<Prices> read(const Value& table) {
    Prices out;
    if (table.is_null()) return out;
    if (auto problem = find_problem(table, *parsed_schema("prices"), "")) {
      return problem->error("prices");
    }
    CORPUS_TRY(out.standard_, parse_fraction(table.get("default", "1")));
    for (const auto& rule : items(&table, "prices")) {
      Rule& one = out.rules_.emplace_back();
      one.teacher = policy::normal_name(rule.get("teacher", "*"));
      one.owner = policy::normal_name(rule.get("owner", "*"));
      CORPUS_TRY(one.price, parse_fraction(rule.get("price", "")));
    }
    return out;
  }
  Fraction find(const std::string& teacher, const std::string& owner) const {
    std::string t = policy::normal_name(teacher), o = policy::normal_name(owner);
    for (const auto& rule : rules_) {
      if (policy::glob_match(rule.teacher, t) && policy::glob_match(rule.owner, o)) {
        return rule.price;
      }
    }
    return standard_;
  }

 private:
  struct Rule {
    std::string teacher, owner;
    Fraction price;
  };
  std::vector<Rule> rules_;
  Fraction standard_{1, 1};
};

// Who is to be credited for a source: its owners, or else the source's own name.
std::vector<std::string> owners_of(const Value& source) {
  auto owners = source.strings("owners");
  if (owners.empty()) owners.push_back(source.get("input", "unknown"));
  return owners;
}

Result<void> add_corpus(const ManifestView& manifest, const std::string& unit, Fraction weight,
                        const Prices& prices, Lines& lines) {
  const Value* lineage = manifest.report("tags.lineage");
  if (lineage == nullptr) {
    return wrong(manifest.dir +
                 ": its manifest does not say what it is made of; make it with tags.lineage as "
                 "the last stage (curate does)");
  }
  const auto& sources = items(lineage, "sources");
  std::uint64_t seen = 0;
  for (const auto& entry : items(lineage, "lines")) {
    std::size_t at = count(entry, "source");
    if (at >= sources.size())
      return Error{Code::kCorrupt, manifest.dir + ": its lineage report is damaged"};
    auto models = entry.strings("models");
    if (models.empty()) models.emplace_back("unknown");
    auto owners = owners_of(sources[at]);
    Fraction part{1, models.size() * owners.size()};
    seen += count(entry, "records");
    for (const auto& model : models) {
      for (const auto& owner : owners) {
        Line& line = lines[{model, owner}];
        line.price = prices.find(model, owner);
        CORPUS_TRY(Fraction records, multiply({count(entry, "records"), 1}, part));
        CORPUS_TRY(Fraction units, multiply({count(entry, unit), 1}, part));
        CORPUS_TRY(Fraction amount, multiply(units, weight));
        CORPUS_TRY(amount, multiply(amount, line.price));
        CORPUS_TRY(line.records, add(line.records, records));
        CORPUS_TRY(line.units, add(line.units, units));
        CORPUS_TRY(line.amount, add(line.amount, amount));
      }
    }
  }
  if (seen != manifest.count("kept")) {
    return wrong(manifest.dir + ": tags.lineage was not its last stage: " + std::to_string(seen) +
                 " records counted, " + std::to_string(manifest.count("kept")) + " kept");
  }
  return {};
}

}  // namespace

Result<Statement> make_accounts(std::span<const std::string> dirs, const AccountsOptions& options) {
  if (options.unit != "bytes" && options.unit != "records" && options.unit != "answer_bytes") {
    return wrong("unit '" + options.unit + "': it is bytes, records or answer_bytes");
  }
  if (options.weights.size() > dirs.size()) return wrong("more weights than corpora");
  CORPUS_TRY(Prices prices, Prices::read(options.prices));
  Statement out;
  out.predicate_type = kAccountsPredicate;
  Value::Array corpora;
  Lines lines;
  for (std::size_t i = 0; i < dirs.size(); ++i) {
    CORPUS_TRY(ManifestView manifest, load_manifest(dirs[i]));
    Fraction weight{1, 1};
    if (i < options.weights.size()) {
      CORPUS_TRY(weight, parse_fraction(options.weights[i]));
    }
    CORPUS_CHECK(add_corpus(manifest, options.unit, weight, prices, lines));
    out.subjects.push_back({std::to_string(i) + "/manifest.json", manifest.sha256});
    Value one;
    one.set("manifest_sha256", hex(manifest.sha256));
    one.set("weight", to_string(weight));
    one.set("records", number(manifest.count("kept")));
    corpora.push_back(std::move(one));
  }
  Fraction total;
  for (const auto& [who, line] : lines) {
    CORPUS_TRY(total, add(total, line.amount));
  }
  if (total.num == 0)
    return wrong("nothing is to be shared: no records, or no weight or price above 0");
  Value::Array list;
  for (const auto& [who, line] : lines) {
    CORPUS_TRY(Fraction share, divide(line.amount, total));
    Value one;
    one.set("teacher", who.first);
    one.set("owner", who.second);
    one.set("records", to_string(line.records));
    one.set("units", to_string(line.units));
    one.set("price", to_string(line.price));
    one.set("amount", to_string(line.amount));
    one.set("share", to_string(share));
    list.push_back(std::move(one));
  }
  out.predicate.set("accounts", 1);
  out.predicate.set("period", options.period);
  out.predicate.set("unit", options.unit);
  out.predicate.set("corpora", std::move(corpora));
  out.predicate.set("lines", std::move(list));
  out.predicate.set("total", to_string(total));
  return out;
}

Result<AccountsReport> check_accounts(std::string_view text, std::span<const PublicKey> trusted) {
  auto refused = [](std::string what) { return Error{Code::kCorrupt, "accounts: " + what}; };
  CORPUS_TRY(Envelope envelope, parse_envelope(text, EnvelopeForm::kOurs));
  AccountsReport out;
  CORPUS_TRY(Statement hint, parse_statement(envelope.payload));
  auto bytes = parse_hex(hint.predicate.get("key", ""));
  if (hint.predicate_type != kAccountsPredicate || !bytes) return refused("is no signed account");
  PublicKey key = PublicKey::from_bytes(*bytes);
  auto keys = trusted.empty() ? std::span<const PublicKey>(&key, 1) : trusted;
  CORPUS_TRY(Verified verified, verify_envelope(envelope, kInTotoType, keys));
  if (verified.keyid != key.id()) return refused("was not signed by the key that it names");
  CORPUS_TRY(out.statement, parse_statement(verified.payload));
  out.keyid = verified.keyid;
  out.trusted = !trusted.empty();
  const Value& predicate = out.statement.predicate;
  if (auto problem = find_problem(predicate, *parsed_schema("accounts"), "")) {
    return problem->error("accounts");
  }
  CORPUS_TRY(Fraction total, parse_fraction(predicate.get("total", "")));
  Fraction amounts, shares;
  for (const auto& line : items(&predicate, "lines")) {
    CORPUS_TRY(Fraction amount, parse_fraction(line.get("amount", "")));
    CORPUS_TRY(Fraction share, parse_fraction(line.get("share", "")));
    CORPUS_TRY(Fraction wanted, divide(amount, total));
    if (share != wanted) return refused("a share is not its amount of the total");
    CORPUS_TRY(amounts, add(amounts, amount));
    CORPUS_TRY(shares, add(shares, share));
  }
  if (amounts != total || shares != Fraction{1, 1}) return refused("the shares do not sum to 1");
  return out;
}

}  // namespace corpus::provenance
