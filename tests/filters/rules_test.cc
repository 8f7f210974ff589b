// filters.gopher_quality, gopher_repetition, fineweb, c4, dclm, nemo_english and data_juicer: each rule, tags, edits.
// tests/parity compares the verdicts with those of datatrove, NeMo Curator and Data-Juicer.
#include <algorithm>
#include <iterator>
#include <string>

#include "filter_support.h"

namespace corpus::test {
namespace {

// Sentences that have little in common.
std::string prose(int sentences) {
  static const char* kNouns[] = {"river", "council", "garden", "engine", "teacher", "market", "letter", "island",
                                 "bridge", "harbour", "kitchen", "valley", "forest", "office", "tower", "picture"};
  static const char* kVerbs[] = {"crossed", "described", "repaired", "painted", "measured", "visited", "forgot", "carried"};
  static const char* kQualities[] = {"old", "narrow", "silent", "crowded", "green", "broken", "distant", "wooden"};
  unsigned seed = 17;
  auto pick = [&](const auto& list) {
    seed = seed * 1664525 + 1013904223;
    return std::string(list[(seed >> 16) % std::size(list)]) + ' ';
  };
  std::string out;
  for (int i = 0; i < sentences; ++i) {
    out += "The " + pick(kQualities) + pick(kNouns) + "of " + pick(kNouns) + pick(kVerbs) + pick(kQualities) + pick(kNouns) +
           "and " + pick(kVerbs) + "that " + pick(kNouns) + "with " + pick(kQualities) + pick(kNouns);
    out += std::to_string(i * 7 + 3) + (i % 4 == 3 ? ".\n" : ". ");
  }
  return out;
}

TEST(GopherQuality, NamesTheRuleThatIsBroken) {
  Filter filter("filters.gopher_quality");
  EXPECT_EQ(filter.answer(prose(8)), "");
  EXPECT_EQ(filter.answer("Too few words to say anything."), "short_doc");
  EXPECT_EQ(filter.answer(""), "short_doc");
  EXPECT_EQ(filter.answer(repeat("a be ", 60)), "below_avg_threshold");
  EXPECT_EQ(filter.answer(repeat("incomprehensibilities ", 60)), "above_avg_threshold");
  EXPECT_EQ(filter.answer(prose(8) + repeat("# ", 40)), "too_many_hashes");
  EXPECT_EQ(filter.answer(prose(8) + repeat("word... ", 30)), "too_many_ellipsis");
  EXPECT_EQ(filter.answer(repeat("- the garden of that house\n", 15)), "too_many_bullets");
  EXPECT_EQ(filter.answer(prose(8) + repeat("x of it \u2026\n", 4)), "too_many_end_ellipsis");
  EXPECT_EQ(filter.answer(prose(5) + repeat("12345 ", 60)), "below_alpha_threshold");
  EXPECT_EQ(filter.answer(repeat("colourful garden gates remain closed ", 12)), "enough_stop_words");
}

TEST(GopherQuality, StopWordsAreCountedDistinctOrNot) {
  std::string text = repeat("the colourful garden gates remain closed ", 12);
  EXPECT_EQ(Filter("filters.gopher_quality").answer(text), "enough_stop_words");
  EXPECT_EQ(Filter("filters.gopher_quality", "{distinct_stop_words: false}").answer(text), "");
  EXPECT_EQ(Filter("filters.gopher_quality", "{stop_words: [garden, gates]}").answer(text), "");
}

TEST(GopherRepetition, NamesTheRuleThatIsBroken) {
  Filter filter("filters.gopher_repetition");
  EXPECT_EQ(filter.answer(prose(20)), "");
  EXPECT_EQ(filter.answer(""), "empty");
  EXPECT_EQ(filter.answer(repeat("One line of text.\n\n", 9)), "dup_para_frac");
  EXPECT_EQ(filter.answer(prose(4) + repeat("\nThe same line again.", 9)), "dup_line_frac");
  EXPECT_EQ(filter.answer(repeat("no ", 40)), "top_2_gram");
  std::string sentence = "Nobody in this whole long street ever knew why he left us";
  EXPECT_EQ(Filter("filters.gopher_repetition", "{top_2_gram: 0, top_3_gram: 0, top_4_gram: 0}")
                .answer(prose(3) + sentence + ", " + sentence + "; " + sentence + "!"),
            "duplicated_5_grams");
}

TEST(Fineweb, NamesTheRuleThatIsBroken) {
  Filter filter("filters.fineweb");
  EXPECT_EQ(filter.answer(prose(8)), "");
  EXPECT_EQ(filter.answer(" \n\n"), "empty");
  EXPECT_EQ(filter.answer(repeat("a line that does not end\n", 1)), "line_punct_ratio");
  EXPECT_EQ(filter.answer("Short.\nLines.\nOnly here.\n"), "short_line_ratio");
  std::string line = "This is one line that is long enough for it.\n";
  EXPECT_EQ(filter.answer(line + line + line), "char_dup_ratio");
  EXPECT_EQ(Filter("filters.fineweb", "{max_short_lines: 1}").answer("One word.\nTwo!\nThree?\nFour.\n"), "list_ratio");
}

TEST(C4, TakesLinesOutAndDropsWhatIsTooLittle) {
  Filter filter("filters.c4");
  EXPECT_EQ(filter.answer("Only one sentence here."), "too_few_sentences");
  EXPECT_EQ(filter.answer(prose(8) + "And lorem ipsum dolor.\n"), "lorem_ipsum");
  EXPECT_EQ(filter.answer(prose(8) + "A { bracket in it.\n"), "curly_bracket");
  EXPECT_EQ(Filter("filters.c4", "{curly_bracket: false}").answer(prose(8) + "A { bracket in it.\n"), "");
}

// A record whose turns can be edited: the JSON strings stand where raw says.
void add_editable(Batch& batch, std::string_view text) {
  Record& record = add(batch, {{Role::kText, text}});
  std::string json = "{\"text\":\"" + std::string(text.size(), 'x') + "\"}";
  record.json = batch.arena.copy(json);
  auto* turn = batch.arena.allocate_array<Turn>(1);
  *turn = record.turns[0];
  turn->raw = {9, static_cast<std::uint32_t>(9 + text.size())};
  record.turns = {turn, 1};
}

TEST(C4, WritesEditsThatLaterStagesSee) {
  std::string kept = "One is here. Two is here. Three is here.\nFour is here. Five is here [12]. Six is here.";
  std::string text = "Home | About us\n" + kept + "\nRead our privacy policy today.\nPlease turn on JavaScript now.\n";
  std::string expected = "One is here. Two is here. Three is here.\nFour is here. Five is here . Six is here.";
  Batch batch;
  add_editable(batch, text);
  Filter("filters.c4").run(batch);
  EXPECT_FALSE(batch.records[0].drop);
  ASSERT_EQ(batch.edits.size(), 1u);
  EXPECT_EQ(batch.records[0].turns[0].text, expected);
  std::string escaped = expected;
  escaped.replace(escaped.find('\n'), 1, "\\n");
  EXPECT_EQ(batch.edits[0].text, escaped);
  // A second change of the same text replaces the first.
  Filter("filters.dclm", "{max_removed: 0, min_words_per_line: 10}").run(batch);
  ASSERT_EQ(batch.edits.size(), 1u);
  EXPECT_EQ(batch.edits[0].text, "Four is here. Five is here . Six is here.");
}

TEST(C4, ActionDropChangesNothing) {
  Batch batch;
  add_editable(batch, "Home\n" + prose(8));
  Filter("filters.c4", "{action: drop}").run(batch);
  EXPECT_TRUE(batch.edits.empty());
  EXPECT_FALSE(batch.records[0].drop);
}

std::string rewritten(std::string_view text) {
  Batch batch;
  add_editable(batch, text);
  Filter("filters.dclm", "{max_removed: 0}").run(batch);
  return std::string(batch.records[0].turns[0].text);
}

TEST(Dclm, TakesLinesOut) {
  const std::string line = "An ordinary line of words.";
  EXPECT_EQ(rewritten(line + "\nALL CAPITALS HERE\n" + line), line + "\n" + line);
  EXPECT_EQ(rewritten(line + "\n12345\n" + line), line + "\n" + line);
  EXPECT_EQ(rewritten(line + "\n1,204 likes!\n" + line), line + "\n" + line);
  EXPECT_EQ(rewritten(line + "\n3k followers\n" + line), line + "\n" + line);
  EXPECT_EQ(rewritten(line + "\nword\n" + line), line + "\n" + line);
  EXPECT_EQ(rewritten(line + "\n3 items in cart\n" + line + "\nA story Read more..."), line + "\n3\n" + line + "\nA story");
  EXPECT_EQ(rewritten("Sign-in to see it\n" + line), "to see it\n" + line);
}

TEST(Dclm, DropsWhatLosesTooMuch) {
  Filter filter("filters.dclm");
  EXPECT_EQ(filter.answer(prose(8)), "");
  EXPECT_EQ(filter.answer(prose(2) + "\nALL THESE WORDS ARE LOST AND GONE\n"), "removed_words");
}

TEST(NemoEnglish, NamesTheRuleThatIsBroken) {
  Filter filter("filters.nemo_english");
  EXPECT_EQ(filter.answer(prose(8)), "");
  EXPECT_EQ(filter.answer(""), "alpha_numeric");
  EXPECT_EQ(filter.answer(repeat("%& ab ", 60)), "alpha_numeric");
  EXPECT_EQ(filter.answer("\n\n\n"), "word_count");
  EXPECT_EQ(filter.answer(prose(8) + repeat(" word ...", 30)), "symbol_to_word");
  EXPECT_EQ(filter.answer(prose(8) + repeat(" 123456", 40)), "numbers_ratio");
  EXPECT_EQ(filter.answer(prose(8) + " https://example.org/" + repeat("a", 400) + "%20x"), "urls_ratio");
  EXPECT_EQ(filter.answer(prose(8) + repeat("\n", 500)), "white_space");
  EXPECT_EQ(filter.answer(prose(8) + repeat("(abcdefgh)", 120)), "parentheses_ratio");
  EXPECT_EQ(filter.answer(prose(8) + " Lorem Ipsum"), "boilerplate_string_ratio");
  EXPECT_EQ(filter.answer(prose(8) + "\n\nOur Privacy Policy.\n\nAll terms of use."), "boilerplate_string_ratio");
  EXPECT_EQ(filter.answer(prose(8) + repeat("The same line of text.\n", 9)), "repeated_lines");
  EXPECT_EQ(filter.answer("The words of this are too few."), "word_count");
  EXPECT_EQ(filter.answer(repeat("the gardens were closed", 1) + prose(4) + "no end\n" + repeat("a", 0)), "");
  EXPECT_EQ(filter.answer(repeat("colourful garden gates remain closed. ", 12)), "common_english_words");
  EXPECT_EQ(filter.answer(repeat("incomprehensibilities the incomprehensibilities of ", 15) + "end."), "mean_word_length");
  EXPECT_EQ(filter.answer(prose(30) + repeat("b", 1001)), "max_word_length");
  EXPECT_EQ(filter.answer(prose(8) + "\n" + "One of it Read more\nTwo \u2026\nthree."), "ellipsis");
  EXPECT_EQ(filter.answer(prose(2) + repeat("good day ", 20) + "to all."), "repeating_top_2grams");
  std::string sentence = "Nobody in this whole long street ever knew why he left us. ";
  EXPECT_EQ(filter.answer(prose(5) + sentence + sentence + sentence), "repeating_dup_5gram");
  Filter few("filters.nemo_english", "{min_words: 9}");
  EXPECT_EQ(few.answer("The words of this are too few."), "word_count");
  EXPECT_EQ(few.answer(prose(2)), "");
}

TEST(NemoEnglish, BulletsAreAskedLast) {
  std::string text = prose(12), list = "\u2022 ";
  std::replace(text.begin(), text.end(), '\n', ' ');
  for (char c : text) list += c == '.' ? std::string(".\n\u2022 ") : std::string(1, c);
  list += "End.";
  EXPECT_EQ(Filter("filters.nemo_english").answer(list), "bullet_ratio");
}

TEST(DataJuicer, NamesTheRuleThatIsBroken) {
  Filter filter("filters.data_juicer");
  EXPECT_EQ(filter.answer(prose(8)), "");
  EXPECT_EQ(filter.answer(""), "alnum_ratio");
  EXPECT_EQ(filter.answer(repeat("-+-", 60)), "alnum_ratio");
  EXPECT_EQ(filter.answer(repeat("a", 60)), "char_rep_ratio");
  EXPECT_EQ(filter.answer("one\ntwo\nthree\nfour\nfive\nsix"), "max_line_length");
  EXPECT_EQ(filter.answer("Twenty characters are."), "text_len");
  EXPECT_EQ(filter.answer("\u4eca\u5929 thirty characters they are."), "");
  Filter flagged("filters.data_juicer", "{flagged_words: [Drat]}");
  EXPECT_EQ(flagged.answer("Oh DRAT, said the old man by the sea."), "flagged_words_ratio");
  EXPECT_EQ(flagged.answer("Oh dratted, said the old man by the sea."), "");
}

TEST(Rules, CanBeTagsInsteadOfVerdicts) {
  Batch batch;
  add_chat(batch, "Question?", "Too few words to say anything.");
  Filter("filters.gopher_quality", "{action: tag}").run(batch);
  EXPECT_FALSE(batch.records[0].drop);
  ASSERT_EQ(batch.tags.size(), 1u);
  EXPECT_EQ(batch.tags[0].key, "gopher_quality");
  EXPECT_EQ(batch.tags[0].value,
            "{\"words\":6,\"mean_word_length\":4,\"hashes_per_word\":0,\"ellipses_per_word\":0,"
            "\"bullet_lines\":0,\"ellipsis_lines\":0,\"alphabetic_words\":0.857143,\"stop_words\":1,"
            "\"verdict\":\"short_doc\"}");
  for (const char* id : {"filters.gopher_repetition", "filters.fineweb", "filters.c4", "filters.dclm",
                         "filters.nemo_english", "filters.data_juicer"}) {
    Batch other;
    add_chat(other, "Question?", prose(20));
    Filter(id, "{action: tag}").run(other);
    EXPECT_EQ(other.tags.size(), 1u) << id;
    EXPECT_EQ(other.tags[0].value.find("verdict"), std::string_view::npos) << other.tags[0].value;
  }
}

// Shortcuts that are taken when nothing is measured never change a verdict.
TEST(Rules, VerdictIsTheSameWhenEverythingIsMeasured) {
  std::string words[] = {"the", "and", "of", "cat", "...", "#", "\n", "\n\n", "end.", "don't", "11", "1", "a b c d e."};
  unsigned seed = 9;
  auto random = [&] { return seed = seed * 1664525 + 1013904223, seed >> 16; };
  for (const char* id : {"filters.gopher_quality", "filters.gopher_repetition", "filters.fineweb", "filters.c4",
                         "filters.nemo_english", "filters.data_juicer"}) {
    Filter drop(id), tag(id, "{action: tag}");
    for (int round = 0; round < 400; ++round) {
      std::string text;
      unsigned kinds = 1 + random() % 13;
      for (unsigned n = random() % 200; n > 0; --n) text += words[random() % kinds] + ' ';
      Batch batch;
      add_chat(batch, "?", text);
      tag.run(batch);
      std::string_view value = batch.tags.at(0).value;
      std::size_t at = value.find("\"verdict\":\"");
      std::string verdict(at == std::string_view::npos ? "" : value.substr(at + 11, value.size() - at - 13));
      ASSERT_EQ(drop.answer(text), verdict) << id << ": " << text;
    }
  }
}

}  // namespace
}  // namespace corpus::test
