#include "writers/stream_sink.h"

#include <cerrno>
#include <filesystem>
#include <system_error>

namespace corpus {
namespace fs = std::filesystem;

StreamSink::~StreamSink() {
  if (!temporary_.empty()) (void)io::remove_file(temporary_);  // the run failed: leave nothing
}

std::unique_ptr<State> StreamSink::scratch() const {
  return std::make_unique<BatchEncoder>(encode_);
}

Result<void> StreamSink::prepare(Batch& batch, State* state) const {
  return static_cast<BatchEncoder*>(state)->encode(batch);
}

Result<void> StreamSink::open() {
  if (path_ == "-") {
    file_ = io::File::adopt(1, "standard output");
    return {};
  }
  std::error_code error;
  auto type = fs::status(path_, error).type();
  if (type == fs::file_type::directory) {
    return Error{Code::kInvalidArgument, path_ +
                                             ": is a folder; name a file, or write a corpus with "
                                             "output.dir"};
  }
  bool replaced = type == fs::file_type::not_found || type == fs::file_type::regular;
  if (!replaced) {  // /dev/null, a named pipe: renaming would take its place
    CORPUS_TRY(file_, io::File::create(path_));
    return {};
  }
  std::string temporary = path_ + ".partial";
  CORPUS_TRY(file_, io::File::create(temporary));
  temporary_ = std::move(temporary);
  return {};
}

Result<void> StreamSink::write(Batch& batch) {
  Encoded encoded = kept(batch);
  if (encoded.pieces.empty()) return {};
  pieces_.assign(encoded.pieces.begin(), encoded.pieces.end());
  auto written = file_.writev(pieces_);
  if (!written) {
    static const std::string kBroken = std::generic_category().message(EPIPE);
    if (written.error().message.find(kBroken) != std::string::npos) {
      return Error{Code::kCancelled, "broken pipe"};
    }
    return written;
  }
  for (auto piece : pieces_) bytes_ += piece.size();
  return {};
}

Result<void> StreamSink::close(const RunSummary&) {
  if (temporary_.empty()) return file_.close();
  CORPUS_CHECK(file_.sync());
  CORPUS_CHECK(file_.close());
  CORPUS_CHECK(io::rename(temporary_, path_));
  temporary_.clear();
  return io::sync_dir(fs::path(path_).parent_path().string());
}

}  // namespace corpus
