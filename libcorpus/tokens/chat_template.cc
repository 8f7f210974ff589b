#include <algorithm>
#include <array>
#include <memory>
#include <string>
#include <utility>

#include "corpus/tokenizer.h"
#include "text/utf8.h"
#include "tokens/chat_format.h"

namespace corpus {
namespace {

using tokens::ChatFormat;

constexpr std::array<std::string_view, 4> kBos{"<s>", "<|begin_of_text|>", "<bos>",
                                               "<\uff5cbegin\u2581of\u2581sentence\uff5c>"};
constexpr std::array<std::string_view, 6> kEos{
    "</s>", "<|endoftext|>", "<|end_of_text|>", "<eos>", "<\uff5cend\u2581of\u2581sentence\uff5c>",
    "<EOT>"};

template <std::size_t N>
TokenId first_of(const Tokenizer& tokenizer, const std::array<std::string_view, N>& names) {
  for (std::string_view name : names) {
    if (TokenId id = tokenizer.id_of(name); id >= 0) return id;
  }
  return -1;
}

// Text and special tokens between turns, found once.
struct Part {
  std::string text;  // or else
  TokenId special = -1;
};
using Parts = std::vector<Part>;

// Builds the ids. Text that no special token interrupts is encoded as one text, whatever turns and
// headers it comes from: that is what happens to a template that is printed and then encoded.
class Writer {
 public:
  Writer(const Tokenizer& tokenizer, Tokenizer::Scratch& scratch)
      : tokenizer_(tokenizer), scratch_(scratch) {}

  void text(std::string_view s, bool learn) {
    if (s.empty()) return;
    if (!learn && taught_) flush();
    if (learn && !taught_) {
      taught_ = true;
      plain_ = pending_.size();
    }
    pending_ += s;
  }
  void special(TokenId id, bool learn) {
    flush();
    out_.ids.push_back(id);
    out_.learn.push_back(learn);
  }
  // `learn`: the first special token is learned, what follows it is not.
  void parts(const Parts& parts, bool learn = false) {
    for (const Part& part : parts) {
      if (part.special < 0) {
        text(part.text, false);
      } else {
        special(part.special, std::exchange(learn, false));
      }
    }
  }
  TemplatedText finish() {
    flush();
    return std::move(out_);
  }

 private:
  void flush() {
    if (pending_.empty()) return;
    const std::size_t begin = out_.ids.size();
    tokenizer_.encode(pending_, false, scratch_, out_.ids);
    const std::size_t same = taught_ ? header_tokens(std::span(out_.ids).subspan(begin)) : 0;
    out_.learn.resize(begin + same, 0);
    out_.learn.resize(out_.ids.size(), taught_);
    pending_.clear();
    taught_ = false;
    plain_ = 0;
  }

  // How many of the ids of pending_ belong to its header. A token that reaches into the answer does
  // not.
  std::size_t header_tokens(std::span<const TokenId> ids) {
    if (plain_ == 0) return 0;
    // By bytes, where the ids spell the text (SentencePiece puts a space before it).
    std::size_t at = 0, header = 0;
    std::string_view text = pending_;
    std::size_t extra = !ids.empty() && tokenizer_.piece(ids[0]).starts_with(' ') && text[0] != ' ';
    for (TokenId id : ids) {
      std::string_view piece = tokenizer_.piece(id);
      if (at == 0) piece.remove_prefix(extra);
      if (!text.substr(at).starts_with(piece)) return common_tokens(ids);
      at += piece.size();
      if (at <= plain_) ++header;
      extra = 0;
    }
    return at == text.size() ? header : common_tokens(ids);
  }
  // Where text was normalised: those that the header alone begins with, too.
  std::size_t common_tokens(std::span<const TokenId> ids) {
    header_.clear();
    tokenizer_.encode(std::string_view(pending_).substr(0, plain_), false, scratch_, header_);
    return static_cast<std::size_t>(
        std::mismatch(ids.begin(), ids.end(), header_.begin(), header_.end()).first - ids.begin());
  }

  const Tokenizer& tokenizer_;
  Tokenizer::Scratch& scratch_;
  TemplatedText out_;
  std::string pending_;
  std::size_t plain_ = 0;  // bytes of pending_ before the text to learn
  bool taught_ = false;    // pending_ ends with text to learn
  std::vector<TokenId> header_;
};

// The tokenizer has to outlive it.
class Formatted final : public ChatTemplate {
 public:
  Formatted(const ChatFormat& format, const Tokenizer& tokenizer)
      : format_(format), tokenizer_(tokenizer) {}

  Result<void> prepare() {
    std::string who = "template '" + std::string(format_.name) + "'";
    for (std::string_view name : format_.needed) {
      if (tokenizer_.id_of(name) < 0) {
        return Error{Code::kInvalidArgument,
                     who + " needs the token " + std::string(name) +
                         ", which this tokenizer has not; choose another template"};
      }
    }
    bos_ = first_of(tokenizer_, kBos);
    eos_ = first_of(tokenizer_, kEos);
    if (format_.bos == ChatFormat::Bos::kRequired && bos_ < 0) {
      return Error{Code::kInvalidArgument,
                   who + " needs a token that begins a text, which this tokenizer has not"};
    }
    for (int i = 0; i < kSides; ++i) {
      open_[i] = parse(side(i).open);
      close_[i] = parse(side(i).close);
    }
    for (const Part& part : close_[kAssistant]) {
      if (part.special >= 0) end_ = part.special;
      if (end_ >= 0) break;
    }
    if (end_ < 0) {
      return Error{Code::kInvalidArgument,
                   who +
                       " needs a token that ends a text (such as </s> or <|endoftext|>), "
                       "which this tokenizer has not"};
    }
    stop_.push_back(end_);
    if (eos_ >= 0 && eos_ != end_) stop_.push_back(eos_);
    return {};
  }

  std::string_view name() const override { return format_.name; }
  std::span<const TokenId> stop_ids() const override { return stop_; }

  Result<TemplatedText> apply(std::span<const ChatTurn> turns, bool generate,
                              Tokenizer::Scratch& scratch) const override {
    Writer out(tokenizer_, scratch);
    if (format_.bos != ChatFormat::Bos::kNever && bos_ >= 0) out.special(bos_, false);
    std::string folded;  // system text that waits for a user turn
    bool first = true;
    for (const ChatTurn& turn : turns) {
      CORPUS_TRY(int role, role_of(turn.role));
      std::string_view text = format_.trim ? text::trim(turn.text) : turn.text;
      if (role == kSystem && format_.fold_system) {
        folded.append(text).append("\n\n");
        continue;
      }
      if (first && role != kSystem) out.text(format_.first, false);
      if (!first && role == kUser) out.text(format_.between, false);
      first = false;
      out.parts(open_[role]);
      if (role == kUser) out.text(std::exchange(folded, {}), false);
      if (role == kAssistant) out.text(format_.lead, true);
      out.text(text, role == kAssistant);
      out.parts(close_[role], role == kAssistant);
    }
    if (!folded.empty()) {
      return Error{Code::kUnsupported, "template '" + std::string(format_.name) +
                                           "' puts system text before a user's, and none follows"};
    }
    if (generate) out.parts(open_[kAssistant]);
    return out.finish();
  }

 private:
  enum : int { kSystem, kUser, kAssistant, kTool, kSides };

  const ChatFormat::Side& side(int role) const {
    return role == kSystem ? format_.system
           : role == kUser ? format_.user
           : role == kTool ? format_.tool
                           : format_.assistant;
  }

  Result<int> role_of(std::string_view role) const {
    static constexpr std::array<std::string_view, kSides> kNames{"system", "user", "assistant",
                                                                 "tool"};
    auto at = std::find(kNames.begin(), kNames.end(), role) - kNames.begin();
    if (at < kSides &&
        (side(static_cast<int>(at)).known || (at == kSystem && format_.fold_system))) {
      return static_cast<int>(at);
    }
    return Error{Code::kUnsupported, "template '" + std::string(format_.name) + "' has no role '" +
                                         std::string(role) + "'"};
  }

  // Cuts the special tokens of the format, {bos} and {eos} out of its text.
  Parts parse(std::string_view s) const {
    Parts out;
    std::string text;
    auto special = [&](std::string_view name, TokenId id) {
      if (id < 0 || !s.starts_with(name)) return false;
      if (!text.empty()) out.push_back({std::exchange(text, {}), -1});
      out.push_back({{}, id});
      s.remove_prefix(name.size());
      return true;
    };
    auto any_of = [&](std::span<const std::string_view> names) {
      return std::any_of(names.begin(), names.end(),
                         [&](std::string_view n) { return special(n, tokenizer_.id_of(n)); });
    };
    while (!s.empty()) {
      if (special("{eos}", eos_)) continue;
      if (s.starts_with("{eos}")) {  // prepare() says what is missing
        s.remove_prefix(5);
        continue;
      }
      if (any_of(format_.needed) || any_of(format_.optional)) continue;
      text += s.front();
      s.remove_prefix(1);
    }
    if (!text.empty()) out.push_back({std::move(text), -1});
    return out;
  }

  const ChatFormat& format_;
  const Tokenizer& tokenizer_;
  TokenId bos_ = -1, eos_ = -1, end_ = -1;
  std::array<Parts, kSides> open_, close_;
  std::vector<TokenId> stop_;
};

// The format whose own special tokens the tokenizer has.
const ChatFormat* guess(const Tokenizer& tokenizer) {
  for (const ChatFormat& format : tokens::chat_formats()) {
    auto names = format.needed.empty() ? format.optional : format.needed;
    bool all = std::all_of(names.begin(), names.end(),
                           [&](std::string_view n) { return tokenizer.id_of(n) >= 0; });
    if (!names.empty() && all) return &format;
  }
  return nullptr;
}

}  // namespace

Result<std::unique_ptr<ChatTemplate>> ChatTemplate::named(std::string_view name,
                                                          const Tokenizer& tokenizer) {
  const ChatFormat* format = nullptr;
  std::string names;
  if (name == "auto") format = guess(tokenizer);
  for (const ChatFormat& f : tokens::chat_formats()) {
    if (f.name == name) format = &f;
    names.append(names.empty() ? "" : ", ").append(f.name);
  }
  if (format == nullptr) {
    return Error{
        Code::kInvalidArgument,
        name == "auto"
            ? "the tokenizer has the special tokens of no known template; name one: " + names
            : "template '" + std::string(name) + "' is not known; known are auto, " + names};
  }
  auto out = std::make_unique<Formatted>(*format, tokenizer);
  CORPUS_CHECK(out->prepare());
  return std::unique_ptr<ChatTemplate>(std::move(out));
}

}  // namespace corpus
