// FolderSink: writes a corpus folder.
//
//   OUT/part-00000.jsonl.zst ...          kept records
//   OUT/rejects/part-00000.jsonl.zst ...  dropped ones, when asked for
//   OUT/clusters.jsonl.zst                of duplicates: which record stays instead, and why
//   OUT/.digests/part-00000.jsonl.zst ... of the kept records, for signing, when asked for
//   OUT/manifest.json                     last; its presence says that the corpus is whole
//
// Until close() everything is in OUT/.partial under the same names. close() renames the files one
// by one, then the manifest, then removes .partial. A kill in between leaves files in both places;
// restore() moves them back first, so close() can be repeated from any point.
#ifndef CORPUS_WRITERS_FOLDER_SINK_H_
#define CORPUS_WRITERS_FOLDER_SINK_H_

#include <memory>
#include <string>

#include "corpus/component.h"
#include "corpus/recipe.h"
#include "writers/encode.h"
#include "writers/shard_writer.h"
#include "writers/work_folder.h"

namespace corpus {

class FolderSink final : public Sink {
 public:
  FolderSink(std::string dir, Recipe recipe, EncodeOptions encode, std::uint64_t shard_bytes);

  std::uint32_t fields() const override { return encode_.fields(); }
  std::unique_ptr<State> scratch() const override;
  Result<void> prepare(Batch& batch, State* state) const override;
  Result<void> write(Batch& batch) override;
  Result<void> open() override;
  Result<std::string> checkpoint() override;
  // An empty snapshot is the start of the run.
  Result<void> restore(std::string_view snapshot) override;
  Result<void> close(const RunSummary& summary) override;
  std::uint64_t bytes_written() const override {
    return kept_.bytes() + rejects_.bytes() + clusters_.bytes();
  }
  // Also removes what a run left that was killed after its manifest was in place.
  Result<bool> complete() const override;

 private:
  Result<void> undo_close();
  Result<void> take_back(const std::string& from, const std::string& to);
  Result<void> publish(const ShardWriter& writer);
  Result<void> publish_digests();
  Result<void> make_folders();
  std::string in_work(std::string_view name) const { return work_.path() + '/' + std::string(name); }
  Result<void> write_manifest(const RunSummary& summary);

  std::string dir_;
  Recipe recipe_;
  EncodeOptions encode_;
  WorkFolder work_;
  ShardWriter kept_, rejects_, clusters_;
};

}  // namespace corpus

#endif  // CORPUS_WRITERS_FOLDER_SINK_H_
