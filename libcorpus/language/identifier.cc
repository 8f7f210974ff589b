#include "language/identifier.h"

#include <algorithm>

#include "io/mapped_file.h"
#include "language/cld2.h"

namespace corpus::language {
namespace {

constexpr double kNoDoubt = 0.9;
constexpr double kFastTextSure = 0.5;

bool is_tail(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

// `text[at, at + size)` moved to the borders of words near it, or of characters where there are
// none.
std::string_view cut(std::string_view text, std::size_t at, std::size_t size) {
  constexpr std::size_t kLongWord = 24;
  auto border = [&](std::size_t from) {
    std::size_t end = std::min(text.size(), from + kLongWord);
    std::size_t space = text.find_first_of(" \n", from);
    if (from > 0 && space < end) return space;
    while (from < text.size() && is_tail(text[from])) ++from;
    return from;
  };
  std::size_t begin = border(at);
  return text.substr(begin, border(std::min(text.size(), at + size)) - begin);
}

}  // namespace

Result<Identifier> Identifier::open(const std::string& model, std::size_t sample) {
  Identifier out;
  out.sample_ = sample;
  if (model == "cld2") return out;
  auto file = io::MappedFile::open(model);
  if (!file) {
    Error error = std::move(file).error();
    error.message += "; model is cld2 or the path of a fastText model";
    return error;
  }
  auto parsed = text::FastTextModel::parse(file->view());
  if (!parsed) return std::move(parsed).error().context(model);
  out.model_ = std::make_unique<const text::FastTextModel>(*std::move(parsed));
  return out;
}

Result<Identifier> Identifier::from_options(const Value& options, int default_sample) {
  return open(options.get("model", "cld2"),
              static_cast<std::size_t>(options.get("sample", default_sample)));
}

Identifier::Scratch Identifier::scratch() const {
  Scratch out;
  if (model_) out.words.emplace(*model_);
  return out;
}

Guess Identifier::guess_whole(std::string_view text, Scratch& scratch) const {
  if (!model_) return cld2(text, scratch.clean);
  auto best = model_->best(text, *scratch.words);
  if (best.probability == 0) return {};
  return {model_->label(best.label), best.probability, best.probability >= kFastTextSure};
}

std::string_view Identifier::sample(std::string_view text, Scratch& scratch) const {
  if (sample_ == 0 || text.size() <= sample_ + sample_ / 2) return text;
  std::string_view first = cut(text, 0, sample_ / 2),
                   second = cut(text, text.size() / 2, sample_ / 2);
  scratch.sampled.assign(first).append(1, '\n').append(second);
  return scratch.sampled;
}

Guess Identifier::guess(std::string_view text, Scratch& scratch) const {
  std::string_view part = sample(text, scratch);
  if (part.data() == text.data()) return guess_whole(text, scratch);
  Guess out = guess_whole(part, scratch);
  bool doubt = !out.sure || out.score < kNoDoubt || out.language == kUndetermined;
  return doubt ? guess_whole(text, scratch) : out;
}

}  // namespace corpus::language
