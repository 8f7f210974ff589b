#include "writers/parquet_sink.h"

#include <filesystem>

#include "io/file.h"

namespace corpus {
namespace {

constexpr std::uint32_t kColumns = Fields::kTurns | Fields::kId | Fields::kTeacher;

}  // namespace

ParquetSink::~ParquetSink() {
  writer_.reset();
  if (!temporary_.empty()) (void)io::remove_file(temporary_);  // the run failed: leave nothing
}

std::uint32_t ParquetSink::fields() const { return encode_.fields() | kColumns; }

std::unique_ptr<State> ParquetSink::scratch() const { return std::make_unique<BatchEncoder>(encode_); }

Result<void> ParquetSink::prepare(Batch& batch, State* state) const {
  return static_cast<BatchEncoder*>(state)->encode(batch);
}

Result<void> ParquetSink::open() {
  std::string temporary = path_ + ".partial";
  CORPUS_TRY(io::File file, io::File::create(temporary));
  temporary_ = std::move(temporary);
  CORPUS_TRY(writer_, parquet::create(std::move(file), level_));
  return {};
}

Result<void> ParquetSink::write(Batch& batch) {
  Encoded encoded = kept(batch);
  if (encoded.pieces.empty()) return {};
  Delivered out{.batch = &batch, .lines = encoded.pieces[0]};
  if (encoded.pieces.size() > 1) {
    lines_.clear();
    for (auto piece : encoded.pieces) lines_.append(piece);
    out.lines = lines_;
  }
  // The turns at hand may be those before the edits: what was cut must not come back in a column.
  if (!batch.edits.empty() || encode_.convert) {
    again_.reset();
    again_.bytes.append(out.lines);
    CORPUS_CHECK(parse_text(Value(Value::Object()), kColumns, again_));
    if (again_.records.size() != encoded.lines) {
      return Error{Code::kCorrupt, path_ + ": a batch of " + std::to_string(encoded.lines) + " lines has " +
                                        std::to_string(again_.records.size()) + " records"};
    }
    out.batch = &again_;
  }
  return writer_->add(out);
}

Result<void> ParquetSink::close(const RunSummary&) {
  CORPUS_CHECK(writer_->finish());
  CORPUS_CHECK(io::rename(temporary_, path_));
  temporary_.clear();
  return io::sync_dir(std::filesystem::path(path_).parent_path().string());
}

}  // namespace corpus
