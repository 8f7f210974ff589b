// The parse stage against nlohmann::json, on made-up records and on what mutation makes of them.
#include <algorithm>
#include <cctype>
#include <nlohmann/json.hpp>
#include <random>
#include <string>
#include <vector>

#include "adapters/parse_support.h"

namespace corpus {
namespace {

using Random = std::mt19937;

std::string any_string(Random& random) {
  static const char* const kPieces[] = {"a",
                                        "answer",
                                        "\\n",
                                        "\\\"",
                                        "\\\\",
                                        "\xC3\xA9",
                                        "\\u00e9",
                                        "\xE4\xB8\xAD",
                                        "\\ud83d\\ude00",
                                        " ",
                                        "\xF0\x9F\x98\x80",
                                        "\\/",
                                        "{",
                                        "]",
                                        ",",
                                        ":"};
  std::string s = "\"";
  for (unsigned n = random() % 12; n > 0; --n) s += kPieces[random() % std::size(kPieces)];
  return s + "\"";
}

std::string any_value(Random& random, unsigned depth);

std::string any_object(Random& random, unsigned depth) {
  // Names that the adapters know, so that their paths are taken, and some that they do not.
  static const char* const kNames[] = {"messages",    "conversations",
                                       "role",        "content",
                                       "from",        "value",
                                       "instruction", "input",
                                       "output",      "prompt",
                                       "response",    "text",
                                       "id",          "model",
                                       "chosen",      "rejected",
                                       "question",    "answer",
                                       "choices",     "turns",
                                       "replies",     "label",
                                       "instances",   "responses",
                                       "type",        "tool_calls",
                                       "corpus",      "metadata",
                                       "x",           "y",
                                       "\\u0069d2",   "",
                                       "score"};
  std::string s = "{";
  std::vector<unsigned> used;
  for (unsigned n = random() % 5; n > 0; --n) {
    unsigned name = static_cast<unsigned>(random() % std::size(kNames));
    if (std::find(used.begin(), used.end(), name) != used.end()) continue;
    used.push_back(name);
    if (s.size() > 1) s += random() % 4 == 0 ? " , " : ",";
    s += "\"" + std::string(kNames[name]) + (random() % 4 == 0 ? "\" : " : "\":");
    s += any_value(random, depth);
  }
  return s + "}";
}

std::string any_value(Random& random, unsigned depth) {
  switch (random() % (depth == 0 ? 7 : 10)) {
    case 0:
      return std::to_string(static_cast<int>(random()) % 1000);
    case 1:
      return random() % 2 == 0 ? "-0.25" : "1e5";
    case 2:
      return random() % 2 == 0 ? "true" : "false";
    case 3:
      return "null";
    case 4:
    case 5:
    case 6:
      return any_string(random);
    case 7: {
      std::string s = "[";
      for (unsigned n = random() % 4; n > 0; --n)
        s += any_value(random, depth - 1) + (n > 1 ? "," : "");
      return s + "]";
    }
    default:
      return any_object(random, depth - 1);
  }
}

void mutate(std::string& s, Random& random) {
  static const char kBytes[] = "{}[],:\"\\u0019eE+-.tfnx \t\r\x01\xC3\xA9\xFF\x80";
  for (unsigned n = random() % 3; n > 0 && !s.empty(); --n) {
    std::size_t at = random() % s.size();
    char c = kBytes[random() % (sizeof kBytes - 1)];
    switch (random() % 4) {
      case 0:
        s.erase(at, 1 + random() % 2);
        break;
      case 1:
        s.insert(at, 1, c);
        break;
      case 2:
        s[at] = c;
        break;
      default:
        s.insert(at, s.substr(random() % s.size(), random() % 8));
    }
  }
}

// nlohmann::json refuses numbers that no double holds; we do not look at their size.
bool has_large_exponent(const std::string& s) {
  int digits = 0;
  bool exponent = false;
  for (char c : s) {
    if (c == 'e' || c == 'E') {
      exponent = true;
      digits = 0;
    } else if (exponent && isdigit(static_cast<unsigned char>(c))) {
      if (++digits > 2) return true;
    } else if (c != '+' && c != '-') {
      exponent = false;
    }
  }
  return false;
}

bool is_object(const std::string& s) {
  auto value = nlohmann::json::parse(s, nullptr, false);
  return value.is_object();
}

TEST(Differential, AcceptsExactlyTheValidObjects) {
  Random random(11);
  std::vector<std::string> lines;
  std::string text;
  int valid = 0, turns = 0;
  for (int i = 0; i < 60000; ++i) {
    std::string s = any_object(random, 4);
    mutate(s, random);
    if (s.find_first_not_of(" \t\r") == s.npos || has_large_exponent(s)) continue;
    lines.push_back(s);
    text += s + "\n";
  }
  for (std::uint32_t fields : {test::kAllFields, 0U}) {
    Batch batch;
    ASSERT_TRUE(test::parse_into(batch, text, test::options(), fields));
    ASSERT_EQ(batch.records.size(), lines.size());
    for (std::size_t i = 0; i < lines.size(); ++i) {
      const Record& record = batch.records[i];
      ASSERT_EQ(record.json, lines[i]);
      if (record.drop.name() == "malformed.duplicate_key") continue;  // ends the walk early
      bool ours = !record.drop;
      // It also refuses surrogates without a partner, which we replace.
      if ((record.flags & Record::kLoneSurrogate) != 0) ours = false;
      ASSERT_EQ(ours, is_object(lines[i])) << lines[i] << " " << record.drop.name();
      valid += ours;
      for (const Turn& turn : record.turns) {
        ++turns;
        if (turn.raw.begin == 0 || (record.flags & Record::kLoneSurrogate) != 0) continue;
        auto raw = record.json.substr(turn.raw.begin - 1, turn.raw.size() + 2);
        ASSERT_EQ(nlohmann::json::parse(raw).get<std::string>(), turn.text) << lines[i];
      }
    }
  }
  // The generator has to reach both sides.
  EXPECT_GT(valid, 20000);
  EXPECT_LT(valid, static_cast<int>(lines.size()) * 2 - 20000);
  EXPECT_GT(turns, 5000);
}

TEST(Differential, AloneAndAmongOthersAreTheSame) {
  Random random(12);
  std::string text;
  std::vector<std::string> lines;
  for (int i = 0; i < 3000; ++i) {
    std::string s = any_object(random, 3);
    if (random() % 50 == 0) mutate(s, random);  // rare faults: some blocks pass as a whole
    if (s.find_first_not_of(" \t\r") == s.npos) continue;
    lines.push_back(s);
    text += s + "\n";
  }
  Batch batch, single;
  ASSERT_TRUE(test::parse_into(batch, text));
  ASSERT_EQ(batch.records.size(), lines.size());
  for (std::size_t i = 0; i < lines.size(); ++i) {
    ASSERT_TRUE(test::parse_into(single, lines[i]));
    const Record &a = batch.records[i], &b = single.records.at(0);
    EXPECT_EQ(a.drop.name(), b.drop.name()) << lines[i];
    EXPECT_EQ(name(a.shape), name(b.shape)) << lines[i];
    EXPECT_EQ(test::print(a), test::print(b)) << lines[i];
    EXPECT_EQ(a.id, b.id);
    EXPECT_EQ(a.teacher, b.teacher);
    EXPECT_EQ(a.flags, b.flags);
  }
}

}  // namespace
}  // namespace corpus
