// tags.source: where a record came from, as {"file":N,"at":offset,"shape":...,"teacher":...}.
//
// `file` is the number of the input in the manifest, `at` the byte offset of the record in its
// decompressed stream. Shape and teacher are left out where they are not known.
#include <algorithm>
#include <charconv>
#include <cstdint>

#include "corpus/component.h"
#include "json/escape.h"

namespace corpus {
namespace {

class SourceTag final : public Map {
 public:
  std::uint32_t fields() const override { return Fields::kTeacher; }

  Result<void> run(Batch& batch, State*) const override {
    for (std::size_t i = 0; i < batch.records.size(); ++i) {
      const Record& record = batch.records[i];
      if (record.drop) continue;
      std::string_view teacher;
      if (!record.teacher.empty()) teacher = json::quoted(batch.arena, record.teacher);
      batch.tag(i, "source", write(batch.arena, record, teacher));
    }
    return {};
  }

 private:
  static std::string_view write(Arena& arena, const Record& record, std::string_view teacher) {
    constexpr std::size_t kFixed = 128;  // names, two numbers, a shape
    char* const begin = arena.reserve(kFixed + teacher.size());
    char* to = begin;
    auto text = [&](std::string_view s) { to = std::copy(s.begin(), s.end(), to); };
    auto number = [&](std::uint64_t n) { to = std::to_chars(to, to + 20, n).ptr; };
    text("{\"file\":");
    number(record.pos.input());
    text(",\"at\":");
    number(record.pos.offset());
    if (record.shape != Shape::kUnknown) {
      text(",\"shape\":\"");
      text(name(record.shape));
      text("\"");
    }
    if (!teacher.empty()) {
      text(",\"teacher\":");
      text(teacher);
    }
    text("}");
    auto size = static_cast<std::size_t>(to - begin);
    arena.commit(size);
    return {begin, size};
  }
};

}  // namespace

Result<Stages> make_tags_source(const Value&, BuildContext&) {
  return stages(std::make_unique<SourceTag>());
}

}  // namespace corpus
