// SentencePiece models, by libsentencepiece.
#include <sentencepiece_processor.h>

#include <array>
#include <utility>

#include "io/sha256.h"
#include "tokens/added_tokens.h"
#include "tokens/loaders.h"
#include "tokens/text_tokenizer.h"
#include "tokens/vocabulary.h"

namespace corpus::tokens {
namespace {

constexpr std::string_view kMark = "\u2581";

class SentencePieceTokenizer final : public Tokenizer {
 public:
  struct Memory final : Scratch {
    std::string valid;
    std::vector<int> ids;
  };

  Result<void> load(std::string_view model) {
    if (auto status = processor_.LoadFromSerializedProto(model); !status.ok()) {
      return Error{Code::kCorrupt, "SentencePiece model: " + status.ToString()};
    }
    if (processor_.GetPieceSize() > kMostIds)
      return Error{Code::kLimit, "SentencePiece model with over 4 Mi pieces"};
    std::vector<AddedToken> control;
    for (TokenId id = 0; id < processor_.GetPieceSize(); ++id) {
      const std::string& piece = processor_.IdToPiece(id);
      CORPUS_CHECK(vocabulary_.add(id, decoded(id, piece)));
      if (!processor_.IsControl(id)) continue;
      vocabulary_.set_special(id);
      control.push_back({piece, id, true, false, false, false, false});
    }
    control_ = AddedTokens(std::move(control));
    strip_space_ = processor_.EncodeAsPieces("a").front().starts_with(kMark);
    fingerprint_ = io::sha256_hex(model);
    return {};
  }

  using Tokenizer::encode;
  std::unique_ptr<Scratch> scratch() const override { return std::make_unique<Memory>(); }

  void encode(std::string_view text, bool specials, Scratch& scratch,
              std::vector<TokenId>& out) const override {
    auto& memory = static_cast<Memory&>(scratch);
    auto plain = [&](std::string_view part) {
      // The library replaces what is not UTF-8 itself, one U+FFFD a byte.
      if (processor_.Encode(part, &memory.ids).ok())
        out.insert(out.end(), memory.ids.begin(), memory.ids.end());
    };
    if (!specials) return plain(text);
    control_.split(text, true, plain, [&](TokenId id) { out.push_back(id); });
  }

  std::string decode(std::span<const TokenId> ids, bool skip_specials) const override {
    std::string out;
    for (TokenId id : ids) {
      if (!(skip_specials && is_special(id))) out += piece(id);
    }
    if (strip_space_ && out.starts_with(' ')) out.erase(0, 1);
    return out;
  }

  std::int32_t vocab_size() const override { return vocabulary_.size(); }
  TokenId id_of(std::string_view token) const override {
    TokenId control = control_.id_of(token);
    return control >= 0 ? control : vocabulary_.id_of(token);
  }
  std::string_view piece(TokenId id) const override { return vocabulary_.piece(id); }
  bool is_special(TokenId id) const override { return vocabulary_.is_special(id); }
  const std::string& fingerprint() const override { return fingerprint_; }

 private:
  std::string decoded(TokenId id, std::string_view piece) const {
    if (processor_.IsByte(id)) {
      std::string_view digits = "0123456789ABCDEF";
      return std::string(1, static_cast<char>(digits.find(piece[3]) * 16 + digits.find(piece[4])));
    }
    std::string out;
    for (std::size_t i = 0; i < piece.size();) {
      bool mark = piece.substr(i).starts_with(kMark);
      mark ? out += ' ' : out += piece[i];
      i += mark ? kMark.size() : 1;
    }
    return out;
  }

  sentencepiece::SentencePieceProcessor processor_;
  Vocabulary vocabulary_;
  AddedTokens control_;
  bool strip_space_ = false;
  std::string fingerprint_;
};

}  // namespace

Result<std::unique_ptr<Tokenizer>> load_sentencepiece(std::string_view model) {
  auto out = std::make_unique<SentencePieceTokenizer>();
  CORPUS_CHECK(out->load(model));
  return std::unique_ptr<Tokenizer>(std::move(out));
}

}  // namespace corpus::tokens
