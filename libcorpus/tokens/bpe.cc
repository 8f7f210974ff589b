#include "tokens/bpe.h"

#include <algorithm>
#include <utility>

#include "text/utf8.h"

namespace corpus::tokens {
namespace {

constexpr std::size_t kShort = 64;  // symbols; where the heap begins to pay
constexpr std::uint32_t kNone = 0xFFFFFFFF;

}  // namespace

Bpe::Bpe(std::unique_ptr<Vocabulary> pieces, PairTable merges, BpeOptions options)
    : pieces_(std::move(pieces)), merges_(std::move(merges)), options_(options) {}

void Bpe::symbols(std::string_view word, std::vector<TokenId>& out) const {
  auto byte_id = [&](char c) { return options_.byte_ids[static_cast<unsigned char>(c)]; };
  bool run = false;  // of unknown symbols, which end it
  auto unknown = [&] {
    if (options_.unknown >= 0 && !(run && options_.fuse_unknown)) out.push_back(options_.unknown);
    run = true;
  };
  if (options_.byte_symbols) {
    for (char c : word) {
      TokenId id = byte_id(c);
      id >= 0 ? (run = false, out.push_back(id)) : unknown();
    }
    return;
  }
  while (!word.empty()) {
    std::string_view c = word.substr(0, text::decode(word).size);
    word.remove_prefix(c.size());
    if (TokenId id = pieces_->id_of(c); id >= 0) {
      run = false;
      out.push_back(id);
    } else if (options_.byte_fallback &&
               std::all_of(c.begin(), c.end(), [&](char b) { return byte_id(b) >= 0; })) {
      run = false;
      for (char b : c) out.push_back(byte_id(b));
    } else {
      unknown();
    }
  }
}

void Bpe::encode(std::string_view word, WordScratch& s, std::vector<TokenId>& out) const {
  if (options_.whole_words) {
    if (TokenId id = pieces_->id_of(word); id >= 0) return out.push_back(id);
  }
  s.ids.clear();
  symbols(word, s.ids);
  if (s.ids.size() > 1) {
    s.merges.resize(s.ids.size());
    for (std::size_t i = 0; i + 1 < s.ids.size(); ++i) s.merges[i] = find(s.ids, i, i + 1);
    s.merges.back() = Merge();
    s.ids.size() <= kShort ? merge_short(s) : merge_long(s);
  }
  out.insert(out.end(), s.ids.begin(), s.ids.end());
}

void Bpe::merge_short(WordScratch& s) const {
  auto& ids = s.ids;
  auto& merges = s.merges;
  std::size_t n = ids.size();
  while (true) {
    std::size_t best = 0;
    for (std::size_t i = 1; i < n; ++i) {
      if (merges[i].rank < merges[best].rank) best = i;
    }
    if (merges[best].rank == Merge::kNever) break;
    ids[best] = merges[best].id;
    std::copy(ids.begin() + static_cast<std::ptrdiff_t>(best) + 2,
              ids.begin() + static_cast<std::ptrdiff_t>(n),
              ids.begin() + static_cast<std::ptrdiff_t>(best) + 1);
    std::copy(merges.begin() + static_cast<std::ptrdiff_t>(best) + 2,
              merges.begin() + static_cast<std::ptrdiff_t>(n),
              merges.begin() + static_cast<std::ptrdiff_t>(best) + 1);
    --n;
    merges[best] = best + 1 < n ? find(ids, best, best + 1) : Merge();
    if (best > 0) merges[best - 1] = find(ids, best - 1, best);
  }
  ids.resize(n);
}

void Bpe::merge_long(WordScratch& s) const {
  const auto n = static_cast<std::uint32_t>(s.ids.size());
  s.next.resize(n);
  s.previous.resize(n);
  s.heap.clear();
  auto later = [](const WordScratch::Candidate& a, const WordScratch::Candidate& b) {
    return std::pair(a.rank, a.at) > std::pair(b.rank, b.at);
  };
  for (std::uint32_t i = 0; i < n; ++i) {
    s.next[i] = i + 1;
    s.previous[i] = i == 0 ? kNone : i - 1;
    if (s.merges[i].rank != Merge::kNever) s.heap.push_back({s.merges[i].rank, i});
  }
  std::make_heap(s.heap.begin(), s.heap.end(), later);
  // A symbol that was merged away has id -1; a candidate whose rank is no longer its pair's is
  // stale.
  auto renew = [&](std::uint32_t at) {
    std::uint32_t right = s.next[at];
    s.merges[at] = right < n ? find(s.ids, at, right) : Merge();
    if (s.merges[at].rank == Merge::kNever) return;
    s.heap.push_back({s.merges[at].rank, at});
    std::push_heap(s.heap.begin(), s.heap.end(), later);
  };
  while (!s.heap.empty()) {
    auto [rank, at] = s.heap.front();
    std::pop_heap(s.heap.begin(), s.heap.end(), later);
    s.heap.pop_back();
    if (s.ids[at] < 0 || s.merges[at].rank != rank) continue;
    std::uint32_t right = s.next[at];
    s.ids[at] = s.merges[at].id;
    s.ids[right] = -1;
    s.next[at] = s.next[right];
    if (s.next[at] < n) s.previous[s.next[at]] = at;
    renew(at);
    if (s.previous[at] != kNone) renew(s.previous[at]);
  }
  std::erase(s.ids, -1);
}

}  // namespace corpus::tokens
