#include "quality/training_set.h"

#include <algorithm>

#include "io/mapped_file.h"
#include "text/content_key.h"

namespace corpus::quality {

Part Split::part(const Record& record, std::uint64_t* key) {
  std::uint64_t hash = text::content_key(record.turns, scope_, scratch_).lo;
  if (key != nullptr) *key = hash;
  double at = static_cast<double>(hash >> 11) * 0x1p-53;  // uniform in [0, 1)
  return at < test_ ? Part::kTest : at < test_ + calibrate_ ? Part::kCalibrate : Part::kTrain;
}

Result<ScrapFile> ScrapFile::create(const std::string& path) {
  CORPUS_TRY(auto file, io::File::create(path));
  return ScrapFile(std::move(file), path);
}

ScrapFile::~ScrapFile() {
  if (!path_.empty()) static_cast<void>(io::remove_file(path_));
}

Result<void> ScrapFile::append(std::string_view bytes) {
  constexpr std::size_t kBuffer = std::size_t{1} << 20;
  buffer_ += bytes;
  return buffer_.size() >= kBuffer ? flush() : Result<void>();
}

Result<void> ScrapFile::flush() {
  CORPUS_CHECK(file_.write(buffer_));
  buffer_.clear();
  return {};
}

Result<void> write_ordered(const ScrapFile& from,
                           std::vector<std::pair<std::uint64_t, std::uint64_t>> lines,
                           ScrapFile& to) {
  CORPUS_TRY(auto file, io::MappedFile::open(from.path()));
  std::sort(lines.begin(), lines.end());
  for (const auto& [key, position] : lines) {
    std::string_view rest = file.view().substr(position);
    CORPUS_CHECK(to.append(rest.substr(0, rest.find('\n') + 1)));
  }
  return to.flush();
}

Result<void> for_each_line(const std::string& path,
                           const std::function<Result<void>(std::string_view)>& f) {
  CORPUS_TRY(auto file, io::MappedFile::open(path));
  for (std::string_view rest = file.view(); !rest.empty();) {
    std::size_t end = std::min(rest.find('\n'), rest.size() - 1);
    CORPUS_CHECK(f(rest.substr(0, end)));
    rest.remove_prefix(end + 1);
  }
  return {};
}

}  // namespace corpus::quality
