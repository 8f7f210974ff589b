// filters.echo: answers that say the question again.
//
// prefix: the answer begins with the whole prompt, and a new sentence follows; a prompt that the
// answer completes, quotes or has as a comment is fair. copy: most of the answer lies in n-grams of
// the prompt, and most of the prompt in the answer's, from its first words to its last, so that the
// instruction is repeated with it: extracts and corrections repeat only what they work on. Words
// are compared as text/words.h cuts them: case counts, punctuation does not. O(text).
#include <algorithm>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "corpus/component.h"
#include "filters/asked.h"
#include "filters/record_rule_map.h"
#include "filters/word_repeats.h"
#include "text/utf8.h"
#include "text/words.h"

namespace corpus {
namespace {

using Words = std::span<const std::uint64_t>;

struct Options {
  std::size_t n = 5;           // words of an n-gram
  std::size_t min_words = 12;  // of the prompt, and of the answer
  double share = 0.8;
};

// Calls f(hash, index of the last word) for each n-gram.
template <typename F>
void for_each_gram(Words words, std::size_t n, F&& f) {
  constexpr std::uint64_t kBase = 0x9E3779B97F4A7C15U;
  std::uint64_t top = 1, rolling = 0;
  for (std::size_t i = 0; i < n; ++i) top *= kBase;
  for (std::size_t i = 0; i < words.size(); ++i) {
    rolling = rolling * kBase + words[i];
    if (i >= n) rolling -= words[i - n] * top;
    if (i + 1 >= n) f(rolling, i);
  }
}

struct Memory {
  std::vector<std::uint32_t> edges;
  std::vector<std::uint64_t> prompt, answer;
  std::string joined;
  HashSet grams;
};

class Echo {
 public:
  static constexpr std::string_view kTag = "echo";
  using Scratch = Memory;

  explicit Echo(const Options& options) : options_(options) {}

  Reason judge(const Record& record, Scratch& m, Signals* signals) const {
    Reason out;
    double most = -1;
    for (std::size_t i = 0; i < record.turns.size(); ++i) {
      const Turn& turn = record.turns[i];
      if (turn.role != Role::kAssistant || turn.rank != 0) continue;
      std::string_view question = asked(record, i, m.joined);
      std::string_view text = text::trim(turn.text);
      if (question.size() < kMinBytes || text.size() < kMinBytes) continue;
      Words prompt = hash_words(question, m.edges, m.prompt);
      if (prompt.size() < options_.min_words) continue;
      Words answer = hash_words(text, m.edges, m.answer);
      if (answer.size() < options_.min_words) continue;
      if (!out && answer.size() >= prompt.size() &&
          std::equal(prompt.begin(), prompt.end(), answer.begin()) && begins_with_word(text) &&
          ends_sentence(text, prompt.size(), m.edges)) {
        out = prefix_;
      }
      if (out && signals == nullptr) return out;
      bool ends = false;
      double share = covered(answer, prompt, m.grams, &ends);
      most = std::max(most, share);
      // The other way round only now: it is seldom needed.
      if (!out && share >= options_.share && ends_with_stop(question) &&
          covered(prompt, answer, m.grams, &ends) >= options_.share && ends) {
        out = copy_;
      }
    }
    if (signals != nullptr && most >= 0) signals->add("share", most);
    return out;
  }

 private:
  static constexpr std::size_t kMinBytes = 64;  // in some scripts a word is a character

  static bool begins_with_word(std::string_view text) {
    return static_cast<unsigned char>(text[0]) >= 0x80 ||
           ((text[0] | 32) >= 'a' && (text[0] | 32) <= 'z');
  }

  // Is the word of that number the last of its sentence or line? `edges` are those of the text.
  static bool ends_sentence(std::string_view text, std::size_t words,
                            std::vector<std::uint32_t>& edges) {
    std::size_t n = 0, end = text.size();
    text::for_each_word(text, edges, [&](std::string_view word) {
      if (++n == words) end = static_cast<std::size_t>(word.data() + word.size() - text.data());
    });
    std::string_view rest = text.substr(end);
    rest = rest.substr(0, rest.find_first_not_of(" \t)\"'*_"));
    return begins_with_stop(text.substr(end + rest.size()));
  }
  static bool begins_with_stop(std::string_view rest) {
    static constexpr std::string_view kStops[] = {
        ".", "!", "?", "\n", ":", "\xE3\x80\x82", "\xEF\xBC\x81", "\xEF\xBC\x9F", "\xEF\xBC\x9A"};
    return rest.empty() ||
           std::any_of(std::begin(kStops), std::end(kStops),
                       [&](std::string_view stop) { return rest.starts_with(stop); });
  }

  static bool ends_with_stop(std::string_view text) {
    text = text::trim(text);
    return !text.empty() &&
           begins_with_stop(text.substr(text.size() - text::decode_last(text).size));
  }

  // Share of the words that lie in n-grams of `source`; whether the first and the last word do.
  double covered(Words words, Words source, HashSet& grams, bool* ends) const {
    grams.clear(source.size() + words.size());
    for_each_gram(source, options_.n, [&](std::uint64_t hash, std::size_t) { grams.insert(hash); });
    std::size_t count = 0, to = 0;
    bool first = false;
    for_each_gram(words, options_.n, [&](std::uint64_t hash, std::size_t i) {
      if (!grams.contains(hash)) return;
      first |= i + 1 == options_.n;
      count += i + 1 - std::max(to, i + 1 - options_.n);
      to = i + 1;
    });
    *ends = first && to == words.size();
    return static_cast<double>(count) / static_cast<double>(words.size());
  }

  Options options_;
  Reason prefix_ = Reason::intern("filters.echo.prefix"),
         copy_ = Reason::intern("filters.echo.copy");
};

}  // namespace

Result<Stages> make_filters_echo(const Value& value, BuildContext&) {
  Options options;
  auto size = [&](const char* key, std::size_t fallback) {
    return static_cast<std::size_t>(value.get(key, static_cast<std::int64_t>(fallback)));
  };
  options.n = size("n", options.n);
  options.min_words = std::max(size("min_words", options.min_words), options.n);
  options.share = value.get("share", options.share);
  return answers_ruled_by(Echo(options), value.get("action", "drop") == "tag");
}

}  // namespace corpus
