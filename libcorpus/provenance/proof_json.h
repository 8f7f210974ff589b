// Members that proofs and certificates share.
#ifndef CORPUS_PROVENANCE_PROOF_JSON_H_
#define CORPUS_PROVENANCE_PROOF_JSON_H_

#include <cstdint>
#include <span>
#include <string_view>

#include "corpus/provenance.h"
#include "corpus/value.h"

namespace corpus::provenance {

Error refused_proof(std::string what);
Value::Array print_path(const Proof& path);
Result<Proof> parse_path(const Value* list);
Result<Digest> digest_member(const Value& object, std::string_view key);
Result<std::uint64_t> number_member(const Value& object, std::string_view key);
// Parses a proof whose first member `kind` has version 1, in the one form that libcorpus prints,
// with exactly these members.
Result<Value> parse_proof(std::string_view text, std::string_view kind,
                          std::span<const std::string_view> members);

}  // namespace corpus::provenance

#endif  // CORPUS_PROVENANCE_PROOF_JSON_H_
