#include "provenance/sealed.h"

namespace corpus::provenance {
namespace {

Error refused(std::string what) { return {Code::kCorrupt, "statement: " + std::move(what)}; }

bool read_count(const Value& object, std::string_view key, std::uint64_t& out) {
  std::int64_t n = object.get(key, -1);
  out = static_cast<std::uint64_t>(n);
  return n >= 0;
}

}  // namespace

const Digest* Sealed::find(std::string_view subject) const {
  for (const auto& s : statement.subjects) {
    if (s.name == subject) return &s.sha256;
  }
  return nullptr;
}

Result<Sealed> open_sealed(std::string_view envelope, const PublicKey& own,
                           std::span<const PublicKey> trusted) {
  CORPUS_TRY(Envelope parsed, parse_envelope(envelope, EnvelopeForm::kOurs));
  Sealed out;
  out.trusted = !trusted.empty();
  auto keys = trusted.empty() ? std::span(&own, 1) : trusted;
  CORPUS_TRY(Verified verified, verify_envelope(parsed, kInTotoType, keys));
  out.keyid = verified.keyid;
  CORPUS_TRY(out.statement, parse_statement(verified.payload));
  if (out.statement.predicate_type != kCorpusPredicate) {
    return refused("is about '" + out.statement.predicate_type + "', not about a corpus");
  }
  const Value* evidence = out.statement.predicate.find("evidence");
  const Value* log = evidence != nullptr ? evidence->find("log") : nullptr;
  if (log == nullptr) return refused("has no evidence of records");
  if (evidence->get("integrity", 0) != 1) {
    return Error{Code::kUnsupported,
                 "statement: its evidence has a version that this build does not read; update "
                 "libcorpus"};
  }
  auto root = parse_hex(log->get("root", ""));
  if (!root || !read_count(*log, "parts", out.parts) ||
      !read_count(*evidence, "records", out.records)) {
    return refused("its evidence of records lacks root or counts");
  }
  out.log_root = *root;
  if (const Value* ids = evidence->find("ids")) {
    auto ids_root = parse_hex(ids->get("root", ""));
    if (!ids_root || !read_count(*ids, "count", out.ids) ||
        !read_count(*ids, "without", out.without_id)) {
      return refused("its evidence of content ids lacks root or counts");
    }
    out.has_ids = true;
    out.ids_root = *ids_root;
  }
  out.unchecked_policy = evidence->get("unchecked_policy", false);
  return out;
}

}  // namespace corpus::provenance
