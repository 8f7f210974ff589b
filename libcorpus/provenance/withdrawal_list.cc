// Reading and adding to lists of withdrawals.
#include <algorithm>

#include "core/schema.h"
#include "corpus/policy.h"
#include "corpus/withdrawal.h"
#include "io/file.h"
#include "json/value.h"
#include "provenance/near_sketch.h"
#include "provenance/withdrawal_entry.h"

namespace corpus::provenance {
namespace {

constexpr std::uint64_t kMaxList = std::uint64_t{1} << 30;

Error refused(std::string what) { return {Code::kCorrupt, std::move(what)}; }

bool is_id(std::string_view id) {
  return id.size() == 32 && id.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

Value::Array to_array(const std::vector<std::string>& items) {
  return Value::Array(items.begin(), items.end());
}

}  // namespace

Result<Withdrawal> parse_withdrawal(std::string_view line, std::uint64_t number,
                                    const Digest& previous, std::span<const PublicKey> trusted) {
  CORPUS_TRY(Envelope envelope, parse_envelope(std::string(line) + '\n', EnvelopeForm::kOurs));
  // The key lies in what it signs: it says that one hand wrote the entry, not whose.
  auto hint = json::parse_value(envelope.payload);
  if (!hint) return std::move(hint).error();
  auto own = parse_hex(hint->get("key", ""));
  if (!own) return refused("names no key");
  PublicKey key = PublicKey::from_bytes(*own);
  auto keys = trusted.empty() ? std::span<const PublicKey>(&key, 1) : trusted;
  CORPUS_TRY(Verified verified, verify_envelope(envelope, kWithdrawalType, keys));
  if (verified.keyid != key.id()) return refused("was not signed by the key that it names");
  CORPUS_TRY(Value value, json::parse_value(verified.payload));
  if (auto problem = find_problem(value, *parsed_schema("withdrawal"), "")) {
    return problem->error("withdrawal");
  }
  if (value.get("number", -1) != static_cast<std::int64_t>(number)) {
    return refused("is number " + std::to_string(value.get("number", -1)) +
                   ": entries are missing or moved");
  }
  if (value.get("previous", "") != hex(previous)) {
    return refused("does not follow the line before it: entries were changed, removed or moved");
  }
  Withdrawal out;
  out.ids = value.strings("ids");
  out.records = value.strings("records");
  out.teachers = value.strings("teachers");
  out.sketches = value.strings("sketches");
  out.owner = value.get("owner", "");
  out.reason = value.get("reason", "");
  out.date = value.get("date", "");
  out.keyid = verified.keyid;
  if (!std::all_of(out.ids.begin(), out.ids.end(), is_id)) {
    return refused("an id is no content id (32 hex digits)");
  }
  for (const auto& sketch : out.sketches) {
    if (!parse_sketch(sketch)) return refused("a sketch is damaged");
  }
  return out;
}

Result<WithdrawalList> read_withdrawals(const std::string& path,
                                        std::span<const PublicKey> trusted) {
  CORPUS_TRY(std::string text, io::read_all(path, kMaxList));
  WithdrawalList out;
  out.sha256 = hex(sha256(text));
  std::string_view rest = text;
  Digest previous{};
  while (!rest.empty()) {
    std::string where = path + ": entry " + std::to_string(out.entries.size());
    auto end = rest.find('\n');
    if (end == std::string_view::npos) return refused(where + ": is cut off");
    std::string_view line = rest.substr(0, end);
    auto entry = parse_withdrawal(line, out.entries.size(), previous, trusted);
    if (!entry) return std::move(entry).error().context(where);
    out.entries.push_back(*std::move(entry));
    out.lines.emplace_back(line);
    previous = sha256(line);
    rest.remove_prefix(end + 1);
  }
  return out;
}

Result<std::uint64_t> append_withdrawal(const std::string& path, const Withdrawal& withdrawal,
                                        const SigningKey& key) {
  if (withdrawal.ids.empty() && withdrawal.records.empty() && withdrawal.teachers.empty()) {
    return Error{Code::kInvalidArgument,
                 "a withdrawal has to name something: content ids, ids of records or teachers"};
  }
  if (!policy::parse_date(withdrawal.date)) {
    return Error{Code::kInvalidArgument, "'" + withdrawal.date + "' is no day (YYYY-MM-DD)"};
  }
  if (!std::all_of(withdrawal.ids.begin(), withdrawal.ids.end(), is_id)) {
    return Error{Code::kInvalidArgument, "a content id is 32 hex digits"};
  }
  WithdrawalList list;
  if (io::exists(path)) {
    CORPUS_TRY(list, read_withdrawals(path));
  }
  std::uint64_t number = list.entries.size();
  Value payload;
  payload.set("withdrawal", 1);
  payload.set("number", static_cast<std::int64_t>(number));
  payload.set("previous", hex(list.lines.empty() ? Digest{} : sha256(list.lines.back())));
  payload.set("key", hex(key.public_key().bytes()));
  auto add = [&](std::string_view name, const std::vector<std::string>& items) {
    if (!items.empty()) payload.set(name, to_array(items));
  };
  add("ids", withdrawal.ids);
  add("records", withdrawal.records);
  add("teachers", withdrawal.teachers);
  add("sketches", withdrawal.sketches);
  payload.set("owner", withdrawal.owner);
  payload.set("reason", withdrawal.reason);
  payload.set("date", withdrawal.date);
  if (auto problem = find_problem(payload, *parsed_schema("withdrawal"), "")) {
    return problem->error("withdrawal");
  }
  std::string line = print_envelope(sign(kWithdrawalType, payload.to_json(), key));
  CORPUS_TRY(io::File file, io::File::open_append(path));
  CORPUS_CHECK(file.write(line));
  CORPUS_CHECK(file.sync());
  CORPUS_CHECK(file.close());
  return number;
}

}  // namespace corpus::provenance
