// filters.loop
#include <random>
#include <string>

#include "filter_support.h"

namespace corpus::test {
namespace {

const std::string kIntro =
    "The committee met on Tuesday to talk about the new bridge, its cost, and the road that leads "
    "to it. ";

TEST(Loop, FindsLoops) {
  Filter filter("filters.loop");
  std::string numbered;
  for (int i = 1; i < 20; ++i) {
    numbered +=
        std::to_string(i) +
        ". Remember to drink enough water every day because it keeps you healthy and awake\n";
  }
  struct Case {
    const char* reason;
    std::string text;
  };
  for (const auto& [reason, text] : {
           Case{"char", kIntro + std::string(80, 'a')},
           {"char", kIntro + std::string(200, '!')},
           {"char", kIntro + repeat("\xF0\x9F\x98\x80", 70)},
           {"char", kIntro + std::string(5000, '-')},
           {"char", kIntro + std::string(3000, '\n') + "end"},
           {"tail", kIntro + repeat("the bridge is ", 20)},
           {"tail", kIntro + repeat("I think so. ", 30) + "I thi"},
           {"tail", kIntro + repeat("no ", 60)},
           {"tail",
            kIntro + repeat("It was built in the year that the river rose, and nobody came. ", 9)},
           {"tail", kIntro + repeat("\xE9\xAB\x98\xE7\xBA\xA7\xE7\x89\x9B\xE8\x82\x89", 20)},
           {"tail", kIntro + repeat("0, ", 900)},
           {"line", kIntro + "\n" + repeat("- visit the museum of the bridge\n- take a walk\n", 9) +
                        "and home."},
           {"ngram",
            repeat("We then looked at the bridge from below and saw that it was good. " + kIntro,
                   9) +
                "And that was the end of the day for all of us."},
           {"ngram", numbered + "That is all there is to say about it, thank you for your time."},
       }) {
    EXPECT_EQ(filter.answer(text), reason) << text.substr(0, 300);
  }
}

TEST(Loop, KeepsWhatRepeatsByRight) {
  Filter filter("filters.loop");
  std::string table = "| name | value | note |\n|------|-------|------|\n";
  std::string code, series, verses, chess;
  for (int i = 0; i < 30; ++i) {
    std::string n = std::to_string(i);
    table += "| item " + n + " | 0 | none |\n";
    code += "    if (a[" + n + "] != b[" + n + "]) {\n      return false;\n    }\n";
    series += n + " * 7 = " + std::to_string(i * 7) + "\n";
    chess += n + ". e4 e5 Nf" + n + " Nc" + n + " ";
  }
  for (int i = 0; i < 5; ++i) {
    verses += "In the year number " + std::to_string(i) + " we sailed on the " +
              std::string(1, static_cast<char>('a' + i)) +
              " sea,\nwith captains and cooks and a parrot named " + std::to_string(i * 3) +
              ",\nRow, my lads, row for the shore,\nand we will never row any more.\n\n";
  }
  for (const auto& text : {
           kIntro,
           kIntro + "It was very, very, very, very good.",
           kIntro + "Aaaaaargh! Nooooooooo!!!!!!!!",
           kIntro + std::string(80, '-') + "\n" + kIntro,
           kIntro + std::string(100, '_') + " (sign here)",
           kIntro + "ha ha ha ha ha ha ha ha",
           table,
           code,
           series,
           verses,
           chess,
           "0 0 0 0 0 0 0 0 0 0\n" + repeat("0 1 0 1 0 1 0 1 0 1\n", 8),
           std::string("Name: ______\nDate: ______\nPlace: ______\nName: ______\nDate: ______\n"),
           std::string("Yes."),
           std::string(),
       }) {
    EXPECT_EQ(filter.answer(text), "") << text.substr(0, 400);
  }
}

TEST(Loop, DiverseTextOfAnyLengthIsKept) {
  Filter filter("filters.loop");
  std::mt19937 random(5);
  std::string text;
  for (int words : {0, 1, 10, 29, 30, 39, 40, 41, 500, 20000}) {
    text.clear();
    for (int i = 0; i < words; ++i) {
      for (auto n = 1 + random() % 9; n > 0; --n) text += static_cast<char>('a' + random() % 26);
      text += random() % 12 == 0 ? ".\n" : " ";
    }
    EXPECT_EQ(filter.answer(text), "") << words;
  }
}

TEST(Loop, OptionsMoveTheBounds) {
  std::string tail = kIntro + repeat("the bridge is old and narrow but it holds ", 4);
  EXPECT_EQ(Filter("filters.loop").answer(tail), "");
  EXPECT_EQ(Filter("filters.loop", "{tail_repeats: 3}").answer(tail), "tail");
  EXPECT_EQ(Filter("filters.loop", "{char_run: 10}").answer(kIntro + "Nooooooooooo"), "char");
  EXPECT_EQ(Filter("filters.loop", "{reasons: [ngram]}").answer(kIntro + std::string(99, 'a')), "");
  EXPECT_EQ(Filter("filters.loop", "{ngram_share: 0.3}").answer(kIntro + kIntro + kIntro), "ngram");
}

TEST(Loop, RunsAtEveryOffset) {
  Filter filter("filters.loop", "{reasons: [char], char_run: 20}");
  for (int before = 0; before < 70; ++before) {
    std::string head;
    for (int i = 0; i < before; ++i) head += static_cast<char>('a' + i % 7);
    ASSERT_EQ(filter.answer(head + std::string(20, 'Z') + "end"), "char") << before;
    ASSERT_EQ(filter.answer(head + std::string(19, 'Z') + "end"), "") << before;
    ASSERT_EQ(filter.answer(head + repeat("\xC3\xA9", 20)), "char") << before;
    ASSERT_EQ(filter.answer(head + repeat("\xC3\xA9", 19)), "") << before;
  }
}

}  // namespace
}  // namespace corpus::test
