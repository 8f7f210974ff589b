#include "corpus/record_keys.h"

#include <string>
#include <utility>

#include "dedup/minhash_options.h"
#include "text/content_key.h"

namespace corpus {
namespace {

class ExactKeys final : public RecordKeys {
 public:
  explicit ExactKeys(Scope scope) : scope_(scope) {}
  std::size_t words() const override { return 2; }
  void append(const Batch& batch, std::vector<std::uint64_t>& rows) const override {
    std::string scratch;
    for (const Record& record : batch.records) {
      if (record.drop) continue;
      Key128 key = text::content_key(record.turns, scope_, scratch);
      if (key == Key128()) continue;
      rows.insert(rows.end(), {record.pos.offset(), key.lo, key.hi});
    }
  }

 private:
  Scope scope_;
};

class MinhashKeys final : public RecordKeys {
 public:
  explicit MinhashKeys(MinhashOptions options) : options_(std::move(options)) {}
  std::size_t words() const override { return options_.signatures->bands(); }
  void append(const Batch& batch, std::vector<std::uint64_t>& rows) const override {
    auto signer = options_.signatures->make();
    for (const Record& record : batch.records) {
      if (record.drop || !signer->read(record.turns, options_.scope)) continue;
      std::size_t at = rows.size();
      rows.resize(at + 1 + words());
      rows[at] = record.pos.offset();
      signer->band_keys(rows.data() + at + 1);
    }
  }

 private:
  MinhashOptions options_;
};

Error not_by_keys(const StageSpec& stage, const std::string& what) {
  return {Code::kUnsupported, stage.id + ": " + what +
                                  " needs more than the keys of each record, so it is for a run on one "
                                  "machine; leave it out"};
}

}  // namespace

Result<std::unique_ptr<const RecordKeys>> make_record_keys(const StageSpec& stage) {
  bool exact = stage.id == "dedup.exact";
  if (!exact && stage.id != "dedup.minhash") {
    return Error{Code::kUnsupported,
                 stage.id + ": has no keys to compare; only dedup.exact and dedup.minhash have"};
  }
  Recipe recipe;
  recipe.stages.push_back(stage);
  CORPUS_CHECK(check_recipe(recipe, "keys"));
  std::string scope = stage.options.get("scope", "text");
  if (scope == "turn") return not_by_keys(stage, "scope: turn");
  if (!stage.options.get("index", "").empty()) return not_by_keys(stage, "index");
  if (std::string keep = stage.options.get("keep", "first"); keep != "first") {
    return not_by_keys(stage, "keep: " + keep);
  }
  if (exact) {
    CORPUS_TRY(Scope parsed, parse_scope(scope));
    return std::unique_ptr<const RecordKeys>(std::make_unique<ExactKeys>(parsed));
  }
  CORPUS_TRY(MinhashOptions options, MinhashOptions::parse(stage.options));
  if (options.verify) return not_by_keys(stage, "verify: jaccard");
  return std::unique_ptr<const RecordKeys>(std::make_unique<MinhashKeys>(std::move(options)));
}

}  // namespace corpus
