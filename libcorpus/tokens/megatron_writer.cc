// Megatron-LM's indexed dataset, version 1 (megatron/core/datasets/indexed_dataset.py): NAME.bin
// holds the tokens, NAME.idx where sequences lie. A document of ours is a sequence there, a packed
// sequence of ours one of its documents. The mask is a second data set of uint8 with the same
// index.
#include <array>
#include <cstring>
#include <utility>

#include "tokens/growing_file.h"
#include "tokens/sequence_writer.h"
#include "tokens/spool.h"

namespace corpus::tokens {
namespace {

constexpr std::string_view kMagic{"MMIDIDX\x00\x00", 9};
enum Dtype : std::uint8_t { kUint8 = 1, kInt32 = 4, kUint16 = 8 };

template <typename T>
std::string bytes_of(T value) {
  std::string out(sizeof value, '\0');
  std::memcpy(out.data(), &value, sizeof value);
  return out;
}

class MegatronWriter final : public SequenceWriter {
 public:
  explicit MegatronWriter(const WriterOptions& options)
      : tokens_bin_(options.dir + "/tokens.bin"),
        tokens_idx_(options.dir + "/tokens.idx"),
        learn_bin_(options.dir + "/learn.bin"),
        learn_idx_(options.dir + "/learn.idx"),
        short_(options.vocab_size <= 1 << 16) {}

  Result<void> open() override {
    for (GrowingFile* file : files()) CORPUS_CHECK(file->open());
    return documents_.put(std::int64_t{0});
  }

  Result<void> write(std::span<const Document> sequence) override {
    for (const Document& document : sequence) {
      CORPUS_CHECK(write_ids(document.ids));
      CORPUS_CHECK(learn_bin_.write(
          {reinterpret_cast<const char*>(document.learn.data()), document.learn.size()}));
      CORPUS_CHECK(lengths_.put(static_cast<std::int32_t>(document.ids.size())));
      ++sequences_;
    }
    return documents_.put(sequences_);
  }

  Result<void> close() override {
    CORPUS_CHECK(write_index(tokens_idx_, short_ ? kUint16 : kInt32, short_ ? 2 : 4));
    CORPUS_CHECK(write_index(learn_idx_, kUint8, 1));
    for (GrowingFile* file : files()) CORPUS_CHECK(file->finish());
    for (GrowingFile* file : files()) CORPUS_CHECK(file->publish());
    return {};
  }
  std::uint64_t bytes() const override {
    return tokens_bin_.size() + tokens_idx_.size() + learn_bin_.size() + learn_idx_.size();
  }

 private:
  std::array<GrowingFile*, 4> files() {
    return {&tokens_bin_, &learn_bin_, &tokens_idx_, &learn_idx_};
  }

  Result<void> write_ids(std::span<const TokenId> ids) {
    if (!short_)
      return tokens_bin_.write({reinterpret_cast<const char*>(ids.data()), ids.size_bytes()});
    short_ids_.assign(ids.begin(), ids.end());
    return tokens_bin_.write(
        {reinterpret_cast<const char*>(short_ids_.data()), short_ids_.size() * 2});
  }

  Result<void> write_index(GrowingFile& file, Dtype dtype, std::int64_t item_bytes) {
    CORPUS_CHECK(file.write(kMagic));
    CORPUS_CHECK(file.write(bytes_of(std::uint64_t{1})));
    CORPUS_CHECK(file.write(bytes_of(static_cast<std::uint8_t>(dtype))));
    CORPUS_CHECK(file.write(bytes_of(static_cast<std::uint64_t>(sequences_))));
    CORPUS_CHECK(file.write(bytes_of(documents_.size() / 8)));
    CORPUS_CHECK(lengths_.read([&](std::string_view part) { return file.write(part); }));
    std::int64_t at = 0;  // where each sequence begins, in bytes of the .bin
    CORPUS_CHECK(lengths_.read([&](std::string_view part) -> Result<void> {
      for (std::size_t i = 0; i < part.size(); i += 4) {
        std::int32_t length = 0;
        std::memcpy(&length, part.data() + i, 4);
        CORPUS_CHECK(file.write(bytes_of(at)));
        at += length * item_bytes;
      }
      return {};
    }));
    return documents_.read([&](std::string_view part) { return file.write(part); });
  }

  GrowingFile tokens_bin_, tokens_idx_, learn_bin_, learn_idx_;
  bool short_;
  Spool lengths_;    // int32 of each sequence
  Spool documents_;  // int64: the sequence each document begins with, and one more
  std::int64_t sequences_ = 0;
  std::vector<std::uint16_t> short_ids_;
};

}  // namespace

std::unique_ptr<SequenceWriter> make_megatron_writer(WriterOptions options) {
  return std::make_unique<MegatronWriter>(options);
}

}  // namespace corpus::tokens
