#include "corpus/batch.h"

#include <atomic>

#include "capi/handles.h"
#include "json/escape.h"

using namespace corpus;

namespace {

constexpr std::size_t kMaxReasons = 1000;

Result<const Record*> record_at(const corpus_batch* batch, std::size_t index) {
  if (batch == nullptr || batch->batch == nullptr) return capi::null_argument("batch");
  const auto& records = batch->batch->records;
  if (index >= records.size()) {
    return Error{Code::kInvalidArgument, "record " + std::to_string(index) + " of a batch of " +
                                             std::to_string(records.size())};
  }
  return &records[index];
}

Result<Record*> to_change(corpus_batch* batch, std::size_t index) {
  CORPUS_TRY(const Record* found, record_at(batch, index));
  if (batch->changing == nullptr) {
    return Error{Code::kInvalidArgument, "a batch that was taken from a stream cannot be changed; add a stage instead"};
  }
  return batch->changing->records.data() + (found - batch->batch->records.data());
}

Result<const Turn*> turn_at(const Record& record, std::size_t turn) {
  if (turn < record.turns.size()) return &record.turns[turn];
  return Error{Code::kInvalidArgument,
               "turn " + std::to_string(turn) + " of a record with " + std::to_string(record.turns.size())};
}

bool is_reason(std::string_view name) {
  if (name.empty() || name.size() > 64) return false;
  for (char c : name) {
    if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') && c != '_' && c != '.') return false;
  }
  return true;
}

// Reasons are kept for the life of the process, so that a program cannot be allowed to make them from data.
Result<Reason> reason_of(std::string_view stage, std::string_view name) {
  if (!is_reason(name)) {
    return Error{Code::kInvalidArgument, "reason '" + std::string(name) + "': use a-z, 0-9 and _, at most 64"};
  }
  static std::atomic<std::size_t> made{0};
  thread_local std::string full;
  full.assign(stage).append(".").append(name);
  std::size_t before = Reason::count();
  Reason reason = Reason::intern(full);
  if (Reason::count() > before && made.fetch_add(1) >= kMaxReasons) {
    return Error{Code::kLimit, "more than 1,000 different reasons; put what differs into a tag"};
  }
  return reason;
}

}  // namespace

extern "C" {

size_t corpus_batch_size(const corpus_batch* batch) {
  return batch != nullptr && batch->batch != nullptr ? batch->batch->records.size() : 0;
}

corpus_status corpus_batch_record(const corpus_batch* batch, size_t index, corpus_record* out, corpus_error* error) {
  return capi::call(error, [&]() -> Result<void> {
    CORPUS_NEED(out);
    CORPUS_TRY(const Record* record, record_at(batch, index));
    *out = {capi::text_of(record->json),
            capi::text_of(record->id),
            capi::text_of(record->teacher),
            capi::text_of(record->finish_reason),
            capi::text_of(record->drop.name()),
            name(record->shape).data(),
            record->pos.input(),
            static_cast<std::uint32_t>(record->turns.size()),
            record->pos.offset()};
    return {};
  });
}

corpus_status corpus_batch_turn(const corpus_batch* batch, size_t index, size_t turn, corpus_turn* out,
                                corpus_error* error) {
  return capi::call(error, [&]() -> Result<void> {
    CORPUS_NEED(out);
    CORPUS_TRY(const Record* record, record_at(batch, index));
    CORPUS_TRY(const Turn* found, turn_at(*record, turn));
    *out = {capi::text_of(found->text), name(found->role).data(), found->parent, found->rank};
    return {};
  });
}

corpus_text corpus_batch_lines(const corpus_batch* batch) {
  return capi::text_of(batch != nullptr ? batch->lines : std::string_view());
}

corpus_status corpus_batch_drop(corpus_batch* batch, size_t index, const char* reason, corpus_error* error) {
  return capi::call(error, [&]() -> Result<void> {
    CORPUS_NEED(reason);
    CORPUS_TRY(Record * record, to_change(batch, index));
    CORPUS_TRY(Reason why, reason_of(batch->stage, reason));
    if (!record->drop) record->drop = why;
    return {};
  });
}

corpus_status corpus_batch_tag(corpus_batch* batch, size_t index, const char* key, const char* json, size_t size,
                               corpus_error* error) {
  return capi::call(error, [&]() -> Result<void> {
    CORPUS_NEED(key);
    CORPUS_NEED(json);
    CORPUS_CHECK(to_change(batch, index));
    std::string_view value(json, size);
    // Written as it is, so it has to be one JSON value on one line.
    Batch check;
    check.bytes.append("{\"v\":" + std::string(value) + "}\n");
    CORPUS_CHECK(parse_text(Value(Value::Object()), 0, check));
    if (value.find('\n') != std::string_view::npos || check.records.size() != 1 || check.records[0].drop) {
      return Error{Code::kInvalidArgument, "tag '" + std::string(key) + "': the value is no JSON on one line"};
    }
    Arena& arena = batch->changing->arena;
    batch->changing->tag(index, arena.copy(key), arena.copy(value));
    return {};
  });
}

corpus_status corpus_batch_replace(corpus_batch* batch, size_t index, size_t turn, const char* text, size_t size,
                                   corpus_error* error) {
  return capi::call(error, [&]() -> Result<void> {
    CORPUS_NEED(text);
    CORPUS_TRY(Record * record, to_change(batch, index));
    CORPUS_TRY(const Turn* found, turn_at(*record, turn));
    if (found->raw.size() == 0 && !found->text.empty()) {
      return Error{Code::kUnsupported, "turn " + std::to_string(turn) + ": its text is no JSON string of its own"};
    }
    if (!json::valid_utf8({text, size})) return Error{Code::kInvalidArgument, "text is not UTF-8"};
    std::string_view quoted = json::quoted(batch->changing->arena, {text, size});
    batch->changing->edit(index, found->raw, quoted.substr(1, quoted.size() - 2));  // raw lies inside the quotes
    return {};
  });
}

}  // extern "C"
