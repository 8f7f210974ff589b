// bench_filters [--only COMPONENT] [CORPUS...]: rates of the text filters, tags and statistics, on one thread.
//
// Each component's answer on records that are known is checked before its rate is printed, with
// what share of memcpy over the same answers that is. CORPUS are files or globs that the library
// reads; without them $CORPUS_TEST_DATA/alpaca_eval is read, and without that answers are made up.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <functional>
#include <random>
#include <string>
#include <vector>

#include "corpus/pipeline.h"
#include "corpus/recipe.h"
#include "corpus/registry.h"
#include "simd/utf8_count.h"
#include "text/content_key.h"

namespace corpus {
namespace {

constexpr std::size_t kBytes = std::size_t{64} << 20;

[[noreturn]] void fail(const std::string& what) {
  std::fprintf(stderr, "bench_filters: wrong answer: %s\n", what.c_str());
  std::exit(1);
}

// Of this thread alone, so that what else the machine does counts less.
double cpu_seconds() {
  timespec now;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

double fastest(const std::function<void()>& f) {
  double best = 1e9;
  for (int i = 0; i < 7; ++i) {
    double start = cpu_seconds();
    f();
    best = std::min(best, cpu_seconds() - start);
  }
  return best;
}

// Answers of a few hundred to a few thousand characters: sentences, paragraphs, lists.
std::vector<std::string> made_up_answers() {
  std::mt19937 random(1);
  std::vector<std::string> words;
  for (int i = 0; i < 8000; ++i) {
    std::string word;
    for (auto n = 1 + random() % 5 + random() % 5; n > 0; --n)
      word += static_cast<char>('a' + random() % 26);
    words.push_back(word);
  }
  std::vector<std::string> out;
  for (std::size_t total = 0; total < (std::size_t{16} << 20); total += out.back().size()) {
    std::string text;
    for (auto paragraphs = 1 + random() % 8; paragraphs > 0; --paragraphs) {
      if (random() % 3 == 0) text += "- ";
      for (auto sentences = 1 + random() % 5; sentences > 0; --sentences) {
        std::string sentence;
        for (auto n = 4 + random() % 20; n > 0; --n) {
          sentence += words[random() % (1 + random() % words.size())] + (n > 1 ? ' ' : '.');
        }
        sentence[0] = static_cast<char>(sentence[0] - 32);
        text += sentence + ' ';
      }
      text += "\n\n";
    }
    out.push_back(text);
  }
  return out;
}

// All assistant turns of a corpus.
std::vector<std::string> read_answers(const std::vector<std::string>& paths) {
  Value::Array list(paths.begin(), paths.end());
  Recipe recipe;
  recipe.input.set("paths", list);
  recipe.output.set("null", true);
  auto chain = build(recipe, 0);
  if (!chain) fail(chain.error().message);
  auto parse = chain->parse(Fields::kTurns);
  if (!parse) fail(parse.error().message);
  auto state = (*parse)->scratch();
  std::vector<std::string> out;
  for (Batch batch;; batch.reset()) {
    auto more = chain->source->read(batch);
    if (!more) fail(more.error().message);
    if (!*more) break;
    if (!(*parse)->run(batch, state.get())) fail("parse");
    for (const Record& record : batch.records) {
      for (const Turn& turn : record.turns) {
        if (turn.role == Role::kAssistant) out.emplace_back(turn.text);
      }
    }
  }
  if (out.empty()) fail("no answers in " + paths[0]);
  return out;
}

// The same answers again and again, each with another first word so that no two are equal.
std::vector<std::string> grown(const std::vector<std::string>& answers) {
  std::vector<std::string> out;
  for (std::size_t total = 0, i = 0; total < kBytes; ++i) {
    out.push_back("Answer " + std::to_string(i) + ". " + answers[i % answers.size()]);
    total += out.back().size();
  }
  return out;
}

Stages make(const char* id, MemoryBudget& memory, const char* options = "{}") {
  BuildContext context{.memory = &memory};
  auto value = parse_yaml(options, id);
  if (!value) fail(value.error().message);
  auto made = find_component(id)->make(*value, context);
  if (!made) fail(made.error().message);
  return *std::move(made);
}

struct Probe {
  const char* text;
  const char* reason;  // "" when it has to be kept
};

void check_filter(const char* id, const Map& map, std::initializer_list<Probe> probes) {
  for (const Probe& probe : probes) {
    Turn turn{.text = probe.text, .role = Role::kAssistant};
    Batch batch;
    Record record;
    record.turns = {&turn, 1};
    batch.records.push_back(record);
    auto state = map.scratch();
    if (!map.run(batch, state.get())) fail(id);
    std::string expected = *probe.reason == 0 ? "" : std::string(id) + '.' + probe.reason;
    std::string_view got = batch.records[0].drop.name();
    if (got != expected) fail(std::string(id) + " says " + std::string(got) + " on: " + probe.text);
  }
}

class Bench {
 public:
  Bench(const std::vector<std::string>& answers, std::string only) : only_(std::move(only)) {
    turns_.reserve(answers.size());
    for (const auto& text : answers) {
      turns_.push_back({.text = text, .role = Role::kAssistant});
      bytes_ += text.size();
      Record record;
      record.json = text;
      record.turns = {&turns_.back(), 1};
      batch_.records.push_back(record);
    }
    std::string copy(1 << 20, ' ');
    memcpy_rate_ = rate(fastest([&] {
      for (const Turn& turn : turns_) {
        std::memcpy(copy.data(), turn.text.data(), std::min(turn.text.size(), copy.size()));
        asm volatile("" : : "r"(copy.data()) : "memory");
      }
    }));
    std::printf("%zu answers, %.1f MB\n%-18s %7.2f GB/s\n", turns_.size(),
                static_cast<double>(bytes_) / 1e6, "memcpy", memcpy_rate_);
  }

  void print(const char* what, const std::function<void()>& f) {
    double gb = rate(fastest(f));
    std::printf("%-18s %7.2f GB/s  %5.1f%% of memcpy", what, gb, 100 * gb / memcpy_rate_);
    std::size_t dropped = 0;
    for (auto& record : batch_.records) {
      dropped += static_cast<bool>(record.drop);
      record.drop = {};
    }
    std::printf("  %zu dropped\n", dropped);
  }

  void map(const char* id, std::initializer_list<Probe> probes, const char* options = "{}") {
    if (!only_.empty() && only_ != id) return;
    MemoryBudget memory;
    Stages stages = make(id, memory, options);
    const Map& map = *std::get<std::unique_ptr<Map>>(stages[0]);
    check_filter(id, map, probes);
    auto state = map.scratch();
    print(id, [&] {
      for (auto& record : batch_.records) record.drop = {};
      batch_.tags.clear();
      batch_.arena.reset();
      if (!map.run(batch_, state.get())) fail(id);
    });
  }

  // For filters that compare an answer with its prompt: a third of the answer before. The rate is
  // that of the answers alone.
  void add_prompts() {
    pairs_.reserve(2 * turns_.size());
    for (std::size_t i = 0; i < turns_.size(); ++i) {
      std::string_view before = turns_[i == 0 ? turns_.size() - 1 : i - 1].text;
      pairs_.push_back({.text = before.substr(0, before.size() / 3), .role = Role::kUser});
      pairs_.push_back({.text = turns_[i].text, .parent = 0, .role = Role::kAssistant});
      batch_.records[i].turns = {&pairs_[2 * i], 2};
    }
  }

  void set_json(std::string_view json) {
    for (auto& record : batch_.records) record.json = json;
  }

  // The second pass of a Fold.
  void second_pass(const char* id) {
    MemoryBudget memory;
    Stages stages = make(id, memory);
    auto& fold = *std::get<std::unique_ptr<Fold>>(stages[0]);
    auto state = fold.partial();
    print(id, [&] {
      if (!fold.observe(batch_, *state)) fail(id);
    });
    if (!fold.merge(std::move(state))) fail(id);
    auto map = fold.finish();
    if (!map) fail(id);
    auto scratch = (*map)->scratch();
    print("  second pass", [&] {
      batch_.tags.clear();
      batch_.arena.reset();
      if (!(*map)->run(batch_, scratch.get())) fail(id);
      if (batch_.tags.size() != batch_.records.size()) fail(id);
    });
  }

  void fold(const char* id) {
    MemoryBudget memory;
    Stages stages = make(id, memory);
    auto& fold = *std::get<std::unique_ptr<Fold>>(stages[0]);
    print(id, [&] {
      auto state = fold.partial();
      if (!fold.observe(batch_, *state)) fail(id);
    });
    auto state = fold.partial();
    if (!fold.observe(batch_, *state) || !fold.merge(std::move(state)) || !fold.finish()) fail(id);
    std::string expected = "{\"records\":" + std::to_string(turns_.size()) + ",\"malformed\":0";
    if (!fold.report().starts_with(expected)) fail(fold.report());
  }

  void content_key() {
    std::string scratch;
    const Turn spaced{.text = " a\r\nb ", .role = Role::kUser},
        plain{.text = "a\nb", .role = Role::kUser};
    if (text::content_key({&spaced, 1}, Scope::kText, scratch) !=
        text::content_key({&plain, 1}, Scope::kText, scratch)) {
      fail("content_key");
    }
    Key128 all;
    print("content_key", [&] {
      for (const Turn& turn : turns_) {
        all.lo ^= text::content_key({&turn, 1}, Scope::kText, scratch).lo;
      }
    });
    std::uint64_t chars = 0, slow = 0;
    print("count characters", [&] {
      chars = 0;
      for (const Turn& turn : turns_) chars += simd::count_code_points(turn.text);
    });
    for (const Turn& turn : turns_) slow += simd::count_code_points_scalar(turn.text);
    if (chars != slow) fail("count_code_points");
  }

 private:
  double rate(double seconds) const { return static_cast<double>(bytes_) / seconds / 1e9; }

  const std::string only_;  // of the maps
  std::vector<Turn> turns_, pairs_;
  Batch batch_;
  std::size_t bytes_ = 0;
  double memcpy_rate_ = 0;
};

void run_all(const std::vector<std::string>& answers, const std::string& only) {
  Bench bench(answers, only);
  bench.content_key();
  bench.map("filters.encoding", {{"caf\xC3\xA9", ""},
                                 {"a\bb", "control"},
                                 {"\xC3\x83\xC2\xA9 \xC3\x83\xC2\xA8", "mojibake"}});
  bench.map("filters.length", {{" ", "empty"}, {"yes", ""}});
  bench.map("filters.refusal", {{"I'm sorry, but I can't help with that.", "apology_refusal"},
                                {"I'm sorry to hear that.", ""}});
  bench.map("filters.truncated", {{"```\nint x", "open_fence"}, {"All of it.", ""}});
  bench.map("filters.loop", {{"no no no no no no no no no no no no no no no no no no no no no no "
                              "no no no no no no no no no "
                              "no no no no no no no no no no no no no no no",
                              "tail"},
                             {"no no no", ""}});
  bench.map("filters.gopher_quality", {{"Too short.", "short_doc"}});
  bench.map("filters.gopher_repetition", {{"One two three four five six seven eight nine ten "
                                           "eleven twelve thirteen fourteen fifteen sixteen "
                                           "seventeen eighteen nineteen twenty and all that comes "
                                           "behind them in the row of the numbers.",
                                           ""},
                                          {"no no no no no no no no", "top_2_gram"}});
  bench.map("filters.fineweb", {{"no full stop", "line_punct_ratio"}, {"This is a whole line of text that ends.", ""}});
  bench.map("filters.c4", {{"Too few.", "too_few_sentences"}});
  bench.map("filters.pii", {});
  bench.map("filters.structure",
            {{"```json\n{1}\n```", "bad_json"}, {"<think>a", "open_tag"}, {"a < b", ""}});
  bench.map("filters.low_information", {{"a b a b a b a b a b a b a b a b a b a b a b a b a b a b "
                                         "a b a b a b a b a b a b a b a b a b a b a b",
                                         "few_words"},
                                        {"a b", ""}});
  bench.map("filters.low_information", {}, "{action: tag}");
  bench.map("filters.sycophantic", {});
  bench.map("tags.content_id", {});
  bench.map("tags.source", {});
  bench.fold("stats.basic");
  bench.add_prompts();
  bench.map("filters.echo", {});
  bench.map("filters.echo", {}, "{action: tag}");
  bench.map("filters.unanswered", {});
  bench.second_pass("filters.length_outlier");
  bench.set_json("{\"answer\": \"12\"}");
  bench.map("check.math", {});
}

}  // namespace
}  // namespace corpus

int main(int argc, char** argv) {
  std::vector<std::string> paths(argv + 1, argv + argc);
  std::string only;
  if (paths.size() >= 2 && paths[0] == "--only") {
    only = paths[1];
    paths.erase(paths.begin(), paths.begin() + 2);
  }
  const char* data = std::getenv("CORPUS_TEST_DATA");
  if (paths.empty() && data != nullptr) paths = {std::string(data) + "/alpaca_eval/*.jsonl.zst"};
  corpus::run_all(
      corpus::grown(paths.empty() ? corpus::made_up_answers() : corpus::read_answers(paths)), only);
}
