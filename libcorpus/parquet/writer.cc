#include <arrow/array.h>
#include <arrow/c/bridge.h>
#include <arrow/io/interfaces.h>
#include <arrow/record_batch.h>
#include <parquet/arrow/writer.h>
#include <parquet/properties.h>

#include <limits>
#include <optional>
#include <utility>
#include <vector>

#include "corpus/arrow.h"
#include "parquet/files.h"
#include "parquet/status.h"

namespace corpus::parquet {
namespace {

using ::arrow::Status;

class Output final : public ::arrow::io::OutputStream {
 public:
  explicit Output(io::File file) : file_(std::move(file)) { set_mode(::arrow::io::FileMode::WRITE); }

  io::File& file() { return file_; }
  std::uint64_t written() const { return static_cast<std::uint64_t>(position_); }
  const std::optional<Error>& error() const { return error_; }

  Status Close() override {
    closed_ = true;  // the file itself is synced first, by finish()
    return Status::OK();
  }
  bool closed() const override { return closed_; }
  ::arrow::Result<std::int64_t> Tell() const override { return position_; }
  Status Write(const void* data, std::int64_t n) override {
    auto done = file_.write({static_cast<const char*>(data), static_cast<std::size_t>(n)});
    if (!done) {
      error_ = done.error();
      return Status::IOError(done.error().message);
    }
    position_ += n;
    return Status::OK();
  }
  using ::arrow::io::Writable::Write;

 private:
  io::File file_;
  std::int64_t position_ = 0;
  bool closed_ = false;
  std::optional<Error> error_;
};

const std::vector<std::string>& columns() {
  static const std::vector<std::string> kAll = {"id", "teacher", "shape", "turns", "json"};
  return kAll;
}

class FileWriter final : public Writer {
 public:
  FileWriter(io::File file, std::size_t row_group)
      : name_(file.name()), output_(std::make_shared<Output>(std::move(file))), row_group_(row_group) {}

  Result<void> begin(int level) {
    return done(guarded([&] {
      ArrowSchema schema{};
      arrow::export_schema(columns(), &schema);
      ARROW_ASSIGN_OR_RAISE(schema_, ::arrow::ImportSchema(&schema));
      ::parquet::WriterProperties::Builder properties;
      properties.compression(::parquet::Compression::ZSTD)->compression_level(level)->enable_page_checksum();
      // Texts of their own each: a dictionary of them only costs memory, and least and greatest say nothing.
      for (const char* text : {"id", "json", "turns.list.element.text"}) properties.disable_dictionary(text);
      for (const char* text : {"json", "turns.list.element.text"}) properties.disable_statistics(text);
      ARROW_ASSIGN_OR_RAISE(writer_, ::parquet::arrow::FileWriter::Open(*schema_, ::arrow::default_memory_pool(),
                                                                        output_, properties.build()));
      return Status::OK();
    }));
  }

  Result<void> add(const Delivered& delivered) override {
    std::size_t size = delivered.lines.size();
    if (size == 0) return {};
    // The offsets of a column are 32 bits.
    if (size > static_cast<std::size_t>(std::numeric_limits<std::int32_t>::max())) {
      return Error{Code::kLimit, name_ + ": a batch of more than 2 GiB; make input.batch smaller"};
    }
    return done(guarded([&] {
      if (group_ != 0 && group_ + size > row_group_) {
        ARROW_RETURN_NOT_OK(writer_->NewBufferedRowGroup());
        group_ = 0;
      }
      group_ += size;
      ArrowArray array{};
      arrow::export_batch(columns(), delivered, &array);
      ARROW_ASSIGN_OR_RAISE(auto batch, ::arrow::ImportRecordBatch(&array, schema_));
      ARROW_RETURN_NOT_OK(batch->Validate());
      return writer_->WriteRecordBatch(*batch);
    }));
  }

  Result<void> finish() override {
    CORPUS_CHECK(done(guarded([&] { return writer_->Close(); })));
    CORPUS_CHECK(output_->file().sync());
    return output_->file().close();
  }

  std::uint64_t bytes() const override { return output_->written(); }

 private:
  Result<void> done(const Status& status) const {
    if (status.ok()) return {};
    if (output_->error()) return *output_->error();
    return failed(name_, status);
  }

  std::string name_;
  std::shared_ptr<Output> output_;
  const std::size_t row_group_;
  std::shared_ptr<::arrow::Schema> schema_;
  std::unique_ptr<::parquet::arrow::FileWriter> writer_;
  std::size_t group_ = 0;  // bytes of the lines in the open row group
};

}  // namespace

Result<std::unique_ptr<Writer>> create(io::File file, int zstd_level, std::size_t row_group) {
  auto writer = std::make_unique<FileWriter>(std::move(file), row_group);
  CORPUS_CHECK(writer->begin(zstd_level));
  return std::unique_ptr<Writer>(std::move(writer));
}

}  // namespace corpus::parquet
