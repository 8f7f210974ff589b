// Reading ARPA files: text, an n-gram a line, its log10 probability before it and its log10
// back-off weight behind.
#include <array>
#include <bit>
#include <charconv>
#include <string>

#include "base/hash.h"
#include "quality/ngram_hash.h"
#include "quality/ngram_model.h"

namespace corpus::quality {
namespace {

constexpr std::uint64_t kMostEntries = std::uint64_t{1} << 34;
constexpr float kUnknownAbsent = -100;  // KenLM's, for models without <unk>

}  // namespace

class NgramModel::ArpaReader {
 public:
  explicit ArpaReader(std::string_view text) : rest_(text) {}

  Result<NgramModel> read() {
    CORPUS_CHECK(read_counts());
    for (std::size_t n = 1; n <= counts_.size(); ++n) CORPUS_CHECK(read_order(n));
    if (line_ != "\\end\\") return wrong("expected \\end\\");
    bool has_unknown = lookup("<unk>", &model_.unknown_) || lookup("<UNK>", &model_.unknown_);
    if (!has_unknown) {
      model_.unknown_ = static_cast<std::uint32_t>(model_.unigrams_.size());
      model_.unigrams_.push_back({0, kUnknownAbsent, 0});
    }
    if (!lookup("<s>", &model_.begin_) || !lookup("</s>", &model_.end_))
      return wrong("the unigrams have no <s> and </s>");
    return std::move(model_);
  }

 private:
  Error wrong(std::string what) const {
    return {Code::kCorrupt,
            "no ARPA model: line " + std::to_string(number_) + ": " + std::move(what)};
  }
  // The next line that is not blank into line_; an empty one at the end.
  void advance() {
    line_ = {};
    while (!rest_.empty() && line_.empty()) {
      std::size_t end = std::min(rest_.find('\n'), rest_.size());
      line_ = rest_.substr(0, end);
      rest_.remove_prefix(std::min(end + 1, rest_.size()));
      ++number_;
      while (!line_.empty() &&
             (line_.back() == '\r' || line_.back() == ' ' || line_.back() == '\t'))
        line_.remove_suffix(1);
    }
  }
  static std::string_view field(std::string_view& line) {
    std::size_t begin = line.find_first_not_of(" \t");
    if (begin == std::string_view::npos) begin = line.size();
    std::size_t end = std::min(line.find_first_of(" \t", begin), line.size());
    std::string_view out = line.substr(begin, end - begin);
    line.remove_prefix(end);
    return out;
  }
  static bool number(std::string_view text, float* out) {
    auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), *out);
    return error == std::errc() && end == text.data() + text.size() && *out == *out;
  }

  Result<void> read_counts() {
    do advance();
    while (!line_.empty() && line_ != "\\data\\");
    if (line_.empty()) return wrong("it has no \\data\\");
    for (advance(); line_.starts_with("ngram "); advance()) {
      std::uint64_t n = 0, count = 0;
      const char *begin = line_.data() + 6, *end = line_.data() + line_.size();
      auto first = std::from_chars(begin, end, n);
      if (first.ec != std::errc() || first.ptr == end || *first.ptr != '=' ||
          n != counts_.size() + 1) {
        return wrong("expected ngram " + std::to_string(counts_.size() + 1) + "=COUNT");
      }
      auto second = std::from_chars(first.ptr + 1, end, count);
      // A line of the smallest n-gram has some bytes: a count that the file cannot hold allocates
      // nothing.
      if (second.ec != std::errc() || second.ptr != end || count > kMostEntries ||
          count > rest_.size()) {
        return wrong("a count that this file cannot have");
      }
      counts_.push_back(count);
    }
    if (counts_.empty()) return wrong("expected ngram 1=COUNT");
    if (counts_.size() > kMaxOrder) {
      return Error{Code::kUnsupported, "an ARPA model of order " + std::to_string(counts_.size()) +
                                           "; the most is " + std::to_string(kMaxOrder)};
    }
    model_.order_ = counts_.size();
    model_.words_.resize(std::bit_ceil(2 * counts_[0] + 2));
    model_.tables_.resize(counts_.size() - 1);
    for (std::size_t i = 1; i < counts_.size(); ++i) model_.tables_[i - 1].size_for(counts_[i]);
    return {};
  }

  Result<void> read_order(std::size_t n) {
    if (line_ != "\\" + std::to_string(n) + "-grams:")
      return wrong("expected \\" + std::to_string(n) + "-grams:");
    std::uint64_t read = 0;
    for (advance(); !line_.empty() && line_[0] != '\\'; advance()) {
      if (++read > counts_[n - 1]) return wrong("more n-grams than were counted");
      std::string_view rest = line_;
      Entry entry;
      if (!number(field(rest), &entry.probability) || entry.probability > 0)
        return wrong("expected a log10 probability");
      std::array<std::string_view, kMaxOrder> words;
      for (std::size_t i = 0; i < n; ++i) {
        words[i] = field(rest);
        if (words[i].empty()) return wrong("expected " + std::to_string(n) + " words");
      }
      std::string_view backoff = field(rest);
      if (!backoff.empty() && !number(backoff, &entry.backoff))
        return wrong("expected a log10 back-off weight");
      CORPUS_CHECK(add(n, words, entry));
    }
    if (read != counts_[n - 1]) return wrong("fewer n-grams than were counted");
    return {};
  }

  Result<void> add(std::size_t n, const std::array<std::string_view, kMaxOrder>& words,
                   const Entry& entry) {
    if (n == 1) {
      std::uint64_t hash = hash64(words[0]) | 1;
      std::size_t mask = model_.words_.size() - 1, at = hash >> 1 & mask;
      while (model_.words_[at].hash != 0 && model_.words_[at].hash != hash) at = (at + 1) & mask;
      if (model_.words_[at].hash != 0) return wrong("a word comes twice");
      model_.words_[at] = {hash, static_cast<std::uint32_t>(model_.unigrams_.size())};
      model_.unigrams_.push_back(entry);
      return {};
    }
    std::uint64_t hash = 0;
    for (std::size_t i = n; i-- > 0;) {
      std::uint32_t id = 0;
      if (!lookup(words[i], &id)) return wrong("a word that is no unigram");
      if (i == 0 && n > 2 && model_.tables_[n - 3].find(hash) == nullptr) model_.gaps_ = true;
      hash = i == n - 1 ? ngram_hash(id) : ngram_hash(hash, id);
    }
    Entry& slot = model_.tables_[n - 2].place(hash);
    slot.probability = entry.probability;
    slot.backoff = entry.backoff;
    return {};
  }

  bool lookup(std::string_view word, std::uint32_t* id) const {
    std::uint64_t hash = hash64(word) | 1;
    std::size_t mask = model_.words_.size() - 1;
    for (std::size_t at = hash >> 1 & mask; model_.words_[at].hash != 0; at = (at + 1) & mask) {
      if (model_.words_[at].hash == hash) return *id = model_.words_[at].id, true;
    }
    return false;
  }

  std::string_view rest_, line_;
  std::uint64_t number_ = 0;
  std::vector<std::uint64_t> counts_;
  NgramModel model_;
};

bool NgramModel::sniff(std::string_view bytes) {
  std::size_t begin = std::min(bytes.find_first_not_of(" \t\r\n"), bytes.size());
  return bytes.substr(begin).starts_with("\\data\\");
}

Result<NgramModel> NgramModel::parse_arpa(std::string_view text) { return ArpaReader(text).read(); }

}  // namespace corpus::quality
