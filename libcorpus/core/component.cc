#include "corpus/component.h"

#include <string>

namespace corpus {
namespace {

class KeepIf final : public Map {
 public:
  KeepIf(std::uint32_t fields, Predicate predicate)
      : fields_(fields), predicate_(std::move(predicate)) {}
  std::uint32_t fields() const override { return fields_; }
  bool drops_only() const override { return true; }
  Result<void> run(Batch& batch, State*) const override {
    for (auto& record : batch.records) {
      if (!record.drop) record.drop = predicate_(record);
    }
    return {};
  }

 private:
  std::uint32_t fields_;
  Predicate predicate_;
};

}  // namespace

std::unique_ptr<Map> keep_if(std::uint32_t fields, Predicate predicate) {
  return std::make_unique<KeepIf>(fields, std::move(predicate));
}

Result<Scope> parse_scope(std::string_view name) {
  if (name == "text") return Scope::kText;
  if (name == "prompt") return Scope::kPrompt;
  if (name == "response") return Scope::kResponse;
  return Error{Code::kInvalidArgument,
               "scope '" + std::string(name) + "': use text, prompt or response"};
}

Result<void> MemoryBudget::reserve(std::uint64_t bytes, std::string_view who) {
  std::uint64_t now = used_.fetch_add(bytes) + bytes;
  if (limit_ == 0 || now <= limit_) return {};
  used_ -= bytes;
  auto mib = [](std::uint64_t n) { return std::to_string(n >> 20) + " MiB"; };
  return Error{Code::kLimit, std::string(who) + " needs " + mib(now) + " of the " + mib(limit_) +
                                 " that --memory leaves to stages; raise --memory or split the input"};
}

}  // namespace corpus
