#include "dedup/evidence.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <utility>

#include "json/escape.h"

namespace corpus {
namespace {

class DropDuplicates final : public Map {
 public:
  DropDuplicates(std::unique_ptr<PositionList<Drop>> list, Reason reason, std::string_view method,
                 const std::vector<std::string>& index_inputs)
      : list_(std::move(list)), reason_(reason), method_(method) {
    for (const auto& name : index_inputs) json::append_quoted(names_.emplace_back(), name);
  }

  std::unique_ptr<State> scratch() const override { return std::make_unique<Scratch>(); }

  Result<void> run(Batch& batch, State* state) const override {
    return list_->each(batch, static_cast<Scratch*>(state)->cursor,
                       [&](std::size_t i, const Drop& drop) {
                         Record& record = batch.records[i];
                         if (record.drop) return;
                         record.drop = reason_;
                         std::string_view name;
                         if (drop.in_index != 0) name = names_[drop.of.input()];
                         tag_duplicate(batch, i, drop, method_, name);
                       });
  }

 private:
  struct Scratch : State {
    PositionList<Drop>::Cursor cursor;
  };
  std::unique_ptr<PositionList<Drop>> list_;
  Reason reason_;
  std::string_view method_;
  std::vector<std::string> names_;  // as JSON
};

}  // namespace

std::uint16_t thousandths(double share) {
  return static_cast<std::uint16_t>(std::lround(1000 * std::clamp(share, 0.0, 1.0)));
}

void tag_duplicate(Batch& batch, std::size_t i, const Drop& drop, std::string_view method,
                   std::string_view index_input) {
  constexpr std::size_t kFixed = 128;  // names and four numbers
  char* const begin = batch.arena.reserve(kFixed + method.size() + index_input.size());
  char* to = begin;
  auto text = [&](std::string_view s) { to = std::copy(s.begin(), s.end(), to); };
  auto number = [&](std::uint64_t n) { to = std::to_chars(to, to + 20, n).ptr; };
  auto share = [&](std::string_view name, std::uint16_t value) {
    if (value == Drop::kUnknown) return;
    text(name);
    number(value / 1000U);
    *to++ = '.';
    for (unsigned unit = 100; unit != 0; unit /= 10) {
      *to++ = static_cast<char>('0' + value / unit % 10);
    }
  };
  text(drop.in_index != 0 ? "{\"of\":\"index:" : "{\"of\":\"");
  number(drop.of.input());
  *to++ = ':';
  number(drop.of.offset());
  *to++ = '"';
  if (drop.in_index != 0) {
    text(",\"input\":");
    text(index_input);
  }
  text(",\"method\":\"");
  text(method);
  *to++ = '"';
  share(",\"estimate\":", drop.estimate);
  share(",\"jaccard\":", drop.jaccard);
  *to++ = '}';
  auto size = static_cast<std::size_t>(to - begin);
  batch.arena.commit(size);
  batch.tag(i, "dedup", {begin, size});
}

std::unique_ptr<Map> drop_duplicates(std::unique_ptr<PositionList<Drop>> list, Reason reason,
                                     std::string_view method,
                                     const std::vector<std::string>& index_inputs) {
  return std::make_unique<DropDuplicates>(std::move(list), reason, method, index_inputs);
}

}  // namespace corpus
