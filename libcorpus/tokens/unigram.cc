#include "tokens/unigram.h"

#include <algorithm>
#include <cstdio>
#include <utility>

#include "text/utf8.h"

namespace corpus::tokens {
namespace {

constexpr double kUnknownPenalty = 10.0;
constexpr TokenId kUnreached = -2;
constexpr TokenId kUnknown = -1;

}  // namespace

Unigram::Unigram(std::unique_ptr<Vocabulary> pieces, std::vector<double> scores,
                 UnigramOptions options)
    : scores_(std::move(scores)), options_(options) {
  std::size_t bytes = 0;
  for (TokenId id = 0; id < pieces->size(); ++id) bytes += pieces->piece(id).size();
  edges_ = PairTable(bytes);
  piece_at_ = {-1};
  for (TokenId id = 0; id < pieces->size(); ++id) {
    std::int32_t node = 0;
    for (unsigned char b : pieces->piece(id)) {
      std::int32_t next = edges_.find(node, b).id;
      if (next < 0) {
        next = static_cast<std::int32_t>(piece_at_.size());
        edges_.set(node, b, {0, next}, false);
        piece_at_.push_back(-1);
      }
      node = next;
    }
    if (node != 0) piece_at_[static_cast<std::size_t>(node)] = id;
  }
  double lowest = scores_.empty() ? 0 : *std::min_element(scores_.begin(), scores_.end());
  unknown_score_ = lowest - kUnknownPenalty;
  for (unsigned b = 0; b < 256; ++b) {
    char text[8];
    std::snprintf(text, sizeof text, "<0x%02X>", b);
    byte_ids_[b] = pieces->id_of(text);
  }
}

void Unigram::encode(std::string_view word, WordScratch& s, std::vector<TokenId>& out) const {
  const std::size_t n = word.size();
  auto& best = s.nodes;
  best.assign(n + 1, {0, 0, kUnreached});
  auto reach = [&](std::size_t from, std::size_t to, double score, TokenId id) {
    auto& node = best[to];
    if (node.id == kUnreached || score > node.score)
      node = {score, static_cast<std::uint32_t>(from), id};
  };
  for (std::size_t at = 0; at < n;) {
    const double here = best[at].score;
    const std::size_t character = text::decode(word.substr(at)).size;
    bool covered = false;  // by a piece of just this character
    std::int32_t node = 0;
    for (std::size_t to = at; to < n;) {
      node = edges_.find(node, static_cast<unsigned char>(word[to++])).id;
      if (node < 0) break;
      TokenId id = piece_at_[static_cast<std::size_t>(node)];
      if (id < 0) continue;
      reach(at, to, here + scores_[static_cast<std::size_t>(id)], id);
      covered |= to - at == character;
    }
    if (!covered) reach(at, at + character, here + unknown_score_, kUnknown);
    at += character;
  }

  // Backwards through the best way; a run of unknown characters is one piece.
  s.ids.clear();
  auto push_unknown = [&](std::size_t from, std::size_t to) {
    std::string_view part = word.substr(from, to - from);
    auto id_of = [&](char b) { return byte_ids_[static_cast<unsigned char>(b)]; };
    if (options_.byte_fallback &&
        std::all_of(part.begin(), part.end(), [&](char b) { return id_of(b) >= 0; })) {
      for (std::size_t i = part.size(); i > 0; --i) s.ids.push_back(id_of(part[i - 1]));
    } else if (options_.unknown >= 0) {
      s.ids.push_back(options_.unknown);
    }
  };
  for (std::size_t to = n; to > 0;) {
    std::size_t from = best[to].from;
    if (best[to].id >= 0 && best[to].id != options_.unknown) {
      s.ids.push_back(best[to].id);
    } else {
      while (from > 0 && (best[from].id == kUnknown || best[from].id == options_.unknown))
        from = best[from].from;
      push_unknown(from, to);
    }
    to = from;
  }
  out.insert(out.end(), s.ids.rbegin(), s.ids.rend());
}

}  // namespace corpus::tokens
