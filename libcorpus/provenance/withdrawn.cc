// filters.withdrawn: drops records that their owners have withdrawn (docs/formats/withdrawal.md).
//
// By content id, also one that the record had in an earlier corpus; by the id its source gave; by
// teacher; and, of entries that ask for it, by likeness.
#include <algorithm>
#include <charconv>
#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/hash.h"
#include "corpus/component.h"
#include "corpus/policy.h"
#include "corpus/withdrawal.h"
#include "provenance/near_sketch.h"
#include "text/content_key.h"

namespace corpus {
namespace provenance {
namespace {

// What hex() printed; {0,0}, which no text has, for anything else.
Key128 parse_key(std::string_view hex) {
  Key128 out;
  if (hex.size() != 32) return {};
  for (auto [half, to] :
       {std::pair{hex.substr(0, 16), &out.hi}, std::pair{hex.substr(16), &out.lo}}) {
    auto [end, error] = std::from_chars(half.data(), half.data() + 16, *to, 16);
    if (error != std::errc() || end != half.data() + 16) return {};
  }
  return out;
}

struct KeyHash {
  std::size_t operator()(const Key128& key) const { return key.lo; }
};

// Looks texts up without making a std::string of each.
struct TextHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const { return hash64(text); }
};
template <typename T>
using ByText = std::unordered_map<std::string, T, TextHash, std::equal_to<>>;

struct WithdrawnState : State {
  std::string text;
  Sketcher sketcher;
  Sketch sketch;
  ByText<std::int64_t> teachers;  // name -> entry, -1 for none
};

class Withdrawn final : public Map {
 public:
  Withdrawn(WithdrawalList list, double near) : list_(std::move(list)), near_(near) {
    for (std::size_t n = 0; n < list_.entries.size(); ++n) {
      const Withdrawal& entry = list_.entries[n];
      auto number = static_cast<std::int64_t>(n);
      for (const auto& id : entry.ids) {
        if (Key128 key = parse_key(id); key != Key128{}) ids_.emplace(key, number);
      }
      for (const auto& id : entry.records) records_.emplace(id, number);
      for (const auto& glob : entry.teachers)
        globs_.emplace_back(policy::normal_name(glob), number);
      for (const auto& sketch : entry.sketches) {
        near_index_.add(*parse_sketch(sketch));  // the list was checked
        sketch_entry_.push_back(number);
      }
    }
  }

  std::uint32_t fields() const override {
    return (ids_.empty() && near_index_.empty() ? 0U : Fields::kTurns) |
           (records_.empty() ? 0U : Fields::kId) | (globs_.empty() ? 0U : Fields::kTeacher);
  }
  std::unique_ptr<State> scratch() const override { return std::make_unique<WithdrawnState>(); }

  Result<void> run(Batch& batch, State* state) const override {
    auto& own = static_cast<WithdrawnState&>(*state);
    for (std::size_t i = 0; i < batch.records.size(); ++i) {
      Record& record = batch.records[i];
      if (record.drop) continue;
      auto [reason, entry] = judge(record, own);
      if (!reason) continue;
      record.drop = reason;
      batch.tag(i, "withdrawal", batch.arena.copy(std::to_string(entry)));
    }
    return {};
  }

  std::string report() const override {
    Value out;
    out.set("list_sha256", list_.sha256);
    out.set("entries", static_cast<std::int64_t>(list_.entries.size()));
    out.set("near", near_index_.empty() ? Value() : Value(near_));
    return out.to_json();
  }

 private:
  using Judgement = std::pair<Reason, std::int64_t>;

  Judgement judge(const Record& record, WithdrawnState& own) const {
    if (!ids_.empty()) {
      Key128 key = text::content_key(record.turns, Scope::kText, own.text);
      if (auto at = ids_.find(key); at != ids_.end()) return {by_id_, at->second};
      if (record.corpus_tag.size() != 0) {
        std::int64_t earlier =
            find_earlier(record.json.substr(record.corpus_tag.begin, record.corpus_tag.size()));
        if (earlier >= 0) return {by_id_, earlier};
      }
    }
    if (!records_.empty() && !record.id.empty()) {
      if (auto at = records_.find(record.id); at != records_.end()) {
        return {by_record_, at->second};
      }
    }
    if (!globs_.empty() && !record.teacher.empty()) {
      if (std::int64_t entry = find_teacher(record.teacher, own); entry >= 0) {
        return {by_teacher_, entry};
      }
    }
    if (!near_index_.empty()) {
      own.sketcher.sketch(record.turns, own.sketch);
      if (auto found = near_index_.find(own.sketch, near_))
        return {by_near_, sketch_entry_[*found]};
    }
    return {};
  }

  // Ids that the record had in the corpora it went through: "id" and "parent" as tags.lineage and
  // tags.content_id write them.
  std::int64_t find_earlier(std::string_view tag) const {
    for (std::string_view name : {"\"id\":\"", "\"parent\":\""}) {
      for (auto at = tag.find(name); at != std::string_view::npos; at = tag.find(name, at + 1)) {
        auto found = ids_.find(parse_key(tag.substr(at + name.size(), 32)));
        if (found != ids_.end()) return found->second;
      }
    }
    return -1;
  }

  std::int64_t find_teacher(std::string_view teacher, WithdrawnState& own) const {
    constexpr std::size_t kMaxCached = 4096;
    auto known = own.teachers.find(teacher);
    if (known != own.teachers.end()) return known->second;
    if (own.teachers.size() >= kMaxCached) own.teachers.clear();
    std::string name = policy::normal_name(teacher);
    auto glob = std::find_if(globs_.begin(), globs_.end(),
                             [&](const auto& one) { return policy::glob_match(one.first, name); });
    std::int64_t entry = glob == globs_.end() ? -1 : glob->second;
    own.teachers.emplace(teacher, entry);
    return entry;
  }

  WithdrawalList list_;
  double near_;
  std::unordered_map<Key128, std::int64_t, KeyHash> ids_;
  ByText<std::int64_t> records_;
  std::vector<std::pair<std::string, std::int64_t>> globs_;
  SketchIndex near_index_;
  std::vector<std::int64_t> sketch_entry_;
  Reason by_id_ = Reason::intern("filters.withdrawn.id");
  Reason by_record_ = Reason::intern("filters.withdrawn.record");
  Reason by_teacher_ = Reason::intern("filters.withdrawn.teacher");
  Reason by_near_ = Reason::intern("filters.withdrawn.near");
};

}  // namespace
}  // namespace provenance

Result<Stages> make_filters_withdrawn(const Value& options, BuildContext&) {
  using namespace provenance;
  std::vector<PublicKey> keys;
  for (const auto& path : options.strings("keys")) {
    CORPUS_TRY(PublicKey key, read_public_key(path));
    keys.push_back(key);
  }
  CORPUS_TRY(WithdrawalList list, read_withdrawals(options.get("list", ""), keys));
  return stages(std::make_unique<Withdrawn>(std::move(list), options.get("near", 0.8)));
}

}  // namespace corpus
