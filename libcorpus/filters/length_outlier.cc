// filters.length_outlier: answers much longer or shorter than others to prompts of their family.
//
// The first pass counts lengths, the second judges: z is the distance of the log length from the
// family's median, over 1.4826 times the median of such distances. A family is what a field of the
// record says, or the first words of the prompt (case, digits and punctuation do not count).
// Answers of small families are compared with those of all. The result depends on the records
// alone.
#include <cmath>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/hash.h"
#include "corpus/component.h"
#include "filters/asked.h"
#include "filters/length_families.h"
#include "filters/rule_map.h"
#include "json/field.h"
#include "simd/utf8_count.h"
#include "text/utf8.h"

namespace corpus {
namespace {

struct Options {
  std::optional<json::Field> field;
  std::size_t words = 3;
  std::size_t min_family = 30;
  std::size_t most_families = 4096;
  double z = 4;
  bool tag = true;
};

struct Scratch : State {
  json::Field::Scratch field;
  std::string joined, key;
  Signals signals;
};

std::uint64_t family_of_prompt(std::string_view prompt, std::size_t words, std::string& key) {
  key.clear();
  bool inside = false;
  for (char c : prompt) {
    bool digit = c >= '0' && c <= '9';
    bool letter = (c | 32) >= 'a' && (c | 32) <= 'z';
    if (letter || digit || static_cast<unsigned char>(c) >= 0x80) {
      if (!inside && !key.empty()) key += ' ';
      inside = true;
      key += digit ? '0' : letter ? static_cast<char>(c | 32) : c;
    } else if (inside) {
      inside = false;
      if (--words == 0) break;
    }
  }
  return hash64(key);
}

// f(family, bucket) for each answer of a record.
template <typename F>
Result<void> for_each_answer(const Record& record, const Options& options, Scratch& s, F&& f) {
  std::optional<std::uint64_t> family;
  if (options.field) {
    auto said = options.field->find(record.json, s.field);
    family = hash64(said.value_or(std::string_view()));
  }
  for (std::size_t i = 0; i < record.turns.size(); ++i) {
    const Turn& turn = record.turns[i];
    if (turn.role != Role::kAssistant || turn.rank != 0) continue;
    std::uint64_t key =
        family ? *family : family_of_prompt(asked(record, i, s.joined), options.words, s.key);
    CORPUS_CHECK(f(key, LengthHistogram::bucket(simd::count_code_points(text::trim(turn.text)))));
  }
  return {};
}

class JudgeLength final : public Map {
 public:
  JudgeLength(Options options, UsualLength all,
              std::unordered_map<std::uint64_t, UsualLength> families)
      : options_(std::move(options)), all_(all), families_(std::move(families)) {}
  std::uint32_t fields() const override { return Fields::kTurns; }
  bool drops_only() const override { return !options_.tag; }
  std::unique_ptr<State> scratch() const override { return std::make_unique<Scratch>(); }

  Result<void> run(Batch& batch, State* state) const override {
    auto& s = static_cast<Scratch&>(*state);
    for (std::size_t i = 0; i < batch.records.size(); ++i) {
      Record& record = batch.records[i];
      if (record.drop) continue;
      double worst = 0;
      bool any = false;
      CORPUS_CHECK(for_each_answer(record, options_, s,
                                   [&](std::uint64_t family, std::size_t bucket) -> Result<void> {
                                     auto found = families_.find(family);
                                     double z = (found == families_.end() ? all_ : found->second)
                                                    .z(LengthHistogram::log_length(bucket));
                                     if (!any || std::abs(z) > std::abs(worst)) worst = z;
                                     any = true;
                                     return {};
                                   }));
      Reason reason = worst > options_.z ? long_ : worst < -options_.z ? short_ : Reason();
      if (!options_.tag) {
        record.drop = reason;
      } else if (any) {
        s.signals.clear();
        s.signals.add("z", worst);
        std::string_view name = reason.name();
        batch.tag(i, "length", s.signals.write(batch.arena, name.substr(name.rfind('.') + 1)));
      }
    }
    return {};
  }

 private:
  Options options_;
  UsualLength all_;
  std::unordered_map<std::uint64_t, UsualLength> families_;
  Reason long_ = Reason::intern("filters.length_outlier.long"),
         short_ = Reason::intern("filters.length_outlier.short");
};

class LengthOutlier final : public Fold {
 public:
  LengthOutlier(Options options, MemoryBudget* memory)
      : options_(std::move(options)),
        memory_(memory),
        all_(options_.most_families, memory),
        unsaved_(options_.most_families, memory) {}
  std::uint32_t fields() const override { return Fields::kTurns; }

  std::unique_ptr<State> partial() const override {
    return std::make_unique<Partial>(options_.most_families, memory_);
  }
  Result<void> observe(const Batch& batch, State& state) const override {
    auto& partial = static_cast<Partial&>(state);
    for (const Record& record : batch.records) {
      if (record.drop) continue;
      CORPUS_CHECK(for_each_answer(record, options_, partial.scratch,
                                   [&](std::uint64_t family, std::size_t bucket) {
                                     return partial.lengths.add(family, bucket, 1);
                                   }));
    }
    return {};
  }
  Result<void> merge(std::unique_ptr<State> state) override {
    auto& lengths = static_cast<Partial&>(*state).lengths;
    CORPUS_CHECK(all_.merge(lengths));
    return unsaved_.merge(lengths);
  }
  Result<std::unique_ptr<Map>> finish() override {
    std::unordered_map<std::uint64_t, UsualLength> usual;
    for (const auto& [family, histogram] : all_.families()) {
      UsualLength one = histogram.usual();
      if (one.answers >= options_.min_family) usual.emplace(family, one);
    }
    UsualLength all = all_.all().usual();
    Value told(Value::Object{});
    told.set("answers", static_cast<std::int64_t>(all.answers));
    told.set("families", static_cast<std::int64_t>(usual.size()));
    told.set("median", std::round(std::exp(all.median)));
    report_ = told.to_json();
    return std::unique_ptr<Map>(std::make_unique<JudgeLength>(options_, all, std::move(usual)));
  }
  std::string report() const override { return report_; }

  // Family, bucket and how often it came since the last save, 24 bytes, little-endian. A bucket
  // with its top bit set is that of all answers; kGivenUp has in place of the family what was given
  // up.
  Result<void> save(const StateSink& sink) override {
    std::string bytes;
    auto put = [&](std::uint64_t family, std::uint64_t bucket, std::uint64_t answers) {
      for (std::uint64_t x : {family, bucket, answers}) {
        for (int i = 0; i < 8; ++i) bytes += static_cast<char>(x >> 8 * i);
      }
    };
    for (std::size_t i = 0; i < LengthHistogram::kBuckets; ++i) {
      if (auto n = unsaved_.all().count(i); n > 0) put(0, i | kAll, n);
      for (const auto& [family, histogram] : unsaved_.families()) {
        if (auto n = histogram.count(i); n > 0) put(family, i, n);
      }
    }
    if (unsaved_.given_up() != 0) put(unsaved_.given_up(), kGivenUp, 0);
    unsaved_.clear();
    return bytes.empty() ? Result<void>() : sink(bytes);
  }
  Result<void> load(std::string_view bytes) override {
    const Error cut{
        Code::kCorrupt,
        "filters.length_outlier: saved lengths are damaged; start again without --resume"};
    if (bytes.size() % 24 != 0) return cut;
    for (std::size_t at = 0; at < bytes.size(); at += 24) {
      std::uint64_t x[3] = {};
      for (std::size_t i = 0; i < 24; ++i)
        x[i / 8] |= std::uint64_t{static_cast<unsigned char>(bytes[at + i])} << 8 * (i % 8);
      if (x[1] == kGivenUp) {
        all_.give_up(x[0]);
        continue;
      }
      std::uint64_t bucket = x[1] & ~kAll;
      if (bucket >= LengthHistogram::kBuckets) return cut;
      if ((x[1] & kAll) != 0) {
        all_.add_to_all(bucket, x[2]);
      } else {
        CORPUS_CHECK(all_.add_to_family(x[0], bucket, x[2]));
      }
    }
    return {};
  }

 private:
  static constexpr std::uint64_t kAll = std::uint64_t{1} << 63, kGivenUp = ~std::uint64_t{0};
  struct Partial : State {
    Partial(std::size_t most, MemoryBudget* memory) : lengths(most, memory) {}
    LengthFamilies lengths;
    Scratch scratch;
  };

  Options options_;
  MemoryBudget* memory_;
  LengthFamilies all_, unsaved_;
  std::string report_;
};

}  // namespace

Result<Stages> make_filters_length_outlier(const Value& value, BuildContext& context) {
  Options options;
  auto size = [&](const char* key, std::size_t fallback) {
    return static_cast<std::size_t>(value.get(key, static_cast<std::int64_t>(fallback)));
  };
  if (std::string pointer = value.get("family", ""); !pointer.empty()) {
    auto field = json::Field::parse(pointer);
    if (!field) return std::move(field).error().context("family");
    options.field = *std::move(field);
  }
  options.words = size("words", options.words);
  options.min_family = size("min_family", options.min_family);
  options.most_families = size("families", options.most_families);
  options.z = value.get("z", options.z);
  options.tag = value.get("action", "tag") == "tag";
  return stages(std::make_unique<LengthOutlier>(std::move(options), context.memory));
}

}  // namespace corpus
