// Batches made by hand and driven through a Sink as exec/ would, for the tests of writers/.
#ifndef CORPUS_TESTS_WRITERS_RUN_SINK_H_
#define CORPUS_TESTS_WRITERS_RUN_SINK_H_

#include <cstdint>
#include <fstream>
#include <memory>
#include <string>
#include <string_view>

#include "corpus/component.h"
#include "corpus/recipe.h"
#include "support/folder.h"

namespace corpus {
Result<std::unique_ptr<Sink>> make_sink(const Recipe& recipe, std::string* work_dir);
}

namespace corpus::test {

// A batch of JSON Lines as a reader and the parse stage leave it. The last line may lack its \n.
inline void fill(Batch& batch, std::string_view lines, std::uint64_t offset = 0) {
  batch.offset = offset;
  batch.bytes.append(lines);
  std::string_view rest = batch.bytes.view();
  while (!rest.empty()) {
    auto end = rest.find('\n');
    Record record;
    record.json = rest.substr(0, end);
    record.pos =
        RecordPos::make(0, offset + static_cast<std::uint64_t>(rest.data() - batch.bytes.data()));
    batch.records.push_back(record);
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  }
}

inline void write_file(const std::string& path, std::string_view bytes) {
  std::ofstream(path, std::ios::binary)
      .write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

inline Recipe recipe_to(const std::string& dir, Value output = Value::Object()) {
  Recipe recipe;
  recipe.input = Value::Object();
  recipe.output = std::move(output);
  recipe.output.set("dir", dir);
  return recipe;
}

// A small corpus, the same each time: `batches` batches of `records` records, each third dropped
// and some malformed, with content ids and own ids. Keeps count for the manifest.
class Synthetic {
 public:
  Synthetic(int batches, int records) : batches_(batches), records_(records) {}

  int batches() const { return batches_; }

  static std::string line(int n) {
    std::string text = "question " + std::to_string(n * 7919 % 1000);
    return "{\"id\":\"own-" + std::to_string(n) + "\",\"messages\":\"" + text + "\"}";
  }
  static bool is_kept(int n) { return n % 3 != 1 && !is_malformed(n); }
  static bool is_malformed(int n) { return n % 10 == 4; }
  static std::string content_id(int n) { return "c" + std::to_string(n * 31) + "d"; }

  // Line n as it is written.
  static std::string kept_line(int n) {
    std::string out = line(n);
    out.pop_back();
    return out + ",\"corpus\":{\"id\":\"" + content_id(n) + "\"}}";
  }

  void fill_batch(int b, Batch& batch) const {
    batch.reset();
    std::string lines;
    for (int k = 0; k < records_; ++k) lines += line(b * records_ + k) + "\n";
    fill(batch, lines, static_cast<std::uint64_t>(b) << 20);
    batch.seq = static_cast<std::uint64_t>(b);
    static const Reason kDropped = Reason::intern("filters.refusal.apology");
    static const Reason kBroken = Reason::intern("malformed.json");
    for (int k = 0; k < records_; ++k) {
      int n = b * records_ + k;
      Record& record = batch.records[static_cast<std::size_t>(k)];
      record.id = batch.arena.copy("own-" + std::to_string(n));
      if (is_malformed(n)) {
        record.drop = kBroken;
      } else if (!is_kept(n)) {
        record.drop = kDropped;
      }
      if (!is_malformed(n)) {
        batch.tag(static_cast<std::size_t>(k), "id", batch.arena.copy("\"" + content_id(n) + "\""));
      }
    }
  }

  RunSummary summary() const {
    RunSummary s;
    s.records = static_cast<std::uint64_t>(batches_) * static_cast<std::uint64_t>(records_);
    for (int n = 0; n < batches_ * records_; ++n) {
      s.kept += is_kept(n);
      s.malformed += is_malformed(n);
    }
    s.dropped = {{"filters.refusal.apology", s.records - s.kept - s.malformed},
                 {"malformed.json", s.malformed}};
    s.inputs = {{"in.jsonl", 123, s.records, "00ff", "jsonl", "none"}};
    s.reports = {{"stats.basic", "{\"chars\":{\"mean\":1.5}}"}};
    return s;
  }

  // Prepares and writes batches [from, to).
  Result<void> feed(Sink& sink, int from, int to) const {
    auto state = sink.scratch();
    Batch batch;
    for (int b = from; b < to; ++b) {
      fill_batch(b, batch);
      CORPUS_CHECK(sink.prepare(batch, state.get()));
      CORPUS_CHECK(sink.write(batch));
    }
    return {};
  }
  Result<void> run(const Recipe& recipe) const {
    std::string work;
    CORPUS_TRY(std::unique_ptr<Sink> sink, make_sink(recipe, &work));
    CORPUS_CHECK(sink->open());
    CORPUS_CHECK(feed(*sink, 0, batches_));
    return sink->close(summary());
  }

 private:
  int batches_, records_;
};

}  // namespace corpus::test

#endif  // CORPUS_TESTS_WRITERS_RUN_SINK_H_
