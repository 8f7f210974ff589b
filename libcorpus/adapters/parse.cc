// The parse stage: from bytes to records. The one place where JSON is parsed.
//
// Lines are indexed a block at a time (json/index.h), each record's tokens are walked once to check
// every byte and to find its known members (members.h), the shape table says which turns those are
// (shape.h), and only what the chain reads is decoded. Linear in the input.
#include <array>
#include <memory>
#include <string>

#include "adapters/extraction.h"
#include "adapters/lines.h"
#include "adapters/mapped.h"
#include "adapters/shape.h"
#include "corpus/component.h"
#include "json/index.h"
#include "simd/unescape.h"

namespace corpus {
namespace {

using json::Fault;

// Lines indexed by one call: enough to make its fixed cost small, few enough to stay in cache.
constexpr std::uint32_t kBlock = 64 << 10;
// Token positions kept for the next batch; a record of more than a quarter of this gives them back.
constexpr std::size_t kRetain = std::size_t{8} << 20;

constexpr KeySet kIds{Key::kId,       Key::kIdCapital,     Key::kIdx,           Key::kQuestionId,
                      Key::kTaskId,   Key::kMessageId,     Key::kUuid,          Key::kUnderscoreId,
                      Key::kCustomId, Key::kMessageTreeId, Key::kConversationId};
constexpr KeySet kTeachers{Key::kGenerator, Key::kModel, Key::kModelName, Key::kModelId,
                           Key::kTeacher};
constexpr KeySet kFinishReasons{Key::kFinishReason, Key::kStopReason};

struct Options {
  Shape only = Shape::kUnknown;
  bool mapped = false;
  bool reject_unknown = false;
  bool fail_on_bad = false;
  unsigned max_depth = 512;
};

struct Worker final : State {
  json::Index index;
  Extraction x;
};

class Parse final : public Map {
 public:
  Parse(Options options, Mapping mapping, std::uint32_t fields)
      : options_(options), mapping_(std::move(mapping)), fields_(fields) {
    for (std::size_t i = 1; i < malformed_.size(); ++i) {
      malformed_[i] = Reason::intern("malformed." + std::string(json::name(static_cast<Fault>(i))));
    }
  }

  std::unique_ptr<State> scratch() const override { return std::make_unique<Worker>(); }
  Result<void> run(Batch& batch, State* state) const override;

 private:
  Fault parse(Record& record, json::Cursor cursor, Batch& batch, Extraction& x) const;
  void find_origin(Record& record, json::Cursor root, Extraction& x) const;
  Fault parse_alone(Record& record, Batch& batch, Worker& worker) const;
  Error refusal(const Record& record) const;

  Options options_;
  Mapping mapping_;
  std::uint32_t fields_;
  std::array<Reason, static_cast<std::size_t>(Fault::kDuplicateKey) + 1> malformed_;
  Reason piece_ = Reason::intern("malformed.too_long");
  Reason unknown_ = Reason::intern("shape.unknown");
};

Result<void> Parse::run(Batch& batch, State* state) const {
  if (batch.bytes.size() > UINT32_MAX) {
    return Error{Code::kLimit, "a batch of " + std::to_string(batch.bytes.size()) +
                                   " bytes is over the 4 GiB that a batch can hold; lower `batch`"};
  }
  auto& worker = static_cast<Worker&>(*state);
  bool lines = !batch.raw_listed;
  if (lines) find_lines(batch);
  batch.records.reserve(batch.raw.size());
  const char* bytes = batch.bytes.data();

  std::uint32_t block = 0, block_end = 0;  // what the index holds, in batch.bytes
  const std::uint32_t* token = nullptr;    // null: the block did not pass as a whole
  for (std::size_t i = 0; i < batch.raw.size(); ++i) {
    const RawRecord& raw = batch.raw[i];
    Record record;
    record.json = {bytes + raw.begin, raw.size};
    record.pos = RecordPos::make(batch.input, raw.offset);
    record.flags = raw.flags;
    record.drop = raw.drop;
    if (!record.drop && raw.flags != 0) record.drop = piece_;
    if (!record.drop) {
      std::uint32_t end = raw.begin + raw.size;
      if (lines && end > block_end) {
        block = raw.begin;
        block_end = end;
        for (std::size_t j = i + 1; j < batch.raw.size(); ++j) {
          std::uint32_t next_end = batch.raw[j].begin + batch.raw[j].size;
          if (next_end - block > kBlock) break;
          block_end = next_end;
        }
        bool good = worker.index.build(bytes + block, block_end - block) == Fault::kNone;
        token = good ? worker.index.tokens() : nullptr;
      }
      Fault fault;
      if (token != nullptr) {
        while (*token < raw.begin - block) ++token;
        fault = parse(record, {bytes + block, token, end - block}, batch, worker.x);
      } else {
        fault = parse_alone(record, batch, worker);
      }
      if (fault != Fault::kNone) {
        record.drop = malformed_[static_cast<std::size_t>(fault)];
        record.turns = {};
        record.id = record.teacher = record.finish_reason = {};
        record.corpus_tag = {};
        record.shape = Shape::kUnknown;
      } else if (options_.reject_unknown && record.shape == Shape::kUnknown) {
        record.drop = unknown_;
      }
    }
    if (options_.fail_on_bad && record.drop.malformed()) return refusal(record);
    batch.records.push_back(record);
  }
  worker.index.release_above(kRetain);
  return {};
}

Fault Parse::parse_alone(Record& record, Batch& batch, Worker& worker) const {
  Fault fault = worker.index.build(record.json.data(), record.json.size());
  if (fault != Fault::kNone) return fault;
  return parse(
      record,
      {record.json.data(), worker.index.tokens(), static_cast<std::uint32_t>(record.json.size())},
      batch, worker.x);
}

Fault Parse::parse(Record& record, json::Cursor cursor, Batch& batch, Extraction& x) const {
  auto line = static_cast<std::uint32_t>(record.json.data() - cursor.base());
  bool want_turns = (fields_ & Fields::kTurns) != 0;
  x.turns.begin(&batch.arena, line, want_turns);
  x.restart();
  x.fault = Fault::kNone;

  if (cursor.peek() != '{') return Fault::kNotObject;
  json::Cursor root = cursor;
  bool lone = false;
  Fault fault = x.record.read_checked(cursor, options_.max_depth, &lone);
  if (fault != Fault::kNone) return fault;
  if (!cursor.done()) return Fault::kTrailing;

  if (options_.mapped) {
    if (mapping_.add_turns(x, root)) record.shape = Shape::kMapped;
  } else {
    record.shape = adapt(x, root, options_.only);
  }
  if (x.fault != Fault::kNone) return x.fault;
  find_origin(record, root, x);
  if (x.turns.bad_escape()) return Fault::kEscape;
  for (KeySet left = x.record.unchecked().without(x.taken); !left.empty();) {
    Key key = left.first();
    if (x.record.cursor(key).check_string(&lone) != Fault::kNone) return Fault::kEscape;
    left = left.without(key);
  }
  if (lone || x.turns.lone_surrogate()) record.flags |= Record::kLoneSurrogate;
  record.turns = x.turns.finish();
  return Fault::kNone;
}

// Id, teacher, finish reason, and where an earlier tag stands.
void Parse::find_origin(Record& record, json::Cursor root, Extraction& x) const {
  const Members& m = x.record;
  auto text = [&](const Members& in, KeySet keys) -> std::string_view {
    for (KeySet left = keys & in.present(); !left.empty(); left = left.without(left.first())) {
      char kind = in.kind(left.first());
      if (is_scalar(kind) && kind != 'n') return x.turns.text(in.cursor(left.first()));
    }
    return {};
  };
  auto mapped = [&](bool (Mapping::*find)(json::Cursor&) const) -> std::string_view {
    json::Cursor at = root;
    return options_.mapped && (mapping_.*find)(at) ? x.turns.text(at) : std::string_view();
  };
  if ((fields_ & Fields::kId) != 0) {
    record.id = mapped(&Mapping::find_id);
    if (record.id.empty()) record.id = text(m, kIds);
  }
  if ((fields_ & Fields::kTeacher) != 0) {
    record.teacher = mapped(&Mapping::find_teacher);
    if (record.teacher.empty()) record.teacher = text(m, kTeachers);
    if (record.teacher.empty() && x.teacher.base() != nullptr) {
      record.teacher = x.turns.text(x.teacher);
    }
    if (record.teacher.empty() && m.has(Key::kMetadata) && m.kind(Key::kMetadata) == '{') {
      json::Cursor at = m.cursor(Key::kMetadata);
      if (x.element.read(at) == Fault::kNone) record.teacher = text(x.element, kTeachers);
    }
  }
  if ((fields_ & Fields::kFinish) != 0) {
    record.finish_reason = mapped(&Mapping::find_finish_reason);
    if (record.finish_reason.empty()) record.finish_reason = text(m, kFinishReasons);
    if (record.finish_reason.empty() && x.finish_reason.base() != nullptr) {
      record.finish_reason = x.turns.text(x.finish_reason);
    }
  }
  if (m.has(Key::kCorpus)) {
    json::Range range = m.range(Key::kCorpus);
    auto line = static_cast<std::uint32_t>(record.json.data() - root.base());
    record.corpus_tag = {range.begin - line, range.end - line};
  }
}

Error Parse::refusal(const Record& record) const {
  return {Code::kCorrupt, "byte " + std::to_string(record.pos.offset()) + ": bad record (" +
                              std::string(record.drop.name()) +
                              "); --on-bad-record quarantine goes on without it"};
}

}  // namespace

Result<std::unique_ptr<Map>> make_parse(const Value& input, std::uint32_t fields) {
  Options options;
  Mapping mapping;
  std::string adapt_name = input.get("adapt", "auto");
  const Value* map = input.find("map");
  options.mapped = adapt_name == "mapped" || (adapt_name == "auto" && map != nullptr);
  if (options.mapped) {
    CORPUS_TRY(mapping, Mapping::parse(map == nullptr ? Value() : *map));
  } else if (adapt_name != "auto") {
    options.only = shape_of(adapt_name);
    if (options.only == Shape::kUnknown) {
      return Error{Code::kInvalidArgument,
                   "adapt: no shape '" + adapt_name +
                       "'; use auto, messages, sharegpt, alpaca, prompt_response, question_answer, "
                       "text, preference, ranked, tree, seed, choices or mapped"};
    }
  }
  options.reject_unknown = input.get("unknown", "keep") == "reject";
  options.fail_on_bad = input.get("on_bad_record", "quarantine") == "fail";
  std::int64_t depth = input.get("max_depth", 512);
  if (depth < 1 || depth > json::kMaxDepth) {
    return Error{Code::kInvalidArgument, "max_depth: " + std::to_string(depth) +
                                             " is not between 1 and " +
                                             std::to_string(json::kMaxDepth)};
  }
  options.max_depth = static_cast<unsigned>(depth);
  return std::unique_ptr<Map>(std::make_unique<Parse>(options, std::move(mapping), fields));
}

}  // namespace corpus
