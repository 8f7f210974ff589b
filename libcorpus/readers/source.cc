// The Source of every chain: opens one input after the other and lets its format's reader cut it.
#include <unistd.h>

#include <algorithm>
#include <cinttypes>
#include <cstdio>
#include <optional>
#include <sstream>
#include <utility>

#include "base/hash.h"
#include "corpus/component.h"
#include "io/byte_reader.h"
#include "parquet/files.h"
#include "readers/paths.h"
#include "readers/record_reader.h"
#include "readers/sniff.h"

namespace corpus {
namespace readers {
namespace {

struct Options {
  Limits limits;
  io::ReadLimits read;
  std::string format;
  std::vector<std::string> columns;  // of Parquet files; none: all
};

class CorpusSource final : public Source {
 public:
  CorpusSource(std::vector<InputFile> files, Options options)
      : options_(std::move(options)), files_(std::move(files)), spooled_(files_.size()) {
    for (const auto& file : files_) infos_.push_back({.name = file.name, .bytes = file.bytes});
  }

  Result<bool> read(Batch& batch) override {
    for (; input_ < files_.size(); ++input_) {
      if (!reader_) CORPUS_CHECK(open());
      CORPUS_TRY(bool more, reader_->read(batch));
      if (more) {
        if (batch.offset >> RecordPos::kOffsetBits != 0) {
          return fail(Code::kLimit, "is longer than 16 TiB; split it");
        }
        batch.seq = seq_++;
        batch.input = static_cast<std::uint32_t>(input_);
        batch.consumed = consumed_ + reader_->stream().bytes().stored_read();
        return true;
      }
      CORPUS_CHECK(finish());
      batch.reset();  // at its end a reader may have begun a batch of its kind
    }
    return false;
  }

  Result<void> expect_rewind() override {
    rewinds_ = true;
    return {};
  }

  Result<void> rewind() override {
    bool any_pipe = std::any_of(files_.begin(), files_.end(), [](auto& f) { return f.pipe; });
    if (any_pipe && !rewinds_) {
      return Error{Code::kInvalidArgument, "a pipe can be read only once"};
    }
    reader_.reset();
    input_ = 0;
    seq_ = 0;
    consumed_ = 0;
    return {};
  }

  std::string snapshot() const override;
  Result<void> restore(std::string_view snapshot) override;
  std::vector<InputInfo> inputs() const override { return infos_; }

 private:
  Error fail(Code code, std::string_view what) const {
    return {code, files_[input_].name + ": " + std::string(what)};
  }

  Result<void> open();
  Result<io::File> open_file();
  Result<void> finish();

  const Options options_;
  const std::vector<InputFile> files_;
  std::vector<InputInfo> infos_;
  std::vector<std::optional<io::File>> spooled_;  // what came through a pipe
  bool rewinds_ = false;

  std::unique_ptr<RecordReader> reader_;  // of files_[input_], or null: not opened yet
  std::size_t input_ = 0;
  std::uint64_t seq_ = 0;
  std::uint64_t consumed_ = 0;  // stored bytes of the inputs before input_
};

// A pipe that will be read again is first copied whole: the pass that needs it twice can decide
// nothing before its end anyway.
Result<io::File> CorpusSource::open_file() {
  const auto& [name, bytes, pipe, fd] = files_[input_];
  if (spooled_[input_]) return spooled_[input_]->reopen();
  io::File file;
  if (fd >= 0) {
    file = io::File::adopt(fd, name);
  } else if (name == "-") {
    file = io::File::adopt(STDIN_FILENO, "standard input");
  } else {
    CORPUS_TRY(file, io::File::open_read(name));
  }
  if (!rewinds_ || file.seekable()) return file;
  CORPUS_TRY(io::File copy, io::File::temporary());
  constexpr std::size_t kStep = std::size_t{1} << 20;
  std::unique_ptr<char[]> step(new char[kStep]);
  for (std::size_t got = kStep; got == kStep;) {
    CORPUS_TRY(got, file.read(step.get(), kStep));
    CORPUS_CHECK(copy.write({step.get(), got}));
  }
  spooled_[input_] = std::move(copy);
  return spooled_[input_]->reopen();
}

// Read from its end, so it is no Stream of bytes; one that cannot be is left to sniff() to refuse.
Result<bool> is_parquet(const io::File& file) {
  if (!file.seekable()) return false;
  char head[parquet::kMagic.size()];
  CORPUS_TRY(std::size_t got, file.pread(head, sizeof head, 0));
  return std::string_view(head, got) == parquet::kMagic;
}

Result<void> CorpusSource::open() {
  CORPUS_TRY(io::File file, open_file());
  CORPUS_TRY(bool parquet, is_parquet(file));
  if (parquet) {
    CORPUS_TRY(auto rows, parquet::open(std::move(file), options_.columns));
    infos_[input_].format = "parquet";
    infos_[input_].compression = rows->compression();
    reader_ = make_reader(Format::kJsonLines, Stream(std::move(rows)), options_.limits);
    return reader_->begin(files_[input_].name);
  }
  CORPUS_TRY(auto bytes, io::open_bytes(std::move(file), options_.read));
  Stream stream(std::move(bytes));
  CORPUS_TRY(Format format, sniff(stream, files_[input_].name, options_.format));
  infos_[input_].format = name(format);
  infos_[input_].compression = stream.bytes().compression();
  reader_ = make_reader(format, std::move(stream), options_.limits);
  return reader_->begin(files_[input_].name);
}

Result<void> CorpusSource::finish() {
  const auto& bytes = reader_->stream().bytes();
  std::string hash = hex(bytes.stored_hash());
  if (!infos_[input_].xxh3.empty() && infos_[input_].xxh3 != hash) {
    return fail(Code::kCorrupt, "changed between two passes; run again on a copy");
  }
  infos_[input_].xxh3 = std::move(hash);
  consumed_ += bytes.stored_read();
  reader_.reset();
  return {};
}

// "1 files input seq consumed offset in_piece place depth bits delimited", then a line for each
// input that was read: "hash format,compression".
std::string CorpusSource::snapshot() const {
  Mark mark = reader_ ? reader_->mark() : Mark();
  const auto& json = mark.scan.json;
  int bits = (json.in_string ? 1 : 0) | (json.escaped ? 2 : 0) | (json.line_break ? 4 : 0);
  std::ostringstream out;
  out << "1 " << files_.size() << ' ' << input_ << ' ' << seq_ << ' ' << consumed_ << ' '
      << mark.offset << ' ' << mark.in_piece << ' ' << int{mark.place} << ' ' << json.depth << ' '
      << bits << ' ' << int{mark.scan.delimited} << ' ' << (reader_ != nullptr) << '\n';
  for (std::size_t i = 0; i < input_; ++i) {
    out << infos_[i].xxh3 << ' ' << infos_[i].compression << ' ' << infos_[i].format << '\n';
  }
  return std::move(out).str();
}

Result<void> CorpusSource::restore(std::string_view snapshot) {
  for (const auto& file : files_) {
    if (file.pipe) {
      return Error{Code::kInvalidArgument,
                   file.name +
                       ": a pipe cannot be resumed; save it to a file first, or run "
                       "without --resume"};
    }
  }
  auto damaged = [](const char* what) {
    return Error{Code::kCorrupt, std::string("the state of the input to resume is ") + what};
  };
  std::istringstream in{std::string(snapshot)};
  int version = 0, in_piece = 0, place = 0, bits = 0, delimited = 0, opened = 0;
  std::size_t files = 0, input = 0;
  std::uint64_t seq = 0, consumed = 0;
  Mark mark;
  in >> version >> files >> input >> seq >> consumed >> mark.offset >> in_piece >> place >>
      mark.scan.json.depth >> bits >> delimited >> opened;
  if (!in || version != 1) return damaged("damaged");
  if (files != files_.size() || input > files) return damaged("of other inputs");
  for (std::size_t i = 0; i < input; ++i) {
    in >> infos_[i].xxh3 >> infos_[i].compression >> std::ws;
    std::getline(in, infos_[i].format);  // has a space in it
    if (!in) return damaged("damaged");
  }
  mark.in_piece = in_piece != 0;
  mark.place = static_cast<std::uint8_t>(place);
  mark.scan.delimited = static_cast<std::uint8_t>(delimited);
  mark.scan.json.in_string = (bits & 1) != 0;
  mark.scan.json.escaped = (bits & 2) != 0;
  mark.scan.json.line_break = (bits & 4) != 0;
  reader_.reset();
  input_ = input;
  seq_ = seq;
  consumed_ = consumed;
  if (opened == 0 || input_ == files_.size()) return {};
  CORPUS_CHECK(open());
  CORPUS_TRY(bool there, reader_->resume(mark));
  if (!there) return fail(Code::kCorrupt, "is shorter than it was; run again without --resume");
  return {};
}

Result<std::size_t> size_option(const Value& input, const char* key, std::size_t fallback,
                                std::int64_t most) {
  std::int64_t n = input.get(key, static_cast<std::int64_t>(fallback));
  if (n < 1 || n > most) {
    return Error{Code::kInvalidArgument, std::string("input.") + key + ": " + std::to_string(n) +
                                             " is not between 1 and " + std::to_string(most)};
  }
  return static_cast<std::size_t>(n);
}

}  // namespace
}  // namespace readers

// Called by core/build.cc.
Result<std::unique_ptr<Source>> make_source(const Value& input);
Result<std::unique_ptr<Source>> make_source(const Value& input, int fd, const std::string& name);

namespace {

Result<readers::Options> read_options(const Value& input) {
  using namespace readers;
  Options options;
  auto& limits = options.limits;
  CORPUS_TRY(limits.batch, size_option(input, "batch", limits.batch, std::int64_t{1} << 30));
  CORPUS_TRY(limits.max_record,
             size_option(input, "max_record", limits.max_record, std::int64_t{1} << 31));
  CORPUS_TRY(options.read.zstd_window,
             size_option(input, "zstd_window", options.read.zstd_window, std::int64_t{1} << 31));
  options.format = input.get("format", "auto");
  options.columns = input.strings("columns");
  static constexpr std::string_view kFormats[] = {"auto", "jsonl", "json", "csv", "tsv", "text"};
  if (std::find(std::begin(kFormats), std::end(kFormats), options.format) == std::end(kFormats)) {
    return Error{Code::kInvalidArgument, "input.format: '" + options.format +
                                             "' is none of auto, jsonl, json, csv, tsv, text"};
  }
  return options;
}

Result<std::unique_ptr<Source>> source_of(const Value& input, std::vector<readers::InputFile> files) {
  CORPUS_TRY(auto options, read_options(input));
  return std::unique_ptr<Source>(
      std::make_unique<readers::CorpusSource>(std::move(files), std::move(options)));
}

}  // namespace

Result<std::unique_ptr<Source>> make_source(const Value& input) {
  CORPUS_TRY(auto files, readers::find_inputs(input.strings("paths")));
  return source_of(input, std::move(files));
}

Result<std::unique_ptr<Source>> make_source(const Value& input, int fd, const std::string& name) {
  if (!input.strings("paths").empty()) {
    return Error{Code::kInvalidArgument, "input.paths: the records come from the program; leave it out"};
  }
  return source_of(input, {{name, 0, true, fd}});
}

}  // namespace corpus
