// filters.refusal
#include <string>

#include "filter_support.h"

namespace corpus::test {
namespace {

struct Case {
  const char* reason;
  const char* text;
};

TEST(Refusal, English) {
  Filter filter("filters.refusal");
  for (auto [reason, text] : {
           Case{"apology_refusal", "I'm sorry, but I can't help with that."},
           {"apology_refusal",
            "I\xE2\x80\x99m sorry, but I can\xE2\x80\x99t assist with this request."},
           {"apology_refusal", "I apologize, but I am unable to provide that information."},
           {"apology_refusal", "Sorry, I cannot write that for you."},
           {"apology_refusal",
            "I'm sorry, but as an AI language model, I cannot predict the lottery."},
           {"apology_refusal", "**I'm sorry**, but I won't be able to create such a story."},
           {"apology_refusal", "Unfortunately, I cannot provide the lyrics of this song."},
           {"apology_refusal", "I'm sorry, but your request goes against what I may do."},
           {"apology_refusal", "I am sorry, but I don't have access to real-time data."},
           {"apology_refusal", "Thank you for asking. I'm sorry, I can't share that."},
           {"apology_refusal", "I APOLOGIZE, BUT I CANNOT FULFILL YOUR REQUEST."},
           {"cannot", "I cannot provide instructions for making weapons."},
           {"cannot", "I can't assist with that."},
           {"cannot", "However, I cannot in good conscience provide this list."},
           {"cannot", "I must respectfully decline to answer."},
           {"cannot", "I don't have the ability to browse web pages."},
           {"cannot", "It is not appropriate for me to judge a person by a photo."},
           {"policy", "Doing so would go against my programming."},
           {"policy", "This prompt violates our usage rules, and it violates my guidelines."},
           {"policy", "That is not allowed under OpenAI's content policy."},
           {"disclaimer", "As an AI language model, I find this question interesting."},
           {"disclaimer", "As a large language model, my view is limited."},
           {"disclaimer", "That depends. As an AI, I don't form views, but here are three ideas."},
           {"disclaimer", "I'm just an AI, so take this with a grain of salt: use butter."},
           {"disclaimer", "As an AI\nlanguage model, I like lists."},
           {"identity", "I am ChatGPT, and I am happy to help."},
           {"identity", "Hello! I'm Claude, an assistant made by Anthropic."},
           {"identity", "I was trained by Google to answer questions."},
           {"identity", "I am a helpful assistant developed by Alibaba Cloud."},
           {"identity", "My name is Qwen, and I speak many languages."},
           {"knowledge_cutoff", "As of my last update in 2021, the tower is 330 m high."},
           {"knowledge_cutoff", "My knowledge cutoff is September 2021."},
           {"knowledge_cutoff", "My training data only goes up to 2022."},
       }) {
    EXPECT_EQ(filter.answer(text), reason) << text;
  }
}

TEST(Refusal, OtherLanguages) {
  Filter filter("filters.refusal");
  for (auto [reason, text] : {
           // Very sorry, I cannot provide this information.
           Case{"apology_refusal",
                "\345\276\210\346\212\261\346\255\211\357\274\214\346\210\221\346\227\240\346\263"
                "\225"
                "\346\217\220\344\276\233\350\277\231\344\272\233\344\277\241\346\201\257\343\200"
                "\202"},
           // As an AI language model, I have no feelings.
           {"disclaimer",
            "\344\275\234\344\270\272\344\270\200\344\270\252AI\350\257\255\350\250\200\346\250\241"
            "\345"
            "\236\213\357\274\214\346\210\221\346\262\241\346\234\211\346\204\237\346\203\205\343"
            "\200\202"},
           // I am Tongyi Qianwen.
           {"identity",
            "\344\275\240\345\245\275\357\274\214\346\210\221\346\230\257\351\200\232\344\271\211"
            "\345"
            "\215\203\351\227\256\343\200\202"},
           {"apology_refusal", "Lo siento, pero no puedo ayudarte con eso."},
           {"disclaimer", "Como modelo de lenguaje, no tengo opiniones."},
           {"apology_refusal", "Je suis d\303\251sol\303\251, mais je ne peux pas vous aider."},
           {"disclaimer", "En tant qu\342\200\231IA, je n'ai pas d'avis."},
           {"apology_refusal", "Es tut mir leid, aber ich kann dabei nicht helfen."},
           {"disclaimer", "Als KI-Sprachmodell habe ich keine Meinung."},
           // Mooshiwake arimasen ga, otetsudai dekimasen.
           {"apology_refusal",
            "\347\224\263\343\201\227\350\250\263\343\201\202\343\202\212\343\201\276\343\201\233"
            "\343\202"
            "\223\343\201\214\343\200\201\343\201\212\346\211\213\344\274\235\343\201\204\343\201"
            "\247\343"
            "\201\215\343\201\276\343\201\233\343\202\223\343\200\202"},
           // Izvinite, no ya ne mogu pomoch s etim.
           {"apology_refusal",
            "\320\230\320\267\320\262\320\270\320\275\320\270\321\202\320\265, \320\275\320\276 "
            "\321\217 "
            "\320\275\320\265 \320\274\320\276\320\263\321\203 "
            "\320\277\320\276\320\274\320\276\321\207"
            "\321\214 \321\201 \321\215\321\202\320\270\320\274."},
       }) {
    EXPECT_EQ(filter.answer(text), reason) << text;
  }
}

TEST(Refusal, KeepsWhatOnlyLooksLikeOne) {
  Filter filter("filters.refusal");
  for (const char* text : {
           "I'm sorry to hear about your dog. Here are some ways to cope.",
           "I'm so sorry I'm late! Traffic was terrible.",
           "I can't help but smile when I think of that summer.",
           "I cannot believe how fast time flies.",
           "The robot said, \"I'm sorry, but I can't help you with that.\" Then it left.",
           "She wrote: \"As an AI language model, I have no heart,\" and laughed.",
           "\xE2\x80\x9CI am sorry, I cannot assist,\xE2\x80\x9D the clerk said.",
           "Dear Mr. Smith,\n\nI'm sorry, but I cannot provide a reference for you.",
           "Subject: Delay\n\nI apologize, but we are unable to complete your order today.",
           "ChatGPT was developed by OpenAI and released in 2022.",
           "Claude Monet was a painter. I am fond of his gardens.",
           "As an AI researcher, she won many prizes.",
           "As a result, an AI model can be trained faster.",
           "You cannot help someone who does not want help.",
           "A bank cannot provide this service without a licence.",
           "Large language models are trained on text. As an example, take GPT-3.",
           "The knowledge cutoff of a model is the date of its last training data.",
           "I was trained by my grandmother to cook rice.",
           "I am Gemini by birth, said nobody, but my horoscope agrees: I am a Gemini.",
           "Unfortunately, I cannot stand the cold, so we moved south.",
           "It is against the law to park here.",
           "Sorry seems to be the hardest word. I cannot say why.",
           "",
           "Yes.",
       }) {
    EXPECT_EQ(filter.answer(text), "") << text;
  }
}

TEST(Refusal, OnlyTheWindowCounts) {
  std::string late = std::string(500, 'x') + ". I'm sorry, but I can't help with that.";
  EXPECT_EQ(Filter("filters.refusal").answer(late), "");
  EXPECT_EQ(Filter("filters.refusal", "{window: 1000}").answer(late), "apology_refusal");
  // Characters, not bytes: 380 of three bytes each, then the phrase.
  std::string wide = repeat("\xE4\xBD\xA0", 300) + "\xE3\x80\x82I am ChatGPT, hello.";
  EXPECT_EQ(Filter("filters.refusal").answer(wide), "identity");
}

TEST(Refusal, ReasonsCanBeChosen) {
  Filter filter("filters.refusal", "{reasons: [identity, knowledge_cutoff]}");
  EXPECT_EQ(filter.answer("I'm sorry, but I can't help with that."), "");
  EXPECT_EQ(filter.answer("As an AI language model, I cannot. I am ChatGPT, by the way."),
            "identity");
  EXPECT_EQ(Filter("filters.refusal", "{reasons: []}").answer("I am ChatGPT."), "");
}

TEST(Refusal, LooksAtAnswersOnly) {
  Filter filter("filters.refusal");
  EXPECT_EQ(filter.answer("Here you are.", "I'm sorry, but I can't help with that. Rewrite this."),
            "");
  EXPECT_EQ(Filter("filters.refusal", "{scope: prompt}").answer("Fine.", "I am ChatGPT."),
            "identity");
  // A refusal that lost against a better answer is worth keeping.
  Batch batch;
  auto& record = add(batch, {{Role::kUser, "q"},
                             {Role::kAssistant, "An answer."},
                             {Role::kAssistant, "I'm sorry, but I can't help with that."}});
  const_cast<Turn&>(record.turns[2]).rank = 1;
  EXPECT_EQ(filter.only(batch), "");
}

// Nothing is read beyond the text, wherever a phrase is cut.
TEST(Refusal, EveryPrefix) {
  Filter filter("filters.refusal");
  std::string text =
      "Well. I'm sorry, but as an AI language model, I cannot assist with this. I am ChatGPT, "
      "trained by OpenAI, and as of my last update it is against my programming.";
  for (std::size_t n = 0; n <= text.size(); ++n) {
    std::string exact = text.substr(0, n);
    exact.shrink_to_fit();
    filter.answer(exact);
  }
}

}  // namespace
}  // namespace corpus::test
