// ParquetSink: writes kept records to one Parquet file, which is there whole or not at all.
//
// The column `json` is the line that a .jsonl file would have; the others say what that line says, also where
// stages edited the record or it was converted. Dropped records go nowhere. Cannot be resumed.
#ifndef CORPUS_WRITERS_PARQUET_SINK_H_
#define CORPUS_WRITERS_PARQUET_SINK_H_

#include <memory>
#include <string>

#include "corpus/component.h"
#include "parquet/files.h"
#include "writers/encode.h"

namespace corpus {

class ParquetSink final : public Sink {
 public:
  // `encode` without compression; the file's own is zstd of `level`.
  ParquetSink(std::string path, EncodeOptions encode, int level)
      : path_(std::move(path)), encode_(encode), level_(level) {}
  ~ParquetSink() override;

  std::uint32_t fields() const override;
  std::unique_ptr<State> scratch() const override;
  Result<void> prepare(Batch& batch, State* state) const override;
  Result<void> write(Batch& batch) override;
  Result<void> open() override;
  Result<void> close(const RunSummary& summary) override;
  std::uint64_t bytes_written() const override { return writer_ ? writer_->bytes() : 0; }

 private:
  std::string path_;
  std::string temporary_;  // not renamed yet
  EncodeOptions encode_;
  int level_;
  std::unique_ptr<parquet::Writer> writer_;
  std::string lines_;
  Batch again_;
};

}  // namespace corpus

#endif  // CORPUS_WRITERS_PARQUET_SINK_H_
