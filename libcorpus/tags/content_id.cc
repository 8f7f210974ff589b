// tags.content_id: the hash of what a record says, as "id": 32 hexadecimal digits.
//
// Equal for equal conversations whatever their field names, file or position (text/content_key.h).
// Records without text in scope get none.
#include <cstdint>
#include <string>

#include "base/hash.h"
#include "corpus/component.h"
#include "text/content_key.h"

namespace corpus {
namespace {

struct Scratch : State {
  std::string text;
};

class ContentIdTag final : public Map {
 public:
  explicit ContentIdTag(Scope scope) : scope_(scope) {}
  std::uint32_t fields() const override { return Fields::kTurns; }
  std::unique_ptr<State> scratch() const override { return std::make_unique<Scratch>(); }

  Result<void> run(Batch& batch, State* state) const override {
    auto& scratch = static_cast<Scratch*>(state)->text;
    for (std::size_t i = 0; i < batch.records.size(); ++i) {
      const Record& record = batch.records[i];
      if (record.drop) continue;
      Key128 key = text::content_key(record.turns, scope_, scratch);
      if (key == Key128{}) continue;
      char* quoted = batch.arena.allocate(34);
      quoted[0] = quoted[33] = '"';
      hex(key, quoted + 1);
      batch.tag(i, "id", {quoted, 34});
    }
    return {};
  }

 private:
  Scope scope_;
};

}  // namespace

Result<Stages> make_tags_content_id(const Value& value, BuildContext&) {
  CORPUS_TRY(Scope scope, parse_scope(value.get("scope", "text")));
  return stages(std::make_unique<ContentIdTag>(scope));
}

}  // namespace corpus
