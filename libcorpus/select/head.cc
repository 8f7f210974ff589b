// select.head: keeps the first n records that come this far, then asks for no more input. Records
// of the last batch behind them are dropped; what is never read is not counted anywhere.
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>

#include "corpus/component.h"

namespace corpus {
namespace {

class Head final : public Scan {
 public:
  explicit Head(std::uint64_t n) : n_(n) {}

  Result<void> run(Batch& batch) override {
    for (Record& record : batch.records) {
      if (record.drop) continue;
      if (seen_ == n_) {
        record.drop = beyond_;
      } else {
        ++seen_;
      }
    }
    if (seen_ == n_) batch.last = true;
    return {};
  }
  void restart() override { seen_ = 0; }

  // Records seen since the last save, 8 bytes little-endian; the sum of all is where we are.
  Result<void> save(const StateSink& sink) override {
    if (seen_ == saved_) return {};
    std::uint64_t more = seen_ - saved_;
    char bytes[8];
    for (int i = 0; i < 8; ++i) bytes[i] = static_cast<char>(more >> 8 * i);
    saved_ = seen_;
    return sink({bytes, sizeof bytes});
  }
  Result<void> load(std::string_view bytes) override {
    if (bytes.size() % 8 != 0) {
      return Error{Code::kCorrupt,
                   "select.head: saved count is cut off; start again without --resume"};
    }
    for (std::size_t i = 0; i < bytes.size(); ++i) {
      seen_ += std::uint64_t{static_cast<unsigned char>(bytes[i])} << 8 * (i % 8);
    }
    saved_ = seen_;
    return {};
  }

 private:
  std::uint64_t n_;
  std::uint64_t seen_ = 0;
  std::uint64_t saved_ = 0;
  Reason beyond_ = Reason::intern("select.head.beyond");
};

}  // namespace

Result<Stages> make_select_head(const Value& options, BuildContext&) {
  return stages(std::make_unique<Head>(static_cast<std::uint64_t>(options.get("n", 0))));
}

}  // namespace corpus
