// bench_write [FILE.jsonl]: rates of the parts of an output, on one thread, by CPU time.
//
//   untouched     batches of which all is kept, uncompressed: no byte is copied
//   filtered      every seventh record dropped
//   tagged        two tags on each record
//   rejects       every record dropped
//   frame         tagged lines as one zstd frame, next to ZSTD_compress on the same bytes
//
// Each result is compared with one made in the plain way before its rate is printed. Without FILE
// chats of random words are made up.
#include <time.h>
#include <zstd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

#include "io/zstd_frame.h"
#include "writers/encode.h"

namespace corpus {
namespace {

constexpr std::size_t kBatch = std::size_t{1} << 20;
constexpr std::size_t kCorpus = std::size_t{64} << 20;
constexpr int kTimes = 7;

void check(bool ok, const char* what) {
  if (ok) return;
  std::fprintf(stderr, "bench_write: wrong answer: %s\n", what);
  std::exit(1);
}

double cpu_seconds() {
  timespec t{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) + 1e-9 * static_cast<double>(t.tv_nsec);
}

template <typename F>
double fastest(F&& f) {
  double best = 1e9;
  for (int i = 0; i < kTimes; ++i) {
    double start = cpu_seconds();
    f();
    best = std::min(best, cpu_seconds() - start);
  }
  return best;
}

std::string made_up() {
  std::mt19937 random(1);
  std::vector<std::string> words(20000);
  for (auto& word : words) {
    for (std::size_t n = 2 + random() % 8; n > 0; --n)
      word += static_cast<char>('a' + random() % 26);
  }
  auto text = [&](std::size_t count) {
    std::string out;
    for (; count > 0; --count) out += words[std::min(random() % 20000, random() % 20000)] + ' ';
    return out;
  };
  std::string out;
  while (out.size() < kCorpus) {
    out += R"({"messages":[{"role":"user","content":")" + text(5 + random() % 40) +
           R"("},{"role":"assistant","content":")" + text(20 + random() % 200) + "\"}]}\n";
  }
  return out;
}

// The lines cut into batches as a reader would.
std::vector<Batch> batches_of(const std::string& lines) {
  std::vector<Batch> out;
  std::size_t at = 0;
  while (at < lines.size()) {
    std::size_t end = lines.find('\n', std::min(at + kBatch, lines.size() - 1)) + 1;
    Batch& batch = out.emplace_back();
    batch.bytes.append(std::string_view(lines).substr(at, end - at));
    std::string_view rest = batch.bytes.view();
    while (!rest.empty()) {
      auto line = rest.substr(0, rest.find('\n'));
      Record record;
      record.json = line;
      record.pos =
          RecordPos::make(0, at + static_cast<std::size_t>(line.data() - batch.bytes.data()));
      batch.records.push_back(record);
      rest.remove_prefix(line.size() + 1);
    }
    at = end;
  }
  return out;
}

std::string written(const Encoded& encoded) {
  std::string out;
  for (auto piece : encoded.pieces) out += piece;
  return out;
}

struct Bench {
  std::string lines;
  std::vector<Batch> batches;

  double rate(double seconds) const { return static_cast<double>(lines.size()) / seconds / 1e9; }
  // Encodes all batches over and over; the plain result for record r of a batch is given by
  // `plain`.
  template <typename Output, typename Plain>
  void run(const char* name, const EncodeOptions& options, Output output, Plain plain) {
    BatchEncoder encoder(options);
    for (auto& batch : batches) {
      check(static_cast<bool>(encoder.encode(batch)), name);
      std::string expected;
      for (std::size_t r = 0; r < batch.records.size(); ++r) expected += plain(batch, r);
      check(written(output(batch)) == expected, name);
    }
    double seconds = fastest([&] {
      for (auto& batch : batches) check(static_cast<bool>(encoder.encode(batch)), name);
    });
    std::printf("%-10s %7.2f GB/s\n", name, rate(seconds));
  }
};

std::string tagged_line(const Record& record) {
  return std::string(record.json.substr(0, record.json.size() - 1)) +
         ",\"corpus\":{\"id\":\"0123456789abcdef0123456789abcdef\",\"line\":17}}\n";
}

void run_frames(Bench& bench) {
  EncodeOptions options;
  options.index = true;
  BatchEncoder encoder(options);
  std::vector<std::string> texts;
  std::size_t total = 0;
  io::ZstdDecompressor decompress;
  for (auto& batch : bench.batches) {
    check(static_cast<bool>(encoder.encode(batch)), "frame");
    std::string& text = texts.emplace_back();
    for (const auto& record : batch.records) text += tagged_line(record);
    PaddedBuffer back;
    check(static_cast<bool>(decompress.decode(kept(batch).pieces[0], text.size(), back)), "frame");
    check(back.view() == text, "frame");
    total += text.size();
  }
  double ours = fastest([&] {
    for (auto& batch : bench.batches) check(static_cast<bool>(encoder.encode(batch)), "frame");
  });
  std::vector<char> out(ZSTD_compressBound(2 * kBatch));
  ZSTD_CCtx* context = ZSTD_createCCtx();
  double plain = fastest([&] {
    for (const auto& text : texts) {
      out.resize(std::max(out.size(), ZSTD_compressBound(text.size())));
      check(!ZSTD_isError(
                ZSTD_compressCCtx(context, out.data(), out.size(), text.data(), text.size(), 3)),
            "ZSTD_compress");
    }
  });
  ZSTD_freeCCtx(context);
  auto mb = [&](double seconds) { return static_cast<double>(total) / seconds / 1e6; };
  std::printf("%-10s %7.0f MB/s   (ZSTD_compress of the same bytes: %.0f MB/s, %.2f of it)\n",
              "frame", mb(ours), mb(plain), plain / ours);
}

int run(int argc, char** argv) {
  Bench bench;
  if (argc > 1) {
    std::ifstream file(argv[1], std::ios::binary);
    bench.lines.assign(std::istreambuf_iterator<char>(file), {});
    if (bench.lines.empty() || bench.lines.back() != '\n') bench.lines += '\n';
  } else {
    bench.lines = made_up();
  }
  bench.batches = batches_of(bench.lines);
  std::vector<char> copy(bench.lines.size(), 1);
  std::printf("%-10s %7.2f GB/s\n", "memcpy", bench.rate(fastest([&] {
    std::copy(bench.lines.begin(), bench.lines.end(), copy.begin());
  })));

  EncodeOptions options;
  options.codec = {Codec::Kind::kNone, 0};
  auto same = [](const Batch& batch, std::size_t r) {
    return std::string(batch.records[r].json) + "\n";
  };
  bench.run("untouched", options, kept, same);

  const Reason reason = Reason::intern("bench.dropped");
  auto drop = [&](std::size_t each) {
    for (auto& batch : bench.batches) {
      for (std::size_t r = 0; r < batch.records.size(); ++r) {
        batch.records[r].drop = each != 0 && r % each == 0 ? reason : Reason();
      }
    }
  };
  drop(7);
  bench.run("filtered", options, kept, [](const Batch& batch, std::size_t r) {
    return r % 7 == 0 ? std::string() : std::string(batch.records[r].json) + "\n";
  });
  drop(0);
  for (auto& batch : bench.batches) {
    for (std::size_t r = 0; r < batch.records.size(); ++r) {
      batch.tag(r, "id", "\"0123456789abcdef0123456789abcdef\"");
    }
    for (std::size_t r = 0; r < batch.records.size(); ++r) batch.tag(r, "line", "17");
  }
  bench.run("tagged", options, kept,
            [](const Batch& batch, std::size_t r) { return tagged_line(batch.records[r]); });
  run_frames(bench);

  drop(1);
  options.rejects = true;
  bench.run("rejects", options, rejected, [](const Batch& batch, std::size_t r) {
    const Record& record = batch.records[r];
    return std::string(record.json.substr(0, record.json.size() - 1)) +
           ",\"corpus\":{\"reason\":\"bench.dropped\",\"input\":0,\"offset\":" +
           std::to_string(record.pos.offset()) +
           ",\"id\":\"0123456789abcdef0123456789abcdef\",\"line\":17}}\n";
  });
  return 0;
}

}  // namespace
}  // namespace corpus

int main(int argc, char** argv) { return corpus::run(argc, argv); }
