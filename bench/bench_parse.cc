// The parse stage beside its limits: memcpy, and a bare simdjson On-Demand loop over the same
// lines.
//
//   bench_parse [FOLDER]      FOLDER: alpaca-like *.jsonl[.zst] files; default CORPUS_TEST_DATA
//
// About 200 MB of records in memory, one thread, best CPU time of seven rounds. Before any rate is
// printed the answer is checked: the number of turns and the hash of their texts must equal those
// of a slow reading through simdjson's DOM. Without data, records are made up.
#include <simdjson.h>

#include <time.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "base/hash.h"
#include "corpus/batch.h"
#include "corpus/component.h"
#include "io/byte_reader.h"
#include "json/escape.h"

namespace corpus {
Result<std::unique_ptr<Map>> make_parse(const Value& input, std::uint32_t fields);
}  // namespace corpus

namespace {

using corpus::Batch;

constexpr std::size_t kWanted = std::size_t{200} << 20;
constexpr std::size_t kBatch = std::size_t{1} << 20;

bool read_file(const std::string& path, std::string& out) {
  auto reader = corpus::io::open_bytes(path, corpus::io::ReadLimits());
  if (!reader) return false;
  char buffer[1 << 16];
  while (true) {
    auto n = (*reader)->read(buffer, sizeof buffer);
    if (!n) return false;
    if (*n == 0) return true;
    out.append(buffer, *n);
  }
}

std::string made_up() {
  static const char* const kWords[] = {"the",         "answer", "is",    "because\n",
                                       "a \"model\"", "writes", "text",  "that",
                                       "students",    "learn",  "from,", "caf\xC3\xA9"};
  std::mt19937 random(1);
  auto words = [&](std::size_t n) {
    std::string s;
    for (std::size_t i = 0; i < n; ++i) (s += kWords[random() % std::size(kWords)]) += ' ';
    return s;
  };
  std::string out;
  for (int i = 0; i < 5000; ++i) {
    out += "{\"instruction\": ";
    corpus::json::append_quoted(out, words(10 + random() % 20));
    out += ", \"input\": \"\", \"output\": ";
    corpus::json::append_quoted(out, words(20 + random() % 200));
    out += "}\n";
  }
  return out;
}

// Whole lines, repeated to kWanted bytes.
std::string load(const char* folder) {
  std::string text;
  if (folder != nullptr && std::filesystem::is_directory(folder)) {
    for (const char* name :
         {"alpaca_eval/gpt4.jsonl.zst", "alpaca_eval/claude.jsonl.zst",
          "gpteacher/roleplay.jsonl.zst", "llamafactory/alpaca_en_demo.jsonl.zst",
          "codealpaca/code_alpaca_2k.jsonl.zst"}) {
      if (!read_file(std::string(folder) + "/" + name, text)) {
        std::fprintf(stderr, "skipping %s\n", name);
      }
      if (!text.empty() && text.back() != '\n') text += '\n';
    }
  }
  if (text.empty()) text = made_up();
  std::string once = text;
  while (text.size() < kWanted) text += once;
  return text;
}

struct Answer {
  std::uint64_t turns = 0;
  std::uint64_t hash = 0;
  bool operator==(const Answer&) const = default;
  void add(std::string_view text) {
    ++turns;
    hash = hash * 31 + corpus::hash64(text);
  }
};

Answer by_dom(std::string_view text) {
  Answer answer;
  simdjson::dom::parser parser;
  while (!text.empty()) {
    std::size_t size = std::min(text.find('\n'), text.size());
    auto record = parser.parse(text.data(), size);
    auto string = [&](const char* key) {
      std::string_view s;
      return record[key].get(s) == simdjson::SUCCESS ? s : std::string_view();
    };
    answer.add(string("instruction"));
    if (!string("input").empty()) answer.add(string("input"));
    answer.add(record["output"].error() ? string("response") : string("output"));
    text.remove_prefix(std::min(size + 1, text.size()));
  }
  return answer;
}

std::vector<std::unique_ptr<Batch>> cut(std::string_view text) {
  std::vector<std::unique_ptr<Batch>> batches;
  std::uint64_t offset = 0;
  while (!text.empty()) {
    std::size_t size = text.size() <= kBatch ? text.size() : text.rfind('\n', kBatch) + 1;
    auto& batch = *batches.emplace_back(std::make_unique<Batch>());
    batch.offset = offset;
    batch.bytes.append(text.substr(0, size));
    offset += size;
    text.remove_prefix(size);
  }
  return batches;
}

double cpu_seconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

// Smallest CPU time of each contender. They take turns, so that a busy neighbour slows all of them.
template <typename... F>
std::array<double, sizeof...(F)> best_seconds(F... contenders) {
  std::array<double, sizeof...(F)> best;
  best.fill(1e9);
  for (int round = 0; round < 7; ++round) {
    double* slot = best.data();
    auto time = [&](auto& f) {
      double from = cpu_seconds();
      f();
      *slot = std::min(*slot, cpu_seconds() - from);
      ++slot;
    };
    (time(contenders), ...);
  }
  return best;
}

// Every string unescaped, every other top-level value's token looked at.
std::uint64_t on_demand(const std::vector<std::unique_ptr<Batch>>& batches) {
  simdjson::ondemand::parser parser;
  std::uint64_t sum = 0;
  for (const auto& batch : batches) {
    const char* p = batch->bytes.data();
    const char* end = p + batch->bytes.size();
    while (p < end) {
      const char* stop =
          static_cast<const char*>(std::memchr(p, '\n', static_cast<std::size_t>(end - p)));
      if (stop == nullptr) stop = end;
      auto size = static_cast<std::size_t>(stop - p);
      auto doc = parser.iterate(p, size, size + simdjson::SIMDJSON_PADDING);
      for (auto field : doc.get_object()) {
        std::string_view text;
        if (field.value().get_string().get(text) == simdjson::SUCCESS) sum += text.size();
      }
      p = stop + 1;
    }
  }
  return sum;
}

}  // namespace

int main(int argc, char** argv) {
  std::string text = load(argc > 1 ? argv[1] : std::getenv("CORPUS_TEST_DATA"));
  auto batches = cut(text);
  double gb = static_cast<double>(text.size()) / 1e9;

  auto make = [](std::uint32_t fields) {
    return std::move(corpus::make_parse(corpus::Value(corpus::Value::Object{}), fields)).value();
  };
  auto with_turns = make(corpus::Fields::kTurns | corpus::Fields::kId | corpus::Fields::kTeacher);
  auto without = make(0);
  // The arena and the vectors are reused as exec/ reuses them: one batch object, many fillings.
  auto run = [&](const corpus::Map& map, Answer* answer) {
    auto state = map.scratch();
    std::uint64_t records = 0;
    corpus::Arena arena;
    std::vector<corpus::Record> kept;
    std::vector<corpus::RawRecord> raw;
    for (auto& batch : batches) {
      std::swap(batch->arena, arena);
      std::swap(batch->records, kept);
      std::swap(batch->raw, raw);
      batch->records.clear();
      batch->arena.reset();
      if (!map.run(*batch, state.get())) std::abort();
      records += batch->records.size();
      if (answer != nullptr) {
        for (const auto& record : batch->records) {
          for (const auto& turn : record.turns) answer->add(turn.text);
        }
      }
      std::swap(batch->arena, arena);
      std::swap(batch->records, kept);
      std::swap(batch->raw, raw);
    }
    return records;
  };

  Answer fast, slow = by_dom(text);
  std::uint64_t records = run(*with_turns, &fast);
  if (!(fast == slow)) {
    std::fprintf(stderr, "answers differ: %llu turns, DOM %llu turns\n",
                 static_cast<unsigned long long>(fast.turns),
                 static_cast<unsigned long long>(slow.turns));
    return 1;
  }

  std::uint64_t sink = 0;
  std::string copy(text.size(), '\0');
  auto [memcpy_s, demand_s, turns_s, check_s] =
      best_seconds([&] { std::memcpy(copy.data(), text.data(), text.size()); },
                   [&] { sink += on_demand(batches); }, [&] { sink += run(*with_turns, nullptr); },
                   [&] { sink += run(*without, nullptr); });
  std::printf(
      "{\"bench\": \"parse\", \"bytes\": %zu, \"records\": %llu, \"turns\": %llu,\n"
      " \"gb_per_s\": {\"memcpy\": %.2f, \"simdjson_on_demand\": %.2f, "
      "\"parse_turns\": %.2f, \"parse_check_only\": %.2f}}\n",
      text.size(), static_cast<unsigned long long>(records),
      static_cast<unsigned long long>(fast.turns), gb / memcpy_s, gb / demand_s, gb / turns_s,
      gb / check_s);
  return sink == 0;
}
