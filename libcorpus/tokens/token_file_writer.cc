#include <algorithm>
#include <cstring>
#include <utility>

#include "base/hash.h"
#include "tokens/growing_file.h"
#include "tokens/sequence_writer.h"
#include "tokens/spool.h"
#include "tokens/token_layout.h"

namespace corpus::tokens {
namespace {

class TokenFileWriter final : public SequenceWriter {
 public:
  explicit TokenFileWriter(WriterOptions options)
      : options_(std::move(options)), file_(options_.dir + "/tokens.tok") {
    foot_.length = options_.length;
    foot_.id_bytes = options_.vocab_size <= 1 << 16 ? 2 : 4;
  }

  Result<void> open() override {
    CORPUS_CHECK(file_.open());
    TokenHead head{};
    std::memcpy(head.magic, kMagic, sizeof kMagic);
    head.version = kVersion;
    return file_.write(as_bytes(head));
  }

  Result<void> write(std::span<const Document> sequence) override {
    for (const Document& document : sequence) {
      CORPUS_CHECK(write_ids(document.ids));
      for (std::uint8_t learn : document.learn) CORPUS_CHECK(put_bit(learn != 0));
      foot_.tokens += document.ids.size();
      CORPUS_CHECK(document_ends_.put(foot_.tokens));
      ++foot_.documents;
    }
    ++foot_.sequences;
    return sequence_ends_.put(foot_.tokens);
  }

  Result<void> close() override {
    if (bits_ != 0) CORPUS_CHECK(learn_.put(byte_));
    foot_.begin[kIds] = sizeof(TokenHead);
    finish_hash(kIds, ids_hash_);
    CORPUS_CHECK(append(kLearn, learn_));
    CORPUS_CHECK(append(kSequenceEnds, sequence_ends_));
    CORPUS_CHECK(append(kDocumentEnds, document_ends_));
    CORPUS_CHECK(pad());
    std::copy_n(options_.fingerprint.data(), std::min<std::size_t>(options_.fingerprint.size(), 64),
                foot_.fingerprint);
    std::copy_n(options_.template_name.data(),
                std::min<std::size_t>(options_.template_name.size(), 15), foot_.template_name);
    foot_.version = kVersion;
    std::memcpy(foot_.magic, kMagic, sizeof kMagic);
    foot_.foot_hash = hash64(as_bytes(foot_).substr(0, offsetof(TokenFoot, foot_hash)));
    CORPUS_CHECK(file_.write(as_bytes(foot_)));
    CORPUS_CHECK(file_.finish());
    return file_.publish();
  }
  std::uint64_t bytes() const override { return file_.size(); }

 private:
  template <typename T>
  static std::string_view as_bytes(const T& value) {
    return {reinterpret_cast<const char*>(&value), sizeof value};
  }

  Result<void> write_ids(std::span<const TokenId> ids) {
    std::string_view bytes(reinterpret_cast<const char*>(ids.data()), ids.size_bytes());
    if (foot_.id_bytes == 2) {
      short_ids_.assign(ids.begin(), ids.end());
      bytes = {reinterpret_cast<const char*>(short_ids_.data()), short_ids_.size() * 2};
    }
    ids_hash_.update(bytes);
    return file_.write(bytes);
  }

  Result<void> put_bit(bool bit) {
    byte_ = static_cast<std::uint8_t>(byte_ | static_cast<unsigned>(bit) << bits_);
    if (++bits_ < 8) return {};
    bits_ = 0;
    return learn_.put(std::exchange(byte_, std::uint8_t{0}));
  }

  Result<void> pad() {
    return file_.write(std::string(aligned(file_.size()) - file_.size(), '\0'));
  }

  Result<void> append(Section section, Spool& spool) {
    CORPUS_CHECK(pad());
    foot_.begin[section] = file_.size();
    Hasher128 hash;
    CORPUS_CHECK(spool.read([&](std::string_view part) {
      hash.update(part);
      return file_.write(part);
    }));
    finish_hash(section, hash);
    return {};
  }

  void finish_hash(Section section, const Hasher128& hash) {
    Key128 digest = hash.digest();
    foot_.hash[section][0] = digest.lo;
    foot_.hash[section][1] = digest.hi;
  }

  WriterOptions options_;
  GrowingFile file_;
  TokenFoot foot_{};
  Hasher128 ids_hash_;
  Spool learn_, sequence_ends_, document_ends_;
  std::vector<std::uint16_t> short_ids_;
  std::uint8_t byte_ = 0;
  unsigned bits_ = 0;
};

}  // namespace

std::unique_ptr<SequenceWriter> make_token_file_writer(WriterOptions options) {
  return std::make_unique<TokenFileWriter>(std::move(options));
}

}  // namespace corpus::tokens
