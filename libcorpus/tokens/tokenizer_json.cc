// Hugging Face tokenizer.json. What is not known is refused by name; what does not bear on ids
// (truncation, padding, post_processor) is passed over.
#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <utility>

#include "json/value.h"
#include "tokens/bpe.h"
#include "tokens/byte_level.h"
#include "tokens/fingerprint.h"
#include "tokens/loaders.h"
#include "tokens/text_tokenizer.h"
#include "tokens/unigram.h"

namespace corpus::tokens {
namespace {

Error corrupt(std::string message) { return {Code::kCorrupt, std::move(message)}; }
Error unsupported(std::string message) { return {Code::kUnsupported, std::move(message)}; }

// "<0x0A>" as the byte it is.
std::optional<unsigned char> byte_token(std::string_view piece) {
  if (piece.size() != 6 || !piece.starts_with("<0x") || piece[5] != '>') return {};
  int value = 0;
  for (char c : piece.substr(3, 2)) {
    int digit = c >= '0' && c <= '9' ? c - '0' : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
    if (digit < 0) return {};
    value = value * 16 + digit;
  }
  return static_cast<unsigned char>(value);
}

// A score as `tokenizers` holds it. serde_json divides the digits, rounded to a double, by a power
// of ten, which is not always the nearest double; where two ways to cut a word score the same, that
// last bit decides.
double as_peer_reads(double exact) {
  char text[32];
  auto end = std::to_chars(text, text + sizeof text, exact, std::chars_format::scientific).ptr;
  std::uint64_t digits = 0;
  int exponent = 0;
  bool behind_point = false;
  const char* at = text + (text[0] == '-');
  for (; at != end && *at != 'e'; ++at) {
    if (*at == '.') {
      behind_point = true;
    } else {
      digits = digits * 10 + static_cast<std::uint64_t>(*at - '0');
      exponent -= behind_point;
    }
  }
  if (at == end) return exact;  // not a finite number
  int scale = 0;
  std::from_chars(at + (at[1] == '+' ? 2 : 1), end, scale);
  exponent += scale;
  if (exponent < -300 || exponent > 300) return exact;
  double power =
      std::pow(10.0, std::abs(exponent));  // exact up to 22, and no score has more digits
  double value = static_cast<double>(digits);
  value = exponent < 0 ? value / power : value * power;
  return std::signbit(exact) ? -value : value;
}

class Loader {
 public:
  Result<std::unique_ptr<Tokenizer>> load(const Value& root) {
    const Value* model = root.find("model");
    if (model == nullptr || model->if_object() == nullptr) return corrupt("no \"model\"");
    CORPUS_TRY(parts_.normalizer, Normalizer::parse(part(root, "normalizer")));
    CORPUS_TRY(parts_.pre_tokenizer, PreTokenizer::parse(part(root, "pre_tokenizer")));
    std::string type = model->get("type", model->find("merges") != nullptr ? "BPE" : "");
    if (type == "BPE") {
      CORPUS_CHECK(load_bpe(*model));
    } else if (type == "Unigram") {
      CORPUS_CHECK(load_unigram(*model));
    } else {
      return unsupported("model type '" + type + "' is not known (BPE and Unigram are)");
    }
    CORPUS_CHECK(load_added(part(root, "added_tokens")));
    for (std::string_view name : {"normalizer", "pre_tokenizer"})
      print_.add(part(root, name).to_json());
    parts_.fingerprint = print_.hex();
    parts_.strip_space =
        parts_.pre_tokenizer.prepends_space() || !parts_.normalizer.prepends().empty();
    return std::unique_ptr<Tokenizer>(std::make_unique<TextTokenizer>(std::move(parts_)));
  }

 private:
  static const Value& part(const Value& root, std::string_view name) {
    static const Value none;
    const Value* found = root.find(name);
    return found != nullptr ? *found : none;
  }

  bool byte_level() const { return parts_.pre_tokenizer.byte_level(); }

  // What a piece of the vocabulary decodes to.
  std::string decoded(std::string_view piece) const {
    if (byte_level()) {
      auto bytes = bytes_of_printed(piece);
      return bytes ? *bytes : std::string(piece);
    }
    if (byte_fallback_) {
      if (auto byte = byte_token(piece)) return std::string(1, static_cast<char>(*byte));
    }
    static constexpr std::string_view kMark = "\u2581";
    if (parts_.pre_tokenizer.metaspace() != kMark && !parts_.normalizer.spaces_become(kMark)) {
      return std::string(piece);
    }
    std::string out;
    for (std::size_t i = 0; i < piece.size();) {
      bool mark = piece.substr(i).starts_with(kMark);
      mark ? out += ' ' : out += piece[i];
      i += mark ? kMark.size() : 1;
    }
    return out;
  }

  // Pieces go into two vocabularies: what ids decode to, and what the model looks up, which differ
  // where pieces hold U+2581 for a space. Byte-level pieces are looked up as the bytes they are.
  Result<void> add_piece(std::string_view piece, std::int64_t id) {
    print_.add(id).add(piece);
    CORPUS_CHECK(parts_.vocabulary->add(id, decoded(piece)));
    if (!byte_level()) return pieces_->add(id, piece);
    auto bytes = bytes_of_printed(piece);
    return bytes ? pieces_->add(id, *bytes) : Result<void>();  // else no text is made of it
  }

  Result<void> load_bpe(const Value& model) {
    const Value* vocab = model.find("vocab");
    const Value* merges = model.find("merges");
    if (vocab == nullptr || vocab->if_object() == nullptr) return corrupt("model: no \"vocab\"");
    if (merges == nullptr || merges->if_array() == nullptr) return corrupt("model: no \"merges\"");
    for (std::string_view name : {"continuing_subword_prefix", "end_of_word_suffix"}) {
      if (!model.get(name, "").empty())
        return unsupported("model: " + std::string(name) + " is not supported");
    }
    if (model.get("dropout", 0.0) != 0)
      return unsupported("model: dropout makes ids random; set it to null");
    BpeOptions options;
    options.byte_symbols = byte_level();
    options.whole_words = model.get("ignore_merges", false);
    options.byte_fallback = byte_fallback_ = model.get("byte_fallback", false);
    options.fuse_unknown = model.get("fuse_unk", false);
    std::unordered_map<std::string_view, TokenId> ids;  // by the piece as printed, for the merges
    for (const auto& [piece, id] : *vocab->if_object()) {
      if (id.if_int() == nullptr)
        return corrupt("model: vocab: '" + piece + "' has no whole number");
      CORPUS_CHECK(add_piece(piece, *id.if_int()));
      ids.emplace(piece, static_cast<TokenId>(*id.if_int()));
    }
    auto id_of = [&](std::string_view piece) {
      auto found = ids.find(piece);
      return found == ids.end() ? TokenId{-1} : found->second;
    };
    if (std::string unknown = model.get("unk_token", ""); !unknown.empty()) {
      options.unknown = id_of(unknown);
      if (options.unknown < 0) return corrupt("model: unk_token '" + unknown + "' is not in vocab");
    }
    for (int b = 0; b < 256; ++b) {
      char text[8];
      std::snprintf(text, sizeof text, "<0x%02X>", static_cast<unsigned>(b));
      char byte = static_cast<char>(b);
      options.byte_ids[static_cast<std::size_t>(b)] =
          byte_level()     ? pieces_->id_of(std::string_view(&byte, 1))
          : byte_fallback_ ? id_of(text)
                           : -1;
    }
    PairTable pairs(merges->if_array()->size());
    std::uint32_t rank = 0;
    std::string merged;
    for (const Value& merge : *merges->if_array()) {
      CORPUS_TRY(auto pair, merge_pair(merge));
      TokenId left = id_of(pair.first), right = id_of(pair.second);
      merged.assign(pair.first).append(pair.second);
      TokenId id = id_of(merged);
      if (left < 0 || right < 0 || id < 0) {
        return corrupt("model: merge " + std::to_string(rank) +
                       " has a token that is not in vocab");
      }
      pairs.set(left, right, {rank++, id}, false);
      print_.add(pair.first).add(pair.second);
    }
    print_.add(options.whole_words)
        .add(options.byte_fallback)
        .add(options.fuse_unknown)
        .add(options.unknown);
    parts_.model = std::make_unique<Bpe>(std::move(pieces_), std::move(pairs), options);
    return {};
  }

  // "a b" or ["a", "b"].
  static Result<std::pair<std::string_view, std::string_view>> merge_pair(const Value& merge) {
    if (const std::string* text = merge.if_string()) {
      std::size_t space = text->find(' ');
      if (space != std::string::npos) {
        std::string_view view = *text;
        return std::pair(view.substr(0, space), view.substr(space + 1));
      }
    } else if (const Value::Array* two = merge.if_array(); two != nullptr && two->size() == 2) {
      const std::string* left = (*two)[0].if_string();
      const std::string* right = (*two)[1].if_string();
      if (left != nullptr && right != nullptr)
        return std::pair<std::string_view, std::string_view>(*left, *right);
    }
    return corrupt("model: a merge is no pair of tokens");
  }

  Result<void> load_unigram(const Value& model) {
    const Value* vocab = model.find("vocab");
    if (vocab == nullptr || vocab->if_array() == nullptr) return corrupt("model: no \"vocab\"");
    byte_fallback_ = model.get("byte_fallback", false);
    if (byte_level()) return unsupported("model type 'Unigram' behind ByteLevel");
    std::vector<double> scores;
    for (const Value& entry : *vocab->if_array()) {
      const Value::Array* two = entry.if_array();
      if (two == nullptr || two->size() != 2 || (*two)[0].if_string() == nullptr) {
        return corrupt("model: vocab holds something else than [piece, score]");
      }
      const Value& score = (*two)[1];
      if (score.if_double() == nullptr && score.if_int() == nullptr)
        return corrupt("model: a score is no number");
      scores.push_back(score.if_double() != nullptr ? as_peer_reads(*score.if_double())
                                                    : static_cast<double>(*score.if_int()));
      CORPUS_CHECK(add_piece(*(*two)[0].if_string(), static_cast<std::int64_t>(scores.size()) - 1));
      print_.add(score.to_json());
    }
    std::int64_t unknown = model.get("unk_id", -1);
    if (unknown >= static_cast<std::int64_t>(scores.size()))
      return corrupt("model: unk_id is outside of vocab");
    print_.add(unknown).add(byte_fallback_);
    parts_.model =
        std::make_unique<Unigram>(std::move(pieces_), std::move(scores),
                                  UnigramOptions{static_cast<TokenId>(unknown), byte_fallback_});
    return {};
  }

  Result<void> load_added(const Value& list) {
    if (list.is_null()) return {};
    if (list.if_array() == nullptr) return corrupt("added_tokens is no list");
    std::vector<AddedToken> raw, normalized;
    for (const Value& json : *list.if_array()) {
      AddedToken token;
      token.content = json.get("content", "");
      std::int64_t id = json.get("id", -1);
      token.special = json.get("special", false);
      token.normalized = json.get("normalized", !token.special);
      token.single_word = json.get("single_word", false);
      token.lstrip = json.get("lstrip", false);
      token.rstrip = json.get("rstrip", false);
      if (token.content.size() > kLongestToken)
        return Error{Code::kLimit, "added token " + std::to_string(id) + " has over 64 KiB"};
      if (id < 0 || id >= kMostIds) return corrupt("added token '" + token.content + "' has no id");
      token.id = static_cast<TokenId>(id);
      // Part of the vocabulary or not, text becomes it only here.
      if (!parts_.vocabulary->has(token.id))
        CORPUS_CHECK(parts_.vocabulary->add(id, token.content));
      if (token.special) parts_.vocabulary->set_special(token.id);
      print_.add(id)
          .add(token.content)
          .add(token.special)
          .add(token.normalized)
          .add(token.single_word);
      print_.add(token.lstrip).add(token.rstrip);
      if (token.normalized) {
        std::string buffer;
        token.content = std::string(parts_.normalizer.apply(token.content, buffer));
        normalized.push_back(std::move(token));
      } else {
        raw.push_back(std::move(token));
      }
    }
    parts_.added = AddedTokens(std::move(raw));
    parts_.added_normalized = AddedTokens(std::move(normalized));
    return {};
  }

  TextTokenizerParts parts_;
  std::unique_ptr<Vocabulary> pieces_ = std::make_unique<Vocabulary>();
  Fingerprint print_;
  bool byte_fallback_ = false;
};

}  // namespace

Result<std::unique_ptr<Tokenizer>> load_json(std::string_view json) {
  if (json.size() > kLargestFile) return Error{Code::kLimit, "tokenizer.json over 256 MiB"};
  CORPUS_TRY(Value root, json::parse_value(json));
  return Loader().load(root);
}

}  // namespace corpus::tokens
