// make_delivery: a sink that hands batches to the program instead of writing them.
#include <utility>

#include "corpus/pipeline.h"
#include "writers/convert.h"
#include "writers/encode.h"

namespace corpus {

Result<std::unique_ptr<Sink>> make_delivery(const Recipe& recipe, decltype(Custom::deliver) deliver);

namespace {

class DeliverSink final : public Sink {
 public:
  DeliverSink(decltype(Custom::deliver) deliver, EncodeOptions encode)
      : deliver_(std::move(deliver)), encode_(encode) {}

  // Whoever gets the records may look at all of them.
  std::uint32_t fields() const override {
    return encode_.fields() | Fields::kTurns | Fields::kId | Fields::kTeacher | Fields::kFinish;
  }
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
  std::uint64_t bytes_ = 0;
};

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
  return std::unique_ptr<Sink>(std::make_unique<DeliverSink>(std::move(deliver), options));
}

}  // namespace corpus
