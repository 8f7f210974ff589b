// Records made by hand, for tests of single stages.
#ifndef CORPUS_TESTS_SUPPORT_BATCH_H_
#define CORPUS_TESTS_SUPPORT_BATCH_H_

#include <initializer_list>
#include <string_view>
#include <utility>

#include "corpus/batch.h"
#include "corpus/component.h"

namespace corpus::test {

// Appends a record of the given turns; everything is copied into the batch's arena.
inline Record& add(Batch& batch, std::initializer_list<std::pair<Role, std::string_view>> turns,
                   std::string_view finish_reason = {}, std::string_view teacher = {}) {
  auto* out = batch.arena.allocate_array<Turn>(turns.size());
  std::size_t n = 0;
  for (const auto& [role, text] : turns) {
    out[n] = Turn{.text = batch.arena.copy(text), .parent = static_cast<int>(n) - 1, .role = role};
    ++n;
  }
  Record record;
  record.json = batch.arena.copy("{}");
  record.turns = {out, n};
  record.finish_reason = batch.arena.copy(finish_reason);
  record.teacher = batch.arena.copy(teacher);
  record.shape = Shape::kMessages;
  record.pos = RecordPos::make(0, batch.records.size());
  return batch.records.emplace_back(record);
}

inline Record& add_chat(Batch& batch, std::string_view prompt, std::string_view answer) {
  return add(batch, {{Role::kUser, prompt}, {Role::kAssistant, answer}});
}

// Runs every stage of a component over one batch; columns are made as exec/ would.
inline Result<void> run_stages(Stages& stages, const BuildContext& context, Batch& batch) {
  batch.columns.resize(context.columns);
  for (auto& stage : stages) {
    if (auto* map = std::get_if<std::unique_ptr<Map>>(&stage)) {
      auto state = (*map)->scratch();
      CORPUS_CHECK((*map)->run(batch, state.get()));
    } else if (auto* scan = std::get_if<std::unique_ptr<Scan>>(&stage)) {
      CORPUS_CHECK((*scan)->run(batch));
    }
  }
  return {};
}

}  // namespace corpus::test

#endif  // CORPUS_TESTS_SUPPORT_BATCH_H_
