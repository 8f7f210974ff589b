// The records a model is trained and measured on: read once, split by their content, kept in files.
#ifndef CORPUS_QUALITY_TRAINING_SET_H_
#define CORPUS_QUALITY_TRAINING_SET_H_

#include <array>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "corpus/component.h"
#include "corpus/record.h"
#include "corpus/result.h"
#include "io/file.h"

namespace corpus::quality {

enum class Part : std::uint8_t { kTrain, kCalibrate, kTest };

// Of a record by the hash of its text (*key), so that equal texts are all on one side.
class Split {
 public:
  Split(Scope scope, double calibrate, double test)
      : scope_(scope), calibrate_(calibrate), test_(test) {}
  Part part(const Record& record, std::uint64_t* key = nullptr);

 private:
  Scope scope_;
  double calibrate_, test_;
  std::string scratch_;
};

// A file that goes when it is no longer needed, whatever happens.
class ScrapFile {
 public:
  static Result<ScrapFile> create(const std::string& path);
  ScrapFile(ScrapFile&& o) noexcept
      : file_(std::move(o.file_)), path_(std::exchange(o.path_, {})) {}
  ~ScrapFile();
  Result<void> append(std::string_view bytes);
  Result<void> flush();
  const std::string& path() const { return path_; }

 private:
  ScrapFile(io::File file, std::string path) : file_(std::move(file)), path_(std::move(path)) {}
  io::File file_;
  std::string path_, buffer_;
};

// Writes the lines that stand in `from`, at each (key, position), to `to` in the order of their
// keys. For a learner that goes through its lines one by one, and would forget the first when they
// are sorted by what it is to learn. 16 bytes of memory a line.
Result<void> write_ordered(const ScrapFile& from,
                           std::vector<std::pair<std::uint64_t, std::uint64_t>> lines,
                           ScrapFile& to);

// Calls f(line) for each line of a file.
Result<void> for_each_line(const std::string& path,
                           const std::function<Result<void>(std::string_view)>& f);

}  // namespace corpus::quality

#endif  // CORPUS_QUALITY_TRAINING_SET_H_
