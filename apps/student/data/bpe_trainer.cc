#include "data/bpe_trainer.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <queue>
#include <utility>

namespace student {
namespace {

// GPT-2's printable stand-ins for bytes: printable Latin-1 stands for itself, the others for U+0100 and up.
std::array<std::string, 256> byte_letters() {
  std::array<std::string, 256> out;
  unsigned next = 256;
  for (unsigned b = 0; b < 256; ++b) {
    bool printable = (b >= 0x21 && b <= 0x7e) || (b >= 0xa1 && b <= 0xac) || b >= 0xae;
    unsigned point = printable ? b : next++;
    if (point < 0x80) {
      out[b] = static_cast<char>(point);
    } else {
      out[b] = {static_cast<char>(0xc0 | point >> 6), static_cast<char>(0x80 | (point & 0x3f))};
    }
  }
  return out;
}

using Pair = std::uint64_t;  // left id << 32 | right id
Pair make_pair(std::uint32_t left, std::uint32_t right) { return Pair{left} << 32 | right; }

struct Word {
  std::vector<std::uint32_t> ids;
  std::uint64_t count;
};

struct PairInfo {
  std::int64_t count = 0;
  std::vector<std::uint32_t> words;  // that hold or held the pair
};

// The pairs of all words, with a heap of the most frequent. Entries of the heap go stale when a count changes; they
// are looked at again when they come up.
class Merger {
 public:
  explicit Merger(std::vector<Word> words) : words_(std::move(words)) {
    for (std::uint32_t w = 0; w < words_.size(); ++w) {
      for (std::size_t i = 0; i + 1 < words_[w].ids.size(); ++i) change(w, i, +1);
    }
    touched_.clear();
    for (const auto& [pair, info] : pairs_) heap_.push({info.count, pair});
  }

  // The most frequent pair, or false when none is left that occurs `least` times.
  bool best(std::uint64_t least, Pair& out) {
    while (!heap_.empty()) {
      Entry top = heap_.top();
      heap_.pop();
      std::int64_t now = pairs_[top.pair].count;
      if (now != top.count) {
        if (now > 0) heap_.push({now, top.pair});
        continue;
      }
      out = top.pair;
      return now > 0 && static_cast<std::uint64_t>(now) >= least;
    }
    return false;
  }

  void merge(Pair pair, std::uint32_t made) {
    auto left = static_cast<std::uint32_t>(pair >> 32), right = static_cast<std::uint32_t>(pair);
    std::vector<std::uint32_t> where = std::move(pairs_[pair].words);
    for (std::uint32_t w : where) merge_in(w, left, right, made);
    pairs_.erase(pair);
    std::sort(touched_.begin(), touched_.end());
    touched_.erase(std::unique(touched_.begin(), touched_.end()), touched_.end());
    for (Pair changed : touched_) {
      auto found = pairs_.find(changed);
      if (found != pairs_.end() && found->second.count > 0) heap_.push({found->second.count, changed});
    }
    touched_.clear();
  }

 private:
  struct Entry {
    std::int64_t count;
    Pair pair;
    bool operator<(const Entry& o) const { return count != o.count ? count < o.count : pair > o.pair; }
  };

  void change(std::uint32_t w, std::size_t i, int sign) {
    const Word& word = words_[w];
    Pair pair = make_pair(word.ids[i], word.ids[i + 1]);
    PairInfo& info = pairs_[pair];
    info.count += sign * static_cast<std::int64_t>(word.count);
    if (sign > 0) {
      if (info.words.empty() || info.words.back() != w) info.words.push_back(w);
      touched_.push_back(pair);
    }
  }

  // Words are short: taking all pairs of one out and putting the new ones in is simpler than patching neighbours.
  void merge_in(std::uint32_t w, std::uint32_t left, std::uint32_t right, std::uint32_t made) {
    auto& ids = words_[w].ids;
    bool found = false;
    for (std::size_t i = 0; i + 1 < ids.size() && !found; ++i) found = ids[i] == left && ids[i + 1] == right;
    if (!found) return;
    for (std::size_t i = 0; i + 1 < ids.size(); ++i) change(w, i, -1);
    std::size_t to = 0;
    for (std::size_t i = 0; i < ids.size(); ++to) {
      bool here = i + 1 < ids.size() && ids[i] == left && ids[i + 1] == right;
      ids[to] = here ? made : ids[i];
      i += here ? 2 : 1;
    }
    ids.resize(to);
    for (std::size_t i = 0; i + 1 < ids.size(); ++i) change(w, i, +1);
  }

  std::vector<Word> words_;
  std::unordered_map<Pair, PairInfo> pairs_;
  std::priority_queue<Entry> heap_;
  std::vector<Pair> touched_;  // whose counts may have grown
};

// In byte-wise order, so that nothing depends on the order of a hash table.
std::vector<Word> words_of(const WordCounts& counts, std::uint32_t first_byte) {
  std::vector<std::pair<std::string_view, std::uint64_t>> sorted(counts.words().begin(), counts.words().end());
  std::sort(sorted.begin(), sorted.end());
  std::vector<Word> words;
  for (const auto& [text, count] : sorted) {
    if (text.size() < 2) continue;
    Word& word = words.emplace_back(Word{{}, count});
    for (char c : text) word.ids.push_back(first_byte + static_cast<unsigned char>(c));
  }
  return words;
}

using Json = nlohmann::ordered_json;

Json file_of(const std::vector<std::string>& pieces, const Json& merges, std::size_t specials) {
  Json added = Json::array(), vocab = Json::object();
  auto& entries = vocab.get_ref<Json::object_t&>();  // a vector: looking each piece up first would be quadratic
  for (std::size_t id = 0; id < pieces.size(); ++id) {
    entries.emplace_back(pieces[id], id);
    if (id >= specials) continue;
    added.push_back({{"id", id}, {"content", pieces[id]}, {"single_word", false}, {"lstrip", false},
                     {"rstrip", false}, {"normalized", false}, {"special", true}});
  }
  constexpr const char* kQwen2 =
      R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)";
  Json split = {{"type", "Split"}, {"pattern", {{"Regex", kQwen2}}}, {"behavior", "Isolated"}, {"invert", false}};
  Json bytes = {{"type", "ByteLevel"}, {"add_prefix_space", false}, {"trim_offsets", false}, {"use_regex", false}};
  Json out = {{"version", "1.0"}, {"truncation", nullptr}, {"padding", nullptr}, {"added_tokens", added},
              {"normalizer", nullptr}};
  out["pre_tokenizer"] = {{"type", "Sequence"}, {"pretokenizers", Json::array({split, bytes})}};
  out["post_processor"] = nullptr;
  out["decoder"] = bytes;
  out["model"] = {{"type", "BPE"}, {"dropout", nullptr}, {"unk_token", nullptr}, {"continuing_subword_prefix", nullptr},
                  {"end_of_word_suffix", nullptr}, {"fuse_unk", false}, {"byte_fallback", false},
                  {"ignore_merges", false}};
  out["model"]["vocab"] = std::move(vocab);
  out["model"]["merges"] = merges;
  return out;
}

}  // namespace

Result<std::string> train_bpe(const WordCounts& counts, const BpeOptions& options) {
  std::vector<std::string> pieces = options.specials;
  const auto first_byte = static_cast<std::uint32_t>(pieces.size());
  for (std::string& letter : byte_letters()) pieces.push_back(std::move(letter));
  if (options.vocab < static_cast<std::int32_t>(pieces.size())) {
    return corpus::Error{corpus::Code::kInvalidArgument,
                         "--vocab " + std::to_string(options.vocab) + " is too small: every byte and every special "
                             "token needs an id; give at least " + std::to_string(pieces.size())};
  }
  Merger merger(words_of(counts, first_byte));
  Json merges = Json::array();
  std::unordered_map<std::string, std::uint32_t> ids;
  for (std::uint32_t id = 0; id < pieces.size(); ++id) ids.emplace(pieces[id], id);
  Pair pair = 0;
  while (pieces.size() < static_cast<std::size_t>(options.vocab) && merger.best(options.min_count, pair)) {
    const std::string &left = pieces[pair >> 32], &right = pieces[static_cast<std::uint32_t>(pair)];
    merges.push_back(left + ' ' + right);
    // Two different pairs can make the same piece; it keeps its first id.
    auto [known, added] = ids.emplace(left + right, static_cast<std::uint32_t>(pieces.size()));
    if (added) pieces.push_back(known->first);
    merger.merge(pair, known->second);
  }
  return file_of(pieces, merges, options.specials.size()).dump(1) + '\n';
}

}  // namespace student
