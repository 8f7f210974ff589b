// teacher_corpus: an invented teacher's answers with planted faults, for the demo and the
// benchmarks.
//
//   teacher_corpus --size 200M --seed 1 -o DIR [--threads N]
//
//   DIR/input/*        the corpus: JSON array, JSON Lines plain, zstd and gzip, CSV
//   DIR/labels.tsv     id, label, id of the original; every record that is not listed is clean
//   DIR/bench.jsonl    the benchmark whose questions were leaked into some prompts
//   DIR/summary.json   counts; written last, so its presence says that the rest is whole
//
// The bytes depend on --size and --seed only. All text is made from generator/'s own templates.
#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cinttypes>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <oneapi/tbb/global_control.h>
#include <oneapi/tbb/parallel_pipeline.h>

#include "corpus/value.h"
#include "generator/pack.h"
#include "generator/plan.h"
#include "generator/render.h"

namespace corpus::demo {
namespace {

constexpr std::uint64_t kFileBytes = std::uint64_t{256} << 20;  // of text, then a new file begins

[[noreturn]] void fail(const std::string& message) {
  std::fprintf(stderr, "teacher_corpus: %s\n", message.c_str());
  std::exit(2);
}

struct Options {
  std::uint64_t size = 0;
  std::uint64_t seed = 1;
  std::string out;
  unsigned threads = std::max(1u, std::thread::hardware_concurrency());
};

Options parse(int argc, char** argv) {
  Options options;
  for (int i = 1; i + 1 < argc; i += 2) {
    std::string flag = argv[i], value = argv[i + 1];
    if (flag == "--size") {
      auto bytes = parse_bytes(value);
      if (!bytes) fail("--size: " + bytes.error().message);
      options.size = *bytes;
    } else if (flag == "--seed") {
      options.seed = std::strtoull(value.c_str(), nullptr, 10);
    } else if (flag == "--threads") {
      options.threads = static_cast<unsigned>(std::max(1, std::atoi(value.c_str())));
    } else if (flag == "-o") {
      options.out = value;
    } else {
      fail("unknown option " + flag);
    }
  }
  if (options.size == 0 || options.out.empty() || argc % 2 == 0) {
    fail("usage: teacher_corpus --size 200M -o DIR [--seed 1] [--threads N]");
  }
  return options;
}

std::string id_of(std::uint64_t record) {
  char text[32];
  std::snprintf(text, sizeof text, "g-%07" PRIu64, record);
  return text;
}

struct Block {
  std::uint64_t number = 0;
  std::string text;
  std::string packed;  // the compressed text; empty for plain forms
  std::string labels;
  std::array<std::uint64_t, kLabels> counts{};
};

// Writes all records of one block: a pure function of seed and number.
void make_block(std::uint64_t seed, Block& block) {
  thread_local Conversation conversation;
  Form form = form_of_block(block.number);
  for (std::uint64_t i = 0; i < kBlockRecords; ++i) {
    std::uint64_t record = block.number * kBlockRecords + i;
    Plan plan = plan_of(seed, record);
    write_record(seed, record, plan, conversation);
    std::size_t begin = block.text.size();
    std::string id = id_of(record);
    render(form, id, conversation, block.text);
    if (plan.label == Label::kBrokenJson) {
      Rng rng(seed ^ 0xb40ceu, record);
      break_json(rng, begin, block.text);
    }
    ++block.counts[static_cast<std::size_t>(plan.label)];
    if (plan.label == Label::kClean) continue;
    block.labels.append(id).append("\t").append(name(plan.label)).append("\t");
    if (plan.source != record) block.labels += id_of(plan.source);
    block.labels += '\n';
  }
  bool packed = form == Form::kMessagesZst ? pack_zstd(block.text, block.packed)
                : form == Form::kPromptGz  ? pack_gzip(block.text, block.packed)
                                           : true;
  if (!packed) fail("a block could not be compressed");
}

class OutFile {
 public:
  void open(const std::string& path) {
    fd_ = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (fd_ < 0) fail("cannot create " + path);
  }
  bool is_open() const { return fd_ >= 0; }
  void write(std::string_view bytes) {
    while (!bytes.empty()) {
      ssize_t n = ::write(fd_, bytes.data(), bytes.size());
      if (n < 0) fail("write failed: is the disk full?");
      bytes.remove_prefix(static_cast<std::size_t>(n));
    }
  }
  void close() {
    if (fd_ >= 0 && ::close(fd_) != 0) fail("close failed: is the disk full?");
    fd_ = -1;
  }

 private:
  int fd_ = -1;
};

// Receives the blocks in order.
class Writer {
 public:
  explicit Writer(const Options& options) : options_(options) {
    std::filesystem::create_directories(options.out + "/input");
    labels_.open(options.out + "/labels.tsv");
    labels_.write("id\tlabel\tof\n");
  }

  bool full() const { return bytes_ >= options_.size; }

  void write(const Block& block) {
    if (full()) return;  // made ahead of need by another thread
    Form form = form_of_block(block.number);
    Stream& stream = streams_[static_cast<std::size_t>(form)];
    if (!stream.file.is_open()) {
      open(form, stream);
    }
    std::string_view bytes = block.packed.empty() ? block.text : block.packed;
    if (form == Form::kAlpacaArray) {
      // ",\n" goes between elements: held back until another block follows.
      if (stream.bytes > 0) stream.file.write(",\n");
      bytes.remove_suffix(2);
    }
    stream.file.write(bytes);
    stream.bytes += block.text.size();
    bytes_ += block.text.size();
    records_ += kBlockRecords;
    labels_.write(block.labels);
    for (std::size_t i = 0; i < kLabels; ++i) counts_[i] += block.counts[i];
    if (stream.bytes >= kFileBytes) close(form, stream);
  }

  void finish() {
    for (std::size_t i = 0; i < kForms; ++i) {
      if (streams_[i].file.is_open()) close(static_cast<Form>(i), streams_[i]);
    }
    labels_.close();
    write_bench();
    std::string summary = "{\"records\": " + std::to_string(records_) +
                          ", \"bytes\": " + std::to_string(bytes_) +
                          ", \"seed\": " + std::to_string(options_.seed) + ", \"labels\": {";
    for (std::size_t i = 0; i < kLabels; ++i) {
      if (i) summary += ", ";
      summary.append("\"").append(name(static_cast<Label>(i))).append("\": ");
      summary += std::to_string(counts_[i]);
    }
    summary += "}}\n";
    OutFile file;
    file.open(options_.out + "/summary.json");
    file.write(summary);
    file.close();
    std::fputs(summary.c_str(), stdout);
  }

 private:
  struct Stream {
    OutFile file;
    std::uint64_t bytes = 0;
    int number = 0;
  };

  void open(Form form, Stream& stream) {
    constexpr std::array<const char*, kForms> kNames = {
        "alpaca-%03d.json", "sharegpt-%03d.jsonl", "messages-%03d.jsonl.zst",
        "prompts-%03d.jsonl.gz", "answers-%03d.csv"};
    char file_name[64];
    std::snprintf(file_name, sizeof file_name, kNames[static_cast<std::size_t>(form)],
                  stream.number++);
    stream.file.open(options_.out + "/input/" + file_name);
    stream.bytes = 0;
    stream.file.write(header(form));
  }
  void close(Form form, Stream& stream) {
    if (form == Form::kAlpacaArray) stream.file.write("\n]\n");
    stream.file.close();
  }
  void write_bench() {
    std::string text, question, answer;
    for (std::uint64_t i = 0; i < kBenchItems; ++i) {
      question.clear();
      write_bench_item(options_.seed, i, question, answer);
      text += "{\"id\": \"b-" + std::to_string(i) + "\", \"question\": ";
      append_json(text, question);
      text += ", \"answer\": ";
      append_json(text, answer);
      text += "}\n";
    }
    OutFile file;
    file.open(options_.out + "/bench.jsonl");
    file.write(text);
    file.close();
  }

  const Options& options_;
  std::array<Stream, kForms> streams_;
  OutFile labels_;
  std::uint64_t bytes_ = 0, records_ = 0;
  std::array<std::uint64_t, kLabels> counts_{};
};

void generate(const Options& options) {
  using oneapi::tbb::filter_mode;
  oneapi::tbb::global_control limit(oneapi::tbb::global_control::max_allowed_parallelism,
                                    options.threads);
  Writer writer(options);
  std::atomic<bool> full{false};
  std::uint64_t next = 0;
  oneapi::tbb::parallel_pipeline(
      options.threads * 4,
      oneapi::tbb::make_filter<void, Block*>(filter_mode::serial_in_order,
                                             [&](oneapi::tbb::flow_control& control) -> Block* {
                                               if (full) {
                                                 control.stop();
                                                 return nullptr;
                                               }
                                               auto* block = new Block;
                                               block->number = next++;
                                               return block;
                                             }) &
          oneapi::tbb::make_filter<Block*, Block*>(filter_mode::parallel,
                                                   [&](Block* block) {
                                                     make_block(options.seed, *block);
                                                     return block;
                                                   }) &
          oneapi::tbb::make_filter<Block*, void>(filter_mode::serial_in_order, [&](Block* raw) {
            std::unique_ptr<Block> block(raw);
            writer.write(*block);
            full = writer.full();
          }));
  writer.finish();
}

}  // namespace
}  // namespace corpus::demo

int main(int argc, char** argv) {
  auto options = corpus::demo::parse(argc, argv);
  if (std::filesystem::exists(options.out + "/input")) {
    corpus::demo::fail(options.out + "/input exists; remove it or choose another -o");
  }
  corpus::demo::generate(options);
}
