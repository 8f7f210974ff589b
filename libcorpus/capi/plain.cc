// Calls on buffers and folders that need no stream.
#include <memory>

#include "capi/handles.h"
#include "corpus/policy.h"
#include "corpus/shard.h"
#include "corpus/verify.h"

using namespace corpus;

struct corpus_reader {
  CorpusReader reader;
};

namespace {

Value text(std::string_view s) { return Value(std::string(s)); }

Value view_of(const Record& record) {
  Value::Array turns;
  for (const auto& turn : record.turns) {
    turns.push_back(Value::Object{{"role", text(name(turn.role))},
                                  {"text", text(turn.text)},
                                  {"parent", turn.parent},
                                  {"rank", int{turn.rank}}});
  }
  return Value::Object{{"shape", text(name(record.shape))},
                       {"id", text(record.id)},
                       {"teacher", text(record.teacher)},
                       {"turns", std::move(turns)}};
}

Result<policy::Query> query_of(const Value& value) {
  policy::Query query;
  static constexpr std::string_view kKnown[] = {"intent",  "teachers",     "licences",   "student", "student_base",
                                                "distribution", "commercial", "accept", "date"};
  const auto* object = value.if_object();
  if (object == nullptr) return Error{Code::kInvalidArgument, "query: not an object"};
  for (const auto& [key, unused] : *object) {
    bool known = std::find(std::begin(kKnown), std::end(kKnown), key) != std::end(kKnown);
    if (!known) return Error{Code::kInvalidArgument, "query: unknown key '" + key + "'"};
  }
  CORPUS_TRY(query.action, policy::parse_action(value.get("intent", "train")));
  query.student = value.get("student", "");
  query.student_base = value.get("student_base", "");
  if (value.find("distribution") != nullptr) {
    CORPUS_TRY(query.distribution, policy::parse_distribution(value.get("distribution", "")));
  }
  query.commercial = value.get("commercial", true);
  query.accept = value.strings("accept");
  if (value.find("date") != nullptr) {
    CORPUS_TRY(query.date, policy::parse_date(value.get("date", "")));
  }
  return query;
}

}  // namespace

extern "C" {

corpus_status corpus_adapt(const char* json, size_t size, const char* options, size_t options_size, char** out,
                           size_t* out_size, corpus_error* error) {
  return capi::call(error, [&]() -> Result<void> {
    CORPUS_NEED(json);
    Recipe recipe;
    if (options != nullptr && options_size != 0) {
      CORPUS_TRY(recipe.input, parse_yaml({options, options_size}, "options"));
      CORPUS_CHECK(check_recipe(recipe, "options"));
    }
    std::string_view line(json, size);
    while (line.ends_with('\n') || line.ends_with('\r')) line.remove_suffix(1);
    Batch batch;
    batch.bytes.append(line);
    batch.raw = {{.begin = 0, .size = static_cast<std::uint32_t>(line.size())}};
    batch.raw_listed = true;
    CORPUS_CHECK(parse_text(recipe.input, Fields::kTurns | Fields::kId | Fields::kTeacher, batch));
    if (batch.records.size() != 1 || batch.records[0].drop) {
      std::string why = batch.records.empty() ? "nothing there" : std::string(batch.records[0].drop.name());
      return Error{Code::kCorrupt, "no record: " + why};
    }
    return capi::give(view_of(batch.records[0]).to_json(), out, out_size);
  });
}

corpus_status corpus_verify(const char* dir, int32_t threads, char** report, size_t* size, corpus_error* error) {
  return capi::call(error, [&]() -> Result<void> {
    CORPUS_NEED(dir);
    CORPUS_TRY(VerifyReport found, verify(dir, threads > 0 ? threads : 1));
    Value value = Value::Object{{"ok", found.ok},
                                {"files", static_cast<std::int64_t>(found.files)},
                                {"records", static_cast<std::int64_t>(found.records)},
                                {"error", text(found.error)}};
    return capi::give(value.to_json(), report, size);
  });
}

corpus_status corpus_policy(const char* query, size_t size, char** decision, size_t* decision_size,
                            corpus_error* error) {
  return capi::call(error, [&]() -> Result<void> {
    CORPUS_NEED(query);
    CORPUS_TRY(Value asked, parse_yaml({query, size}, "query"));
    CORPUS_TRY(policy::Query parsed, query_of(asked));
    CORPUS_TRY(auto registry, policy::Registry::builtin());
    auto teachers = asked.strings("teachers"), licences = asked.strings("licences");
    return capi::give(policy::to_json(registry.evaluate(parsed, teachers, licences)), decision, decision_size);
  });
}

corpus_status corpus_reader_open(const char* dir, corpus_reader** out, corpus_error* error) {
  return capi::call(error, [&]() -> Result<void> {
    CORPUS_NEED(dir);
    CORPUS_NEED(out);
    CORPUS_TRY(auto reader, CorpusReader::open(dir));
    *out = new corpus_reader{std::move(reader)};
    return {};
  });
}

uint64_t corpus_reader_size(const corpus_reader* reader) { return reader != nullptr ? reader->reader.records() : 0; }

corpus_status corpus_reader_get(const corpus_reader* reader, uint64_t number, char** out, size_t* size,
                                corpus_error* error) {
  return capi::call(error, [&]() -> Result<void> {
    CORPUS_NEED(reader);
    CORPUS_TRY(std::string line, reader->reader.get(number));
    return capi::give(line, out, size);
  });
}

corpus_status corpus_reader_find(const corpus_reader* reader, const char* id, uint64_t* number, corpus_error* error) {
  return capi::call(error, [&]() -> Result<void> {
    CORPUS_NEED(reader);
    CORPUS_NEED(id);
    CORPUS_NEED(number);
    CORPUS_TRY(*number, reader->reader.find(id));
    return {};
  });
}

void corpus_reader_free(corpus_reader* reader) { delete reader; }

}  // extern "C"
