#include "generate/text_stream.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>

namespace student {
namespace {

// Length of the character that begins with these bytes, or 0 minus the length of the maximal part that is no
// character, or `unfinished` when more bytes could complete it. Ranges: Unicode 15, table 3-7.
constexpr int kUnfinished = 100;

int character(std::string_view s) {
  auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(s[i]); };
  std::uint8_t first = byte(0);
  if (first < 0x80) return 1;
  int size = first >= 0xC2 && first <= 0xDF   ? 2
             : first >= 0xE0 && first <= 0xEF ? 3
             : first >= 0xF0 && first <= 0xF4 ? 4
                                              : 0;
  if (size == 0) return -1;
  std::uint8_t least = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80;
  std::uint8_t most = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF;
  for (int i = 1; i < size; ++i) {
    if (static_cast<std::size_t>(i) == s.size()) return kUnfinished;
    std::uint8_t next = byte(static_cast<std::size_t>(i));
    if (next < least || next > most) return -i;
    least = 0x80;
    most = 0xBF;
  }
  return size;
}

}  // namespace

void take_characters(std::string& bytes, bool all, std::string& out) {
  std::string_view rest = bytes;
  while (!rest.empty()) {
    int n = character(rest);
    if (n == kUnfinished) {
      if (!all) break;
      n = -static_cast<int>(rest.size());
    }
    if (n > 0) {
      out.append(rest.substr(0, static_cast<std::size_t>(n)));
    } else {
      out.append("\xEF\xBF\xBD");
      n = -n;
    }
    rest.remove_prefix(static_cast<std::size_t>(n));
  }
  bytes.erase(0, bytes.size() - rest.size());
}

TextStream::TextStream(const corpus::Tokenizer& tokenizer, corpus::TokenId before, std::vector<std::string> stops)
    : tokenizer_(tokenizer), before_(before), stops_(std::move(stops)) {
  std::erase_if(stops_, [](const std::string& stop) { return stop.empty(); });
}

std::string TextStream::push(corpus::TokenId id) {
  if (stopped_) return {};
  if (before_ < 0) {
    bytes_ += tokenizer_.decode(std::array{id}, true);
  } else {
    std::string both = tokenizer_.decode(std::array{before_, id}, true);
    std::string alone = tokenizer_.decode(std::array{before_}, true);
    bytes_ += both.starts_with(alone) ? both.substr(alone.size()) : tokenizer_.decode(std::array{id}, true);
  }
  before_ = id;
  take_characters(bytes_, false, pending_);
  return release(false);
}

std::string TextStream::finish() {
  if (stopped_) return {};
  take_characters(bytes_, true, pending_);
  return release(true);
}

std::string TextStream::release(bool all) {
  std::size_t first = std::string::npos;
  for (const auto& stop : stops_) first = std::min(first, pending_.find(stop));
  if (first != std::string::npos) {
    stopped_ = true;
    return pending_.substr(0, first);
  }
  std::size_t held = 0;
  for (const auto& stop : stops_) {
    for (std::size_t n = std::min(stop.size() - 1, pending_.size()); n > held && !all; --n) {
      if (std::string_view(pending_).ends_with(std::string_view(stop).substr(0, n))) held = n;
    }
  }
  std::string out = pending_.substr(0, pending_.size() - held);
  pending_.erase(0, out.size());
  return out;
}

}  // namespace student
