// Certificates of exclusion: no content id of a withdrawal stands in the sorted list of a signed
// corpus, shown by the neighbours between which it would stand.
#include <algorithm>
#include <optional>

#include "corpus/integrity.h"
#include "corpus/withdrawal.h"
#include "io/file.h"
#include "json/value.h"
#include "provenance/content_ids.h"
#include "provenance/part_log.h"
#include "provenance/proof_json.h"
#include "provenance/sealed.h"
#include "provenance/withdrawal_entry.h"

namespace corpus::provenance {
namespace {

constexpr std::uint64_t kMostIds = std::uint64_t{32} << 30;  // bytes
constexpr std::string_view kMembers[] = {"certificate", "number", "previous", "withdrawal",
                                         "absent",      "key",    "envelope"};

Value number(std::uint64_t n) { return static_cast<std::int64_t>(n); }

Result<Value> neighbour(const ContentIds& list, const MemoryHashes& hashes, std::uint64_t index) {
  CORPUS_TRY(Proof path, inclusion_proof(hashes, index, list.ids.size()));
  Value out;
  out.set("index", number(index));
  out.set("id", hex(list.ids[index]));
  out.set("path", print_path(path));
  return out;
}

struct Place {
  std::uint64_t index = 0;
  ContentId id{};
};

// A neighbour that is shown to stand in the signed list; none when the member is null.
Result<std::optional<Place>> check_neighbour(const Value& absent, std::string_view side,
                                             const Sealed& sealed) {
  const Value* one = absent.find(side);
  if (one == nullptr) return refused_proof("an absent id has no '" + std::string(side) + "'");
  if (one->is_null()) return std::optional<Place>();
  Place out;
  CORPUS_TRY(out.index, number_member(*one, "index"));
  auto id = parse_content_id(one->get("id", ""));
  if (!id) return refused_proof("a neighbour has no content id");
  out.id = *id;
  CORPUS_TRY(Proof path, parse_path(one->find("path")));
  CORPUS_CHECK(
      check_inclusion(content_id_leaf(out.id), out.index, sealed.ids, path, sealed.ids_root));
  return std::optional<Place>(out);
}

Result<void> check_absent(const Value& absent, const ContentId& id, const Sealed& sealed) {
  if (absent.get("id", "") != hex(id))
    return refused_proof("is about other ids than the withdrawal");
  CORPUS_TRY(auto left, check_neighbour(absent, "left", sealed));
  CORPUS_TRY(auto right, check_neighbour(absent, "right", sealed));
  // The left one is the last below, the right one the first above, and nothing is between them.
  bool left_is_good = left ? left->id < id : !right || right->index == 0;
  bool right_is_good = right ? id < right->id : !left || left->index + 1 == sealed.ids;
  bool adjacent = !left || !right || left->index + 1 == right->index;
  bool empty = left || right || sealed.ids == 0;
  if (left_is_good && right_is_good && adjacent && empty) return {};
  return refused_proof("does not show that " + hex(id) + " is absent");
}

}  // namespace

Result<std::string> certify_exclusion(const std::string& dir, const std::string& list_path,
                                      std::uint64_t number_in_list) {
  auto path = [&](std::string_view name) { return dir + '/' + std::string(name); };
  CORPUS_TRY(WithdrawalList list, read_withdrawals(list_path));
  if (number_in_list >= list.entries.size()) {
    return Error{Code::kNotFound, list_path + ": has " + std::to_string(list.entries.size()) +
                                      " entries, counted from 0"};
  }
  if (!io::exists(path(kEnvelopeName))) {
    return Error{Code::kNotFound, dir + ": is not signed; run `corpus sign` first"};
  }
  if (!io::exists(path(kIdsName))) {
    return Error{Code::kUnsupported,
                 dir + ": was signed without a list of content ids; sign it again"};
  }
  CORPUS_TRY(PublicKey key, read_public_key(path(kKeyName)));
  CORPUS_TRY(std::string envelope_text, io::read_all(path(kEnvelopeName), kMaxDocument));
  CORPUS_TRY(Value envelope, json::parse_value(envelope_text));
  CORPUS_TRY(std::string bytes, io::read_all(path(kIdsName), kMostIds));
  CORPUS_TRY(ContentIds ids, parse_content_ids(bytes));
  MemoryHashes hashes = ids.hashes();
  Value::Array absent;
  for (const auto& text : list.entries[number_in_list].ids) {
    ContentId id = *parse_content_id(text);  // the list was checked
    auto at = std::lower_bound(ids.ids.begin(), ids.ids.end(), id);
    auto index = static_cast<std::uint64_t>(at - ids.ids.begin());
    if (at != ids.ids.end() && *at == id) {
      return Error{Code::kCorrupt, dir + ": still holds the record with the content id " + text};
    }
    Value one, left, right;
    if (index > 0) {
      CORPUS_TRY(left, neighbour(ids, hashes, index - 1));
    }
    if (at != ids.ids.end()) {
      CORPUS_TRY(right, neighbour(ids, hashes, index));
    }
    one.set("id", text);
    one.set("left", std::move(left));
    one.set("right", std::move(right));
    absent.push_back(std::move(one));
  }
  Digest previous = number_in_list == 0 ? Digest{} : sha256(list.lines[number_in_list - 1]);
  CORPUS_TRY(Value withdrawal, json::parse_value(list.lines[number_in_list]));
  Value out;
  out.set("certificate", 1);
  out.set("number", number(number_in_list));
  out.set("previous", hex(previous));
  out.set("withdrawal", std::move(withdrawal));
  out.set("absent", std::move(absent));
  out.set("key", hex(key.bytes()));
  out.set("envelope", std::move(envelope));
  std::string text = out.to_json() + '\n';
  if (auto held = check_certificate(text); !held) return std::move(held).error().context(dir);
  return text;
}

bool is_certificate(std::string_view text) { return text.starts_with("{\"certificate\":"); }

Result<CertificateReport> check_certificate(std::string_view text,
                                            std::span<const PublicKey> trusted) {
  CORPUS_TRY(Value proof, parse_proof(text, "certificate", kMembers));
  CORPUS_TRY(Digest own, digest_member(proof, "key"));
  PublicKey key = PublicKey::from_bytes(own);
  auto sealed = open_sealed(proof.find("envelope")->to_json() + '\n', key, trusted);
  if (!sealed) return std::move(sealed).error().context("proof");
  if (key.id() != sealed->keyid) return refused_proof("'key' is not the key that signed");
  if (!sealed->has_ids) {
    return Error{Code::kUnsupported, "proof: the corpus was signed without a list of content ids"};
  }
  if (sealed->without_id != 0) {
    return Error{Code::kUnsupported,
                 "proof: " + std::to_string(sealed->without_id) +
                     " records of the corpus carry no content id, so that nothing can be said of "
                     "them; make it with tags.lineage"};
  }
  CORPUS_TRY(std::uint64_t at, number_member(proof, "number"));
  CORPUS_TRY(Digest previous, digest_member(proof, "previous"));
  auto entry = parse_withdrawal(proof.find("withdrawal")->to_json(), at, previous, {});
  if (!entry) return std::move(entry).error().context("withdrawal");
  const Value* absent = proof.find("absent");
  if (absent->if_array() == nullptr || absent->if_array()->size() != entry->ids.size()) {
    return refused_proof("is about other ids than the withdrawal");
  }
  for (std::size_t i = 0; i < entry->ids.size(); ++i) {
    CORPUS_CHECK(check_absent((*absent->if_array())[i], *parse_content_id(entry->ids[i]), *sealed));
  }
  const Digest* manifest = sealed->find("manifest.json");
  if (manifest == nullptr) return refused_proof("its statement does not name manifest.json");
  return CertificateReport{
      .keyid = sealed->keyid,
      .trusted = sealed->trusted,
      .withdrawal_keyid = entry->keyid,
      .ids = entry->ids.size(),
      .by_rule = !entry->records.empty() || !entry->teachers.empty() || !entry->sketches.empty(),
      .manifest = *manifest};
}

}  // namespace corpus::provenance
