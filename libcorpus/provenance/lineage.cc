// tags.lineage: where a record came from, who wrote it and what was done to it, as "id" and
// "lineage" (docs/formats/lineage.md, schemas/lineage.json).
//
// A record that carries a "corpus" value already keeps it as "before" (writers/splice.h), so that
// a chain of corpora is a chain of lineages; `parent` names the content it had there.
#include <algorithm>
#include <charconv>
#include <memory>
#include <string>
#include <unordered_map>
#include <utility>

#include "base/hash.h"
#include "corpus/component.h"
#include "json/escape.h"
#include "provenance/aigc_label.h"
#include "provenance/json_look.h"
#include "provenance/lineage_count.h"
#include "provenance/lineage_options.h"
#include "provenance/policy_judge.h"
#include "provenance/teacher_facts.h"
#include "text/content_key.h"

namespace corpus {
namespace policy {
namespace {

constexpr std::size_t kMaxCached = 4096;
constexpr std::size_t kMaxCapture = 4096;  // bytes; more is not carried along

struct LineageState : State {
  std::string text, key;
  std::unordered_map<std::string, std::string> ends;  // by input and teacher
  provenance::JsonLook look;
  std::vector<std::uint32_t> edits;  // [record]
};

class LineageTag final : public Map {
 public:
  explicit LineageTag(std::shared_ptr<const LineageContext> context)
      : context_(std::move(context)) {}

  std::uint32_t fields() const override { return Fields::kTurns | Fields::kTeacher; }
  std::unique_ptr<State> scratch() const override { return std::make_unique<LineageState>(); }

  Result<void> run(Batch& batch, State* state) const override {
    auto& own = static_cast<LineageState&>(*state);
    own.edits.assign(batch.records.size(), 0);
    for (const auto& edit : batch.edits) ++own.edits[edit.record];
    for (std::size_t i = 0; i < batch.records.size(); ++i) {
      if (!batch.records[i].drop) tag(batch, i, own);
    }
    return {};
  }

 private:
  void tag(Batch& batch, std::size_t i, LineageState& own) const {
    const Record& record = batch.records[i];
    Key128 key = text::content_key(record.turns, Scope::kText, own.text);
    std::string_view id;
    if (key != Key128{}) {
      char* quoted = batch.arena.allocate(34);
      quoted[0] = quoted[33] = '"';
      hex(key, quoted + 1);
      id = {quoted, 34};
      batch.tag(i, "id", id);
    }
    std::string_view more = seldom(record, own, batch.arena);
    const std::string& end = end_of(record, own);

    constexpr std::size_t kFixed = 192;  // names, three numbers, a hash, a shape
    char* const begin = batch.arena.reserve(kFixed + more.size() + end.size());
    char* to = begin;
    auto text = [&](std::string_view s) { to = std::copy(s.begin(), s.end(), to); };
    auto number = [&](std::uint64_t n) { to = std::to_chars(to, to + 20, n).ptr; };
    text("{\"file\":");
    number(record.pos.input());
    text(",\"at\":");
    number(record.pos.offset());
    text(",\"xxh3\":\"");
    hex(hash128(record.json), to);
    to += 32;
    text("\"");
    if (record.shape != Shape::kUnknown) {
      text(",\"shape\":\"");
      text(name(record.shape));
      text("\"");
    }
    if (own.edits[i] != 0) {
      text(",\"edits\":");
      number(own.edits[i]);
    }
    text(more);
    text(end);
    auto size = static_cast<std::size_t>(to - begin);
    batch.arena.commit(size);
    batch.tag(i, "lineage", {begin, size});
    if (!context_->aigc_producer.empty() && !id.empty()) {
      batch.tag(i, "AIGC", batch.arena.copy(write_aigc(context_->aigc_producer, id.substr(1, 32))));
    }
  }

  // Members that few records have: a label, an earlier lineage.
  static std::string_view seldom(const Record& record, LineageState& own, Arena& arena) {
    std::string out;
    if (int label = read_aigc(record.json)) {
      out.append(",\"synthetic\":\"").append(aigc_name(label)).append("\"");
    }
    std::string_view earlier =
        record.json.substr(record.corpus_tag.begin, record.corpus_tag.size());
    if (!earlier.empty() && own.look.parse(earlier)) {
      static const json::Pointer kId = provenance::pointer("/id");
      static const json::Pointer kCapture = provenance::pointer("/capture");
      if (std::string id = own.look.string(kId); !id.empty()) {
        out += ",\"parent\":";
        json::append_quoted(out, short_text(id));
      }
      std::string_view capture = own.look.raw(kCapture);
      if (capture.starts_with('{') && capture.size() <= kMaxCapture) {
        out.append(",\"capture\":").append(capture);
      }
    }
    return out.empty() ? std::string_view() : arena.copy(out);
  }

  // What is the same for all records of a teacher in an input, with the brace that ends the tag.
  const std::string& end_of(const Record& record, LineageState& own) const {
    std::uint32_t input = record.pos.input();
    own.key.assign(reinterpret_cast<const char*>(&input), sizeof input);
    own.key += record.teacher;
    auto found = own.ends.find(own.key);
    if (found != own.ends.end()) return found->second;
    if (own.ends.size() >= kMaxCached) own.ends.clear();
    std::string out;
    auto writers = writers_of(record.teacher, context_->source(input).teachers);
    if (!writers.empty()) {
      Value::Array teachers;
      for (const auto& model : writers) {
        teachers.push_back(teacher_facts(context_->registry, model).to_value());
      }
      out += ",\"teachers\":" + Value(std::move(teachers)).to_json();
    }
    out += ",\"recipe\":\"" + context_->recipe_digest + "\"}";
    return own.ends.emplace(own.key, std::move(out)).first->second;
  }

  std::shared_ptr<const LineageContext> context_;
};

}  // namespace
}  // namespace policy

Result<Stages> make_tags_lineage(const Value& options, BuildContext& context) {
  using namespace policy;
  auto own = std::make_shared<LineageContext>();
  CORPUS_TRY(own->registry, Registry::builtin());
  for (const auto& path : options.strings("registry")) CORPUS_CHECK(own->registry.add_file(path));
  Sources sources;
  CORPUS_CHECK(sources.add_list(options.find("sources")));
  if (std::string table = options.get("table", ""); !table.empty()) {
    CORPUS_CHECK(sources.add_table(table, own->registry.phrases()));
  }
  own->inputs = context.inputs;
  for (const auto& input : own->inputs) own->sources.push_back(sources.find(input));
  own->recipe_digest = context.recipe_digest;
  own->aigc_producer = options.get("aigc_producer", "");
  return stages(std::unique_ptr<Map>(std::make_unique<LineageTag>(own)),
                make_lineage_count(own, context.memory));
}

}  // namespace corpus
