// The parse stage on any bytes: records cover the lines, turns form a tree, spans lie inside their
// record, and the verdict on a line does not depend on its neighbours or on what is read.
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>

#include "corpus/batch.h"
#include "corpus/component.h"
#include "json/escape.h"

namespace corpus {
Result<std::unique_ptr<Map>> make_parse(const Value& input, std::uint32_t fields);
}  // namespace corpus

namespace {

using corpus::Batch;
using corpus::Fields;
using corpus::Record;
using corpus::Value;

void require(bool condition) {
  if (!condition) std::abort();
}

void run(const corpus::Map& map, Batch& batch, std::string_view text) {
  batch.reset();
  batch.bytes.append(text);
  auto state = map.scratch();
  require(map.run(batch, state.get()).has_value());
}

void check(const Record& record) {
  std::int32_t n = 0;
  for (const auto& turn : record.turns) {
    require(turn.parent >= -1 && turn.parent < n++);
    require(turn.raw.begin <= turn.raw.end && turn.raw.end <= record.json.size());
    require(corpus::json::valid_utf8(turn.text));
    require(turn.text.size() <= record.json.size());
  }
  require(record.corpus_tag.end <= record.json.size());
  require(!record.drop || record.turns.empty());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr auto kAll = Fields::kTurns | Fields::kId | Fields::kTeacher | Fields::kFinish;
  static const auto full = std::move(corpus::make_parse(Value(Value::Object{}), kAll)).value();
  static const auto bare = std::move(corpus::make_parse(Value(Value::Object{}), 0)).value();
  static const auto mapped = [] {
    Value map(Value::Object{{"prompt", Value(Value::Array{"/a/0", "/prompt"})},
                            {"chosen", "/b"},
                            {"rejected", "/c"},
                            {"id", "/id"}});
    return std::move(corpus::make_parse(Value(Value::Object{{"map", map}}), kAll)).value();
  }();

  std::string_view text(reinterpret_cast<const char*>(data), size);
  Batch batch, other;
  run(*full, batch, text);
  for (const auto& record : batch.records) check(record);

  run(*bare, other, text);
  require(other.records.size() == batch.records.size());
  for (std::size_t i = 0; i < batch.records.size(); ++i) {
    require(other.records[i].drop == batch.records[i].drop);
    require(other.records[i].shape == batch.records[i].shape);
  }

  Batch alone;
  for (const auto& record : batch.records) {
    run(*full, alone, record.json);
    require(alone.records.size() == 1);
    require(alone.records[0].drop == record.drop && alone.records[0].shape == record.shape);
    require(alone.records[0].turns.size() == record.turns.size());
  }

  run(*mapped, other, text);
  for (const auto& record : other.records) check(record);
  return 0;
}
