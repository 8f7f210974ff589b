#include <gtest/gtest.h>

#include <string>

#include "corpus/registry.h"
#include "support/batch.h"

namespace corpus {
namespace {

const std::string kEnglish =
    "The old bridge was closed in May because two of its cables had begun to rust, and the town "
    "paid for the repair.";
const std::string kQuestion =
    "Why was the old bridge at the edge of the town closed for so long last spring, and who paid "
    "for the work on it? "
    "Has anybody seen rust on the steel since then, and how often do they look?";
const std::string kGerman =
    "Die alte Br\xC3\xBC"
    "cke wurde im Mai gesperrt, weil zwei ihrer Seile zu rosten begannen, und die Stadt bezahlte "
    "alles. "
    "Danach hat niemand mehr Rost gesehen, weil die Abdeckung jedes Jahr gepr\xC3\xBC"
    "ft wird.";
const std::string kChinese =
    "\xE6\x88\x91\xE4\xBB\xAC\xE4\xBB\x8A\xE5\xA4\xA9\xE5\x8E\xBB\xE5\x85\xAC\xE5\x9B\xAD\xE7\x8E"
    "\xA9\xEF\xBC\x8C"
    "\xE7\x84\xB6\xE5\x90\x8E\xE5\x9B\x9E\xE5\xAE\xB6\xE5\x90\x83\xE9\xA5\xAD\xE3\x80\x82";

std::unique_ptr<Map> make(std::string_view id, const Value& options) {
  MemoryBudget memory;
  BuildContext context{.memory = &memory};
  auto made = find_component(id)->make(options, context);
  EXPECT_TRUE(made);
  return std::move(std::get<std::unique_ptr<Map>>(made->at(0)));
}

void run(const Map& map, Batch& batch) {
  auto state = map.scratch();
  EXPECT_TRUE(map.run(batch, state.get()));
}

TEST(LanguageId, TagsEachPart) {
  Value options(Value::Object{});
  options.set("parts", Value::Array{"prompt", "response", "turns"});
  auto map = make("language.id", options);
  Batch batch;
  test::add_chat(batch, kQuestion, kGerman);
  test::add(batch, {{Role::kText, "12"}});
  test::add(batch, {});
  test::add_chat(batch, kQuestion, kGerman).drop = Reason::intern("test.other");
  run(*map, batch);
  ASSERT_EQ(batch.tags.size(), 3U);
  EXPECT_EQ(batch.tags[0].key, "language");
  EXPECT_EQ(batch.tags[0].value,
            "{\"prompt\":{\"language\":\"en\",\"score\":0.99,\"script\":\"Latn\"},"
            "\"response\":{\"language\":\"de\",\"score\":0.99,\"script\":\"Latn\"},"
            "\"turns\":[{\"language\":\"en\",\"score\":0.99,\"script\":\"Latn\"},"
            "{\"language\":\"de\",\"score\":0.99,\"script\":\"Latn\"}]}");
  std::string nothing = "{\"language\":\"und\",\"score\":0,\"script\":\"Zyyy\"}";
  EXPECT_EQ(batch.tags[1].value, "{\"prompt\":" + nothing + ",\"response\":" + nothing +
                                     ",\"turns\":[" + nothing + "]}");
  EXPECT_EQ(batch.tags[2].value,
            "{\"prompt\":" + nothing + ",\"response\":" + nothing + ",\"turns\":[]}");
}

std::string keep(const Value& options) {
  auto map = make("language.keep", options);
  EXPECT_TRUE(map->drops_only());
  Batch batch;
  test::add_chat(batch, kQuestion, kEnglish);
  test::add_chat(batch, kQuestion, kGerman);
  test::add_chat(batch, kQuestion, "42");
  test::add_chat(batch, kQuestion, kEnglish + " " + kChinese);
  run(*map, batch);
  std::string out;
  for (const Record& record : batch.records) {
    std::string_view name = record.drop.name();
    out.append(record.drop ? name.substr(name.rfind('.') + 1) : "kept").append(1, ' ');
  }
  return out;
}

TEST(LanguageKeep, DropsOthersAndDoubts) {
  Value options(Value::Object{});
  options.set("languages", Value::Array{"en"});
  options.set("min_score", 0.0);
  EXPECT_EQ(keep(options), "kept other kept kept ");
  options.set("min_score", 0.9);
  EXPECT_EQ(keep(options), "kept other kept low_score ");
  options.set("undetermined", "drop");
  EXPECT_EQ(keep(options), "kept other undetermined low_score ");
  options.set("languages", Value::Array{"de", "en"});
  options.set("min_score", 0.0);
  EXPECT_EQ(keep(options), "kept kept undetermined kept ");
  options.set("scope", "prompt");
  EXPECT_EQ(keep(options), "kept kept kept kept ");
}

bool mismatch(std::string_view prompt, std::string_view answer) {
  static const auto map = make("language.mismatch", Value(Value::Object{}));
  Batch batch;
  test::add_chat(batch, prompt, answer);
  run(*map, batch);
  EXPECT_TRUE(!batch.records[0].drop || batch.records[0].drop.name() == "language.mismatch.answer");
  return static_cast<bool>(batch.records[0].drop);
}

TEST(LanguageMismatch, FindsAnswersInAnotherLanguage) {
  EXPECT_TRUE(mismatch(kQuestion, kGerman));
  EXPECT_TRUE(mismatch(kGerman, kEnglish + kEnglish));
  EXPECT_TRUE(mismatch(kQuestion, kChinese + kChinese));
  EXPECT_TRUE(mismatch(kChinese + kChinese, kEnglish));
  EXPECT_FALSE(mismatch(kQuestion, kEnglish));
  EXPECT_FALSE(mismatch(kChinese, kChinese));
}

TEST(LanguageMismatch, LeavesWhatIsMeantToDiffer) {
  EXPECT_FALSE(mismatch("Translate: " + kQuestion, kGerman));
  EXPECT_FALSE(mismatch(kQuestion + " Say it in German.", kGerman));
  EXPECT_FALSE(mismatch("\xE7\xBF\xBB\xE8\xAF\x91\xEF\xBC\x9A" + kChinese, kEnglish))
      << "translate, in Chinese";
  EXPECT_FALSE(mismatch(kQuestion + "\n" + kGerman, kGerman)) << "a text to work on";
  EXPECT_FALSE(mismatch(kQuestion + " What is " + kChinese, kChinese + kChinese))
      << "quotes what it asks about";
}

TEST(LanguageMismatch, OneWordOrLineMayBeWhatItIsAbout) {
  std::string long_chinese, long_english;
  for (int i = 0; i < 6; ++i) long_chinese += kChinese, long_english += kQuestion + " ";
  std::string with_word = long_chinese + "opulent";
  ASSERT_TRUE(mismatch(long_chinese, kEnglish));
  EXPECT_FALSE(mismatch(with_word, kEnglish));
  ASSERT_TRUE(mismatch(kQuestion, long_chinese));
  EXPECT_FALSE(mismatch(kQuestion, with_word));
  ASSERT_TRUE(mismatch(long_english, kGerman));
  EXPECT_FALSE(mismatch(long_english + "\nDie Stadt bezahlte alles.", kGerman));
}

TEST(LanguageMismatch, LeavesWhatIsNoProse) {
  EXPECT_FALSE(mismatch(kChinese + kChinese,
                        "```\nprint the name of the user and then leave the loop\n```"));
  EXPECT_FALSE(mismatch(kChinese + kChinese,
                        "SELECT name FROM customers WHERE age over the limit of the year"));
  EXPECT_FALSE(mismatch(
      kChinese + kChinese,
      "Radiant Networking, Brilliant Bridge Solutions, Marvelous Markets, Limitless Logic"));
  EXPECT_FALSE(mismatch(kQuestion, "Ja, genau."));
  EXPECT_FALSE(mismatch(kQuestion, "42"));
}

TEST(LanguageMismatch, ComparesWithTheQuestionOnly) {
  auto map = make("language.mismatch", Value(Value::Object{}));
  Batch batch;
  test::add(batch,
            {{Role::kSystem, kEnglish}, {Role::kUser, kGerman}, {Role::kAssistant, kGerman}});
  test::add(batch, {{Role::kUser, kQuestion},
                    {Role::kAssistant, kEnglish},
                    {Role::kUser, kGerman},
                    {Role::kAssistant, kGerman}});
  test::add(batch, {{Role::kUser, kQuestion},
                    {Role::kAssistant, kEnglish},
                    {Role::kUser, kGerman + kGerman},
                    {Role::kAssistant, kEnglish + kEnglish}});
  test::add(batch, {{Role::kText, kGerman}});
  run(*map, batch);
  EXPECT_FALSE(batch.records[0].drop);
  EXPECT_FALSE(batch.records[1].drop);
  EXPECT_TRUE(batch.records[2].drop);
  EXPECT_FALSE(batch.records[3].drop);
}

}  // namespace
}  // namespace corpus
