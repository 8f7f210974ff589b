// dedup.substring: spans of at least N bytes (or words) that come again, exactly.
//
// A text repeats a span of at least N bytes exactly when it repeats a window of N bytes; the spans
// are the unions of such windows: what a suffix array's neighbours with N bytes in common are (Lee
// et al. 2022, "Deduplicating training data makes language models better"; tests compare with one).
// Instead of the array, which takes 5 to 9 bytes of memory a byte of text, there are three passes:
// the first marks in a table (dedup/seen_twice.h) the hash of each window, the second gathers the
// windows whose hash may have come twice, with 122 bits of hash (dedup/window_hash.h) and where they
// are, and sorts them on disk: equal ones follow each other. The third cuts, drops or tags
// (dedup/spans.h). A window never spans two turns. docs/adr/0017 has the reasons.
//
// Memory: the table, an eighth of the budget, and an eighth for each of two sorts. How large the
// table is decides how much is sorted for nothing, not the result. Disk: 32 bytes for each byte of
// text that is in a repeated window (and for a few that are not), twice when the run can be resumed.
// Time is linear in the text, whatever repeats.
#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/hash.h"
#include "corpus/component.h"
#include "dedup/durable_sort.h"
#include "dedup/seen_twice.h"
#include "dedup/spans.h"
#include "dedup/window_hash.h"
#include "io/file.h"
#include "text/words.h"

namespace corpus {
namespace {

constexpr std::string_view kId = "dedup.substring";
constexpr std::size_t kAtOnce = 1024;  // windows gathered before the lock
constexpr std::size_t kAhead = 16;     // slots of the table that are asked for ahead

struct SubstringOptions {
  Scope scope;
  std::size_t length = 100;
  bool words = false;
  bool keep_first = true;
  SpanPolicy policy;
};

// A window that may come twice.
using Window = HashedSpan;

// Calls f(hash, begin, end) for each window of a text, in order.
class Windows {
 public:
  explicit Windows(const SubstringOptions& options)
      : length_(options.length), words_(options.words), hash_(length_) {}

  template <typename F>
  void each(std::string_view text, F&& f) {
    hash_.clear();
    if (!words_) {
      if (text.size() < length_) return;
      for (std::size_t i = 0; i < text.size(); ++i) {
        if (hash_.add(static_cast<unsigned char>(text[i]))) {
          f(hash_.key(), static_cast<std::uint32_t>(i + 1 - length_),
            static_cast<std::uint32_t>(i + 1));
        }
      }
      return;
    }
    begins_.clear();
    text::for_each_word(text, edges_, [&](std::string_view word) {
      auto begin = static_cast<std::uint32_t>(word.data() - text.data());
      begins_.push_back(begin);
      if (hash_.add(hash64(word))) {
        f(hash_.key(), begins_[begins_.size() - length_],
          static_cast<std::uint32_t>(begin + word.size()));
      }
    });
  }

 private:
  std::size_t length_;
  bool words_;
  WindowHash hash_;
  std::vector<std::uint32_t> edges_, begins_;
};

std::uint64_t table_hash(const Key128& key) { return key.lo * 0x9E3779B97F4A7C15 ^ key.hi << 3; }

// Shared by the two passes.
struct Repeats {
  std::unique_ptr<SeenTwice> seen;
};

class MarkWindows final : public Fold {
 public:
  MarkWindows(const SubstringOptions& options, std::shared_ptr<Repeats> repeats, std::string path)
      : options_(options), repeats_(std::move(repeats)), path_(std::move(path)) {}

  std::uint32_t fields() const override { return Fields::kTurns; }
  bool drops_only() const override { return true; }
  std::unique_ptr<State> partial() const override { return std::make_unique<Partial>(options_); }

  Result<void> observe(const Batch& batch, State& state) const override {
    auto& partial = static_cast<Partial&>(state);
    SeenTwice& seen = *repeats_->seen;
    for (const Record& record : batch.records) {
      if (record.drop) continue;
      for (const Turn& turn : record.turns) {
        if (!in_scope(turn, options_.scope)) continue;
        partial.windows.each(turn.text, [&](const Key128& key, std::uint32_t, std::uint32_t) {
          std::uint64_t hash = table_hash(key);
          seen.prefetch(hash);
          seen.add(std::exchange(partial.ahead[partial.at], hash));
          partial.at = (partial.at + 1) % kAhead;
        });
      }
    }
    return {};
  }
  Result<void> merge(std::unique_ptr<State> state) override {
    auto& partial = static_cast<Partial&>(*state);
    for (std::uint64_t hash : partial.ahead) repeats_->seen->add(hash);
    return {};
  }
  Result<std::unique_ptr<Map>> finish() override { return std::unique_ptr<Map>(); }

  // The table as a whole, in one of two files: the one before counts until the new one is there.
  Result<void> save(const StateSink& sink) override {
    if (path_.empty()) return {};
    ++saves_;
    CORPUS_TRY(io::File file, io::File::create(table_path()));
    std::string_view bytes = repeats_->seen->bytes();
    CORPUS_CHECK(file.write(bytes));
    CORPUS_CHECK(file.sync());
    std::uint64_t checksum = 0;
    for (std::string_view rest = bytes; !rest.empty();) {
      std::string_view some = rest.substr(0, kStep);
      checksum = hash64(some, checksum);
      rest.remove_prefix(some.size());
    }
    std::uint64_t entry[] = {saves_, checksum};
    return sink({reinterpret_cast<const char*>(entry), sizeof entry});
  }
  Result<void> load(std::string_view bytes) override {
    std::uint64_t entry[2];
    if (bytes.empty()) return {};
    if (bytes.size() % sizeof entry != 0) return damaged("what was saved is cut off");
    std::memcpy(entry, bytes.data() + bytes.size() - sizeof entry, sizeof entry);
    saves_ = entry[0];
    CORPUS_TRY(io::File file, io::File::open_read(table_path()));
    CORPUS_TRY(std::uint64_t size, file.size());
    if (size < 8 || !std::has_single_bit(size)) return damaged("is damaged");
    std::vector<std::uint64_t> some(kStep / 8);
    std::uint64_t checksum = 0;
    for (std::uint64_t at = 0; at < size;) {
      CORPUS_TRY(std::size_t n, file.pread(some.data(), some.size() * 8, at));
      if (n == 0 || n % 8 != 0) return damaged("is cut off");
      checksum = hash64({reinterpret_cast<const char*>(some.data()), n}, checksum);
      for (std::size_t i = 0; i < n / 8; ++i) {
        repeats_->seen->load(at / 8 + i, size / 8, some[i]);
      }
      at += n;
    }
    return checksum == entry[1] ? Result<void>() : damaged("is damaged");
  }

 private:
  static constexpr std::size_t kStep = std::size_t{64} << 10;
  struct Partial : State {
    explicit Partial(const SubstringOptions& options) : windows(options) {}
    Windows windows;
    std::array<std::uint64_t, kAhead> ahead = {};  // slots on their way to the cache
    std::size_t at = 0;
  };
  std::string table_path() const { return path_ + (saves_ % 2 == 0 ? ".even" : ".odd"); }
  Error damaged(const char* how) const {
    return {Code::kCorrupt, table_path() + ": " + how + "; start again without --resume"};
  }

  SubstringOptions options_;
  std::shared_ptr<Repeats> repeats_;
  std::string path_;
  std::uint64_t saves_ = 0;
};

class FindRepeats final : public Fold {
 public:
  FindRepeats(const SubstringOptions& options, std::shared_ptr<Repeats> repeats,
              MemoryBudget* memory, std::string path)
      : options_(options),
        repeats_(std::move(repeats)),
        memory_(memory),
        path_(std::move(path)),
        windows_(new_sort()) {}

  std::uint32_t fields() const override { return Fields::kTurns; }
  bool drops_only() const override { return options_.policy.action == SpanAction::kDrop; }
  std::unique_ptr<State> partial() const override { return std::make_unique<Partial>(options_); }

  Result<void> observe(const Batch& batch, State& state) const override {
    auto& partial = static_cast<Partial&>(state);
    const SeenTwice& seen = *repeats_->seen;
    for (const Record& record : batch.records) {
      if (record.drop) continue;
      for (std::uint32_t t = 0; t < record.turns.size(); ++t) {
        if (!in_scope(record.turns[t], options_.scope)) continue;
        partial.windows.each(record.turns[t].text,
                             [&](const Key128& key, std::uint32_t begin, std::uint32_t end) {
                               seen.prefetch(table_hash(key));
                               Window& slot = partial.ahead[partial.count++ % kAhead];
                               if (partial.count > kAhead) partial.ask(seen, slot);
                               slot = {.key = key,
                                       .pos = record.pos,
                                       .turn = t,
                                       .begin = begin,
                                       .end = end};
                             });
        std::size_t left = std::min(partial.count, kAhead);
        for (std::size_t i = 0; i < left; ++i) partial.ask(seen, partial.ahead[i]);
        partial.count = 0;
        if (partial.found.size() >= kAtOnce) CORPUS_CHECK(windows_->add(partial.found));
      }
    }
    return {};
  }
  Result<void> merge(std::unique_ptr<State> state) override {
    return windows_->add(static_cast<Partial&>(*state).found);
  }

  Result<std::unique_ptr<Map>> finish() override {
    repeats_->seen.reset();
    ExternalSort<RepeatedSpan> spans(memory_, kId, path(".spans"));
    Window first;
    bool any = false;
    std::uint64_t count = 0;
    CORPUS_CHECK(windows_->drain([&](const Window& window) -> Result<void> {
      if (!any || window.key != first.key) {
        any = true;
        first = window;
        count = 1;
        return {};
      }
      if (++count == 2 && !options_.keep_first) CORPUS_CHECK(spans.add(span_of(first, window)));
      return spans.add(span_of(window, first));
    }));
    windows_ = new_sort();
    ExternalSort<RepeatedSpan> joined(memory_, kId, path(".joined"));
    CORPUS_CHECK(join_spans(spans, joined));
    spans_ = joined.size();
    CORPUS_TRY(auto list, PositionList<RepeatedSpan>::make(joined, memory_, kId, path(".list")));
    return apply_spans(std::move(list), options_.policy);
  }

  Result<void> save(const StateSink& sink) override { return windows_->save(sink); }
  Result<void> load(std::string_view bytes) override { return windows_->load(bytes); }
  std::string report() const override { return "{\"spans\":" + std::to_string(spans_) + "}"; }

 private:
  struct Partial : State {
    explicit Partial(const SubstringOptions& options) : windows(options) {}
    void ask(const SeenTwice& seen, const Window& window) {
      if (seen.twice(table_hash(window.key))) found.push_back(window);
    }
    Windows windows;
    std::array<Window, kAhead> ahead;  // whose slots are on their way to the cache
    std::size_t count = 0;             // windows of the text
    std::vector<Window> found;
  };
  static RepeatedSpan span_of(const Window& window, const Window& of) {
    return {.pos = window.pos,
            .turn = window.turn,
            .begin = window.begin,
            .end = window.end,
            .of = of.pos};
  }
  std::string path(const char* ending) const { return path_.empty() ? path_ : path_ + ending; }
  std::unique_ptr<DurableSort<Window>> new_sort() const {
    return std::make_unique<DurableSort<Window>>(memory_, kId, path_, ".windows");
  }

  SubstringOptions options_;
  std::shared_ptr<Repeats> repeats_;
  MemoryBudget* memory_;
  std::string path_;
  std::unique_ptr<DurableSort<Window>> windows_;  // thread safe to add to
  std::uint64_t spans_ = 0;
};

// 8 slots for each byte of input, as far as an eighth of the budget holds them.
std::uint64_t slots_for(std::uint64_t input_bytes, std::uint64_t limit) {
  constexpr std::uint64_t kFewest = std::uint64_t{1} << 16, kMost = std::uint64_t{1} << 33;
  constexpr std::uint64_t kUnknown = std::uint64_t{1} << 29;
  std::uint64_t most = limit == 0 ? kMost : std::bit_floor(std::max(limit / 8 * 4, kFewest));
  std::uint64_t wanted = input_bytes == 0 ? kUnknown : input_bytes * 8;
  return std::clamp(std::bit_ceil(std::min(wanted, kMost)), kFewest, std::min(most, kMost));
}

}  // namespace

Result<Stages> make_dedup_substring(const Value& value, BuildContext& context) {
  SubstringOptions options;
  CORPUS_TRY(options.scope, parse_scope(value.get("scope", "text")));
  options.words = value.get("unit", "bytes") == "words";
  options.length =
      static_cast<std::size_t>(value.get("length", options.words ? 50 : 100));
  options.keep_first = value.get("keep", "first") == "first";
  options.policy = {.action = parse_span_action(value.get("action", "trim")),
                    .share = value.get("max_share", 0.5),
                    .scope = options.scope,
                    .component = kId,
                    .method = "substring"};
  auto repeats = std::make_shared<Repeats>();
  CORPUS_TRY(repeats->seen,
             SeenTwice::make(slots_for(context.input_bytes, context.memory->limit()),
                             context.memory, kId));
  std::string path = context.new_spill_path();
  return stages(std::make_unique<MarkWindows>(options, repeats, path),
                std::make_unique<FindRepeats>(options, repeats, context.memory, path));
}

}  // namespace corpus
