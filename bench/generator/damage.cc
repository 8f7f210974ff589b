#include "damage.h"

#include <algorithm>
#include <string>
#include <vector>

#include "grammar.h"

namespace corpus::demo {
namespace {

bool is_space(char c) { return c == ' ' || c == '\n' || c == '\t'; }

// Begin and end of every white-space separated word.
void find_words(const std::string& text, std::vector<std::pair<std::size_t, std::size_t>>& words) {
  words.clear();
  for (std::size_t at = 0; at < text.size();) {
    while (at < text.size() && is_space(text[at])) ++at;
    std::size_t begin = at;
    while (at < text.size() && !is_space(text[at])) ++at;
    if (at > begin) words.emplace_back(begin, at);
  }
}

// The same text to a reader, other bytes: only what every sound normalisation removes.
void respell(Rng& rng, Conversation& c) {
  std::size_t way = rng.below(3);
  if (way == 0) return;  // byte-equal
  if (way == 1) {
    c.answer() += rng.chance(0.5) ? "\n" : "  \n";
    return;
  }
  std::string& text = c.answer();
  for (std::size_t at = 0; (at = text.find('\n', at)) != std::string::npos; at += 2) {
    text.insert(at, 1, '\r');
  }
}

// A few word edits: with N words and e edits the Jaccard similarity of word 5-grams is at least
// (N - 4 - 5e) / (N - 4 + 5e); e <= N / 70 keeps it above 0.86. Only plain words are touched: a
// word of code may be many words to a tokenizer.
void edit_words(Rng& rng, Conversation& c) {
  static const Rule &nouns = grammar()["n"], &adjectives = grammar()["j"];
  static const Registers none;
  thread_local std::vector<std::pair<std::size_t, std::size_t>> words;
  std::size_t total = 0;
  for (std::size_t i = 0; i < c.count; ++i) {
    find_words(c.turns[i].text, words);
    total += words.size();
  }
  std::string& text = c.answer();
  find_words(text, words);
  std::erase_if(words, [&](const auto& word) {
    return !std::all_of(text.begin() + static_cast<std::ptrdiff_t>(word.first),
                        text.begin() + static_cast<std::ptrdiff_t>(word.second),
                        [](char x) { return x >= 'a' && x <= 'z'; });
  });
  if (total < 90 || words.size() < 10) {  // too short for a change in the middle
    text += rng.chance(0.5) ? " Indeed." : " Truly.";
    return;
  }
  std::size_t edits = 1 + rng.below(total / 70);
  // From the back, so that earlier positions stay valid; one edit a slice of the words.
  for (std::size_t e = edits; e-- > 0;) {
    std::size_t lo = words.size() * e / edits, hi = words.size() * (e + 1) / edits;
    auto [begin, end] = words[lo + rng.below(std::max<std::size_t>(1, hi - lo))];
    std::string word;
    switch (rng.below(4)) {
      case 0:
        expand(nouns, rng, none, word);
        text.replace(begin, end - begin, word);
        break;
      case 1:
        expand(adjectives, rng, none, word);
        text.insert(begin, word + " ");
        break;
      case 2:
        text.erase(begin, end - begin);
        break;
      default:
        text.insert(end, " indeed");
    }
  }
}

void refuse(Rng& rng, Conversation& c) {
  static const Rule &decline = grammar()["decline"], &more = grammar()["decline_more"];
  static const Registers none;
  std::string& text = c.answer();
  text.clear();
  sentence(decline, rng, none, text);
  for (int i = rng.between(0, 2); i > 0; --i) expand(more, rng, none, text);
}

void disclaim(Rng& rng, Conversation& c) {
  static const Rule& disclaimer = grammar()["disclaimer"];
  static const Registers none;
  std::string text;
  sentence(disclaimer, rng, none, text);
  std::string& answer = c.answer();
  if (rng.chance(0.7)) {
    answer.insert(0, text + " ");
  } else {
    answer += " " + text;
  }
}

void leak_identity(Rng& rng, Conversation& c) {
  static const Rule &ask = grammar()["identity_ask"], &identity = grammar()["identity"],
                    &story = grammar()["story"];
  static const Registers none;
  std::string& question = c.turns[c.count - 2].text;
  question.clear();
  sentence(ask, rng, none, question);
  std::string& answer = c.answer();
  answer.clear();
  sentence(identity, rng, none, answer);
  for (int i = rng.between(0, 4); i > 0; --i) {
    answer += ' ';
    sentence(story, rng, none, answer);
  }
}

void truncate(Rng& rng, Conversation& c) {
  std::string& text = c.answer();
  std::size_t at = text.size() * static_cast<std::size_t>(rng.between(45, 90)) / 100;
  // Inside a word, or behind a word that does not end a sentence; never inside a UTF-8 sequence.
  auto letter = [&](std::size_t i) { return i < text.size() && text[i] >= 'a' && text[i] <= 'z'; };
  while (at > 20 && !(letter(at - 1) && (letter(at) || (at < text.size() && text[at] == ' '))))
    --at;
  text.resize(at);
  c.cut_by_length = rng.chance(0.5);
}

void loop(Rng& rng, Conversation& c) {
  static const Rule &story = grammar()["story"], &phrase = grammar()["np"], &word = grammar()["n"];
  static const Registers none;
  std::string& text = c.answer();
  std::string unit;
  int times = 0;
  switch (rng.below(4)) {
    case 0:  // one sentence, over and over
      unit = " ";
      sentence(story, rng, none, unit);
      times = rng.between(12, 40);
      break;
    case 1:  // a phrase
      unit = " and ";
      expand(phrase, rng, none, unit);
      times = rng.between(25, 80);
      break;
    case 2:  // one word
      unit = " ";
      expand(word, rng, none, unit);
      times = rng.between(60, 200);
      break;
    default:  // one line of a list
      unit = "\n- ";
      sentence(story, rng, none, unit);
      times = rng.between(12, 40);
  }
  text.resize(std::min(text.size(), std::size_t{400}));
  while (!text.empty() && (static_cast<unsigned char>(text.back()) & 0xc0) == 0x80) text.pop_back();
  if (!text.empty() && static_cast<unsigned char>(text.back()) >= 0xc0) text.pop_back();
  for (int i = 0; i < times; ++i) text += unit;
  if (rng.chance(0.5)) text += '.';
}

void garble(Rng& rng, Conversation& c) {
  // UTF-8 that was read as Windows-1252 and encoded again.
  constexpr std::string_view kMojibake[] = {"\xc3\xa2\xe2\x82\xac\xe2\x84\xa2",
                                            "\xc3\xa2\xe2\x82\xac\xc5\x93",
                                            "\xc3\x83\xc2\xa9",
                                            "\xc3\x83\xc2\xbc",
                                            "\xc3\x83\xc2\xa8",
                                            "\xc3\xa2\xe2\x82\xac\xe2\x80\x9c"};
  constexpr std::string_view kControls[] = {std::string_view("\0", 1), "\x01", "\x07", "\x08",
                                            "\x1b[31m"};
  std::string& text = c.answer();
  std::size_t way = rng.below(10);
  int places = static_cast<int>(text.size() / 150) + 4;
  for (int i = 0; i < places; ++i) {
    std::size_t at = rng.below(text.size());
    while (at < text.size() && (static_cast<unsigned char>(text[at]) & 0x80)) ++at;
    if (way < 5)
      text.insert(at, kMojibake[rng.below(std::size(kMojibake))]);
    else if (way < 8)
      text.insert(at, kControls[rng.below(std::size(kControls))]);
    else if (way < 9)
      text.insert(at, "\xef\xbf\xbd");
    else
      text.insert(at, 1, kLoneSurrogate);
  }
}

}  // namespace

void damage(Label label, std::uint64_t seed, Rng& rng, Conversation& c) {
  switch (label) {
    case Label::kExactDup:
      return respell(rng, c);
    case Label::kNearDup:
      return edit_words(rng, c);
    case Label::kRefusal:
      return refuse(rng, c);
    case Label::kDisclaimer:
      return disclaim(rng, c);
    case Label::kIdentity:
      return leak_identity(rng, c);
    case Label::kTruncated:
      return truncate(rng, c);
    case Label::kLoop:
      return loop(rng, c);
    case Label::kEncoding:
      return garble(rng, c);
    case Label::kEmpty: {
      constexpr std::string_view kNothing[] = {"", " ", "\n", "  \n "};
      c.answer() = kNothing[rng.below(std::size(kNothing))];
      return;
    }
    case Label::kBenchLeak: {
      std::string question, answer;
      write_bench_item(seed, rng.below(kBenchItems), question, answer);
      c.turns[c.count - 2].text.append("\n\n").append(question);
      c.answer().append("\n\nAs for the last question: ").append(answer).append(".");
      return;
    }
    case Label::kClean:
    case Label::kBrokenJson:
      return;
  }
}

}  // namespace corpus::demo
