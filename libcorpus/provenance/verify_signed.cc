// Checking a signed corpus folder against its envelope.
#include <algorithm>
#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <system_error>
#include <utility>

#include "base/parallel.h"
#include "corpus/integrity.h"
#include "io/file.h"
#include "provenance/content_ids.h"
#include "provenance/part_log.h"
#include "provenance/sealed.h"
#include "provenance/sha256.h"

namespace corpus::provenance {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostProblems = 100;

// Reads the leaves of one part beside its records.
class Leaves {
 public:
  static Result<Leaves> open(const std::string& path) {
    Leaves out;
    CORPUS_TRY(out.file_, io::File::open_read(path));
    return out;
  }
  // None behind the last one.
  Result<std::optional<Digest>> next() {
    if (at_ == buffer_.size()) {
      buffer_.resize(std::size_t{1} << 16);
      CORPUS_TRY(std::size_t n, file_.read(buffer_.data(), buffer_.size()));
      buffer_.resize(n / sizeof(Digest) * sizeof(Digest));
      at_ = 0;
      if (buffer_.empty()) return std::optional<Digest>();
    }
    Digest out;
    std::copy_n(buffer_.data() + at_, sizeof out, reinterpret_cast<char*>(out.data()));
    at_ += sizeof out;
    return std::optional<Digest>(out);
  }

 private:
  io::File file_;
  std::string buffer_;
  std::size_t at_ = 0;
};

class SignedVerifier {
 public:
  SignedVerifier(const std::string& dir, const CheckOptions& options)
      : dir_(dir), options_(options) {}

  Result<SignedReport> run() {
    if (!io::exists(dir_)) return Error{Code::kNotFound, dir_ + ": there is no such folder"};
    auto sealed = open_envelope();
    if (!sealed) {
      CORPUS_CHECK(problem_or_error(std::move(sealed).error()));
      return finish();
    }
    sealed_ = *std::move(sealed);
    out_.keyid = sealed_.keyid;
    out_.trusted = sealed_.trusted;
    out_.unchecked_policy = sealed_.unchecked_policy;
    CORPUS_CHECK(check_listing());
    CORPUS_CHECK(check_files());
    CORPUS_CHECK(check_log());
    return finish();
  }

 private:
  std::string path(std::string_view name) const { return dir_ + '/' + std::string(name); }
  void problem(std::string what) {
    ++count_;
    if (out_.report.problems.size() < kMostProblems) {
      out_.report.problems.push_back(std::move(what));
    }
  }
  // A report for what the bytes say, an Error for what the machine says.
  Result<void> problem_or_error(Error error) {
    if (error.code == Code::kIo || error.code == Code::kLimit) return error;
    problem(std::move(error.message));
    return {};
  }
  SignedReport finish() {
    out_.report.ok = count_ == 0;
    if (count_ != 0) out_.report.error = out_.report.problems.front();
    return std::move(out_);
  }

  Result<Sealed> open_envelope() const {
    std::string name = path(kEnvelopeName);
    if (!io::exists(name)) {
      return Error{Code::kCorrupt, io::exists(path(kIntegrityFolder))
                                       ? name +
                                             ": is missing: the signature was stripped, or "
                                             "signing did not end"
                                       : dir_ + ": is not signed"};
    }
    CORPUS_TRY(std::string envelope, io::read_all(name, kMaxDocument));
    PublicKey own;
    if (options_.trusted.empty()) {
      if (!io::exists(path(kKeyName))) {
        return Error{Code::kCorrupt, path(kKeyName) + ": is missing; name a key with --key"};
      }
      CORPUS_TRY(own, read_public_key(path(kKeyName)));
    }
    auto sealed = open_sealed(envelope, own, options_.trusted);
    if (sealed) return sealed;
    Error error = std::move(sealed).error().context(name);
    if (options_.trusted.empty()) error.message += " (by the key in " + path(kKeyName) + ")";
    return error;
  }

  Result<void> check_listing() {
    std::set<std::string> known = {std::string(kEnvelopeName), "report.html"};
    for (const auto& subject : sealed_.statement.subjects) known.insert(subject.name);
    std::vector<std::string> unexpected;
    std::error_code error;
    for (fs::recursive_directory_iterator it(dir_, error), end; !error && it != end;
         it.increment(error)) {
      if (it->is_directory(error)) continue;
      std::string name = it->path().lexically_relative(dir_).generic_string();
      if (!known.contains(name)) unexpected.push_back(std::move(name));
    }
    if (error) return Error{Code::kIo, dir_ + ": cannot list: " + error.message()};
    std::sort(unexpected.begin(), unexpected.end());
    for (const auto& name : unexpected) problem(path(name) + ": is not in the signed statement");
    return {};
  }

  Result<void> check_files() {
    const auto& subjects = sealed_.statement.subjects;
    std::vector<std::optional<Digest>> found(subjects.size());
    CORPUS_CHECK(for_each_number(subjects.size(), options_.threads, [&](std::size_t i) {
      return hash_file(subjects[i].name, found[i]);
    }));
    for (std::size_t i = 0; i < subjects.size(); ++i) {
      const std::string& name = subjects[i].name;
      if (!found[i]) {
        problem(path(name) + ": is missing");
        continue;
      }
      ++out_.report.files;
      if (*found[i] == subjects[i].sha256) {
        good_.insert(name);
      } else {
        differs_.push_back(name);
        problem(path(name) + ": was changed: its SHA-256 is not the one that was signed");
      }
    }
    return check_manifest();
  }

  Result<void> hash_file(const std::string& name, std::optional<Digest>& out) const {
    if (!io::exists(path(name))) return {};
    CORPUS_TRY(FileDigest digest, file_digest(path(name)));
    out = digest.sha256;
    return {};
  }

  // A statement that leaves out a file the manifest lists is no statement about this corpus.
  Result<void> check_manifest() {
    if (!good_.contains("manifest.json")) {
      if (sealed_.find("manifest.json") == nullptr) {
        problem(path(kEnvelopeName) + ": its statement does not name manifest.json");
      }
      return {};
    }
    CORPUS_TRY(std::string text, io::read_all(path("manifest.json"), kMaxDocument));
    auto listed = statement_of_manifest(text, {});
    if (!listed) return problem_or_error(std::move(listed).error());
    for (const auto& subject : listed->subjects) {
      const Digest* is = sealed_.find(subject.name);
      if (is == nullptr || *is != subject.sha256) {
        problem(path(kEnvelopeName) + ": manifest and statement differ about " + subject.name);
      }
    }
    return {};
  }

  Result<void> check_log() {
    for (std::string_view name : {kLogName, kSecretName, kKeyName}) {
      if (sealed_.find(name) == nullptr) {
        problem(path(kEnvelopeName) + ": its statement does not name " + std::string(name));
      }
    }
    if (!good_.contains(std::string(kLogName))) return {};
    CORPUS_TRY(std::string text, io::read_all(path(kLogName), kMaxDocument));
    auto log = parse_log(text);
    if (!log) return problem_or_error(std::move(log).error().context(dir_));
    if (log->root() != sealed_.log_root || log->entries.size() != sealed_.parts ||
        log->records() != sealed_.records) {
      problem(path(kLogName) + ": its root or counts are not those that were signed");
      return {};
    }
    out_.report.records = log->records();
    return check_records(*log);
  }

  // All parts when that was asked for, else those that differ: which record is it?
  Result<void> check_records(const PartLog& log) {
    if (!good_.contains(std::string(kSecretName))) return {};
    CORPUS_TRY(std::string text, io::read_all(path(kSecretName), kMaxDocument));
    auto secret = text.ends_with('\n')
                      ? parse_hex(std::string_view(text).substr(0, text.size() - 1))
                      : std::nullopt;
    if (!secret) {
      problem(path(kSecretName) + ": holds no 64 hex digits");
      return {};
    }
    std::vector<std::string> found(log.entries.size());
    std::vector<ContentIds> ids(log.entries.size());
    CORPUS_CHECK(for_each_number(log.entries.size(), options_.threads, [&](std::size_t i) {
      const std::string& part = log.entries[i].part;
      bool differs = std::find(differs_.begin(), differs_.end(), part) != differs_.end();
      bool asked = options_.records && good_.contains(part);
      if ((!asked && !differs) || !good_.contains(leaves_name(part))) return Result<void>();
      return compare(log.entries[i], i, *secret, found[i], ids[i]);
    }));
    for (auto& what : found) {
      if (!what.empty()) problem(std::move(what));
    }
    if (options_.records && count_ == 0) check_ids(ids);
    return {};
  }

  // The list of content ids is the one that the records carry.
  void check_ids(const std::vector<ContentIds>& parts) {
    if (!sealed_.has_ids) return;
    ContentIds all;
    for (const auto& part : parts) all.add(part);
    all.finish();
    const Digest* file = sealed_.find(kIdsName);
    if (all.root() != sealed_.ids_root || all.ids.size() != sealed_.ids ||
        all.without != sealed_.without_id || file == nullptr || *file != sha256(all.print())) {
      problem(path(kIdsName) + ": is not the list of the records' content ids");
    }
  }

  // Says in `what` which record of the part is not the one that was signed.
  Result<void> compare(const LogEntry& entry, std::uint64_t number, const Digest& secret,
                       std::string& what, ContentIds& ids) const {
    CORPUS_TRY(Leaves leaves, Leaves::open(path(leaves_name(entry.part))));
    MerkleRoot tree;
    std::uint64_t first = 0, differing = 0;
    ContentIdReader id_reader;
    auto check = [&](std::uint64_t index, std::string_view record) -> Result<void> {
      CORPUS_TRY(auto wanted, leaves.next());
      if (options_.records) {
        if (auto id = id_reader.read(record)) {
          ids.ids.push_back(*id);
        } else {
          ++ids.without;
        }
      }
      Nonce nonce = record_nonce(secret, number, index);
      Digest leaf = leaf_hash(bytes_of(record_commitment(nonce, record)));
      tree.add_hash(leaf);
      if (wanted && *wanted == leaf) return {};
      if (differing++ == 0) first = index;
      return {};
    };
    std::string where = path(entry.part);
    auto read = for_each_record(where, check);
    if (!read) {
      if (read.error().code == Code::kIo) return read;  // a limit is what damaged bytes ask for
      what = std::move(read).error().message;           // names the file
      return {};
    }
    if (differing != 0) {
      what = where + ": " + std::to_string(differing) + " of its records are not those that were " +
             "signed, the first is number " + std::to_string(first);
    }
    if (tree.size() != entry.records) {
      what += (what.empty() ? where + ": " : std::string("; ")) + "holds " +
              std::to_string(tree.size()) + " records where " + std::to_string(entry.records) +
              " were signed";
    } else if (what.empty() && tree.root() != entry.root) {
      what = where + ": its records do not lead to the root in the log";
    }
    return {};
  }

  const std::string& dir_;
  const CheckOptions& options_;
  Sealed sealed_;
  SignedReport out_;
  std::set<std::string> good_;        // files that are as signed
  std::vector<std::string> differs_;  // files that are there and are not
  std::size_t count_ = 0;
};

}  // namespace

bool is_signed(const std::string& dir) {
  return io::exists(dir + '/' + std::string(kEnvelopeName)) ||
         io::exists(dir + '/' + std::string(kIntegrityFolder));
}

Result<SignedReport> verify_signed(const std::string& dir, const CheckOptions& options) {
  return SignedVerifier(dir, options).run();
}

}  // namespace corpus::provenance
