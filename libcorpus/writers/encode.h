// From a batch to the bytes that a sink writes: lines, then one frame or member for each output.
//
// This is the parallel half of every sink: it runs in Sink::prepare() with one BatchEncoder a
// worker and leaves its result in Batch::encoded, which write() only has to move.
#ifndef CORPUS_WRITERS_ENCODE_H_
#define CORPUS_WRITERS_ENCODE_H_

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "corpus/batch.h"
#include "corpus/component.h"
#include "io/gzip_writer.h"
#include "io/record_digests.h"
#include "io/sha256.h"
#include "io/zstd_frame.h"
#include "writers/codec.h"
#include "writers/convert.h"
#include "writers/lines.h"
#include "writers/record_index.h"
#include "writers/splice.h"

namespace corpus {

struct EncodeOptions {
  Codec codec;
  bool index = false;     // collect what a shard's record index needs
  bool rejects = false;   // also print what was dropped ...
  bool malformed = true;  // ... malformed records too
  bool clusters = false;  // print evidence of duplicates; index positions as ids, too
  bool digests = false;   // of kept records; needs the index
  std::optional<Target> convert;

  std::uint32_t fields() const;
};

// One output of a prepared batch. Views into the batch. Empty when there is nothing to write.
struct Encoded {
  std::span<const std::string_view> pieces;  // to be written one behind the other
  std::string_view note;                     // FrameNote, when there is an index
  std::string_view digests;                  // io::RecordDigest of each line
  std::uint32_t lines = 0;
  std::uint32_t continued = 0;  // lines that end in the middle of a record (Record::kMorePieces)
};
Encoded kept(const Batch& batch);
Encoded rejected(const Batch& batch);
Encoded clusters(const Batch& batch);

class BatchEncoder final : public State {
 public:
  explicit BatchEncoder(const EncodeOptions& options);
  Result<void> encode(Batch& batch);

 private:
  struct Tally {
    std::uint32_t lines = 0, continued = 0;
  };
  Result<Tally> print_kept(Batch& batch);
  Tally print_rejects(Batch& batch);
  Tally print_clusters(Batch& batch);
  void note(const Batch& batch, std::size_t record);
  io::RecordDigest::Id content_id(const Record& record, std::string_view tag) const;
  void digest(std::string_view lines, PaddedBuffer& out);
  // Compresses lines_ into the batch's buffers from `slot` on.
  Result<void> finish(Batch& batch, std::size_t slot);

  EncodeOptions options_;
  Splicer splicer_;
  Converter converter_;
  Lines lines_;
  FrameNote note_;
  PaddedBuffer text_;
  std::string scratch_, position_;
  std::vector<io::RecordDigest::Id> ids_;  // of the kept lines
  io::Sha256 sha_;
  std::optional<io::ZstdCompressor> zstd_;
  std::optional<io::GzipCompressor> gzip_;
};

}  // namespace corpus

#endif  // CORPUS_WRITERS_ENCODE_H_
