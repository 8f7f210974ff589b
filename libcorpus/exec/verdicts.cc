#include "exec/verdicts.h"

#include <limits>

namespace corpus::exec {

void Verdicts::append(const Batch& batch) {
  if (!whole_) return;
  for (const Record& record : batch.records) {
    if (!runs_.empty() && runs_.back().reason == record.drop &&
        runs_.back().count < std::numeric_limits<std::uint32_t>::max()) {
      ++runs_.back().count;
    } else {
      runs_.push_back({1, record.drop});
    }
  }
  if (runs_.size() * sizeof(Run) > limit_) spoil();
}

class Replay final : public Scan {
 public:
  explicit Replay(const Verdicts& verdicts) : verdicts_(verdicts) {}
  bool drops_only() const override { return true; }
  Result<void> run(Batch& batch) override {
    for (Record& record : batch.records) {
      const auto& run = verdicts_.runs_[at_];
      record.drop = run.reason;
      if (++used_ == run.count) {
        ++at_;
        used_ = 0;
      }
    }
    return {};
  }

 private:
  const Verdicts& verdicts_;
  std::size_t at_ = 0;
  std::uint32_t used_ = 0;
};

std::unique_ptr<Scan> Verdicts::replay() const { return std::make_unique<Replay>(*this); }

}  // namespace corpus::exec
