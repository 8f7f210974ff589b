// dedup.semantic: near duplicates by the direction of vectors that some model made of the texts.
//
// A Fold (behind a Scan that counts records, when the vectors are in a file). All vectors are
// gathered and gone through from the best record to the worst (dedup/keep_rule.h); one that has a
// cosine of at least the threshold with one that stays is dropped.
//   clusters    compared are those of the same cluster of k-means on the sphere only, as in SemDeDup
//               (Abbas et al. 2023): exact within a cluster, quadratic in its size
//   neighbours  the nearest of those that stay, found in an HNSW graph (Malkov and Yashunin 2016;
//               hnswlib): a few pairs are missed, no pair is made up
// Everything is done in one order, so the result does not depend on threads. Memory: 4 bytes a
// dimension and 24 a record, with neighbours the same again and 150 bytes a record: it does not
// spill.
// Its hand-written vector code reads ahead past the end of a list of links.
#define NO_MANUAL_VECTORIZATION
#include <hnswlib/hnswlib.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "corpus/component.h"
#include "dedup/evidence.h"
#include "dedup/external_sort.h"
#include "dedup/keep_rule.h"
#include "dedup/npy_file.h"
#include "dedup/position_list.h"
#include "dedup/sphere_clusters.h"
#include "dedup/vector_store.h"
#include "json/cursor.h"
#include "json/index.h"
#include "json/pointer.h"

namespace corpus {
namespace {

constexpr std::string_view kId = "dedup.semantic";
constexpr std::size_t kRetain = std::size_t{4} << 20;

struct SemanticOptions {
  std::optional<json::Pointer> field;
  std::shared_ptr<const NpyFile> file;
  std::size_t column = 0;  // numbers of records, with `file`
  double threshold = 0.95;
  bool neighbours = false;
  std::size_t clusters = 0;
  KeepRule keep;
};

// Numbers the records as they are read.
class CountRecords final : public Scan {
 public:
  explicit CountRecords(std::size_t column) : column_(column) {}
  Result<void> run(Batch& batch) override {
    auto& numbers = batch.columns[column_];
    numbers.resize(batch.records.size());
    for (Key128& number : numbers) number = {.lo = next_++, .hi = 0};
    return {};
  }
  void restart() override { next_ = 0; }
  Result<void> save(const StateSink& sink) override {
    return sink({reinterpret_cast<const char*>(&next_), sizeof next_});
  }
  Result<void> load(std::string_view bytes) override {
    if (bytes.size() % sizeof next_ != 0) {
      return Error{Code::kCorrupt,
                   std::string(kId) + ": a saved count is cut off; start again without --resume"};
    }
    if (!bytes.empty()) {
      std::memcpy(&next_, bytes.data() + bytes.size() - sizeof next_, sizeof next_);
    }
    return {};
  }

 private:
  std::size_t column_;
  std::uint64_t next_ = 0;
};

class FindSimilarVectors final : public Fold {
 public:
  FindSimilarVectors(SemanticOptions options, MemoryBudget* memory, std::string spill_path)
      : options_(std::move(options)),
        memory_(memory),
        spill_path_(std::move(spill_path)),
        vectors_(std::make_unique<VectorStore>(memory, kId, path(".vectors"))) {}

  std::uint32_t fields() const override { return Fields::kTurns; }
  std::unique_ptr<State> partial() const override { return std::make_unique<Partial>(); }

  Result<void> observe(const Batch& batch, State& state) const override {
    auto& partial = static_cast<Partial&>(state);
    for (std::size_t i = 0; i < batch.records.size(); ++i) {
      const Record& record = batch.records[i];
      if (record.drop) continue;
      if (options_.field) {
        if (!read_field(record, partial)) continue;
      } else {
        std::uint64_t row = batch.columns[options_.column][i].lo;
        if (row >= options_.file->rows()) {
          return Error{Code::kInvalidArgument,
                       std::string(kId) + ": vectors has " +
                           std::to_string(options_.file->rows()) +
                           " rows, but there are more records; one row is needed for each"};
        }
        CORPUS_CHECK(options_.file->read(row, partial.vector));
      }
      std::uint64_t bytes = 0;
      for (const Turn& turn : record.turns) bytes += turn.text.size();
      std::uint64_t rank = options_.keep.rank(record, bytes, partial.keep);
      CORPUS_CHECK(vectors_->add(record.pos, rank, partial.vector));
    }
    return {};
  }
  Result<void> merge(std::unique_ptr<State>) override { return {}; }

  Result<std::unique_ptr<Map>> finish() override {
    vectors_->sort();
    compared_ = vectors_->size();
    ExternalSort<Drop> drops(memory_, kId, path(".drops"));
    CORPUS_CHECK(options_.neighbours ? by_neighbours(drops) : by_clusters(drops));
    dropped_ = drops.size();
    vectors_ = std::make_unique<VectorStore>(memory_, kId, path(".vectors"));
    CORPUS_TRY(auto list, PositionList<Drop>::make(drops, memory_, kId, path(".list")));
    return drop_duplicates(std::move(list), Reason::intern("dedup.semantic.near_duplicate"),
                           "semantic");
  }

  Result<void> save(const StateSink& sink) override { return vectors_->save(sink); }
  Result<void> load(std::string_view bytes) override { return vectors_->load(bytes); }
  std::string report() const override {
    return "{\"compared\":" + std::to_string(compared_) +
           ",\"near_duplicates\":" + std::to_string(dropped_) + "}";
  }

 private:
  struct Partial : State {
    std::vector<float> vector;
    KeepRule::Scratch keep;
    json::Index index;
    std::string text;
  };

  std::string path(const char* ending) const {
    return spill_path_.empty() ? spill_path_ : spill_path_ + ending;
  }

  // False when there is no array of numbers.
  bool read_field(const Record& record, Partial& partial) const {
    partial.text.assign(record.json);
    std::size_t size = partial.text.size();
    partial.text.resize(size + 64);  // the index reads over the end
    partial.vector.clear();
    bool good = partial.index.build(partial.text.data(), size) == json::Fault::kNone;
    if (good) {
      json::Cursor at(partial.text.data(), partial.index.tokens(),
                      static_cast<std::uint32_t>(size));
      good = options_.field->find(at) && at.next_if('[');
      while (good && !at.done() && at.peek() != ']') {
        const char* begin = at.base() + at.position();
        const char* end = at.base() + at.end_of(at.token() + 1);
        float value = 0;
        auto [stop, error] = std::from_chars(begin, end, value);
        good = error == std::errc() && stop == end;
        partial.vector.push_back(value);
        at.next();
        at.next_if(',');
      }
    }
    partial.index.release_above(kRetain);
    if (partial.text.capacity() > kRetain) partial.text = {};
    return good && !partial.vector.empty();
  }

  Result<void> drop(ExternalSort<Drop>& drops, std::size_t i, std::size_t of, float cosine) const {
    return drops.add({.pos = vectors_->pos(i),
                      .of = vectors_->pos(of),
                      .estimate = thousandths(static_cast<double>(cosine))});
  }

  Result<void> by_clusters(ExternalSort<Drop>& drops) const {
    std::size_t n = vectors_->size();
    auto k = static_cast<std::size_t>(std::sqrt(static_cast<double>(n)));
    if (options_.clusters != 0) k = options_.clusters;
    auto of = sphere_clusters(*vectors_, std::max<std::size_t>(k, 1));
    std::vector<std::vector<std::uint32_t>> staying(std::max<std::size_t>(k, 1));
    for (std::uint32_t i = 0; i < n; ++i) {
      std::size_t best = n;
      float most = static_cast<float>(options_.threshold);
      for (std::uint32_t other : staying[of[i]]) {
        float cosine = dot(vectors_->vector(i), vectors_->vector(other), vectors_->dimensions());
        if (cosine < most || (best != n && cosine == most)) continue;
        most = cosine;
        best = other;
      }
      if (best == n) {
        staying[of[i]].push_back(i);
      } else {
        CORPUS_CHECK(drop(drops, i, best, most));
      }
    }
    return {};
  }

  Result<void> by_neighbours(ExternalSort<Drop>& drops) const {
    constexpr std::size_t kLinks = 16, kConstruction = 200, kSearch = 64, kSeed = 100;
    std::size_t n = vectors_->size(), d = vectors_->dimensions();
    if (n == 0) return {};
    std::uint64_t bytes = n * (d * sizeof(float) + 3 * kLinks * sizeof(std::uint32_t));
    CORPUS_CHECK(memory_->reserve(bytes, kId));
    {
      hnswlib::InnerProductSpace space(d);
      hnswlib::HierarchicalNSW<float> graph(&space, n, kLinks, kConstruction, kSeed);
      graph.setEf(kSearch);
      for (std::size_t i = 0; i < n; ++i) {
        const float* vector = vectors_->vector(i);
        if (i > 0) {
          auto nearest = graph.searchKnn(vector, 1);
          std::size_t other = nearest.top().second;
          float cosine = dot(vector, vectors_->vector(other), d);
          if (static_cast<double>(cosine) >= options_.threshold) {
            CORPUS_CHECK(drop(drops, i, other, cosine));
            continue;
          }
        }
        graph.addPoint(vector, i);
      }
    }
    memory_->release(bytes);
    return {};
  }

  SemanticOptions options_;
  MemoryBudget* memory_;
  std::string spill_path_;
  std::unique_ptr<VectorStore> vectors_;  // thread safe to add to
  std::uint64_t compared_ = 0, dropped_ = 0;
};

}  // namespace

Result<Stages> make_dedup_semantic(const Value& value, BuildContext& context) {
  SemanticOptions options;
  std::string field = value.get("field", ""), file = value.get("vectors", "");
  if (field.empty() == file.empty()) {
    return Error{Code::kInvalidArgument,
                 "say where the vectors are: field: /a/json/pointer, or vectors: a .npy file"};
  }
  CORPUS_TRY(options.keep, KeepRule::parse(value.get("keep", "first")));
  options.threshold = value.get("threshold", 0.95);
  options.neighbours = value.get("method", "clusters") == "neighbours";
  options.clusters = static_cast<std::size_t>(value.get("clusters", 0));
  std::string path = context.new_spill_path();
  if (!field.empty()) {
    auto pointer = json::Pointer::parse(field);
    if (!pointer) return std::move(pointer).error().context("field");
    options.field = *std::move(pointer);
    return stages(std::make_unique<FindSimilarVectors>(std::move(options), context.memory, path));
  }
  CORPUS_TRY(NpyFile npy, NpyFile::open(file));
  options.file = std::make_shared<const NpyFile>(std::move(npy));
  options.column = context.new_column();
  std::size_t column = options.column;
  return stages(std::make_unique<CountRecords>(column),
                std::make_unique<FindSimilarVectors>(std::move(options), context.memory, path));
}

}  // namespace corpus
