// Runs the parse stage over text, and prints turns so that a test can say what it expects in one
// line.
#ifndef CORPUS_TESTS_ADAPTERS_PARSE_SUPPORT_H_
#define CORPUS_TESTS_ADAPTERS_PARSE_SUPPORT_H_

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>

#include "corpus/batch.h"
#include "corpus/component.h"
#include "corpus/value.h"

namespace corpus {
Result<std::unique_ptr<Map>> make_parse(const Value& input, std::uint32_t fields);
}  // namespace corpus

namespace corpus::test {

inline constexpr std::uint32_t kAllFields =
    Fields::kTurns | Fields::kId | Fields::kTeacher | Fields::kFinish;

inline Value options(std::initializer_list<std::pair<std::string, Value>> members = {}) {
  return Value(Value::Object(members.begin(), members.end()));
}

inline Result<void> parse_into(Batch& batch, std::string_view text, const Value& input = options(),
                               std::uint32_t fields = kAllFields) {
  batch.reset();
  batch.bytes.append(text);
  CORPUS_TRY(std::unique_ptr<Map> map, make_parse(input, fields));
  auto state = map->scratch();
  return map->run(batch, state.get());
}

// "0:user<-1 'hi'; 1:assistant<0#1 'x'": number, role, parent, rank when it is not 0, text.
inline std::string print(const Record& record) {
  std::string out;
  int n = 0;
  for (const Turn& turn : record.turns) {
    if (!out.empty()) out += "; ";
    out += std::to_string(n++) + ":" + std::string(name(turn.role)) + "<" +
           std::to_string(turn.parent);
    if (turn.rank != 0) out += "#" + std::to_string(turn.rank);
    out += " '" + std::string(turn.text) + "'";
  }
  return out;
}

// Each turn's raw range has to hold the JSON string of its text.
inline void expect_raw_spans(const Record& record) {
  for (const Turn& turn : record.turns) {
    if (turn.raw.size() == 0) continue;
    ASSERT_LT(turn.raw.end, record.json.size());
    EXPECT_EQ(record.json[turn.raw.begin - 1], '"');
    EXPECT_EQ(record.json[turn.raw.end], '"');
  }
}

}  // namespace corpus::test

#endif  // CORPUS_TESTS_ADAPTERS_PARSE_SUPPORT_H_
