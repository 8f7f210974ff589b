// Signing a corpus folder: trees over the records of its parts, their log, the envelope.
#include <filesystem>
#include <optional>
#include <system_error>
#include <utility>

#include "base/parallel.h"
#include "corpus/integrity.h"
#include "corpus/shard.h"
#include "io/file.h"
#include "io/record_digests.h"
#include "json/value.h"
#include "provenance/content_ids.h"
#include "provenance/part_log.h"
#include "provenance/sha256.h"

namespace corpus::provenance {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kFlush = std::size_t{1} << 20;

// A file written by pieces, with its digest.
class DigestedFile {
 public:
  static Result<DigestedFile> create(const std::string& path) {
    DigestedFile out;
    CORPUS_TRY(out.file_, io::File::create(path));
    return out;
  }
  Result<void> write(std::string_view bytes) {
    buffer_.append(bytes);
    return buffer_.size() < kFlush ? Result<void>() : flush();
  }
  Result<Digest> close() {
    CORPUS_CHECK(flush());
    CORPUS_CHECK(file_.sync());
    CORPUS_CHECK(file_.close());
    return hasher_.finish();
  }

 private:
  Result<void> flush() {
    hasher_.update(buffer_);
    CORPUS_CHECK(file_.write(buffer_));
    buffer_.clear();
    return {};
  }
  io::File file_;
  io::Sha256 hasher_;
  std::string buffer_;
};

// The tree of one part: its leaves go to a file.
class TreeFile {
 public:
  static Result<TreeFile> create(const std::string& path, const Digest& secret,
                                 std::uint64_t part) {
    TreeFile out;
    CORPUS_TRY(out.file_, DigestedFile::create(path));
    out.secret_ = secret;
    out.part_ = part;
    return out;
  }
  Result<void> add(const Digest& record_sha256) {
    Nonce nonce = record_nonce(secret_, part_, tree_.size());
    Digest leaf = leaf_hash(bytes_of(record_commitment(nonce, record_sha256)));
    tree_.add_hash(leaf);
    return file_.write(bytes_of(leaf));
  }
  std::uint64_t size() const { return tree_.size(); }
  Digest root() const { return tree_.root(); }
  Result<Digest> close() { return file_.close(); }

 private:
  DigestedFile file_;
  MerkleRoot tree_;
  Digest secret_{};
  std::uint64_t part_ = 0;
};

class Signer {
  struct Part {
    std::string name, sha256;
    std::uint64_t records = 0;
  };

 public:
  Signer(const std::string& dir, const SigningKey& key, const SignOptions& options)
      : dir_(dir), key_(key), options_(options), work_(dir + "/.integrity") {}

  Result<SignReport> run() {
    CORPUS_CHECK(check_whole());
    CORPUS_TRY(manifest_, io::read_all(dir_ + "/manifest.json", kMaxDocument));
    CORPUS_CHECK(check_policy());
    CORPUS_TRY(secret_, random_secret());
    CORPUS_CHECK(clear(work_));
    CORPUS_CHECK(io::make_dirs(work_));
    CORPUS_CHECK(write_trees());
    CORPUS_CHECK(write_document(kLogName, log_.print()));
    CORPUS_CHECK(write_document(kIdsName, ids_.print()));
    CORPUS_CHECK(write_document(kSecretName, hex(secret_) + '\n'));
    CORPUS_CHECK(write_document(kKeyName, key_.public_key().to_pem()));
    CORPUS_TRY(std::string envelope, seal());
    CORPUS_CHECK(publish(envelope));
    return SignReport{.keyid = key_.public_key().id(),
                      .shards = log_.entries.size(),
                      .records = log_.records(),
                      .root = log_.root()};
  }

 private:
  Error refused(std::string what) const {
    return {Code::kInvalidArgument, dir_ + ": " + std::move(what)};
  }

  Result<void> check_whole() const {
    if (io::exists(dir_ + '/' + std::string(kEnvelopeName))) {
      return refused("is signed already; to sign again remove " + std::string(kEnvelopeName) +
                     " and " + std::string(kIntegrityFolder) + "/");
    }
    // The records of parts without digests are read below, once.
    CORPUS_TRY(VerifyReport report, corpus::verify(dir_, options_.threads, VerifyDepth::kBytes));
    if (!report.ok) {
      return Error{Code::kCorrupt, "a corpus that is not whole is not signed: " + report.error};
    }
    return {};
  }

  Result<void> check_policy() {
    auto all = json::parse_value(manifest_);
    if (!all) return std::move(all).error().context(dir_ + "/manifest.json");
    for (const auto& file : *all->find("files")->if_array()) {  // verify() has seen them
      std::string name = file.get("name", "");
      if (!name.starts_with("part-")) continue;
      parts_.push_back({std::move(name), file.get("sha256", ""),
                        static_cast<std::uint64_t>(file.get("records", 0))});
    }
    const Value* policy = all->find("policy");
    unchecked_ = policy == nullptr || policy->if_object() == nullptr;
    if (unchecked_ && !options_.unchecked_policy) {
      return refused(
          "its manifest says \"policy: unchecked\", so nobody looked whether the teachers' terms "
          "allow it; make it with `corpus curate --intent ...`, or sign it as it is with "
          "--unchecked-policy, which the signature will say");
    }
    return {};
  }

  static Result<void> clear(const std::string& path) {
    std::error_code error;
    fs::remove_all(path, error);
    if (error) return Error{Code::kIo, path + ": cannot be removed: " + error.message()};
    return {};
  }

  // "integrity/log" -> where it is written until the end
  std::string in_work(std::string_view name) const {
    return work_ + std::string(name.substr(kIntegrityFolder.size()));
  }

  Result<void> write_trees() {
    log_.entries.resize(parts_.size());
    std::vector<Digest> digests(parts_.size());
    std::vector<ContentIds> ids(parts_.size());
    CORPUS_CHECK(for_each_number(parts_.size(), options_.threads, [&](std::size_t i) {
      return write_tree(i, log_.entries[i], digests[i], ids[i]);
    }));
    for (std::size_t i = 0; i < parts_.size(); ++i) {
      subjects_.push_back({leaves_name(parts_[i].name), digests[i]});
      ids_.add(ids[i]);
      ids[i] = ContentIds();
    }
    ids_.finish();
    return {};
  }

  Result<void> write_tree(std::size_t number, LogEntry& entry, Digest& digest,
                          ContentIds& ids) const {
    const Part& part = parts_[number];
    CORPUS_TRY(auto tree, TreeFile::create(in_work(leaves_name(part.name)), secret_, number));
    CORPUS_TRY(bool known, from_digests(part, tree, ids));
    if (!known) CORPUS_CHECK(from_records(part, tree, ids));
    if (tree.size() != part.records) {
      return Error{Code::kCorrupt,
                   dir_ + '/' + part.name + ": holds " + std::to_string(tree.size()) +
                       " records, the manifest says " + std::to_string(part.records)};
    }
    entry = {part.name, tree.size(), tree.root()};
    CORPUS_TRY(digest, tree.close());
    return {};
  }

  // False, and nothing done, when the writer left no digests of this part, or could not tell an id.
  Result<bool> from_digests(const Part& part, TreeFile& tree, ContentIds& ids) const {
    std::string path = dir_ + '/' + std::string(io::kDigestsFolder) + '/' + part.name;
    auto digests = io::RecordDigests::open(path, part.sha256);
    if (!digests || digests->size() != part.records) return false;
    for (std::uint64_t i = 0; i < digests->size(); ++i) {
      if ((*digests)[i].id == io::RecordDigest::kUnknownId) return false;
    }
    for (std::uint64_t i = 0; i < digests->size(); ++i) {
      const io::RecordDigest record = (*digests)[i];
      add_id(record.id == io::RecordDigest::kNoId ? std::nullopt : std::optional(record.id), ids);
      CORPUS_CHECK(tree.add(record.line));
    }
    return true;
  }

  Result<void> from_records(const Part& part, TreeFile& tree, ContentIds& ids) const {
    ContentIdReader id_reader;
    auto add = [&](std::uint64_t, std::string_view record) {
      add_id(id_reader.read(record), ids);
      return tree.add(sha256(record));
    };
    const std::string path = dir_ + '/' + part.name;
    if (!path.ends_with(".zst")) return for_each_record(path, add);
    CORPUS_TRY(ShardReader shard, ShardReader::open(path));
    return shard.check(add);
  }

  static void add_id(const std::optional<ContentId>& id, ContentIds& ids) {
    if (id) {
      ids.ids.push_back(*id);
    } else {
      ++ids.without;
    }
  }

  Result<void> write_document(std::string_view name, const std::string& text) {
    CORPUS_TRY(auto file, DigestedFile::create(in_work(name)));
    CORPUS_CHECK(file.write(text));
    CORPUS_TRY(Digest digest, file.close());
    subjects_.push_back({std::string(name), digest});
    return {};
  }

  Result<std::string> seal() const {
    Value log, evidence;
    log.set("root", hex(log_.root()));
    log.set("parts", static_cast<std::int64_t>(log_.entries.size()));
    evidence.set("integrity", 1);
    evidence.set("log", std::move(log));
    evidence.set("records", static_cast<std::int64_t>(log_.records()));
    Value ids;
    ids.set("root", hex(ids_.root()));
    ids.set("count", static_cast<std::int64_t>(ids_.ids.size()));
    ids.set("without", static_cast<std::int64_t>(ids_.without));
    evidence.set("ids", std::move(ids));
    if (unchecked_) evidence.set("unchecked_policy", true);
    CORPUS_TRY(Statement statement, statement_of_manifest(manifest_, std::move(evidence)));
    statement.subjects.insert(statement.subjects.end(), subjects_.begin(), subjects_.end());
    return print_envelope(sign(kInTotoType, print_statement(statement), key_));
  }

  Result<void> publish(const std::string& envelope) const {
    std::string folder = dir_ + '/' + std::string(kIntegrityFolder);
    CORPUS_CHECK(clear(folder));  // left by a signing that did not end, or whose envelope is gone
    CORPUS_CHECK(io::sync_dir(work_));
    CORPUS_CHECK(io::rename(work_, folder));
    CORPUS_CHECK(clear(dir_ + '/' + std::string(io::kDigestsFolder)));  // the leaves say it all now
    return io::write_atomically(dir_ + '/' + std::string(kEnvelopeName), envelope);
  }

  const std::string& dir_;
  const SigningKey& key_;
  const SignOptions& options_;
  const std::string work_;
  std::string manifest_;
  std::vector<Part> parts_;
  bool unchecked_ = false;
  Digest secret_{};
  PartLog log_;
  ContentIds ids_;                 // 16 bytes a record
  std::vector<Subject> subjects_;  // files of integrity/
};

}  // namespace

Result<SignReport> sign_corpus(const std::string& dir, const SigningKey& key,
                               const SignOptions& options) {
  return Signer(dir, key, options).run();
}

}  // namespace corpus::provenance
