#include "tokens/text_tokenizer.h"

#include <cassert>

#include "json/escape.h"
#include "tokens/word_cache.h"

namespace corpus::tokens {

struct TextTokenizer::Memory final : Tokenizer::Scratch {
  explicit Memory(const TextTokenizer* of) : owner(of) {}
  const TextTokenizer* owner;  // cached words are its words
  WordCache cache;
  WordScratch word;
  Ends ends;
  PreTokenizer::Memory pre;
  std::vector<std::string_view> pieces;
  std::string valid, normal;
};

std::unique_ptr<Tokenizer::Scratch> TextTokenizer::scratch() const {
  return std::make_unique<Memory>(this);
}

void TextTokenizer::encode(std::string_view text, bool specials, Scratch& scratch,
                           std::vector<TokenId>& out) const {
  auto& memory = static_cast<Memory&>(scratch);
  assert(memory.owner == this);
  text = replace_invalid(text, memory.valid);
  const char* begin = text.data();
  auto push = [&](TokenId id) { out.push_back(id); };
  parts_.added.split(
      text, specials,
      [&](std::string_view raw) {
        bool first = raw.data() == begin;
        std::string_view normal = parts_.normalizer.apply(raw, memory.normal);
        const char* from = normal.data();
        parts_.added_normalized.split(
            normal, specials,
            [&](std::string_view plain) {
              encode_plain(plain, first && plain.data() == from, memory, out);
            },
            push);
      },
      push);
}

void TextTokenizer::encode_plain(std::string_view text, bool first, Memory& memory,
                                 std::vector<TokenId>& out) const {
  const char* end = text.data() + text.size();
  auto make = [&](std::string_view piece) {
    auto encode = [&](std::vector<TokenId>& ids) { parts_.model->encode(piece, memory.word, ids); };
    if (piece.size() > WordCache::kLongest) return encode(out);
    memory.cache.encode(piece, end - piece.data() >= 32, out, encode);
  };
  if (auto scanner = parts_.pre_tokenizer.scanner()) {
    memory.ends.clear();
    scan(*scanner, text, memory.ends);
    std::size_t from = 0;
    for (std::uint32_t to : memory.ends) {
      make(text.substr(from, to - from));
      from = to;
    }
  } else {
    memory.pre.arena.reset();
    parts_.pre_tokenizer.split(text, first, memory.pre, memory.pieces);
    for (std::string_view piece : memory.pieces) {
      // Pieces that were written anew lie elsewhere; what can be read behind them is not known.
      bool inside = piece.data() >= text.data() && piece.data() < end;
      if (piece.empty()) continue;
      if (inside) {
        make(piece);
      } else if (piece.size() > WordCache::kLongest) {
        parts_.model->encode(piece, memory.word, out);
      } else {
        memory.cache.encode(piece, false, out, [&](std::vector<TokenId>& ids) {
          parts_.model->encode(piece, memory.word, ids);
        });
      }
    }
  }
  memory.word.release();
}

std::string TextTokenizer::decode(std::span<const TokenId> ids, bool skip_specials) const {
  std::string out;
  for (TokenId id : ids) {
    if (skip_specials && is_special(id)) continue;
    out += piece(id);
  }
  if (parts_.strip_space && out.starts_with(' ')) out.erase(0, 1);
  return out;
}

TokenId TextTokenizer::id_of(std::string_view token) const {
  for (const AddedTokens* added : {&parts_.added, &parts_.added_normalized}) {
    if (TokenId id = added->id_of(token); id >= 0) return id;
  }
  return parts_.vocabulary->id_of(token);
}

std::string_view replace_invalid(std::string_view text, std::string& buffer) {
  if (json::valid_utf8(text)) return text;
  buffer.clear();
  auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  for (std::size_t i = 0; i < text.size();) {
    // Table 3-7 of the Unicode standard: what may follow a lead byte, as far as it does.
    unsigned lead = byte(i);
    unsigned want = lead < 0x80   ? 0
                    : lead < 0xC2 ? 4
                    : lead < 0xE0 ? 1
                    : lead < 0xF0 ? 2
                    : lead < 0xF5 ? 3
                                  : 4;
    unsigned low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
    unsigned high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
    std::size_t n = 1;
    while (want < 4 && n <= want && i + n < text.size() && byte(i + n) >= low &&
           byte(i + n) <= high) {
      ++n;
      low = 0x80;
      high = 0xBF;
    }
    want < 4 && n == want + 1 ? buffer.append(text, i, n) : buffer.append("\uFFFD");
    i += n;
  }
  return buffer;
}

}  // namespace corpus::tokens

namespace corpus {

std::vector<TokenId> Tokenizer::encode(std::string_view text, bool specials) const {
  std::vector<TokenId> out;
  auto memory = scratch();
  encode(text, specials, *memory, out);
  return out;
}

}  // namespace corpus
