#include "writers/shard_writer.h"

#include <charconv>
#include <cstdio>

namespace corpus {
namespace {

// State is one line of numbers for the open file, then one line for each finished file:
// finished-files open bytes log-bytes lines continued \n  bytes lines continued sha256 \n ...
class StateReader {
 public:
  explicit StateReader(std::string_view& text) : text_(text) {}

  std::uint64_t number() {
    std::uint64_t n = 0;
    const char* end = text_.data() + text_.size();
    auto got = std::from_chars(text_.data(), end, n);
    ok_ &= got.ec == std::errc() && got.ptr != end;
    text_.remove_prefix(static_cast<std::size_t>(got.ptr - text_.data()));
    if (!text_.empty()) text_.remove_prefix(1);
    return n;
  }
  std::string word() {
    auto end = text_.find('\n');
    ok_ &= end != std::string_view::npos;
    if (!ok_) return {};
    std::string out(text_.substr(0, end));
    text_.remove_prefix(end + 1);
    return out;
  }
  bool ok() const { return ok_; }

 private:
  std::string_view& text_;
  bool ok_ = true;
};

void put(std::string& out, std::uint64_t n, char end) {
  out += std::to_string(n);
  out += end;
}

Error lost(const std::string& path) {
  return {Code::kCorrupt, path +
                              ": is shorter than the checkpoint says; start again without --resume "
                              "in another folder"};
}

}  // namespace

std::string ShardWriter::name(std::size_t number) const {
  if (number == 0 && options_.first_bare) return options_.stem + options_.suffix;
  char digits[24];
  std::snprintf(digits, sizeof digits, "-%05zu", number);
  return options_.stem + digits + options_.suffix;
}

std::string ShardWriter::log_path(std::size_t number) const { return path(number) + ".index"; }

Result<void> ShardWriter::begin_file() {
  CORPUS_TRY(file_, io::File::create(path(files_.size())));
  if (options_.index) {
    CORPUS_TRY(log_, io::File::create(log_path(files_.size())));
  }
  if (!options_.digests.empty()) {
    CORPUS_TRY(digests_, io::RecordDigestWriter::create(digests_path(files_.size())));
  }
  sha_.reset();
  file_bytes_ = log_bytes_ = lines_ = continued_ = 0;
  return {};
}

Result<void> ShardWriter::append(std::string_view bytes) {
  CORPUS_CHECK(file_.write(bytes));
  sha_.update(bytes);
  file_bytes_ += bytes.size();
  return {};
}

Result<void> ShardWriter::write(const Encoded& encoded) {
  if (encoded.pieces.empty()) return {};
  if (!file_.is_open()) CORPUS_CHECK(begin_file());
  if (encoded.pieces.size() == 1) {
    CORPUS_CHECK(append(encoded.pieces[0]));
  } else {
    CORPUS_CHECK(file_.writev({encoded.pieces.begin(), encoded.pieces.end()}));
    for (auto piece : encoded.pieces) {
      sha_.update(piece);
      file_bytes_ += piece.size();
    }
  }
  if (options_.index) index_.add_frame(encoded.pieces[0], encoded.note);
  if (digests_) CORPUS_CHECK(digests_->append(encoded.digests));
  lines_ += encoded.lines;
  continued_ += encoded.continued;
  if (file_bytes_ >= options_.shard_bytes || index_.full()) return end_file();
  return {};
}

Result<void> ShardWriter::end_file() {
  if (options_.index) {
    CORPUS_CHECK(index_.finish([this](std::string_view bytes) { return append(bytes); }));
    CORPUS_CHECK(log_.close());
  }
  CORPUS_CHECK(file_.sync());
  CORPUS_CHECK(file_.close());
  files_.push_back({.name = options_.prefix + name(files_.size()),
                    .bytes = file_bytes_,
                    .records = lines_,
                    .continued = continued_,
                    .sha256 = sha_.hex()});
  if (digests_) {
    CORPUS_CHECK(digests_->finish(files_.back().sha256));
    digests_.reset();
  }
  total_ += file_bytes_;
  file_bytes_ = 0;
  return {};
}

Result<void> ShardWriter::finish(bool some) {
  if (!file_.is_open()) {
    if (!some || !files_.empty()) return {};
    CORPUS_CHECK(begin_file());
  }
  return end_file();
}

Result<void> ShardWriter::checkpoint(std::string& state) {
  bool open = file_.is_open();
  if (open) {
    CORPUS_CHECK(file_.sync());
    if (options_.index) {
      std::string news = index_.take_log();
      CORPUS_CHECK(log_.write(news));
      CORPUS_CHECK(log_.sync());
      log_bytes_ += news.size();
    }
    if (digests_) CORPUS_CHECK(digests_->sync());
  }
  CORPUS_CHECK(io::sync_dir(options_.folder));
  if (!options_.digests.empty()) CORPUS_CHECK(io::sync_dir(options_.digests));
  put(state, files_.size(), ' ');
  put(state, open ? 1 : 0, ' ');
  put(state, open ? file_bytes_ : 0, ' ');
  put(state, open ? log_bytes_ : 0, ' ');
  put(state, open ? lines_ : 0, ' ');
  put(state, open ? continued_ : 0, '\n');
  for (const auto& file : files_) {
    put(state, file.bytes, ' ');
    put(state, file.records, ' ');
    put(state, file.continued, ' ');
    state += file.sha256;
    state += '\n';
  }
  // A log is needed as long as its file may be cut back: up to the checkpoint before this one,
  // since the caller has not stored this one yet.
  for (; logs_from_ < checkpoint_files_; ++logs_from_) {
    CORPUS_CHECK(io::remove_file(log_path(logs_from_)));
  }
  checkpoint_files_ = files_.size();
  return {};
}

Result<void> ShardWriter::restore(std::string_view& state) {
  StateReader reader(state);
  std::uint64_t files = reader.number();
  bool open = reader.number() == 1;
  std::uint64_t bytes = reader.number();
  std::uint64_t log_bytes = reader.number();
  lines_ = reader.number();
  continued_ = reader.number();
  for (std::uint64_t i = 0; i < files && reader.ok(); ++i) {
    FileInfo file{.name = options_.prefix + name(i)};
    file.bytes = reader.number();
    file.records = reader.number();
    file.continued = reader.number();
    file.sha256 = reader.word();
    total_ += file.bytes;
    files_.push_back(std::move(file));
  }
  if (!reader.ok()) {
    return Error{Code::kCorrupt, options_.folder +
                                     ": the checkpoint of the output is damaged; start "
                                     "again without --resume in another folder"};
  }
  checkpoint_files_ = files_.size();
  for (std::size_t i = 0; i < files_.size(); ++i) {
    CORPUS_TRY(io::File file, io::File::open_read(path(i)));
    CORPUS_TRY(std::uint64_t size, file.size());
    if (size != files_[i].bytes) return lost(path(i));
  }
  if (open) CORPUS_CHECK(reopen(bytes, log_bytes));
  return remove_later_files();
}

Result<void> ShardWriter::reopen(std::uint64_t bytes, std::uint64_t log_bytes) {
  const std::string at = path(files_.size());
  if (!io::exists(at)) return lost(at);
  CORPUS_TRY(file_, io::File::open_append(at));
  CORPUS_TRY(std::uint64_t size, file_.size());
  if (size < bytes) return lost(at);
  CORPUS_CHECK(file_.truncate(bytes));
  constexpr std::size_t kStep = std::size_t{1} << 20;
  std::string buffer(kStep, '\0');
  while (file_bytes_ < bytes) {
    std::size_t want =
        static_cast<std::size_t>(std::min<std::uint64_t>(kStep, bytes - file_bytes_));
    CORPUS_TRY(std::size_t got, file_.pread(buffer.data(), want, file_bytes_));
    if (got != want) return lost(at);
    sha_.update({buffer.data(), got});
    file_bytes_ += got;
  }
  if (!options_.digests.empty()) {
    CORPUS_TRY(digests_, io::RecordDigestWriter::reopen(digests_path(files_.size()), lines_));
  }
  if (!options_.index) return {};
  const std::string log_at = log_path(files_.size());
  if (!io::exists(log_at)) return lost(log_at);
  CORPUS_TRY(log_, io::File::open_append(log_at));
  CORPUS_TRY(size, log_.size());
  if (size < log_bytes) return lost(log_at);
  CORPUS_CHECK(log_.truncate(log_bytes));
  std::string log(log_bytes, '\0');
  CORPUS_TRY(std::size_t got, log_.pread(log.data(), log.size(), 0));
  if (got != log.size()) return lost(log_at);
  log_bytes_ = log_bytes;
  auto loaded = index_.load(log);
  if (!loaded) return std::move(loaded).error().context(log_at);
  return {};
}

// What a killed run wrote behind its last checkpoint. Numbers have no gaps.
Result<void> ShardWriter::remove_later_files() {
  for (std::size_t n = files_.size() + (file_.is_open() ? 1 : 0);
       io::exists(path(n)) || io::exists(log_path(n)); ++n) {
    CORPUS_CHECK(io::remove_file(path(n)));
    CORPUS_CHECK(io::remove_file(log_path(n)));
    if (!options_.digests.empty()) CORPUS_CHECK(io::remove_file(digests_path(n)));
  }
  return {};
}

}  // namespace corpus
