#include "core/read_records.h"

#include <memory>
#include <vector>

#include "corpus/component.h"

namespace corpus {

Result<std::unique_ptr<Source>> make_source(const Value& input);                    // readers/
Result<std::unique_ptr<Map>> make_parse(const Value& input, std::uint32_t fields);  // adapters/

Result<void> read_records(
    const Value& input, std::uint32_t fields,
    const std::function<Result<void>(const Record&, const std::string& name)>& f) {
  CORPUS_TRY(std::unique_ptr<Source> source, make_source(input));
  CORPUS_TRY(std::unique_ptr<Map> parse, make_parse(input, fields));
  std::unique_ptr<State> state = parse->scratch();
  std::vector<std::string> names;
  for (const auto& info : source->inputs()) names.push_back(info.name);
  for (Batch batch;; batch.reset()) {
    CORPUS_TRY(bool more, source->read(batch));
    if (!more) return {};
    CORPUS_CHECK(parse->run(batch, state.get()));
    for (const Record& record : batch.records) {
      CORPUS_CHECK(f(record, names[record.pos.input()]));
    }
  }
}

}  // namespace corpus
