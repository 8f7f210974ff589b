// HashContent: the Map that puts each record's content key (text/content_key.h) into a column of the
// batch; {0, 0} for records without text in scope, or dropped.
#ifndef CORPUS_DEDUP_HASH_CONTENT_H_
#define CORPUS_DEDUP_HASH_CONTENT_H_

#include <cstddef>
#include <memory>
#include <string>

#include "corpus/component.h"
#include "text/content_key.h"

namespace corpus {

class HashContent final : public Map {
 public:
  HashContent(Scope scope, std::size_t column) : scope_(scope), column_(column) {}
  std::uint32_t fields() const override { return Fields::kTurns; }
  std::unique_ptr<State> scratch() const override { return std::make_unique<Scratch>(); }

  Result<void> run(Batch& batch, State* state) const override {
    std::string& buffer = static_cast<Scratch*>(state)->buffer;
    auto& keys = batch.columns[column_];
    keys.assign(batch.records.size(), Key128());
    for (std::size_t i = 0; i < keys.size(); ++i) {
      const Record& record = batch.records[i];
      if (!record.drop) keys[i] = text::content_key(record.turns, scope_, buffer);
    }
    return {};
  }

 private:
  struct Scratch : State {
    std::string buffer;
  };
  Scope scope_;
  std::size_t column_;
};

}  // namespace corpus

#endif  // CORPUS_DEDUP_HASH_CONTENT_H_
