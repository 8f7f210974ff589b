// output.tokens of a recipe: instead of records, a folder gets packed token ids.
//
//   OUT/tokens.tok                        format: corpus (docs/formats/tokens.md)
//   OUT/{tokens,learn}.{bin,idx}          format: megatron
//   OUT/tokens.json                       last: what is in them
//
// A conversation becomes one document and is never cut; one that is longer than a sequence is
// dropped. Text without roles is cut into documents of the length, all of it learned.
#include <algorithm>
#include <cstring>
#include <filesystem>
#include <memory>
#include <string>
#include <system_error>
#include <utility>

#include "corpus/component.h"
#include "corpus/recipe.h"
#include "corpus/tokenizer.h"
#include "io/file.h"
#include "tokens/conversation.h"
#include "tokens/packer.h"
#include "tokens/sequence_writer.h"

namespace corpus {

Result<std::unique_ptr<Sink>> make_token_sink(const Value& output);  // for core/build.cc

namespace tokens {
namespace {

constexpr std::int64_t kLength = 2048;

struct Encoder final : State {
  explicit Encoder(const Tokenizer& tokenizer) : scratch(tokenizer.scratch()) {}
  std::unique_ptr<Tokenizer::Scratch> scratch;
  Conversation conversation;
  std::vector<TokenId> ids;
};

class TokenSink final : public Sink {
 public:
  TokenSink(std::string dir, std::unique_ptr<Tokenizer> tokenizer,
            std::unique_ptr<ChatTemplate> chat, std::uint32_t length, bool megatron)
      : dir_(std::move(dir)),
        tokenizer_(std::move(tokenizer)),
        chat_(std::move(chat)),
        length_(length),
        megatron_(megatron),
        packer_(length, Packer::kWindow,
                [this](std::span<const Document> sequence) { return emit(sequence); }) {
    WriterOptions options{dir_, length, tokenizer_->vocab_size(), tokenizer_->fingerprint(),
                          std::string(chat_->name())};
    writer_ = megatron ? make_megatron_writer(std::move(options))
                       : make_token_file_writer(std::move(options));
  }

  std::uint32_t fields() const override { return Fields::kTurns; }
  std::unique_ptr<State> scratch() const override { return std::make_unique<Encoder>(*tokenizer_); }

  Result<void> prepare(Batch& batch, State* state) const override {
    auto& encoder = static_cast<Encoder&>(*state);
    batch.encoded.resize(1);
    batch.encoded[0].clear();
    for (Record& record : batch.records) {
      if (!record.drop) record.drop = encode(record, encoder, batch.encoded[0]);
    }
    return {};
  }

  Result<void> write(Batch& batch) override {
    std::string_view bytes = batch.encoded[0].view();
    while (!bytes.empty()) {
      std::uint32_t n = 0;
      std::memcpy(&n, bytes.data(), sizeof n);
      ids_.resize(n);
      std::memcpy(ids_.data(), bytes.data() + sizeof n, n * sizeof(TokenId));
      auto* learn =
          reinterpret_cast<const std::uint8_t*>(bytes.data() + sizeof n + n * sizeof(TokenId));
      learned_ += static_cast<std::uint64_t>(std::count(learn, learn + n, 1));
      CORPUS_CHECK(packer_.add({ids_, {learn, n}}));
      bytes.remove_prefix(sizeof n + n * (sizeof(TokenId) + 1));
    }
    return {};
  }

  Result<void> open() override {
    std::error_code error;
    if (!std::filesystem::is_empty(dir_, error) && !error) {
      return Error{Code::kInvalidArgument,
                   dir_ + ": exists and is not empty; name another folder for the tokens"};
    }
    CORPUS_CHECK(io::make_dirs(dir_));
    return writer_->open();
  }

  Result<void> close(const RunSummary&) override {
    CORPUS_CHECK(packer_.finish());
    CORPUS_CHECK(writer_->close());
    Value about;
    auto number = [](std::uint64_t n) { return Value(static_cast<std::int64_t>(n)); };
    about.set("format", megatron_ ? "megatron" : "corpus");
    about.set("version", 1);
    about.set("tokenizer", tokenizer_->fingerprint());
    about.set("vocab_size", tokenizer_->vocab_size());
    about.set("template", std::string(chat_->name()));
    about.set("length", number(length_));
    about.set("sequences", number(sequences_));
    about.set("documents", number(documents_));
    about.set("tokens", number(tokens_));
    about.set("learned", number(learned_));
    CORPUS_CHECK(io::write_atomically(dir_ + "/tokens.json", about.to_json() + "\n"));
    return io::sync_dir(dir_);
  }
  std::uint64_t bytes_written() const override { return writer_->bytes(); }

 private:
  Reason encode(const Record& record, Encoder& encoder, PaddedBuffer& out) const {
    if (record.turns.size() == 1 && record.turns[0].role == Role::kText)
      return encode_text(record.turns[0].text, encoder, out);
    auto turns = encoder.conversation.of(record.turns);
    if (turns.empty()) return unanswered_;
    auto made = chat_->apply(turns, false, *encoder.scratch);
    if (!made) return no_template_;
    if (length_ != 0 && made->ids.size() > length_) return too_long_;
    put(made->ids, made->learn, out);
    return {};
  }

  Reason encode_text(std::string_view text, Encoder& encoder, PaddedBuffer& out) const {
    encoder.ids.clear();
    tokenizer_->encode(text, false, *encoder.scratch, encoder.ids);
    if (encoder.ids.empty()) return empty_;
    encoder.ids.push_back(chat_->stop_ids().back());
    std::span<const TokenId> ids(encoder.ids);
    std::vector<std::uint8_t> learn(
        length_ == 0 ? ids.size() : std::min<std::size_t>(ids.size(), length_), 1);
    while (!ids.empty()) {
      auto part = ids.first(std::min(ids.size(), learn.size()));
      put(part, std::span(learn).first(part.size()), out);
      ids = ids.subspan(part.size());
    }
    return {};
  }

  static void put(std::span<const TokenId> ids, std::span<const std::uint8_t> learn,
                  PaddedBuffer& out) {
    auto n = static_cast<std::uint32_t>(ids.size());
    out.append({reinterpret_cast<const char*>(&n), sizeof n});
    out.append({reinterpret_cast<const char*>(ids.data()), ids.size_bytes()});
    out.append({reinterpret_cast<const char*>(learn.data()), learn.size()});
  }

  Result<void> emit(std::span<const Document> sequence) {
    ++sequences_;
    documents_ += sequence.size();
    for (const Document& document : sequence) tokens_ += document.ids.size();
    return writer_->write(sequence);
  }

  std::string dir_;
  std::unique_ptr<Tokenizer> tokenizer_;
  std::unique_ptr<ChatTemplate> chat_;
  std::uint32_t length_;
  bool megatron_;
  std::unique_ptr<SequenceWriter> writer_;
  Packer packer_;
  std::vector<TokenId> ids_;
  std::uint64_t sequences_ = 0, documents_ = 0, tokens_ = 0, learned_ = 0;
  Reason too_long_ = Reason::intern("output.tokens.too_long");
  Reason unanswered_ = Reason::intern("output.tokens.unanswered");
  Reason no_template_ = Reason::intern("output.tokens.template");
  Reason empty_ = Reason::intern("output.tokens.empty");
};

}  // namespace
}  // namespace tokens

Result<std::unique_ptr<Sink>> make_token_sink(const Value& output) {
  const Value& options = *output.find("tokens");
  std::string dir = output.get("dir", "");
  while (dir.size() > 1 && dir.back() == '/') dir.pop_back();
  if (dir.empty() || output.find("file") != nullptr || output.get("null", false)) {
    return Error{Code::kInvalidArgument, "output.tokens: tokens go into a folder; give output.dir"};
  }
  for (const char* key : {"compress", "shard", "convert", "rejects", "columns"}) {
    if (output.find(key) != nullptr) {
      return Error{Code::kInvalidArgument,
                   "output." + std::string(key) + " does not go with output.tokens"};
    }
  }
  CORPUS_TRY(auto tokenizer,
             Tokenizer::open(options.get("tokenizer", ""), options.get("pattern", "")));
  CORPUS_TRY(auto chat, ChatTemplate::named(options.get("template", "auto"), *tokenizer));
  auto length = static_cast<std::uint32_t>(options.get("length", tokens::kLength));
  bool megatron = options.get("format", "corpus") == "megatron";
  return std::unique_ptr<Sink>(std::make_unique<tokens::TokenSink>(
      std::move(dir), std::move(tokenizer), std::move(chat), length, megatron));
}

}  // namespace corpus
