#include "corpus/verify.h"

#include <algorithm>
#include <filesystem>
#include <set>
#include <system_error>

#include "base/parallel.h"
#include "corpus/integrity.h"
#include "corpus/shard.h"
#include "io/byte_reader.h"
#include "io/file.h"
#include "io/record_digests.h"
#include "io/sha256.h"
#include "writers/clusters.h"
#include "writers/manifest.h"

namespace corpus {
namespace fs = std::filesystem;
namespace {

constexpr std::size_t kStep = std::size_t{1} << 20;
constexpr std::size_t kMostProblems = 100;

class Verifier {
 public:
  Verifier(const std::string& dir, int threads, VerifyDepth depth)
      : dir_(dir), threads_(threads), depth_(depth) {}

  Result<VerifyReport> run() {
    if (!io::exists(dir_)) return Error{Code::kNotFound, dir_ + ": there is no such folder"};
    if (io::exists(dir_ + "/.partial")) {
      problem(dir_ +
              "/.partial: left by a run that did not end; run the same command with --resume");
    }
    auto manifest = read_manifest(dir_);
    if (!manifest) {
      if (manifest.error().code == Code::kIo) return std::move(manifest).error();
      problem(manifest.error().message);
      return finish();
    }
    CORPUS_CHECK(check_listing(*manifest));
    CORPUS_CHECK(check_files(manifest->files));
    check_counts(*manifest);
    return finish();
  }

 private:
  void problem(std::string what) {
    ++count_;
    if (report_.problems.size() < kMostProblems) report_.problems.push_back(std::move(what));
  }
  // A report for what the bytes say, an Error for what the machine says.
  static bool is_machine(const Error& error) {
    return error.code == Code::kIo || error.code == Code::kLimit;
  }
  VerifyReport finish() {
    report_.ok = count_ == 0;
    if (count_ != 0) report_.error = report_.problems.front();
    return std::move(report_);
  }

  Result<void> check_listing(const Manifest& manifest) {
    // The page and the signature are written afterwards by other commands, and the digests are a
    // cache for signing: no part of the corpus.
    std::set<std::string> known = {std::string(kManifestName),
                                   "report.html",
                                   ".partial",
                                   "rejects",
                                   std::string(io::kDigestsFolder),
                                   std::string(provenance::kEnvelopeName),
                                   std::string(provenance::kIntegrityFolder)};
    for (const auto& file : manifest.files) known.insert(file.name);
    CORPUS_CHECK(check_folder("", known));
    return io::exists(dir_ + "/rejects") ? check_folder("rejects/", known) : Result<void>();
  }

  Result<void> check_folder(const std::string& prefix, const std::set<std::string>& known) {
    std::error_code error;
    std::vector<std::string> unexpected;
    for (fs::directory_iterator it(dir_ + "/" + prefix, error), end; !error && it != end;
         it.increment(error)) {
      std::string name = prefix + it->path().filename().string();
      if (!known.contains(name)) unexpected.push_back(name);
    }
    if (error) return Error{Code::kIo, dir_ + "/" + prefix + ": cannot list: " + error.message()};
    std::sort(unexpected.begin(), unexpected.end());
    for (const auto& name : unexpected) problem(dir_ + "/" + name + ": is not in the manifest");
    return {};
  }

  // What was found in one file, which one thread looks at.
  struct Found {
    bool there = false;
    std::vector<std::string> problems;
    std::uint64_t lines = 0;
    bool counted = false;
  };

  Result<void> check_files(const std::vector<FileInfo>& files) {
    std::vector<Found> found(files.size());
    CORPUS_CHECK(for_each_number(files.size(), threads_,
                                 [&](std::size_t i) { return check_file(files[i], found[i]); }));
    for (std::size_t i = 0; i < files.size(); ++i) add(files[i], found[i]);
    return {};
  }

  Result<void> check_file(const FileInfo& file, Found& found) const {
    const std::string path = dir_ + "/" + file.name;
    found.there = io::exists(path);
    if (!found.there) {
      found.problems.push_back(path + ": is missing");
      return {};
    }
    CORPUS_CHECK(check_bytes(path, file, found));
    if (depth_ == VerifyDepth::kBytes) {
      found.lines = file.records;
      found.counted = true;
      return {};
    }
    auto lines = file.name.ends_with(".zst") ? count_shard(path) : count_lines(path);
    if (!lines) {
      if (is_machine(lines.error())) return std::move(lines).error();
      found.problems.push_back(std::move(lines).error().message);
      return {};
    }
    if (*lines != file.records) {
      found.problems.push_back(path + ": holds " + std::to_string(*lines) +
                               " records, the manifest says " + std::to_string(file.records));
    }
    found.lines = *lines;
    found.counted = true;
    return {};
  }

  void add(const FileInfo& file, Found& found) {
    for (auto& what : found.problems) problem(std::move(what));
    report_.files += found.there;
    if (!found.counted || is_clusters_name(file.name)) return;  // those lines are no records
    bool reject = file.name.starts_with("rejects/");
    if (!reject) report_.records += found.lines;
    (reject ? rejected_ : kept_) += found.lines - std::min(found.lines, file.continued);
  }

  static Result<void> check_bytes(const std::string& path, const FileInfo& info, Found& found) {
    CORPUS_TRY(io::File file, io::File::open_read(path));
    io::Sha256 sha;
    std::uint64_t size = 0;
    std::string buffer(kStep, '\0');
    for (;;) {
      CORPUS_TRY(std::size_t n, file.read(buffer.data(), buffer.size()));
      sha.update({buffer.data(), n});
      size += n;
      if (n < buffer.size()) break;
    }
    if (size != info.bytes) {
      found.problems.push_back(path + ": has " + std::to_string(size) +
                               " bytes, the manifest says " + std::to_string(info.bytes));
    } else if (sha.hex() != info.sha256) {
      found.problems.push_back(
          path + ": its SHA-256 is not the one in the manifest: it was changed or damaged");
    }
    return {};
  }

  static Result<std::uint64_t> count_shard(const std::string& path) {
    CORPUS_TRY(ShardReader shard, ShardReader::open(path));
    CORPUS_CHECK(shard.check());
    return shard.records();
  }

  static Result<std::uint64_t> count_lines(const std::string& path) {
    CORPUS_TRY(auto reader, io::open_bytes(path, io::ReadLimits{}));
    std::string buffer(kStep, '\0');
    std::uint64_t lines = 0;
    for (;;) {
      CORPUS_TRY(std::size_t n, reader->read(buffer.data(), buffer.size()));
      if (n == 0) return lines;
      lines += static_cast<std::uint64_t>(
          std::count(buffer.begin(), buffer.begin() + static_cast<std::ptrdiff_t>(n), '\n'));
    }
  }

  void check_counts(const Manifest& m) {
    if (count_ != 0) return;  // lines of damaged files were not counted
    auto differ = [&](std::string_view what, std::uint64_t is, std::uint64_t should) {
      if (is == should) return;
      problem(dir_ + ": " + std::string(what) + ": " + std::to_string(is) + ", the manifest says " +
              std::to_string(should));
    };
    differ("kept + rejected + malformed", m.kept + m.rejected + m.malformed, m.in);
    differ("records in the kept parts", kept_, m.kept);
    if (m.writes_rejects) {
      differ("records in the rejects", rejected_,
             m.rejected + (m.writes_malformed ? m.malformed : 0));
    }
  }

  const std::string& dir_;
  int threads_;
  VerifyDepth depth_;
  VerifyReport report_;
  std::size_t count_ = 0;
  std::uint64_t kept_ = 0, rejected_ = 0;
};

}  // namespace

Result<VerifyReport> verify(const std::string& dir, int threads, VerifyDepth depth) {
  return Verifier(dir, threads, depth).run();
}

}  // namespace corpus
