#include <arrow/c/bridge.h>
#include <arrow/io/interfaces.h>
#include <arrow/memory_pool.h>
#include <arrow/record_batch.h>
#include <arrow/type.h>
#include <parquet/arrow/reader.h>
#include <parquet/file_reader.h>
#include <parquet/metadata.h>
#include <parquet/properties.h>

#include <algorithm>
#include <cstring>
#include <functional>
#include <optional>
#include <utility>
#include <vector>

#include "base/hash.h"
#include "corpus/arrow.h"
#include "parquet/files.h"
#include "parquet/status.h"

namespace corpus::parquet {
namespace {

using ::arrow::Status;

// An io::File as Arrow wants it. What the system said of it is kept, because a Status has no Code.
class StoredFile final : public ::arrow::io::RandomAccessFile {
 public:
  StoredFile(io::File file, std::int64_t size) : file_(std::move(file)), size_(size) {
    set_mode(::arrow::io::FileMode::READ);
  }

  const io::File& file() const { return file_; }
  const std::optional<Error>& error() const { return error_; }

  Status Close() override {
    closed_ = true;
    return Status::OK();
  }
  bool closed() const override { return closed_; }
  ::arrow::Result<std::int64_t> Tell() const override { return position_; }
  ::arrow::Result<std::int64_t> GetSize() override { return size_; }
  Status Seek(std::int64_t to) override {
    if (to < 0) return Status::Invalid("a position before the beginning");
    position_ = to;
    return Status::OK();
  }
  ::arrow::Result<std::int64_t> Read(std::int64_t n, void* to) override {
    ARROW_ASSIGN_OR_RAISE(std::int64_t got, ReadAt(position_, n, to));
    position_ += got;
    return got;
  }
  ::arrow::Result<std::shared_ptr<::arrow::Buffer>> Read(std::int64_t n) override {
    ARROW_ASSIGN_OR_RAISE(auto buffer, ReadAt(position_, n));
    position_ += buffer->size();
    return buffer;
  }
  ::arrow::Result<std::int64_t> ReadAt(std::int64_t at, std::int64_t n, void* to) override {
    if (at < 0 || n < 0) return Status::Invalid("a position before the beginning");
    auto got = file_.pread(to, static_cast<std::size_t>(n), static_cast<std::uint64_t>(at));
    if (got) return static_cast<std::int64_t>(*got);
    error_ = got.error();
    return Status::IOError(got.error().message);
  }
  ::arrow::Result<std::shared_ptr<::arrow::Buffer>> ReadAt(std::int64_t at, std::int64_t n) override {
    if (at < 0 || n < 0) return Status::Invalid("a position before the beginning");
    // A damaged length is not worth memory.
    n = std::min(n, std::max<std::int64_t>(size_ - at, 0));
    ARROW_ASSIGN_OR_RAISE(auto buffer, ::arrow::AllocateResizableBuffer(n));
    ARROW_ASSIGN_OR_RAISE(std::int64_t got, ReadAt(at, n, buffer->mutable_data()));
    ARROW_RETURN_NOT_OK(buffer->Resize(got));
    return std::shared_ptr<::arrow::Buffer>(std::move(buffer));
  }

 private:
  io::File file_;
  std::int64_t size_;
  std::int64_t position_ = 0;
  bool closed_ = false;
  std::optional<Error> error_;
};

// Everything one file needs, in the order in which it has to outlive the rest.
struct Opened {
  explicit Opened(std::int64_t memory) : counted(::arrow::system_memory_pool()), pool(&counted, memory) {}

  // The cap looks at all that its pool has given away, so that pool is one of this file's own.
  ::arrow::ProxyMemoryPool counted;
  ::arrow::CappedMemoryPool pool;
  std::shared_ptr<StoredFile> stored;
  std::unique_ptr<::parquet::arrow::FileReader> file;
  std::shared_ptr<::arrow::Schema> schema;
  std::unique_ptr<::arrow::RecordBatchReader> batches;  // of the row group before next_group; null: its end
  int next_group = 0, groups = 0;
  std::vector<int> leaves;  // those of the columns that are read
  std::int64_t rows = 0, rows_read = 0;
  Status status;  // of the last failure: the C interface carries its text only
};

// Looks at each batch before the importer, which trusts the lengths in it, does.
class Checked final : public ::arrow::RecordBatchReader {
 public:
  explicit Checked(std::shared_ptr<Opened> opened) : opened_(std::move(opened)) {}
  std::shared_ptr<::arrow::Schema> schema() const override { return opened_->schema; }
  Status ReadNext(std::shared_ptr<::arrow::RecordBatch>* out) override {
    opened_->status = guarded([&] { return next(*opened_, out); });
    return opened_->status;
  }

 private:
  // Row groups one by one: each has dictionaries of its own, and Arrow cannot read nested ones across them.
  static Status next(Opened& opened, std::shared_ptr<::arrow::RecordBatch>* out) {
    for (*out = nullptr;;) {
      if (!opened.batches) {
        if (opened.next_group == opened.groups) return Status::OK();
        ARROW_ASSIGN_OR_RAISE(opened.batches, opened.file->GetRecordBatchReader({opened.next_group++}, opened.leaves));
      }
      ARROW_RETURN_NOT_OK(opened.batches->ReadNext(out));
      if (*out != nullptr) break;
      opened.batches.reset();
    }
    opened.rows_read += (*out)->num_rows();
    if (!(*out)->schema()->Equals(*opened.schema, /*check_metadata=*/false)) {
      return Status::Invalid("row groups of different types");
    }
    return (*out)->Validate();
  }

  std::shared_ptr<Opened> opened_;
};

// Rows at a time, so that about 4 MiB are held in the row group with the longest ones.
std::int64_t rows_at_once(const ::parquet::FileMetaData& metadata) {
  constexpr std::int64_t kBytes = std::int64_t{4} << 20, kMost = 65536;
  std::int64_t out = kMost;
  for (int i = 0; i < metadata.num_row_groups(); ++i) {
    auto group = metadata.RowGroup(i);
    std::int64_t rows = std::max<std::int64_t>(group->num_rows(), 1);
    std::int64_t bytes = std::max<std::int64_t>(group->total_byte_size(), 1);
    out = std::min(out, std::max<std::int64_t>(kBytes / std::max<std::int64_t>(bytes / rows, 1), 1));
  }
  return out;
}

// A column of structs or lists is stored as several leaves.
Status choose_leaves(const ::parquet::SchemaDescriptor& schema, const std::vector<std::string>& columns,
                     std::vector<int>& out) {
  std::string all;
  for (int i = 0; i < schema.num_columns(); ++i) {
    const std::string& name = schema.GetColumnRoot(i)->name();
    if (columns.empty() || std::find(columns.begin(), columns.end(), name) != columns.end()) out.push_back(i);
    if (i == 0 || schema.GetColumnRoot(i) != schema.GetColumnRoot(i - 1)) all += (i == 0 ? "" : ", ") + name;
  }
  if (!out.empty() || schema.num_columns() == 0) return Status::OK();
  return Status::KeyError("input.columns: none of these columns is here, which are ", all);
}

// As written here (corpus/arrow.h): `json` holds all of a record, and of `turns` it only counts that they are there.
void choose_lines(const ::parquet::SchemaDescriptor& schema, const ::arrow::Schema& types, std::vector<int>& leaves) {
  using ::arrow::Type;
  auto is = [&](const char* name, Type::type one, Type::type other) {
    auto field = types.GetFieldByName(name);  // null where there are two
    return field != nullptr && (field->type()->id() == one || field->type()->id() == other);
  };
  if (!is("json", Type::STRING, Type::LARGE_STRING) || !is("turns", Type::LIST, Type::LARGE_LIST)) return;
  leaves.clear();
  bool turns = false;
  for (int i = 0; i < schema.num_columns(); ++i) {
    const std::string& name = schema.GetColumnRoot(i)->name();
    if (name == "json" || (name == "turns" && !turns)) leaves.push_back(i);
    turns |= name == "turns";
  }
}

Status open_file(Opened& opened, const std::vector<std::string>& columns) {
  ::parquet::ReaderProperties properties(&opened.pool);
  properties.enable_buffered_stream();  // else a whole column of a row group is held
  properties.set_buffer_size(std::int64_t{256} << 10);
  properties.set_page_checksum_verification(true);
  ::parquet::arrow::FileReaderBuilder builder;
  ARROW_RETURN_NOT_OK(builder.Open(opened.stored, properties));
  auto metadata = builder.raw_reader()->metadata();
  ::parquet::ArrowReaderProperties arrow_properties(/*use_threads=*/false);
  arrow_properties.set_pre_buffer(false);
  arrow_properties.set_batch_size(rows_at_once(*metadata));
  ARROW_ASSIGN_OR_RAISE(opened.file, builder.memory_pool(&opened.pool)->properties(arrow_properties)->Build());
  ARROW_RETURN_NOT_OK(choose_leaves(*metadata->schema(), columns, opened.leaves));
  if (columns.empty()) {
    std::shared_ptr<::arrow::Schema> types;
    ARROW_RETURN_NOT_OK(opened.file->GetSchema(&types));
    choose_lines(*metadata->schema(), *types, opened.leaves);
  }
  ARROW_ASSIGN_OR_RAISE(auto none, opened.file->GetRecordBatchReader(std::vector<int>(), opened.leaves));
  opened.schema = none->schema();
  opened.groups = metadata->num_row_groups();
  opened.rows = metadata->num_rows();
  return Status::OK();
}

class ParquetReader final : public io::ByteReader {
 public:
  explicit ParquetReader(std::shared_ptr<Opened> opened, std::uint64_t size)
      : opened_(std::move(opened)), size_(size) {}

  Result<void> begin(const std::vector<std::string>& columns) {
    ArrowArrayStream stream{};
    Status status = guarded([&] {
      ARROW_RETURN_NOT_OK(open_file(*opened_, columns));
      return ::arrow::ExportRecordBatchReader(std::make_shared<Checked>(opened_), &stream);
    });
    if (!status.ok()) return failed_as(status);
    auto lines = arrow::lines_of(&stream);
    if (!lines) return std::move(lines).error().context(opened_->stored->file().name());
    next_ = *std::move(lines);
    return {};
  }

  Result<std::size_t> read(char* to, std::size_t n) override {
    if (error_) return *error_;
    if (n == 0) return std::size_t{0};
    while (at_ == chunk_.size() && !ended_) {
      auto more = refill();
      if (more) continue;
      error_ = std::move(more).error();
      return *error_;
    }
    std::size_t got = std::min(n, chunk_.size() - at_);
    if (got != 0) std::memcpy(to, chunk_.data() + at_, got);
    at_ += got;
    return got;
  }

  // In proportion to the rows: where a column's bytes lie says little.
  std::uint64_t stored_read() const override {
    if (ended_ || opened_->rows <= 0) return ended_ ? size_ : 0;
    double part = static_cast<double>(opened_->rows_read) / static_cast<double>(opened_->rows);
    return static_cast<std::uint64_t>(std::min(part, 1.0) * static_cast<double>(size_));
  }
  const char* compression() const override { return "none"; }
  Key128 stored_hash() const override { return hash_; }

 private:
  Error failed_as(const Status& status) const {
    if (opened_->stored->error()) return *opened_->stored->error();
    return failed(opened_->stored->file().name(), status);
  }

  Result<void> refill() {
    constexpr std::size_t kRetain = std::size_t{16} << 20;
    if (chunk_.capacity() > kRetain) chunk_ = std::string();
    chunk_.clear();
    at_ = 0;
    auto more = next_(chunk_);
    if (!more) {
      if (!opened_->status.ok()) return failed_as(opened_->status);
      return std::move(more).error().context(opened_->stored->file().name());
    }
    if (*more) return {};
    CORPUS_CHECK(hash_all());
    ended_ = true;
    return {};
  }

  // The file was not read from front to back, so its hash takes one more look.
  Result<void> hash_all() {
    constexpr std::size_t kStep = std::size_t{1} << 20;
    std::unique_ptr<char[]> step(new char[kStep]);
    Hasher128 hasher;
    for (std::uint64_t at = 0;;) {
      CORPUS_TRY(std::size_t got, opened_->stored->file().pread(step.get(), kStep, at));
      hasher.update({step.get(), got});
      at += got;
      if (got < kStep) break;
    }
    hash_ = hasher.digest();
    return {};
  }

  std::shared_ptr<Opened> opened_;
  const std::uint64_t size_;
  std::function<Result<bool>(std::string&)> next_;
  std::string chunk_;
  std::size_t at_ = 0;
  bool ended_ = false;
  Key128 hash_;
  std::optional<Error> error_;
};

}  // namespace

bool built() { return true; }

Result<std::unique_ptr<io::ByteReader>> open(io::File file, const std::vector<std::string>& columns,
                                             std::int64_t memory) {
  CORPUS_TRY(std::uint64_t size, file.size());
  auto opened = std::make_shared<Opened>(memory);
  opened->stored = std::make_shared<StoredFile>(std::move(file), static_cast<std::int64_t>(size));
  auto reader = std::make_unique<ParquetReader>(std::move(opened), size);
  CORPUS_CHECK(reader->begin(columns));
  return std::unique_ptr<io::ByteReader>(std::move(reader));
}

}  // namespace corpus::parquet
