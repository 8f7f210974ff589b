// Accounts: how much each teacher and owner contributed to what a model is trained on, in exact
// fractions (docs/formats/accounts.md). Folded from manifests; nothing else is read.
#ifndef CORPUS_ACCOUNTS_H_
#define CORPUS_ACCOUNTS_H_

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "corpus/provenance.h"
#include "corpus/result.h"
#include "corpus/value.h"

namespace corpus::provenance {

inline constexpr std::string_view kAccountsPredicate = "urn:libcorpus:accounts:1";

// A fraction that is not negative, in lowest terms. Operations that would leave 128 bits are
// kLimit.
__extension__ using Uint128 = unsigned __int128;
struct Fraction {
  Uint128 num = 0, den = 1;
  bool operator==(const Fraction&) const = default;
};
Result<Fraction> parse_fraction(std::string_view text);  // "3", "3/2", "0.25"
std::string to_string(Fraction f);                       // "3/2", "3"
Result<Fraction> add(Fraction a, Fraction b);
Result<Fraction> multiply(Fraction a, Fraction b);
Result<Fraction> divide(Fraction a, Fraction b);

struct AccountsOptions {
  std::vector<std::string> weights;  // of the corpora, in their order; missing ones are 1
  std::string unit = "bytes";        // or "records", "answer_bytes"
  // schemas/prices.json: {default: "1", prices: [{teacher: glob, owner: glob, price: "3/2"}]}; the
  // first that matches counts. Null: all prices are 1.
  Value prices;
  std::string period;  // free text, written down as it is
};

// The statement (in-toto) about these corpora; its predicate is schemas/accounts.json. Shares sum
// to exactly 1. kInvalidArgument when nothing is left to share, or a corpus has no tags.lineage.
Result<Statement> make_accounts(std::span<const std::string> dirs, const AccountsOptions& options);

struct AccountsReport {
  std::string keyid;
  bool trusted = false;
  Statement statement;
};
// Checks a signed statement: signature, amounts, shares and their sum. Without `trusted` keys it is
// checked against the key that is named in it.
Result<AccountsReport> check_accounts(std::string_view envelope,
                                      std::span<const PublicKey> trusted = {});

}  // namespace corpus::provenance

#endif  // CORPUS_ACCOUNTS_H_
