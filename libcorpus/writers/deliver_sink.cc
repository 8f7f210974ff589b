// make_delivery: a sink that hands batches to the program instead of writing them.
#include <string>
#include <utility>
#include <vector>

#include "corpus/pipeline.h"
#include "writers/convert.h"
#include "writers/encode.h"

namespace corpus {

Result<std::unique_ptr<Sink>> make_delivery(const Recipe& recipe, decltype(Custom::deliver) deliver);

namespace {

class DeliverSink final : public Sink {
 public:
  DeliverSink(decltype(Custom::deliver) deliver, EncodeOptions encode, std::uint32_t fields)
      : deliver_(std::move(deliver)), encode_(encode), fields_(fields) {}

  std::uint32_t fields() const override { return encode_.fields() | fields_; }
  std::unique_ptr<State> scratch() const override { return std::make_unique<BatchEncoder>(encode_); }

  // The lines end up in one piece behind what the encoder left: most batches are one run anyway.
  Result<void> prepare(Batch& batch, State* state) const override {
    CORPUS_CHECK(static_cast<BatchEncoder*>(state)->encode(batch));
    PaddedBuffer whole;
    Encoded encoded = kept(batch);
    if (encoded.pieces.size() > 1) {
      for (auto piece : encoded.pieces) whole.append(piece);
    }
    batch.encoded.push_back(std::move(whole));
    return {};
  }

  Result<void> write(Batch& batch) override {
    Encoded encoded = kept(batch);
    Delivered out{.batch = &batch, .lines = {}};
    if (encoded.pieces.size() == 1) out.lines = encoded.pieces[0];
    if (encoded.pieces.size() > 1) out.lines = batch.encoded.back().view();
    bytes_ += out.lines.size();
    return deliver_(out);
  }

  Result<void> close(const RunSummary&) override { return {}; }
  std::uint64_t bytes_written() const override { return bytes_; }

 private:
  decltype(Custom::deliver) deliver_;
  EncodeOptions encode_;
  std::uint32_t fields_;
  std::uint64_t bytes_ = 0;
};

// What has to be decoded for the columns that were asked for. Without a list the program may look at everything.
std::uint32_t fields_of(const std::vector<std::string>& columns) {
  if (columns.empty()) return Fields::kTurns | Fields::kId | Fields::kTeacher | Fields::kFinish;
  std::uint32_t fields = 0;
  for (const auto& column : columns) {
    if (column == "id") fields |= Fields::kId;
    if (column == "teacher") fields |= Fields::kTeacher;
    if (column == "turns" || column == "shape") fields |= Fields::kTurns;  // the shape says which turns there are
  }
  return fields;
}

}  // namespace

Result<std::unique_ptr<Sink>> make_delivery(const Recipe& recipe, decltype(Custom::deliver) deliver) {
  for (const char* key : {"dir", "file", "null", "compress", "shard"}) {
    if (recipe.output.find(key) != nullptr) {
      return Error{Code::kInvalidArgument,
                   std::string("output.") + key + ": the records go to the program; leave it out"};
    }
  }
  EncodeOptions options{.codec = {.kind = Codec::Kind::kNone}};
  std::string convert = recipe.output.get("convert", "");
  if (!convert.empty()) {
    CORPUS_TRY(options.convert, parse_target(convert));
  }
  return std::unique_ptr<Sink>(
      std::make_unique<DeliverSink>(std::move(deliver), options, fields_of(recipe.output.strings("columns"))));
}

}  // namespace corpus
