#include "writers/encode.h"

#include "base/hex.h"
#include "writers/clusters.h"
#include "writers/rejects.h"

namespace corpus {
namespace {

// Batch::encoded: for each of the three outputs the bytes, the list of pieces and the note; then the
// digests of what is kept.
enum Slot : std::size_t { kBytes = 0, kPieces = 1, kNote = 2, kSlots = 3 };
constexpr std::size_t kKeptSlots = 0;
constexpr std::size_t kRejectSlots = kSlots;
constexpr std::size_t kClusterSlots = 2 * kSlots;
constexpr std::size_t kOutputs = 3;
constexpr std::size_t kDigests = kOutputs * kSlots;

// Below this a run is copied rather than given to the system as a piece of its own.
constexpr std::size_t kMinRun = std::size_t{2} << 10;
// What a worker's buffers keep between batches.
constexpr std::size_t kRetain = std::size_t{8} << 20;

Encoded output(const Batch& batch, std::size_t slot, std::size_t tally) {
  Encoded out;
  if (batch.encoded.size() < slot + kSlots || batch.encoded_records.empty()) return out;
  const PaddedBuffer& pieces = batch.encoded[slot + kPieces];
  out.pieces = {reinterpret_cast<const std::string_view*>(pieces.data()),
                pieces.size() / sizeof(std::string_view)};
  out.note = batch.encoded[slot + kNote].view();
  out.lines = batch.encoded_records[tally];
  out.continued = batch.encoded_records[tally + 1];
  return out;
}

void set_pieces(PaddedBuffer& to, std::span<const std::string_view> pieces) {
  to.append({reinterpret_cast<const char*>(pieces.data()), pieces.size_bytes()});
}

}  // namespace

Encoded kept(const Batch& batch) {
  Encoded out = output(batch, kKeptSlots, 0);
  if (batch.encoded.size() > kDigests) out.digests = batch.encoded[kDigests].view();
  return out;
}
Encoded rejected(const Batch& batch) { return output(batch, kRejectSlots, 2); }
Encoded clusters(const Batch& batch) { return output(batch, kClusterSlots, 4); }

std::uint32_t EncodeOptions::fields() const {
  std::uint32_t fields = index || clusters ? Fields::kId : 0;
  if (convert) fields |= Fields::kTurns | Fields::kId | Fields::kTeacher;
  return fields;
}

BatchEncoder::BatchEncoder(const EncodeOptions& options) : options_(options) {
  if (options.codec.kind == Codec::Kind::kZstd) zstd_.emplace(options.codec.level);
  if (options.codec.kind == Codec::Kind::kGzip) gzip_.emplace(options.codec.level);
}

Result<void> BatchEncoder::encode(Batch& batch) {
  batch.encoded.resize(kDigests + 1);
  for (auto& buffer : batch.encoded) buffer.clear();
  splicer_.start(batch);
  bool direct = options_.codec.kind == Codec::Kind::kNone;
  std::size_t min_run = direct ? kMinRun : Lines::kCopyAll;

  lines_.start(direct ? &batch.encoded[kKeptSlots + kBytes] : &text_, min_run);
  CORPUS_TRY(Tally kept_lines, print_kept(batch));
  CORPUS_CHECK(finish(batch, kKeptSlots));

  Tally dropped;
  if (options_.rejects) {
    lines_.start(direct ? &batch.encoded[kRejectSlots + kBytes] : &text_, min_run);
    dropped = print_rejects(batch);
    CORPUS_CHECK(finish(batch, kRejectSlots));
  }
  Tally evidence;
  if (options_.clusters) {
    lines_.start(direct ? &batch.encoded[kClusterSlots + kBytes] : &text_, min_run);
    evidence = print_clusters(batch);
    CORPUS_CHECK(finish(batch, kClusterSlots));
  }
  batch.encoded_records = {kept_lines.lines,  kept_lines.continued, dropped.lines,
                           dropped.continued, evidence.lines,       evidence.continued};
  text_.release_above(kRetain);
  return {};
}

Result<BatchEncoder::Tally> BatchEncoder::print_kept(Batch& batch) {
  Tally tally;
  note_.clear();
  ids_.clear();
  for (std::size_t i = 0; i < batch.records.size(); ++i) {
    const Record& record = batch.records[i];
    if (record.drop) continue;
    if (options_.index) note(batch, i);
    if (options_.digests) ids_.push_back(content_id(record, splicer_.tag(i, "id")));
    if (options_.convert) {
      CORPUS_CHECK(converter_.add_line(batch, i, *options_.convert, splicer_, lines_.text()));
    } else {
      splicer_.add_line(i, lines_);
    }
    ++tally.lines;
    tally.continued += (record.flags & Record::kMorePieces) != 0;
  }
  return tally;
}

BatchEncoder::Tally BatchEncoder::print_rejects(Batch& batch) {
  Tally tally;
  note_.clear();
  for (std::size_t i = 0; i < batch.records.size(); ++i) {
    const Record& record = batch.records[i];
    if (!record.drop || (!options_.malformed && record.drop.malformed())) continue;
    if (options_.index) note(batch, i);
    append_reject(batch, i, splicer_, scratch_, lines_.text());
    ++tally.lines;
    tally.continued += (record.flags & Record::kMorePieces) != 0;
  }
  return tally;
}

BatchEncoder::Tally BatchEncoder::print_clusters(Batch& batch) {
  Tally tally;
  note_.clear();
  for (std::size_t i = 0; i < batch.records.size(); ++i) {
    if (!batch.records[i].drop) continue;
    std::string_view evidence = splicer_.tag(i, kDedupTag);
    if (evidence.empty()) continue;
    if (options_.index) note(batch, i);
    append_cluster_line(batch.records[i], evidence, lines_.text());
    ++tally.lines;
  }
  return tally;
}

void BatchEncoder::note(const Batch& batch, std::size_t record) {
  note_.add_record(lines_.size());
  if (!batch.records[record].id.empty()) note_.add_id(batch.records[record].id);
  std::string_view tag = splicer_.tag(record, "id");
  if (tag.size() >= 2 && tag.front() == '"') tag = tag.substr(1, tag.size() - 2);
  if (!tag.empty()) note_.add_id(tag);
  if (!options_.clusters) return;
  position_.clear();
  append_position(batch.records[record].pos, position_);
  note_.add_id(position_);
}

// The id that the line will carry, as provenance/ reads it out of stored lines.
io::RecordDigest::Id BatchEncoder::content_id(const Record& record, std::string_view tag) const {
  using Digest = io::RecordDigest;
  if (tag.size() == 34) {
    if (auto id = read_hex<sizeof(Digest::Id)>(tag.substr(1, 32))) return *id;
  }
  // A tag of another form, or an earlier "corpus" value that stays: it has to be looked for.
  return tag.empty() && record.corpus_tag.size() == 0 ? Digest::kNoId : Digest::kUnknownId;
}

void BatchEncoder::digest(std::string_view lines, PaddedBuffer& out) {
  const auto& begins = note_.offsets();
  for (std::size_t i = 0; i < begins.size(); ++i) {
    std::size_t end = i + 1 < begins.size() ? begins[i + 1] : lines.size();
    io::RecordDigest one;
    one.line = sha_.update(lines.substr(begins[i], end - 1 - begins[i])).finish();
    one.id = ids_[i];
    out.append({reinterpret_cast<const char*>(&one), sizeof one});
  }
}

Result<void> BatchEncoder::finish(Batch& batch, std::size_t slot) {
  const auto& pieces = lines_.finish();
  if (pieces.empty()) return {};
  PaddedBuffer& list = batch.encoded[slot + kPieces];
  if (options_.codec.kind == Codec::Kind::kNone) {
    set_pieces(list, pieces);
    return {};
  }
  PaddedBuffer& bytes = batch.encoded[slot + kBytes];
  CORPUS_CHECK(zstd_ ? zstd_->append_frame(bytes, pieces[0])
                     : gzip_->append_member(bytes, pieces[0]));
  std::string_view whole = bytes.view();
  set_pieces(list, {&whole, 1});
  if (options_.index) {
    note_.encode(static_cast<std::uint32_t>(lines_.size()), batch.encoded[slot + kNote]);
  }
  if (options_.digests && slot == kKeptSlots) digest(pieces[0], batch.encoded[kDigests]);
  return {};
}

}  // namespace corpus
