#include "writers/folder_sink.h"

#include <filesystem>
#include <system_error>
#include <utility>

#include "io/file.h"
#include "writers/clusters.h"
#include "writers/manifest.h"

namespace corpus {
namespace fs = std::filesystem;
namespace {

constexpr std::string_view kSnapshot = "folder 2\n";

ShardWriter::Options shards(const std::string& dir, std::string prefix, const EncodeOptions& encode,
                            std::uint64_t shard_bytes) {
  std::string folder = dir + "/.partial" + (prefix.empty() ? "" : "/rejects");
  return {std::move(folder), std::move(prefix), ".jsonl" + std::string(encode.codec.suffix()),
          shard_bytes, encode.index};
}

ShardWriter::Options kept_parts(const std::string& dir, const EncodeOptions& encode,
                                std::uint64_t shard_bytes) {
  auto options = shards(dir, "", encode, shard_bytes);
  if (encode.digests) options.digests = options.folder + '/' + std::string(io::kDigestsFolder);
  return options;
}

ShardWriter::Options clusters_file(const std::string& dir, const EncodeOptions& encode,
                                   std::uint64_t shard_bytes) {
  auto options = shards(dir, "", encode, shard_bytes);
  options.stem = kClustersName;
  options.first_bare = true;
  return options;
}

}  // namespace

FolderSink::FolderSink(std::string dir, Recipe recipe, EncodeOptions encode,
                       std::uint64_t shard_bytes)
    : dir_(std::move(dir)),
      recipe_(std::move(recipe)),
      encode_(encode),
      work_(dir_),
      kept_(kept_parts(dir_, encode_, shard_bytes)),
      rejects_(shards(dir_, "rejects/", encode_, shard_bytes)),
      clusters_(clusters_file(dir_, encode_, shard_bytes)) {}

std::unique_ptr<State> FolderSink::scratch() const {
  return std::make_unique<BatchEncoder>(encode_);
}

Result<void> FolderSink::prepare(Batch& batch, State* state) const {
  return static_cast<BatchEncoder*>(state)->encode(batch);
}

Result<void> FolderSink::write(Batch& batch) {
  CORPUS_CHECK(kept_.write(kept(batch)));
  CORPUS_CHECK(rejects_.write(rejected(batch)));
  return clusters_.write(clusters(batch));
}

Result<void> FolderSink::open() {
  CORPUS_CHECK(work_.create());
  return make_folders();
}

Result<void> FolderSink::make_folders() {
  CORPUS_CHECK(io::make_dirs(work_.path() + "/rejects"));
  return encode_.digests ? io::make_dirs(in_work(io::kDigestsFolder)) : Result<void>();
}

Result<std::string> FolderSink::checkpoint() {
  std::string out(kSnapshot);
  CORPUS_CHECK(kept_.checkpoint(out));
  CORPUS_CHECK(rejects_.checkpoint(out));
  CORPUS_CHECK(clusters_.checkpoint(out));
  return out;
}

Result<void> FolderSink::restore(std::string_view snapshot) {
  CORPUS_CHECK(work_.reopen());
  CORPUS_CHECK(make_folders());
  CORPUS_CHECK(undo_close());
  constexpr std::string_view kStart = "folder 2\n0 0 0 0 0 0\n0 0 0 0 0 0\n0 0 0 0 0 0\n";
  if (snapshot.empty()) snapshot = kStart;
  if (!snapshot.starts_with(kSnapshot)) {
    return Error{Code::kUnsupported, work_.path() +
                                         ": was written by another version of libcorpus; "
                                         "start again in another folder"};
  }
  snapshot.remove_prefix(kSnapshot.size());
  CORPUS_CHECK(kept_.restore(snapshot));
  CORPUS_CHECK(rejects_.restore(snapshot));
  return clusters_.restore(snapshot);
}

// Moves finished files in `from` to `to`.
Result<void> FolderSink::take_back(const std::string& from, const std::string& to) {
  std::error_code error;
  for (fs::directory_iterator it(from, error), end; !error && it != end; it.increment(error)) {
    std::string name = it->path().filename().string();
    if (!name.starts_with("part-") && !name.starts_with(kClustersName)) continue;
    CORPUS_CHECK(io::rename(from + "/" + name, to + "/" + name));
  }
  return {};  // no such folder: nothing was moved
}

Result<void> FolderSink::undo_close() {
  CORPUS_CHECK(io::remove_file(dir_ + "/" + std::string(kManifestName)));
  CORPUS_CHECK(take_back(dir_, work_.path()));
  if (encode_.digests) {
    CORPUS_CHECK(
        take_back(dir_ + '/' + std::string(io::kDigestsFolder), in_work(io::kDigestsFolder)));
  }
  return take_back(dir_ + "/rejects", work_.path() + "/rejects");
}

Result<void> FolderSink::publish(const ShardWriter& writer) {
  for (const auto& file : writer.files()) {
    CORPUS_CHECK(io::rename(work_.path() + "/" + file.name, dir_ + "/" + file.name));
  }
  return {};
}

Result<void> FolderSink::publish_digests() {
  const std::string from = in_work(io::kDigestsFolder);
  const std::string to = dir_ + '/' + std::string(io::kDigestsFolder);
  CORPUS_CHECK(io::make_dirs(to));
  for (const auto& file : kept_.files()) {
    CORPUS_CHECK(io::rename(from + '/' + file.name, to + '/' + file.name));
  }
  return io::sync_dir(to);
}

Result<void> FolderSink::write_manifest(const RunSummary& summary) {
  auto files = kept_.files();
  for (const auto* more : {&rejects_, &clusters_}) {
    files.insert(files.end(), more->files().begin(), more->files().end());
  }
  std::string name(kManifestName);
  CORPUS_TRY(io::File file, io::File::create(work_.path() + "/" + name));
  CORPUS_CHECK(file.write(print_manifest(recipe_, summary, files)));
  CORPUS_CHECK(file.sync());
  CORPUS_CHECK(file.close());
  CORPUS_CHECK(io::rename(work_.path() + "/" + name, dir_ + "/" + name));
  return io::sync_dir(dir_);
}

Result<void> FolderSink::close(const RunSummary& summary) {
  CORPUS_CHECK(kept_.finish(true));  // OUT/part-* matches something even when nothing was kept
  CORPUS_CHECK(rejects_.finish(false));
  CORPUS_CHECK(clusters_.finish(false));
  CORPUS_CHECK(publish(kept_));
  CORPUS_CHECK(publish(clusters_));
  if (!rejects_.files().empty()) {
    CORPUS_CHECK(io::make_dirs(dir_ + "/rejects"));
    CORPUS_CHECK(publish(rejects_));
    CORPUS_CHECK(io::sync_dir(dir_ + "/rejects"));
  }
  if (encode_.digests) CORPUS_CHECK(publish_digests());
  CORPUS_CHECK(io::sync_dir(dir_));
  CORPUS_CHECK(write_manifest(summary));
  return work_.remove();
}

Result<bool> FolderSink::complete() const {
  if (!io::exists(dir_ + "/" + std::string(kManifestName))) return false;
  CORPUS_TRY(Manifest manifest, read_manifest(dir_));
  const Value* made_by = manifest.all.find("recipe");
  if (made_by == nullptr || made_by->to_json() != recipe_value(recipe_).to_json()) {
    return Error{Code::kInvalidArgument,
                 dir_ + ": holds a finished corpus that another recipe or other inputs made; give "
                        "another output folder"};
  }
  if (WorkFolder left(dir_); left.present() && left.reopen()) {
    (void)left.remove();  // verify names the folder when it cannot be removed
  }
  return true;
}

}  // namespace corpus
