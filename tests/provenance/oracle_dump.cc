// Prints what oracle_test.py compares with other implementations: an envelope with its statement,
// and roots and proofs of small trees. One JSON object.
#include <cstdio>
#include <string>

#include "corpus/provenance.h"

using namespace corpus;
using namespace corpus::provenance;

namespace {

constexpr std::uint64_t kMax = 24;

Value::Array hashes_of(const Proof& proof) {
  Value::Array out;
  for (const auto& hash : proof) out.emplace_back(hex(hash));
  return out;
}

}  // namespace

int main() {
  std::string seed;
  for (int i = 0; i < 32; ++i) seed += static_cast<char>(i);
  SigningKey key = *SigningKey::from_seed(seed);
  Statement statement;
  statement.predicate_type = kCorpusPredicate;
  statement.predicate.set("recipe_digest", "00ff");
  statement.subjects = {{"manifest.json", sha256("m")}, {"part-00000.jsonl.zst", sha256("p")}};
  Value out;
  out.set("public_pem", key.public_key().to_pem());
  out.set("keyid", key.public_key().id());
  out.set("envelope", print_envelope(sign(kInTotoType, print_statement(statement), key)));

  MemoryHashes hashes;
  Value::Array trees;
  for (std::uint64_t n = 1; n <= kMax; ++n) {
    hashes.add_hash(leaf_hash("leaf " + std::to_string(n - 1)));
    Value tree;
    tree.set("root", hex(*root_of(hashes, n)));
    Value::Array inclusion, consistency;
    for (std::uint64_t i = 0; i < n; ++i)
      inclusion.emplace_back(hashes_of(*inclusion_proof(hashes, i, n)));
    for (std::uint64_t m = 1; m <= n; ++m)
      consistency.emplace_back(hashes_of(*consistency_proof(hashes, m, n)));
    tree.set("inclusion", std::move(inclusion));
    tree.set("consistency", std::move(consistency));
    trees.push_back(std::move(tree));
  }
  out.set("trees", std::move(trees));
  std::puts(out.to_json().c_str());
  return 0;
}
